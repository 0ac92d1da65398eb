#nullable enable

using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Provisioning;
using DeviceTwin.SensorNode.Simulator.Machines;
using DeviceTwin.SensorNode.Supervision;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>
/// A board on a technician's bench: its files, radio, sensors and serial port, running what the firmware runs there. It prints its lines, restarts when asked
/// or when its power is cycled, and knows afterwards what was stored. Stepped in virtual time, or attached to a stream of bytes (a socket, a
/// pseudo-terminal) and paced by a clock; many fit into one process.
/// </summary>
public sealed class ProvisionableBoard
{
    private readonly string _name;
    private readonly string _mac;
    private readonly SimulatedClock _clock = new();
    private readonly SimulatedPower _power = new();
    private SerialHost _host = null!;
    private SensorBench _bench = null!;
    private Supervisor _supervisor = null!;
    private int _restartsSeen;
    private long _startMs;
    private long _nextMs;

    /// <param name="mac">Address of its radio, 12 hexadecimal digits: tells boards apart.</param>
    /// <param name="files">What it keeps; memory where null.</param>
    /// <param name="name">Kind of board.</param>
    /// <param name="sensor">Its accelerometer, see <see cref="SimulatedBoard"/>.</param>
    public ProvisionableBoard(string mac, IFiles? files = null, string name = SimulatedBoard.BoardName, AccelerometerModelOptions? sensor = null)
    {
        Board = new SimulatedBoard(MachineFactory.Create(MachineKind.Standing), _clock, sensor);
        _mac = mac;
        _name = name;
        Files = files ?? new MemoryFiles();
        Start(0);
    }

    /// <summary>The line to the tool.</summary>
    public SerialPipe Pipe { get; } = new();

    /// <summary>What it keeps.</summary>
    public IFiles Files { get; }

    /// <summary>Its sensors on a machine that stands still, to tap and to break them.</summary>
    public SimulatedBoard Board { get; }

    /// <summary>Its radio.</summary>
    public SimulatedRadio Radio { get; } = new();

    /// <summary>Its calendar.</summary>
    public SimulatedClock Clock => _clock;

    /// <summary>Starts so far.</summary>
    public int Starts { get; private set; }

    /// <summary>The identity that it started with, or null.</summary>
    public NodeIdentity? Identity { get; private set; }

    /// <summary>The node's memory of its starts.</summary>
    public Supervisor Supervisor => _supervisor;

    /// <summary>Cuts the power for a moment.</summary>
    /// <param name="nowMs">Time of the bench in milliseconds.</param>
    /// <param name="buttonHeld">Somebody holds the button while it comes back.</param>
    public void CyclePower(long nowMs, bool buttonHeld = false)
    {
        _power.Cause = "powerOn";
        Start(nowMs);
        if (buttonHeld)
        {
            _host.Dialogue.Lock.OpenWindow(0);
        }
    }

    /// <summary>Lets it run.</summary>
    /// <param name="nowMs">Time of the bench in milliseconds; never goes back.</param>
    /// <returns>When it next wants to run.</returns>
    public long Step(long nowMs)
    {
        if (nowMs < _nextMs)
        {
            return _nextMs;
        }

        _clock.AdvanceToMs(nowMs);
        long next = _startMs + _host.Step(nowMs - _startMs, false);
        long nextSample = _bench.Step(nowMs);
        _nextMs = nextSample < next ? nextSample : next;
        if (_power.Restarts != _restartsSeen)
        {
            _restartsSeen = _power.Restarts;
            Start(nowMs);
        }

        return _nextMs;
    }

    /// <summary>Attaches it to a stream and lets it run at the clock's pace until it is cancelled or the stream ends.</summary>
    /// <param name="stream">The tool is at its other end.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task RunAsync(Stream stream, TimeProvider time, CancellationToken cancellation)
    {
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task reading = ReadAsync(stream, ended);
        long start = time.GetTimestamp();
        try
        {
            while (!ended.IsCancellationRequested)
            {
                Step((long)time.GetElapsedTime(start).TotalMilliseconds);
                byte[] toTool = Pipe.Receive();
                if (toTool.Length > 0)
                {
                    await stream.WriteAsync(toTool, ended.Token).ConfigureAwait(false);
                    await stream.FlushAsync(ended.Token).ConfigureAwait(false);
                }

                await Task.Delay(TimeSpan.FromMilliseconds(SerialDialogue.BusyPeriodMs), time, ended.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The way this run ends.
        }

        await ended.CancelAsync().ConfigureAwait(false);
        await reading.ConfigureAwait(false);
    }

    private async Task ReadAsync(Stream stream, CancellationTokenSource ended)
    {
        byte[] buffer = new byte[SerialPipe.DriverBytes];
        try
        {
            while (true)
            {
                int count = await stream.ReadAsync(buffer, ended.Token).ConfigureAwait(false);
                if (count == 0)
                {
                    break;
                }

                Pipe.Send(buffer.AsSpan(0, count));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // So does this one.
        }

        await ended.CancelAsync().ConfigureAwait(false);
    }

    // What Program.cs does on a board, without the node.
    private void Start(long nowMs)
    {
        Starts++;
        _startMs = nowMs;
        _nextMs = nowMs;
        _bench = new SensorBench(new NodeParts
        {
            Clock = _clock,
            Accelerometer = Board.AccelerometerWord,
            AccelerometerBus = Board.AccelerometerBus,
            TemperatureSensor = Board.TemperatureWord,
            TemperatureBus = Board.TemperatureBus,
            TemperatureLine = Board.TemperatureLine,
        });
        IdentityStore store = new(Files);
        Identity = store.Load();
        _supervisor = new Supervisor(Files, _power, new HealthCounters(), TalkLoop.SettingsFile);
        _supervisor.Start();
        ProvisioningFacts facts = new()
        {
            Board = _name,
            ChipId = _mac,
            Mac = _mac,
            Accelerometer = Board.AccelerometerWord,
            Thermometer = Board.TemperatureWord,
        };
        _host = new SerialHost(Pipe, Files, _supervisor, new SerialDialogue(Pipe, Files, _clock, Radio, new TechnicianSensors(_bench.Sensors), facts), new WorkTurn());
        _host.Say(BootLine.Starting, Node.FirmwareVersion);
        _host.Say(BootLine.Board, _name);
        _host.Say(BootLine.Cause, ResetCause.Word(_supervisor.Cause));
        if (Identity == null)
        {
            _host.Say(BootLine.IdentityRefused, store.Refusal);
            _host.Say(BootLine.Waiting, null);
        }
        else
        {
            _host.Say(BootLine.Identity, Identity.DeviceId + " " + Identity.HubHost);
            _host.Say(BootLine.Mode, NodeMode.Word(_supervisor.Mode));
            _host.Say(BootLine.Running, null);
        }
    }
}
