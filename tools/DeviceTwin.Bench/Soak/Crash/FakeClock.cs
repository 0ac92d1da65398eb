using System.Globalization;

namespace DeviceTwin.Bench.Soak.Crash;

/// <summary>A clock that the hub sees and that jumps: libfaketime before the system's own. Monotonic time goes on undisturbed.</summary>
public sealed class FakeClock : IDisposable
{
    private static readonly string[] Places = ["/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1", "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1"];
    private readonly string file = Path.GetTempFileName();

    private FakeClock(string library)
    {
        Environment = new Dictionary<string, string>
        {
            ["LD_PRELOAD"] = library,
            ["FAKETIME_TIMESTAMP_FILE"] = file,
            ["FAKETIME_CACHE_DURATION"] = "1",
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
        };
        Jump(TimeSpan.Zero);
    }

    /// <summary>What the hub's process needs to see this clock.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Null where libfaketime is not installed.</summary>
    public static FakeClock? Find() => Places.FirstOrDefault(File.Exists) is { } library ? new FakeClock(library) : null;

    /// <summary>Sets the hub's clock so far before or behind the machine's.</summary>
    public void Jump(TimeSpan offset)
    {
        // Whole at any moment: the library reads it once a second.
        File.WriteAllText(file + ".next", string.Create(CultureInfo.InvariantCulture, $"{offset.TotalSeconds:+0;-0;+0}\n"));
        File.Move(file + ".next", file, overwrite: true);
    }

    public void Dispose() => File.Delete(file);
}
