using System.Collections.Concurrent;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Plant;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Alarms;
using DeviceTwin.Storage.Evidence;

namespace DeviceTwin.Hub.Alarms;

/// <summary>Makes alarms of messages: the row is durable with the message. What cannot be read stays a message like any other.</summary>
internal sealed class AlarmIntake(AlarmBook book, PlantMemory plant, ILogger<AlarmIntake> logger) : ITelemetrySubject
{
    private readonly ConcurrentDictionary<string, bool> told = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public TelemetryPart? Take(TelemetryMessage message)
    {
        if (message.Kind != AlarmMessage.Kind)
        {
            return null;
        }

        var (delivery, problem) = AlarmMessage.Read(message, plant.Current.PlaceOf(message.DeviceId));
        if (delivery is null)
        {
            return new TelemetryPart([new StoreChange.Count(AlarmCounts.UnreadableCounter, 1)], Durable: () => Tell(message.DeviceId, problem!));
        }

        var (change, durable) = book.Merge(delivery);
        var parts = new EvidenceParts(delivery.NodeAlarmId, EvidenceParts.PartOf(message), null, null, null);
        var open = new EvidenceChange.Open(
            new OpenEvidence(AlarmRow.Name(message.DeviceId, delivery.NodeAlarmId), message.DeviceId, message.EnqueuedAt, parts.ToText(), 0));
        return new TelemetryPart([change, open], Durable: durable);
    }

    /// <inheritdoc/>
    public void FallBack()
    {
        // Nothing is remembered before it is durable.
    }

    private void Tell(string deviceId, string problem)
    {
        book.CountUnreadable();
        if (told.TryAdd(deviceId, true))
        {
            AlarmLog.Unreadable(logger, deviceId, problem);
        }
    }
}
