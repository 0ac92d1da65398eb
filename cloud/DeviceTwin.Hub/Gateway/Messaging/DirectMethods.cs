using System.Buffers;
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

/// <summary>A method request on its way to a connection, or to many: nothing in it is a device's own.</summary>
/// <param name="Packet">PUBLISH with QoS 0 as it goes over the wire.</param>
/// <param name="NotSent">Called with the device where the connection ends before the request was sent.</param>
internal sealed record MethodRequest(ReadOnlyMemory<byte> Packet, Action<string> NotSent);

/// <summary>What a device sent back, not looked at yet.</summary>
internal sealed record MethodReply(int Status, ReadOnlyMemory<byte> Body);

/// <summary>Who waits for answers to one request identifier.</summary>
internal interface IMethodWaiter
{
    /// <summary>Takes a device's answer, on the thread that read it: must not block.</summary>
    /// <returns>False where none is awaited from this device.</returns>
    bool TryAnswer(string deviceId, MethodReply reply);
}

/// <summary>Calls methods for those who keep books about it.</summary>
internal interface IMethodCaller
{
    /// <param name="besides">Durable, with the line of the audit log, before the device is asked.</param>
    /// <exception cref="HubException">
    /// As without. <see cref="HubError.ServiceUnavailable"/>: it could not be written down, and the device has not been asked.
    /// </exception>
    Task<MethodResult> Invoke(string deviceId, MethodCall call, string author, StoreChange besides, CancellationToken cancellation);
}

/// <summary>
/// Calls methods on devices and waits for the answers. Nothing of it outlives the process: whoever asked is told in time, or his own
/// connection has ended too.
/// </summary>
internal sealed class DirectMethods(ConnectionRegistry registry, IFleet fleet, IHubStore store, MethodCallBound bound, TimeProvider time, ILogger logger) : IMethodCaller
{
    /// <summary>Azure's limit, each way.</summary>
    public const int MaximumPayload = 128 * 1024;

    /// <summary>Longer names fit no topic that small devices could hold.</summary>
    private const int LongestName = 128;

    /// <summary>What of a payload goes into the audit log; larger ones are left out.</summary>
    public const int LargestAudited = 1024;

    private readonly ConcurrentDictionary<int, IMethodWaiter> pending = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> arrivals = new(StringComparer.Ordinal);

    /// <summary>Begins anywhere: an answer to a request of an earlier process must not fit one of this.</summary>
    private int lastRequest = RandomNumberGenerator.GetInt32(int.MaxValue);

    /// <exception cref="HubException">The call makes no sense, the device is not there, too many calls are unanswered, or it does not answer in time.</exception>
    public Task<MethodResult> Invoke(string deviceId, MethodCall call, string author, CancellationToken cancellation) => Invoke(deviceId, call, author, [], cancellation);

    /// <inheritdoc/>
    public Task<MethodResult> Invoke(string deviceId, MethodCall call, string author, StoreChange besides, CancellationToken cancellation) =>
        Invoke(deviceId, call, author, [besides], cancellation);

    private async Task<MethodResult> Invoke(string deviceId, MethodCall call, string author, StoreChange[] besides, CancellationToken cancellation)
    {
        byte[] payload = Serialize(call);
        DeviceIdentity identity = fleet.FindIdentity(deviceId) ?? throw FleetErrors.NotFound(deviceId);
        using var place = bound.Enter(deviceId);
        await Audit(
            new AuditRow(
                time.GetUtcNow(), author, identity.DeviceId, "method.invoke", identity.AuditPath(call.Name), payload.Length <= LargestAudited ? Encoding.UTF8.GetString(payload) : null, null),
            besides);
        return Read(deviceId, await Deliver(deviceId, call, payload, cancellation));
    }

    /// <summary>Asks a device as soon as it is there, and waits for its answer. Audits nothing.</summary>
    /// <param name="payload">From <see cref="Serialize"/>.</param>
    /// <exception cref="HubException">The device is not there in time, or does not answer in time.</exception>
    public async Task<MethodReply> Deliver(string deviceId, MethodCall call, byte[] payload, CancellationToken cancellation)
    {
        long begun = time.GetTimestamp();
        while (await Ready(deviceId, call.ConnectTimeout - time.GetElapsedTime(begun), cancellation) is { } connection)
        {
            if (await Ask(connection, call, payload, cancellation) is { } answer)
            {
                return answer;
            }
        }

        throw NotOnline(deviceId);
    }

    /// <summary>Waits for answers under an identifier of its own, until <see cref="Forget"/>.</summary>
    /// <returns>The identifier: positive, and not in use.</returns>
    public int Await(IMethodWaiter waiter)
    {
        while (true)
        {
            int request = Interlocked.Increment(ref lastRequest) & int.MaxValue;
            if (request != 0 && pending.TryAdd(request, waiter))
            {
                return request;
            }
        }
    }

    /// <summary>Answers under this identifier are dropped from now on.</summary>
    public void Forget(int request) => pending.TryRemove(request, out _);

    /// <summary>Writes a line of the audit log; durable when this returns.</summary>
    /// <param name="besides">In the same commit.</param>
    public async Task Audit(AuditRow row, params StoreChange[] besides)
    {
        try
        {
            await store.Write([new StoreChange.AppendAudit(row), .. besides]);
        }
        catch (StorageException failure)
        {
            throw FleetErrors.Translate(failure);
        }
    }

    /// <summary>Takes a device's answer. One that nobody waits for any more is dropped.</summary>
    /// <param name="requestId">As the device writes it; the number counts, not the spelling.</param>
    public void Answer(string deviceId, string? requestId, int? status, ReadOnlyMemory<byte> body)
    {
        if (status is not { } code
            || !int.TryParse(requestId, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int request)
            || !pending.TryGetValue(request, out IMethodWaiter? waiter)
            || !waiter.TryAnswer(deviceId, new MethodReply(code, body)))
        {
            logger.MethodAnswerDropped(deviceId, LogText.Of(requestId));
        }
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
    private async Task<MethodReply?> Ask(DeviceConnection connection, MethodCall call, byte[] payload, CancellationToken cancellation)
    {
        string deviceId = connection.DeviceId;
        var waiting = new OneAnswer(deviceId);
        int request = Await(waiting);
        try
        {
            if (!connection.TryInvoke(new MethodRequest(Packet(call.Name, request, payload), _ => waiting.Answer.TrySetResult(null))))
            {
                return connection.TakesMethods ? throw TooManyWait(deviceId) : null;
            }

            return await waiting.Answer.Task.WaitAsync(call.ResponseTimeout, time, cancellation);
        }
        catch (TimeoutException)
        {
            throw NoAnswer(deviceId, call);
        }
        finally
        {
            Forget(request);
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

    /// <summary>The payload as devices get it.</summary>
    /// <exception cref="HubException">The call makes no sense.</exception>
    public static byte[] Serialize(MethodCall call)
    {
        byte[] payload = DeviceJson.Serialize(call.Payload);
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

        return payload;
    }

    /// <summary>The request as it goes over the wire.</summary>
    public static ReadOnlyMemory<byte> Packet(string name, int request, byte[] payload)
    {
        // nanoFramework's client reads all behind the first '=' as a hexadecimal number of 32 bits: nothing may follow it.
        string topic = string.Create(CultureInfo.InvariantCulture, $"$iothub/methods/POST/{name}/?$rid={request:X}");
        var bytes = new ArrayBufferWriter<byte>();
        MqttWriter.WritePublish(bytes, topic, payload);
        return bytes.WrittenMemory;
    }

    public static HubException NotOnline(string deviceId) => new(
        MessagingErrors.DeviceNotOnline,
        $"Device {deviceId} is not connected, or has not subscribed to methods. Call again when it is there, or give connectTimeoutInSeconds to wait for it.");

    public static HubException NoAnswer(string deviceId, MethodCall call) => new(
        MessagingErrors.GatewayTimeout,
        $"Device {deviceId} did not answer method {call.Name} within {call.ResponseTimeout.TotalSeconds:0} s. It may have carried it out all the same, or have no such method.");

    public static HubException TooManyWait(string deviceId) =>
        new(HubError.Throttling, $"Too many methods wait to be sent to device {deviceId}. Call again when it has answered some.");

    /// <summary>An answer as callers see it.</summary>
    /// <exception cref="HubException">It is too large.</exception>
    public static MethodResult Read(string deviceId, MethodReply reply)
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

    private sealed class OneAnswer(string deviceId) : IMethodWaiter
    {
        /// <summary>Null = the request was not sent.</summary>
        public TaskCompletionSource<MethodReply?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool TryAnswer(string answering, MethodReply reply)
        {
            if (answering != deviceId)
            {
                return false;
            }

            Answer.TrySetResult(reply);
            return true;
        }
    }
}
