using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.SensorNode;

/// <summary>A look at a node from outside, at one moment.</summary>
public sealed class NodeStatus
{
    public string DeviceId;

    /// <summary>The verdict's word, or null before the first capture.</summary>
    public string Verdict;

    /// <summary>ISO zone, A to D, or <c>refused</c>.</summary>
    public string Zone;

    /// <summary>Words of the active alarms.</summary>
    public string[] Alarms;

    /// <summary>Words of those active alarms that somebody acknowledged.</summary>
    public string[] Acknowledged;

    /// <summary>What the settings on trial would have said; null where there are none, or before their first capture.</summary>
    public string TrialVerdict;

    /// <summary>Words of the alarms that the settings on trial would have raised.</summary>
    public string[] TrialAlarms;

    /// <summary>Captures judged since the start.</summary>
    public int Captures;

    /// <summary>How many captures in a row gave the present verdict by the settings that were applied last.</summary>
    public int SameVerdictRun;

    /// <summary>Velocity RMS of the last capture in um/s, or -1.</summary>
    public int VelocityUmPerSecond;

    /// <summary>Last temperature in hundredths of a degree Celsius, or int.MinValue.</summary>
    public int TemperatureCentiCelsius;

    /// <summary>Version of the desired properties that are in force, -1 before the first.</summary>
    public int DesiredVersion;

    /// <summary>Version of the reported properties as the hub last confirmed it, -1 where not known.</summary>
    public int ReportedVersion;

    /// <summary>Whether twin and telemetry flow.</summary>
    public bool IsConnected;

    /// <summary>Whether the twin is read, applied, and everything reported confirmed.</summary>
    public bool IsTwinSettled;

    public LinkState LinkState;

    public TwinState TwinState;

    /// <summary>Desired values rejected since the start.</summary>
    public int Rejections;

    /// <summary>Telemetry messages confirmed by the hub.</summary>
    public int TelemetryConfirmed;

    /// <summary>Telemetry messages dropped for want of room.</summary>
    public int TelemetryDropped;

    /// <summary>Telemetry messages that wait for the hub, in memory and on file.</summary>
    public int TelemetryWaiting;

    /// <summary>Waveforms that the hub has.</summary>
    public int WaveformsSent;

    /// <summary>Waveforms that had to make place for others before the hub had them.</summary>
    public int WaveformsAbandoned;

    /// <summary>Reported patches sent.</summary>
    public int ReportedPatches;

    /// <summary>Connections after the first.</summary>
    public int Reconnects;

    /// <summary>CONNACK code of the last failure to connect, -1 where the hub was not reached, 0 where there was none.</summary>
    public int LastConnectFailure;

    /// <summary>The name of this start.</summary>
    public string BootId;
}
