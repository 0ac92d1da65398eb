namespace DeviceTwin.Mqtt;

/// <summary>A message, in either direction (section 3.3).</summary>
/// <param name="Topic">At least one character, no wildcards.</param>
/// <param name="Qos">0, 1 or 2.</param>
/// <param name="PacketId">1 to 65535; 0 where <paramref name="Qos"/> is 0.</param>
/// <param name="Duplicate">DUP: a second attempt to deliver; never set with QoS 0.</param>
public sealed record MqttPublish(
    string Topic,
    ReadOnlyMemory<byte> Payload,
    int Qos = 0,
    int PacketId = 0,
    bool Retain = false,
    bool Duplicate = false) : MqttPacket(MqttPacketType.Publish);

/// <summary>Confirms a QoS 1 message (section 3.4). Identifier 0 is read: a well-known client confirms even QoS 0 that way.</summary>
public sealed record MqttPubAck(int PacketId) : MqttPacket(MqttPacketType.PubAck);

/// <summary>First answer to a QoS 2 message (section 3.5).</summary>
public sealed record MqttPubRec(int PacketId) : MqttPacket(MqttPacketType.PubRec);

/// <summary>Second message of QoS 2 (section 3.6).</summary>
public sealed record MqttPubRel(int PacketId) : MqttPacket(MqttPacketType.PubRel);

/// <summary>Last message of QoS 2 (section 3.7).</summary>
public sealed record MqttPubComp(int PacketId) : MqttPacket(MqttPacketType.PubComp);
