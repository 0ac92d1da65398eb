#nullable enable

using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using DeviceTwin.SensorNode.Simulator.Machines;

namespace DeviceTwin.SensorNode.Simulator.Fleet;

/// <summary>
/// Many nodes in one process, each the firmware's own source on a simulated board. Two ways to run:
/// <see cref="RunAsync"/> paces them by the wall clock, <see cref="Advance"/> steps them through virtual time as fast as it goes.
/// </summary>
/// <remarks>
/// A node has two times. Its measure loop lives in schedule time, which runs <c>speed</c> times as fast as the wall clock: machines,
/// captures, alarms, telemetry intervals. Its talk loop, like TLS, tokens, keep-alive and UTC, lives in wall time, because the network and
/// the hub do. In virtual time both are one, and the same seed gives the same bytes.
/// A measure step always runs at the very schedule time it asked for, however late the process comes to it: a busy computer slows schedule
/// time down, it does not make a sensor overrun. Between captures nothing is computed.
/// </remarks>
public sealed class SimulatedFleet : IDisposable
{
    // Nodes are not switched on all at once.
    private const double PowerOnSpreadMs = 2000;

    // Paced: how often the fleet wakes up at most, how long it measures before it listens to the network again, how long it sleeps at most,
    // and how far schedule time may fall behind before it is let go.
    private const long GrainMs = 10;
    private const long MeasureBudgetMs = 25;
    private const long LongestSleepMs = 200;
    private const long LargestLagMs = 1000;

    private readonly object _gate = new();
    private readonly TimeProvider _time;
    private readonly double _speed;
    private readonly bool _paced;
    private readonly ulong _seed;
    private readonly long _epochUtcMs;
    private readonly List<SimulatedNode> _nodes = [];
    private readonly Dictionary<string, SimulatedNode> _byId = new(StringComparer.Ordinal);
    private readonly PriorityQueue<SimulatedNode, (long DueMs, int Order)> _measure = new();
    private readonly PriorityQueue<SimulatedNode, (long DueMs, int Order)> _talk = new();
    private readonly long _startTimestamp;
    private double _slipMs;
    private long _virtualMs;

    /// <summary>A fleet paced by a clock.</summary>
    /// <param name="time">The wall clock.</param>
    /// <param name="speed">How much faster than the wall clock schedule time runs, above 0.</param>
    /// <param name="seed">Decides parts, power-on times and waits.</param>
    public SimulatedFleet(TimeProvider time, double speed = 1, long seed = 1)
        : this(time, speed, paced: true, seed, 0)
    {
    }

    private SimulatedFleet(TimeProvider time, double speed, bool paced, long seed, long epochUtcMs)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(speed);
        _time = time;
        _speed = speed;
        _paced = paced;
        _seed = (ulong)seed;
        _epochUtcMs = epochUtcMs;
        _startTimestamp = time.GetTimestamp();
    }

    /// <summary>
    /// A fleet in virtual time, moved by <see cref="Advance"/>. Its nodes need a <see cref="SimulatedNodeOptions.Session"/> of their own.
    /// </summary>
    /// <param name="seed">Decides parts, power-on times and waits.</param>
    /// <param name="start">UTC at virtual time 0.</param>
    public static SimulatedFleet InVirtualTime(long seed, DateTimeOffset start) =>
        new(TimeProvider.System, 1, paced: false, seed, start.ToUnixTimeMilliseconds());

    /// <summary>Adds a node; it is switched on within two seconds of schedule time. May be called while the fleet runs.</summary>
    /// <exception cref="ArgumentException">There is a node of this name.</exception>
    public void AddNode(SimulatedNodeOptions options)
    {
        if (!_paced && options.Session == null)
        {
            throw new ArgumentException("A node in virtual time needs a session of its own: a real hub keeps wall time.", nameof(options));
        }

        lock (_gate)
        {
            int order = _nodes.Count;
            ulong seed = Xoshiro256.Mix(_seed, (ulong)order);
            long nowMs = _paced ? (long)ScheduleMs(WallMs()) : _virtualMs;
            long poweredOnMs = nowMs + (long)(PowerOnSpreadMs * new Xoshiro256(seed).NextUniform());
            if (_byId.ContainsKey(options.DeviceId))
            {
                throw new ArgumentException($"The fleet has a node '{options.DeviceId}' already.", nameof(options));
            }

            SimulatedNode node = new(options, order, poweredOnMs, UtcMs, _time, seed);
            _byId.Add(options.DeviceId, node);
            lock (_nodes)
            {
                _nodes.Add(node);
            }

            _measure.Enqueue(node, (poweredOnMs, order));
            _talk.Enqueue(node, (_paced ? WallMs() + (long)((poweredOnMs - nowMs) / _speed) : poweredOnMs, order));
        }
    }

    /// <summary>Takes the power off a node for a moment: it starts anew with its files.</summary>
    /// <exception cref="KeyNotFoundException">There is no such node.</exception>
    public void CyclePower(string deviceId)
    {
        lock (_gate)
        {
            _byId[deviceId].CyclePower();
        }
    }

    /// <summary>Makes loops of a node hang until it restarts, which its supervision should bring about.</summary>
    /// <exception cref="KeyNotFoundException">There is no such node.</exception>
    public void Hang(string deviceId, bool measure, bool talk)
    {
        lock (_gate)
        {
            _byId[deviceId].MeasureHangs |= measure;
            _byId[deviceId].TalkHangs |= talk;
        }
    }

    /// <summary>A look at every node, in the order of their addition. Any thread may call it.</summary>
    public IReadOnlyList<NodeStatus> Snapshot()
    {
        // Not under the gate: a look must not wait for a burst of captures.
        SimulatedNode[] nodes;
        lock (_nodes)
        {
            nodes = [.. _nodes];
        }

        return Array.ConvertAll(nodes, node => node.Status());
    }

    /// <summary>Runs the fleet at the clock's pace until it is cancelled; then it ends without an exception.</summary>
    /// <exception cref="InvalidOperationException">The fleet is one in virtual time.</exception>
    public Task RunAsync(CancellationToken cancellation)
    {
        if (!_paced)
        {
            throw new InvalidOperationException("A fleet in virtual time is moved by Advance.");
        }

        return Task.Run(() => Pace(cancellation), CancellationToken.None);
    }

    /// <summary>Runs the fleet through a piece of virtual time.</summary>
    /// <exception cref="InvalidOperationException">The fleet is paced by a clock.</exception>
    public void Advance(TimeSpan duration)
    {
        if (_paced)
        {
            throw new InvalidOperationException("A paced fleet is run by RunAsync.");
        }

        lock (_gate)
        {
            long untilMs = _virtualMs + (long)duration.TotalMilliseconds;
            while (true)
            {
                long measureMs = Due(_measure);
                long talkMs = Due(_talk);
                if (Math.Min(measureMs, talkMs) > untilMs)
                {
                    break;
                }

                // What was measured at this moment can be said at this moment.
                if (measureMs <= talkMs)
                {
                    StepMeasure(measureMs);
                }
                else
                {
                    StepTalk(talkMs, talkMs + 1);
                }
            }

            _virtualMs = untilMs;
        }
    }

    /// <summary>How far virtual time has come, in milliseconds.</summary>
    public long VirtualMs => _virtualMs;

    /// <summary>A node, to break it.</summary>
    /// <exception cref="KeyNotFoundException">There is no such node.</exception>
    internal SimulatedNode Node(string deviceId) => _byId[deviceId];

    /// <summary>Ends every node's session.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (SimulatedNode node in _nodes)
            {
                node.Dispose();
            }
        }
    }

    /// <summary>Does what is due by now.</summary>
    /// <returns>How long nothing is going to be due.</returns>
    internal TimeSpan StepPaced()
    {
        lock (_gate)
        {
            long wallMs = WallMs();
            while (Due(_talk) <= wallMs)
            {
                StepTalk(wallMs, wallMs + GrainMs);
            }

            double nowMs = ScheduleMs(wallMs);
            while (Due(_measure) <= nowMs && WallMs() - wallMs < MeasureBudgetMs)
            {
                StepMeasure(Due(_measure));
            }

            long nextMs = Due(_measure);
            double lateMs = nextMs == long.MaxValue ? double.NegativeInfinity : nowMs - nextMs;
            if (lateMs > LargestLagMs * _speed)
            {
                // The computer cannot keep this speed: let the schedule slip instead of running after it for ever.
                _slipMs += lateMs - (LargestLagMs * _speed);
            }

            if (lateMs >= 0)
            {
                return TimeSpan.Zero;
            }

            double sleepMs = Math.Min(-lateMs / _speed, Math.Min(Due(_talk) - wallMs, LongestSleepMs));
            return TimeSpan.FromMilliseconds(Math.Max(sleepMs, GrainMs));
        }
    }

    private async Task Pace(CancellationToken cancellation)
    {
        try
        {
            while (!cancellation.IsCancellationRequested)
            {
                TimeSpan sleep = StepPaced();
                if (sleep > TimeSpan.Zero)
                {
                    await Task.Delay(sleep, _time, cancellation).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The way this run ends.
        }
    }

    private void StepMeasure(long scheduleMs)
    {
        _virtualMs = Math.Max(_virtualMs, scheduleMs);
        SimulatedNode node = _measure.Dequeue();
        // A loop that wants to run "now" runs in the next millisecond: no node keeps the others from running.
        _measure.Enqueue(node, (Math.Max(node.StepMeasure(scheduleMs), scheduleMs + 1), node.Order));
    }

    private void StepTalk(long nowMs, long soonestMs)
    {
        _virtualMs = _paced ? _virtualMs : Math.Max(_virtualMs, nowMs);
        SimulatedNode node = _talk.Dequeue();
        _talk.Enqueue(node, (Math.Max(node.StepTalk(nowMs), soonestMs), node.Order));
    }

    private long UtcMs() => _paced ? _time.GetUtcNow().ToUnixTimeMilliseconds() : _epochUtcMs + _virtualMs;

    private long WallMs() => (long)_time.GetElapsedTime(_startTimestamp).TotalMilliseconds;

    private double ScheduleMs(long wallMs) => (wallMs * _speed) - _slipMs;

    private static long Due(PriorityQueue<SimulatedNode, (long DueMs, int Order)> queue) =>
        queue.TryPeek(out _, out (long DueMs, int Order) priority) ? priority.DueMs : long.MaxValue;
}
