using DeviceTwin.Mqtt;
using DeviceTwin.Storage;

namespace DeviceTwin.Hub.Gateway;

/// <summary>
/// The filters of one connection. A persistent session's are durable before SUBACK says so: clients that renew their token
/// reconnect and subscribe to nothing again.
/// </summary>
internal sealed class DeviceSubscriptions(string deviceId, bool persistent, GatewayServices services)
{
    private Dictionary<string, int> granted = new(StringComparer.Ordinal);

    public bool CoversDesired { get; private set; }

    public bool CoversMethods { get; private set; }

    /// <summary>The QoS for cloud-to-device messages; null where they are not subscribed to.</summary>
    public int? MessagesQos { get; private set; }

    /// <summary>What the topic of a cloud-to-device message begins with; empty where they are not subscribed to.</summary>
    public string MessagesTopic { get; private set; } = "";

    /// <summary>Takes over the session of a persistent client, or ends that of a clean one.</summary>
    /// <returns>Whether there was a session to take over.</returns>
    public async Task<bool> Restore(CancellationToken cancellation)
    {
        DeviceSession? session = services.Fleet.FindSession(deviceId);
        if (!persistent)
        {
            if (session is not null)
            {
                await services.Fleet.DeleteSession(deviceId, cancellation);
            }

            return false;
        }

        if (session is null)
        {
            await services.Fleet.SaveSession(new DeviceSession(deviceId, granted), cancellation);
            return false;
        }

        Use(new Dictionary<string, int>(session.Subscriptions, StringComparer.Ordinal));
        return true;
    }

    public async Task<MqttSubAck> Subscribe(MqttSubscribe packet)
    {
        var next = new Dictionary<string, int>(granted, StringComparer.Ordinal);
        var codes = new byte[packet.Subscriptions.Count];
        for (int i = 0; i < codes.Length; i++)
        {
            MqttSubscription subscription = packet.Subscriptions[i];
            if (DeviceFilters.Canonical(subscription.Filter, deviceId) is { } filter)
            {
                codes[i] = (byte)Math.Min(subscription.Qos, 1);
                next[filter] = codes[i];
            }
            else
            {
                codes[i] = MqttSubAck.Failure;
                services.Logger.FilterRefused(deviceId, LogText.Of(subscription.Filter));
            }
        }

        await Save(next);
        return new MqttSubAck(packet.PacketId, codes);
    }

    public async Task<MqttUnsubAck> Unsubscribe(MqttUnsubscribe packet)
    {
        var next = new Dictionary<string, int>(granted, StringComparer.Ordinal);
        foreach (string filter in packet.Filters)
        {
            next.Remove(DeviceFilters.Canonical(filter, deviceId) ?? filter);
        }

        await Save(next);
        return new MqttUnsubAck(packet.PacketId);
    }

    /// <summary>Writes to the log what a SUBSCRIBE was granted, once it has its effect.</summary>
    public void LogGranted(MqttSubscribe packet)
    {
        foreach (MqttSubscription subscription in packet.Subscriptions)
        {
            if (DeviceFilters.Canonical(subscription.Filter, deviceId) is { } filter)
            {
                services.Logger.Subscribed(deviceId, filter, granted[filter]);
            }
        }
    }

    private async Task Save(Dictionary<string, int> next)
    {
        if (persistent && !(next.Count == granted.Count && next.All(entry => granted.TryGetValue(entry.Key, out int qos) && qos == entry.Value)))
        {
            await services.Fleet.SaveSession(new DeviceSession(deviceId, next), CancellationToken.None);
        }

        Use(next);
    }

    private void Use(Dictionary<string, int> next)
    {
        granted = next;
        CoversDesired = DeviceFilters.CoversDesired(next.Keys);
        CoversMethods = next.ContainsKey(DeviceFilters.Methods);
        (MessagesTopic, MessagesQos) = DeviceFilters.Messages(next, deviceId);
    }
}
