using DeviceTwin.Bench;
using DeviceTwin.Bench.Soak;
using DeviceTwin.Bench.Soak.Crash;

namespace DeviceTwin.Tests.Bench.Soak.Crash;

/// <summary>A short crash soak over a real hub in its own process.</summary>
public sealed class CrashSoakTests
{
    private const int Rounds = 10;

    [Test]
    public async Task Ten_rounds_of_kills_and_faults_lose_nothing_that_was_acknowledged()
    {
        var result = await CrashSoak.Run(seed: 1, Rounds, TimeSpan.FromMinutes(5), (_, _) => { }, TimeProvider.System);

        TestContext.Out.WriteLine(string.Join(Environment.NewLine, result.Left));
        Assert.That(result.Findings, Is.EqualTo(CrashFindings.None));
        Assert.That(result.Rounds.Values.Sum(), Is.EqualTo(Rounds));
        Assert.That(result.AcknowledgedUpdates, Is.GreaterThan(Rounds), "the hub had something to lose");
        if (result.Rounds.ContainsKey(Fault.DiskFull))
        {
            Assert.That(result.Refused, Is.Positive, "the disk was full");
        }
    }

    [TestCase("crash", "--seed", "7", "--for", "10m")]
    [TestCase("crash", "--for", "600s", "--seed", "7")]
    public void The_options_of_a_soak(params string[] options)
    {
        Assert.That(SoakOptions.Parse(options), Is.EqualTo(new SoakOptions("crash", 7, TimeSpan.FromMinutes(10), null)));
    }

    [TestCase("crash", "--for", "10")]
    [TestCase("crash", "--rounds", "0")]
    [TestCase("crash", "again")]
    [TestCase("--seed", "1")]
    public void What_a_soak_does_not_take_is_said(params string[] options)
    {
        Assert.That(() => SoakOptions.Parse(options), Throws.TypeOf<UsageException>().With.Message.Contains("soak"));
    }
}
