namespace DeviceTwin.Hub.Sequence;

/// <summary>Counters that outlive the process.</summary>
internal static class SequenceCounters
{
    public const string Repeats = "sequenceRepeats";
    public const string Missed = "sequenceMissed";
    public const string Filled = "sequenceFilled";
    public const string GivenUp = "sequenceGivenUp";
    public const string Unsure = "sequenceUnsure";
    public const string Malformed = "sequenceMalformed";
}

/// <summary>What the numbers of all messages said since the database was made; only what is durable counts.</summary>
/// <param name="Repeats">Messages that came again and were confirmed again, not kept again.</param>
/// <param name="Missed">Numbers found missing when a later one came.</param>
/// <param name="Filled">Of these, those that came after all.</param>
/// <param name="GivenUp">Of these, those no longer waited for.</param>
/// <param name="Unsure">Messages older than all that is remembered of their boot: kept.</param>
/// <param name="Malformed">Messages whose <c>bootId</c> and <c>seq</c> cannot be read: kept.</param>
public sealed record SequenceTotals(long Repeats, long Missed, long Filled, long GivenUp, long Unsure, long Malformed);
