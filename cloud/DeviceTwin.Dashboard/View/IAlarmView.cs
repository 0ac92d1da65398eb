namespace DeviceTwin.Dashboard.View;

/// <summary>What the alarm page needs of the hub. Every record that comes back is immutable.</summary>
public interface IAlarmView
{
    /// <summary>Those nobody has acknowledged first, of these the latest first.</summary>
    IReadOnlyList<AlarmLine> Active();

    /// <summary>The latest that are over.</summary>
    IReadOnlyList<AlarmLine> Ended(int limit);

    /// <summary>Says that an alarm was seen; completes when that is durable or refused.</summary>
    /// <param name="author">Who says so: <see cref="IPageCaller.Author"/>.</param>
    Task<ActionOutcome> Acknowledge(string id, string? note, string author, CancellationToken cancellation);

    /// <summary>Writes down what was found.</summary>
    /// <param name="kind">A verdict word or <c>noFault</c>.</param>
    Task<ActionOutcome> AddFinding(string id, string kind, string text, string author, CancellationToken cancellation);

    /// <summary>Computes the evidence of an alarm anew.</summary>
    Task<EvidenceOutcome> VerifyEvidence(string id, string author, CancellationToken cancellation);

    /// <summary>Calls back after each change, on a thread of the hub's: the callback must not block.</summary>
    IDisposable Subscribe(Action changed);
}

/// <summary>One alarm.</summary>
/// <param name="Alarm">Verdict word.</param>
/// <param name="State"><c>raised</c>, <c>acknowledged</c> or <c>cleared</c>.</param>
/// <param name="Reason">Why it is over; null while it is not.</param>
/// <param name="Labels">What maintenance found.</param>
public sealed record AlarmLine(
    string Id,
    string DeviceId,
    string? Machine,
    string? Point,
    string Alarm,
    string State,
    string? Zone,
    DateTimeOffset RaisedAt,
    DateTimeOffset? AcknowledgedAt,
    string? AcknowledgedBy,
    string? Note,
    DateTimeOffset? ClearedAt,
    string? Reason,
    IReadOnlyList<string> Labels);

/// <summary>How something went that a person asked for.</summary>
/// <param name="Problem">Why it was refused, in a sentence; null where it was done.</param>
public sealed record ActionOutcome(string? Problem)
{
    public static readonly ActionOutcome Done = new(default(string));
}

/// <summary>What became of evidence that was computed anew.</summary>
/// <param name="Result"><c>equal</c>, <c>differs</c>, <c>incomplete</c>, or <see cref="Unusable"/>.</param>
/// <param name="Sentence">The same for people.</param>
/// <param name="Sha256">The name of the evidence; null where there is none.</param>
/// <param name="Problems">What the evidence lacks or where it contradicts itself.</param>
/// <param name="Differences">Members that are not what the node said.</param>
public sealed record EvidenceOutcome(
    string Result, string Sentence, string? Sha256, int Version, IReadOnlyList<string> Problems, IReadOnlyList<string> Differences)
{
    /// <summary>There is none, or it is damaged.</summary>
    public const string Unusable = "unusable";
}
