#nullable enable

namespace DeviceTwin.SensorNode.Simulator.Scenarios;

/// <summary>What can happen in a scenario.</summary>
public enum ScenarioAct
{
    /// <summary>The access point is away.</summary>
    RadioDown,

    /// <summary>Nothing gets through to the hub, and nobody is told.</summary>
    Outage,

    /// <summary>Messages take longer.</summary>
    Latency,

    /// <summary>Connections break or go half open, confirmations get lost, come late or twice, the hub refuses.</summary>
    Loss,

    /// <summary>Every connection breaks.</summary>
    HubRestart,

    /// <summary>The power goes at once.</summary>
    PowerCut,

    /// <summary>The power goes at an operation on files.</summary>
    PowerCutAtFile,

    /// <summary>The flash takes nothing.</summary>
    FlashRefuses,

    /// <summary>The calendar is set wrong.</summary>
    ClockJump,

    /// <summary>The calendar runs too fast.</summary>
    ClockDrift,

    /// <summary>The collector comes often, and takes long.</summary>
    CollectorPause,

    /// <summary>The accelerometer's data line is shorted.</summary>
    AccelerometerStuck,

    /// <summary>The accelerometer makes no samples.</summary>
    AccelerometerSilent,

    /// <summary>The thermometer's line does not move.</summary>
    ThermometerStuck,

    /// <summary>The machine becomes another one.</summary>
    Machine,

    /// <summary>The operator changes a setting.</summary>
    Setting,

    /// <summary>The operator calls a direct method.</summary>
    Method,
}
