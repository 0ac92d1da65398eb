using DeviceTwin.Provisioning.Dialogue;
using DeviceTwin.Provisioning.Serial;
using DeviceTwin.SensorNode.Provisioning;
using DeviceTwin.SensorNode.Simulator.Bench;
using DeviceTwin.SensorNode.Supervision;
using DeviceTwin.Tests.Provisioning.Serial;

namespace DeviceTwin.Tests.Provisioning.Dialogue;

/// <summary>The dialogue over the system's serial ports: simulated boards behind real pseudo-terminals.</summary>
[Platform("Linux,MacOsX")]
public sealed class BenchTests
{
    // A computer with much else to do lets a board wait for longer than a second.
    private static readonly DialogueOptions Patient = new() { AnswerWithin = TimeSpan.FromSeconds(10), MeasurementAnswerWithin = TimeSpan.FromSeconds(20) };

    [Test]
    public async Task TwentyBoardsAreProvisionedAtOnce()
    {
        await using var bench = new RunningBench(20);

        await Task.WhenAll(bench.Boards.Select((board, place) => ProvisionAsync(bench, board, $"pump-{place + 1}")));

        Assert.That(bench.Boards.Select(board => board.Board.Identity!.DeviceId), Is.EqualTo(Enumerable.Range(1, 20).Select(number => $"pump-{number}")));
        Assert.That(bench.Boards.Select(board => board.Board.Pipe.Overflows), Is.All.Zero);
    }

    [Test]
    public async Task PortsAreFoundByTheirLinksAndKnownAgainAfterTheCableWasPulled()
    {
        await using var bench = new RunningBench(2);
        SerialPortInfo[] before = [.. bench.Ports.List().Where(port => port.Identity.StartsWith("link:", StringComparison.Ordinal))];
        Assert.That(before.Select(port => port.Identity), Is.EqualTo(new[] { "link:board-01", "link:board-02" }));

        using ISerialPort port = bench.Ports.Open(before[0].PortName);
        var dialogue = new BoardDialogue(port.BaseStream, TimeProvider.System, Patient);
        Assert.That((await dialogue.IdentifyAsync()).Mac, Is.EqualTo(SimulatedBench.MacOf(0)));
        bench.Boards[0].Pull();
        Assert.That(async () => await dialogue.StatusAsync(), Throws.TypeOf<SerialPortException>().With.Property(nameof(SerialPortException.Fault)).EqualTo(SerialFault.Vanished));
        Assert.That(bench.Ports.List().Select(info => info.Identity), Does.Not.Contain("link:board-01"));

        bench.Boards[0].Plug();
        SerialPortInfo again = bench.Ports.List().Single(info => info.Identity == "link:board-01");
        using ISerialPort reopened = bench.Ports.Open(again.PortName);
        Assert.That((await new BoardDialogue(reopened.BaseStream, TimeProvider.System, Patient).IdentifyAsync()).Mac, Is.EqualTo(SimulatedBench.MacOf(0)));
    }

    [Test]
    public async Task GarbageOnTheWireIsPassedOver()
    {
        await using var bench = new RunningBench(1);
        int number = 0;
        bench.Boards[0].Noise = (_, bytes) => ++number % 5 == 0 ? [0xF5, 0xD7, 0x41, .. bytes[..(bytes.Length / 2)], 0x00, .. bytes[(bytes.Length / 2)..]] : bytes;

        await ProvisionAsync(bench, bench.Boards[0], "pump-1", Patient with { GarbledAttempts = 20 });

        Assert.That(bench.Boards[0].Board.Identity!.DeviceId, Is.EqualTo("pump-1"));
    }

    [Test]
    public async Task AMeasurementIsMadeAndHeardOf()
    {
        await using var bench = new RunningBench(1);
        using ISerialPort port = bench.Ports.Open(bench.Boards[0].PortName);
        var dialogue = new BoardDialogue(port.BaseStream, TimeProvider.System, Patient);

        Assert.That((await dialogue.SensorCheckAsync()).IsGood);
        Assert.That((await dialogue.TapTestAsync(TimeSpan.FromSeconds(20))).Taps, Is.EqualTo(1));
    }

    [Test]
    public async Task BoardsKeepWhatTheyWereGiven()
    {
        string files = Directory.CreateTempSubdirectory("devicetwin-bench-").FullName;
        try
        {
            await using (var bench = new RunningBench(1, files))
            {
                await ProvisionAsync(bench, bench.Boards[0], "pump-1");
            }

            await using var later = new RunningBench(1, files);
            Assert.That(later.Boards[0].Board.Identity!.DeviceId, Is.EqualTo("pump-1"));
        }
        finally
        {
            Directory.Delete(files, recursive: true);
        }
    }

    private static async Task ProvisionAsync(RunningBench bench, BenchBoard board, string deviceId, DialogueOptions? options = null)
    {
        using ISerialPort port = bench.Ports.Open(board.PortName);
        var dialogue = new BoardDialogue(port.BaseStream, TimeProvider.System, options ?? Patient);
        Assert.That((await dialogue.IdentifyAsync()).Mac, Is.EqualTo(board.Mac));
        StagedText[] texts = DialogueScene.Texts(deviceId: deviceId);
        await dialogue.StageAsync(texts);
        BoardStatus status = await dialogue.StatusAsync();
        Assert.That(status.Reason, Is.Empty);
        Assert.That(status.Differences(texts), Is.Empty);
        await dialogue.CommitAsync(new SecretText(DialogueScene.Secret));
        await dialogue.RebootAsync();
        await dialogue.WaitForLineAsync([BootLine.Running], Patience.Long);
        await dialogue.AuthenticateAsync(new SecretText(DialogueScene.Secret));
        Assert.That((await dialogue.StatusAsync()).Field("deviceId")!.Value, Is.EqualTo(deviceId));
        await dialogue.CloseAsync();
    }

    private sealed class RunningBench : IAsyncDisposable
    {
        private readonly string folder = Directory.CreateTempSubdirectory("devicetwin-ports-").FullName;
        private readonly CancellationTokenSource stop = new();
        private readonly SimulatedBench bench;
        private readonly Task running;

        public RunningBench(int boards, string? files = null)
        {
            bench = new SimulatedBench(new SimulatedBenchOptions { Boards = boards, PortsFolder = folder, FilesFolder = files, HasNetwork = false }, TimeProvider.System);
            running = bench.RunAsync(stop.Token);
            Ports = SerialPorts.OfThisComputer(folder);
        }

        public IReadOnlyList<BenchBoard> Boards => bench.Boards;

        public ISerialPorts Ports { get; }

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await running.WaitAsync(Patience.Long);
            bench.Dispose();
            stop.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }
}
