namespace DeviceTwin.Mqtt;

/// <summary>A topic filter with the highest QoS that the subscriber takes.</summary>
public readonly record struct MqttSubscription(string Filter, int Qos);

/// <summary>Section 3.8.</summary>
/// <param name="Subscriptions">At least one.</param>
public sealed record MqttSubscribe(int PacketId, IReadOnlyList<MqttSubscription> Subscriptions) : MqttPacket(MqttPacketType.Subscribe);

/// <summary>The answer to SUBSCRIBE (section 3.9).</summary>
/// <param name="ReturnCodes">One per filter, in order: the granted QoS, or <see cref="Failure"/>.</param>
public sealed record MqttSubAck(int PacketId, IReadOnlyList<byte> ReturnCodes) : MqttPacket(MqttPacketType.SubAck)
{
    /// <summary>The filter was refused.</summary>
    public const byte Failure = 0x80;
}

/// <summary>Section 3.10.</summary>
/// <param name="Filters">At least one.</param>
public sealed record MqttUnsubscribe(int PacketId, IReadOnlyList<string> Filters) : MqttPacket(MqttPacketType.Unsubscribe);

/// <summary>The answer to UNSUBSCRIBE (section 3.11).</summary>
public sealed record MqttUnsubAck(int PacketId) : MqttPacket(MqttPacketType.UnsubAck);
