using DeviceTwin.Storage.Alarms;

namespace DeviceTwin.Hub.Alarms;

/// <summary>
/// The alarms of all nodes and what maintenance found. A task completes only after the change it made is durable. Every refusal is a
/// <see cref="HubException"/>.
/// </summary>
public interface IAlarms
{
    AlarmCounts Counts { get; }

    /// <summary>Every active alarm, those nobody has acknowledged first, of these the latest first.</summary>
    IReadOnlyList<AlarmRow> Active();

    AlarmRow Find(string id);

    /// <summary>Latest heard of first.</summary>
    IReadOnlyList<AlarmRow> Read(AlarmQuery query);

    /// <summary>
    /// Says that an alarm was seen; a second time changes nothing. When no alarm of the node is left that nobody has seen, the node is told,
    /// by <c>maintenance.acknowledgeGeneration</c>: it acknowledges all that it has.
    /// </summary>
    Task<AlarmRow> Acknowledge(string id, string? note, string author, CancellationToken cancellation);

    /// <summary>Writes down what was found about an alarm.</summary>
    Task<Finding> Find(string alarmId, FindingDraft found, string author, CancellationToken cancellation);

    /// <summary>Writes down what was found without an alarm, about a machine or one of its measuring points.</summary>
    /// <param name="point">Null where the whole machine is meant.</param>
    Task<Finding> Find(string machine, string? point, FindingDraft found, string author, CancellationToken cancellation);

    IReadOnlyList<Finding> Findings(FindingQuery query);

    /// <summary>Calls back with each alarm after it changed, on a thread of the hub's: the callback must not block.</summary>
    IDisposable Subscribe(Action<AlarmRow> callback);
}

/// <summary>What somebody says was found.</summary>
/// <param name="Kind">A verdict word or <see cref="Finding.NoFault"/>.</param>
/// <param name="FoundAt">Null = now.</param>
/// <param name="By">Null = whoever writes it down.</param>
/// <param name="From">Beginning of the time it speaks of; of an alarm's finding, null = when it was raised.</param>
/// <param name="To">End of the time it speaks of.</param>
/// <param name="Amends">The finding it takes the place of.</param>
public sealed record FindingDraft(
    string Kind, string Text, DateTimeOffset? FoundAt, string? By, DateTimeOffset? From, DateTimeOffset? To, long? Amends);
