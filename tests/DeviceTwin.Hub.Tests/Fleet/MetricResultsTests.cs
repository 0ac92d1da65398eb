using DeviceTwin.Hub;
using DeviceTwin.Hub.Fleet;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>What configurations' own metrics count, and what that may cost.</summary>
public sealed class MetricResultsTests
{
    [Test]
    public void A_result_serves_for_twenty_times_as_long_as_it_took()
    {
        var time = new ManualTime();
        var results = new MetricResults(time);
        var asked = 0;
        long? Ask(string query = "a") => results.Of(query, _ =>
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            return ++asked;
        });

        Assert.That((results.Known("a"), Ask(), Ask(), results.Known("a")), Is.EqualTo((default(long?), (long?)1, (long?)1, (long?)1)));
        time.Advance(TimeSpan.FromMilliseconds(100 * MetricResults.Rest) - TimeSpan.FromTicks(1));
        Assert.That(Ask(), Is.EqualTo(1));
        Assert.That(Ask("b"), Is.EqualTo(2), "each query by itself");
        time.Advance(TimeSpan.FromTicks(1));
        Assert.That((results.Known("a"), Ask(), results.Known("a")), Is.EqualTo(((long?)1, (long?)3, (long?)3)));
    }

    [Test]
    public void What_fails_is_asked_again()
    {
        var results = new MetricResults(new ManualTime());
        Assert.That(() => results.Of("a", _ => throw new HubException(HubError.ServiceUnavailable, "busy")), Throws.InstanceOf<HubException>());
        Assert.That(results.Of("a", _ => 7), Is.EqualTo(7));
    }

    [Test]
    public async Task CF1_A_metric_counts_whatever_its_query_selects_and_what_was_acknowledged_before()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a", """{"line":"A"}""");
        await fixture.Register("b", """{"line":"B"}""");
        await fixture.Configure("c", "tags.line = 'A'", 1, ("w", 2));
        await fixture.Fleet.PutConfiguration(
            fixture.Fleet.FindConfiguration("c")! with
            {
                MetricQueries = new Dictionary<string, string>
                {
                    ["busy"] = "SELECT deviceId FROM devices WHERE properties.reported.load > 50",
                    ["none"] = "SELECT * FROM devices WHERE tags.line = 'C'",
                    ["top"] = "SELECT TOP 1 * FROM devices",
                    ["applied"] = "SELECT deviceId FROM devices WHERE configurations.[[c]].status = 'Applied'",
                },
            },
            "*",
            "engineer",
            CancellationToken.None);
        IReadOnlyDictionary<string, long> Results() => fixture.Fleet.FindConfigurationMetrics("c")!.Results;
        Assert.That(fixture.Fleet.FindConfigurationMetrics("c", evaluate: false)!.Results, Is.Empty);
        Assert.That(Results(), Is.EquivalentTo(new Dictionary<string, long> { ["busy"] = 0, ["none"] = 0, ["top"] = 1, ["applied"] = 1 }));
        await fixture.Report("b", """{"load":60}""");
        Assert.That(Results()["busy"], Is.EqualTo(1), "also of a device that the configuration does not target");
        await fixture.Report("a", """{"load":70}""");
        Assert.That(Results()["busy"], Is.EqualTo(2));
    }

    [TestCase(4, true)]
    [TestCase(5, true)]
    [TestCase(6, false)]
    public async Task CF1_A_configuration_has_five_metrics_at_most(int count, bool taken)
    {
        using var fixture = new FleetFixture();
        var configuration = await fixture.Configure("c", "*", 1, ("w", 2)) with
        {
            MetricQueries = Enumerable.Range(0, count).ToDictionary(number => $"m{number}", _ => "SELECT * FROM devices"),
        };
        var written = () => fixture.Fleet.PutConfiguration(configuration, "*", "engineer", CancellationToken.None);
        if (taken)
        {
            Assert.That((await written()).MetricQueries, Has.Count.EqualTo(count));
        }
        else
        {
            Assert.That(await FleetFixture.Refusal(written), Is.EqualTo(HubError.ArgumentInvalid));
        }
    }
}
