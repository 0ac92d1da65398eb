using DeviceTwin.Analytics.Recordings;
using DeviceTwin.Analytics.Replays;
using DeviceTwin.Analytics.Reports;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.Cli.Changes;

/// <summary>A folder of recordings as a plant, replayed without a hub.</summary>
internal static class LocalReplay
{
    /// <summary>When the first capture of every recording begins: recordings do not say, and the same files give the same report.</summary>
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <param name="recordings">A folder with an index.json, or the index itself.</param>
    /// <param name="select">Only files that fit; null = all.</param>
    /// <param name="before">Settings that hold; null = the model's own.</param>
    /// <param name="after">Settings proposed; null = the model's own.</param>
    /// <param name="progress">Captures done and captures in all; called by several threads.</param>
    /// <exception cref="CommandFailedException">Recordings or settings cannot be used.</exception>
    public static async Task<ReplayReport> Run(
        string recordings, string? select, FileInfo? before, FileInfo? after, Action<long, long> progress, CancellationToken cancellation)
    {
        var plan = new RecordingPlan(Start, Settings(before), Settings(after)) { Select = select };
        try
        {
            var folder = RecordingFolder.Read(recordings, plan);
            return await Replay.RunAsync(folder.Request, folder, new ReplayOptions { Progress = new Teller(progress) }, cancellation);
        }
        catch (RecordingException error)
        {
            throw new CommandFailedException(error);
        }
        catch (ReplayException error)
        {
            throw new CommandFailedException(error.Code == ReplayException.SettingsUnusable ? ExitCode.SettingsUnusable : ExitCode.RecordingsUnusable, $"{error.Message} ({error.Code})");
        }
    }

    private static string Settings(FileInfo? file)
    {
        if (file is null)
        {
            return "{}";
        }

        var text = TextFiles.Read(file, ExitCode.SettingsUnusable);
        try
        {
            // Checked here, where the file is known.
            _ = ReplaySettings.Parse(text);
            return text;
        }
        catch (ReplayException error)
        {
            throw new CommandFailedException(ExitCode.SettingsUnusable, $"'{file}': {error.Message} ({error.Code})");
        }
    }

    private sealed class Teller(Action<long, long> progress) : IProgress<ReplayProgress>
    {
        public void Report(ReplayProgress value) => progress(value.CapturesDone, value.Captures);
    }
}
