using DeviceTwin.Storage;
using DeviceTwin.Storage.Alarms;
using static DeviceTwin.Tests.Storage.Alarms.SampleAlarms;

namespace DeviceTwin.Tests.Storage.Alarms;

/// <summary>Rows of alarms in the database.</summary>
public sealed class AlarmStoreTests
{
    [Test]
    public async Task An_alarm_is_one_row_however_often_it_is_delivered()
    {
        using var folder = new StoreFolder();
        using (var store = folder.Open())
        {
            await Deliver(store, Told(AlarmEvent.Cleared, 3), Told(AlarmEvent.Raised, 1), Told(AlarmEvent.Raised, 2), Told(AlarmEvent.Cleared, 4));
        }

        using var again = folder.Open();
        var row = again.ReadAlarms(new AlarmQuery(10)).Single();
        Assert.That((row.State, row.RaisedAt, row.End!.At, row.Place!.Point), Is.EqualTo((AlarmState.Cleared, Second(1), Second(3), "point-1")));
        Assert.That(again.FindAlarm("vib-1~1-100-outer-1")!.ToText(), Is.EqualTo(row.ToText()));
        Assert.That(again.CountAlarms(), Is.EqualTo(new AlarmCounts(0, 0, 1)));
    }

    [Test]
    public async Task The_same_name_on_another_device_is_another_alarm()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await Deliver(store, Told(AlarmEvent.Raised, 1), Told(AlarmEvent.Raised, 2, device: "vib-2"));
        Assert.That(store.ReadAlarms(new AlarmQuery(10)).Select(row => row.Id), Is.EqualTo(new[] { "vib-2~1-100-outer-1", "vib-1~1-100-outer-1" }));
    }

    [Test]
    public async Task A_later_raise_of_the_same_alarm_ends_what_the_node_forgot()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await Deliver(store, Told(AlarmEvent.Raised, 1, "1-100-outer-1"), Told(AlarmEvent.Raised, 2, "1-100-hot-1", "hot"), Told(AlarmEvent.Raised, 9, "2-300-outer-1"));
        Assert.That(store.FindAlarm("vib-1~1-100-outer-1")!.End, Is.EqualTo(new AlarmEnd(Second(9), ClearReason.Superseded)));
        Assert.That(store.ReadAlarms(new AlarmQuery(10) { States = [AlarmState.Raised] }).Select(row => row.NodeAlarmId), Is.EqualTo(new[] { "2-300-outer-1", "1-100-hot-1" }));
    }

    [Test]
    public async Task In_whatever_order_raises_arrive_the_latest_alone_is_active()
    {
        string[] names = ["1-100-outer-1", "1-100-outer-2", "2-300-outer-1", "2-300-outer-2"];
        for (var seed = 0; seed < 12; seed++)
        {
            using var folder = new StoreFolder();
            using var store = folder.Open();
            var order = (string[])names.Clone();
            new Random(seed).Shuffle(order);
            await Deliver(store, [.. order.Select((name, second) => (AlarmDelivery)Told(AlarmEvent.Raised, second, name))]);
            var active = store.ReadAlarms(new AlarmQuery(10) { States = [AlarmState.Raised, AlarmState.Acknowledged] });
            Assert.That(active.Select(row => row.NodeAlarmId), Is.EqualTo(new[] { "2-300-outer-2" }), string.Join(", ", order));
        }
    }

    [Test]
    public async Task A_device_that_invents_words_does_not_fill_the_list_of_active_alarms()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await Deliver(store, [.. Enumerable.Range(1, 100).Select(number => (AlarmDelivery)Told(AlarmEvent.Raised, number, $"n-{number}", $"word{number}"))]);
        Assert.That(store.CountAlarms(), Is.EqualTo(new AlarmCounts(64, 0, 36)));
    }

    [Test]
    public async Task Merges_tell_what_changed_and_nothing_twice()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        var told = new List<string>();
        void Tell(AlarmRow? before, AlarmRow after) => told.Add($"{before?.State.ToString() ?? "new"} -> {after.State}");
        foreach (var delivery in new[] { Told(AlarmEvent.Raised, 1), Told(AlarmEvent.Raised, 1), Told(AlarmEvent.Acknowledged, 2), Told(AlarmEvent.Cleared, 3), Told(AlarmEvent.Cleared, 3) })
        {
            await store.Write([new MergeAlarm(delivery, Tell)]);
        }

        Assert.That(told, Is.EqualTo(new[] { "new -> Raised", "Raised -> Acknowledged", "Acknowledged -> Cleared" }));
    }

    [Test]
    public async Task Deleting_a_device_keeps_its_alarms()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await Deliver(store, Told(AlarmEvent.Raised, 1));
        await store.Write([new StoreChange.DeleteDevice(Device)]);
        Assert.That(store.ReadAlarms(new AlarmQuery(10)), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Pages_follow_on_one_another_while_new_alarms_come()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await Deliver(store, [.. Enumerable.Range(1, 5).Select(number => (AlarmDelivery)Told(AlarmEvent.Raised, number, $"a-{number}", $"w{number}"))]);
        var first = store.ReadAlarms(new AlarmQuery(2));
        await Deliver(store, Told(AlarmEvent.Raised, 6, "a-6", "w6"), Told(AlarmEvent.Cleared, 7, "a-4", "w4"));
        var second = store.ReadAlarms(new AlarmQuery(10) { Before = first[^1].Number });
        Assert.That(first.Concat(second).Select(row => row.NodeAlarmId), Is.EqualTo(new[] { "a-5", "a-4", "a-3", "a-2", "a-1" }));
    }

    [Test]
    public async Task Queries_choose_by_machine_word_state_and_time()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await Deliver(
            store,
            Told(AlarmEvent.Raised, 10, "x-1", "outer"),
            Told(AlarmEvent.Cleared, 20, "x-1", "outer"),
            Told(AlarmEvent.Raised, 30, "x-2", "hot"));
        string[] Names(AlarmQuery query) => [.. store.ReadAlarms(query).Select(row => row.NodeAlarmId)];
        Assert.That(Names(new AlarmQuery(9) { Machine = "pump-1" }), Is.EqualTo(new[] { "x-2", "x-1" }));
        Assert.That(Names(new AlarmQuery(9) { Machine = "pump-2" }), Is.Empty);
        Assert.That(Names(new AlarmQuery(9) { Alarm = "hot" }), Is.EqualTo(new[] { "x-2" }));
        Assert.That(Names(new AlarmQuery(9) { From = Second(15), To = Second(25) }), Is.EqualTo(new[] { "x-1" }), "it lasted into that time");
        Assert.That(Names(new AlarmQuery(9) { From = Second(25) }), Is.EqualTo(new[] { "x-2" }), "an active alarm lasts");
    }

    [Test]
    public async Task Findings_are_labels_and_an_amendment_takes_the_place_of_one()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await Deliver(store, Told(AlarmEvent.Raised, 1));
        var numbers = new List<long>();
        var finding = new Finding("vib-1~1-100-outer-1", Device, "pump-1", "p", Second(1), null, "outer", "spalled", Second(50), "bob", Second(60), "rest/ann", null);
        await store.Write([new AppendFinding(finding, numbers.Add)]);
        Assert.That(store.FindAlarm(finding.AlarmId!)!.Labels, Is.EqualTo(new[] { "outer" }));
        await store.Write([new AppendFinding(finding with { Kind = "inner", Amends = numbers[0] }, numbers.Add)]);
        Assert.That(store.FindAlarm(finding.AlarmId!)!.Labels, Is.EqualTo(new[] { "inner" }));
        var all = store.ReadFindings(new FindingQuery(10) { Machine = "pump-1" });
        Assert.That(all.Select(found => (found.Number, found.Kind, found.Amended)), Is.EqualTo(new[] { (numbers[0], "outer", true), (numbers[1], "inner", false) }));
        Assert.That(all[0] with { Number = 0, Amended = false }, Is.EqualTo(finding));
        Assert.That(store.ReadFindings(new FindingQuery(10) { To = Second(1) }), Is.Empty, "it speaks of later");
    }

    private static Task Deliver(IStoreWriter store, params AlarmDelivery[] deliveries) =>
        Task.WhenAll(deliveries.Select(delivery => store.Write([new MergeAlarm(delivery, (_, _) => { })])));
}
