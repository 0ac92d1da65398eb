using System.Security.Cryptography;
using System.Text;
using DeviceTwin.SensorNode.Link;

namespace DeviceTwin.Tests.SensorNode.Simulator.Fleet;

/// <summary>One node's hub without a network: an empty twin, every report confirmed, every message kept as a hash and a list.</summary>
internal sealed class ScriptedHub : IMqttSession
{
    private readonly Queue<MqttMessage> _inbound = new();
    private readonly Queue<int> _confirmed = new();
    private readonly IncrementalHash _everything = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private MqttSessionState _state = MqttSessionState.Closed;
    private int _packet;
    private int _version = 1;

    public string Desired { get; init; } = "{\"$version\":1}";

    public List<string> Telemetry { get; } = [];

    /// <summary>Reported patches.</summary>
    public List<string> Reports { get; } = [];

    public int Connects { get; private set; }

    /// <summary>SHA-256 over every topic and payload that the node sent.</summary>
    public string Hash => Convert.ToHexString(_everything.GetCurrentHash());

    public MqttSessionState State() => _state;

    public int ConnectReturnCode() => 0;

    public bool SessionPresent() => false;

    public void Open(MqttSessionOptions options)
    {
        Connects++;
        _state = MqttSessionState.Open;
    }

    public int Publish(string topic, byte[] payload, int qos)
    {
        _everything.AppendData(Encoding.UTF8.GetBytes(topic));
        _everything.AppendData(payload);
        if (topic.StartsWith("$iothub/twin/GET/", StringComparison.Ordinal))
        {
            Answer($"$iothub/twin/res/200/?{topic[(topic.IndexOf('?') + 1)..]}", $"{{\"desired\":{Desired},\"reported\":{{\"$version\":{_version}}}}}");
        }
        else if (topic.StartsWith("$iothub/twin/PATCH/", StringComparison.Ordinal))
        {
            _version++;
            Reports.Add(Encoding.UTF8.GetString(payload));
            Answer($"$iothub/twin/res/204/?{topic[(topic.IndexOf('?') + 1)..]}&$version={_version}", "");
        }
        else
        {
            Telemetry.Add(Encoding.UTF8.GetString(payload));
        }

        if (qos == 0)
        {
            return 0;
        }

        _confirmed.Enqueue(++_packet);
        return _packet;
    }

    public int Subscribe(string[] filters, byte[] qos)
    {
        _confirmed.Enqueue(++_packet);
        return _packet;
    }

    public MqttMessage? Receive() => _inbound.TryDequeue(out MqttMessage? message) ? message : null;

    public int NextConfirmed() => _confirmed.TryDequeue(out int packet) ? packet : 0;

    public void Close() => _state = MqttSessionState.Closed;

    private void Answer(string topic, string payload) => _inbound.Enqueue(new MqttMessage(topic, Encoding.UTF8.GetBytes(payload)));
}
