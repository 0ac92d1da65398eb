using System.Globalization;
using DeviceTwin.Mqtt;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Gateway;

/// <summary>Answers the twin requests of one connection: GET and PATCH of the reported properties.</summary>
internal sealed class DeviceTwinRequests(string deviceId, string connectionId, bool nano, GatewayServices services)
{
    /// <summary>Far above what any client writes, and far below what would not fit into the answer's topic.</summary>
    private const int LongestRequestId = 1024;

    private int refusals;

    /// <returns>What to send back, or null where there is nothing to say.</returns>
    public async ValueTask<TwinReply?> Answer(MqttPublish message, DeviceTopic topic, bool throttled)
    {
        if (topic.RequestId is not { Length: <= LongestRequestId } || !MqttTopic.IsValidName(topic.RequestId))
        {
            services.Logger.NoRequestId(deviceId, LogText.Of(message.Topic));
            return null;
        }

        if (throttled)
        {
            return Refuse(
                topic.Kind == DeviceTopicKind.TwinGet ? "twin GET" : "reported PATCH",
                new HubException(HubError.Throttling, "The device asks faster than the hub lets one device. Ask again in a second, and less often."));
        }

        return topic.Kind == DeviceTopicKind.TwinGet ? Get() : await Patch(message, topic);
    }

    private TwinReply Get()
    {
        try
        {
            TwinDocument twin = services.Fleet.FindTwin(deviceId)
                ?? throw new HubException(HubError.DeviceNotFound, $"Device {deviceId} is not registered any more.");
            DeviceMemory memory = services.Registry.Memory(deviceId);
            memory.DesiredVersionRead = Math.Max(memory.DesiredVersionRead, twin.Desired.Version);
            return TwinReply.Twin(twin, services.Options.IncludeMetadata);
        }
        catch (Exception error)
        {
            return Refuse("twin GET", error);
        }
    }

    private Task<TwinReply> Patch(MqttPublish message, DeviceTopic topic) =>
        services.Registry.Memory(deviceId).FindOutcome(message) is Task<TwinReply> earlier
            ? Repeat(earlier, message, topic)
            : Begin(message, topic);

    /// <summary>A second delivery, be the first finished or not.</summary>
    private async Task<TwinReply> Repeat(Task<TwinReply> earlier, MqttPublish message, DeviceTopic topic)
    {
        TwinReply reply = await earlier;
        if (reply.Status >= 500)
        {
            // A failure of the hub's may have passed; everything else stays as it was answered.
            return await Begin(message, topic);
        }

        services.Logger.DuplicateSkipped(deviceId, "reported PATCH", message.PacketId);
        return reply;
    }

    private Task<TwinReply> Begin(MqttPublish message, DeviceTopic topic)
    {
        Task<TwinReply> applied = Apply(message, topic);
        services.Registry.Memory(deviceId).Remember(message, applied);
        return applied;
    }

    private async Task<TwinReply> Apply(MqttPublish message, DeviceTopic topic)
    {
        try
        {
            if (topic.BadVersion)
            {
                throw new HubException(HubError.ArgumentInvalid, "$version is not a number.");
            }

            long version = await services.Fleet.PatchReported(
                deviceId, TwinReply.ParsePatch(message.Payload), topic.Version, CancellationToken.None);
            return TwinReply.Accepted(version);
        }
        catch (Exception error)
        {
            return Refuse("reported PATCH", error);
        }
    }

    private TwinReply Refuse(string operation, Exception error)
    {
        string trackingId = string.Create(CultureInfo.InvariantCulture, $"{connectionId}-{Interlocked.Increment(ref refusals)}");
        if (error is HubException refusal)
        {
            services.Metrics.Error("mqtt", refusal.Error.Code);
            services.Logger.RequestRefused(deviceId, operation, refusal.Error.Code, refusal.Error.Name, refusal.Message);
            return TwinReply.Error(refusal.Error, refusal.Message, trackingId, services.Time.GetUtcNow(), nano);
        }

        services.Metrics.Error("mqtt", HubError.ServerError.Code);
        services.Logger.RequestFailed(error, deviceId, operation);
        return TwinReply.Error(
            HubError.ServerError, "The hub could not do this; its log says why.", trackingId, services.Time.GetUtcNow(), nano);
    }
}
