namespace DeviceTwin.Storage.Alarms;

/// <summary>Where an alarm stands. The order is the way it goes; it never goes back.</summary>
public enum AlarmState
{
    /// <summary>The node has raised it and nobody has said that it was seen.</summary>
    Raised,

    /// <summary>Somebody, at the hub or at the node, has said that it was seen.</summary>
    Acknowledged,

    /// <summary>It is over.</summary>
    Cleared,
}

/// <summary>What can be heard of an alarm.</summary>
public enum AlarmEvent
{
    Raised,
    Acknowledged,
    Cleared,
}

/// <summary>Why an alarm is over.</summary>
public enum ClearReason
{
    /// <summary>The node says so: the level fell below its reset, the limit was withdrawn, or alarms were inhibited.</summary>
    Reset,

    /// <summary>The node has raised the same alarm again, for example after a restart in which it forgot this one.</summary>
    Superseded,

    /// <summary>Another node has taken the node's measuring point.</summary>
    Replaced,

    /// <summary>The device was deleted.</summary>
    Deleted,
}

/// <summary>The states' table, and the stable words of states, events and reasons.</summary>
public static class AlarmTransitions
{
    /// <summary>The next state by state (rows) and event (columns); the first row is that of an alarm nothing was heard of yet.</summary>
    private static readonly AlarmState[,] Table =
    {
        // raised, acknowledged, cleared
        { AlarmState.Raised, AlarmState.Acknowledged, AlarmState.Cleared }, // unheard of
        { AlarmState.Raised, AlarmState.Acknowledged, AlarmState.Cleared }, // raised
        { AlarmState.Acknowledged, AlarmState.Acknowledged, AlarmState.Cleared }, // acknowledged
        { AlarmState.Cleared, AlarmState.Cleared, AlarmState.Cleared }, // cleared
    };

    /// <summary>The state that follows.</summary>
    /// <param name="state">Null where nothing was heard of the alarm yet.</param>
    public static AlarmState Next(AlarmState? state, AlarmEvent heard) => Table[state is { } known ? (int)known + 1 : 0, (int)heard];

    public static string Word(AlarmState state) => state switch
    {
        AlarmState.Raised => "raised",
        AlarmState.Acknowledged => "acknowledged",
        _ => "cleared",
    };

    public static string Word(ClearReason reason) => reason switch
    {
        ClearReason.Reset => "reset",
        ClearReason.Superseded => "superseded",
        ClearReason.Replaced => "replaced",
        _ => "deleted",
    };

    /// <summary>The event of a word, or null where it is none.</summary>
    public static AlarmEvent? Event(string? word) => word switch
    {
        "raised" => AlarmEvent.Raised,
        "acknowledged" => AlarmEvent.Acknowledged,
        "cleared" => AlarmEvent.Cleared,
        _ => null,
    };
}
