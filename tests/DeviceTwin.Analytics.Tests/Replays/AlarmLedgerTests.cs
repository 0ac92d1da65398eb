using DeviceTwin.Analytics.Replays;
using DeviceTwin.Analytics.Reports;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Tests.Analytics.Replays;

/// <summary>Alarms held against findings.</summary>
public sealed class AlarmLedgerTests
{
    private static readonly DateTimeOffset Start = Scene.Start;

    // A fault from 1000 s to 2000 s, announced at most 100 s before; alarms last a second.
    [TestCase(898, AlarmTruth.Unconfirmed)]
    [TestCase(899, AlarmTruth.Confirmed, Description = "it ends where the time before the finding begins")]
    [TestCase(900, AlarmTruth.Confirmed)]
    [TestCase(2000, AlarmTruth.Confirmed)]
    [TestCase(2001, AlarmTruth.Unconfirmed)]
    public void An_alarm_in_the_time_of_a_fault_or_just_before_is_confirmed(int second, string truth)
    {
        Assert.That(Truth(second, 1, Fault(1000, 2000)), Is.EqualTo(truth));
    }

    [TestCase(999, AlarmTruth.Unconfirmed)]
    [TestCase(1000, AlarmTruth.False)]
    [TestCase(2000, AlarmTruth.False)]
    [TestCase(2001, AlarmTruth.Unconfirmed)]
    public void An_alarm_raised_while_nothing_was_wrong_is_false(int second, string truth)
    {
        Assert.That(Truth(second, 1, NoFault(1000, 2000)), Is.EqualTo(truth));
    }

    [Test]
    public void A_fault_outweighs_that_nothing_was_found()
    {
        Assert.That(Truth(1500, 1, NoFault(1000, 2000), Fault(1600, 1700)), Is.EqualTo(AlarmTruth.Confirmed), "it announced the fault");
        Assert.That(Truth(1500, 1, NoFault(1000, 2000), Fault(1700, 1800)), Is.EqualTo(AlarmTruth.False), "too early for that");
        Assert.That(Truth(1500, 300, NoFault(1000, 2000), Fault(1700, 1800)), Is.EqualTo(AlarmTruth.Confirmed), "it lasted until then");
    }

    [Test]
    public void A_finding_without_bounds_speaks_of_all_time()
    {
        Assert.That(Truth(5, 1, new ReplayFinding("m", "", "outer", null, null)), Is.EqualTo(AlarmTruth.Confirmed));
        Assert.That(Truth(5, 1, new ReplayFinding("m", "", ReplayFinding.NoFault, null, null)), Is.EqualTo(AlarmTruth.False));
    }

    [Test]
    public void The_first_alarm_of_a_fault_is_the_one_raised_first()
    {
        var ledger = Ledger(Fault(1000, 2000));
        Alarm(ledger, Verdict.High, 950, 10);
        Alarm(ledger, Verdict.Outer, 970, 10);

        Assert.That(ledger.FirstAlarms.Single(), Is.EqualTo(new FirstAlarm(0, Start.AddSeconds(950), "high")));
    }

    private static string Truth(int second, int seconds, params ReplayFinding[] findings)
    {
        var ledger = Ledger(findings);
        Alarm(ledger, Verdict.Outer, second, seconds);
        return ledger.ByTruth.Single().Word;
    }

    private static AlarmLedger Ledger(params ReplayFinding[] findings) =>
        new(Start, [.. findings.Select((finding, index) => (index, finding))], new ReplayRules { LeadHorizonSeconds = 100 });

    private static void Alarm(AlarmLedger ledger, int verdict, int second, int seconds)
    {
        ledger.Step(Verdict.Flag(verdict), 0, Verdict.Flag(verdict), 1, second * 1000L, "a", 0);
        ledger.Step(0, Verdict.Flag(verdict), 0, 0, (second + seconds) * 1000L, "a", 0);
    }

    private static ReplayFinding Fault(int from, int to) => new("m", "", "outer", Start.AddSeconds(from), Start.AddSeconds(to));

    private static ReplayFinding NoFault(int from, int to) => new("m", "", ReplayFinding.NoFault, Start.AddSeconds(from), Start.AddSeconds(to));
}
