using DeviceTwin.Provisioning.Dialogue;
using DeviceTwin.Provisioning.Identities;
using DeviceTwin.Provisioning.Serial;
using DeviceTwin.Provisioning.Tray;
using DeviceTwin.SensorNode.Simulator.Bench;

namespace DeviceTwin.Tests.Provisioning.Tray;

/// <summary>Which board is which, and what is wrong with a port, on pseudo-terminals and without a hub.</summary>
[Platform("Linux,MacOsX")]
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class BoardDeskTests
{
    private string folder = "";

    [SetUp]
    public void MakeFolder()
    {
        folder = Directory.CreateTempSubdirectory("devicetwin-desk-").FullName;
        PrivateFile.Write(Path.Combine(folder, "wifi.json"), """{"plant":{"network":"plant"}}""");
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(folder, recursive: true);

    [Test]
    public async Task APortOnWhichNobodyAnswersIsTheWrongCable()
    {
        using var bench = Bench(1);

        var results = await Run(1, new TrayOptions { BoardPatience = TimeSpan.FromSeconds(3), Dialogue = new DialogueOptions { AnswerWithin = TimeSpan.FromMilliseconds(100) } });

        Assert.That(results.Single().Fault, Is.EqualTo(Diagnosis.WrongCable));
    }

    [Test]
    public async Task APortOfAnotherProgramIsBusy()
    {
        using var bench = Bench(1);
        using var other = SerialPorts.OfThisComputer().Open(bench.Boards[0].PortName);

        var results = await Run(1, new TrayOptions { BoardPatience = TimeSpan.FromSeconds(2) });

        Assert.That(results.Single().Fault, Is.EqualTo(Diagnosis.PortBusy));
    }

    [Test]
    public async Task WithoutAPortThereIsNoBoard()
    {
        Directory.CreateDirectory(Path.Combine(folder, "ports"));
        var results = await Run(1, new TrayOptions { BoardPatience = TimeSpan.FromMilliseconds(300) });

        Assert.That(results.Single().Fault, Is.EqualTo(Diagnosis.NoBoard));
    }

    [Test]
    public async Task AnotherKindOfBoardIsTheWrongOne()
    {
        using var bench = Bench(1);
        var results = await Running(bench, () => Run(1, Patient() with { Board = "esp32-s3-devkitc-1" }));

        Assert.That(results.Single().Fault, Is.EqualTo(Diagnosis.WrongBoard));
    }

    [Test]
    public async Task BoardsGoToTheLinesWhosePortsWereNamedAndToTheirOwnAgain()
    {
        using var bench = Bench(2);
        var options = Patient() with { Ports = new Dictionary<string, string> { ["node-01"] = "link:board-02", ["node-02"] = "link:board-01" } };
        var first = await Running(bench, () => Run(2, options));
        Assert.That(first.Select(result => result.Fault?.Code), Is.All.Null);
        Assert.That(first.Select(result => result.ChipId), Is.EqualTo(new[] { SimulatedBench.MacOf(1), SimulatedBench.MacOf(0) }));

        var again = await Run(2, Patient());

        Assert.That(again.Select(result => result.ChipId), Is.EqualTo(first.Select(result => result.ChipId)));
        Assert.That(TrayJournal.Read(Path.Combine(folder, "tray.journal")).Count(entry => entry is { Event: "done", Step: "commit" }), Is.EqualTo(2));
    }

    [Test]
    public async Task ANodeWhoseSecretNobodyHasIsSaidToBe()
    {
        using var bench = Bench(1);
        await Running(bench, async () =>
        {
            Assert.That((await Run(1, Patient())).Single().IsDone);
            File.Delete(Path.Combine(folder, "secrets.json"));
            File.Delete(Path.Combine(folder, "tray.journal"));
            Assert.That((await Run(1, Patient())).Single().Fault, Is.EqualTo(Diagnosis.SecretUnknown));
            return true;
        });
    }

    // A computer with much else to do lets a board wait for longer than a second.
    private static TrayOptions Patient() => new()
    {
        NoiseDuration = TimeSpan.FromSeconds(1),
        BoardPatience = TimeSpan.FromSeconds(60),
        Dialogue = new DialogueOptions { AnswerWithin = TimeSpan.FromSeconds(5), MeasurementAnswerWithin = TimeSpan.FromSeconds(10) },
    };

    private SimulatedBench Bench(int boards) => new(new SimulatedBenchOptions { Boards = boards, PortsFolder = Path.Combine(folder, "ports"), HasNetwork = false }, TimeProvider.System);

    private static async Task<T> Running<T>(SimulatedBench bench, Func<Task<T>> act)
    {
        using var over = new CancellationTokenSource();
        var running = bench.RunAsync(over.Token);
        try
        {
            return await act();
        }
        finally
        {
            await over.CancelAsync();
            await running;
        }
    }

    private async Task<IReadOnlyList<BoardResult>> Run(int boards, TrayOptions options)
    {
        var lines = Enumerable.Range(1, boards).Select(place => $"node-{place:00},packing,Pump {place},plant,dps\n");
        var plan = TrayPlan.Read(new StringReader("deviceId,line,machine,wifi,identity\n" + string.Concat(lines)));
        var secrets = SecretStore.Open(Path.Combine(folder, "secrets.json"));
        var kit = new BundleKit("tray", Convert.ToBase64String(new byte[32]), new HubFacts("localhost", 8883, "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n", "scope", null));
        using var journal = TrayJournal.Open(Path.Combine(folder, "tray.journal"), TimeProvider.System);
        return await TrayRun.Run(plan.Rows, new TrayParts
        {
            Ports = new BenchPorts(SerialPorts.OfThisComputer(Path.Combine(folder, "ports"))),
            Options = options,
            Journal = journal,
            Secrets = secrets,
            Wifi = WifiProfiles.Read(Path.Combine(folder, "wifi.json"), _ => null),
            Enrolment = new BundleEnrolment(kit, Path.Combine(folder, "tray.bundle"), secrets),
        }, CancellationToken.None);
    }

    /// <summary>Only the bench's ports: a computer that tests may have others.</summary>
    private sealed class BenchPorts(ISerialPorts all) : ISerialPorts
    {
        public IReadOnlyList<SerialPortInfo> List() => [.. all.List().Where(port => port.Identity.StartsWith("link:", StringComparison.Ordinal))];

        public ISerialPort Open(string portName) => all.Open(portName);
    }
}
