using System.Text;
using DeviceTwin.SensorNode.Link;

namespace DeviceTwin.Bench.Size.Whole;

/// <summary>
/// A session that holds what nanoFramework.M2Mqtt 5.1 holds of messages, read from its source: while a message arrives the packet's body and the payload cut out of it
/// (<c>MqttMsgPublish.Parse</c>), and the payload until the next message has arrived, in locals of threads that never return (<c>ReceiveThread</c>,
/// <c>ProcessInflightThread</c>); while one is sent the packet beside the payload (<c>MqttMsgPublish.GetBytes</c>), and the payload until the next one.
/// </summary>
internal sealed class WatchedSession(IMqttSession inner) : IMqttSession
{
    // Fixed head, length of the topic, number.
    private const int PacketHead = 7;

    private MqttMessage? _received;
    private byte[]? _sent;
    private byte[]? _packet;

    /// <summary>Bytes of the largest payload, either way.</summary>
    public int Largest { get; set; }

    public MqttSessionState State()
    {
        _packet = null;
        return inner.State();
    }

    public int ConnectReturnCode() => inner.ConnectReturnCode();

    public bool SessionPresent() => inner.SessionPresent();

    public void Open(MqttSessionOptions options) => inner.Open(options);

    public int Publish(string topic, byte[] payload, int qos)
    {
        Largest = Math.Max(Largest, payload.Length);
        _sent = payload;
        _packet = new byte[PacketHead + Encoding.UTF8.GetByteCount(topic) + payload.Length];
        AllocationLedger.Note(_packet);

        // What the network holds is not the node's.
        return inner.Publish(topic, [.. payload], qos);
    }

    public int Subscribe(string[] filters, byte[] qos) => inner.Subscribe(filters, qos);

    public MqttMessage? Receive()
    {
        _packet = null;
        MqttMessage? message = inner.Receive();
        if (message is not null)
        {
            Largest = Math.Max(Largest, message.Payload.Length);
            byte[] body = new byte[PacketHead + Encoding.UTF8.GetByteCount(message.Topic) + message.Payload.Length];
            AllocationLedger.Note(body);
            AllocationLedger.Note(message);
            GC.KeepAlive(body);
            _received = message;
            _sent = null;
        }

        return message;
    }

    public int NextConfirmed() => inner.NextConfirmed();

    /// <summary>The client goes with its connection.</summary>
    public void Close()
    {
        Forget();
        inner.Close();
    }

    /// <summary>What a small message in each direction does.</summary>
    public void Forget()
    {
        _received = null;
        _sent = null;
        _packet = null;
    }
}
