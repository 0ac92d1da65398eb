namespace DeviceTwin.SensorNode.Boards;

/// <summary>The network below the MQTT session.</summary>
public interface IRadio
{
    /// <summary>Starts joining the network; returns at once or after the attempt. Never throws.</summary>
    void Join(string network, string password);

    /// <summary>Whether an address is held.</summary>
    bool IsUp();

    /// <summary>Why the last attempt to join failed: a number of <see cref="LinkFault"/> up to <see cref="LinkFault.NoAddress"/>. Means nothing while an address is held.</summary>
    int Fault();

    /// <summary>Received signal strength in dBm, 0 where not known.</summary>
    int SignalDbm();

    /// <summary>Begins to look for networks. Never throws.</summary>
    void StartScan();

    /// <summary>What the scan found, or null while it goes on.</summary>
    RadioNetwork[] Found();
}
