using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Gateway;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage;
using DeviceTwin.Twins;
using Microsoft.AspNetCore.Connections;

namespace DeviceTwin.Hub.Provisioning;

/// <summary>
/// A device on its way to a hub: it subscribes, asks to be registered, and asks how far that is until it is assigned. One packet is
/// answered before the next is read. Nothing of the session outlives the connection.
/// </summary>
internal sealed class ProvisioningConnection
{
    /// <summary>What clients take for a second; 0 would keep nanoFramework's from asking again.</summary>
    private const int RetryAfterSeconds = 1;

    private static readonly MqttReadRules Rules = new(64 * 1024);
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    private readonly ConnectionContext transport;
    private readonly ProvisioningAdmission admission;
    private readonly GatewayServices services;
    private readonly TimeSpan silenceLimit;
    private readonly CancellationTokenSource stop;
    private Operation? operation;
    private string? endReason;

    public ProvisioningConnection(ConnectionContext transport, MqttConnect connect, ProvisioningAdmission admission, GatewayServices services)
    {
        this.transport = transport;
        this.admission = admission;
        this.services = services;
        stop = new CancellationTokenSource(Timeout.InfiniteTimeSpan, services.Time);
        TimeSpan keepAlive = TimeSpan.FromSeconds(connect.KeepAliveSeconds);
        TimeSpan longest = services.Options.LongestKeepAlive;
        silenceLimit = 1.5 * (keepAlive == TimeSpan.Zero || keepAlive > longest ? longest : keepAlive);
    }

    private string RegistrationId => admission.Name.RegistrationId;

    /// <summary>Ends the session, from any thread.</summary>
    public void Close(string reason)
    {
        Interlocked.CompareExchange(ref endReason, reason, null);
        _ = stop.CancelAsync();
    }

    /// <summary>Answers CONNECT and serves until the end. Does not throw.</summary>
    public async Task Run()
    {
        services.Logger.Came(
            RegistrationId, transport.RemoteEndPoint?.ToString(), transport.ConnectionId, admission.Enrollment, LogText.Of(admission.Name.Client));
        try
        {
            Send(new MqttConnAck(false, MqttConnectReturnCode.Accepted));
            await Flush();
            await ReadAll();
        }
        catch (OperationCanceledException)
        {
            Interlocked.CompareExchange(
                ref endReason,
                services.Time.GetUtcNow() >= admission.ValidUntil ? "its token or certificate expired" : "nothing was heard for 1.5 times the keep-alive",
                null);
        }
        catch (Exception error) when (error is IOException or ConnectionAbortedException or InvalidOperationException)
        {
            Interlocked.CompareExchange(ref endReason, $"the connection broke: {error.Message}", null);
        }
        finally
        {
            stop.CancelAfter(Timeout.InfiniteTimeSpan);
        }

        services.Logger.Left(RegistrationId, transport.ConnectionId, endReason ?? "closed by the device");
    }

    private async Task ReadAll()
    {
        PipeReader input = transport.Transport.Input;
        bool heard = true;
        while (true)
        {
            // Only whole packets are signs of life.
            if (heard)
            {
                WaitAtMost(silenceLimit);
            }

            heard = false;
            ReadResult result = await input.ReadAsync(stop.Token);
            ReadOnlySequence<byte> buffer = result.Buffer;
            MqttReadStatus status;
            MqttError error;
            while ((status = MqttReader.TryRead(ref buffer, Rules, out MqttPacket? packet, out error)) == MqttReadStatus.Packet)
            {
                heard = true;
                if (packet is MqttDisconnect)
                {
                    return;
                }

                if (Take(packet!) is { } violation)
                {
                    Interlocked.CompareExchange(ref endReason, violation, null);
                    return;
                }
            }

            if (status == MqttReadStatus.Malformed)
            {
                Interlocked.CompareExchange(ref endReason, $"malformed packet: {error.Reason}", null);
                return;
            }

            input.AdvanceTo(buffer.Start, buffer.End);
            if (heard)
            {
                await Flush();
            }

            if (result.IsCompleted)
            {
                return;
            }
        }
    }

    /// <returns>Why the connection must be closed, or null.</returns>
    private string? Take(MqttPacket packet)
    {
        switch (packet)
        {
            case MqttPublish { Qos: 2 }:
                return "a message with QoS 2";
            case MqttPublish message:
                return TakeMessage(message);
            case MqttSubscribe subscribe:
                Send(new MqttSubAck(subscribe.PacketId, [.. subscribe.Subscriptions.Select(Grant)]));
                return null;
            case MqttUnsubscribe unsubscribe:
                Send(new MqttUnsubAck(unsubscribe.PacketId));
                return null;
            case MqttPingReq:
                Send(new MqttPingResp());
                return null;
            case MqttPubAck:
                // Answers are sent with QoS 0. One client confirms even that, with identifier 0.
                return null;
            default:
                return packet is MqttConnect ? "a second CONNECT" : $"{packet.Type} is not for a device to send";
        }
    }

    private static byte Grant(MqttSubscription subscription) =>
        subscription.Filter.Equals(ProvisioningTopic.Responses, StringComparison.OrdinalIgnoreCase) ? (byte)Math.Min(subscription.Qos, 1) : MqttSubAck.Failure;

    private string? TakeMessage(MqttPublish message)
    {
        ProvisioningTopic topic = ProvisioningTopic.Parse(message.Topic);
        if (topic.Request == ProvisioningRequest.None)
        {
            return $"a message to {LogText.Of(message.Topic)}, which is no request to provisioning, or has no usable $rid";
        }

        services.Metrics.Received(topic.Request == ProvisioningRequest.Register ? "register" : "registrationQuery");
        if (message.Qos == 1)
        {
            // It says that the request has come, not more: the answer says the rest.
            MqttWriter.WritePubAck(transport.Transport.Output, message.PacketId);
        }

        // The answer goes to who asked, subscribed or not.
        try
        {
            Operation asked = topic.Request == ProvisioningRequest.Register ? Begin(message.Payload) : Find(topic.OperationId);
            Answer(topic.RequestId, asked);
        }
        catch (HubException refusal)
        {
            AnswerRefusal(topic.RequestId, refusal);
        }

        return null;
    }

    /// <summary>At most one registration of a connection is under way: asking again asks for the same.</summary>
    private Operation Begin(ReadOnlyMemory<byte> body)
    {
        JsonNode? payload = ReadPayload(body);
        if (operation is not { Outcome.IsCompleted: false })
        {
            string id = $"5.{Guid.NewGuid():N}";
            operation = new Operation(id, payload, Register(payload));

            // However fast it is: clients learn of an assignment by asking.
            return operation with { Outcome = new TaskCompletionSource<Outcome>().Task };
        }

        return operation;
    }

    private Operation Find(string? operationId) =>
        operation is not null && operation.Id == operationId
            ? operation
            : throw new HubException(ProvisioningErrors.OperationNotFound, "There is no such operation on this connection. Register again.");

    private async Task<Outcome> Register(JsonNode? payload)
    {
        try
        {
            var (registration, enrollment) = await services.Registrations.Register(admission, payload);
            return new Outcome(registration, enrollment, null);
        }
        catch (HubException refusal)
        {
            services.Logger.Refused(RegistrationId, refusal.Error.Code, refusal.Error.Name, refusal.Message);
            return new Outcome(null, null, refusal);
        }
        catch (Exception error)
        {
            services.Logger.Failed(error, RegistrationId);
            return new Outcome(null, null, new HubException(HubError.ServerError, "The hub failed to register the device; it goes on trying."));
        }
    }

    private void Answer(string requestId, Operation asked)
    {
        if (!asked.Outcome.IsCompleted)
        {
            AnswerAssigning(requestId, asked);
            return;
        }

        Outcome outcome = asked.Outcome.Result;
        if (outcome.Refusal is { } refusal)
        {
            if (refusal.Error.HttpStatus >= 500)
            {
                // What may pass is no answer: the device goes on asking, and the hub goes on trying.
                operation = asked with { Outcome = Register(asked.Payload) };
                AnswerAssigning(requestId, asked);
            }
            else
            {
                AnswerRefusal(requestId, refusal);
            }

            return;
        }

        var state = outcome.Registration is { } registration
            ? RegistrationJson.Write(registration, services.AssignedHub.For(admission.Name), outcome.Enrollment!.Payload)
            : new JsonObject { ["registrationId"] = RegistrationId, ["status"] = "disabled", ["lastUpdatedDateTimeUtc"] = Json.Timestamp(services.Time.GetUtcNow()) };
        Publish($"$dps/registrations/res/200/?$rid={requestId}", new JsonObject
        {
            ["operationId"] = asked.Id,
            ["status"] = state["status"]!.DeepClone(),
            ["registrationState"] = state,
        });
    }

    private void AnswerAssigning(string requestId, Operation asked) => Publish(
        $"$dps/registrations/res/202/?$rid={requestId}&retry-after={RetryAfterSeconds}",
        new JsonObject { ["operationId"] = asked.Id, ["status"] = "assigning" });

    private void AnswerRefusal(string requestId, HubException refusal) => Publish(
        $"$dps/registrations/res/{refusal.Error.HttpStatus}/?$rid={requestId}",
        new JsonObject
        {
            ["errorCode"] = refusal.Error.Code,
            ["trackingId"] = Guid.NewGuid().ToString(),
            ["message"] = refusal.Message,
            ["timestampUtc"] = Json.Timestamp(services.Time.GetUtcNow()),
        });

    /// <exception cref="HubException">The body is neither empty nor a registration request of this device.</exception>
    private JsonNode? ReadPayload(ReadOnlyMemory<byte> body)
    {
        if (body.Span.Trim(" \r\n\t"u8).IsEmpty)
        {
            return null;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(body, Strict);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                JsonObject request = Json.ParseObject(document.RootElement.GetRawText());
                return request["registrationId"] is not { } named || (named is JsonValue value && value.TryGetValue(out string? id) && id == RegistrationId)
                    ? request["payload"]?.DeepClone()
                    : throw new HubException(HubError.ArgumentInvalid, "The body names another registrationId than the connection. Leave it out, or make them the same.");
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new HubException(HubError.IotHubFormatError, $"The body is not JSON: {error.Message}");
        }

        throw new HubException(HubError.IotHubFormatError, "The body must be one JSON object, or empty.");
    }

    private void Publish(string topic, JsonObject body)
    {
        services.Metrics.Sent("registrationReply");
        MqttWriter.WritePublish(transport.Transport.Output, topic, DeviceJson.Serialize(body));
    }

    private void Send(MqttPacket packet) => MqttWriter.Write(transport.Transport.Output, packet);

    private async ValueTask Flush()
    {
        WaitAtMost(services.Options.SendTimeout);
        try
        {
            await transport.Transport.Output.FlushAsync(stop.Token);
        }
        catch (OperationCanceledException)
        {
            transport.Abort(new ConnectionAbortedException("the device does not read what it is sent"));
            throw;
        }
    }

    private void WaitAtMost(TimeSpan limit)
    {
        TimeSpan valid = admission.ValidUntil - services.Time.GetUtcNow();
        TimeSpan wait = valid < limit ? valid : limit;
        stop.CancelAfter(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
    }

    /// <param name="Payload">What the device said of itself.</param>
    /// <param name="Outcome">Never faults.</param>
    private sealed record Operation(string Id, JsonNode? Payload, Task<Outcome> Outcome);

    /// <param name="Registration">Null without <paramref name="Refusal"/>: the enrolment is disabled.</param>
    private sealed record Outcome(Registration? Registration, Enrollment? Enrollment, HubException? Refusal);
}
