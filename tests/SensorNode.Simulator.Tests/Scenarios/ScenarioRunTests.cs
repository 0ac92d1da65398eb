using DeviceTwin.SensorNode.Simulator.Scenarios;

namespace DeviceTwin.Tests.SensorNode.Simulator.Scenarios;

/// <summary>Scenarios as they are played: deterministic, and without a violation.</summary>
public sealed class ScenarioRunTests
{
    [Test]
    public void The_same_scenario_gives_the_same_bytes_and_another_seed_others()
    {
        Scenario scenario = Scenario.Parse("""
            nodes 2
            for 12m
            capture every 3m
            at 00:01 loss 20% for 6m
            at 00:04 node 1 power cut inside file operation 2
            at 00:05 node 2 gc pause 40ms for 4m
            """);
        ScenarioResult first = ScenarioRun.Play(scenario);
        Assert.That(ScenarioRun.Play(scenario).TraceHash, Is.EqualTo(first.TraceHash));
        Assert.That(first.Violations, Is.Empty);
        Assert.That(ScenarioRun.Play(scenario with { Seed = 2 }).TraceHash, Is.Not.EqualTo(first.TraceHash));
    }

    [TestCase("outage", 4, 6)]
    [TestCase("sensors", 2, 0)]
    [TestCase("clock", 2, 0)]
    public void A_scenario_of_the_simulator_ends_well(string name, int starts, int alarms)
    {
        ScenarioResult result = ScenarioRun.Play(Scenario.Parse(ScenarioFiles.Read(name)));
        Assert.That(result.Violations, Is.Empty);
        Assert.That((result.Starts, result.Alarms >= alarms), Is.EqualTo((starts, true)));
        Assert.That(result.Received + result.Dropped + result.Forgotten, Is.GreaterThanOrEqualTo(result.Made));
    }

    [Test]
    public void Flash_that_refuses_for_long_crowds_out_no_alarm()
    {
        // 40 failures and more of each lane would be more segments than the outbox has blocks.
        ScenarioResult result = ScenarioRun.Play(Scenario.Parse("""
            nodes 1
            for 50m
            capture every 5m
            at 00:00 set detection.velocityTripDelaySeconds 0
            at 00:02 outage for 47m
            at 00:06 machine unbalance
            at 00:16 flash refuses for 20m
            at 00:25 machine healthy
            at 00:45 power cut
            """));
        Assert.That(result.Violations, Is.Empty);
        Assert.That(result.AlarmsForgotten, Is.Zero);
        Assert.That(result.Alarms, Is.GreaterThanOrEqualTo(2));
    }
}
