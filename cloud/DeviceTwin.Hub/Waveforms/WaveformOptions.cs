namespace DeviceTwin.Hub.Waveforms;

/// <summary>How much of waveforms is taken and kept.</summary>
public sealed record WaveformOptions
{
    /// <summary>The folder of contents.</summary>
    public required string Folder { get; init; }

    /// <summary>Bytes of one waveform: 8 s of three axes at 26.7 kHz, with room.</summary>
    public int LargestWaveform { get; init; } = 4 * 1024 * 1024;

    /// <summary>Bytes of one chunk: what a message may have.</summary>
    public int LargestChunk { get; init; } = 256 * 1024;

    /// <summary>Pieces of one waveform.</summary>
    public int MostChunks { get; init; } = 4096;

    /// <summary>Unfinished waveforms per device.</summary>
    public int MostUploads { get; init; } = 4;

    /// <summary>Announced bytes of all unfinished waveforms together.</summary>
    public long MostOpenBytes { get; init; } = 1L << 30;

    /// <summary>How long an unfinished waveform waits for its next chunk.</summary>
    public TimeSpan UploadPatience { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long the hub remembers why it threw a waveform away.</summary>
    public TimeSpan DiscardsKept { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Waveforms per device; the oldest that no alarm keeps go first.</summary>
    public int QuotaCount { get; init; } = 1000;

    /// <summary>Bytes of samples per device; the oldest that no alarm keeps go first.</summary>
    public long QuotaBytes { get; init; } = 256L << 20;

    /// <summary>Age at which a waveform goes unless an alarm keeps it.</summary>
    public TimeSpan KeptFor { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Bytes of all files; the oldest that no alarm keeps go first.</summary>
    public long MostStoredBytes { get; init; } = 20L << 30;

    /// <summary>Waveforms of the same node before and after that of an alarm which are kept with it.</summary>
    public int Neighbours { get; init; } = 3;

    /// <summary>How often what is too old or too much is looked for.</summary>
    public TimeSpan SweepPeriod { get; init; } = TimeSpan.FromMinutes(10);
}
