namespace DeviceTwin.SensorNode.Link;

/// <summary>Where an MQTT session stands.</summary>
public enum MqttSessionState
{
    /// <summary>No connection; the initial state.</summary>
    Closed = 0,

    /// <summary>TCP, TLS or CONNECT under way.</summary>
    Opening = 1,

    /// <summary>CONNACK 0 received.</summary>
    Open = 2,
}

/// <summary>
/// One MQTT 3.1.1 connection over TLS 1.2 and IPv4, polled. The board may block in <see cref="Open"/>; the simulator never does.
/// No member throws; a failure ends in <see cref="MqttSessionState.Closed"/> with a reason.
/// </summary>
/// <remarks>
/// What confirmations promise is little, because nanoFramework.M2Mqtt promises no more: the confirmation of a message may be
/// there before <see cref="Publish"/> returned its number, late, twice, or never although the hub has the message
/// (nanoframework/Home#935). Only two things hold: a number that <see cref="NextConfirmed"/> gives was confirmed by the hub on
/// the connection that is open now, and numbers of one connection do not repeat within 65 535 messages.
/// </remarks>
public interface IMqttSession
{
    MqttSessionState State();

    /// <summary>CONNACK return code of the last attempt, -1 where the hub was not reached.</summary>
    int ConnectReturnCode();

    /// <summary>Whether CONNACK said that the hub kept the session.</summary>
    bool SessionPresent();

    void Open(MqttSessionOptions options);

    /// <returns>The packet identifier (QoS 1) or 0 (QoS 0); -1 where it could not be sent.</returns>
    int Publish(string topic, byte[] payload, int qos);

    /// <returns>The packet identifier, or -1 where it could not be sent.</returns>
    int Subscribe(string[] filters, byte[] qos);

    /// <summary>The next received message, or null.</summary>
    MqttMessage Receive();

    /// <summary>The next packet identifier that the hub confirmed (PUBACK or SUBACK), or 0.</summary>
    int NextConfirmed();

    void Close();
}

/// <summary>What CONNECT carries.</summary>
public sealed class MqttSessionOptions
{
    public string Host;
    public int Port;
    public string ClientId;
    public string UserName;

    /// <summary>The token; null where the node shows a certificate.</summary>
    public string Password;

    public bool CleanSession;
    public int KeepAliveSeconds;

    /// <summary>PEM of the plant's certificate authority.</summary>
    public string CertificateAuthority;

    /// <summary>PEM of the node's own certificate; null where it has a token.</summary>
    public string ClientCertificate;

    /// <summary>PEM of the private key of <see cref="ClientCertificate"/>, not encrypted.</summary>
    public string ClientKey;
}

/// <summary>A received PUBLISH.</summary>
public sealed class MqttMessage
{
    public readonly string Topic;
    public readonly byte[] Payload;

    public MqttMessage(string topic, byte[] payload)
    {
        Topic = topic;
        Payload = payload;
    }
}
