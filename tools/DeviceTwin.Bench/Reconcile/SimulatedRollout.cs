using System.Collections.Immutable;
using System.Text.Json.Nodes;
using DeviceTwin.Twins.Rollouts;

namespace DeviceTwin.Bench.Reconcile;

/// <summary>How a simulated rollout ended.</summary>
/// <param name="End">The change when it was done, rolled back, or put before a person.</param>
/// <param name="Windows">How long it took.</param>
/// <param name="Admitted">Nodes that it was sent to.</param>
/// <param name="Why">What the last step says.</param>
public sealed record RolloutOutcome(ChangeState End, bool IsHeld, bool ReachedWave, double Windows, int Admitted, string Why)
{
    public bool IsRolledBack => End.Phase == ChangePhase.RolledBack;
}

/// <summary>
/// One rollout on a simulated plant, from the canary on, with the change, the groups, the gates and the decisions of the product. Alarms are
/// Poisson processes in bursts; what befalls nodes is drawn node by node in steps of a twelfth of a window, after each of which is decided.
/// </summary>
public sealed class SimulatedRollout
{
    private const int StepsPerWindow = 12;
    private const int CapturesPerStep = 1440 / StepsPerWindow;
    private const int Lines = 5;
    private const int Classes = 3;

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly RolloutScenario scenario;
    private readonly Random random;
    private readonly Node[] nodes;
    private readonly double[] lines = new double[Lines];
    private readonly List<GateFact> waiting = [];
    private double plant;

    private SimulatedRollout(RolloutScenario scenario, int seed)
    {
        this.scenario = scenario;
        random = new Random(seed);
        nodes = [.. Enumerable.Range(0, scenario.Nodes).Select(index => new Node(
            $"n{index:000}", index % Lines, index / Lines % Classes, scenario.Alarms * Spread(), scenario.Reconnects * Spread()))];
    }

    /// <summary>Runs one to its end.</summary>
    public static RolloutOutcome Run(RolloutScenario scenario, int seed) => new SimulatedRollout(scenario, seed).Run((ulong)seed);

    private RolloutOutcome Run(ulong seed)
    {
        var plan = RolloutPlan.Default with
        {
            ShadowTime = TimeSpan.Zero,
            Canary = CanarySize.Devices(scenario.Canary),
            Seed = seed,
            BaselineWindows = scenario.BaselineWindows,
            LongestStageWindows = scenario.LongestStageWindows,
            Approval = new ApprovalPolicy(0, false),
        };
        var groups = Assignment.Of(nodes.Select(node => new RolloutDevice(node.Id, $"class {node.Class}", $"line {node.Line}")), plan);
        var ledger = new GateLedger(Start, nodes.Select(Baseline).ToArray());
        var change = Change.Draft(
                "c1", "Another limit", "ada", Start, "limits", 1,
                ImmutableDictionary<string, JsonNode?>.Empty.Add("properties.desired.detection.velocityLimitUmPerSecond", 4500), plan)
            .AttachReplay(new string('0', 64), "ada", Start).Change
            .Start("ada", "", Start, 1, ImmutableHashSet<string>.Empty, []).Change;
        Admit(ledger, groups.Canary, Start);
        for (var step = 1; ; step++)
        {
            Step(ledger, step);
            var at = At(step);
            while (RolloutDecision.Of(change, groups, ledger, at, isConverged: true) is { } decision)
            {
                change = change.Happened(decision.Event, Change.Hub, decision.Why, at).Change;
                switch (decision.Event)
                {
                    case ChangeEvent.WaveConverged:
                        ledger.BeginSample();
                        break;
                    case ChangeEvent.GatePassed:
                        Admit(ledger, groups.InWave(change.State.Number), at);
                        break;
                    default:
                        return new RolloutOutcome(
                            change.State,
                            decision.Event == ChangeEvent.GateUndecided,
                            change.History.Any(passed => passed.Event is ChangeEvent.GatePassed or ChangeEvent.AllDone),
                            step / (double)StepsPerWindow,
                            ledger.Admitted.Count(),
                            decision.Why);
                }
            }
        }
    }

    private static DateTimeOffset At(double step) => Start + (TimeSpan.FromDays(1) * (step / StepsPerWindow));

    private void Admit(GateLedger ledger, IEnumerable<string> devices, DateTimeOffset at)
    {
        var admitted = devices.ToHashSet();
        foreach (var node in nodes.Where(node => admitted.Contains(node.Id)))
        {
            ledger.Apply(node.Id, at);
            node.HasChange = true;
        }
    }

    /// <summary>What the node did in the windows before, by the same rates.</summary>
    private NodeBaseline Baseline(Node node)
    {
        var ill = scenario.Faults > 0 ? (int)Math.Ceiling(Exponential(scenario.Faults)) : int.MaxValue;
        var counts = new SortedDictionary<NodeFact, int>();
        for (var window = 0; window < scenario.BaselineWindows; window++)
        {
            Count(NodeFact.Alarm, node.Alarms + (window >= ill ? 3 : 0));
            Count(NodeFact.Reconnected, node.Reconnects + scenario.Reboots + scenario.LineOutages);
            Count(NodeFact.Silent, scenario.Silences + scenario.LineOutages);
            Count(NodeFact.LowCoverage, scenario.CoverageLapses);
            Count(NodeFact.LowHeap, scenario.HeapLapses);
        }

        node.IsIll = ill < scenario.BaselineWindows;
        return new NodeBaseline(node.Id, scenario.BaselineWindows, counts.ToImmutableSortedDictionary(), 1000, null, 40000);

        void Count(NodeFact fact, double rate)
        {
            if (random.NextDouble() < 1 - Math.Exp(-rate))
            {
                counts[fact] = counts.GetValueOrDefault(fact) + 1;
            }
        }
    }

    private void Step(GateLedger ledger, int step)
    {
        if (step % StepsPerWindow == 1)
        {
            plant += scenario.Drift * Normal();
            for (var line = 0; line < Lines; line++)
            {
                lines[line] += scenario.Drift * Normal();
            }
        }

        for (var line = 0; line < Lines; line++)
        {
            if (random.NextDouble() < scenario.LineOutages / StepsPerWindow)
            {
                foreach (var node in nodes.Where(node => node.Line == line && !node.IsAway(step)))
                {
                    Silence(node, step - 0.5, StepsPerWindow / 8.0);
                }
            }
        }

        foreach (var node in nodes)
        {
            node.IsIll |= random.NextDouble() < scenario.Faults / StepsPerWindow;
            if (!node.IsAway(step))
            {
                ledger.Capture(node.Id, CapturesPerStep);
                Befall(node, step);
            }
        }

        waiting.Sort(static (left, right) => left.At != right.At ? left.At.CompareTo(right.At) : string.CompareOrdinal(left.DeviceId, right.DeviceId));
        var due = waiting.FindIndex(fact => fact.At > At(step));
        due = due < 0 ? waiting.Count : due;
        foreach (var fact in waiting.Take(due))
        {
            ledger.Add(fact);
        }

        waiting.RemoveRange(0, due);
    }

    private void Befall(Node node, int step)
    {
        var instability = node.HasChange ? scenario.Instability : 1;
        var alarms = (node.Alarms * scenario.PlantRise * Math.Exp(plant + lines[node.Line]) * (node.HasChange ? scenario.Effect : 1)) + (node.IsIll ? 3 : 0);
        var reconnects = (node.Reconnects + scenario.Reboots) * instability;
        var silences = scenario.Silences * instability;
        var all = (alarms + reconnects + silences + scenario.CoverageLapses + scenario.HeapLapses) / StepsPerWindow;
        for (var at = step - 1 + Exponential(all); at < step && !node.IsAway(at); at += Exponential(all))
        {
            var drawn = random.NextDouble() * all * StepsPerWindow;
            if ((drawn -= alarms) < 0)
            {
                // An alarm seldom comes alone: it chatters about its limit.
                for (var time = at; ; time += 0.05)
                {
                    waiting.Add(new GateFact(NodeFact.Alarm, node.Id, At(time)));
                    if (random.NextDouble() < 0.5)
                    {
                        break;
                    }
                }
            }
            else if ((drawn -= reconnects) < 0)
            {
                waiting.Add(new GateFact(NodeFact.Reconnected, node.Id, At(at)));
            }
            else if ((drawn -= silences) < 0)
            {
                Silence(node, at, StepsPerWindow / 4.0);
            }
            else
            {
                waiting.Add(new GateFact((drawn -= scenario.CoverageLapses) < 0 ? NodeFact.LowCoverage : NodeFact.LowHeap, node.Id, At(at)));
            }
        }
    }

    private void Silence(Node node, double step, double steps)
    {
        node.AwayUntil = step + steps;
        waiting.Add(new GateFact(NodeFact.Silent, node.Id, At(step)));
        waiting.Add(new GateFact(NodeFact.Heard, node.Id, At(step + steps)));
        waiting.Add(new GateFact(NodeFact.Reconnected, node.Id, At(step + steps + 0.001)));
    }

    /// <summary>Log-normal with mean 1.</summary>
    private double Spread() => Math.Exp((scenario.Spread * Normal()) - (scenario.Spread * scenario.Spread / 2));

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private double Exponential(double rate) => rate > 0 ? -Math.Log(1 - random.NextDouble()) / rate : double.PositiveInfinity;

    private sealed class Node(string id, int line, int machineClass, double alarms, double reconnects)
    {
        public string Id => id;

        public int Line => line;

        public int Class => machineClass;

        public double Alarms => alarms;

        public double Reconnects => reconnects;

        public bool HasChange { get; set; }

        public bool IsIll { get; set; }

        public double AwayUntil { get; set; } = double.NegativeInfinity;

        public bool IsAway(double step) => step < AwayUntil;
    }
}
