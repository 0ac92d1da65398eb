namespace DeviceTwin.SensorNode.Link;

/// <summary>One message on its way to the hub.</summary>
public sealed class TelemetryMessage
{
    /// <summary>Spectra: the first to be dropped.</summary>
    public const int Low = 0;

    /// <summary>Features in their rhythm.</summary>
    public const int Normal = 1;

    /// <summary>A change of the verdict: goes first, is dropped last.</summary>
    public const int Urgent = 2;

    /// <summary>Value of the application property <c>kind</c>.</summary>
    public readonly string Kind;

    /// <summary>The body, JSON.</summary>
    public readonly byte[] Payload;

    /// <summary><see cref="Low"/>, <see cref="Normal"/> or <see cref="Urgent"/>.</summary>
    public readonly int Priority;

    /// <summary>Name of the boot that made the message.</summary>
    public readonly string BootId;

    /// <summary>Number of the message within its boot, from 1; all kinds count together. Stays the same however often it is sent.</summary>
    public readonly int Sequence;

    /// <summary>Its application properties where they are other than kind, boot and number, encoded for the topic; else null.</summary>
    public readonly string Properties;

    /// <summary>A piece of a waveform, or a question about one: it has no number, because the hub knows it by its place.</summary>
    public TelemetryMessage(string properties, byte[] payload)
    {
        Kind = "waveform";
        Payload = payload;
        Priority = Low;
        Properties = properties;
    }

    public TelemetryMessage(string kind, byte[] payload, int priority, string bootId, int sequence)
    {
        Kind = kind;
        Payload = payload;
        Priority = priority;
        BootId = bootId;
        Sequence = sequence;
    }
}
