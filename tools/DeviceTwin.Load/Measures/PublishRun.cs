using System.Diagnostics;
using DeviceTwin.Load.Client;
using DeviceTwin.Load.Servers;

namespace DeviceTwin.Load.Measures;

/// <summary>How devices send.</summary>
/// <param name="Name">Stands in the names of measures.</param>
/// <param name="InFlight">Messages of each connection on their way at once.</param>
internal sealed record Profile(string Name, int Connections, int InFlight)
{
    public static readonly Profile Pipelined = new("pipelined", 50, 20);

    public static readonly Profile Lockstep = new("lockstep", 300, 1);
}

/// <summary>What a run gave.</summary>
/// <param name="PerSecond">Acknowledged messages by the clock.</param>
/// <param name="PerCpuSecond">Acknowledged messages by the server's own time on the processor.</param>
internal sealed record PublishResult(double PerSecond, double PerCpuSecond);

/// <summary>Sends telemetry with QoS 1 and counts what is acknowledged.</summary>
internal sealed class PublishRun : IAsyncDisposable
{
    private const int PayloadBytes = 100;
    private static readonly TimeSpan LongestFirst = TimeSpan.FromSeconds(30);

    private readonly ServerProcess server;
    private readonly Profile profile;
    private readonly Sender[] senders;
    private long acknowledged;
    private volatile bool stopping;

    private PublishRun(ServerProcess server, Profile profile, Sender[] senders)
    {
        this.server = server;
        this.profile = profile;
        this.senders = senders;
    }

    public static async Task<PublishRun> Open(ServerProcess server, Target target, Profile profile, CancellationToken cancellation)
    {
        var clients = await Clients.Connect(server, target with { Port = server.Port }, profile.Connections, cancellation);
        var payload = new byte[PayloadBytes];
        payload.AsSpan().Fill((byte)'7');
        return new PublishRun(server, profile,
        [
            .. clients.Select((client, number) => new Sender(client, new MessageTemplate($"devices/{HubServer.DeviceId(number)}/messages/events/", payload))),
        ]);
    }

    /// <summary>Sends so many messages and measures nothing.</summary>
    public async Task WarmUp(long messages, CancellationToken cancellation)
    {
        var loops = senders.Select(sender => Task.Run(() => Loop(sender, cancellation), cancellation)).ToArray();
        var begin = Stopwatch.GetTimestamp();
        while (Interlocked.Read(ref acknowledged) < messages && Stopwatch.GetElapsedTime(begin) < LongestFirst)
        {
            await Task.Delay(20, cancellation);
        }

        stopping = true;
        await Task.WhenAll(loops).WaitAsync(TimeSpan.FromSeconds(60), cancellation);
    }

    /// <summary>As fast as the server acknowledges: every acknowledgement lets the next message go.</summary>
    public async Task<PublishResult> Saturate(TimeSpan warmUp, TimeSpan duration, CancellationToken cancellation)
    {
        var loops = senders.Select(sender => Task.Run(() => Loop(sender, cancellation), cancellation)).ToArray();
        await Task.Delay(warmUp, cancellation);
        var (count, cpu, at) = (Interlocked.Read(ref acknowledged), server.CpuTime, Stopwatch.GetTimestamp());
        await Task.Delay(duration, cancellation);
        var (messages, time, elapsed) = (Interlocked.Read(ref acknowledged) - count, server.CpuTime - cpu, Stopwatch.GetElapsedTime(at));
        stopping = true;
        await Task.WhenAll(loops).WaitAsync(TimeSpan.FromSeconds(60), cancellation);
        if (messages == 0)
        {
            throw new LoadException("nothingAcknowledged", $"{server.Name} acknowledged nothing in {elapsed.TotalSeconds:0.0} s ({profile.Name}).");
        }

        return new PublishResult(messages / elapsed.TotalSeconds, messages / Math.Max(0.01, time.TotalSeconds));
    }

    /// <summary>
    /// At a given rate, whatever the server does: latency counts from the moment when the message was due, so that a pause of the server's is not
    /// hidden by the client's waiting for it.
    /// </summary>
    public async Task<TimeSpan> Percentile99(double perSecond, TimeSpan duration, CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var readers = senders.Select(sender => Task.Run(() => Record(sender, ended.Token), cancellation)).ToArray();
        var begin = Stopwatch.GetTimestamp();
        var sent = 0L;
        var flush = new HashSet<Sender>();
        while (Stopwatch.GetElapsedTime(begin) is var elapsed && elapsed < duration)
        {
            cancellation.ThrowIfCancellationRequested();
            flush.Clear();
            for (var due = (long)(elapsed.TotalSeconds * perSecond); sent < due; sent++)
            {
                var sender = senders[sent % senders.Length];
                await sender.SendDue(begin + (long)(sent / perSecond * Stopwatch.Frequency));
                flush.Add(sender);
            }

            foreach (var sender in flush)
            {
                await sender.Client.Flush();
            }

            await Task.Delay(1, cancellation);
        }

        for (var wait = 0; wait < 500 && senders.Any(sender => sender.Waiting > 0); wait++)
        {
            await Task.Delay(10, cancellation);
        }

        ended.Cancel();
        await Task.WhenAll(readers);

        // The first fifth warms up.
        var latencies = senders.SelectMany(sender => sender.Latencies.Skip(sender.Latencies.Count / 5)).Order().ToArray();
        return latencies.Length == 0
            ? throw new LoadException("nothingAcknowledged", $"{server.Name} acknowledged nothing at {perSecond:0} messages a second.")
            : Stopwatch.GetElapsedTime(0, latencies[(int)(latencies.Length * 0.99)]);
    }

    public ValueTask DisposeAsync()
    {
        foreach (var sender in senders)
        {
            sender.Client.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private async Task Loop(Sender sender, CancellationToken cancellation)
    {
        var identifiers = new ushort[64];
        for (var i = 0; i < profile.InFlight; i++)
        {
            await sender.Send();
        }

        await sender.Client.Flush();
        var waiting = profile.InFlight;
        while (waiting > 0)
        {
            var count = await sender.Client.ReadAcknowledgements(identifiers, cancellation);
            if (count == 0)
            {
                throw new LoadException("connectionLost", $"{server.Name} closed a connection under load ({profile.Name}).");
            }

            Interlocked.Add(ref acknowledged, count);
            waiting -= count;
            if (!stopping)
            {
                for (var i = 0; i < count; i++)
                {
                    await sender.Send();
                }

                waiting += count;
                await sender.Client.Flush();
            }
        }
    }

    private static async Task Record(Sender sender, CancellationToken cancellation)
    {
        var identifiers = new ushort[64];
        try
        {
            while (await sender.Client.ReadAcknowledgements(identifiers, cancellation) is var count and > 0)
            {
                var now = Stopwatch.GetTimestamp();
                for (var i = 0; i < count; i++)
                {
                    sender.Acknowledged(now);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    private sealed class Sender(LoadClient client, MessageTemplate message)
    {
        private readonly Queue<long> due = new();
        private ushort identifier;

        public LoadClient Client { get; } = client;

        public List<long> Latencies { get; } = [];

        public int Waiting
        {
            get
            {
                lock (due)
                {
                    return due.Count;
                }
            }
        }

        public ValueTask Send()
        {
            identifier = identifier == ushort.MaxValue ? (ushort)1 : (ushort)(identifier + 1);
            return Client.Write(message.With(identifier));
        }

        public ValueTask SendDue(long at)
        {
            lock (due)
            {
                due.Enqueue(at);
            }

            return Send();
        }

        /// <summary>Servers acknowledge in order.</summary>
        public void Acknowledged(long now)
        {
            lock (due)
            {
                if (due.TryDequeue(out var at))
                {
                    Latencies.Add(now - at);
                }
            }
        }
    }
}
