using System;
using System.Collections;
using System.Security.Cryptography.X509Certificates;
using DeviceTwin.SensorNode.Link;
using nanoFramework.M2Mqtt;
using nanoFramework.M2Mqtt.Messages;

namespace DeviceTwin.SensorNode.Boards.Esp32;

/// <summary>
/// An MQTT session on nanoFramework.M2Mqtt over TLS 1.2. M2Mqtt calls back on threads of its own; what it brings waits
/// in queues until the talk loop polls.
/// </summary>
/// <remarks>
/// A confirmation can come before <see cref="Publish"/> returns, late, or (nanoframework/Home#935) never: the link's
/// time-outs are made for that. A failed confirmation (IsPublished false) is none.
/// </remarks>
public sealed class M2MqttSession : IMqttSession
{
    // A hub that talks faster than the node listens must not fill the memory: twin messages are repeated by the link's own means.
    private const int QueueLimit = 32;

    private readonly object _gate = new object();
    private readonly ArrayList _messages = new ArrayList();
    private readonly ArrayList _confirmed = new ArrayList();
    private MqttClient _client;
    private MqttSessionState _state;
    private int _returnCode = -1;
    private bool _sessionPresent;

    public MqttSessionState State()
    {
        if (_state == MqttSessionState.Open && (_client == null || !_client.IsConnected))
        {
            _state = MqttSessionState.Closed;
        }

        return _state;
    }

    public int ConnectReturnCode()
    {
        return _returnCode;
    }

    public bool SessionPresent()
    {
        return _sessionPresent;
    }

    public void Open(MqttSessionOptions options)
    {
        Close();
        _returnCode = -1;
        _sessionPresent = false;
        _state = MqttSessionState.Opening;
        try
        {
            var authority = new X509Certificate(options.CertificateAuthority);
            _client = new MqttClient(options.Host, options.Port, true, authority, null, MqttSslProtocols.TLSv1_2);
            _client.ConnectionOpened += OnConnectionOpened;
            _client.MqttMsgPublishReceived += OnMessage;
            _client.MqttMsgPublished += OnPublished;
            _client.MqttMsgSubscribed += OnSubscribed;
            MqttReasonCode code = _client.Connect(
                options.ClientId,
                options.UserName,
                options.Password,
                options.CleanSession,
                (ushort)options.KeepAliveSeconds);
            _returnCode = (int)code;
            _state = code == MqttReasonCode.Success ? MqttSessionState.Open : MqttSessionState.Closed;
        }
        catch (Exception)
        {
            // The return code stays -1: the hub was not reached.
            _state = MqttSessionState.Closed;
        }
    }

    public int Publish(string topic, byte[] payload, int qos)
    {
        if (State() != MqttSessionState.Open)
        {
            return -1;
        }

        try
        {
            int packetId = _client.Publish(topic, payload, null, null, (MqttQoSLevel)qos, false);
            return qos == 0 ? 0 : packetId;
        }
        catch (Exception)
        {
            return -1;
        }
    }

    public int Subscribe(string[] filters, byte[] qos)
    {
        if (State() != MqttSessionState.Open)
        {
            return -1;
        }

        MqttQoSLevel[] levels = new MqttQoSLevel[qos.Length];
        for (int index = 0; index < qos.Length; index++)
        {
            levels[index] = (MqttQoSLevel)qos[index];
        }

        try
        {
            return _client.Subscribe(filters, levels);
        }
        catch (Exception)
        {
            return -1;
        }
    }

    public MqttMessage Receive()
    {
        lock (_gate)
        {
            if (_messages.Count == 0)
            {
                return null;
            }

            var message = (MqttMessage)_messages[0];
            _messages.RemoveAt(0);
            return message;
        }
    }

    public int NextConfirmed()
    {
        lock (_gate)
        {
            if (_confirmed.Count == 0)
            {
                return 0;
            }

            int packetId = (int)_confirmed[0];
            _confirmed.RemoveAt(0);
            return packetId;
        }
    }

    public void Close()
    {
        MqttClient client = _client;
        _client = null;
        _state = MqttSessionState.Closed;
        if (client != null)
        {
            client.ConnectionOpened -= OnConnectionOpened;
            client.MqttMsgPublishReceived -= OnMessage;
            client.MqttMsgPublished -= OnPublished;
            client.MqttMsgSubscribed -= OnSubscribed;
            Quietly(client, true);
            Quietly(client, false);
        }

        lock (_gate)
        {
            _messages.Clear();
            _confirmed.Clear();
        }
    }

    // Disconnect sends on a socket that may be dead, and throws then; the resources must be given back all the same.
    private static void Quietly(MqttClient client, bool disconnect)
    {
        try
        {
            if (!disconnect)
            {
                client.Dispose();
            }
            else if (client.IsConnected)
            {
                client.Disconnect();
            }
        }
        catch (Exception)
        {
        }
    }

    private void OnConnectionOpened(object sender, ConnectionOpenedEventArgs arguments)
    {
        _sessionPresent = arguments.Message.SessionPresent;
    }

    private void OnMessage(object sender, MqttMsgPublishEventArgs arguments)
    {
        lock (_gate)
        {
            if (_messages.Count < QueueLimit)
            {
                _messages.Add(new MqttMessage(arguments.Topic, arguments.Message));
            }
        }
    }

    private void OnPublished(object sender, MqttMsgPublishedEventArgs arguments)
    {
        if (arguments.IsPublished)
        {
            Confirm(arguments.MessageId);
        }
    }

    private void OnSubscribed(object sender, MqttMsgSubscribedEventArgs arguments)
    {
        Confirm(arguments.MessageId);
    }

    private void Confirm(int packetId)
    {
        lock (_gate)
        {
            if (_confirmed.Count < QueueLimit)
            {
                _confirmed.Add(packetId);
            }
        }
    }
}
