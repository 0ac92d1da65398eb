using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Supervision;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.SensorNode;

/// <summary>Takes the node's pulse now and then and tells the twin. Belongs to the talk loop.</summary>
public sealed class HealthReport
{
    /// <summary>Time between two looks in milliseconds: no value is reported more often.</summary>
    public const int PeriodMs = 600000;

    private readonly Supervisor _supervisor;
    private readonly IPower _power;
    private readonly IRadio _radio;
    private readonly HealthFacts _facts;
    private long _nextMs = long.MinValue;
    private int _lowWater = int.MaxValue;

    public HealthReport(Supervisor supervisor, IPower power, IRadio radio, HealthFacts facts)
    {
        _supervisor = supervisor;
        _power = power;
        _radio = radio;
        _facts = facts;
        string[] words = new string[ResetCause.Count];
        int[] counts = new int[ResetCause.Count];
        for (int cause = 0; cause < ResetCause.Count; cause++)
        {
            words[cause] = ResetCause.Word(cause);
            counts[cause] = supervisor.Ledger.Reboots(cause);
        }

        facts.SetReboots(words, counts);
        facts.SetMode(NodeMode.Word(supervisor.Mode));
    }

    /// <summary>Looks where it is time.</summary>
    /// <param name="nowMs">Monotonic time in milliseconds.</param>
    /// <param name="outboxDepth">Messages waiting.</param>
    /// <param name="mayCollect">Whether the garbage collector may run: not while a capture does, its pause costs samples.</param>
    public void Step(long nowMs, int outboxDepth, bool mayCollect)
    {
        _facts.SetMode(NodeMode.Word(_supervisor.Mode));
        if (nowMs < _nextMs || !mayCollect)
        {
            return;
        }

        _nextMs = nowMs + PeriodMs;
        int free = _power.FreeMemoryBytes();
        _lowWater = free > 0 && free < _lowWater ? free : _lowWater;
        int signal = _radio.SignalDbm();
        _facts.Set(HealthFacts.HeapLowWaterBytes, _lowWater == int.MaxValue ? HealthFacts.NotKnown : _lowWater);
        _facts.Set(HealthFacts.SignalDbm, signal == 0 ? HealthFacts.NotKnown : signal);
        _facts.Set(HealthFacts.OutboxDepth, outboxDepth);
        _facts.Set(HealthFacts.Dropped, _supervisor.Total(ResetLedger.Dropped));
        _facts.Set(HealthFacts.DroppedUrgent, _supervisor.Total(ResetLedger.DroppedUrgent));
        _facts.Set(HealthFacts.DroppedNormal, _supervisor.Total(ResetLedger.DroppedNormal));
        _facts.Set(HealthFacts.DroppedLow, _supervisor.Total(ResetLedger.DroppedLow));
        _facts.Set(HealthFacts.ClockOffsetMs, _supervisor.Clock.LastStepMs);
        _facts.Set(HealthFacts.TraceSequence, _supervisor.Trace.Last());
        _facts.Set(HealthFacts.FileFailures, _supervisor.Total(ResetLedger.FileFailures));
        _facts.Set(HealthFacts.LoopFailures, _supervisor.Total(ResetLedger.LoopFailures));
        _facts.Set(HealthFacts.Starts, _supervisor.Ledger.Starts);
        _facts.Set(HealthFacts.UnhealthyStarts, _supervisor.Ledger.UnhealthyStarts);
    }
}
