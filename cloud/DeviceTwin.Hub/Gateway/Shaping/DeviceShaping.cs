namespace DeviceTwin.Hub.Gateway.Shaping;

/// <summary>
/// The pace of one device over all its connections. A device that is too fast is slowed down first: reading from it pauses, or its answer
/// comes later. Only where the answer would come so late that clients give up is a twin request refused.
/// </summary>
internal sealed class DeviceShaping(GatewayOptions options, TimeProvider time)
{
    /// <summary>What <see cref="Request"/> says of a request that is to be refused.</summary>
    public const long Refused = -1;

    private readonly TokenBucket reads = new(options.TwinReads, time.TimestampFrequency);
    private readonly TokenBucket updates = new(options.TwinUpdates, time.TimestampFrequency);
    private readonly TokenBucket telemetry = new(options.Telemetry, time.TimestampFrequency);

    /// <returns>How long to wait before the message is taken. It cannot be refused: MQTT has no word for it.</returns>
    public TimeSpan Telemetry(long now) => telemetry.Take(now, TimeSpan.MaxValue)!.Value;

    /// <returns>The timestamp before which the request is not to be answered, or <see cref="Refused"/>.</returns>
    public long Request(DeviceTopicKind kind, long now)
    {
        TokenBucket? bucket = kind switch
        {
            DeviceTopicKind.TwinGet => reads,
            DeviceTopicKind.ReportedPatch => updates,
            _ => null,
        };
        return bucket is null ? now
            : bucket.Take(now, options.LongestTwinDelay) is { } wait ? now + (long)(wait.TotalSeconds * time.TimestampFrequency)
            : Refused;
    }
}
