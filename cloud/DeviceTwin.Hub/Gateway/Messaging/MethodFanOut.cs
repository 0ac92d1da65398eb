using System.Collections.Concurrent;
using System.Threading.Channels;
using DeviceTwin.Hub.Fleet;

namespace DeviceTwin.Hub.Gateway.Messaging;

/// <summary>One call on its way to many devices: who has not answered yet, and what has come and was not handed on.</summary>
internal sealed class MethodFanOut(
    IReadOnlyCollection<string> devices, MethodCall call, byte[] payload, ConnectionRegistry registry, DirectMethods methods, IFleet fleet, TimeProvider time)
    : IMethodWaiter
{
    /// <summary>
    /// Bytes of answers that may wait for a caller who reads slowly. Of what comes above only the status is kept: devices are not made to wait for
    /// him.
    /// </summary>
    public const int MostWaitingBytes = 16 * 1024 * 1024;

    /// <summary>Bytes handed on before they are sent on their way.</summary>
    private const int MostTaken = 64 * 1024;

    /// <summary>About what a line has besides its payload.</summary>
    private const int LineBytes = 64;

    private readonly ConcurrentDictionary<string, bool> waiting = new(StringComparer.Ordinal);
    private readonly Channel<Arrival> arrivals = Channel.CreateUnbounded<Arrival>(new UnboundedChannelOptions { SingleReader = true });
    private readonly long begun = time.GetTimestamp();
    private long waitingBytes;
    private int open = devices.Count;
    private int answered;
    private int failed;
    private CancellationToken ending;

    public FleetMethodSummary Summary => new(devices.Count, answered, failed, devices.Count - answered - failed);

    /// <summary>Asks all and hands on what comes, until every device has an outcome.</summary>
    public async Task Run(IMethodOutcomes outcomes, CancellationToken cancellation)
    {
        if (devices.Count == 0)
        {
            return;
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        ending = end.Token;
        int request = methods.Await(this);

        // Sent on one thread while this one hands on what the first have answered.
        Task sending = Task.Run(() => SendAll(new MethodRequest(DirectMethods.Packet(call.Name, request, payload), NotThere), end.Token), CancellationToken.None);
        try
        {
            while (await arrivals.Reader.WaitToReadAsync(cancellation))
            {
                int taken = 0;
                while (taken < MostTaken && arrivals.Reader.TryRead(out Arrival arrival))
                {
                    taken += LineBytes + (arrival.Reply?.Body.Length ?? 0);
                    outcomes.Take(Judge(arrival));
                }

                await outcomes.Flush(cancellation);
            }
        }
        finally
        {
            methods.Forget(request);
            await end.CancelAsync();
            await sending;
        }
    }

    /// <inheritdoc/>
    public bool TryAnswer(string deviceId, MethodReply reply)
    {
        if (!waiting.TryRemove(deviceId, out _))
        {
            return false;
        }

        Arrive(deviceId, reply);
        return true;
    }

    /// <summary>Never faults: what goes wrong ends the handing on.</summary>
    private async Task SendAll(MethodRequest request, CancellationToken cancellation)
    {
        try
        {
            foreach (string deviceId in devices)
            {
                cancellation.ThrowIfCancellationRequested();
                Send(deviceId, request);
            }

            await Task.Delay(call.ResponseTimeout, time, cancellation);
            foreach (var (deviceId, _) in waiting)
            {
                Fail(deviceId, DirectMethods.NoAnswer(deviceId, call));
            }
        }
        catch (OperationCanceledException)
        {
            // All have answered, or nobody wants to know any more.
        }
        catch (Exception problem)
        {
            arrivals.Writer.TryComplete(problem);
        }
    }

    private void Send(string deviceId, MethodRequest request)
    {
        // First awaited, then asked: the answer may be there before the asking returns.
        waiting[deviceId] = true;
        DeviceConnection? connection = registry.Find(deviceId);
        if (connection is not { TakesMethods: true })
        {
            NotThere(deviceId);
        }
        else if (!connection.TryInvoke(request, here: true))
        {
            if (connection.TakesMethods)
            {
                Fail(deviceId, DirectMethods.TooManyWait(deviceId));
            }
            else
            {
                NotThere(deviceId);
            }
        }
    }

    /// <summary>There is no connection that takes it, or none any more before it was sent.</summary>
    private void NotThere(string deviceId)
    {
        TimeSpan patience = call.ConnectTimeout - time.GetElapsedTime(begun);
        if (fleet.FindIdentity(deviceId) is null)
        {
            Fail(deviceId, FleetErrors.DeviceNotFound(deviceId));
        }
        else if (patience <= TimeSpan.Zero)
        {
            Fail(deviceId, DirectMethods.NotOnline(deviceId));
        }
        else if (waiting.TryRemove(deviceId, out _))
        {
            _ = Later(deviceId, call with { ConnectTimeout = patience });
        }
    }

    /// <summary>A call of its own, once the device is there. Never faults.</summary>
    private async Task Later(string deviceId, MethodCall late)
    {
        try
        {
            Arrive(deviceId, await methods.Deliver(deviceId, late, payload, ending));
        }
        catch (HubException refusal)
        {
            Arrive(new Arrival(deviceId, null, null, refusal));
        }
        catch (OperationCanceledException)
        {
            // Nobody wants to know any more.
        }
    }

    private void Fail(string deviceId, HubException refusal)
    {
        if (waiting.TryRemove(deviceId, out _))
        {
            Arrive(new Arrival(deviceId, null, null, refusal));
        }
    }

    private void Arrive(string deviceId, MethodReply reply)
    {
        bool kept = Interlocked.Add(ref waitingBytes, reply.Body.Length) <= MostWaitingBytes;
        if (!kept)
        {
            Interlocked.Add(ref waitingBytes, -reply.Body.Length);
        }

        Arrive(new Arrival(deviceId, reply.Status, kept ? reply : null, null));
    }

    private void Arrive(Arrival arrival)
    {
        arrivals.Writer.TryWrite(arrival);
        if (Interlocked.Decrement(ref open) == 0)
        {
            arrivals.Writer.TryComplete();
        }
    }

    private MethodOutcome Judge(Arrival arrival)
    {
        if (arrival.Refusal is { } known)
        {
            failed++;
            return new MethodOutcome(arrival.DeviceId, null, null, known);
        }

        try
        {
            MethodResult result = Read(arrival);
            answered++;
            return new MethodOutcome(arrival.DeviceId, result.Status, result.Payload, null);
        }
        catch (HubException refusal)
        {
            failed++;
            return new MethodOutcome(arrival.DeviceId, arrival.Status, null, refusal);
        }
    }

    private MethodResult Read(Arrival arrival)
    {
        if (arrival.Reply is not { } reply)
        {
            throw new HubException(
                HubError.Throttling,
                $"Device {arrival.DeviceId} has answered; what it answered was dropped, for {MostWaitingBytes / (1024 * 1024)} MB of answers wait to be read. Read faster, or have the method answer less.");
        }

        Interlocked.Add(ref waitingBytes, -reply.Body.Length);
        return DirectMethods.Read(arrival.DeviceId, reply);
    }

    /// <summary>What came of one device: a reply or a refusal; neither where a reply was not kept.</summary>
    private readonly record struct Arrival(string DeviceId, int? Status, MethodReply? Reply, HubException? Refusal);
}
