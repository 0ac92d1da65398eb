namespace DeviceTwin.SensorNode.Boards;

/// <summary>A wireless network that a scan found.</summary>
public sealed class RadioNetwork
{
    public string Name;

    /// <summary>Received signal strength in dBm.</summary>
    public int SignalDbm;
}
