using DeviceTwin.Storage.Alarms;
using static DeviceTwin.Tests.Storage.Alarms.SampleAlarms;

namespace DeviceTwin.Tests.Storage.Alarms;

/// <summary>What becomes of an alarm with each thing that is heard of it.</summary>
public sealed class AlarmDeliveryTests
{
    [TestCase(null, AlarmEvent.Raised, AlarmState.Raised)]
    [TestCase(null, AlarmEvent.Acknowledged, AlarmState.Acknowledged)]
    [TestCase(null, AlarmEvent.Cleared, AlarmState.Cleared)]
    [TestCase(AlarmState.Raised, AlarmEvent.Raised, AlarmState.Raised)]
    [TestCase(AlarmState.Raised, AlarmEvent.Acknowledged, AlarmState.Acknowledged)]
    [TestCase(AlarmState.Raised, AlarmEvent.Cleared, AlarmState.Cleared)]
    [TestCase(AlarmState.Acknowledged, AlarmEvent.Raised, AlarmState.Acknowledged)]
    [TestCase(AlarmState.Acknowledged, AlarmEvent.Acknowledged, AlarmState.Acknowledged)]
    [TestCase(AlarmState.Acknowledged, AlarmEvent.Cleared, AlarmState.Cleared)]
    [TestCase(AlarmState.Cleared, AlarmEvent.Raised, AlarmState.Cleared)]
    [TestCase(AlarmState.Cleared, AlarmEvent.Acknowledged, AlarmState.Cleared)]
    [TestCase(AlarmState.Cleared, AlarmEvent.Cleared, AlarmState.Cleared)]
    public void The_table_never_goes_back(AlarmState? state, AlarmEvent heard, AlarmState next)
    {
        Assert.That(AlarmTransitions.Next(state, heard), Is.EqualTo(next));
    }

    [Test]
    public void An_alarm_goes_from_raised_over_acknowledged_to_cleared()
    {
        var row = Told(AlarmEvent.Raised, 1).ApplyTo(null)!;
        Assert.That((row.State, row.RaisedAt, row.Acknowledgement, row.End), Is.EqualTo((AlarmState.Raised, Second(1), default(AlarmAcknowledgement), default(AlarmEnd))));
        row = new AlarmDelivery.Acknowledged(Device, Name, Second(2), "ann", "ordered a bearing").ApplyTo(row)!;
        Assert.That((row.State, row.Acknowledgement), Is.EqualTo((AlarmState.Acknowledged, new AlarmAcknowledgement(Second(2), "ann", "ordered a bearing"))));
        row = Told(AlarmEvent.Cleared, 3).ApplyTo(row)!;
        Assert.That((row.State, row.End), Is.EqualTo((AlarmState.Cleared, new AlarmEnd(Second(3), ClearReason.Reset))));
        Assert.That((row.Id, row.Alarm, row.Evidence.From), Is.EqualTo(("vib-1~1-100-outer-1", "outer", AlarmEvent.Raised)), "the evidence is that of the raise");
    }

    [Test]
    public void A_clearing_that_comes_before_the_raise_ends_it_all_the_same()
    {
        var row = Told(AlarmEvent.Raised, 5).ApplyTo(Told(AlarmEvent.Cleared, 4).ApplyTo(null))!;
        Assert.That((row.State, row.RaisedAt, row.End!.At), Is.EqualTo((AlarmState.Cleared, Second(4), Second(4))));
        Assert.That(row.Evidence.From, Is.EqualTo(AlarmEvent.Raised), "but the raise says more");
    }

    [Test]
    public void The_first_acknowledgement_stays()
    {
        var row = Told(AlarmEvent.Raised, 1).ApplyTo(null);
        row = new AlarmDelivery.Acknowledged(Device, Name, Second(2), "ann", null).ApplyTo(row);
        row = new AlarmDelivery.Acknowledged(Device, Name, Second(3), "bob", "me too").ApplyTo(row);
        row = Told(AlarmEvent.Acknowledged, 4).ApplyTo(row)!;
        Assert.That(row.Acknowledgement, Is.EqualTo(new AlarmAcknowledgement(Second(2), "ann", null)));
    }

    [Test]
    public void An_acknowledgement_at_the_node_says_so()
    {
        var row = Told(AlarmEvent.Acknowledged, 2).ApplyTo(Told(AlarmEvent.Raised, 1).ApplyTo(null))!;
        Assert.That(row.Acknowledgement!.By, Is.EqualTo(AlarmAcknowledgement.AtTheNode));
    }

    [Test]
    public void What_the_hub_says_means_nothing_without_a_node()
    {
        Assert.That(new AlarmDelivery.Acknowledged(Device, Name, Second(1), "ann", null).ApplyTo(null), Is.Null);
        Assert.That(new AlarmDelivery.Ended(Device, Name, Second(1), ClearReason.Deleted).ApplyTo(null), Is.Null);
    }

    [TestCase("1-100-outer-2", "1-100-outer-1", true, TestName = "Within_a_start_the_number_of_the_raise_decides")]
    [TestCase("1-100-outer-10", "1-100-outer-9", true, TestName = "Numbers_are_no_texts")]
    [TestCase("2-777-outer-1", "1-100-outer-9", true, TestName = "A_later_start_is_later")]
    [TestCase("1-100-outer-9", "2-777-outer-1", false, TestName = "Whenever_the_hub_heard_of_it")]
    [TestCase("1-555-outer-1", "1-100-outer-9", true, TestName = "Where_the_files_were_wiped_the_hubs_clock_decides")]
    [TestCase("mine", "1-100-outer-9", true, TestName = "Where_a_name_is_of_another_make_the_hubs_clock_decides")]
    public void Which_raise_is_later(string one, string other, bool later)
    {
        var (first, second) = (Told(AlarmEvent.Raised, 1, other).ApplyTo(null)!, Told(AlarmEvent.Raised, 2, one).ApplyTo(null)!);
        Assert.That((AlarmOrder.IsLater(second, first), AlarmOrder.IsLater(first, second)), Is.EqualTo((later, !later)));
    }
}
