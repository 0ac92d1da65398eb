using System.Collections.Immutable;
using System.Globalization;

namespace DeviceTwin.Twins.Rollouts;

/// <summary>What is watched.</summary>
public enum GateKind
{
    /// <summary>A device refuses a key: one is enough.</summary>
    RejectedKeys,

    /// <summary>Nodes in safe mode.</summary>
    SafeMode,

    /// <summary>Nodes that say nothing any more.</summary>
    SilentNodes,

    /// <summary>New alarms.</summary>
    AlarmRate,

    /// <summary>Share of the planned samples that was received.</summary>
    Coverage,

    /// <summary>What a verdict costs.</summary>
    AnalysisCost,

    /// <summary>Least free memory.</summary>
    HeapLowWater,

    /// <summary>New connections.</summary>
    Reconnects,

    /// <summary>Alarms that the shadow would have raised, beside those that the same nodes raised.</summary>
    ShadowAlarms,
}

/// <summary>What a gate says.</summary>
public enum GateOutcome
{
    /// <summary>Nothing against it.</summary>
    Passed,

    /// <summary>Neither yet.</summary>
    Waiting,

    /// <summary>There is nobody to compare with, or the nodes do not say.</summary>
    NotJudged,

    /// <summary>Stop.</summary>
    Tripped,
}

/// <param name="Words">The outcome in words and numbers.</param>
/// <param name="Evidence">What the comparison shows; null for gates that compare nothing.</param>
public sealed record GateJudgement(GateKind Gate, GateOutcome Outcome, string Words, RatioEvidence? Evidence = null);

/// <param name="Treated">Devices that have the change in force.</param>
/// <param name="Control">Devices that have not been sent it.</param>
/// <param name="TreatedCaptures">Captures in this stage of the former.</param>
/// <param name="ControlCaptures">And of the latter.</param>
public sealed record GateReport(
    DateTimeOffset At, ImmutableArray<GateJudgement> Gates, int Treated, int Control, int TreatedCaptures, int ControlCaptures)
{
    /// <summary>The gates that say stop.</summary>
    public IEnumerable<GateJudgement> Tripped => Gates.Where(gate => gate.Outcome == GateOutcome.Tripped);

    /// <summary>Whether nothing is against the next stage.</summary>
    public bool IsPassed => Gates.All(gate => gate.Outcome is GateOutcome.Passed or GateOutcome.NotJudged);
}

/// <summary>The gates between the stages of a change. Pure: from plan, groups and ledger to a judgement, at any moment and as often as one likes.</summary>
public static class Gates
{
    /// <summary>How likely the alarm gate may trip without cause, whenever one looks.</summary>
    public const double AlarmError = 0.02;

    /// <summary>The same of each of the five other comparing gates.</summary>
    public const double OtherError = 0.004;

    /// <summary>The same of the shadow's gate.</summary>
    public const double ShadowError = 0.005;

    /// <summary>How likely the alarm gate may pass with a rise that the plan calls harmful, by each of the two ways of passing.</summary>
    public const double MissedHarm = 0.02;

    /// <summary>How unlikely by chance so many silent nodes must be to stop a change at once.</summary>
    public const double SilentChance = 0.002;

    /// <summary>What is likelier still is told as more than this.</summary>
    private const double LargestOdds = 1_000_000;

    /// <summary>A line is compared within itself if it has so many of the canary, and twice as many others.</summary>
    private const int LeastCanaryOfBlock = 2;

    /// <summary>How likely all gates together may stop a change that changes nothing: the sum, by Boole's inequality.</summary>
    public static double FamilyError => AlarmError + (Comparing.Count * OtherError) + ShadowError;

    /// <summary>The gates that compare, beside the alarms', and what each counts.</summary>
    public static IReadOnlyList<(GateKind Gate, NodeFact Fact, string What)> Comparing { get; } =
    [
        (GateKind.SilentNodes, NodeFact.Silent, "fell silent"),
        (GateKind.Coverage, NodeFact.LowCoverage, "had too little coverage"),
        (GateKind.AnalysisCost, NodeFact.DearAnalysis, "needed more for a verdict"),
        (GateKind.HeapLowWater, NodeFact.LowHeap, "had less free memory"),
        (GateKind.Reconnects, NodeFact.Reconnected, "connected anew"),
    ];

    /// <summary>The gates of canary and waves.</summary>
    public static GateReport Judge(RolloutPlan plan, Assignment groups, GateLedger ledger, DateTimeOffset at)
    {
        var members = new Members(groups, ledger, at);
        var judgements = ImmutableArray.CreateBuilder<GateJudgement>();
        judgements.Add(Rejected(ledger));
        judgements.Add(SafeMode(plan, members));
        foreach (var (gate, fact, what) in Comparing)
        {
            var compared = Compared(plan, ledger, members, gate, fact, what);
            var silent = gate == GateKind.SilentNodes && compared.Outcome != GateOutcome.Tripped ? Silent(plan, members) : null;
            judgements.Add(silent ?? compared);
        }

        judgements.Insert(3, Alarms(plan, ledger, members, at));
        var (treated, control) = (members.Treated.Sum(ledger.CapturesOf), members.Control.Sum(ledger.CapturesOf));
        var report = new GateReport(at, judgements.ToImmutable(), members.Treated.Count, members.Control.Count, treated, control);
        return Sampled(plan, groups, report);
    }

    /// <summary>The gate of the shadow: the canary's own alarms beside those that the settings in the shadow slot would have raised.</summary>
    public static GateReport JudgeShadow(RolloutPlan plan, Assignment groups, GateLedger ledger, DateTimeOffset at)
    {
        const string Mark = "\0shadow";
        // Two streams of the same nodes, as likely as each other whatever the node: a member each, and nobody's past.
        RatioMember[] members =
        [
            .. groups.Canary.Select(id => new RatioMember(id, 0, 0, 0)),
            .. groups.Canary.Select(id => new RatioMember(id + Mark, 0, 0, 0, ledger.Since, ledger.Since)),
        ];
        var facts = ledger.Facts.Where(fact => fact.Fact is NodeFact.Alarm or NodeFact.ShadowAlarm)
            .Select(fact => new RatioFact(fact.At, fact.Fact == NodeFact.Alarm ? fact.DeviceId : fact.DeviceId + Mark, Counts: true));
        var evidence = RatioTest.Compare(
            members, facts, ledger.Since, plan.Window, plan.Gates.AlarmRatioTolerated / 1000.0, plan.Gates.AlarmRatioHarmful / 1000.0, ShadowError);
        var words = string.Create(
            CultureInfo.InvariantCulture,
            $"{evidence.Treated} alarms in the shadow of {groups.Canary.Count} nodes and {evidence.Control} live; {Odds(evidence.Harm, ShadowError)}");
        var rejected = Rejected(ledger);
        return new GateReport(
            at,
            [rejected, new GateJudgement(GateKind.ShadowAlarms, evidence.HarmShownAt is null ? GateOutcome.Passed : GateOutcome.Tripped, words, evidence)],
            groups.Canary.Count,
            groups.Canary.Count,
            groups.Canary.Sum(ledger.CapturesOf),
            groups.Canary.Sum(ledger.CapturesOf));
    }

    /// <summary>No gate passes on a sample that is too small; it may trip on one. Where the change targets nobody there is none to wait for.</summary>
    private static GateReport Sampled(RolloutPlan plan, Assignment groups, GateReport report)
    {
        var missing = new List<string>();
        if (report.TreatedCaptures < plan.MinimumCaptures)
        {
            missing.Add($"{report.TreatedCaptures} of {plan.MinimumCaptures} captures with the change");
        }

        if (report.Control > 0 && report.ControlCaptures < plan.MinimumCaptures)
        {
            missing.Add($"{report.ControlCaptures} of {plan.MinimumCaptures} captures of the control group");
        }

        return missing.Count == 0 || groups.Canary.Count == 0
            ? report
            : report with
            {
                Gates =
                [
                    .. report.Gates.Select(gate => gate.Outcome is GateOutcome.Passed
                        ? gate with { Outcome = GateOutcome.Waiting, Words = $"{gate.Words} The sample is too small: {string.Join(", ", missing)}." }
                        : gate),
                ],
            };
    }

    private static GateJudgement Rejected(GateLedger ledger)
    {
        var groups = RejectionGroup.Of(ledger.Rejections);
        return groups.Count == 0
            ? new GateJudgement(GateKind.RejectedKeys, GateOutcome.Passed, "No device refuses a key.")
            : new GateJudgement(GateKind.RejectedKeys, GateOutcome.Tripped, string.Join("; ", groups) + ".");
    }

    private static GateJudgement SafeMode(RolloutPlan plan, Members members)
    {
        var limit = Math.Min(plan.Gates.SafeModeNodes, Math.Max(1, members.Treated.Count));
        var inSafeMode = members.InSafeMode;
        var words = $"{inSafeMode.Count} of {members.Treated.Count} nodes with the change have come to safe mode; {limit} stop it";
        return new GateJudgement(
            GateKind.SafeMode,
            inSafeMode.Count >= limit ? GateOutcome.Tripped : GateOutcome.Passed,
            inSafeMode.Count == 0 ? $"{words}." : $"{words}: {Some(inSafeMode)}.");
    }

    /// <summary>Trips at once, waits, or says nothing.</summary>
    private static GateJudgement? Silent(RolloutPlan plan, Members members)
    {
        var (silent, others) = (members.Control.Count > 0 ? members.SilentTreated : members.SilentBesideOneLine, members.SilentControl);
        var limit = Math.Min(
            Math.Max(plan.Gates.SilentNodes, ((members.Treated.Count * plan.Gates.SilentShare) + 999) / 1000), Math.Max(1, members.Treated.Count));
        if (silent.Count < limit)
        {
            return null;
        }

        // In a plant where nodes come and go, and in an outage of its network, the others are silent too: then it says nothing of the change.
        var chance = Chance(silent.Count, members.Treated.Count, others, members.Control.Count);
        var all = members.Treated.Count == silent.Count && 2 * others < Math.Max(1, members.Control.Count);
        var trips = members.Control.Count == 0 || all || chance <= SilentChance;
        return new GateJudgement(
            GateKind.SilentNodes,
            trips ? GateOutcome.Tripped : GateOutcome.Waiting,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{silent.Count} of {members.Treated.Count} nodes with the change have missed more than {plan.Gates.SilentCaptures} captures, {others} of {members.Control.Count} without it; {limit} stop it"
                    + $"{(trips ? "" : $", unless chance alone would do it in more than {1000 * SilentChance:0} of 1000 cases, and it does in {1000 * chance:0}")}: {Some(silent)}."));
    }

    /// <summary>How likely at least so many of those silent are of the first group, were they drawn blindly (the hypergeometric tail, Fisher's exact test).</summary>
    private static double Chance(int silent, int size, int others, int otherSize)
    {
        var total = silent + others;
        var all = LogChoose(size + otherSize, total);
        var chance = 0.0;
        for (var count = silent; count <= Math.Min(size, total); count++)
        {
            chance += Math.Exp(LogChoose(size, count) + LogChoose(otherSize, total - count) - all);
        }

        return chance;
    }

    private static double LogChoose(int of, int count)
    {
        var log = 0.0;
        for (var index = 1; index <= count; index++)
        {
            log += Math.Log((double)(of - count + index) / index);
        }

        return log;
    }

    private static GateJudgement Compared(RolloutPlan plan, GateLedger ledger, Members members, GateKind gate, NodeFact fact, string what)
    {
        var tolerated = plan.Gates.OtherRatioTolerated / 1000.0;
        var evidence = RatioTest.Compare(
            members.Of(ledger, fact), members.Facts(ledger, fact), ledger.Since, plan.Window, tolerated, 2 * tolerated, OtherError);
        var words = Words(evidence, what, OtherError);
        var isSaid = gate switch
        {
            GateKind.AnalysisCost => members.Treated.Any(id => ledger.BaselineOf(id).AnalysisMilliseconds is not null),
            GateKind.HeapLowWater => members.Treated.Any(id => ledger.BaselineOf(id).HeapLowWaterBytes is not null),
            GateKind.Coverage => members.Treated.Any(id => ledger.BaselineOf(id).CoveragePermille is not null),
            _ => true,
        };
        return evidence.HarmShownAt is not null ? new GateJudgement(gate, GateOutcome.Tripped, words, evidence)
            : !isSaid ? new GateJudgement(gate, GateOutcome.NotJudged, "The nodes did not say it before the change.", evidence)
            : members.Control.Count == 0 ? new GateJudgement(gate, GateOutcome.NotJudged, $"{words} No control group is left.", evidence)
            : new GateJudgement(gate, GateOutcome.Passed, words, evidence);
    }

    private static GateJudgement Alarms(RolloutPlan plan, GateLedger ledger, Members members, DateTimeOffset at)
    {
        var limits = plan.Gates;
        var evidence = RatioTest.Compare(
            members.Of(ledger, NodeFact.Alarm),
            members.Facts(ledger, NodeFact.Alarm),
            ledger.Since,
            plan.Window,
            limits.AlarmRatioTolerated / 1000.0,
            limits.AlarmRatioHarmful / 1000.0,
            AlarmError);
        var words = Words(evidence, "raised a new alarm", AlarmError);
        if (evidence.HarmShownAt is not null)
        {
            return new GateJudgement(GateKind.AlarmRate, GateOutcome.Tripped, words, evidence);
        }

        if (members.Control.Count == 0)
        {
            return new GateJudgement(GateKind.AlarmRate, GateOutcome.NotJudged, $"{words} No control group is left.", evidence);
        }

        var windows = members.TreatedTime(at) / plan.Window;
        var few = Few(evidence.Treated, windows, limits.HarmlessAlarmWindows / 1000.0);
        var needed = 1 / MissedHarm;
        if (evidence.Safe >= needed || few >= needed)
        {
            return new GateJudgement(
                GateKind.AlarmRate,
                GateOutcome.Passed,
                evidence.Safe >= needed
                    ? string.Create(CultureInfo.InvariantCulture, $"{words} A rise to {limits.AlarmRatioHarmful / 1000.0:0.##} times is ruled out, {evidence.Safe:0} to 1.")
                    : string.Create(CultureInfo.InvariantCulture, $"{words} Whatever the ratio, {limits.HarmlessAlarmWindows} alarms in 1000 windows are ruled out, {few:0} to 1."),
                evidence);
        }

        return new GateJudgement(
            GateKind.AlarmRate,
            GateOutcome.Waiting,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{words} Against a rise to {limits.AlarmRatioHarmful / 1000.0:0.##} times {Math.Max(evidence.Safe, few):0.0} to 1, {needed:0} to 1 needed."),
            evidence);
    }

    /// <summary>The evidence that alarms are rarer than a limit, whoever else has how many: a likelihood ratio of Poisson rates, a fifth to the limit.</summary>
    private static double Few(int alarms, double windows, double limit) => Math.Exp((alarms * Math.Log(0.2)) + (0.8 * limit * windows));

    private static string Words(RatioEvidence evidence, string what, double error)
    {
        var ratio = evidence.Ratio is { } known ? string.Create(CultureInfo.InvariantCulture, $", {known:0.0} times as often") : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"With the change {evidence.Treated} windows in which a node {what}, {evidence.ExpectedTreated:0.0} expected of {evidence.ExpectedTreated + evidence.ExpectedControl:0.#} in all{ratio}; {Odds(evidence.Harm, error)}");
    }

    private static string Odds(double evidence, double error) =>
        string.Create(CultureInfo.InvariantCulture, $"evidence for harm {(evidence > LargestOdds ? "more than " : "")}{Math.Min(evidence, LargestOdds):0.0} to 1, {1 / error:0} to 1 stops it.");

    private static string Some(IReadOnlyList<string> ids) =>
        ids.Count <= 5 ? string.Join(", ", ids) : $"{string.Join(", ", ids.Take(5))} and {ids.Count - 5} more";

    /// <summary>Who is in which group at a moment, and who is silent.</summary>
    private sealed class Members
    {
        private readonly (AssignedDevice Device, int Block)[] devices;
        private readonly GateLedger ledger;
        private readonly Dictionary<string, DateTimeOffset> gone = new(StringComparer.Ordinal);
        private readonly HashSet<string> silent = new(StringComparer.Ordinal);
        private readonly SortedSet<string> safe = new(StringComparer.Ordinal);
        private readonly List<(string Id, DateTimeOffset From, DateTimeOffset To)> absences = [];

        public Members(Assignment groups, GateLedger ledger, DateTimeOffset at)
        {
            this.ledger = ledger;
            AssignedDevice[] all = [.. groups.Devices.Where(device => device.Group != RolloutGroup.Excluded)];
            var blocks = all.GroupBy(device => device.Device.Line)
                .Where(line => line.Count(device => device.Group == RolloutGroup.Canary) is var canary && canary >= LeastCanaryOfBlock && line.Count() >= 3 * canary)
                .Select(line => line.Key)
                .Order(StringComparer.Ordinal)
                .Select((line, index) => (line, index))
                .ToDictionary(entry => entry.line, entry => entry.index + 1);
            devices = [.. all.Select(device => (device, blocks.GetValueOrDefault(device.Device.Line)))];
            Treated = [.. all.Select(device => device.Device.DeviceId).Where(id => ledger.AppliedAt(id) <= at)];
            Control = [.. all.Select(device => device.Device.DeviceId).Where(id => ledger.SentAt(id) is null)];
            foreach (var fact in ledger.Facts)
            {
                Follow(fact);
            }

            absences.AddRange(gone.Select(entry => (entry.Key, entry.Value, at)));
        }

        public IReadOnlyList<string> Treated { get; }

        public IReadOnlyList<string> Control { get; }

        /// <summary>With the change in force when they came to safe mode.</summary>
        public IReadOnlyList<string> InSafeMode => [.. safe];

        /// <summary>With the change in force when they fell silent.</summary>
        public IReadOnlyList<string> SilentTreated => [.. Treated.Where(id => silent.Contains(id) && gone[id] >= ledger.AppliedAt(id))];

        /// <summary>
        /// Where nobody is left to compare with: those outside the line that has the most, if there are several lines. One line's network that is
        /// down is not the change's doing.
        /// </summary>
        public IReadOnlyList<string> SilentBesideOneLine
        {
            get
            {
                var lines = devices.ToDictionary(entry => entry.Device.Device.DeviceId, entry => entry.Device.Device.Line, StringComparer.Ordinal);
                var silentTreated = SilentTreated;
                var most = silentTreated.GroupBy(id => lines[id]).OrderByDescending(line => line.Count()).ThenBy(line => line.Key, StringComparer.Ordinal).FirstOrDefault();
                return most is null || lines.Values.Distinct().Count() == 1 ? silentTreated : [.. silentTreated.Where(id => lines[id] != most.Key)];
            }
        }

        public int SilentControl => Control.Count(silent.Contains);

        public RatioMember[] Of(GateLedger from, NodeFact fact) =>
        [
            .. devices.Select(entry =>
            {
                var id = entry.Device.Device.DeviceId;
                var baseline = from.BaselineOf(id);
                return new RatioMember(id, entry.Block, baseline.Windows, baseline.WindowsWith.GetValueOrDefault(fact), from.SentAt(id), from.AppliedAt(id));
            }),
        ];

        public IEnumerable<RatioFact> Facts(GateLedger from, NodeFact wanted) => from.Facts
            .Where(fact => fact.Fact == wanted || fact.Fact is NodeFact.Silent or NodeFact.Away or NodeFact.Heard)
            .Select(fact => new RatioFact(
                fact.Fact == NodeFact.Alarm ? Since(from, fact) : fact.At,
                fact.DeviceId,
                fact.Fact == wanted,
                fact.Fact is NodeFact.Silent or NodeFact.Away,
                fact.Fact == NodeFact.Heard))
            .OrderBy(fact => fact.At);

        /// <summary>
        /// An alarm may overtake the acknowledgement of the settings that it comes from. A level that stays above its limit raises no second one: the
        /// alarm counts when the device has acknowledged.
        /// </summary>
        private static DateTimeOffset Since(GateLedger from, GateFact fact) =>
            from.SentAt(fact.DeviceId) <= fact.At && from.AppliedAt(fact.DeviceId) is { } applied && applied > fact.At ? applied : fact.At;

        /// <summary>How long nodes have been there with the change, all together.</summary>
        public TimeSpan TreatedTime(DateTimeOffset at)
        {
            var time = TimeSpan.Zero;
            foreach (var id in Treated)
            {
                time += at - ledger.AppliedAt(id)!.Value;
            }

            foreach (var (id, from, to) in absences)
            {
                if (ledger.AppliedAt(id) is { } applied && applied <= at && to > applied)
                {
                    time -= to - (from > applied ? from : applied);
                }
            }

            return time;
        }

        private void Follow(GateFact fact)
        {
            switch (fact.Fact)
            {
                case NodeFact.Silent or NodeFact.Away:
                    gone.TryAdd(fact.DeviceId, fact.At);
                    if (fact.Fact == NodeFact.Silent)
                    {
                        silent.Add(fact.DeviceId);
                    }

                    break;
                case NodeFact.Heard:
                    if (gone.Remove(fact.DeviceId, out var from))
                    {
                        absences.Add((fact.DeviceId, from, fact.At));
                    }

                    silent.Remove(fact.DeviceId);
                    break;
                case NodeFact.SafeMode when ledger.AppliedAt(fact.DeviceId) <= fact.At:
                    safe.Add(fact.DeviceId);
                    break;
                default:
                    break;
            }
        }
    }
}
