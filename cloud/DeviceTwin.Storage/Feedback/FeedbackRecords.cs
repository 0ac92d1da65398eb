namespace DeviceTwin.Storage.Feedback;

/// <summary>What became of one message for a device, kept until who sent it has taken it.</summary>
/// <param name="Sequence">Unique in the hub and rising.</param>
/// <param name="Address">Whose the message was: a device's or a module's.</param>
/// <param name="GenerationId">Of the device or module, for it may have been made anew since.</param>
/// <param name="Outcome">Azure's word, e.g. <c>Success</c>.</param>
/// <param name="At">When it was known.</param>
public sealed record FeedbackRecord(long Sequence, string OriginalMessageId, string Address, string GenerationId, string Outcome, DateTimeOffset At);

/// <summary>That a record is kept, without what is in it.</summary>
public sealed record FeedbackEntry(long Sequence, string Address);

/// <summary>The records that were kept when the store was opened.</summary>
/// <param name="LastSequence">The highest number ever given; 0 where there was none.</param>
/// <param name="Kept">Oldest first.</param>
public sealed record StoredFeedback(long LastSequence, IReadOnlyList<FeedbackEntry> Kept);

/// <summary>What happens to records.</summary>
public static class FeedbackChange
{
    public sealed record Append(FeedbackRecord Record) : StoreChange;

    /// <summary>Forgets records: taken, or given up for newer ones.</summary>
    public sealed record Remove(IReadOnlyList<long> Sequences) : StoreChange;
}

/// <summary>The records of what became of messages for devices.</summary>
public interface IFeedbackStore
{
    /// <summary>What is kept. Called once, before the first record is appended.</summary>
    StoredFeedback LoadFeedback();

    /// <summary>The durable ones among these, oldest first.</summary>
    IReadOnlyList<FeedbackRecord> ReadFeedback(IReadOnlyList<long> sequences);
}
