using System.Diagnostics;
using System.Text;
using DeviceTwin.Provisioning.Serial;
using DeviceTwin.SensorNode.Simulator.Bench;

namespace DeviceTwin.Tests.Provisioning.Serial;

/// <summary>The system's serial port on real pseudo-terminals.</summary>
[Platform("Linux,MacOsX")]
public sealed class TermiosPortTests
{
    private static readonly ISerialPorts Ports = SerialPorts.OfThisComputer();

    [Test]
    public async Task BytesGoBothWaysUnchanged()
    {
        using var terminal = new PseudoTerminal();
        using ISerialPort port = Ports.Open(terminal.PortName);
        byte[] all = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];

        await port.BaseStream.WriteAsync(all);
        Assert.That(await TakenAsync(terminal, all.Length), Is.EqualTo(all));

        terminal.Write(all);
        byte[] heard = new byte[all.Length];
        await port.BaseStream.ReadExactlyAsync(heard).AsTask().WaitAsync(Patience.Long);
        Assert.That(heard, Is.EqualTo(all));
        await port.DrainAsync().WaitAsync(Patience.Long);
    }

    [Test]
    public async Task NothingComesBackToTheBoard()
    {
        using var terminal = new PseudoTerminal();
        using ISerialPort port = Ports.Open(terminal.PortName);

        terminal.Write("DT10 running\r\n"u8);
        await port.BaseStream.ReadExactlyAsync(new byte[14]).AsTask().WaitAsync(Patience.Long);
        await port.BaseStream.WriteAsync("!"u8.ToArray());

        Assert.That(await TakenAsync(terminal, 1), Is.EqualTo("!"u8.ToArray()), "an echo would have come first");
    }

    [Test]
    public async Task ACancelledReadTakesNothing()
    {
        using var terminal = new PseudoTerminal();
        using ISerialPort port = Ports.Open(terminal.PortName);
        using var stop = new CancellationTokenSource();
        Task<int> reading = port.BaseStream.ReadAsync(new byte[8], stop.Token).AsTask();
        await stop.CancelAsync();
        Assert.That(async () => await reading, Throws.InstanceOf<OperationCanceledException>());

        terminal.Write("abc"u8);
        byte[] heard = new byte[3];
        await port.BaseStream.ReadExactlyAsync(heard).AsTask().WaitAsync(Patience.Long);
        Assert.That(Encoding.ASCII.GetString(heard), Is.EqualTo("abc"));
    }

    [Test]
    public async Task WhatCameBeforeItWasOpenedIsForgotten()
    {
        using var terminal = new PseudoTerminal();
        Ports.Open(terminal.PortName).Dispose();
        terminal.Write("lost"u8);
        using ISerialPort port = Ports.Open(terminal.PortName);
        terminal.Write("new"u8);
        byte[] heard = new byte[3];
        await port.BaseStream.ReadExactlyAsync(heard).AsTask().WaitAsync(Patience.Long);

        Assert.That(Encoding.ASCII.GetString(heard), Is.EqualTo("new"));
    }

    [Test]
    public async Task WhatHasArrivedIsForgotten()
    {
        using var terminal = new PseudoTerminal();
        using ISerialPort port = Ports.Open(terminal.PortName);
        terminal.Write("ab"u8);
        await port.BaseStream.ReadExactlyAsync(new byte[1]).AsTask().WaitAsync(Patience.Long);
        port.DiscardInBuffer();
        port.DiscardOutBuffer();
        terminal.Write("c"u8);
        byte[] heard = new byte[1];
        await port.BaseStream.ReadExactlyAsync(heard).AsTask().WaitAsync(Patience.Long);

        Assert.That(heard[0], Is.EqualTo((byte)'c'));
    }

    [Test]
    public void APortWithoutModemLinesTakesThem()
    {
        using var terminal = new PseudoTerminal();
        using ISerialPort port = Ports.Open(terminal.PortName);
        port.DtrEnable = false;
        port.RtsEnable = false;

        Assert.That((port.DtrEnable, port.RtsEnable, port.PortName), Is.EqualTo((false, false, terminal.PortName)));
    }

    [Test]
    public async Task APulledCableIsToldToWhoReadsAndWhoWrites()
    {
        var terminal = new PseudoTerminal();
        using ISerialPort port = Ports.Open(terminal.PortName);
        Task<int> reading = port.BaseStream.ReadAsync(new byte[8]).AsTask();
        terminal.Dispose();

        Assert.That(async () => await reading.WaitAsync(Patience.Long), Fault(SerialFault.Vanished));
        Assert.That(async () => await port.BaseStream.WriteAsync("x"u8.ToArray()), Fault(SerialFault.Vanished));
        Assert.That(async () => await port.BaseStream.ReadAsync(new byte[8]), Fault(SerialFault.Vanished));
        Assert.That(port.DiscardInBuffer, Fault(SerialFault.Vanished));
        await Task.CompletedTask;
    }

    /// <summary>A program that inherited the other end would hold it: the cable would seem to be in while that program lives.</summary>
    [Test]
    public async Task APulledCableIsToldWhileProgramsThatWereStartedMeanwhileGoOn()
    {
        var terminal = new PseudoTerminal();
        using ISerialPort port = Ports.Open(terminal.PortName);
        using var other = Process.Start(new ProcessStartInfo("cat") { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Task<int> reading = port.BaseStream.ReadAsync(new byte[8]).AsTask();
        terminal.Dispose();

        Assert.That(async () => await reading.WaitAsync(Patience.Long), Fault(SerialFault.Vanished));
        Assert.That(other.HasExited, Is.False);
        other.StandardInput.Close();
        await other.WaitForExitAsync().WaitAsync(Patience.Long);
    }

    [Test]
    public async Task WhatArrivedBeforeTheCableWasPulledIsRead()
    {
        var terminal = new PseudoTerminal();
        using ISerialPort port = Ports.Open(terminal.PortName);
        terminal.Write("last words"u8);
        byte[] heard = new byte[10];
        await port.BaseStream.ReadExactlyAsync(heard.AsMemory(0, 1)).AsTask().WaitAsync(Patience.Long);
        terminal.Dispose();
        await port.BaseStream.ReadExactlyAsync(heard.AsMemory(1)).AsTask().WaitAsync(Patience.Long);

        Assert.That(Encoding.ASCII.GetString(heard), Is.EqualTo("last words"));
        Assert.That(async () => await port.BaseStream.ReadAsync(heard).AsTask().WaitAsync(Patience.Long), Fault(SerialFault.Vanished));
    }

    [Test]
    public void ThereIsNoSuchPort() =>
        Assert.That(() => Ports.Open("/dev/ttyUSB99"), Fault(SerialFault.NotFound).And.Message.EqualTo("There is no port /dev/ttyUSB99."));

    [Test]
    public void AFileIsNoPort()
    {
        string file = Path.GetTempFileName();
        try
        {
            Assert.That(() => Ports.Open(file), Fault(SerialFault.NotASerialPort));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public void AFolderIsNoPort() => Assert.That(() => Ports.Open(Path.GetTempPath()), Fault(SerialFault.NotASerialPort));

    [Test]
    public void APortThatWeHaveIsOccupied()
    {
        using var terminal = new PseudoTerminal();
        using ISerialPort port = Ports.Open(terminal.PortName);

        Assert.That(() => Ports.Open(terminal.PortName), Fault(SerialFault.Occupied));
        port.Dispose();
        Ports.Open(terminal.PortName).Dispose();
    }

    [Test]
    [Platform("Linux")]
    public async Task APortThatAnotherProgramHasIsOccupiedAndTheProgramNamed()
    {
        using var terminal = new PseudoTerminal();
        ProcessStartInfo start = new("sh", ["-c", $"exec 3<>{terminal.PortName}; echo open; exec cat"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var other = Process.Start(start)!;
        Assert.That(await other.StandardOutput.ReadLineAsync().WaitAsync(Patience.Long), Is.EqualTo("open"));

        Assert.That(
            () => Ports.Open(terminal.PortName),
            Fault(SerialFault.Occupied).And.Message.Contains($"(process {other.Id}) has {terminal.PortName} open.").And.Property(nameof(SerialPortException.Remedy)).Contains("Close it"));

        other.StandardInput.Close();
        await other.WaitForExitAsync().WaitAsync(Patience.Long);
        Ports.Open(terminal.PortName).Dispose();
    }

    [Test]
    public void AClosedPortIsClosed()
    {
        using var terminal = new PseudoTerminal();
        ISerialPort port = Ports.Open(terminal.PortName);
        port.Dispose();
        port.Dispose();

        Assert.That(async () => await port.BaseStream.ReadAsync(new byte[1]), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(terminal.IsOpened, Is.False);
    }

    [Test]
    public async Task AReadThatWaitsEndsWhenThePortIsClosed()
    {
        using var terminal = new PseudoTerminal();
        ISerialPort port = Ports.Open(terminal.PortName);
        Task<int> reading = port.BaseStream.ReadAsync(new byte[1]).AsTask();
        port.Dispose();

        Assert.That(async () => await reading.WaitAsync(Patience.Long), Throws.TypeOf<ObjectDisposedException>());
        await Task.CompletedTask;
    }

    [Test]
    public async Task APortThatNobodyReadsKeepsTheLatest()
    {
        using var terminal = new PseudoTerminal();
        using ISerialPort port = Ports.Open(terminal.PortName);
        byte[] block = new byte[1000];
        for (int sent = 0; sent < 100_000;)
        {
            bool isLast = sent >= 99_000;
            Array.Fill(block, isLast ? (byte)99 : (byte)1);
            sent += terminal.Write(block.AsSpan(0, Math.Min(block.Length, (isLast ? 100_000 : 99_000) - sent)));
        }

        byte[] heard = new byte[200_000];
        int count = 0;
        while (heard.AsSpan(0, count).Count((byte)99) < 1000)
        {
            count += await port.BaseStream.ReadAsync(heard.AsMemory(count)).AsTask().WaitAsync(Patience.Long);
        }

        Assert.That(heard[count - 1], Is.EqualTo(99));
    }

    private static async Task<byte[]> TakenAsync(PseudoTerminal terminal, int count)
    {
        byte[] bytes = new byte[count];
        int taken = 0;
        await Patience.Until(() => (taken += terminal.Read(bytes.AsSpan(taken))) == count);
        return bytes;
    }

    private static NUnit.Framework.Constraints.EqualConstraint<SerialFault> Fault(SerialFault fault) =>
        Throws.TypeOf<SerialPortException>().With.Property(nameof(SerialPortException.Fault)).EqualTo(fault);
}
