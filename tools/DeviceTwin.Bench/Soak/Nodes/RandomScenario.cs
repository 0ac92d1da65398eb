using System.Globalization;
using DeviceTwin.SensorNode.Simulator.Machines;
using DeviceTwin.SensorNode.Simulator.Scenarios;

namespace DeviceTwin.Bench.Soak.Nodes;

/// <summary>A scenario from a seed: an hour or two of whatever can happen to a node.</summary>
internal static class RandomScenario
{
    private static readonly string[] Kinds = ["healthy", "unbalance", "misalignment", "looseness", "outer", "overheating", "standing"];
    private static readonly string[] Cuts = ["before", "inside", "after"];

    public static Scenario Of(int seed)
    {
        var random = new Xoshiro256((ulong)(uint)seed);
        long forMs = (40 + Below(80)) * 60_000L;
        int nodes = 1 + Below(2);

        // Limits that the machines pass now and then, and no long wait for it: alarms come and go.
        List<ScenarioStep> steps =
        [
            new(0, 0, ScenarioAct.Setting, Word: "detection.velocityTripDelaySeconds", Value: "0"),
            new(0, 0, ScenarioAct.Setting, Word: "detection.velocityResetDelaySeconds", Value: "0"),
        ];
        for (int count = 5 + Below(25); count > 0; count--)
        {
            long atMs = 10_000 + (Below((int)(forMs / 1000) - 20) * 1000L);
            steps.Add(Step(atMs, Below(nodes + 1)));
        }

        return new Scenario
        {
            Seed = seed,
            Nodes = nodes,
            ForMs = forMs,
            CaptureMs = 1000L * (60 + (60 * Below(4))),
            Steps = [.. steps.OrderBy(step => step.AtMs)],
        };

        int Below(int limit) => (int)(random.NextUniform() * limit);

        long Length(int mostMinutes) => 1000L * (1 + Below(mostMinutes * 60));

        string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

        ScenarioStep Step(long atMs, int node) => Below(20) switch
        {
            0 => new(atMs, node, ScenarioAct.RadioDown, ForMs: Length(30)),
            1 or 2 => new(atMs, node, ScenarioAct.Outage, ForMs: Length(40)),
            3 => new(atMs, node, ScenarioAct.Latency, 100L << Below(8), Length(20)),
            4 => new(atMs, node, ScenarioAct.Loss, 1 + Below(30), Length(30)),
            5 => new(atMs, node, ScenarioAct.HubRestart),
            6 => new(atMs, node, ScenarioAct.PowerCut),
            7 or 8 or 9 => new(atMs, node, ScenarioAct.PowerCutAtFile, 1 + Below(12), Word: Cuts[Below(3)]),
            10 => new(atMs, node, ScenarioAct.FlashRefuses, ForMs: Length(10)),
            11 => new(atMs, node, ScenarioAct.ClockJump, (Below(2) == 0 ? -1 : 1) * Length(120)),
            12 => new(atMs, node, ScenarioAct.ClockDrift, Below(201) - 100),
            13 => new(atMs, node, ScenarioAct.CollectorPause, 5 + Below(80), Length(10)),
            14 => Below(2) == 0 ? new(atMs, node, ScenarioAct.AccelerometerStuck, ForMs: Length(10)) : new(atMs, node, ScenarioAct.AccelerometerSilent, ForMs: Length(10)),
            15 => new(atMs, node, ScenarioAct.ThermometerStuck, ForMs: Length(10)),
            16 => new(atMs, node, ScenarioAct.Machine, Word: Kinds[Below(Kinds.Length)]),
            17 => new(atMs, node, ScenarioAct.Method, Word: Below(2) == 0 ? "capture" : "reboot"),
            _ => new(atMs, node, ScenarioAct.Setting, Word: "detection.velocityLimitUmPerSecond", Value: Number(100 << Below(8))),
        };
    }
}
