namespace DeviceTwin.Storage.Waveforms;

/// <summary>What is written about waveforms.</summary>
public abstract record WaveformChange : StoreChange
{
    /// <summary>Adds a piece of a waveform; pieces come in any order and as often as they like.</summary>
    /// <param name="Receipt">Says after the commit what has become of it.</param>
    public sealed record AddChunk(
        WaveformHead Head, int Offset, ReadOnlyMemory<byte> Data, DateTimeOffset At, UploadLimits Limits, ChunkReceipt Receipt) : WaveformChange;

    /// <summary>The content is verified and its file is on the disk.</summary>
    public sealed record Complete(WaveformUpload Upload, long StoredBytes) : WaveformChange;

    /// <summary>Throws away what is here of an unfinished waveform and remembers why.</summary>
    public sealed record Discard(string DeviceId, string Sha256, DiscardReason Reason, DateTimeOffset At) : WaveformChange;

    /// <summary>Removes a device's waveform, and its content where no other device has it.</summary>
    public sealed record Remove(string DeviceId, string Sha256) : WaveformChange;

    /// <summary>The file of a content is lost or damaged.</summary>
    public sealed record MarkDamaged(string Sha256) : WaveformChange;

    /// <summary>Forgets reasons of discarding that are older.</summary>
    public sealed record ForgetDiscards(DateTimeOffset Before) : WaveformChange;

    /// <summary>Removes the rows of contents that no device has any more.</summary>
    public sealed record ForgetContents : WaveformChange;
}

/// <summary>How much of unfinished waveforms is kept.</summary>
/// <param name="Uploads">Unfinished waveforms per device.</param>
/// <param name="Chunks">Pieces of one waveform.</param>
/// <param name="OpenBytes">Announced bytes of all unfinished waveforms of all devices.</param>
public sealed record UploadLimits(int Uploads, int Chunks, long OpenBytes);

/// <summary>What has become of a chunk; written on the store's thread, valid once the chunk's commit is durable.</summary>
public sealed class ChunkReceipt
{
    public ChunkOutcome Outcome { get; internal set; }

    /// <summary>Why the waveform was thrown away, where it was.</summary>
    public DiscardReason? Reason { get; internal set; }
}

/// <summary>What became of a chunk.</summary>
public enum ChunkOutcome
{
    /// <summary>It is durable; others are missing.</summary>
    Kept,

    /// <summary>With it the waveform is whole and waits for its verification.</summary>
    Whole,

    /// <summary>The waveform was complete before.</summary>
    Complete,

    /// <summary>The waveform was thrown away.</summary>
    Discarded,
}
