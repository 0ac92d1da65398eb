namespace DeviceTwin.Mqtt;

/// <summary>Why bytes are not an MQTT 3.1.1 packet that we take.</summary>
public enum MqttErrorKind
{
    None = 0,

    /// <summary>The remaining length has a fifth byte (section 2.2.3).</summary>
    RemainingLength,

    /// <summary>The remaining length is above the reader's limit.</summary>
    TooLarge,

    /// <summary>Packet type 0 or 15.</summary>
    PacketType,

    /// <summary>The lower half of the first byte is not what the type demands, or a reserved bit is set.</summary>
    Flags,

    /// <summary>A field reaches beyond the end of the packet, or bytes follow the last field.</summary>
    Length,

    /// <summary>A string is not well-formed UTF-8 or contains U+0000 (section 1.5.3).</summary>
    Text,

    /// <summary>The protocol name is neither <c>MQTT</c> nor <c>MQIsdp</c>.</summary>
    ProtocolName,

    /// <summary>A protocol level other than 4: a server answers return code 1 (section 3.1.2.2).</summary>
    ProtocolLevel,

    /// <summary>QoS 3, or a duplicate with QoS 0.</summary>
    Qos,

    /// <summary>A topic name is empty or has a wildcard; a topic filter is not valid.</summary>
    Topic,

    /// <summary>Packet identifier 0 where section 2.3.1 demands another.</summary>
    PacketId,

    /// <summary>SUBSCRIBE, UNSUBSCRIBE or SUBACK without an entry, or with a code that does not exist.</summary>
    Entries,
}

/// <param name="Kind">The class, for programs.</param>
/// <param name="Reason">The same in words, for a log.</param>
public readonly record struct MqttError(MqttErrorKind Kind, string Reason)
{
    public static readonly MqttError None = new(MqttErrorKind.None, "");
}
