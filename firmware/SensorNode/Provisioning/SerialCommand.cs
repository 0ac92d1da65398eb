using DeviceTwin.SensorNode.Boards;

namespace DeviceTwin.SensorNode.Provisioning;

/// <summary>What a tool may ask, by number. Numbers and words are stable; <c>firmware/PROVISIONING.md</c> prints the same table.</summary>
public static class SerialCommand
{
    /// <summary>Who are you? Open to all.</summary>
    public const int Identify = 1;

    /// <summary>How are you? Open to all.</summary>
    public const int Status = 2;

    /// <summary>Give me something to sign. Open to all.</summary>
    public const int Challenge = 3;

    /// <summary>Here it is, signed. Open to all.</summary>
    public const int Authenticate = 4;

    /// <summary>Look at both sensors.</summary>
    public const int SensorCheck = 5;

    /// <summary>Look for networks.</summary>
    public const int WifiScan = 6;

    /// <summary>Stage network and password.</summary>
    public const int WifiSet = 7;

    /// <summary>Stage who the node is.</summary>
    public const int IdentitySet = 8;

    /// <summary>Stage where the hub is.</summary>
    public const int HubSet = 9;

    /// <summary>Stage a piece of a long text.</summary>
    public const int Put = 10;

    /// <summary>Set the calendar.</summary>
    public const int TimeSet = 11;

    /// <summary>Listen to taps on the machine.</summary>
    public const int TapTest = 12;

    /// <summary>Listen to silence.</summary>
    public const int NoiseFloor = 13;

    /// <summary>Store what is staged.</summary>
    public const int Commit = 14;

    /// <summary>Forget what is staged.</summary>
    public const int Discard = 15;

    /// <summary>Restart.</summary>
    public const int Reboot = 16;

    /// <summary>Wipe everything and restart.</summary>
    public const int FactoryReset = 17;

    /// <summary>End the measurement under way.</summary>
    public const int Cancel = 18;

    /// <summary>End the session.</summary>
    public const int Close = 19;

    /// <summary>One more than the last number.</summary>
    public const int Count = 20;

    private const string Words =
        "none identify status challenge authenticate sensorCheck wifiScan wifiSet identitySet hubSet put timeSet tapTest "
        + "noiseFloor commit discard reboot factoryReset cancel close";

    /// <summary>The stable word.</summary>
    public static string Word(int command)
    {
        return command < 0 || command >= Count ? WordList.At(Words, 0) : WordList.At(Words, command);
    }
}
