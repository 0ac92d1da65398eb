using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Channels;

namespace DeviceTwin.Mqtt;

/// <summary>
/// An MQTT 3.1.1 client over any stream, QoS 0 and 1. One connection per object: who wants to reconnect makes a new one.
/// All members may be called from any thread. Nothing is kept beyond the connection: a message whose PUBACK did not come is
/// the caller's to send again.
/// </summary>
public sealed class MqttClient : IAsyncDisposable
{
    private static readonly TimeSpan DisconnectTimeout = TimeSpan.FromSeconds(5);

    private readonly Stream stream;
    private readonly MqttClientOptions options;
    private readonly PipeReader input;
    private readonly MqttSendBuffer sending;
    private readonly MqttReadRules rules;
    private readonly MqttWaiters waiters = new();
    private readonly Channel<MqttPublish> received;
    private readonly CancellationTokenSource stop = new();
    private readonly TaskCompletionSource<string> closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task running = Task.CompletedTask;
    private ITimer? keepAlive;
    private long pingSentAt;
    private int pingUnanswered;

    private MqttClient(Stream stream, MqttClientOptions options)
    {
        this.stream = stream;
        this.options = options;
        rules = new MqttReadRules(options.MaxRemainingLength);
        input = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        sending = new MqttSendBuffer(stream, options.SendCapacity, options.Time);
        received = Channel.CreateBounded<MqttPublish>(
            new BoundedChannelOptions(options.ReceiveCapacity) { SingleWriter = true });
    }

    /// <summary>Whether the server kept the session of an earlier connection.</summary>
    public bool SessionPresent { get; private set; }

    /// <summary>Messages in the order of arrival; completes when the connection ends.</summary>
    public ChannelReader<MqttPublish> Received => received.Reader;

    /// <summary>Completes, with the reason in words, when the connection has ended. Never faults.</summary>
    public Task<string> Closed => closed.Task;

    /// <summary>Sends CONNECT and waits for CONNACK. The client owns the stream from here on, also where this throws.</summary>
    /// <exception cref="MqttConnectRefusedException">A code other than 0.</exception>
    /// <exception cref="MqttConnectionClosedException">The connection ended, the answer was not CONNACK, or none came in time.</exception>
    public static async Task<MqttClient> Connect(Stream stream, MqttClientOptions options, CancellationToken cancellation = default)
    {
        var client = new MqttClient(stream, options);
        try
        {
            await client.Handshake(cancellation).ConfigureAwait(false);
        }
        catch (Exception)
        {
            await client.End("the connection was not made").ConfigureAwait(false);
            client.stop.Dispose();
            throw;
        }

        client.Start();
        return client;
    }

    /// <summary>Sends a message. Completes once it is handed to the connection (QoS 0) or confirmed by PUBACK (QoS 1).</summary>
    /// <exception cref="MqttConnectionClosedException">The connection ended before.</exception>
    public async Task Publish(string topic, ReadOnlyMemory<byte> payload, int qos = 0, CancellationToken cancellation = default)
    {
        while (true)
        {
            Task drained = sending.Drained();
            Task freed = waiters.Freed();
            if (TryPublish(topic, payload, qos, out _, out Task confirmed))
            {
                await confirmed.WaitAsync(cancellation).ConfigureAwait(false);
                return;
            }

            ThrowIfClosed();
            await Task.WhenAny(drained, freed).WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Hands a message to the connection without waiting.</summary>
    /// <param name="packetId">The identifier (QoS 1), 0 (QoS 0).</param>
    /// <param name="confirmed">Completes as <see cref="Publish"/> does.</param>
    /// <returns>False where the connection has ended, too much waits to be sent, or every identifier is in flight.</returns>
    public bool TryPublish(string topic, ReadOnlyMemory<byte> payload, int qos, out int packetId, out Task confirmed)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(qos, 1);
        packetId = 0;
        confirmed = Task.CompletedTask;
        if (qos == 0)
        {
            return sending.TrySend(new MqttPublish(topic, payload));
        }

        if (!waiters.TryAdd(MqttPacketType.PubAck, out packetId, out Task<MqttPacket> answer))
        {
            return false;
        }

        confirmed = answer;
        return SendOrForget(new MqttPublish(topic, payload, qos, packetId), packetId);
    }

    /// <returns>One code per filter, in order: the granted QoS or <see cref="MqttSubAck.Failure"/>.</returns>
    /// <exception cref="MqttConnectionClosedException">The connection ended before.</exception>
    public async Task<IReadOnlyList<byte>> Subscribe(IReadOnlyList<MqttSubscription> subscriptions, CancellationToken cancellation = default)
    {
        if (!TrySubscribe(subscriptions, out _, out Task<IReadOnlyList<byte>> granted))
        {
            throw new MqttConnectionClosedException(await Why().ConfigureAwait(false));
        }

        return await granted.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Hands SUBSCRIBE to the connection without waiting.</summary>
    /// <returns>As with <see cref="TryPublish"/>.</returns>
    public bool TrySubscribe(
        IReadOnlyList<MqttSubscription> subscriptions,
        out int packetId,
        out Task<IReadOnlyList<byte>> granted)
    {
        granted = Task.FromResult<IReadOnlyList<byte>>([]);
        if (!waiters.TryAdd(MqttPacketType.SubAck, out packetId, out Task<MqttPacket> answer))
        {
            return false;
        }

        granted = Codes(answer);
        return SendOrForget(new MqttSubscribe(packetId, subscriptions), packetId);

        static async Task<IReadOnlyList<byte>> Codes(Task<MqttPacket> answer) =>
            ((MqttSubAck)await answer.ConfigureAwait(false)).ReturnCodes;
    }

    /// <exception cref="MqttConnectionClosedException">The connection ended before.</exception>
    public async Task Unsubscribe(IReadOnlyList<string> filters, CancellationToken cancellation = default)
    {
        if (!waiters.TryAdd(MqttPacketType.UnsubAck, out int id, out Task<MqttPacket> answer)
            || !SendOrForget(new MqttUnsubscribe(id, filters), id))
        {
            throw new MqttConnectionClosedException(await Why().ConfigureAwait(false));
        }

        await answer.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Sends DISCONNECT behind everything that waits to be sent, and closes the stream.</summary>
    public async Task Disconnect()
    {
        if (sending.TrySend(new MqttDisconnect()))
        {
            sending.Complete();
            try
            {
                await sending.Finished.WaitAsync(DisconnectTimeout, options.Time).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // The server does not read any more.
            }
        }

        await End("closed by this side").ConfigureAwait(false);
        await running.ConfigureAwait(false);
    }

    /// <summary>Closes the stream without DISCONNECT: to the server the client has vanished.</summary>
    public async ValueTask DisposeAsync()
    {
        await End("closed by this side").ConfigureAwait(false);
        await running.ConfigureAwait(false);
        stop.Dispose();
    }

    private async Task Handshake(CancellationToken cancellation)
    {
        var buffer = new ArrayBufferWriter<byte>();
        MqttWriter.Write(
            buffer,
            new MqttConnect(
                options.ClientId, options.CleanSession, options.KeepAliveSeconds, options.UserName, options.Password, options.Will));
        using var late = new CancellationTokenSource(options.ConnectTimeout, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            await stream.WriteAsync(buffer.WrittenMemory, either.Token).ConfigureAwait(false);
            await stream.FlushAsync(either.Token).ConfigureAwait(false);
            if (await ReadPacket(either.Token).ConfigureAwait(false) is not MqttConnAck answer)
            {
                throw new MqttConnectionClosedException("the server answered CONNECT with another packet");
            }

            if (answer.ReturnCode != MqttConnectReturnCode.Accepted)
            {
                throw new MqttConnectRefusedException(answer.ReturnCode);
            }

            SessionPresent = answer.SessionPresent;
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            throw new MqttConnectionClosedException($"no CONNACK within {options.ConnectTimeout.TotalSeconds:0} s");
        }
        catch (IOException error)
        {
            throw new MqttConnectionClosedException(error.Message, error);
        }
    }

    private void Start()
    {
        if (options.KeepAliveSeconds > 0)
        {
            // Half the promised interval: a ping that is late by one tick is still in time.
            TimeSpan half = TimeSpan.FromSeconds(options.KeepAliveSeconds) / 2;
            keepAlive = options.Time.CreateTimer(_ => Ping(half), null, half, half);
        }

        running = Task.WhenAll(Receive(), Send());
    }

    private void Ping(TimeSpan half)
    {
        if (Volatile.Read(ref pingUnanswered) != 0)
        {
            if (options.Time.GetElapsedTime(Volatile.Read(ref pingSentAt)) >= half * 2)
            {
                _ = End("the server did not answer PINGREQ");
            }
        }
        else if (options.Time.GetElapsedTime(sending.LastSentAt) >= half)
        {
            Volatile.Write(ref pingSentAt, options.Time.GetTimestamp());
            Volatile.Write(ref pingUnanswered, 1);
            sending.TrySend(new MqttPingReq());
        }
    }

    private async Task Send()
    {
        string? reason = await sending.Run(stop.Token).ConfigureAwait(false);
        if (reason is not null)
        {
            await End(reason).ConfigureAwait(false);
        }
    }

    private async Task Receive()
    {
        string reason;
        try
        {
            while (true)
            {
                await Take(await ReadPacket(stop.Token).ConfigureAwait(false)).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            reason = "closed by this side";
        }
        catch (Exception error)
        {
            // Whatever the stream's way to say it: it cannot be read any more.
            reason = error.Message;
        }

        await End(reason).ConfigureAwait(false);
        await input.CompleteAsync().ConfigureAwait(false);
    }

    private async ValueTask Take(MqttPacket packet)
    {
        switch (packet)
        {
            case MqttPublish { Qos: < 2 } message:
                await received.Writer.WriteAsync(message, stop.Token).ConfigureAwait(false);
                if (message.Qos == 1)
                {
                    // Confirmations are small and answer what the server sent: they go past the send limit.
                    sending.TrySend(new MqttPubAck(message.PacketId), evenIfFull: true);
                }

                break;
            case MqttPubAck ack:
                waiters.Complete(ack.PacketId, ack);
                break;
            case MqttSubAck ack:
                waiters.Complete(ack.PacketId, ack);
                break;
            case MqttUnsubAck ack:
                waiters.Complete(ack.PacketId, ack);
                break;
            case MqttPingResp:
                Volatile.Write(ref pingUnanswered, 0);
                break;
            default:
                throw new MqttConnectionClosedException($"the server sent {packet.Type}, which it may not");
        }
    }

    private async ValueTask<MqttPacket> ReadPacket(CancellationToken cancellation)
    {
        while (true)
        {
            ReadResult result = await input.ReadAsync(cancellation).ConfigureAwait(false);
            ReadOnlySequence<byte> buffer = result.Buffer;
            MqttReadStatus status = MqttReader.TryRead(ref buffer, rules, out MqttPacket? packet, out MqttError error);
            input.AdvanceTo(buffer.Start, status == MqttReadStatus.Incomplete ? buffer.End : buffer.Start);
            if (status == MqttReadStatus.Packet)
            {
                return packet!;
            }

            if (status == MqttReadStatus.Malformed)
            {
                throw new MqttConnectionClosedException($"the server sent a malformed packet: {error.Reason}");
            }

            if (result.IsCompleted)
            {
                throw new MqttConnectionClosedException("the server closed the connection");
            }
        }
    }

    private bool SendOrForget(MqttPacket packet, int packetId)
    {
        bool sent = false;
        try
        {
            sent = sending.TrySend(packet);
        }
        finally
        {
            if (!sent)
            {
                waiters.Forget(packetId);
            }
        }

        return sent;
    }

    private async Task End(string reason)
    {
        if (!closed.TrySetResult(reason))
        {
            return;
        }

        keepAlive?.Dispose();
        sending.Complete();
        received.Writer.TryComplete();
        waiters.FailAll(reason);
        await stop.CancelAsync().ConfigureAwait(false);
        await stream.DisposeAsync().ConfigureAwait(false);
    }

    private void ThrowIfClosed()
    {
        if (closed.Task.IsCompleted)
        {
            throw new MqttConnectionClosedException(closed.Task.Result);
        }
    }

    private async ValueTask<string> Why() => Closed.IsCompleted ? await Closed.ConfigureAwait(false) : "too much waits to be sent";
}
