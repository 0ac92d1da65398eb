namespace DeviceTwin.Hub.Gateway;

/// <summary>
/// Answers what a node asks among its telemetry, on the connection it asked on. The answer comes as that to a twin request does,
/// <c>$iothub/twin/res/{status}/?$rid=…</c>: a node listens there anyway.
/// </summary>
internal interface IDeviceQuestions
{
    /// <summary>The answer to a message that is durable; null where it asks nothing. Does not block.</summary>
    /// <param name="bag">The message's properties, still encoded.</param>
    /// <param name="body">Its body.</param>
    ValueTask<DeviceAnswer?> Answer(string deviceId, string bag, ReadOnlyMemory<byte> body);
}

/// <param name="RequestId">As the node gave it.</param>
internal sealed record DeviceAnswer(string RequestId, TwinReply Reply);
