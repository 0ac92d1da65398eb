using DeviceTwin.Provisioning.Dialogue;
using DeviceTwin.Provisioning.Identities;
using DeviceTwin.Provisioning.Serial;
using DeviceTwin.Provisioning.Tray;
using DeviceTwin.SensorNode.Simulator.Bench;

namespace DeviceTwin.Tests.EndToEnd.World;

/// <summary>A bench of simulated boards on pseudo-terminals, a real hub, and the engine of the tray between them.</summary>
internal sealed class TrayUnderTest : IAsyncDisposable
{
    public const string Wifi = """{"plant":{"network":"plant","password":"pass word 1"}}""";

    private readonly CancellationTokenSource over = new();
    private readonly Task running;
    private HubFacts? facts;

    private TrayUnderTest(HubUnderTest hub, DirectoryInfo folder, SimulatedBench bench)
    {
        Hub = hub;
        Http = new HttpClient { BaseAddress = hub.HttpUrl };
        Folder = folder;
        Bench = bench;
        Ports = new BenchPorts(SerialPorts.OfThisComputer(Path.Combine(folder.FullName, "ports")));
        running = bench.RunAsync(over.Token);
    }

    public HubUnderTest Hub { get; }

    /// <summary>Outlives a restart of the hub, which listens at the same ports again.</summary>
    public HttpClient Http { get; }

    public DirectoryInfo Folder { get; }

    public SimulatedBench Bench { get; }

    public ISerialPorts Ports { get; }

    public string JournalFile => Path.Combine(Folder.FullName, "tray.journal");

    public string SecretsFile => Path.Combine(Folder.FullName, "secrets.json");

    /// <summary>How a test works on a tray: quicker than a technician, and more patient than a quiet computer needs.</summary>
    public TrayOptions Options => new()
    {
        NoiseDuration = TimeSpan.FromSeconds(1),
        TapDuration = TimeSpan.FromSeconds(10),
        LookPeriod = TimeSpan.FromMilliseconds(200),
        BoardPatience = TimeSpan.FromSeconds(90),
        ConnectPatience = TimeSpan.FromSeconds(90),
        SyncPatience = TimeSpan.FromSeconds(90),
        HubPatience = TimeSpan.FromSeconds(60),
        LabelFolder = Path.Combine(Folder.FullName, "labels"),
        Dialogue = new DialogueOptions { AnswerWithin = TimeSpan.FromSeconds(2), MeasurementAnswerWithin = TimeSpan.FromSeconds(5), Attempts = 3 },
    };

    public static async Task<TrayUnderTest> Start(int boards, Func<SimulatedBenchOptions, SimulatedBenchOptions>? change = null)
    {
        var hub = await HubUnderTest.Start();
        var folder = Directory.CreateTempSubdirectory("devicetwin-tray-");
        var options = new SimulatedBenchOptions { Boards = boards, PortsFolder = Path.Combine(folder.FullName, "ports") };
        return new TrayUnderTest(hub, folder, new SimulatedBench(change?.Invoke(options) ?? options, TimeProvider.System));
    }

    /// <summary>A plan with a board for each place: node-01 and so on, with the three ways to prove oneself in turn.</summary>
    public static IReadOnlyList<PlanRow> Plan(int boards)
    {
        var plan = TrayPlan.Read(new StringReader(PlanText(boards)));
        Assert.That(plan.Faults, Is.Empty);
        return plan.Rows;
    }

    /// <summary>The same as a file has it.</summary>
    public static string PlanText(int boards)
    {
        string[] ways = ["sas", "x509", "dps"];
        var lines = Enumerable.Range(0, boards).Select(place => $"node-{place + 1:00},packing,Pump {place + 1},6205,2,rigid,1770,plant,{ways[place % ways.Length]}\n");
        return "deviceId,line,machine,bearing,isoGroup,isoSupport,shaftRpm,wifi,identity\n" + string.Concat(lines);
    }

    public Task<IReadOnlyList<BoardResult>> Run(
        IReadOnlyList<PlanRow> rows, TrayOptions? options = null, Action<BoardNews>? tell = null, string wifi = Wifi,
        string? authority = null, CancellationToken cancellation = default) =>
        RunWith(rows, options, tell, wifi, store => Enrolment(store, authority), cancellation);

    public async Task<IReadOnlyList<BoardResult>> RunWith(
        IReadOnlyList<PlanRow> rows, TrayOptions? options, Action<BoardNews>? tell, string wifi, Func<SecretStore, Task<IEnrolment>> enrol, CancellationToken cancellation)
    {
        var wifiFile = Path.Combine(Folder.FullName, "wifi.json");
        PrivateFile.Write(wifiFile, wifi);
        var store = SecretStore.Open(SecretsFile);
        using var journal = TrayJournal.Open(JournalFile, TimeProvider.System);
        var enrolment = await enrol(store);
        try
        {
            return await TrayRun.Run(
                rows,
                new TrayParts
                {
                    Ports = Ports,
                    Options = options ?? Options,
                    Journal = journal,
                    Secrets = store,
                    Wifi = WifiProfiles.Read(wifiFile, _ => null),
                    Enrolment = enrolment,
                    Tell = tell ?? (_ => { }),
                },
                cancellation);
        }
        finally
        {
            (enrolment as IDisposable)?.Dispose();
        }
    }

    public async Task<HubFacts> Facts(string? authority = null)
    {
        var told = await new PlantHub(Http).GetProvisioning(CancellationToken.None);
        return new HubFacts(Hub.HostName, Hub.MqttPort, authority ?? await File.ReadAllTextAsync(Hub.CaFile), (string)told["idScope"]!, null);
    }

    public async Task<IEnrolment> Enrolment(SecretStore store, string? authority = null) =>
        new HubEnrolment(new PlantHub(Http), authority is null ? facts ??= await Facts() : await Facts(authority), store, TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await running;
        Bench.Dispose();
        Http.Dispose();
        await Hub.DisposeAsync();
        Folder.Delete(recursive: true);
        over.Dispose();
    }

    /// <summary>Only the bench's ports: a computer that tests may have others.</summary>
    private sealed class BenchPorts(ISerialPorts all) : ISerialPorts
    {
        public IReadOnlyList<SerialPortInfo> List() => [.. all.List().Where(port => port.Identity.StartsWith("link:", StringComparison.Ordinal))];

        public ISerialPort Open(string portName) => all.Open(portName);
    }
}
