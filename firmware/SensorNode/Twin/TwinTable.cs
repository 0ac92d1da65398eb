namespace DeviceTwin.SensorNode.Twin;

/// <summary>Where the node's conversation about its twin stands.</summary>
public enum TwinState
{
    /// <summary>No connection.</summary>
    Offline = 0,

    /// <summary>The twin was asked for; the answer is awaited.</summary>
    Reading = 1,

    /// <summary>The twin could not be read; it is asked for again after a wait.</summary>
    ReadPause = 2,

    /// <summary>The desired properties are applied; nothing is under way.</summary>
    Current = 3,

    /// <summary>A report is under way.</summary>
    Reporting = 4,

    /// <summary>The report was refused or not answered; it is sent again after a wait.</summary>
    ReportPause = 5,
}

/// <summary>What can happen in the conversation.</summary>
public enum TwinEvent
{
    Connected = 0,
    Disconnected = 1,

    /// <summary>The twin arrived and is well formed.</summary>
    TwinArrived = 2,

    /// <summary>The request for the twin was refused, not answered in time, or answered with something unreadable.</summary>
    ReadFailed = 3,

    /// <summary>A desired patch arrived whose version follows the applied one.</summary>
    PatchNext = 4,

    /// <summary>A desired patch arrived that is not newer than what is applied.</summary>
    PatchOld = 5,

    /// <summary>A desired patch arrived that skips a version or is unreadable.</summary>
    PatchGap = 6,

    /// <summary>There is something to report.</summary>
    ReportDue = 7,

    /// <summary>The hub took the report (204).</summary>
    ReportAccepted = 8,

    /// <summary>The hub refused the report or did not answer in time.</summary>
    ReportFailed = 9,

    /// <summary>The wait is over; in <see cref="TwinState.Current"/>: the twin was not read for long.</summary>
    TimeIsUp = 10,
}

/// <summary>What the node does about it.</summary>
public enum TwinAction
{
    None = 0,

    /// <summary>Ask for the twin; a report under way counts as not arrived.</summary>
    Read = 1,

    /// <summary>Apply the whole twin.</summary>
    ApplyTwin = 2,

    /// <summary>Apply the patch.</summary>
    ApplyPatch = 3,

    /// <summary>Remember the patch's version: if the twin that arrives is older, it is read again.</summary>
    NotePatch = 4,

    /// <summary>Send what is to be reported; what an earlier report held and was not confirmed goes along.</summary>
    Report = 5,

    /// <summary>What was in the report counts as reported.</summary>
    Confirm = 6,

    /// <summary>Wait, longer each time.</summary>
    Pause = 7,

    /// <summary>Forget what is under way; a report under way counts as not arrived.</summary>
    Forget = 8,
}

/// <summary>The one table of the conversation: (state, event) to (state, action). Code, tests and documentation follow it.</summary>
public static class TwinTable
{
    /// <summary>Number of states.</summary>
    public const int States = 6;

    /// <summary>Number of events.</summary>
    public const int Events = 11;

    // One row per state, one column per event, in the order of the enumerations; high digit: next state, low digit: action.
    private static readonly byte[] Cells =
    {
        // Conn  Disc  Twin  RFail Next  Old   Gap   Due   Acc   RepF  Over
        0x11, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, // Offline
        0x11, 0x08, 0x32, 0x27, 0x14, 0x14, 0x14, 0x10, 0x10, 0x10, 0x10, // Reading
        0x11, 0x08, 0x32, 0x20, 0x24, 0x24, 0x24, 0x20, 0x20, 0x20, 0x11, // ReadPause
        0x11, 0x08, 0x30, 0x30, 0x33, 0x30, 0x11, 0x45, 0x30, 0x30, 0x11, // Current
        0x11, 0x08, 0x40, 0x40, 0x43, 0x40, 0x11, 0x40, 0x36, 0x57, 0x40, // Reporting
        0x11, 0x08, 0x50, 0x50, 0x53, 0x50, 0x11, 0x50, 0x36, 0x50, 0x45, // ReportPause
    };

    /// <summary>The state after the event.</summary>
    public static TwinState Next(TwinState state, TwinEvent happened)
    {
        return (TwinState)(Cells[((int)state * Events) + (int)happened] >> 4);
    }

    /// <summary>What is done about the event.</summary>
    public static TwinAction Action(TwinState state, TwinEvent happened)
    {
        return (TwinAction)(Cells[((int)state * Events) + (int)happened] & 15);
    }
}
