namespace DeviceTwin.Analytics.Replays;

/// <summary>What one node captured at one measuring point, and the settings to be compared. The unit of work of a replay.</summary>
/// <param name="Machine">Id of the machine; that of the device where it has no place.</param>
/// <param name="Point">Id of the measuring point; "" where it has none.</param>
/// <param name="DeviceId">The node.</param>
/// <param name="Captures">In any order.</param>
/// <param name="Old">The settings that hold.</param>
/// <param name="New">The settings proposed.</param>
public sealed record ReplaySeries(
    string Machine, string Point, string DeviceId, IReadOnlyList<StoredCapture> Captures, ReplaySettings Old, ReplaySettings New)
{
    /// <summary>Samples of the detector's window on the node's board: 1024, 2048, 4096 or 8192.</summary>
    public int DetectorWindow { get; init; } = 8192;

    /// <summary>Density of the sensor's own noise in nano-g per root hertz; 0 = not known. Only whether there is an ISO zone depends on it.</summary>
    public int NoiseNanoGPerRootHertz { get; init; }
}
