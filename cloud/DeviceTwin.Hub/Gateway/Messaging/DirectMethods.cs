using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Gateway.Messaging;

/// <summary>A method to be called on a device.</summary>
/// <param name="ConnectTimeout">How long to wait for the device to be there; <see cref="TimeSpan.Zero"/> = it must be.</param>
internal sealed record MethodCall(string Name, JsonNode? Payload, TimeSpan ResponseTimeout, TimeSpan ConnectTimeout);

/// <summary>What the device answered.</summary>
/// <param name="Payload">Null = JSON null, or nothing.</param>
internal sealed record MethodResult(int Status, JsonNode? Payload);

/// <summary>A method request on its way to a connection.</summary>
/// <param name="NotSent">Called where the connection ends before the request was sent.</param>
internal sealed record MethodRequest(string Topic, byte[] Payload, Action NotSent);

/// <summary>
/// Calls methods on devices and waits for the answers. Nothing of it outlives the process: whoever asked is told in time, or his own
/// connection has ended too.
/// </summary>
internal sealed class DirectMethods(ConnectionRegistry registry, IFleet fleet, IHubStore store, MethodCallBound bound, TimeProvider time, ILogger logger)
{
    /// <summary>Azure's limit, each way.</summary>
    public const int MaximumPayload = 128 * 1024;

    /// <summary>Longer names fit no topic that small devices could hold.</summary>
    private const int LongestName = 128;

    /// <summary>What of a payload goes into the audit log; larger ones are left out.</summary>
    private const int LargestAudited = 1024;

    private readonly ConcurrentDictionary<int, Pending> pending = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> arrivals = new(StringComparer.Ordinal);

    /// <summary>Begins anywhere: an answer to a request of an earlier process must not fit one of this.</summary>
    private int lastRequest = RandomNumberGenerator.GetInt32(int.MaxValue);

    /// <exception cref="HubException">The call makes no sense, the device is not there, too many calls are unanswered, or it does not answer in time.</exception>
    public async Task<MethodResult> Invoke(string deviceId, MethodCall call, string author, CancellationToken cancellation)
    {
        byte[] payload = DeviceJson.Serialize(call.Payload);
        Check(call, payload);
        _ = fleet.FindIdentity(deviceId) ?? throw FleetErrors.DeviceNotFound(deviceId);
        using var place = bound.Enter(deviceId);
        await Audit(deviceId, call.Name, payload, author);
        long begun = time.GetTimestamp();
        while (await Ready(deviceId, call.ConnectTimeout - time.GetElapsedTime(begun), cancellation) is { } connection)
        {
            if (await Ask(connection, call, payload, cancellation) is { } answer)
            {
                return answer;
            }
        }

        throw new HubException(
            MessagingErrors.DeviceNotOnline,
            $"Device {deviceId} is not connected, or has not subscribed to methods. Call again when it is there, or give connectTimeoutInSeconds to wait for it.");
    }

    /// <summary>Takes a device's answer. One that nobody waits for any more is dropped.</summary>
    /// <param name="requestId">As the device writes it; the number counts, not the spelling.</param>
    public void Answer(string deviceId, string? requestId, int? status, ReadOnlyMemory<byte> body)
    {
        if (status is not { } code
            || !int.TryParse(requestId, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int request)
            || !pending.TryGetValue(request, out Pending? waiting)
            || waiting.DeviceId != deviceId)
        {
            logger.MethodAnswerDropped(deviceId, LogText.Of(requestId));
            return;
        }

        waiting.Answer.TrySetResult(new Reply(code, body));
    }

    /// <summary>A device is there and takes method requests.</summary>
    public void Arrived(string deviceId)
    {
        if (arrivals.TryRemove(deviceId, out TaskCompletionSource? arrival))
        {
            arrival.TrySetResult();
        }
    }

    /// <returns>Null where the connection ended before it had sent the request.</returns>
    private async Task<MethodResult?> Ask(DeviceConnection connection, MethodCall call, byte[] payload, CancellationToken cancellation)
    {
        string deviceId = connection.DeviceId;
        var waiting = new Pending(deviceId);
        int request = Number(waiting);
        try
        {
            // nanoFramework's client reads all behind the first '=' as a hexadecimal number of 32 bits: nothing may follow it.
            string topic = string.Create(CultureInfo.InvariantCulture, $"$iothub/methods/POST/{call.Name}/?$rid={request:X}");
            if (!connection.TryInvoke(new MethodRequest(topic, payload, () => waiting.Answer.TrySetResult(null))))
            {
                return connection.TakesMethods
                    ? throw new HubException(HubError.Throttling, $"Too many methods wait to be sent to device {deviceId}. Call again when it has answered some.")
                    : null;
            }

            return await waiting.Answer.Task.WaitAsync(call.ResponseTimeout, time, cancellation) is { } reply ? Read(deviceId, reply) : null;
        }
        catch (TimeoutException)
        {
            throw new HubException(
                MessagingErrors.GatewayTimeout,
                $"Device {deviceId} did not answer method {call.Name} within {call.ResponseTimeout.TotalSeconds:0} s. It may have carried it out all the same, or have no such method.");
        }
        finally
        {
            pending.TryRemove(request, out _);
        }
    }

    private int Number(Pending waiting)
    {
        while (true)
        {
            int request = Interlocked.Increment(ref lastRequest) & int.MaxValue;
            if (request != 0 && pending.TryAdd(request, waiting))
            {
                return request;
            }
        }
    }

    /// <returns>A connection that takes method requests; null where none came in time.</returns>
    private async Task<DeviceConnection?> Ready(string deviceId, TimeSpan patience, CancellationToken cancellation)
    {
        long begun = time.GetTimestamp();
        while (true)
        {
            // First listen, then look: a device that comes in between is then seen, heard, or both.
            Task? arrival = patience > TimeSpan.Zero
                ? arrivals.GetOrAdd(deviceId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task
                : null;
            if (registry.Find(deviceId) is { TakesMethods: true } connection)
            {
                return connection;
            }

            TimeSpan left = patience - time.GetElapsedTime(begun);
            if (arrival is null || left <= TimeSpan.Zero)
            {
                return null;
            }

            try
            {
                await arrival.WaitAsync(left, time, cancellation);
            }
            catch (TimeoutException)
            {
                return null;
            }
        }
    }

    private async Task Audit(string deviceId, string name, byte[] payload, string author)
    {
        try
        {
            await store.Write(
            [
                new StoreChange.AppendAudit(new AuditRow(
                    time.GetUtcNow(), author, deviceId, "method.invoke", name, payload.Length <= LargestAudited ? Encoding.UTF8.GetString(payload) : null, null)),
            ]);
        }
        catch (StorageException failure)
        {
            throw FleetErrors.Translate(failure);
        }
    }

    private static void Check(MethodCall call, byte[] payload)
    {
        if (call.Name.Length is 0 or > LongestName || call.Name.Any(character => char.IsControl(character) || "/?&".Contains(character)) || !MqttTopic.IsValidName(call.Name))
        {
            throw new HubException(
                HubError.ArgumentInvalid, $"methodName takes 1 to {LongestName} characters and none of / ? & + #, for it becomes part of a topic.");
        }

        if (payload.Length > MaximumPayload)
        {
            throw new HubException(
                HubError.RequestEntityTooLarge, $"The payload has {payload.Length} bytes, {MaximumPayload / 1024} KB are allowed. Send less, or a reference to it.");
        }
    }

    private static MethodResult Read(string deviceId, Reply reply)
    {
        if (reply.Body.Length > MaximumPayload)
        {
            throw new HubException(
                MessagingErrors.BadDeviceResponse,
                $"Device {deviceId} answered with {reply.Body.Length} bytes, {MaximumPayload / 1024} KB are allowed. Have the method answer less.");
        }

        if (reply.Body.IsEmpty)
        {
            return new MethodResult(reply.Status, null);
        }

        try
        {
            // Through the text: half a surrogate pair must not surface when the answer is written.
            JsonNode? json = JsonNode.Parse(reply.Body.Span);
            _ = DeviceJson.Serialize(json);
            return new MethodResult(reply.Status, json);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException)
        {
            // nanoFramework's client writes an exception's text into its answer without escaping it. The text is what one wants to see.
            return new MethodResult(reply.Status, JsonValue.Create(Encoding.UTF8.GetString(reply.Body.Span)));
        }
    }

    private sealed record Reply(int Status, ReadOnlyMemory<byte> Body);

    private sealed class Pending(string deviceId)
    {
        public string DeviceId => deviceId;

        /// <summary>Null = the request was not sent.</summary>
        public TaskCompletionSource<Reply?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
