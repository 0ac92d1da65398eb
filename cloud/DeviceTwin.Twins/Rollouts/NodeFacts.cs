using System.Collections.Immutable;

namespace DeviceTwin.Twins.Rollouts;

/// <summary>What the gates count of a node.</summary>
public enum NodeFact
{
    /// <summary>An alarm was raised that was not active.</summary>
    Alarm,

    /// <summary>The settings in the shadow slot would have raised an alarm.</summary>
    ShadowAlarm,

    /// <summary>Coverage is further below the node's own than the plan tolerates.</summary>
    LowCoverage,

    /// <summary>A verdict costs more above the node's own than the plan tolerates.</summary>
    DearAnalysis,

    /// <summary>Free memory has been further below the node's own lowest than the plan tolerates.</summary>
    LowHeap,

    /// <summary>The node connected anew.</summary>
    Reconnected,

    /// <summary>The node missed more captures in a row than the plan tolerates.</summary>
    Silent,

    /// <summary>The node is not there for a reason that is none of the change's: it was offline before its turn came.</summary>
    Away,

    /// <summary>A silent or absent node was heard of.</summary>
    Heard,

    /// <summary>The node is in safe mode.</summary>
    SafeMode,
}

/// <param name="At">When the hub learnt of it.</param>
public sealed record GateFact(NodeFact Fact, string DeviceId, DateTimeOffset At);

/// <summary>What a node said of one or more captures, and what the hub saw of it meanwhile.</summary>
/// <param name="Captures">Captures since the reading before.</param>
/// <param name="RaisedAlarms">Alarms that became active.</param>
/// <param name="RaisedInShadow">Alarms of the shadow that became active.</param>
/// <param name="CoveragePermille">Telemetry <c>coveragePermille</c>; null where not said.</param>
/// <param name="AnalysisMilliseconds">What a verdict took, or the like in any one unit; null where the node does not say.</param>
/// <param name="HeapLowWaterBytes">Twin <c>health.heapLowWaterBytes</c>; null where not said.</param>
/// <param name="Sessions">Connections that began.</param>
/// <param name="Mode">Twin <c>health.mode</c>; null where not said.</param>
public sealed record NodeReading(
    string DeviceId,
    DateTimeOffset At,
    int Captures = 1,
    int RaisedAlarms = 0,
    int RaisedInShadow = 0,
    int? CoveragePermille = null,
    int? AnalysisMilliseconds = null,
    int? HeapLowWaterBytes = null,
    int Sessions = 0,
    string? Mode = null);

/// <summary>How a node was before the change: its own control.</summary>
/// <param name="Windows">Whole windows that were observed; 0 for a new node.</param>
/// <param name="WindowsWith">Of these, how many had the fact at least once.</param>
public sealed record NodeBaseline(
    string DeviceId,
    int Windows,
    ImmutableSortedDictionary<NodeFact, int> WindowsWith,
    int? CoveragePermille = null,
    int? AnalysisMilliseconds = null,
    int? HeapLowWaterBytes = null)
{
    /// <summary>Of a node of which nothing is known.</summary>
    public static NodeBaseline Unknown(string deviceId) => new(deviceId, 0, ImmutableSortedDictionary<NodeFact, int>.Empty);

    /// <summary>From what the node said in the windows that end now.</summary>
    /// <param name="readings">In the order of time.</param>
    /// <param name="captureInterval">The node's <c>sampling.captureIntervalSeconds</c>.</param>
    public static NodeBaseline Measure(
        string deviceId, IReadOnlyList<NodeReading> readings, DateTimeOffset until, RolloutPlan plan, TimeSpan captureInterval)
    {
        var from = until - (plan.Window * plan.BaselineWindows);
        NodeReading[] within = [.. readings.Where(reading => reading.At >= from && reading.At < until)];
        if (within.Length == 0)
        {
            return Unknown(deviceId);
        }

        var levels = new NodeBaseline(
            deviceId,
            plan.BaselineWindows - (int)((within[0].At - from) / plan.Window),
            ImmutableSortedDictionary<NodeFact, int>.Empty,
            Mean(within.Select(reading => reading.CoveragePermille)),
            Mean(within.Select(reading => reading.AnalysisMilliseconds)),
            within.Min(reading => reading.HeapLowWaterBytes));
        var meter = new NodeMeter(levels, plan, captureInterval);
        var with = within.SelectMany(meter.Add)
            .GroupBy(fact => fact.Fact)
            .ToImmutableSortedDictionary(facts => facts.Key, facts => facts.Select(fact => (int)((fact.At - from) / plan.Window)).Distinct().Count());
        return levels with { WindowsWith = with };
    }

    private static int? Mean(IEnumerable<int?> values) => values.Average() is { } mean ? (int)Math.Round(mean, MidpointRounding.AwayFromZero) : null;
}

/// <summary>From what a node says to the facts that gates count, by the node's own baseline. The same before and during a change.</summary>
public sealed class NodeMeter(NodeBaseline baseline, RolloutPlan plan, TimeSpan captureInterval)
{
    /// <summary>The last captures whose mean is compared with the baseline: one bad capture is none.</summary>
    public const int Recent = 16;

    private readonly Queue<int> coverage = new();
    private readonly Queue<int> analysis = new();
    private readonly Dictionary<NodeFact, DateTimeOffset> said = [];
    private DateTimeOffset? heard;
    private bool isSilent;

    /// <summary>The facts of a reading. What stays out of bounds is said again once in each window.</summary>
    public IReadOnlyList<GateFact> Add(NodeReading reading)
    {
        var facts = new List<GateFact>(CheckSilence(reading.At));
        if (isSilent)
        {
            isSilent = false;
            facts.Add(new GateFact(NodeFact.Heard, reading.DeviceId, reading.At));
        }

        heard = heard > reading.At ? heard : reading.At;
        Say(facts, NodeFact.Alarm, reading.RaisedAlarms > 0, reading);
        Say(facts, NodeFact.ShadowAlarm, reading.RaisedInShadow > 0, reading);
        Say(facts, NodeFact.LowCoverage, Mean(coverage, reading.CoveragePermille) is { } low && low < baseline.CoveragePermille - plan.Gates.CoverageDrop, reading);
        Say(
            facts,
            NodeFact.DearAnalysis,
            Mean(analysis, reading.AnalysisMilliseconds) is { } dear && dear * 1000 > baseline.AnalysisMilliseconds * (1000.0 + plan.Gates.AnalysisGrowth),
            reading);
        Say(facts, NodeFact.LowHeap, reading.HeapLowWaterBytes < baseline.HeapLowWaterBytes - plan.Gates.HeapDropBytes, reading);
        Say(facts, NodeFact.Reconnected, reading.Sessions > 0, reading);
        Say(facts, NodeFact.SafeMode, reading.Mode == "safeMode", reading);
        return facts;
    }

    /// <summary>
    /// From now on the node is expected, though nothing was heard of it: at the beginning, and at a start of the hub, whose own absence is nobody's silence.
    /// </summary>
    public void Expect(DateTimeOffset at) => heard ??= at;

    /// <summary>The fact that the node has missed too many captures, once.</summary>
    public IReadOnlyList<GateFact> CheckSilence(DateTimeOffset at)
    {
        if (isSilent || heard is not { } last || at - last <= captureInterval * (plan.Gates.SilentCaptures + 1))
        {
            return [];
        }

        isSilent = true;
        return [new GateFact(NodeFact.Silent, baseline.DeviceId, at)];
    }

    private void Say(List<GateFact> facts, NodeFact fact, bool holds, NodeReading reading)
    {
        if (holds && (!said.TryGetValue(fact, out var last) || reading.At - last >= plan.Window))
        {
            said[fact] = reading.At;
            facts.Add(new GateFact(fact, reading.DeviceId, reading.At));
        }
    }

    /// <summary>The mean of the last values, once there are enough.</summary>
    private static double? Mean(Queue<int> recent, int? value)
    {
        if (value is not { } number)
        {
            return null;
        }

        recent.Enqueue(number);
        if (recent.Count > Recent)
        {
            recent.Dequeue();
        }

        return recent.Count == Recent ? recent.Average() : null;
    }
}
