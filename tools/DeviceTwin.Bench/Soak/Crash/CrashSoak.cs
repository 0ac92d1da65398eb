using System.Text.Json.Nodes;

namespace DeviceTwin.Bench.Soak.Crash;

/// <summary>What happens to the hub in a round besides the kill.</summary>
public enum Fault
{
    /// <summary>SIGKILL at a random point under load.</summary>
    Kill,

    /// <summary>After the kill the log of the database ends in a cut frame, as after a power failure in the middle of a write.</summary>
    CutFile,

    /// <summary>The disk fills up under load and has room again later; then the kill.</summary>
    DiskFull,

    /// <summary>The clock jumps back and forth under load; then the kill.</summary>
    ClockJump,
}

/// <summary>What a soak came to.</summary>
/// <param name="Rounds">By fault.</param>
/// <param name="Refused">Operators' updates that the hub refused while it ran: a full disk must show here.</param>
/// <param name="Left">Faults that this machine cannot make, and why.</param>
public sealed record CrashResult(
    int Seed, IReadOnlyDictionary<Fault, int> Rounds, long AcknowledgedUpdates, long Refused, CrashFindings Findings, IReadOnlyList<string> Left);

/// <summary>
/// Kills the hub again and again under load and holds what it has after each start against what it had acknowledged. The seed decides over
/// faults and their moments; what is under way at those moments is the machine's.
/// </summary>
public sealed class CrashSoak
{
    private const int Devices = 6;
    private const string Passer = "passer-";

    /// <summary>A kill comes after at most so many acknowledgements of its round, and so much later.</summary>
    private const int MostAcknowledged = 300;
    private const int LongestPauseMs = 80;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);
    private readonly Random random;
    private readonly DataDisk disk;
    private readonly FakeClock? clock;
    private readonly SoakedHub hub;
    private readonly RegistryLedger registry = new();
    private readonly List<SoakedDevice> devices = [];
    private readonly List<Fault> possible = [Fault.Kill, Fault.CutFile];
    private int registered;
    private long refused;

    private CrashSoak(int seed, DataDisk disk, FakeClock? clock, TimeSpan startPatience)
    {
        random = new Random(seed);
        this.disk = disk;
        this.clock = clock;
        hub = new SoakedHub(disk.Folder, startPatience);
        if (disk.CanFill)
        {
            possible.Add(Fault.DiskFull);
        }

        if (clock is not null)
        {
            possible.Add(Fault.ClockJump);
        }
    }

    /// <summary>How long a hub may take to listen: many times what it takes, since the machine may be busy with other things.</summary>
    public static readonly TimeSpan StandardStartPatience = TimeSpan.FromMinutes(5);

    /// <summary>Runs rounds until there were enough or the time is over, whichever comes first.</summary>
    /// <param name="say">Called after each round with how many there were and what was found so far.</param>
    /// <param name="startPatience">How long a hub may take to listen.</param>
    /// <exception cref="CrashSoakException">The hub did not start or does not answer.</exception>
    public static async Task<CrashResult> Run(
        int seed, int rounds, TimeSpan longest, Action<int, CrashFindings> say, TimeProvider time, TimeSpan startPatience)
    {
        using var disk = DataDisk.Make();
        using var clock = FakeClock.Find();
        var soak = new CrashSoak(seed, disk, clock, startPatience);
        using var hub = soak.hub;
        var began = time.GetTimestamp();
        var done = new Dictionary<Fault, int>();
        var findings = CrashFindings.None;
        var round = 0;
        try
        {
            await soak.Begin();
            while (round < rounds && time.GetElapsedTime(began) < longest)
            {
                var fault = soak.FaultOf(round);
                findings += await soak.Round(round++);
                done[fault] = done.GetValueOrDefault(fault) + 1;
                say(round, findings);
            }
        }
        catch (HubLostException lost)
        {
            throw new CrashSoakException(lost, seed, round, hub.KeepLog());
        }

        string[] left =
        [
            .. disk.CanFill ? (string[])[] : ["diskFull: no small file system could be mounted (it takes root)"],
            .. clock is null ? (string[])["clockJump: libfaketime is not installed (package faketime)"] : [],
        ];
        return new CrashResult(seed, done, soak.Acknowledged, soak.refused, findings, left);
    }

    private long Acknowledged => registry.Acknowledged + devices.Sum(device => device.Acknowledged);

    /// <summary>Every fault comes in every small soak.</summary>
    private Fault FaultOf(int round) => possible[round % possible.Count];

    /// <summary>Starts the hub for a round. The clock that jumps costs it several times its processor's time, so only the rounds that need it have it.</summary>
    private Task Start(int round) =>
        hub.Start(FaultOf(round) == Fault.ClockJump ? clock!.Environment : new Dictionary<string, string>());

    private async Task Begin()
    {
        await Start(0);
        for (var index = 0; index < Devices; index++)
        {
            var deviceId = $"node-{index}";
            var key = await hub.Register(deviceId, CancellationToken.None) ?? throw new HubLostException("hubRefused", $"The hub refused {deviceId}");
            devices.Add(new SoakedDevice(deviceId, key, $"b{index}"));
        }
    }

    private async Task<CrashFindings> Round(int round)
    {
        var fault = FaultOf(round);
        using var end = new CancellationTokenSource();
        Task[] load = [.. devices.Select(device => device.Run(hub, end.Token)), .. devices.Select(device => OperateOn(device, end.Token)), RegisterOn(end.Token)];
        await Load();
        if (fault == Fault.DiskFull)
        {
            disk.Fill(random.Next(64 * 1024));
            await Task.Delay(random.Next(2 * LongestPauseMs));
            disk.Free();
            await Load();
        }
        else if (fault == Fault.ClockJump)
        {
            clock!.Jump(TimeSpan.FromSeconds(random.Next(-20_000, 20_000)));
            await Load();
        }

        await hub.Kill();
        await end.CancelAsync();
        await Task.WhenAll(load);
        if (fault == Fault.CutFile)
        {
            disk.CutLog(random);
        }

        await Start(round + 1);
        return await Check();
    }

    /// <summary>Lets the load run until a random number of changes more was acknowledged, and a random moment longer.</summary>
    private async Task Load()
    {
        var enough = Acknowledged + random.Next(1, MostAcknowledged);
        using var wait = new CancellationTokenSource(LongestWait);
        while (Acknowledged < enough && !wait.IsCancellationRequested)
        {
            await Task.Delay(1);
        }

        await Task.Delay(random.Next(LongestPauseMs));
    }

    private async Task<CrashFindings> Check()
    {
        var findings = CrashFindings.None;
        foreach (var device in devices)
        {
            findings += await device.Check(hub);
        }

        var listed = await hub.Send(HttpMethod.Get, "devices?api-version=2021-04-12&top=1000", null, CancellationToken.None) as JsonArray
            ?? throw new HubLostException("hubRefused", "The hub does not list its devices");
        string[] there = [.. listed.Select(identity => (string)identity!["deviceId"]!)];
        findings += registry.Check(there);

        // Each kill leaves some behind, and a list ends at a thousand.
        foreach (var left in there.Where(deviceId => deviceId.StartsWith(Passer, StringComparison.Ordinal)))
        {
            await Delete(left, CancellationToken.None);
        }

        return findings;
    }

    private async Task OperateOn(SoakedDevice device, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            await device.SendTo(hub, end);
            if (!await device.Operate(hub, end) && !end.IsCancellationRequested)
            {
                // The hub is gone, or its disk is full: there is no use in asking at once again.
                Interlocked.Add(ref refused, hub.Runs ? 1 : 0);
                await Task.WhenAny(Task.Delay(20, end));
            }
        }
    }

    /// <summary>Registers devices and deletes each again after a few more.</summary>
    private async Task RegisterOn(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            registered++;
            var came = $"{Passer}{registered}";
            registry.Try(came);
            if (await hub.Register(came, end) is not null)
            {
                registry.Acknowledge(came, true);
            }

            if (registered > 5)
            {
                await Delete($"{Passer}{registered - 5}", end);
            }
        }
    }

    private async Task Delete(string deviceId, CancellationToken end)
    {
        registry.Try(deviceId);
        if (await hub.Send(HttpMethod.Delete, $"devices/{deviceId}?api-version=2021-04-12", null, end, ("If-Match", "*")) is not null)
        {
            registry.Acknowledge(deviceId, false);
        }
    }
}
