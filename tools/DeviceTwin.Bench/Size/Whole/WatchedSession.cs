using DeviceTwin.SensorNode.Link;

namespace DeviceTwin.Bench.Size.Whole;

/// <summary>A session that remembers its largest payload.</summary>
internal sealed class WatchedSession(IMqttSession inner) : IMqttSession
{
    /// <summary>Bytes of the largest payload, either way.</summary>
    public int Largest { get; set; }

    public MqttSessionState State() => inner.State();

    public int ConnectReturnCode() => inner.ConnectReturnCode();

    public bool SessionPresent() => inner.SessionPresent();

    public void Open(MqttSessionOptions options) => inner.Open(options);

    public int Publish(string topic, byte[] payload, int qos)
    {
        Largest = Math.Max(Largest, payload.Length);
        return inner.Publish(topic, payload, qos);
    }

    public int Subscribe(string[] filters, byte[] qos) => inner.Subscribe(filters, qos);

    public MqttMessage? Receive()
    {
        MqttMessage? message = inner.Receive();
        Largest = Math.Max(Largest, message?.Payload.Length ?? 0);
        return message;
    }

    public int NextConfirmed() => inner.NextConfirmed();

    public void Close() => inner.Close();
}
