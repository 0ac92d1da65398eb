namespace DeviceTwin.Storage.Alarms;

/// <summary>Applies a delivery to the row it belongs to, and ends the alarms that it shows to be over.</summary>
/// <param name="Merged">
/// Called inside the transaction with every row that changed, before and after; what it is told counts only once the write is durable.
/// </param>
public sealed record MergeAlarm(AlarmDelivery Delivery, Action<AlarmRow?, AlarmRow> Merged) : StoreChange;

/// <param name="Written">Called inside the transaction with the number given.</param>
public sealed record AppendFinding(Finding Finding, Action<long> Written) : StoreChange;

/// <summary>Alarms and what maintenance found.</summary>
public interface IAlarmStore
{
    AlarmRow? FindAlarm(string id);

    /// <summary>Latest heard of first.</summary>
    IReadOnlyList<AlarmRow> ReadAlarms(AlarmQuery query);

    /// <summary>How many rows there are per state.</summary>
    AlarmCounts CountAlarms();

    /// <summary>In the order in which they were written down.</summary>
    IReadOnlyList<Finding> ReadFindings(FindingQuery query);
}

/// <summary>Which alarms; null means all.</summary>
public sealed record AlarmQuery(int Limit)
{
    /// <summary>States asked for; empty = all.</summary>
    public IReadOnlyList<AlarmState> States { get; init; } = [];

    public string? DeviceId { get; init; }

    public string? Machine { get; init; }

    public string? Alarm { get; init; }

    /// <summary>Those that had not ended before this time.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Those that were raised before this time.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Only rows before this number: where the page before ended.</summary>
    public long? Before { get; init; }
}

/// <summary>Which findings; null means all.</summary>
/// <param name="After">Only findings after this number.</param>
public sealed record FindingQuery(int Limit, long After = 0)
{
    public string? AlarmId { get; init; }

    public string? Machine { get; init; }

    public string? Point { get; init; }

    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? To { get; init; }
}

public sealed record AlarmCounts(long Raised, long Acknowledged, long Cleared)
{
    public static readonly AlarmCounts None = new(0, 0, 0);

    /// <summary>The counter of messages that say they are alarms and cannot be read.</summary>
    public const string UnreadableCounter = "alarmsUnreadable";

    /// <summary>Messages that said they were alarms and could not be read.</summary>
    public long Unreadable { get; init; }

    /// <summary>The counts after a row came from one state (null = it is new) to another.</summary>
    public AlarmCounts Move(AlarmState? from, AlarmState to) => Add(from, -1).Add(to, 1);

    private AlarmCounts Add(AlarmState? state, int by) => state switch
    {
        AlarmState.Raised => this with { Raised = Raised + by },
        AlarmState.Acknowledged => this with { Acknowledged = Acknowledged + by },
        AlarmState.Cleared => this with { Cleared = Cleared + by },
        _ => this,
    };
}
