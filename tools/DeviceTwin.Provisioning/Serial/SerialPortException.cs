namespace DeviceTwin.Provisioning.Serial;

/// <summary>A port cannot be used. <see cref="Exception.Message"/> is one sentence that says why; <see cref="Remedy"/> is one that says what to do.</summary>
public sealed class SerialPortException : IOException
{
    /// <param name="fault">What kind of trouble.</param>
    /// <param name="portName">The port.</param>
    /// <param name="message">What happened: a sentence.</param>
    /// <param name="remedy">What to do next: a sentence.</param>
    /// <param name="inner">What the system said; null where it said nothing.</param>
    public SerialPortException(SerialFault fault, string portName, string message, string remedy, Exception? inner = null)
        : base(message, inner)
    {
        Fault = fault;
        PortName = portName;
        Remedy = remedy;
    }

    /// <summary>What kind of trouble.</summary>
    public SerialFault Fault { get; }

    /// <summary>The port.</summary>
    public string PortName { get; }

    /// <summary>What to do next: a sentence.</summary>
    public string Remedy { get; }
}
