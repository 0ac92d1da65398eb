using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.ExceptionServices;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Gateway.Authentication;
using DeviceTwin.Hub.Gateway.Messaging;
using DeviceTwin.Hub.Gateway.Shaping;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage;
using DeviceTwin.Twins;
using Microsoft.AspNetCore.Connections;

namespace DeviceTwin.Hub.Gateway;

/// <summary>
/// One admitted device, or module of one, on one connection. Two loops: one reads packets and hands telemetry to the store at once, so that many
/// messages share a commit; the other answers, strictly in the order of arrival, each answer only when what it confirms is durable.
/// It alone writes to the connection, and flushes when it has nothing more to do at once.
/// </summary>
internal sealed class DeviceConnection
{
    private const int FlushAt = 32 * 1024;

    /// <summary>Filters in one packet; no device has more than six to subscribe to.</summary>
    private const int MaxFilters = 64;

    /// <summary>Bytes of a filter besides its characters, and of its place in lists.</summary>
    private const int FilterOverhead = 64;

    private readonly ConnectionContext transport;
    private readonly MqttConnect connect;
    private readonly Admission admission;
    private readonly GatewayServices services;
    private readonly MqttReadRules rules;
    private readonly TimeSpan silenceLimit;
    private readonly DeviceTwinRequests requests;
    private readonly DeviceSubscriptions subscriptions;
    private readonly DesiredQueue desired = new();
    private readonly MethodQueue methods;
    private readonly SendWindow window;
    private readonly InFlight inFlight;
    private readonly DeviceShaping shaping;
    private readonly AnswerQueue work = new();
    private readonly CancellationTokenSource stop = new();
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? watch;
    private long waitingSince = -1;

    /// <summary>Twin requests that wait to be looked at when they are answered.</summary>
    private int later;
    private long lastDesiredPushed;
    private long lastMessageSent;

    /// <summary>1 = something besides answers waits to be sent.</summary>
    private int outgoing;
    private int unflushed;
    private bool outputGone;
    private bool cleanEnd;
    private string? endReason;

    public DeviceConnection(ConnectionContext transport, MqttConnect connect, Admission admission, GatewayServices services)
    {
        this.transport = transport;
        this.connect = connect;
        this.admission = admission;
        DeviceId = admission.Identity.Address;
        this.services = services;
        GatewayOptions options = services.Options;
        rules = new MqttReadRules(options.MaxPayload + 2 + 0xFFFF + 2, WildcardsInNames: true);
        inFlight = new InFlight(options.MaxInFlight, options.MaxInFlightBytes);
        methods = new MethodQueue(DeviceId, options.MaxMethodsWaiting);

        // nanoFramework holds a message several times over while it takes it apart: one at a time.
        window = new SendWindow(admission.UserName.IsNano ? 1 : options.MaxMessagesUnconfirmed, options.MaxMessageBytesUnconfirmed);
        TimeSpan keepAlive = TimeSpan.FromSeconds(connect.KeepAliveSeconds);
        silenceLimit = 1.5 * (keepAlive == TimeSpan.Zero || keepAlive > options.LongestKeepAlive ? options.LongestKeepAlive : keepAlive);
        shaping = services.Registry.Memory(DeviceId).Shaping;
        requests = new DeviceTwinRequests(DeviceId, Id, admission.UserName.IsNano, services);
        subscriptions = new DeviceSubscriptions(DeviceId, persistent: !connect.CleanSession, services);
    }

    public string Id => transport.ConnectionId;

    /// <summary>The address of who is connected; see <see cref="TwinAddress"/>.</summary>
    public string DeviceId { get; }

    /// <summary>The device is there and has subscribed to methods.</summary>
    public bool TakesMethods => methods.IsOpen;

    public bool IsNano => admission.UserName.IsNano;

    /// <summary>Completes when nothing more of this connection will be applied. Never faults.</summary>
    public Task Ended => ended.Task;

    /// <summary>
    /// Closes the connection in good order, from any thread: nothing more is begun, what was written is sent, and TCP ends with FIN,
    /// not with a reset. The first reason is the one that is logged.
    /// </summary>
    public void Close(string reason)
    {
        Interlocked.CompareExchange(ref endReason, reason, null);

        // Not on this thread: it may be the fleet's or a timer's.
        _ = stop.CancelAsync();
    }

    /// <summary>Cuts the connection, from any thread: the other side is dead, deaf or not to be waited for.</summary>
    public void Abort(string reason)
    {
        Close(reason);
        transport.Abort(new ConnectionAbortedException(reason));
    }

    /// <summary>Takes a desired change to be sent, from any thread, without waiting.</summary>
    public void Push(FleetEvent.DesiredChanged change)
    {
        if (desired.Add(change, out int collapsed))
        {
            if (collapsed > 0)
            {
                services.Logger.DesiredCollapsed(DeviceId, collapsed);
            }

            Nudge();
        }
    }

    /// <summary>Sends the whole desired document, from any thread, without waiting.</summary>
    public void PushWhole()
    {
        if (desired.AddWhole())
        {
            Nudge();
        }
    }

    /// <summary>Takes a method request to be sent, from any thread, without waiting.</summary>
    /// <param name="here">It may be encrypted and sent on this thread before this returns: for who has many to send.</param>
    /// <returns>False where the device takes none, or too many wait.</returns>
    public bool TryInvoke(MethodRequest request, bool here = false)
    {
        if (!methods.TryAdd(request))
        {
            return false;
        }

        Nudge(here);
        return true;
    }

    /// <summary>Looks for cloud-to-device messages to send, from any thread, without waiting.</summary>
    public void LookForMessages() => Nudge();

    /// <summary>Closes the connection where the device, as it now is, would not have been let in.</summary>
    public void Recheck(DeviceIdentity identity)
    {
        if (!identity.Enabled || (identity.ModuleId is not null && services.Fleet.FindIdentity(identity.DeviceId) is not { Enabled: true }))
        {
            Close("the device was disabled");
        }
        else if (admission.Credential.WhyNot(identity) is { } reason)
        {
            Close($"the device would not be let in any more: {reason}");
        }
    }

    /// <summary>What changed between the judgement and the claim of the device's place was told to nobody.</summary>
    private void RecheckNow()
    {
        DeviceIdentity? now = services.Fleet.FindIdentity(DeviceId);
        if (now is null)
        {
            Close("the device was deleted");
        }
        else
        {
            // Also where the identity is the same: policies and authorities may not be.
            Recheck(now);
        }
    }

    /// <summary>Answers CONNECT and serves until the end. Does not throw; the caller has claimed the device's place.</summary>
    /// <param name="deadline">For everything up to CONNACK.</param>
    public async Task Run(CancellationToken deadline)
    {
        bool connected = false;
        try
        {
            RecheckNow();
            bool sessionPresent = await subscriptions.Restore(deadline);
            await services.Fleet.SetConnected(DeviceId, Id, admission.UserName.ModelId, deadline);
            connected = true;
            OpenOutgoing(restored: true);
            Watch();
            Answer(new MqttConnAck(sessionPresent, MqttConnectReturnCode.Accepted));
            await Flush();
            services.Logger.Connected(
                DeviceId, transport.RemoteEndPoint?.ToString(), Id, connect.CleanSession, sessionPresent, connect.KeepAliveSeconds, LogText.Of(admission.UserName.ClientType));
            Task answering = AnswerAll();
            await ReadAll();
            work.Complete();
            await answering;
        }
        catch (Exception error) when (!connected)
        {
            services.Logger.ConnectFailed(error, DeviceId);
            Interlocked.CompareExchange(ref endReason, "CONNECT failed", null);
            Answer(new MqttConnAck(false, MqttConnectReturnCode.ServerUnavailable));
            await Flush();
        }
        finally
        {
            watch?.Dispose();
            methods.Close();
            await NoteEnd(connected);
            ended.TrySetResult();
        }
    }

    private async Task NoteEnd(bool connected)
    {
        if (!connected)
        {
            return;
        }

        try
        {
            if (!cleanEnd && connect.Will is { } will)
            {
                await services.Telemetry.StoreWill(DeviceId, will);
            }

            await services.Fleet.SetDisconnected(DeviceId, Id, CancellationToken.None);
        }
        catch (Exception error)
        {
            services.Logger.DisconnectNotNoted(error, DeviceId, Id);
        }

        services.Logger.Disconnected(DeviceId, Id, endReason ?? "closed by the device");
    }

    /// <summary>Sends from now on what the subscriptions cover, and nothing else.</summary>
    private void OpenOutgoing(bool restored)
    {
        OpenDesired(restored);
        if (subscriptions.CoversMethods)
        {
            methods.Open();
            services.Methods.Arrived(DeviceId);
        }
        else
        {
            methods.Close();
        }

        if (subscriptions.MessagesQos is not null)
        {
            Nudge();
        }
    }

    private void OpenDesired(bool restored)
    {
        if (!subscriptions.CoversDesired)
        {
            desired.Close();
            return;
        }

        // First open, then look: a change that comes in between is then in the document, in the queue, or in both.
        desired.Open();
        if (restored
            && services.Fleet.FindTwin(DeviceId) is { } twin
            && twin.Desired.Version > services.Registry.Memory(DeviceId).DesiredVersionRead
            && (twin.Desired.Version > 1 || twin.Desired.Properties.Count > 0))
        {
            PushWhole();
        }
    }

    private void Watch()
    {
        Interlocked.Exchange(ref waitingSince, services.Time.GetTimestamp());
        watch = services.Time.CreateTimer(_ => Check(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Check();
    }

    private void Check()
    {
        TimeSpan valid = admission.ValidUntil - services.Time.GetUtcNow();
        if (valid <= TimeSpan.Zero)
        {
            Close(admission.Credential.EndReason);
            return;
        }

        // Only silence of the device counts, not a pause that this side made in reading.
        long since = Interlocked.Read(ref waitingSince);
        TimeSpan left = since < 0 ? silenceLimit : silenceLimit - services.Time.GetElapsedTime(since);
        if (left <= TimeSpan.Zero)
        {
            Close("nothing was heard for 1.5 times the keep-alive");
            return;
        }

        TimeSpan next = left < valid ? left : valid;
        watch!.Change(next < TimeSpan.FromDays(1) ? next : TimeSpan.FromDays(1), Timeout.InfiniteTimeSpan);
    }

    private async Task ReadAll()
    {
        PipeReader input = transport.Transport.Input;

        // Once, and not with every read.
        using CancellationTokenRegistration stopping = stop.Token.UnsafeRegister(static reader => ((PipeReader)reader!).CancelPendingRead(), input);
        try
        {
            long waiting = services.Time.GetTimestamp();
            while (!stop.IsCancellationRequested)
            {
                Interlocked.Exchange(ref waitingSince, waiting);
                ReadResult result = await input.ReadAsync();
                Interlocked.Exchange(ref waitingSince, -1);
                if (stop.IsCancellationRequested)
                {
                    return;
                }

                ReadOnlySequence<byte> buffer = result.Buffer;
                MqttReadStatus status;
                MqttError error;
                bool heard = false;
                while ((status = MqttReader.TryRead(ref buffer, rules, out MqttPacket? packet, out error)) == MqttReadStatus.Packet)
                {
                    heard = true;
                    if (packet is MqttDisconnect)
                    {
                        cleanEnd = true;
                        return;
                    }

                    if (await Take(packet!) is { } violation)
                    {
                        Close(violation);
                        return;
                    }
                }

                if (status == MqttReadStatus.Malformed)
                {
                    Close($"malformed packet: {error.Reason}");
                    return;
                }

                // Only whole packets are signs of life: a byte now and then would keep a connection for ever.
                waiting = heard ? services.Time.GetTimestamp() : waiting;
                input.AdvanceTo(buffer.Start, buffer.End);
                if (result.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The reason is noted where it was cancelled.
        }
        catch (Exception error) when (error is IOException or ConnectionAbortedException or InvalidOperationException)
        {
            Interlocked.CompareExchange(ref endReason, $"the connection broke: {error.Message}", null);
        }
    }

    private static string TooMany(int filters) => $"a packet with {filters} filters, {MaxFilters} are allowed";

    /// <summary>What a packet holds in memory while it is under way: its payload, or its filters with what surrounds each of them.</summary>
    private static int SizeOf(MqttPacket packet) => packet switch
    {
        MqttPublish message => message.Payload.Length,
        MqttSubscribe subscribe => subscribe.Subscriptions.Sum(subscription => SizeOf(subscription.Filter)),
        MqttUnsubscribe unsubscribe => unsubscribe.Filters.Sum(SizeOf),
        _ => 0,
    };

    private static int SizeOf(string filter) => FilterOverhead + (2 * filter.Length);

    /// <returns>Why the connection must be closed, or null.</returns>
    private async ValueTask<string?> Take(MqttPacket packet)
    {
        switch (packet)
        {
            case MqttPublish published:
                return await TakeMessage(published);
            case MqttSubscribe { Subscriptions.Count: > MaxFilters } subscribe:
                return TooMany(subscribe.Subscriptions.Count);
            case MqttUnsubscribe { Filters.Count: > MaxFilters } unsubscribe:
                return TooMany(unsubscribe.Filters.Count);
            case MqttSubscribe or MqttUnsubscribe or MqttPingReq:
                await inFlight.Enter(SizeOf(packet), stop.Token);
                work.Add(new Work(packet));
                return null;
            case MqttPubAck confirmed:
                // One client confirms even what was sent with QoS 0, with identifier 0.
                if (window.Leave(confirmed.PacketId) is { } message)
                {
                    services.Messages.Confirm(DeviceId, message);
                    Nudge();
                }

                return null;
            case MqttConnect:
                return "a second CONNECT";
            default:
                return $"{packet.Type} is not for a device to send";
        }
    }

    private async ValueTask<string?> TakeMessage(MqttPublish message)
    {
        if (message.Qos == 2)
        {
            return "a message with QoS 2";
        }

        if (message.Payload.Length > services.Options.MaxPayload)
        {
            return $"a message of {message.Payload.Length} bytes, {services.Options.MaxPayload} are allowed";
        }

        DeviceTopic topic = DeviceTopic.Parse(message.Topic, DeviceId);
        if (topic.Kind == DeviceTopicKind.Foreign)
        {
            return $"a message to {LogText.Of(message.Topic)}, which is not this device's to publish to";
        }

        services.Metrics.Received(topic.Kind switch
        {
            DeviceTopicKind.Telemetry => "telemetry",
            DeviceTopicKind.TwinGet => "twinGet",
            DeviceTopicKind.ReportedPatch => "reportedPatch",
            DeviceTopicKind.MethodResponse => "methodResponse",
            _ => "other",
        });
        if (topic.Kind == DeviceTopicKind.MethodResponse && message.Qos == 0 && inFlight.IsEmpty)
        {
            // Nothing that came before waits, and nothing is to be confirmed: no way through the queue.
            services.Methods.Answer(DeviceId, topic.RequestId, topic.Status, message.Payload);
            return null;
        }

        await inFlight.Enter(SizeOf(message), stop.Token);
        long now = services.Time.GetTimestamp();
        if (topic.Kind == DeviceTopicKind.Telemetry && shaping.Telemetry(now) is var pause && pause > TimeSpan.Zero)
        {
            // Nothing is read meanwhile: TCP slows the device down.
            await Task.Delay(pause, services.Time, stop.Token);
        }

        work.Add(Begin(message, topic, now));
        return null;
    }

    /// <summary>Begins at once what may share a commit with what follows.</summary>
    private Work Begin(MqttPublish message, DeviceTopic topic, long now)
    {
        long answerAt = topic.Kind == DeviceTopicKind.Telemetry ? now : shaping.Request(topic.Kind, now);
        switch (topic.Kind)
        {
            case DeviceTopicKind.Telemetry:
                return new Work(message, topic, Awaited(services.Telemetry.Store(DeviceId, message, topic.Bag)), ReceivedAt: now);
            case DeviceTopicKind.ReportedPatch when Volatile.Read(ref later) == 0 && answerAt != DeviceShaping.Refused && answerAt <= now:
                BegunPatch patch = requests.Begin(message, topic);
                return new Work(message, topic, Awaited(patch.Receipt), patch, ReceivedAt: now);
            case DeviceTopicKind.TwinGet or DeviceTopicKind.ReportedPatch:
                // A GET must not see a PATCH that came after it.
                Interlocked.Increment(ref later);
                return new Work(message, topic, Later: true, ReceivedAt: now, AnswerAt: answerAt);
            default:
                return new Work(message, topic, ReceivedAt: now, AnswerAt: answerAt);
        }
    }

    private CommitReceipt? Awaited(CommitReceipt? receipt)
    {
        if (receipt is { IsDone: false })
        {
            receipt.Await(work);
        }

        return receipt;
    }

    private async Task AnswerAll()
    {
        while (await work.Wait())
        {
            do
            {
                if (Volatile.Read(ref outgoing) != 0)
                {
                    await SendOutgoing();
                }

                while (work.TryTake(out Work item))
                {
                    await AnswerOne(item);
                    Interlocked.Add(ref later, item.Later ? -1 : 0);
                    inFlight.Leave(SizeOf(item.Packet));
                    if (Volatile.Read(ref outgoing) != 0)
                    {
                        await SendOutgoing();
                    }

                    if (unflushed >= FlushAt)
                    {
                        await Flush();
                    }
                }
            }
            while (Volatile.Read(ref outgoing) != 0);

            await Flush();
        }
    }

    private async ValueTask AnswerOne(Work item)
    {
        // Once the connection is to be closed nothing more is begun. What was begun is durable or not, so that who takes over finds it applied;
        // either way it was not confirmed.
        if (stop.IsCancellationRequested)
        {
            return;
        }

        try
        {
            switch (item.Packet)
            {
                case MqttPublish message:
                    await AnswerMessage(message, item);
                    break;
                case MqttSubscribe subscribe:
                    MqttSubAck granted = await subscriptions.Subscribe(subscribe);
                    OpenOutgoing(restored: false);
                    Answer(granted);
                    subscriptions.LogGranted(subscribe);
                    break;
                case MqttUnsubscribe unsubscribe:
                    Answer(await subscriptions.Unsubscribe(unsubscribe));
                    OpenOutgoing(restored: false);
                    break;
                default:
                    Answer(new MqttPingResp());
                    break;
            }
        }
        catch (HubException refusal)
        {
            services.Logger.RequestRefused(
                DeviceId, item.Packet!.Type.ToString(), refusal.Error.Code, refusal.Error.Name, refusal.Message);
            Close($"{item.Packet.Type} was refused: {refusal.Message}");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Closed while PUBACK was held back.
        }
        catch (Exception error)
        {
            services.Logger.RequestFailed(error, DeviceId, item.Packet!.Type.ToString());
            Close($"{item.Packet.Type} failed");
        }
    }

    private async ValueTask AnswerMessage(MqttPublish message, Work item)
    {
        TwinReply? reply = null;
        if (item.Patch is { } patch)
        {
            reply = requests.AnswerTo(patch);
        }
        else if (item.Receipt is { } receipt)
        {
            if (receipt.Failure is { } failure)
            {
                // MQTT 3.1.1 cannot say no to a message: without PUBACK and with the connection gone the device knows.
                ExceptionDispatchInfo.Throw(failure);
            }
        }
        else if (item.Topic.Kind == DeviceTopicKind.MethodResponse)
        {
            services.Methods.Answer(DeviceId, item.Topic.RequestId, item.Topic.Status, message.Payload);
        }
        else
        {
            await WaitUntil(item.AnswerAt);
            ValueTask<TwinReply?> answer = requests.Answer(message, item.Topic, item.AnswerAt == DeviceShaping.Refused);
            if (!answer.IsCompleted)
            {
                await Flush();
            }

            reply = await answer;
        }

        if (message.Qos == 1)
        {
            await HoldBack(item.ReceivedAt);
            MqttWriter.WritePubAck(transport.Transport.Output, message.PacketId);
            unflushed += 4;
            services.Metrics.PubAck(services.Time.GetElapsedTime(item.ReceivedAt));
        }

        // The answer goes to who asked, subscribed or not: a client whose session was lost would wait for ever.
        if (reply is not null)
        {
            services.Metrics.Sent("twinReply");
            Send(reply.Topic(item.Topic.RequestId!), reply.Body);
        }
        else if (item.Topic.Kind == DeviceTopicKind.Telemetry && admission.Identity.ModuleId is null && services.Questions is { } questions
            && await questions.Answer(DeviceId, item.Topic.Bag, message.Payload) is { } told)
        {
            Send(told.Reply.Topic(told.RequestId), told.Reply.Body);
        }
    }

    private async ValueTask HoldBack(long receivedAt)
    {
        if (!admission.UserName.IsNano)
        {
            return;
        }

        await Pause(services.Options.NanoPubAckDelay - services.Time.GetElapsedTime(receivedAt));
    }

    private async ValueTask WaitUntil(long answerAt)
    {
        long now;
        if (answerAt > (now = services.Time.GetTimestamp()))
        {
            await Pause(services.Time.GetElapsedTime(now, answerAt));
        }
    }

    private async ValueTask Pause(TimeSpan left)
    {
        if (left > TimeSpan.Zero)
        {
            await Flush();
            await Task.Delay(left, services.Time, stop.Token);
        }
    }

    /// <summary>Has the answering loop look at what waits to be sent. Many calls before it gets there are one.</summary>
    private void Nudge(bool here = false)
    {
        if (Interlocked.Exchange(ref outgoing, 1) == 0)
        {
            work.Nudge(here);
        }
    }

    private async ValueTask SendOutgoing()
    {
        // First cleared, then looked: what comes in between is found now, or asks again.
        Interlocked.Exchange(ref outgoing, 0);
        try
        {
            while (!stop.IsCancellationRequested && SendNext())
            {
                if (unflushed >= FlushAt)
                {
                    await Flush();
                }
            }
        }
        catch (Exception error)
        {
            services.Logger.RequestFailed(error, DeviceId, "sending");
            Close("what waits for the device could not be sent");
        }
    }

    /// <returns>Whether there was something to send.</returns>
    private bool SendNext()
    {
        if (desired.TryTake(out FleetEvent.DesiredChanged? patch))
        {
            SendDesired(patch);
            return true;
        }

        if (methods.TryTake(out MethodRequest? request))
        {
            services.Metrics.Sent("method");
            transport.Transport.Output.Write(request.Packet.Span);
            unflushed += request.Packet.Length;
            return true;
        }

        return SendMessage();
    }

    /// <summary>Sends the next cloud-to-device message if the device has room for it. It stays in its queue until it is confirmed.</summary>
    private bool SendMessage()
    {
        if (subscriptions.MessagesQos is not { } qos || !window.HasRoom || services.Messages.Next(DeviceId, lastMessageSent, out bool again) is not { } message)
        {
            return false;
        }

        // From the message's own number: a second delivery, even by a restarted hub, has the identifier of the first.
        int packetId = (int)((message.Sequence - 1) % 0xFFFF) + 1;
        string topic = CloudToDeviceTopic.Of(subscriptions.MessagesTopic, message, IsNano);
        if (qos == 0)
        {
            services.Metrics.Sent("cloudToDevice");
            Send(topic, message.Body.Span);
            services.Messages.Confirm(DeviceId, message.Sequence);
        }
        else if (window.TryEnter(packetId, message.Sequence, message.Body.Length))
        {
            services.Metrics.Sent("cloudToDevice");
            MqttWriter.WritePublish(transport.Transport.Output, topic, message.Body.Span, qos, packetId, duplicate: again && !connect.CleanSession);
            unflushed += topic.Length + message.Body.Length;
        }
        else
        {
            // Another message has the identifier; its confirmation makes room.
            return false;
        }

        lastMessageSent = message.Sequence;
        services.Logger.MessageSent(DeviceId, message.Sequence, packetId);
        return true;
    }

    private void SendDesired(FleetEvent.DesiredChanged? patch)
    {
        if (patch is not null)
        {
            // The whole document may have been sent meanwhile, with this change in it.
            if (patch.Version > lastDesiredPushed)
            {
                PushDesired(patch.Patch, patch.Version);
            }
        }
        else if (services.Fleet.FindTwin(DeviceId) is { } twin && twin.Desired.Version >= lastDesiredPushed)
        {
            // The device may have been away when something was removed: it merges, so it must be told.
            PushDesired(RemovedPaths.Complete(twin.Desired.Properties, services.Fleet.FindRemovedDesired(DeviceId)), twin.Desired.Version);
        }
    }

    private void PushDesired(JsonObject patch, long version)
    {
        lastDesiredPushed = version;
        services.Metrics.Sent("desired");
        Send($"$iothub/twin/PATCH/properties/desired/?$version={version}", TwinReply.DesiredPatch(patch, version));
        services.Logger.DesiredPushed(DeviceId, version);
    }

    private void Send(string topic, ReadOnlySpan<byte> payload)
    {
        MqttWriter.WritePublish(transport.Transport.Output, topic, payload);
        unflushed += topic.Length + payload.Length;
    }

    private void Answer(MqttPacket packet)
    {
        MqttWriter.Write(transport.Transport.Output, packet);
        unflushed++;
    }

    private async ValueTask Flush()
    {
        if (unflushed == 0 || outputGone)
        {
            return;
        }

        unflushed = 0;
        try
        {
            ValueTask<FlushResult> flush = transport.Transport.Output.FlushAsync();
            if (flush.IsCompleted)
            {
                outputGone = (await flush).IsCompleted;
                return;
            }

            using ITimer late = services.Time.CreateTimer(
                _ => Abort("the device does not read what it is sent"), null, services.Options.SendTimeout, Timeout.InfiniteTimeSpan);
            outputGone = (await flush).IsCompleted;
        }
        catch (Exception error) when (error is IOException or ConnectionAbortedException or InvalidOperationException or OperationCanceledException)
        {
            // The reading side sees the end too; what was received before is still worked off.
            outputGone = true;
        }
    }
}
