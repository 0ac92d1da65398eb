using DeviceTwin.Cli.Demo;

namespace DeviceTwin.Tests.Cli.Demo;

/// <summary>What <c>--until</c> takes.</summary>
public sealed class UntilTests
{
    [Test]
    public void Settled_has_a_patience()
    {
        Assert.That(Until.TryParse("settled", out var until), Is.True);
        Assert.That(until, Is.EqualTo(new Until(true, Until.Patience)));
    }

    [TestCase("90s", 90)]
    [TestCase("2m", 120)]
    [TestCase("1h", 3600)]
    [TestCase("1.5m", 90)]
    public void A_duration_has_a_unit(string text, double seconds)
    {
        Assert.That(Until.TryParse(text, out var until), Is.True);
        Assert.That(until, Is.EqualTo(new Until(false, TimeSpan.FromSeconds(seconds))));
    }

    [TestCase("")]
    [TestCase("90")]
    [TestCase("s")]
    [TestCase("0s")]
    [TestCase("-1s")]
    [TestCase("soon")]
    [TestCase("999h")]
    public void Anything_else_is_refused(string text) => Assert.That(Until.TryParse(text, out _), Is.False);
}
