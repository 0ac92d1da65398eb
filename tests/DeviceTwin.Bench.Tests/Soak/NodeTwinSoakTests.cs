using DeviceTwin.Bench;

namespace DeviceTwin.Tests.Bench.Soak;

/// <summary>A slice of the soak of link, twin and methods: the whole is 10,000 rounds.</summary>
[NonParallelizable]
public sealed class NodeTwinSoakTests
{
    [Test]
    public void No_round_violates_a_property()
    {
        var (code, output, error) = VerbsTests.Run("soak", "node-twin", "--seed", "1000000", "--rounds", "500");
        Assert.That(code, Is.EqualTo(Verbs.Done), error);
        Assert.That(output, Does.Contain("500 rounds").And.Contain("0 violations"));
    }

    [Test]
    public void The_same_seed_plays_the_same_round()
    {
        Assert.That(Play(), Is.EqualTo(Play()));

        string Play() => VerbsTests.Run("soak", "node-twin", "--seed", "7", "--rounds", "3").Output.Split(" in ")[0];
    }
}
