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
/// What M2Mqtt 5.1.220 does, read from its source, and what is made of it here:
/// <list type="bullet">
/// <item>Publish puts the message into a queue and returns; a thread sends it. So a number returned is no proof that anything left, the
/// confirmation can be there before the number is, and a dead socket shows in IsConnected alone.</item>
/// <item>A confirmation that meets no message in the queue at that moment is thrown away (nanoframework/Home#935). M2Mqtt then sends the
/// message again after 1 s, three times in all, and raises IsPublished false: no confirmation, and no proof of the contrary. The hub
/// tells repetitions by their number (bootId, seq); the link sends again by its own clock.</item>
/// <item>Packet identifiers begin at 1 with each client. An event of an old client, raised while it is being closed, would confirm
/// another message of the new one: events of any client but the present one are dropped, under the gate that changes it.</item>
/// <item>A client is used for one connection: it keeps its queues and, with CleanSession false, its session over Connect, and would send
/// old messages before the node has subscribed.</item>
/// <item>Disconnect and Close sleep 200 ms and join threads for up to 2 s: that is the talk loop's pause at a reconnection.</item>
/// <item>Before 5.1.220 each message leaked (queues and the event list); the loop thread of the old client could live on.</item>
/// <item>The socket is IPv4 and takes the first address of the DNS answer. The certificate authority given is the only one trusted, and
/// the host's name is checked. Without a client certificate M2Mqtt shows the one stored on the device, if there is one.</item>
/// </list>
/// </remarks>
public sealed class M2MqttSession : IMqttSession
{
    // A hub that talks faster than the node listens must not fill the memory: twin messages are repeated by the link's own means.
    private const int QueueLimit = 32;

    // Return code of SUBACK (MQTT 3.1.1, 3.9.3).
    private const int SubscriptionRefused = 0x80;

    private readonly object _gate = new object();
    private readonly ArrayList _messages = new ArrayList();
    private readonly ArrayList _confirmed = new ArrayList();
    private MqttClient _client;
    private MqttSessionState _state;
    private int _returnCode = -1;
    private bool _sessionPresent;
    private bool _isRefused;

    public MqttSessionState State()
    {
        if (_state == MqttSessionState.Open && (_client == null || _isRefused || !_client.IsConnected))
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
            X509Certificate2 own = options.ClientCertificate == null ? null : new X509Certificate2(options.ClientCertificate, options.ClientKey, "");
            var client = new MqttClient(options.Host, options.Port, true, authority, own, MqttSslProtocols.TLSv1_2);
            lock (_gate)
            {
                _client = client;
            }

            client.ConnectionOpened += OnConnectionOpened;
            client.MqttMsgPublishReceived += OnMessage;
            client.MqttMsgPublished += OnPublished;
            client.MqttMsgSubscribed += OnSubscribed;
            MqttReasonCode code = client.Connect(
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
        MqttClient client;
        lock (_gate)
        {
            client = _client;
            _client = null;
            _isRefused = false;
            _messages.Clear();
            _confirmed.Clear();
        }

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
            if (sender == _client && _messages.Count < QueueLimit)
            {
                _messages.Add(new MqttMessage(arguments.Topic, arguments.Message));
            }
        }
    }

    private void OnPublished(object sender, MqttMsgPublishedEventArgs arguments)
    {
        if (arguments.IsPublished)
        {
            Confirm(sender, arguments.MessageId);
        }
    }

    // A hub that refuses a subscription does not speak our dialect: going on would be deaf.
    private void OnSubscribed(object sender, MqttMsgSubscribedEventArgs arguments)
    {
        for (int index = 0; index < arguments.GrantedQoSLevels.Length; index++)
        {
            if ((int)arguments.GrantedQoSLevels[index] == SubscriptionRefused)
            {
                lock (_gate)
                {
                    _isRefused |= sender == _client;
                }

                return;
            }
        }

        Confirm(sender, arguments.MessageId);
    }

    private void Confirm(object sender, int packetId)
    {
        lock (_gate)
        {
            if (sender == _client && _confirmed.Count < QueueLimit)
            {
                _confirmed.Add(packetId);
            }
        }
    }
}
