namespace DeviceTwin.Mqtt;

/// <summary>The first packet of a client (section 3.1). Protocol name <c>MQTT</c>, level 4.</summary>
/// <param name="ClientId">May be empty where <paramref name="CleanSession"/> is set.</param>
/// <param name="KeepAliveSeconds">0 to 65535; 0 = none.</param>
/// <param name="UserName">Null where the packet carries none.</param>
/// <param name="Password">Null where the packet carries none; allowed only beside a user name.</param>
public sealed record MqttConnect(
    string ClientId,
    bool CleanSession,
    int KeepAliveSeconds,
    string? UserName = null,
    ReadOnlyMemory<byte>? Password = null,
    MqttWill? Will = null) : MqttPacket(MqttPacketType.Connect);

/// <summary>The message that the server publishes for a client that vanishes.</summary>
public sealed record MqttWill(string Topic, ReadOnlyMemory<byte> Payload, int Qos, bool Retain);

/// <summary>Return codes of CONNACK (section 3.2.2.3).</summary>
public enum MqttConnectReturnCode
{
    Accepted = 0,
    UnacceptableProtocolVersion = 1,
    IdentifierRejected = 2,
    ServerUnavailable = 3,
    BadUserNameOrPassword = 4,
    NotAuthorized = 5,
}

/// <summary>The answer to CONNECT (section 3.2).</summary>
/// <param name="SessionPresent">Whether the server kept the session; false with every code but 0.</param>
public sealed record MqttConnAck(bool SessionPresent, MqttConnectReturnCode ReturnCode) : MqttPacket(MqttPacketType.ConnAck);

/// <summary>The clean end of a connection (section 3.14): no will is published.</summary>
public sealed record MqttDisconnect() : MqttPacket(MqttPacketType.Disconnect);

/// <summary>Section 3.12.</summary>
public sealed record MqttPingReq() : MqttPacket(MqttPacketType.PingReq);

/// <summary>Section 3.13.</summary>
public sealed record MqttPingResp() : MqttPacket(MqttPacketType.PingResp);
