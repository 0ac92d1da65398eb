using DeviceTwin.Bench.Reconcile;
using DeviceTwin.Tests.Hub;

namespace DeviceTwin.Tests.Bench.Reconcile;

/// <summary>A slice of the canary's quality; the whole of it is <c>reconcile</c> and the tables of cloud/ROLLOUTS.md.</summary>
public sealed class CanaryQualityTests
{
    private const string Page = "cloud/ROLLOUTS.md";
    private const int Seed = 1;
    private const int Rollouts = 200;

    [Test]
    public void Rollouts_without_harm_are_seldom_rolled_back_and_harmful_ones_stop_before_wave_1()
    {
        var figures = CanaryQuality.Measure(Seed, 20);
        // Of 20: what a quality of 5 and 95 in a hundred passes with 98 in a hundred.
        Assert.That(figures.FalseRollbacks, Is.LessThanOrEqualTo(3), figures.ToString());
        Assert.That(figures.Detections, Is.GreaterThanOrEqualTo(17), figures.ToString());
    }

    [Test]
    public void A_plant_in_which_all_alarms_triple_is_no_harm_of_the_change() =>
        Assert.That(CanaryQuality.Run(new RolloutScenario { PlantRise = 3 }, Seed, 10).Count(outcome => outcome.IsRolledBack), Is.LessThanOrEqualTo(2));

    [Test]
    public void A_change_that_makes_nodes_unsteady_is_stopped_too()
    {
        var outcomes = CanaryQuality.Run(new RolloutScenario { Instability = 20 }, Seed, 6);
        Assert.That(outcomes.Where(outcome => outcome is { IsRolledBack: true, ReachedWave: false }), Has.Exactly(6).Items);
        Assert.That(outcomes.Select(outcome => outcome.Why), Has.All.Contains("reconnects").Or.Contains("silentNodes"));
    }

    [Test]
    public void Of_a_harmful_change_that_is_stopped_only_the_canary_ever_heard()
    {
        var stopped = CanaryQuality.Run(new RolloutScenario { Effect = 5 }, Seed, 6).Where(outcome => !outcome.ReachedWave).ToArray();
        Assert.That(stopped.Select(outcome => outcome.Admitted), Is.Not.Empty.And.All.EqualTo(40));
    }

    [Test]
    public void The_same_seed_gives_the_same_rollout() =>
        Assert.That(SimulatedRollout.Run(new RolloutScenario { Effect = 2 }, 7), Is.EqualTo(SimulatedRollout.Run(new RolloutScenario { Effect = 2 }, 7)));

    /// <summary>With <c>DEVICETWIN_WRITE_TABLES=1</c> the tables are measured anew, which takes minutes; else their rows are those of the code.</summary>
    [Test]
    public void The_measured_tables_of_the_page_have_the_rows_of_the_code()
    {
        if (Environment.GetEnvironmentVariable("DEVICETWIN_WRITE_TABLES") == "1")
        {
            string[] quality = [.. CanaryTables.Quality(Seed, Rollouts)], power = [.. CanaryTables.Power(Seed, Rollouts)];
            GeneratedTable.Check(Page, "quality", quality);
            GeneratedTable.Check(Page, "power", power);
            return;
        }

        var text = File.ReadAllText(TestFiles.InRepository(Page));
        foreach (var (name, _) in CanaryTables.Plants)
        {
            Assert.That(text, Does.Contain($"| {name} | "));
        }

        Assert.That(text, Does.Contain($"| Alarm rate times | {string.Join(" | ", CanaryTables.Sizes.Select(size => $"canary {size}"))} |"));
    }
}
