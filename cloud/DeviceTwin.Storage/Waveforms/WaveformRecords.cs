namespace DeviceTwin.Storage.Waveforms;

/// <summary>
/// What the bytes of a waveform are. The content itself is nothing but samples: signed 16 bit, little-endian, for several axes frame by
/// frame (x, y, z, x, y, z, …). Its SHA-256 names it: the same as that of evidence, whatever file the samples came from.
/// </summary>
/// <param name="Length">Bytes of the whole content.</param>
/// <param name="Axes">Names of the axes in the order of a frame, separated by commas: <c>z</c>, or <c>x,y,z</c>.</param>
/// <param name="RateMilliHertz">Frames per second, in thousandths.</param>
/// <param name="NanoGPerCount">Weight of a count; 0 = the unit is not known.</param>
public sealed record WaveformFacts(int Length, string Axes, int RateMilliHertz, int NanoGPerCount)
{
    public IReadOnlyList<string> AxisNames => Axes.Split(',');

    /// <summary>Samples per axis.</summary>
    public int Frames => Length / 2 / AxisNames.Count;
}

/// <summary>Where a waveform comes from, as far as its node says: the facts of its capture.</summary>
/// <param name="TakenAt">The beginning of the capture by the node's clock; null where it does not know the time.</param>
public sealed record CaptureFacts(
    string? BootId, long? Capture, DateTimeOffset? TakenAt, int? CoveragePermille, int? SaturatedCount, bool Overrun);

/// <summary>A waveform of a device, without its samples.</summary>
/// <param name="Sha256">Of the whole content, 64 hexadecimal digits in lower case.</param>
public sealed record WaveformHead(string DeviceId, string Sha256, WaveformFacts Facts, CaptureFacts Capture);

/// <summary>A waveform that is complete and verified.</summary>
/// <param name="ReceivedAt">When its first chunk came: the hub's own time, by which waveforms are listed and kept.</param>
/// <param name="StoredBytes">What its file takes; shared with every device that sent the same samples.</param>
/// <param name="Damaged">The file was found to be lost or damaged. The same samples sent again make it whole.</param>
public sealed record StoredWaveform(WaveformHead Head, DateTimeOffset ReceivedAt, long StoredBytes, bool Damaged);

/// <summary>A waveform of which chunks are here, but not yet a verified whole.</summary>
public sealed record WaveformUpload(WaveformHead Head, DateTimeOffset ReceivedAt, DateTimeOffset TouchedAt, int Received)
{
    /// <summary>Every byte is here; only the hash has not been compared.</summary>
    public bool IsWhole => Received == Head.Facts.Length;
}

/// <summary>Bytes from <paramref name="Start"/> up to, not including, <paramref name="End"/>.</summary>
public readonly record struct ByteRange(int Start, int End);

/// <summary>How far a waveform of a device has come.</summary>
/// <param name="Length">0 where nothing is known of it.</param>
/// <param name="Ranges">The bytes that are here, in order, neighbours joined; of very many the first.</param>
/// <param name="Next">The first byte that is missing.</param>
/// <param name="Reason">Why it was discarded.</param>
public sealed record WaveformStatus(WaveformState State, int Length, IReadOnlyList<ByteRange> Ranges, int Next, DiscardReason? Reason)
{
    public static WaveformStatus Absent { get; } = new(WaveformState.Absent, 0, [], 0, null);
}

/// <summary>The states of a waveform; their names in lower case are words of the interface.</summary>
public enum WaveformState
{
    /// <summary>Nothing is here: begin with the first byte.</summary>
    Absent,

    /// <summary>Chunks are here and others missing.</summary>
    Open,

    /// <summary>All chunks are here; the hash is being compared.</summary>
    Verifying,

    /// <summary>Verified and kept.</summary>
    Complete,

    /// <summary>Thrown away; the reason says why. It may be sent again from the first byte.</summary>
    Discarded,
}

/// <summary>Why a waveform was thrown away; the names in camel case are words of the interface, the numbers those of the database.</summary>
public enum DiscardReason
{
    /// <summary>The content does not have the hash it was announced with.</summary>
    HashDiffers = 1,

    /// <summary>Two chunks overlap and differ there.</summary>
    ChunksDiffer = 2,

    /// <summary>Two chunks disagree about length, axes, rate or scale.</summary>
    FactsDiffer = 3,

    /// <summary>It came in more pieces than the hub keeps of one waveform.</summary>
    TooManyChunks = 4,

    /// <summary>The device has as many unfinished waveforms as it may have.</summary>
    TooManyUploads = 5,

    /// <summary>What alarms keep of the device already fills its quota.</summary>
    QuotaExceeded = 6,

    /// <summary>Its missing chunks did not come in time.</summary>
    Expired = 7,
}
