namespace DeviceTwin.Provisioning.Serial;

/// <summary>Why a port cannot be used.</summary>
public enum SerialFault
{
    /// <summary>There is no port of this name.</summary>
    NotFound,

    /// <summary>Somebody else has it.</summary>
    Occupied,

    /// <summary>This user may not open it.</summary>
    NotPermitted,

    /// <summary>What bears the name is no serial port, or none that can be set to 115200 baud.</summary>
    NotASerialPort,

    /// <summary>It was there and is gone: the cable was pulled, or the adapter lost its power.</summary>
    Vanished,

    /// <summary>It takes no more bytes.</summary>
    Stuck,

    /// <summary>The system refused for a reason of its own, which the message repeats.</summary>
    Failed,
}
