using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace DeviceTwin.Tests.EndToEnd.World;

/// <summary>How bad a network is.</summary>
/// <param name="MeanLife">How long a connection lives on average; lives are exponential.</param>
/// <param name="Refused">Share of the attempts that reach nobody, 0 to 1.</param>
/// <param name="LongestDelay">How long a piece of the stream may be held back.</param>
/// <param name="LongestStall">How long a connection may stand still, or swallow what is sent, before it ends.</param>
internal sealed record Faults(TimeSpan MeanLife, double Refused, TimeSpan LongestDelay, TimeSpan LongestStall);

/// <summary>
/// A TCP relay between nodes and hub that holds every piece back, refuses attempts, and ends connections in one of three ways: cut at once; still in both
/// directions, then cut with all that waited; or swallowing what both sides send, which TCP confirms, before it is cut. What befalls the n-th connection follows from the seed.
/// </summary>
internal sealed class FaultyNetwork : IAsyncDisposable
{
    private const int PieceBytes = 16384;

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly int hubPort;
    private readonly Faults faults;
    private readonly int seed;
    private readonly Task accepting;
    private int attempts;
    private int refused;
    private int cut;
    private int stalled;
    private int swallowed;
    private volatile bool isCalm;

    private enum End
    {
        Cut,
        Stall,
        Swallow,
    }

    public FaultyNetwork(int hubPort, Faults faults, int seed)
    {
        (this.hubPort, this.faults, this.seed) = (hubPort, faults, seed);
        listener.Start(512);
        accepting = Accept();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>What has happened so far.</summary>
    public JsonObject Counts => new() { ["attempts"] = attempts, ["refused"] = refused, ["cut"] = cut, ["stalled"] = stalled, ["swallowed"] = swallowed };

    /// <summary>From now on new connections live on.</summary>
    public void CalmDown() => isCalm = true;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await accepting;
        stop.Dispose();
    }

    private async Task Accept()
    {
        var relays = new List<Task>();
        try
        {
            while (true)
            {
                var node = await listener.AcceptTcpClientAsync(stop.Token);
                relays.Add(Relay(node, new Random(HashCode(seed, ++attempts))));
            }
        }
        catch (Exception problem) when (problem is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }

        await Task.WhenAll(relays);
    }

    /// <summary>The framework's own differ from run to run.</summary>
    private static int HashCode(int seed, int number) => unchecked((seed * 1_000_003) + number);

    private async Task Relay(TcpClient node, Random random)
    {
        using var nodeSide = node;
        using var hubSide = new TcpClient();
        var isRefused = random.NextDouble() < faults.Refused;
        var life = faults.MeanLife * -Math.Log(1 - random.NextDouble());
        var end = (End)random.Next(3);
        var stall = faults.LongestStall * random.NextDouble();
        var seeds = (random.Next(), random.Next());
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        try
        {
            if (isRefused && !isCalm)
            {
                Interlocked.Increment(ref refused);
                Reset(nodeSide);
                return;
            }

            await hubSide.ConnectAsync(IPAddress.Loopback, hubPort, over.Token);
            (nodeSide.NoDelay, hubSide.NoDelay) = (true, true);
            var state = new Connection();
            Task[] pumps = [Pump(nodeSide.Client, hubSide.Client, state, seeds.Item1, over.Token), Pump(hubSide.Client, nodeSide.Client, state, seeds.Item2, over.Token)];
            var either = Task.WhenAny(pumps);
            if (isCalm || await Task.WhenAny(either, Task.Delay(life, over.Token)) == either)
            {
                await either;
            }
            else
            {
                Interlocked.Increment(ref end == End.Cut ? ref cut : ref end == End.Stall ? ref stalled : ref swallowed);
                state.End = end;
                if (end != End.Cut)
                {
                    await Task.WhenAny(either, Task.Delay(stall, over.Token));
                }
            }

            Reset(nodeSide);
            Reset(hubSide);
            await over.CancelAsync();
            await Task.WhenAll(pumps);
        }
        catch (Exception problem) when (problem is SocketException or OperationCanceledException)
        {
            // No hub there, or the end of the test.
            Reset(nodeSide);
        }
    }

    private async Task Pump(Socket from, Socket to, Connection connection, int seed, CancellationToken over)
    {
        var random = new Random(seed);
        var piece = new byte[PieceBytes];
        try
        {
            while (await from.ReceiveAsync(piece, over) is var length and > 0)
            {
                await Task.Delay(faults.LongestDelay * random.NextDouble(), over);
                if (connection.End == End.Stall)
                {
                    await Task.Delay(Timeout.Infinite, over);
                }

                if (connection.End != End.Swallow)
                {
                    await to.SendAsync(piece.AsMemory(0, length), over);
                }
            }
        }
        catch (Exception problem) when (problem is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The connection is over.
        }
    }

    /// <summary>Both ends learn at once that it is over.</summary>
    private static void Reset(TcpClient side)
    {
        try
        {
            side.LingerState = new LingerOption(true, 0);
        }
        catch (Exception problem) when (problem is SocketException or ObjectDisposedException)
        {
            // It is over already.
        }

        side.Close();
    }

    private sealed class Connection
    {
        private volatile int end = -1;

        public End? End
        {
            get => end < 0 ? null : (End)end;
            set => end = (int)value!;
        }
    }
}
