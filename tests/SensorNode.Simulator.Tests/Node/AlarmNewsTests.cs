using DeviceTwin.SensorNode;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Tests.SensorNode.Simulator.Node;

/// <summary>What there is to tell when alarms come and go.</summary>
public sealed class AlarmNewsTests
{
    private static readonly int Outer = Verdict.Flag(Verdict.Outer);
    private static readonly int Hot = Verdict.Flag(Verdict.Hot);

    [Test]
    public void NothingNewIsNothingToTell()
    {
        var news = new AlarmNews();
        news.Step(Outer, Outer);
        news.Step(Outer, Outer);
        Assert.That((news.Raised, news.Acknowledged, news.Cleared, news.Raises(Verdict.Outer)), Is.EqualTo((0, 0, 0, 1)));
    }

    [Test]
    public void EachRaiseHasItsNumber()
    {
        var news = new AlarmNews();
        news.Step(Outer | Hot, Outer | Hot);
        Assert.That(news.Raised, Is.EqualTo(Outer | Hot));
        news.Step(Hot, Hot);
        Assert.That(news.Cleared, Is.EqualTo(Outer));
        news.Step(Outer | Hot, Outer | Hot);
        Assert.That((news.Raised, news.Raises(Verdict.Outer), news.Raises(Verdict.Hot)), Is.EqualTo((Outer, 2, 1)));
    }

    [Test]
    public void AFurtherCauseOfAnAlarmThatWasSeenIsANewRaise()
    {
        var news = new AlarmNews();
        news.Step(Hot, Hot);
        news.Step(Hot, 0);
        Assert.That((news.Acknowledged, news.Seen), Is.EqualTo((Hot, Hot)));
        news.Step(Hot, Hot);
        Assert.That((news.Raised, news.Raises(Verdict.Hot), news.Cleared, news.Acknowledged), Is.EqualTo((Hot, 2, 0, 0)));
    }
}
