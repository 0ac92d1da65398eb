using DeviceTwin.Bench;

namespace DeviceTwin.Tests.Bench.Soak;

/// <summary>A slice of the soak of whole nodes: the whole is 1,000 rounds.</summary>
[NonParallelizable]
public sealed class NodeSoakTests
{
    [Test]
    public void No_round_violates_a_property()
    {
        var (code, output, error) = VerbsTests.Run("soak", "node", "--seed", "36", "--rounds", "6");
        Assert.That(code, Is.EqualTo(Verbs.Done), error);
        Assert.That(output, Does.Contain("6 rounds").And.Contain("0 violations"));
    }

    [Test]
    public void A_scenario_that_cannot_be_read_is_said_with_its_line()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "for 1h\nat 00:10 rain for 5m\n");
            var (code, _, error) = VerbsTests.Run("soak", "day", "--scenario", file);
            Assert.That(code, Is.EqualTo(Verbs.Failed));
            Assert.That(error, Does.Contain("line 2: 'rain for 5m' is nothing that can happen; there are: radio, outage"));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
