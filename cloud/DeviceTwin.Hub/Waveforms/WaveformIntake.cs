using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Gateway;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Waveforms;

namespace DeviceTwin.Hub.Waveforms;

/// <summary>
/// Takes waveform chunks out of the stream of messages, and answers what a node asks about them. A chunk that cannot be taken is confirmed
/// all the same: a node would send it again for ever. Why it was not taken is in the answer.
/// </summary>
internal sealed class WaveformIntake(IHubStore store, WaveformKeeper keeper, TimeProvider time, ILogger<WaveformIntake> logger)
    : ITelemetrySubject, IDeviceQuestions
{
    private const int LongestRequestId = 64;

    private readonly UploadLimits limits = new(keeper.Options.MostUploads, keeper.Options.MostChunks, keeper.Options.MostOpenBytes);

    /// <inheritdoc/>
    public TelemetryPart? Take(TelemetryMessage message)
    {
        if (!WaveformWords.IsWaveform(message.Properties))
        {
            return null;
        }

        if (message.Body.IsEmpty)
        {
            // A question; it is answered, not kept.
            return new TelemetryPart([], Instead: true);
        }

        if (WaveformWords.Parse(message.DeviceId, message.Properties, message.Body, keeper.Options, out var problem) is not var (head, offset, data))
        {
            WaveformLog.Malformed(logger, message.DeviceId, problem);
            return new TelemetryPart([], Instead: true);
        }

        var receipt = new ChunkReceipt();
        return new TelemetryPart(
            [new WaveformChange.AddChunk(head, offset, data, message.EnqueuedAt, limits, receipt)], Instead: true, () => Durable(head, receipt));
    }

    /// <inheritdoc/>
    public void FallBack()
    {
        // Nothing is kept in memory.
    }

    /// <inheritdoc/>
    public ValueTask<DeviceAnswer?> Answer(string deviceId, string bag, ReadOnlyMemory<byte> body)
    {
        if (!bag.Contains(WaveformWords.Kind, StringComparison.Ordinal))
        {
            return default;
        }

        var properties = PropertyBag.Parse(bag);
        return WaveformWords.IsWaveform(properties)
            && properties.GetValueOrDefault(WaveformWords.RequestId) is { Length: > 0 and <= LongestRequestId } requestId
            && MqttTopic.IsValidName(requestId)
                ? Answer(deviceId, properties, body, requestId)
                : default;
    }

    private async ValueTask<DeviceAnswer?> Answer(string deviceId, Dictionary<string, string?> properties, ReadOnlyMemory<byte> body, string requestId)
    {
        var sha256 = WaveformWords.HashOf(properties[WaveformWords.Hash]);
        var problem = sha256 is null ? "sha256 takes the 64 hexadecimal digits of the whole content's SHA-256." : "";
        if (!body.IsEmpty)
        {
            WaveformWords.Parse(deviceId, properties, body, keeper.Options, out problem);
        }

        if (problem.Length > 0)
        {
            return Refuse(HubError.ArgumentInvalid, problem);
        }

        try
        {
            // Reading blocks, and this connection's thread may be that of many.
            var status = await Task.Run(() => store.ReadWaveformStatus(deviceId, sha256!));
            return new DeviceAnswer(requestId, new TwinReply(200, null, DeviceJson.Serialize(WaveformWords.Write(sha256!, status))));
        }
        catch (StorageException failure)
        {
            return Refuse(HubError.ServiceUnavailable, failure.Message);
        }

        DeviceAnswer Refuse(HubError error, string message) =>
            new(requestId, TwinReply.Error(error, message, requestId, time.GetUtcNow(), nano: false));
    }

    private void Durable(WaveformHead head, ChunkReceipt receipt)
    {
        switch (receipt.Outcome)
        {
            case ChunkOutcome.Whole:
                _ = keeper.Verify(head.DeviceId, head.Sha256);
                break;
            case ChunkOutcome.Complete:
                keeper.Changed(head.DeviceId);
                break;
            case ChunkOutcome.Discarded:
                WaveformLog.Discarded(logger, head.DeviceId, head.Sha256, receipt.Reason!.Value);
                break;
        }
    }
}
