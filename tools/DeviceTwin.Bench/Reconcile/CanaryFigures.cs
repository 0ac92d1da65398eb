namespace DeviceTwin.Bench.Reconcile;

/// <summary>How often rollouts were stopped.</summary>
/// <param name="Rollouts">Of each kind.</param>
/// <param name="FalseRollbacks">Changes that change nothing, and were rolled back at any stage.</param>
/// <param name="HeldWithoutHarm">Such changes that were put before a person.</param>
/// <param name="Detections">Harmful changes that were rolled back before wave 1.</param>
/// <param name="HeldWithHarm">Harmful changes that were put before a person, and so did not reach wave 1 either.</param>
/// <param name="Missed">Harmful changes that reached wave 1.</param>
/// <param name="WindowsWithoutHarm">Median of the duration of changes that change nothing, in windows.</param>
/// <param name="WindowsToDetect">Median of the time until a harmful change was stopped.</param>
public sealed record CanaryFigures(
    int Rollouts, int FalseRollbacks, int HeldWithoutHarm, int Detections, int HeldWithHarm, int Missed, double WindowsWithoutHarm, double WindowsToDetect)
{
    /// <summary>Share of changes that change nothing and were rolled back.</summary>
    public double FalseRollback => (double)FalseRollbacks / Rollouts;

    /// <summary>Share of harmful changes that were rolled back before wave 1.</summary>
    public double Detected => (double)Detections / Rollouts;
}

/// <summary>The quality of the canary: simulated rollouts of changes that change nothing, and of changes that multiply the alarm rate.</summary>
public static class CanaryQuality
{
    /// <summary>By what a harmful change multiplies the alarm rate.</summary>
    public const double Harmful = 3;

    /// <summary>The figures of the default plant.</summary>
    /// <param name="rollouts">Of each kind.</param>
    public static CanaryFigures Measure(int seed, int rollouts) => Measure(new RolloutScenario(), seed, rollouts);

    /// <summary>The figures of a plant.</summary>
    public static CanaryFigures Measure(RolloutScenario scenario, int seed, int rollouts)
    {
        var without = Run(scenario with { Effect = 1 }, seed, rollouts);
        var with = Run(scenario with { Effect = Harmful }, seed + rollouts, rollouts);
        return new CanaryFigures(
            rollouts,
            without.Count(outcome => outcome.IsRolledBack),
            without.Count(outcome => outcome.IsHeld),
            with.Count(outcome => outcome is { IsRolledBack: true, ReachedWave: false }),
            with.Count(outcome => outcome is { IsHeld: true, ReachedWave: false }),
            with.Count(outcome => outcome.ReachedWave),
            Median(without.Select(outcome => outcome.Windows)),
            Median(with.Where(outcome => outcome.IsRolledBack).Select(outcome => outcome.Windows)));
    }

    /// <summary>Rollouts with seeds one after the other; the outcome does not depend on how many run at once.</summary>
    public static RolloutOutcome[] Run(RolloutScenario scenario, int seed, int rollouts) =>
        [.. ParallelEnumerable.Range(0, rollouts).AsOrdered().Select(index => SimulatedRollout.Run(scenario, seed + index))];

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? 0 : sorted[sorted.Length / 2];
    }
}
