namespace DeviceTwin.Provisioning.Tray;

/// <summary>What is done with a board, in this order.</summary>
public enum TrayStep
{
    /// <summary>Waiting for the board's cable, and learning which board it is.</summary>
    FindPort,

    /// <summary>Opening the session.</summary>
    Authenticate,

    /// <summary>Reading back which firmware runs.</summary>
    CheckFirmware,

    /// <summary>Writing the firmware.</summary>
    Flash,

    /// <summary>The sensors' self-test.</summary>
    SensorCheck,

    /// <summary>Looking for its network.</summary>
    FindNetwork,

    /// <summary>Its identity and settings at the hub.</summary>
    Enrol,

    /// <summary>Handing the board network, identity and hub.</summary>
    Configure,

    /// <summary>Having the board store it all.</summary>
    Commit,

    /// <summary>Restarting the board.</summary>
    Reboot,

    /// <summary>Waiting until the node reaches its hub.</summary>
    WaitConnected,

    /// <summary>Putting the node at its point in the plant.</summary>
    Place,

    /// <summary>Waiting until the node has taken over its settings.</summary>
    WaitInSync,

    /// <summary>How loud the sensor is at rest.</summary>
    NoiseFloor,

    /// <summary>Whether the sensor feels a tap.</summary>
    TapTest,

    /// <summary>Drawing its label.</summary>
    Label,

    /// <summary>Provisioned.</summary>
    Done,

    /// <summary>Given up for this run.</summary>
    Failed,
}

/// <summary>How a step ended.</summary>
public enum TrayEvent
{
    /// <summary>Well.</summary>
    Done,

    /// <summary>In a way that may pass.</summary>
    Faulted,

    /// <summary>In a way that trying again does not mend.</summary>
    Refused,

    /// <summary>The line is gone: the cable was pulled.</summary>
    LineLost,

    /// <summary>The board has started anew, and has forgotten what was not stored.</summary>
    Restarted,

    /// <summary>Another firmware than the plan's is on the board.</summary>
    FirmwareDiffers,
}

/// <summary>What has been reached with a board. All but those of <see cref="TrayMachine.OfTheSession"/> outlive the run.</summary>
[Flags]
public enum Milestones
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The session is open.</summary>
    Open = 1 << TrayStep.Authenticate,

    /// <summary>The right firmware runs.</summary>
    Firmware = 1 << TrayStep.CheckFirmware,

    /// <summary>It was flashed.</summary>
    Flashed = 1 << TrayStep.Flash,

    /// <summary>The sensors work.</summary>
    Sensors = 1 << TrayStep.SensorCheck,

    /// <summary>Its network is in reach.</summary>
    Network = 1 << TrayStep.FindNetwork,

    /// <summary>The hub knows it.</summary>
    Enrolled = 1 << TrayStep.Enrol,

    /// <summary>The board has been told everything.</summary>
    Configured = 1 << TrayStep.Configure,

    /// <summary>The board has stored everything.</summary>
    Committed = 1 << TrayStep.Commit,

    /// <summary>It has started with that.</summary>
    Rebooted = 1 << TrayStep.Reboot,

    /// <summary>It has reached the hub.</summary>
    Connected = 1 << TrayStep.WaitConnected,

    /// <summary>It is at its point.</summary>
    Placed = 1 << TrayStep.Place,

    /// <summary>It has its settings.</summary>
    InSync = 1 << TrayStep.WaitInSync,

    /// <summary>It is quiet.</summary>
    Quiet = 1 << TrayStep.NoiseFloor,

    /// <summary>It feels.</summary>
    Tapped = 1 << TrayStep.TapTest,

    /// <summary>It has a label.</summary>
    Labelled = 1 << TrayStep.Label,
}
