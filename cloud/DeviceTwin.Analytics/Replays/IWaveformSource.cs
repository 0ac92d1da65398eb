namespace DeviceTwin.Analytics.Replays;

/// <summary>
/// Where the samples of stored captures are. Called by several workers at once. What concerns one capture is an answer; an exception ends the replay,
/// which goes on from its journal.
/// </summary>
public interface IWaveformSource
{
    /// <summary>Reads a content. The replay compares it with its hash: a source need not.</summary>
    /// <param name="capture">What is asked for.</param>
    /// <param name="content">To be filled from its beginning to its end: as many bytes as the capture says. The worker's own; not to be kept.</param>
    ValueTask<WaveformRead> ReadAsync(StoredCapture capture, Memory<byte> content, CancellationToken cancellation);
}

/// <summary>What came of reading a content.</summary>
/// <param name="State">Whether it was read, and if not, why.</param>
/// <param name="Reason">Of a refusal: a word by which it is counted.</param>
public readonly record struct WaveformRead(WaveformState State, string Reason = "")
{
    /// <summary>The content is there, whole.</summary>
    public static WaveformRead Done { get; } = new(WaveformState.Read);

    /// <summary>There is no such content.</summary>
    public static WaveformRead Missing { get; } = new(WaveformState.Missing);

    /// <summary>There is something, but not this content.</summary>
    public static WaveformRead Damaged { get; } = new(WaveformState.Damaged);

    /// <summary>The content may not be read, or not now.</summary>
    /// <param name="reason">A word by which it is counted.</param>
    public static WaveformRead Refused(string reason) => new(WaveformState.Refused, reason);
}

/// <summary>See <see cref="WaveformRead"/>.</summary>
public enum WaveformState
{
    /// <summary>Read.</summary>
    Read,

    /// <summary>Not there.</summary>
    Missing,

    /// <summary>Not what it should be.</summary>
    Damaged,

    /// <summary>Not given.</summary>
    Refused,
}
