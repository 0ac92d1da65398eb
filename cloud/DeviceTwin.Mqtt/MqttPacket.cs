namespace DeviceTwin.Mqtt;

/// <summary>The control packet types of MQTT 3.1.1, section 2.2.1; the value is the upper half of the first byte.</summary>
public enum MqttPacketType
{
    Connect = 1,
    ConnAck = 2,
    Publish = 3,
    PubAck = 4,
    PubRec = 5,
    PubRel = 6,
    PubComp = 7,
    Subscribe = 8,
    SubAck = 9,
    Unsubscribe = 10,
    UnsubAck = 11,
    PingReq = 12,
    PingResp = 13,
    Disconnect = 14,
}

/// <summary>One MQTT 3.1.1 control packet. Immutable; a packet that <see cref="MqttReader"/> returns owns its bytes.</summary>
public abstract record MqttPacket
{
    private protected MqttPacket(MqttPacketType type) => Type = type;

    public MqttPacketType Type { get; }
}
