using System.Reflection;

namespace DeviceTwin.Tests;

/// <summary>Where tests find the checkout and the recordings.</summary>
internal static class TestFiles
{
    /// <summary>The root of the checkout, with a trailing separator.</summary>
    public static string RepositoryRoot { get; } = typeof(TestFiles).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(attribute => attribute.Key == "RepositoryRoot").Value!;

    /// <summary>A file or folder of the checkout.</summary>
    public static string InRepository(string path) => Path.GetFullPath(Path.Combine(RepositoryRoot, path));

    /// <summary>The folder of recordings: <c>DEVICETWIN_RECORDINGS</c>, else <c>../shared/vibration</c> beside the checkout.</summary>
    public static string RecordingsFolder =>
        Environment.GetEnvironmentVariable("DEVICETWIN_RECORDINGS") ?? Path.GetFullPath(Path.Combine(RepositoryRoot, "../shared/vibration"));

    /// <summary>Skips the running test, saying how to get the recordings, where there are none.</summary>
    public static string RequireRecordings()
    {
        if (!File.Exists(Path.Combine(RecordingsFolder, "index.json")))
        {
            Assert.Ignore($"No recordings in {RecordingsFolder}. Set DEVICETWIN_RECORDINGS to a folder with an index.json to run this test.");
        }

        return RecordingsFolder;
    }
}
