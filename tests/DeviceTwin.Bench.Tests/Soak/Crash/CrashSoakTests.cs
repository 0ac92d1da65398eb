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
        var result = await CrashSoak.Run(seed: 1, Rounds, TimeSpan.FromMinutes(5), (_, _) => { }, TimeProvider.System, CrashSoak.StandardStartPatience);

        TestContext.Out.WriteLine(string.Join(Environment.NewLine, result.Left));
        Assert.That(result.Findings, Is.EqualTo(CrashFindings.None));
        Assert.That(result.Rounds.Values.Sum(), Is.EqualTo(Rounds));
        Assert.That(result.AcknowledgedUpdates, Is.GreaterThan(Rounds), "the hub had something to lose");
        if (result.Rounds.ContainsKey(Fault.DiskFull))
        {
            Assert.That(result.Refused, Is.Positive, "the disk was full");
        }
    }

    [Test]
    public void A_hub_that_does_not_start_in_time_is_one_sentence_with_a_remedy_and_a_code()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = CrashSoakReport.Run(new SoakOptions("crash", 7, null, 1, StartTimeout: TimeSpan.Zero), output, error);
        Assert.That((code, output.ToString()), Is.EqualTo((Verbs.Failed, "")));
        var line = error.ToString().Trim();
        Assert.That(line, Does.Match(
            @"^error: The hub did not listen within 0 s of its start, before the first round of the soak with seed 7\. \(hubNotStarted\) Read (.+), the last that the hub logged; .*--start-timeout\.$"));
        var log = line.Split(" Read ")[1].Split(", the last")[0];
        Assert.That(log, Does.Exist);
        File.Delete(log);
    }

    [Test]
    public void The_round_is_said_in_which_the_hub_was_lost()
    {
        var exception = new CrashSoakException(new HubLostException("hubRefused", "The hub does not show node-1"), 7, 12, "data/hub.log");
        Assert.That((exception.Message, exception.Code), Is.EqualTo(("The hub does not show node-1, in round 12 of the soak with seed 7.", "hubRefused")));
    }

    [TestCase("crash", "--seed", "7", "--for", "10m")]
    [TestCase("crash", "--for", "600s", "--seed", "7")]
    public void The_options_of_a_soak(params string[] options)
    {
        Assert.That(SoakOptions.Parse(options), Is.EqualTo(new SoakOptions("crash", 7, TimeSpan.FromMinutes(10), null)));
    }

    [Test]
    public void A_hub_may_be_given_longer_to_start()
    {
        Assert.That(SoakOptions.Parse(["crash", "--start-timeout", "10m"]).StartTimeout, Is.EqualTo(TimeSpan.FromMinutes(10)));
    }

    [TestCase("crash", "--start-timeout", "soon")]
    [TestCase("fuzz", "--start-timeout", "10m")]
    [TestCase("crash", "--for", "10")]
    [TestCase("crash", "--rounds", "0")]
    [TestCase("crash", "again")]
    [TestCase("--seed", "1")]
    public void What_a_soak_does_not_take_is_said(params string[] options)
    {
        Assert.That(() => SoakOptions.Parse(options), Throws.TypeOf<UsageException>().With.Message.Contains("soak"));
    }
}
