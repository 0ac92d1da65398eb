using System.Net.Sockets;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Bridge;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Storage;
using DeviceTwin.Tests.Hub.Gateway;
using DeviceTwin.Twins;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceTwin.Tests.Hub.Bridge;

/// <summary>Two hubs in this process, each with a database and clock of its own: one mirrors devices to the other over TLS.</summary>
internal sealed class BridgedHubs : IAsyncDisposable
{
    /// <summary>Two hubs and many handshakes: on a computer with much else to do they take their time.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly List<BridgeStatus> statuses = [];
    private readonly List<(Func<BridgeStatus, bool> Wanted, TaskCompletionSource<BridgeStatus> Found)> waiters = [];
    private readonly Func<Stream, Stream> wire;

    private BridgedHubs(GatewayHost there, Func<Stream, Stream> wire)
    {
        There = there;
        this.wire = wire;
    }

    /// <summary>The hub that has the bridge.</summary>
    public GatewayHost Here { get; private set; } = null!;

    /// <summary>The other hub.</summary>
    public GatewayHost There { get; }

    public BridgeService Bridge => Services<BridgeService>();

    /// <summary>While it is set nobody reaches the other hub.</summary>
    public bool Down { get; set; }

    /// <param name="devices">Registered there and here, and mirrored.</param>
    /// <param name="settings">What else the bridge is to do.</param>
    /// <param name="wire">What the connections run through.</param>
    /// <param name="there">The other hub, where it is not the standard one.</param>
    public static async Task<BridgedHubs> Start(
        string[] devices,
        Func<BridgeSettings, BridgeSettings>? settings = null,
        Func<BridgeOptions, BridgeOptions>? options = null,
        Func<Stream, Stream>? wire = null,
        GatewayHost? there = null,
        bool registeredHere = true)
    {
        there ??= await GatewayHost.Start();
        var hubs = new BridgedHubs(there, wire ?? (stream => stream));
        var credentials = new Dictionary<string, BridgeCredential>();
        foreach (var device in devices)
        {
            credentials[device] = hubs.KeyOf(await there.Register(device));
        }

        var standard = new BridgeSettings { Host = "localhost", Port = there.Port, Authorities = File.ReadAllText(there.AuthorityFile), Devices = credentials, Pause = TimeSpan.Zero };
        var standardOptions = new BridgeOptions { Seed = 1, Dial = hubs.Dial, Noted = hubs.Note };
        hubs.Here = await GatewayHost.Start(null, null, services => services.AddBridge(settings?.Invoke(standard) ?? standard, options?.Invoke(standardOptions) ?? standardOptions));
        foreach (var device in registeredHere ? devices : [])
        {
            await hubs.Here.Register(device);
        }

        return hubs;
    }

    public BridgeCredential.Key KeyOf(DeviceIdentity identity) => new(identity.DeviceId, identity.PrimaryKey);

    public T Services<T>()
        where T : notnull => Here.Provider.GetRequiredService<T>();

    /// <summary>The device here reports.</summary>
    public Task Report(string device, string patch) => Here.Fleet.PatchReported(device, Json.ParseObject(patch), null, CancellationToken.None);

    /// <summary>Completes when the other hub has these reported properties.</summary>
    public Task Arrives(string device, string reported) => Until(There.Fleet, device, twin => Json.Same(twin.Reported.Properties, Json.ParseObject(reported)), twin => twin.Reported.Properties);

    /// <summary>Completes when this hub has these desired properties.</summary>
    public Task Desired(string device, string desired) => Until(Here.Fleet, device, twin => Json.Same(twin.Desired.Properties, Json.ParseObject(desired)), twin => twin.Desired.Properties);

    public static async Task Until(IFleet fleet, string device, Func<TwinDocument, bool> wanted, Func<TwinDocument, JsonObject> shown)
    {
        var found = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var subscription = fleet.Subscribe(_ => Look());
        Look();
        try
        {
            await found.Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new AssertionException($"{device} still has {shown(fleet.FindTwin(device)!).ToJsonString()}");
        }

        void Look()
        {
            if (fleet.FindTwin(device) is { } twin && wanted(twin))
            {
                found.TrySetResult();
            }
        }
    }

    /// <summary>The next status that fits, from now on.</summary>
    public Task<BridgeStatus> Next(string device, Func<BridgeStatus, bool> wanted)
    {
        lock (statuses)
        {
            var found = new TaskCompletionSource<BridgeStatus>(TaskCreationOptions.RunContinuationsAsynchronously);
            waiters.Add((status => status.DeviceId == device && wanted(status), found));
            return found.Task.WaitAsync(Patience);
        }
    }

    /// <summary>The first status that ever fitted, or will.</summary>
    public Task<BridgeStatus> Comes(string device, Func<BridgeStatus, bool> wanted)
    {
        lock (statuses)
        {
            return statuses.Find(status => status.DeviceId == device && wanted(status)) is { } known ? Task.FromResult(known) : Next(device, wanted);
        }
    }

    public Task<BridgeStatus> InStep(string device) => Comes(device, status => status.State == BridgeState.InStep);

    /// <summary>The first status that ever fitted, or will; where the mirror waits for its next try, its time comes.</summary>
    /// <param name="before">Done before each try.</param>
    public async Task<BridgeStatus> Tries(string device, Func<BridgeStatus, bool> wanted, Action? before = null)
    {
        var found = Comes(device, wanted);
        for (var tries = 0; ; tries++)
        {
            var waits = Comes(device, status => status.State == BridgeState.BackingOff && status.LastProblem!.At >= Here.Time.GetUtcNow());
            if (await Task.WhenAny(found, waits) == found)
            {
                return await found;
            }

            Assert.That(tries, Is.LessThan(20));
            before?.Invoke();
            NextTry();
        }
    }

    /// <summary>Lets the time of the hub here go by until the next try. A mirror that is connecting then gives up.</summary>
    public void NextTry() => Here.Time.Advance(Backoff.Longest);

    public async ValueTask DisposeAsync()
    {
        await Here.DisposeAsync();
        await There.DisposeAsync();
    }

    private async Task<Stream> Dial(string host, int port, CancellationToken cancellation) =>
        Down ? throw new SocketException((int)SocketError.ConnectionRefused) : wire(await HubThere.Tcp("127.0.0.1", port, cancellation));

    private void Note(BridgeStatus status)
    {
        lock (statuses)
        {
            statuses.Add(status);
            foreach (var waiter in waiters.Where(waiter => waiter.Wanted(status)).ToArray())
            {
                waiter.Found.TrySetResult(status);
                waiters.Remove(waiter);
            }
        }
    }
}

/// <summary>A stream that breaks after so many bytes in both directions together.</summary>
internal sealed class BreakingStream(Stream inner, int bytes) : Stream
{
    private int left = bytes;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        await Spend(read);
        return read;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // As much as fits still goes out: the other side may have half of a packet.
        var fits = Math.Clamp(Volatile.Read(ref left), 0, buffer.Length);
        await inner.WriteAsync(buffer[..fits], cancellationToken);
        await Spend(buffer.Length);
    }

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        inner.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask Spend(int count)
    {
        if (Interlocked.Add(ref left, -count) < 0)
        {
            await inner.DisposeAsync();
            throw new IOException("the test cut the connection");
        }
    }
}
