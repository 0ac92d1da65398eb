namespace DeviceTwin.SensorNode.Provisioning;

/// <summary>What the dialogue says of the node; whoever hosts it fills it in, and keeps the words of the status fresh.</summary>
public sealed class ProvisioningFacts
{
    /// <summary>Kind of board.</summary>
    public string Board = "";

    /// <summary>Version of the firmware.</summary>
    public string Firmware = "";

    /// <summary>The chip's own number in hexadecimal digits. An ESP32 has none but the address of its radio.</summary>
    public string ChipId = "";

    /// <summary>Address of the radio in hexadecimal digits.</summary>
    public string Mac = "";

    /// <summary>What the accelerometer should be.</summary>
    public string Accelerometer = "";

    /// <summary>What the thermometer should be.</summary>
    public string Thermometer = "";

    /// <summary>Word of the mode.</summary>
    public string Mode = "";

    /// <summary>Word of the last reset cause.</summary>
    public string ResetCause = "";

    /// <summary>Whether the hub is reached.</summary>
    public bool IsConnected;

    /// <summary>What keeps the node from its hub: a number of <see cref="Boards.LinkFault"/>.</summary>
    public int LinkFault;

    /// <summary>Number of this start: makes challenges differ from start to start.</summary>
    public int Starts;
}
