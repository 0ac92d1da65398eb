namespace DeviceTwin.Storage;

/// <summary>One message for a device that waits until the device has confirmed it.</summary>
/// <param name="Sequence">Unique in the hub and rising: the order of delivery.</param>
/// <param name="Properties">System (<c>$.mid</c>, …) and application properties, decoded.</param>
public sealed record CloudToDeviceMessage(
    long Sequence,
    string DeviceId,
    DateTimeOffset EnqueuedAt,
    DateTimeOffset ExpiresAt,
    IReadOnlyDictionary<string, string?> Properties,
    ReadOnlyMemory<byte> Body)
{
    /// <summary>The application property that says of what end of the message its sender wants to hear, as with Azure.</summary>
    public const string AcknowledgeProperty = "iothub-ack";
}

/// <summary>That a message waits, without what is in it.</summary>
/// <param name="Properties">Those of the message, where <see cref="CloudToDeviceMessage.AcknowledgeProperty"/> is one of them; else null.</param>
public sealed record CloudToDeviceEntry(long Sequence, string DeviceId, DateTimeOffset ExpiresAt, IReadOnlyDictionary<string, string?>? Properties = null);

/// <summary>The messages that waited when the store was opened.</summary>
/// <param name="LastSequence">The highest number ever given; 0 where there was none.</param>
/// <param name="Waiting">In the order of delivery.</param>
public sealed record StoredCloudToDevice(long LastSequence, IReadOnlyList<CloudToDeviceEntry> Waiting);

/// <summary>What happens to messages for devices.</summary>
public static class CloudToDeviceChange
{
    /// <summary>Keeps a message, if the device is still the one that it was meant for.</summary>
    public sealed record Put(CloudToDeviceMessage Message, string GenerationId) : StoreChange;

    /// <summary>Forgets a message: confirmed, expired or purged.</summary>
    public sealed record Remove(long Sequence) : StoreChange;
}

/// <summary>The messages that wait for devices.</summary>
public interface ICloudToDeviceStore
{
    /// <summary>What waits. Called once, before the first message is put.</summary>
    StoredCloudToDevice LoadCloudToDevice();

    /// <summary>A durable message, or null where it is no more.</summary>
    CloudToDeviceMessage? ReadCloudToDevice(long sequence);
}
