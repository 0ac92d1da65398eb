using System.Globalization;

namespace DeviceTwin.Bench.Reconcile;

/// <summary>The measured tables of cloud/ROLLOUTS.md.</summary>
public static class CanaryTables
{
    /// <summary>Sizes of the canary in the table of power.</summary>
    public static IReadOnlyList<int> Sizes { get; } = [20, 40, 60];

    /// <summary>By what the change multiplies the alarm rate, in the table of power.</summary>
    public static IReadOnlyList<double> Effects { get; } = [1, 1.5, 2, 3, 5];

    /// <summary>Plants on which the canary is tried, with what is particular of each.</summary>
    public static IReadOnlyList<(string Name, RolloutScenario Scenario)> Plants { get; } =
    [
        ("as above", new()),
        ("machines alike (deviation 0.5)", new() { Spread = 0.5 }),
        ("machines very different (deviation 1.5)", new() { Spread = 1.5 }),
        ("plant and lines drift three times as much (0.3)", new() { Drift = 0.3 }),
        ("all alarms of the plant triple as the canary starts", new() { PlantRise = 3 }),
        ("five times as many machines fall ill (0.005)", new() { Faults = 0.005 }),
        ("a fifth of the nodes silent for six hours each day, ten times the reboots", new() { Silences = 0.2, Reboots = 0.2 }),
        ("a network outage a line every ten days", new() { LineOutages = 0.1 }),
        ("three windows of history instead of 14", new() { BaselineWindows = 3 }),
        ("a third of the alarms (0.05)", new() { Alarms = 0.05 }),
    ];

    /// <summary>Share of rollouts that were rolled back before wave 1, by effect and size of the canary; behind it those put before a person.</summary>
    public static IEnumerable<string> Power(int seed, int rollouts)
    {
        yield return $"| Alarm rate times | {string.Join(" | ", Sizes.Select(size => $"canary {size}"))} |";
        yield return $"|---|{string.Concat(Sizes.Select(_ => "---|"))}";
        foreach (var effect in Effects)
        {
            var cells = Sizes.Select(size =>
            {
                var outcomes = CanaryQuality.Run(new RolloutScenario { Canary = size, Effect = effect }, seed, rollouts);
                var stopped = outcomes.Count(outcome => outcome is { IsRolledBack: true, ReachedWave: false });
                var held = outcomes.Count(outcome => outcome is { IsHeld: true, ReachedWave: false });
                return $"{Percent(stopped, rollouts)} ({Percent(held, rollouts)})";
            });
            yield return $"| {effect.ToString(CultureInfo.InvariantCulture)} | {string.Join(" | ", cells)} |";
        }
    }

    /// <summary>False rollbacks and detections on each plant.</summary>
    public static IEnumerable<string> Quality(int seed, int rollouts)
    {
        yield return "| Plant | Rolled back without cause, at any stage | Put before a person | Three times the alarms: rolled back before wave 1 | Put before a person | Reached wave 1 | Windows until stopped, median |";
        yield return "|---|---|---|---|---|---|---|";
        foreach (var (name, scenario) in Plants)
        {
            var figures = CanaryQuality.Measure(scenario, seed, rollouts);
            yield return $"| {name} | {Percent(figures.FalseRollbacks, rollouts)} | {Percent(figures.HeldWithoutHarm, rollouts)} | {Percent(figures.Detections, rollouts)} | {Percent(figures.HeldWithHarm, rollouts)} | {Percent(figures.Missed, rollouts)} | {figures.WindowsToDetect.ToString("0.0", CultureInfo.InvariantCulture)} |";
        }
    }

    private static string Percent(int count, int of) => string.Create(CultureInfo.InvariantCulture, $"{100.0 * count / of:0.#} %");
}
