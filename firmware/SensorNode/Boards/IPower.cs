namespace DeviceTwin.SensorNode.Boards;

/// <summary>Sleep and restart.</summary>
public interface IPower
{
    /// <summary>Why the node last started, as a short stable word (powerOn, software, watchdog, deepSleep, unknown).</summary>
    string LastResetCause();

    /// <summary>Restarts the node. Does not return on a board.</summary>
    void Restart();
}
