namespace DeviceTwin.SensorNode.Boards;

/// <summary>Sleep and restart, and what memory is left.</summary>
public interface IPower
{
    /// <summary>Why the node last started, as a short stable word (powerOn, software, watchdog, deepSleep, unknown).</summary>
    string LastResetCause();

    /// <summary>Restarts the node. Does not return on a board.</summary>
    void Restart();

    /// <summary>Free managed memory in bytes after a collection, 0 where not known. Collects garbage: a pause of some milliseconds.</summary>
    int FreeMemoryBytes();
}
