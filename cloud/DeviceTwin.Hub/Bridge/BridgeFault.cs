namespace DeviceTwin.Hub.Bridge;

/// <summary>What can be wrong with the mirror of a device. Numbers never change their meaning; cloud/BRIDGE.md says what to do.</summary>
internal enum BridgeFault
{
    /// <summary>No TCP connection: name, address, port, firewall, or nobody listens.</summary>
    Unreachable = 1,

    /// <summary>TLS was not agreed on, or the certificate there is not of an authority that is trusted or not of this name.</summary>
    Untrusted = 2,

    /// <summary>CONNACK 2, 4 or 5: the device is unknown or disabled there, or its key or certificate is another.</summary>
    NotAuthorized = 3,

    /// <summary>CONNACK 3: the other hub is busy, or drains.</summary>
    Busy = 4,

    /// <summary>The connection ended by itself.</summary>
    ConnectionLost = 5,

    /// <summary>No answer to a request within 30 s.</summary>
    NoAnswer = 6,

    /// <summary>429: the other hub wants it slower.</summary>
    Throttled = 7,

    /// <summary>The other hub does not take a reported property: its rules or its limits.</summary>
    PropertyRefused = 8,

    /// <summary>An answer that an IoT hub does not give.</summary>
    NotUnderstood = 9,

    /// <summary>5xx: the other hub failed.</summary>
    FailedThere = 10,

    /// <summary>This hub does not take what is desired there.</summary>
    DesiredRefused = 11,

    /// <summary>More devices are selected than <c>connections</c> allows.</summary>
    TooManyDevices = 12,

    /// <summary>A device of the list is not registered here.</summary>
    NotHere = 13,

    /// <summary>Something that nobody foresaw; log line 4759 has the details.</summary>
    Unexpected = 99,
}

/// <summary>Why a step towards the other hub failed.</summary>
internal sealed class BridgeException(BridgeFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public BridgeFault Fault { get; } = fault;
}
