using System.Globalization;
using DeviceTwin.Dashboard.Fleet;

namespace DeviceTwin.Tests.Dashboard.Fleet;

/// <summary>Numbers read the same on every machine, whatever its culture.</summary>
[SetCulture("de-DE")]
public sealed class WordsTests
{
    [Test]
    public void Quantities_have_the_unit_of_daily_use()
    {
        Assert.That(Words.Velocity(7100), Is.EqualTo("7.10"));
        Assert.That(Words.Velocity(null), Is.EqualTo("–"));
        Assert.That(Words.Temperature(-550), Is.EqualTo("-5.5"));
        Assert.That(Words.Milli(412), Is.EqualTo("0.41"));
        Assert.That(Words.Hertz(29.95), Is.EqualTo("29.95"));
        Assert.That(Words.Hertz(107.3708), Is.EqualTo("107.4"));
        Assert.That(Words.Hertz(2400.4), Is.EqualTo("2400"));
    }

    [TestCase(0, "now")]
    [TestCase(-5, "now")]
    [TestCase(12, "12 s ago")]
    [TestCase(119, "119 s ago")]
    [TestCase(180, "3 min ago")]
    [TestCase(7200, "2 h ago")]
    [TestCase(200_000, "2 d ago")]
    public void Ages_are_told_in_the_largest_unit_that_fits(int seconds, string expected)
    {
        var now = DateTimeOffset.Parse("2026-11-22T12:00:00Z", CultureInfo.InvariantCulture);
        Assert.That(Words.Ago(now.AddSeconds(-seconds), now), Is.EqualTo(expected));
        Assert.That(Words.Ago(null, now), Is.EqualTo("never"));
    }
}
