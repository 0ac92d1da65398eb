using DeviceTwin.Hub.Fleet;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage;

namespace DeviceTwin.Hub.Gateway;

/// <summary>Hands device-to-cloud messages to the fleet.</summary>
internal sealed class TelemetryIntake(IFleet fleet, ConnectionRegistry registry, TimeProvider time, ILogger logger)
{
    /// <summary>Azure keeps nothing for later subscribers and says so in this property.</summary>
    private const string Retained = "mqtt-retain";

    /// <summary>Starts to store a message; a second delivery of one that is stored, or on its way, is not stored again.</summary>
    /// <returns>Null once it is durable, else what went wrong. Never faults.</returns>
    public Task<Exception?> Store(string deviceId, MqttPublish message, string bag)
    {
        DeviceMemory memory = registry.Memory(deviceId);
        if (memory.FindOutcome(message) is Task<Exception?> earlier && !(earlier.IsCompleted && earlier.Result is not null))
        {
            logger.DuplicateSkipped(deviceId, "telemetry", message.PacketId);
            return earlier;
        }

        Dictionary<string, string?> properties = PropertyBag.Parse(bag);
        if (message.Retain)
        {
            properties[Retained] = "true";
        }

        Task<Exception?> stored = Append(new TelemetryMessage(deviceId, time.GetUtcNow(), properties, message.Payload));
        memory.Remember(message, stored);
        return stored;
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

    private async Task<Exception?> Append(TelemetryMessage message)
    {
        try
        {
            await fleet.AppendTelemetry(message, CancellationToken.None);
            return null;
        }
        catch (Exception error)
        {
            return error;
        }
    }
}
