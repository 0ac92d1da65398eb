#nullable enable

using System;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Provisioning;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.SensorNode.Simulator.Machines;
using DeviceTwin.SensorNode.Supervision;

namespace DeviceTwin.SensorNode.Simulator.Fleet;

/// <summary>The firmware on its simulated board. The fleet steps it; only <see cref="Status"/> may be called from elsewhere.</summary>
internal sealed class SimulatedNode : IDisposable
{
    // The node joins it by itself, as it would a wireless network; it is always there.
    private const string Network = "simulated";

    private const long HangPeriodMs = 1000;

    // How long the power stays away.
    private const long DarkMs = 5000;

    private readonly SimulatedNodeOptions _options;
    private readonly TimeProvider _time;
    private readonly SimulatedBoard _board;
    private readonly long _poweredOnMs;
    private readonly ulong _seed;
    private readonly SimulatedFiles? _flash;
    private long _darkUntilMs;
    private bool _isDark;
    private IMqttSession _session;
    private volatile Node _node;
    private int _restartsSeen;
    private volatile bool _cyclePower;
    private volatile int _starts = 1;

    /// <param name="options">Who it is.</param>
    /// <param name="order">Its place in the fleet; nodes due at the same time run in this order.</param>
    /// <param name="poweredOnMs">Schedule time at which it is switched on.</param>
    /// <param name="utcMs">UTC, as the fleet has it.</param>
    /// <param name="time">For the session's time-outs.</param>
    /// <param name="seed">The node's own seed.</param>
    public SimulatedNode(SimulatedNodeOptions options, int order, long poweredOnMs, Func<long> utcMs, TimeProvider time, ulong seed)
    {
        _options = options;
        _time = time;
        _poweredOnMs = poweredOnMs;
        _seed = seed;
        Order = order;
        SimulatedClock clock = options.ClockError is { } error ? new(() => utcMs() + error.At(utcMs())) : new(utcMs);
        _board = new SimulatedBoard(options.Machine, clock, options.Accelerometer ?? SomePart(options.Board, seed), options.Files, options.Timing);
        Host = options.Host;
        _flash = options.Files as SimulatedFiles;
        if (_flash != null)
        {
            _flash.WhenCut = () => _session?.Close();
        }

        _session = NewSession();
        _node = NewNode();
    }

    public int Order { get; }

    /// <summary>How late the loop that measures runs; never where null.</summary>
    public HostModel? Host { get; set; }

    public SimulatedBoard Board => _board;

    /// <summary>The firmware since its last start.</summary>
    public Node Firmware => _node;

    /// <summary>When the power went last, or the firmware restarted itself: in the fleet's time.</summary>
    public long EndedMs { get; private set; }

    /// <summary>Called behind each step of the loop that measures.</summary>
    public Action<SimulatedNode>? Measured { get; set; }

    /// <summary>Called when the firmware has ended, before it starts anew: what it had in memory is still to be seen.</summary>
    public Action<SimulatedNode>? Ended { get; set; }

    /// <summary>The measure loop hangs: it is stepped no more until the node restarts.</summary>
    public bool MeasureHangs { get; set; }

    /// <summary>The talk loop hangs.</summary>
    public bool TalkHangs { get; set; }

    /// <summary>The node starts anew at its next step, with its files.</summary>
    public void CyclePower() => _cyclePower = true;

    /// <summary>The power goes, and comes back some seconds later.</summary>
    public void CutPower(long nowMs)
    {
        _isDark = true;
        EndedMs = nowMs;
        _darkUntilMs = nowMs + DarkMs;
        _session.Close();
    }

    /// <summary>Runs the measure loop.</summary>
    /// <param name="scheduleMs">Schedule time of the fleet.</param>
    /// <returns>When it is due again.</returns>
    public long StepMeasure(long scheduleMs)
    {
        if (!IsRunning(scheduleMs))
        {
            return _darkUntilMs;
        }

        // A bus that takes its time may have moved the board's clock beyond this moment.
        long uptime = ((scheduleMs - _poweredOnMs) * 1000) + (Host?.Pause() ?? 0);
        _board.Clock.AdvanceToMicroseconds(Math.Max(uptime, _board.Clock.NowMicroseconds));
        if (MeasureHangs)
        {
            return scheduleMs + HangPeriodMs;
        }

        long next = _poweredOnMs + _node.StepMeasure(_board.Clock.UptimeMs());
        Measured?.Invoke(this);
        return next;
    }

    /// <summary>Runs the talk loop.</summary>
    /// <param name="wallMs">Wall time of the fleet.</param>
    /// <returns>When it is due again.</returns>
    public long StepTalk(long wallMs)
    {
        if (!IsRunning(wallMs))
        {
            return _darkUntilMs;
        }

        Watch(wallMs);
        return TalkHangs ? wallMs + HangPeriodMs : _node.StepTalk(wallMs);
    }

    public NodeStatus Status()
    {
        DeviceTwin.SensorNode.NodeStatus status = _node.Status();
        return new NodeStatus
        {
            DeviceId = _options.DeviceId,
            Machine = _options.Machine.Name,
            Label = _options.Machine.Label,
            Verdict = status.Verdict ?? "",
            Zone = status.Zone,
            Alarms = status.Alarms,
            Captures = status.Captures,
            SameVerdictRun = status.SameVerdictRun,
            VelocityUmPerSecond = status.VelocityUmPerSecond,
            TemperatureCentiCelsius = status.TemperatureCentiCelsius,
            DesiredVersion = status.DesiredVersion,
            ReportedVersion = status.ReportedVersion,
            Connected = status.IsConnected,
            TwinSettled = status.IsTwinSettled,
            Telemetry = status.TelemetryConfirmed,
            ReportedPatches = status.ReportedPatches,
            Reconnects = status.Reconnects,
            Starts = _starts,
            BootId = status.BootId,
            Made = _node.MessagesMade(),
            Dropped = status.TelemetryDropped,
            Waiting = status.TelemetryWaiting,
        };
    }

    public void Dispose()
    {
        _session.Close();
        (_session as IDisposable)?.Dispose();
    }

    private static AccelerometerModelOptions SomePart(BoardDescription? board, ulong seed)
    {
        double rateError = 0.02 * ((2 * new Xoshiro256(Xoshiro256.Mix(seed, 1)).NextUniform()) - 1);
        ulong partSeed = Xoshiro256.Mix(seed, 2);
        return board?.Accelerometer == SensorName.Ism330dhcx
            ? new Ism330dhcxModelOptions { RateError = rateError, Seed = partSeed }
            : new Iis3dwbModelOptions { RateError = rateError, Seed = partSeed };
    }

    // On the board a loop that has nothing to do passes every second all the same, and a thread of its own looks at both. Here nobody
    // passes in between, so the kernel beats for a loop that does not hang.
    private void Watch(long wallMs)
    {
        if (!MeasureHangs)
        {
            _node.Supervisor.Loops.Beat(LoopWatch.Measure);
        }

        if (!TalkHangs)
        {
            _node.Supervisor.Loops.Beat(LoopWatch.Talk);
        }

        _node.StepWatch(wallMs);
    }

    // Whether the board has power; where it has it again, the firmware starts.
    private bool IsRunning(long nowMs)
    {
        if (!_isDark && _flash is { IsOff: true })
        {
            CutPower(nowMs);
        }

        if (_isDark && nowMs >= _darkUntilMs)
        {
            _isDark = false;
            _flash?.PowerOn();
            _cyclePower = true;
        }
        else if (!_isDark)
        {
            EndedMs = nowMs;
        }

        if (!_isDark)
        {
            RestartWhereAsked();
            if (_flash is { IsOff: true })
            {
                CutPower(nowMs);
            }
        }

        return !_isDark;
    }

    private void RestartWhereAsked()
    {
        if (!_cyclePower && _board.Power.Restarts == _restartsSeen)
        {
            return;
        }

        if (_cyclePower)
        {
            _board.Power.Cause = "powerOn";
        }

        _cyclePower = false;
        MeasureHangs = false;
        TalkHangs = false;
        _restartsSeen = _board.Power.Restarts;
        Ended?.Invoke(this);
        Dispose();
        _starts++;
        _session = NewSession();
        _node = NewNode();
    }

    private IMqttSession NewSession() => _options.Session == null ? new TlsMqttSession(_time) : _options.Session(_time);

    private Node NewNode()
    {
        NodeParts parts = _board.Parts();
        parts.Session = _session;
        parts.Identity = new NodeIdentity
        {
            DeviceId = _options.DeviceId,
            HubHost = _options.HubHost,
            HubPort = _options.HubPort,
            Key = _options.Key,
            CertificateAuthority = _options.CertificateAuthority,
            TokenLifetimeSeconds = _options.TokenLifetimeSeconds,
            Network = Network,
        };
        parts.Seed = (int)(Xoshiro256.Mix(_seed, 100 + (ulong)_starts) & int.MaxValue);
        if (_options.Board is { } board)
        {
            parts.BoardName = board.Name;
            parts.CaptureCapacity = board.CaptureCapacity;
            parts.DetectorWindow = board.DetectorWindow;
            parts.HasTrial = board.HasTrial;
            parts.HasForest = board.HasForest;
            parts.WaveformCapacity = board.WaveformCapacity;
            parts.OutboxQueueBytes = board.OutboxQueueBytes;
            parts.OutboxFileBytes = board.FileSystemBytes - BoardDescription.ReservedFileBytes;
        }

        return new Node(parts);
    }
}
