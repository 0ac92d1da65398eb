namespace DeviceTwin.Analytics.Replays;

/// <summary>How a replay is carried out. Nothing of it changes the report.</summary>
public sealed record ReplayOptions
{
    /// <summary>Series worked on at once, 1 to 256; each takes a processor and room for one waveform.</summary>
    public int Parallelism { get; init; } = Math.Min(Environment.ProcessorCount, 256);

    /// <summary>Keeps the series that are done, so that a replay that was cut goes on; null = none.</summary>
    public IReplayJournal? Journal { get; init; }

    /// <summary>Told after every capture, by any worker; null = nobody listens.</summary>
    public IProgress<ReplayProgress>? Progress { get; init; }
}

/// <summary>How far a replay has come.</summary>
/// <param name="SeriesDone">Of <paramref name="Series"/>.</param>
/// <param name="CapturesDone">Of <paramref name="Captures"/>, those of series that a journal had included.</param>
public sealed record ReplayProgress(int SeriesDone, int Series, long CapturesDone, long Captures);
