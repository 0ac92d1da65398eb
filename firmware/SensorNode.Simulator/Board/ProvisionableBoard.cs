#nullable enable

using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Provisioning;
using DeviceTwin.SensorNode.Simulator.Machines;
using DeviceTwin.SensorNode.Supervision;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>
/// A board on a technician's bench: its files, radio, sensors and serial port, running what the firmware runs there. It prints its lines, restarts when asked
/// or when its power is cycled, and knows afterwards what was stored; where it is given a way to the hub, it then is a node of the hub as well. Stepped in
/// virtual time, or attached to a stream of bytes (a socket, a pseudo-terminal) and paced by a clock; many fit into one process.
/// </summary>
public sealed class ProvisionableBoard : IDisposable
{
    // A loop that has nothing to do passes all the same.
    private const long LongestRestMs = 1000;

    private readonly ProvisionableBoardOptions _options;
    private readonly SimulatedClock _clock = new();
    private readonly SimulatedPower _power = new();
    private SerialHost _host = null!;
    private SensorBench? _bench;
    private Node? _node;
    private IMqttSession? _session;
    private Supervisor _supervisor = null!;
    private int _restartsSeen;
    private bool _hasTime;
    private long _startMs;
    private long _nextMs;
    private long _nextHostMs;
    private long _nextMeasureMs;
    private long _nextTalkMs;

    /// <param name="mac">Address of its radio, 12 hexadecimal digits: tells boards apart.</param>
    /// <param name="files">What it keeps; memory where null.</param>
    /// <param name="name">Kind of board.</param>
    /// <param name="sensor">Its accelerometer, see <see cref="SimulatedBoard"/>.</param>
    public ProvisionableBoard(string mac, IFiles? files = null, string name = SimulatedBoard.BoardName, AccelerometerModelOptions? sensor = null)
        : this(new ProvisionableBoardOptions { Mac = mac, Files = files, Name = name, Sensor = sensor })
    {
    }

    /// <param name="options">What board it is.</param>
    public ProvisionableBoard(ProvisionableBoardOptions options)
    {
        _options = options;
        Board = new SimulatedBoard(options.Machine ?? MachineFactory.Create(MachineKind.Standing), _clock, options.Sensor);
        Files = options.Files ?? new MemoryFiles();
        _clock.TimeServer = AskTimeServer;
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

    /// <summary>The node that runs on it since its last start; null where it has no identity, or no way to a hub.</summary>
    public Node? Node => _node;

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
    /// <remarks>However late it is called, the sensors' loop runs at the very times it asked for: a busy computer makes no sensor overrun.</remarks>
    public long Step(long nowMs)
    {
        if (nowMs < _nextMs)
        {
            return _nextMs;
        }

        while (_nextMeasureMs <= nowMs && _power.Restarts == _restartsSeen)
        {
            long atMs = _nextMeasureMs;
            _clock.AdvanceToMs(atMs);
            _nextMeasureMs = Math.Max(_node == null ? _bench!.Step(atMs) : _node.StepMeasure(atMs), atMs + 1);
        }

        _clock.AdvanceToMs(nowMs);
        if (_node != null && _power.Restarts == _restartsSeen && _nextTalkMs <= nowMs)
        {
            Talk(_node, nowMs);
        }

        if (_power.Restarts == _restartsSeen && _nextHostMs <= nowMs)
        {
            _nextHostMs = Math.Max(_startMs + _host.Step(nowMs - _startMs, _node is { IsConnected: true }, _node == null ? LinkFault.None : _node.LinkFault), nowMs + 1);
        }

        if (_power.Restarts != _restartsSeen)
        {
            Start(nowMs);
        }

        _nextMs = Math.Min(Math.Min(_nextHostMs, _nextMeasureMs), _node == null ? long.MaxValue : _nextTalkMs);
        return _nextMs;
    }

    /// <summary>Ends the node's conversation with its hub.</summary>
    public void Dispose()
    {
        _session?.Close();
        (_session as IDisposable)?.Dispose();
        _session = null;
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

    private void Talk(Node node, long nowMs)
    {
        long sinceStartMs = nowMs - _startMs;
        if (!_hasTime && Radio.IsUp())
        {
            AskTimeServer();
        }

        // On the board a thread of its own looks at both loops; here nobody passes in between, and neither hangs.
        node.Supervisor.Loops.Beat(LoopWatch.Measure);
        node.Supervisor.Loops.Beat(LoopWatch.Talk);
        node.StepWatch(sinceStartMs);
        long next = _startMs + node.StepTalk(sinceStartMs);
        _nextTalkMs = Math.Clamp(next, nowMs + 1, nowMs + LongestRestMs);
    }

    private void AskTimeServer()
    {
        if (_options.TimeServer?.Invoke() is { } utcMs && Radio.IsUp())
        {
            _hasTime = true;
            _clock.SetUtcMs(utcMs);
        }
    }

    // What Program.cs does on a board.
    private void Start(long nowMs)
    {
        Starts++;
        _restartsSeen = _power.Restarts;
        _startMs = nowMs;
        _nextMs = nowMs;
        _nextHostMs = nowMs;
        _nextMeasureMs = Math.Max(nowMs, _clock.UptimeMs());
        _nextTalkMs = nowMs;
        _hasTime = false;
        Dispose();
        _node = null;
        _bench = null;
        IdentityStore store = new(Files);
        Identity = store.Load();
        NodeParts parts = Parts();
        SensorDesk? sensors;
        WorkTurn turn;
        if (Identity != null && _options.Session != null)
        {
            _session = _options.Session();
            parts.Session = _session;
            parts.Identity = Identity;
            _node = new Node(parts);
            _supervisor = _node.Supervisor;
            sensors = _node.Sensors;
            turn = _node.Turn;
        }
        else
        {
            _supervisor = new Supervisor(Files, _power, new HealthCounters(), TalkLoop.SettingsFile);
            _supervisor.Start();
            _bench = new SensorBench(parts);
            sensors = _bench.Sensors;
            turn = new WorkTurn();
        }

        ProvisioningFacts facts = new()
        {
            Board = _options.Name,
            ChipId = _options.Mac,
            Mac = _options.Mac,
            Accelerometer = Board.AccelerometerWord,
            Thermometer = Board.TemperatureWord,
        };
        IProvisioningSensors? measurements = sensors == null ? null : new TappedSensors(new TechnicianSensors(sensors), Board.Accelerometer, _options.IsTapped);
        _host = new SerialHost(Pipe, Files, _supervisor, new SerialDialogue(Pipe, Files, _clock, Radio, measurements, facts), turn);
        _host.Say(BootLine.Starting, DeviceTwin.SensorNode.Node.FirmwareVersion);
        _host.Say(BootLine.Board, _options.Name);
        _host.Say(BootLine.Cause, ResetCause.Word(_supervisor.Cause));
        if (Identity == null)
        {
            _host.Say(BootLine.IdentityRefused, store.Refusal);
            _host.Say(BootLine.Waiting, null);
        }
        else
        {
            _host.Say(BootLine.Identity, Identity.Name + " " + (Identity.HubHost ?? Identity.DpsHost));
            _host.Say(BootLine.Mode, NodeMode.Word(_supervisor.Mode));
            _host.Say(BootLine.Running, null);
        }
    }

    private NodeParts Parts()
    {
        NodeParts parts = Board.Parts();
        parts.Files = Files;
        parts.Radio = Radio;
        parts.Power = _power;
        parts.BoardName = _options.Name;
        parts.Seed = (int)(Xoshiro256.Mix(Convert.ToUInt64(_options.Mac, 16), (ulong)Starts) & int.MaxValue);
        return parts;
    }
}
