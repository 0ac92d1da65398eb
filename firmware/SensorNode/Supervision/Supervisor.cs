using System;
using DeviceTwin.SensorNode.Boards;

namespace DeviceTwin.SensorNode.Supervision;

/// <summary>
/// Keeps the node running, or restarts it and says why: liveness of both loops, starts that do not become healthy, and what must survive a
/// reset. <see cref="Watch"/> is stepped by a third party, <see cref="Keep"/> by the talk loop, which owns the files.
/// </summary>
/// <remarks>
/// A start that was not meant (power, crash, stall) counts as unhealthy until the node has run for <see cref="HealthyMs"/>. After
/// <see cref="StartsBeforeLastGood"/> such starts in a row the settings hold under which it was last healthy, after
/// <see cref="StartsBeforeSafe"/> it measures no more and only talks. Another desired version ends either; safe mode is also left on request,
/// and by itself every <see cref="SafeRetryMs"/>, for one try.
/// Writes to flash: two per start, one when the node has become healthy, at most one an hour for the counters, at most one in ten minutes for the trace,
/// two at an orderly restart, and one or two per change of the settings.
/// </remarks>
public sealed class Supervisor
{
    /// <summary>Name of the file that keeps causes, mode and counters.</summary>
    public const string LedgerFile = "ledger";

    /// <summary>Name of the file that keeps the trace.</summary>
    public const string TraceFile = "trace";

    /// <summary>Name of the file that keeps the settings under which the node was last healthy.</summary>
    public const string LastGoodFile = "lastgood";

    /// <summary>Running for so long (milliseconds) shows that a start, or settings, are good.</summary>
    public const int HealthyMs = 600000;

    /// <summary>With so many unhealthy starts in a row the last good settings hold.</summary>
    public const int StartsBeforeLastGood = 3;

    /// <summary>With so many unhealthy starts in a row nothing is measured any more.</summary>
    public const int StartsBeforeSafe = 6;

    /// <summary>How long safe mode lasts before the node tries once more, in milliseconds.</summary>
    public const int SafeRetryMs = 21600000;

    /// <summary>Counters are saved at most so often, in milliseconds.</summary>
    public const int LedgerPeriodMs = 3600000;

    /// <summary>The trace is saved at most so often, in milliseconds.</summary>
    public const int TracePeriodMs = 600000;

    // More exceptions than these, and running is no sign of health.
    private const int ToleratedFailures = 3;

    // The first events of a start are saved together.
    private const int FirstTraceMs = 30000;

    private readonly IFiles _files;
    private readonly IPower _power;
    private readonly HealthCounters _health;
    private readonly string _settingsFile;
    private readonly int[] _bases = new int[ResetLedger.Counters];
    private readonly int[] _seen = new int[ResetLedger.Counters];
    private long _startMs;
    private bool _isStarted;
    private long _settingsGoodAtMs;
    private bool _settingsAreGood;
    private long _nextLedgerMs = LedgerPeriodMs;
    private long _nextTraceMs = FirstTraceMs;
    private int _savedImportant;
    private int _dropped;
    private int _droppedUrgent;
    private int _droppedNormal;

    /// <param name="files">Where it keeps what survives.</param>
    /// <param name="power">What it restarts with.</param>
    /// <param name="health">What the node counts.</param>
    /// <param name="settingsFile">Name of the file with the settings in force.</param>
    public Supervisor(IFiles files, IPower power, HealthCounters health, string settingsFile)
    {
        _files = files;
        _power = power;
        _health = health;
        _settingsFile = settingsFile;
    }

    /// <summary>What the node remembers of its starts.</summary>
    public ResetLedger Ledger { get; } = new ResetLedger();

    /// <summary>The last events.</summary>
    public TraceRing Trace { get; } = new TraceRing();

    /// <summary>Liveness of the loops; each beats on every pass.</summary>
    public LoopWatch Loops { get; } = new LoopWatch();

    /// <summary>When the calendar was set.</summary>
    public ClockWatch Clock { get; } = new ClockWatch();

    /// <summary>Why the node started: a number of <see cref="ResetCause"/>.</summary>
    public int Cause { get; private set; }

    /// <summary>A number of <see cref="NodeMode"/>.</summary>
    public int Mode => Ledger.Mode;

    /// <summary>Whether this start has become healthy.</summary>
    public bool IsHealthy { get; private set; }

    /// <summary>Whether a restart was asked for: on a board nothing follows.</summary>
    public bool IsRestarting { get; private set; }

    /// <summary>Takes over what earlier starts left, and decides in which mode this one runs. Once, before everything else.</summary>
    public void Start()
    {
        Ledger.Decode(Read(LedgerFile));
        Trace.Decode(Read(TraceFile));
        Cause = Ledger.PendingCause == ResetLedger.NoCause ? ResetCause.Of(_power.LastResetCause()) : Ledger.PendingCause;
        Ledger.PendingCause = ResetLedger.NoCause;
        Ledger.CountReboot(Cause);
        if (Cause == ResetCause.Provisioned || Cause == ResetCause.FactoryReset)
        {
            // Another node, in a way.
            Ledger.UnhealthyStarts = 0;
        }

        if (!ResetCause.IsOrderly(Cause))
        {
            Ledger.UnhealthyStarts++;
        }

        Ledger.Mode = NextMode();
        for (int counter = 0; counter < ResetLedger.Counters; counter++)
        {
            _bases[counter] = Ledger.Total(counter);
        }

        SaveLedger();
        Trace.Add(TraceEvent.Started, 0, Ledger.Starts, Cause);
        if (Ledger.Mode != NodeMode.Normal)
        {
            Trace.Add(Ledger.Mode == NodeMode.Safe ? TraceEvent.SafeMode : TraceEvent.LastGood, 0, Ledger.UnhealthyStarts, 0);
        }
    }

    /// <summary>Looks whether both loops live, and restarts the node where one does not. Takes no lock and writes no file unless it restarts.</summary>
    /// <param name="nowMs">Monotonic time in milliseconds.</param>
    /// <returns>The loop that stands still, or -1.</returns>
    public int Watch(long nowMs)
    {
        if (IsRestarting)
        {
            return -1;
        }

        int loop = Loops.Step(nowMs);
        if (loop >= 0)
        {
            Trace.Add(TraceEvent.Stalled, nowMs, loop, (int)(Loops.SilentMs(loop, nowMs) / 1000));
            Restart(loop == LoopWatch.Measure ? ResetCause.MeasureStalled : ResetCause.TalkStalled, nowMs);
        }

        return loop;
    }

    /// <summary>Writes down why, and restarts the node. Does not return on a board.</summary>
    /// <param name="cause">A number of <see cref="ResetCause"/>.</param>
    /// <param name="nowMs">Uptime in milliseconds.</param>
    public void Restart(int cause, long nowMs)
    {
        IsRestarting = true;
        Trace.Add(TraceEvent.Restarting, nowMs, cause, (int)(nowMs / 60000));
        Ledger.PendingCause = cause;
        CopyTotals();
        SaveLedger();
        Save(TraceFile, Trace.Encode());
        try
        {
            _power.Restart();
        }
        catch (Exception)
        {
            // A board that cannot restart goes on as it is; the watch asks again.
            IsRestarting = false;
        }
    }

    /// <summary>Forgets starts, causes, counters and trace, and restarts; the caller has wiped the other files.</summary>
    public void RestartWiped(long nowMs)
    {
        Delete(LastGoodFile);
        Ledger.Mode = NodeMode.Normal;
        Ledger.UnhealthyStarts = 0;
        Ledger.SettingsVersion = -1;
        Restart(ResetCause.FactoryReset, nowMs);
    }

    /// <summary>Writes to flash what is due, and becomes healthy in time.</summary>
    /// <param name="nowMs">Monotonic time in milliseconds.</param>
    /// <param name="utcMs">UTC, 0 where not known.</param>
    /// <param name="dropped">Messages dropped since the start.</param>
    public void Keep(long nowMs, long utcMs, int dropped)
    {
        if (!_isStarted)
        {
            _isStarted = true;
            _startMs = nowMs;
            _settingsGoodAtMs = nowMs + HealthyMs;
            _nextLedgerMs = nowMs + LedgerPeriodMs;
            _nextTraceMs = nowMs + FirstTraceMs;
        }

        _dropped = dropped;
        Clock.Step(nowMs, utcMs);
        TraceCounters(nowMs);
        bool isSound = _health.LoopFailures <= ToleratedFailures;
        if (!IsHealthy && isSound && nowMs - _startMs >= HealthyMs)
        {
            IsHealthy = true;
            Trace.Add(TraceEvent.Healthy, nowMs, Ledger.UnhealthyStarts, (int)((nowMs - _startMs) / 60000));
            if (Ledger.UnhealthyStarts != 0 && Ledger.Mode != NodeMode.Safe)
            {
                Ledger.UnhealthyStarts = 0;
                SaveLedger();
            }
        }

        if (!_settingsAreGood && isSound && Ledger.Mode == NodeMode.Normal && nowMs >= _settingsGoodAtMs)
        {
            _settingsAreGood = true;
            KeepLastGood();
        }

        if (Ledger.Mode == NodeMode.Safe && nowMs - _startMs >= SafeRetryMs && !IsRestarting)
        {
            Restart(ResetCause.SafeModeLeft, nowMs);
            return;
        }

        if (nowMs >= _nextLedgerMs)
        {
            _nextLedgerMs = nowMs + LedgerPeriodMs;
            if (CopyTotals())
            {
                SaveLedger();
            }
        }

        if (nowMs >= _nextTraceMs && Trace.Important() != _savedImportant)
        {
            _nextTraceMs = nowMs + TracePeriodMs;
            _savedImportant = Trace.Important();
            Save(TraceFile, Trace.Encode());
        }
    }

    /// <summary>Notes how urgent the dropped messages were; the rest of them were spectra.</summary>
    /// <param name="urgent">Alarms, and features with a new verdict, dropped since the start.</param>
    /// <param name="normal">Features dropped since the start.</param>
    public void NoteDropped(int urgent, int normal)
    {
        _droppedUrgent = urgent;
        _droppedNormal = normal;
    }

    /// <summary>Whether these settings must not come into force: they are those that the node fell back from.</summary>
    /// <param name="desiredVersion">The version they come from.</param>
    public bool Holds(int desiredVersion)
    {
        if (Ledger.Mode != NodeMode.Normal && Ledger.SettingsVersion < 0)
        {
            // It never lived long enough to hear of any: the first it hears of are no change.
            Ledger.SettingsVersion = desiredVersion;
            SaveLedger();
        }

        return Ledger.Mode != NodeMode.Normal && desiredVersion == Ledger.SettingsVersion;
    }

    /// <summary>Settings are in force and saved. Where the node had fallen back, it is free again.</summary>
    /// <param name="desiredVersion">The version they come from.</param>
    /// <param name="nowMs">Monotonic time in milliseconds.</param>
    public void SettingsHold(int desiredVersion, long nowMs)
    {
        if (desiredVersion == Ledger.SettingsVersion)
        {
            return;
        }

        bool wasSafe = Ledger.Mode == NodeMode.Safe;
        Ledger.SettingsVersion = desiredVersion;
        _settingsAreGood = false;
        _settingsGoodAtMs = nowMs + HealthyMs;
        if (Ledger.Mode != NodeMode.Normal)
        {
            Ledger.Mode = NodeMode.Normal;
            Ledger.UnhealthyStarts = 0;
        }

        if (wasSafe)
        {
            Restart(ResetCause.SafeModeLeft, nowMs);
        }
        else
        {
            SaveLedger();
        }
    }

    /// <summary>The settings under which the node was last healthy, or null.</summary>
    public byte[] LastGood()
    {
        return Read(LastGoodFile);
    }

    /// <summary>A counter over the node's life.</summary>
    /// <param name="counter">A number of <see cref="ResetLedger"/>.</param>
    public int Total(int counter)
    {
        return _bases[counter] + Live(counter);
    }

    // Ledger.Mode is still that of the start before.
    private int NextMode()
    {
        if (Ledger.Mode == NodeMode.Safe)
        {
            if (!ResetCause.IsOrderly(Cause) || Cause == ResetCause.DeepSleep)
            {
                return NodeMode.Safe;
            }

            // One try: another unhealthy start, and it is back. A new configuration gets all tries.
            bool isNew = Cause == ResetCause.Provisioned || Cause == ResetCause.FactoryReset;
            Ledger.UnhealthyStarts = isNew ? 0 : StartsBeforeSafe - 1;
            return NodeMode.Normal;
        }

        if (Ledger.UnhealthyStarts >= StartsBeforeSafe)
        {
            return NodeMode.Safe;
        }

        if (Ledger.Mode == NodeMode.LastGood)
        {
            return Cause == ResetCause.FactoryReset ? NodeMode.Normal : NodeMode.LastGood;
        }

        return Ledger.UnhealthyStarts >= StartsBeforeLastGood && HasOtherGoodSettings() ? NodeMode.LastGood : NodeMode.Normal;
    }

    private bool HasOtherGoodSettings()
    {
        byte[] good = Read(LastGoodFile);
        return good != null && !AreEqual(good, Read(_settingsFile));
    }

    private void KeepLastGood()
    {
        byte[] content = Read(_settingsFile);
        if (content != null && !AreEqual(content, Read(LastGoodFile)))
        {
            Save(LastGoodFile, content);
        }
    }

    private void TraceCounters(long nowMs)
    {
        TraceCounter(ResetLedger.LoopFailures, TraceEvent.LoopFailed, nowMs);
        TraceCounter(ResetLedger.Dropped, TraceEvent.Dropped, nowMs);
        TraceCounter(ResetLedger.Overruns, TraceEvent.Overrun, nowMs);
    }

    // Events that only count are seen in the counters, whoever counts.
    private void TraceCounter(int counter, int trace, long nowMs)
    {
        int live = Live(counter);
        if (live != _seen[counter])
        {
            _seen[counter] = live;
            Trace.Add(trace, nowMs, live, 0);
        }
    }

    private int Live(int counter)
    {
        switch (counter)
        {
            case ResetLedger.FileFailures:
                return _health.FileFailures;
            case ResetLedger.LoopFailures:
                return _health.LoopFailures;
            case ResetLedger.Dropped:
                return _dropped;
            case ResetLedger.DroppedUrgent:
                return _droppedUrgent;
            case ResetLedger.DroppedNormal:
                return _droppedNormal;
            case ResetLedger.DroppedLow:
                return _dropped - _droppedUrgent - _droppedNormal;
            case ResetLedger.CaptureFaults:
                return _health.CaptureFaults;
            default:
                return _health.Overruns;
        }
    }

    private bool CopyTotals()
    {
        bool differs = false;
        for (int counter = 0; counter < ResetLedger.Counters; counter++)
        {
            differs |= Ledger.SetTotal(counter, Total(counter));
        }

        return differs;
    }

    private void SaveLedger()
    {
        Save(LedgerFile, Ledger.Encode());
    }

    private byte[] Read(string name)
    {
        try
        {
            return _files.Read(name);
        }
        catch (Exception)
        {
            _health.FileFailures++;
            return null;
        }
    }

    private void Save(string name, byte[] content)
    {
        try
        {
            _files.Write(name, content);
        }
        catch (Exception)
        {
            _health.FileFailures++;
        }
    }

    private void Delete(string name)
    {
        try
        {
            _files.Delete(name);
        }
        catch (Exception)
        {
            _health.FileFailures++;
        }
    }

    private static bool AreEqual(byte[] one, byte[] other)
    {
        if (other == null || one.Length != other.Length)
        {
            return false;
        }

        for (int index = 0; index < one.Length; index++)
        {
            if (one[index] != other[index])
            {
                return false;
            }
        }

        return true;
    }
}
