using System.Text;
using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Simulator.Network;

namespace DeviceTwin.Tests.SensorNode.Simulator.Link;

/// <summary>A session with a hub in memory whose moods a test decides. Confirmations and answers come at once unless told otherwise.</summary>
internal sealed class StubSession : IMqttSession
{
    private readonly Queue<MqttMessage> _toNode = new();
    private readonly Queue<int> _confirmed = new();
    private MqttSessionState _state;
    private int _returnCode = -1;
    private int _lastPacketId;
    private bool _isSubscribed;

    public SimulatedTwin Twin { get; } = new();

    /// <summary>CONNACK code of the next connections; -1: the hub is not reached; null: the connection never comes about.</summary>
    public int? ConnectAnswer { get; set; } = 0;

    /// <summary>The hub receives, and says nothing any more.</summary>
    public bool IsSilent { get; set; }

    /// <summary>PUBACK packets that get lost before the next one arrives.</summary>
    public int LosePubacks { get; set; }

    /// <summary>How often each PUBACK comes.</summary>
    public int PubackCopies { get; set; } = 1;

    public bool LoseSuback { get; set; }

    /// <summary>Decides over a CONNECT instead of <see cref="ConnectAnswer"/>.</summary>
    public Func<MqttSessionOptions, int>? Judge { get; set; }

    /// <summary>Sees what the node sends.</summary>
    public Action<string, string>? Sent { get; set; }

    /// <summary>Sending fails.</summary>
    public bool IsClogged { get; set; }

    /// <summary>Status of the next answers to twin requests instead of success; 0 for success.</summary>
    public int TwinError { get; set; }

    public List<MqttSessionOptions> Connects { get; } = [];

    public List<(string Topic, string Payload, int Qos)> Published { get; } = [];

    /// <summary>Telemetry that reached the hub, in the order of arrival.</summary>
    public IEnumerable<(string Topic, string Payload, int Qos)> Telemetry => Published.Where(message => message.Topic.StartsWith("devices/", StringComparison.Ordinal));

    public List<string[]> Subscriptions { get; } = [];

    public int Closes { get; private set; }

    public MqttSessionState State() => _state;

    public int ConnectReturnCode() => _returnCode;

    public bool SessionPresent() => false;

    public void Open(MqttSessionOptions options)
    {
        Connects.Add(options);
        _toNode.Clear();
        _confirmed.Clear();
        _isSubscribed = false;
        int? answer = Judge is null ? ConnectAnswer : Judge(options);
        _returnCode = answer ?? -1;
        _state = answer is null ? MqttSessionState.Opening : answer == 0 ? MqttSessionState.Open : MqttSessionState.Closed;
    }

    public int Publish(string topic, byte[] payload, int qos)
    {
        if (_state != MqttSessionState.Open || IsClogged)
        {
            return -1;
        }

        Published.Add((topic, Encoding.UTF8.GetString(payload), qos));
        Sent?.Invoke(topic, Encoding.UTF8.GetString(payload));
        if (!IsSilent)
        {
            AnswerTwin(topic, payload);
        }

        if (qos == 0)
        {
            return 0;
        }

        int packetId = ++_lastPacketId;
        if (!IsSilent && LosePubacks-- <= 0)
        {
            LosePubacks = 0;
            for (int copy = 0; copy < PubackCopies; copy++)
            {
                _confirmed.Enqueue(packetId);
            }
        }

        return packetId;
    }

    public int Subscribe(string[] filters, byte[] qos)
    {
        Subscriptions.Add(filters);
        _isSubscribed = true;
        int packetId = ++_lastPacketId;
        if (!IsSilent && !LoseSuback)
        {
            _confirmed.Enqueue(packetId);
        }

        return packetId;
    }

    public MqttMessage Receive() => _toNode.TryDequeue(out MqttMessage? message) ? message : null!;

    public int NextConfirmed() => _confirmed.TryDequeue(out int packetId) ? packetId : 0;

    public void Close()
    {
        Closes++;
        _state = MqttSessionState.Closed;
    }

    /// <summary>The network tears the connection.</summary>
    public void Tear() => _state = MqttSessionState.Closed;

    /// <summary>The operator changes something; pushed where the node listens.</summary>
    public void Desire(string json)
    {
        byte[] patch = Twin.Desire(json);
        if (_state == MqttSessionState.Open && _isSubscribed && !IsSilent)
        {
            _toNode.Enqueue(new MqttMessage($"$iothub/twin/PATCH/properties/desired/?$version={Twin.DesiredVersion}", patch));
        }
    }

    /// <summary>Something arrives that the hub would not send.</summary>
    public void Push(string topic, string payload) => _toNode.Enqueue(new MqttMessage(topic, Encoding.UTF8.GetBytes(payload)));

    /// <summary>A confirmation arrives.</summary>
    public void ConfirmLate(int packetId) => _confirmed.Enqueue(packetId);

    private void AnswerTwin(string topic, byte[] payload)
    {
        int mark = topic.IndexOf("?$rid=", StringComparison.Ordinal);
        if (mark < 0 || !_isSubscribed)
        {
            return;
        }

        string requestId = topic[(mark + 6)..];
        if (TwinError != 0)
        {
            Push($"$iothub/twin/res/{TwinError}/?$rid={requestId}", $$"""{"errorCode":{{TwinError}},"message":"no"}""");
        }
        else if (topic.StartsWith("$iothub/twin/GET/", StringComparison.Ordinal))
        {
            _toNode.Enqueue(new MqttMessage($"$iothub/twin/res/200/?$rid={requestId}", Twin.Get()));
        }
        else if (topic.StartsWith("$iothub/twin/PATCH/properties/reported/", StringComparison.Ordinal))
        {
            int version = Twin.Report(payload);
            Push($"$iothub/twin/res/204/?$rid={requestId}&$version={version}", "");
        }
    }
}
