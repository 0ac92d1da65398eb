using System.Diagnostics;
using System.Security.Cryptography;
using DeviceTwin.Provisioning.Dialogue;
using DeviceTwin.Provisioning.Serial;
using DeviceTwin.SensorNode.Provisioning;
using DeviceTwin.SensorNode.Simulator.Bench;
using DeviceTwin.SensorNode.Supervision;
using DeviceTwin.Tests.EndToEnd.World;

namespace DeviceTwin.Tests.EndToEnd;

/// <summary>A board from the workshop is told over a serial port who it is, and is a node of the hub half a minute later.</summary>
[Platform("Linux,MacOsX")]
public sealed class BenchTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly DialogueOptions Patient = new() { AnswerWithin = TimeSpan.FromSeconds(10), MeasurementAnswerWithin = TimeSpan.FromSeconds(20) };

    [Test]
    public async Task A_board_that_was_told_a_hub_over_its_port_comes_in_sync_there_and_still_answers_the_technician()
    {
        await using var hub = await HubUnderTest.Start();
        using var stop = new CancellationTokenSource();
        using var bench = new SimulatedBench(new SimulatedBenchOptions(), TimeProvider.System);
        Task running = bench.RunAsync(stop.Token);
        using ISerialPort port = SerialPorts.OfThisComputer().Open(bench.Boards[0].PortName);
        var dialogue = new BoardDialogue(port.BaseStream, TimeProvider.System, Patient);
        SecretText secret = new(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));

        await dialogue.StageAsync(
        [
            new StagedText(StagedField.Network, "plant"),
            new StagedText(StagedField.DeviceId, "pump-1"),
            new StagedText(StagedField.Key, await hub.CreateDevice("pump-1")),
            new StagedText(StagedField.HubHost, hub.HostName),
            new StagedText(StagedField.HubPort, $"{hub.MqttPort}"),
            new StagedText(StagedField.CertificateAuthority, await File.ReadAllTextAsync(hub.CaFile)),
        ]);
        await dialogue.CommitAsync(secret);
        await dialogue.RebootAsync();
        Assert.That(await dialogue.WaitForLineAsync([BootLine.Running], Patience), Is.Not.Null);

        // A node that was never there is in sync with nothing: it must have said something.
        await hub.Eventually(
            () => hub.Fleet("pump-1"), node => (string?)node["state"] == "InSync" && (string?)node["verdict"] == "normal", "a node that is in sync", Patience);
        await dialogue.AuthenticateAsync(secret);
        BoardStatus status = await dialogue.StatusAsync();
        Assert.That((status.IsConnected, status.ResetCause, status.Mode), Is.EqualTo((true, "provisioned", "normal")));
        Assert.That(status.Utc, Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromHours(1)), "the time server was asked");
        Assert.That((await dialogue.SensorCheckAsync()).IsGood, "measured beside the node's own plan");

        await stop.CancelAsync();
        await running.WaitAsync(Patience);
    }

    [Test]
    public async Task Dtwin_bench_lays_boards_out_that_any_serial_program_opens_until_it_is_interrupted()
    {
        var folder = Directory.CreateTempSubdirectory("devicetwin-ports-").FullName;
        try
        {
            using var bench = Tool.Start("bench", "--boards", "2", "--ports-folder", folder);
            Assert.That(await bench.StandardOutput.ReadLineAsync().WaitAsync(Patience), Is.EqualTo($"board-01  {folder}/board-01  {SimulatedBench.MacOf(0)}"));
            Assert.That(await bench.StandardOutput.ReadLineAsync().WaitAsync(Patience), Is.EqualTo($"board-02  {folder}/board-02  {SimulatedBench.MacOf(1)}"));
            var ports = SerialPorts.OfThisComputer(folder);
            var found = ports.List().Single(info => info.Identity == "link:board-02");
            using (ISerialPort port = ports.Open(found.PortName))
            {
                Assert.That((await new BoardDialogue(port.BaseStream, TimeProvider.System, Patient).IdentifyAsync()).ChipId, Is.EqualTo(SimulatedBench.MacOf(1)));
            }

            using var interrupt = Process.Start("kill", ["-INT", $"{bench.Id}"]);
            await bench.WaitForExitAsync().WaitAsync(Patience);
            Assert.That(bench.ExitCode, Is.Zero);
            Assert.That(Directory.EnumerateFileSystemEntries(folder), Is.Empty, "a cleared bench");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
