using System.Globalization;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Mqtt;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Gateway;

/// <summary>A reported PATCH on its way to the store, or refused.</summary>
/// <param name="Receipt">Null where it is not on its way.</param>
/// <param name="Version">The new version of the reported section.</param>
/// <param name="Refusal">What is answered without a receipt; null where there is nothing to say.</param>
internal sealed record BegunPatch(CommitReceipt? Receipt, long Version, TwinReply? Refusal)
{
    /// <summary>Nobody can be told anything.</summary>
    public static readonly BegunPatch Silent = new(null, 0, null);

    /// <summary>The hub's own failure.</summary>
    public bool HasFailed => Refusal is { Status: >= 500 } || Receipt is { IsDone: true, Failure: not null };
}

/// <summary>Answers the twin requests of one connection: GET and PATCH of the reported properties.</summary>
internal sealed class DeviceTwinRequests(string deviceId, string connectionId, bool nano, GatewayServices services)
{
    /// <summary>Far above what any client writes, and far below what would not fit into the answer's topic.</summary>
    private const int LongestRequestId = 1024;
    private const string Patching = "reported PATCH";

    private int refusals;

    /// <returns>What to send back, or null where there is nothing to say.</returns>
    public async ValueTask<TwinReply?> Answer(MqttPublish message, DeviceTopic topic, bool throttled)
    {
        if (!HasRequestId(message, topic))
        {
            return null;
        }

        if (throttled)
        {
            return Refuse(
                topic.Kind == DeviceTopicKind.TwinGet ? "twin GET" : Patching,
                new HubException(HubError.Throttling, "The device asks faster than the hub lets one device. Ask again in a second, and less often."));
        }

        if (topic.Kind == DeviceTopicKind.TwinGet)
        {
            return Get();
        }

        BegunPatch begun = Patch(message, topic);
        if (begun.Receipt is { } receipt)
        {
            try
            {
                await receipt.Durable(CancellationToken.None);
            }
            catch (Exception error)
            {
                return Refuse(Patching, error);
            }
        }

        return AnswerTo(begun);
    }

    /// <summary>Applies a reported PATCH, so that it may share a commit with what follows.</summary>
    public BegunPatch Begin(MqttPublish message, DeviceTopic topic) =>
        HasRequestId(message, topic) ? Patch(message, topic) : BegunPatch.Silent;

    /// <summary>What to send back for a PATCH that is durable or has failed, or null where there is nothing to say.</summary>
    public TwinReply? AnswerTo(BegunPatch begun) => begun.Receipt switch
    {
        null => begun.Refusal,
        { Failure: { } failure } => Refuse(Patching, failure),
        _ => TwinReply.Accepted(begun.Version),
    };

    private bool HasRequestId(MqttPublish message, DeviceTopic topic)
    {
        if (topic.RequestId is { Length: <= LongestRequestId } && MqttTopic.IsValidName(topic.RequestId))
        {
            return true;
        }

        services.Logger.NoRequestId(deviceId, LogText.Of(message.Topic));
        return false;
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

    private BegunPatch Patch(MqttPublish message, DeviceTopic topic)
    {
        DeviceMemory memory = services.Registry.Memory(deviceId);

        // A failure of the hub's may have passed; everything else stays as it was answered.
        if (memory.FindOutcome(message) is BegunPatch earlier && !earlier.HasFailed)
        {
            services.Logger.DuplicateSkipped(deviceId, Patching, message.PacketId);
            return earlier;
        }

        BegunPatch begun = Apply(message, topic);
        memory.Remember(message, begun);
        return begun;
    }

    private BegunPatch Apply(MqttPublish message, DeviceTopic topic)
    {
        try
        {
            if (topic.BadVersion)
            {
                throw new HubException(HubError.ArgumentInvalid, "$version is not a number.");
            }

            var receipt = new CommitReceipt();
            long version = services.Fleet.PatchReported(deviceId, TwinReply.ParsePatch(message.Payload), topic.Version, receipt);
            return new BegunPatch(receipt, version, null);
        }
        catch (Exception error)
        {
            return new BegunPatch(null, 0, Refuse(Patching, error));
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
