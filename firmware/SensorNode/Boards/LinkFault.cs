namespace DeviceTwin.SensorNode.Boards;

/// <summary>What keeps a node from its hub, as far as it can tell. Numbers and words are stable; <c>firmware/PROVISIONING.md</c> prints the same table.</summary>
public static class LinkFault
{
    /// <summary>Nothing, or nothing yet.</summary>
    public const int None = 0;

    /// <summary>Not in the network, for a reason that the radio does not tell.</summary>
    public const int NoNetwork = 1;

    /// <summary>No network of the name is in reach.</summary>
    public const int NetworkNotFound = 2;

    /// <summary>The network does not take the password.</summary>
    public const int NetworkRefused = 3;

    /// <summary>In the network, but without an address.</summary>
    public const int NoAddress = 4;

    /// <summary>The clock is not set.</summary>
    public const int ClockUnset = 5;

    /// <summary>The hub's name, its port or its certificate: no connection came about.</summary>
    public const int HubUnreachable = 6;

    /// <summary>The hub refused the node.</summary>
    public const int HubRefused = 7;

    /// <summary>The provisioning service was not reached, or refused the node.</summary>
    public const int RegistrationFailed = 8;

    /// <summary>Number of faults.</summary>
    public const int Count = 9;

    private const string Words = "none noNetwork networkNotFound networkRefused noAddress clockUnset hubUnreachable hubRefused registrationFailed";

    /// <summary>The stable word of a fault.</summary>
    public static string Word(int fault)
    {
        return WordList.At(Words, fault);
    }
}
