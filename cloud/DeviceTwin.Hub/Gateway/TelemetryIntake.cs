using DeviceTwin.Hub.Fleet;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage;

namespace DeviceTwin.Hub.Gateway;

/// <summary>Hands device-to-cloud messages to the fleet.</summary>
internal sealed class TelemetryIntake(IFleet fleet, ConnectionRegistry registry, TimeProvider time, ILogger logger)
{
    private static readonly IReadOnlyDictionary<string, string?> NoProperties = new Dictionary<string, string?>(0);
    /// <summary>Azure keeps nothing for later subscribers and says so in this property.</summary>
    private const string Retained = "mqtt-retain";

    /// <summary>Starts to store a message; a second delivery of one that is stored, or on its way, is not stored again.</summary>
    public CommitReceipt Store(string deviceId, MqttPublish message, string bag)
    {
        DeviceMemory memory = registry.Memory(deviceId);
        if (memory.FindOutcome(message) is CommitReceipt earlier && !(earlier.IsDone && earlier.Failure is not null))
        {
            logger.DuplicateSkipped(deviceId, "telemetry", message.PacketId);
            return earlier;
        }

        IReadOnlyDictionary<string, string?> properties = NoProperties;
        if (bag.Length > 0 || message.Retain)
        {
            Dictionary<string, string?> parsed = PropertyBag.Parse(bag);
            if (message.Retain)
            {
                parsed[Retained] = "true";
            }

            properties = parsed;
        }

        var receipt = new CommitReceipt();
        fleet.AppendTelemetry(new TelemetryMessage(deviceId, time.GetUtcNow(), properties, message.Payload), receipt);
        memory.Remember(message, receipt);
        return receipt;
    }

    /// <summary>Stores the last message of a device that vanished, where it is telemetry.</summary>
    public async Task StoreWill(string deviceId, MqttWill will)
    {
        DeviceTopic topic = DeviceTopic.Parse(will.Topic, deviceId);
        if (topic.Kind == DeviceTopicKind.Telemetry)
        {
            Dictionary<string, string?> properties = PropertyBag.Parse(topic.Bag);
            properties["iothub-MessageType"] = "Will";
            if (will.Retain)
            {
                properties[Retained] = "true";
            }

            await fleet.AppendTelemetry(new TelemetryMessage(deviceId, time.GetUtcNow(), properties, will.Payload), CancellationToken.None);
        }
    }
}
