using DeviceTwin.Storage.Alarms;
using FsCheck;
using FsCheck.Fluent;
using static DeviceTwin.Tests.Storage.Alarms.SampleAlarms;

namespace DeviceTwin.Tests.Storage.Alarms;

/// <summary>What holds of an alarm whatever is delivered, how often and in which order.</summary>
public sealed class AlarmDeliveryProperties
{
    private static readonly Gen<AlarmDelivery> Anything = Gen.Frequency(
        (5, from heard in Gen.Elements(AlarmEvent.Raised, AlarmEvent.Acknowledged, AlarmEvent.Cleared)
            from second in Gen.Choose(0, 5)
            from waveform in Gen.Elements("aa", "bb", "cc")
            select (AlarmDelivery)Told(heard, second, waveforms: [waveform])),
        (2, from second in Gen.Choose(0, 5)
            from who in Gen.Elements("ann", "bob")
            from note in Gen.Elements(null, "seen")
            select (AlarmDelivery)new AlarmDelivery.Acknowledged(Device, Name, Second(second), who, note)),
        (1, from second in Gen.Choose(0, 5)
            from reason in Gen.Elements(ClearReason.Superseded, ClearReason.Replaced, ClearReason.Deleted)
            select (AlarmDelivery)new AlarmDelivery.Ended(Device, Name, Second(second), reason)));

    /// <summary>A node's message, then anything: what the hub says comes after the alarm is known.</summary>
    private static readonly Gen<(List<AlarmDelivery> Deliveries, int Seed)> Histories =
        from first in Gen.Choose(0, 5).Select(second => (AlarmDelivery)Told(AlarmEvent.Raised, second))
        from count in Gen.Choose(0, 12)
        from rest in Anything.ListOf(count)
        from seed in Gen.Choose(0, 1_000_000)
        select ((List<AlarmDelivery>)[first, .. rest], seed);

    [Test]
    public void Any_order_and_any_repetition_ends_in_the_same_row() => ForAll(Histories, history =>
    {
        var expected = Apply(history.Deliveries).ToText();
        var random = new Random(history.Seed);

        // The node's first message stays first: without it there is nothing for the hub to acknowledge.
        var repeated = history.Deliveries.Concat(history.Deliveries.Where(_ => random.Next(3) == 0)).Skip(1).ToArray();
        random.Shuffle(repeated);
        Assert.That(Apply([history.Deliveries[0], .. repeated]).ToText(), Is.EqualTo(expected));
    });

    [Test]
    public void The_state_is_that_of_the_furthest_event() => ForAll(Histories, history =>
    {
        var row = Apply(history.Deliveries);
        Assert.That(row.State, Is.EqualTo(row.End is not null ? AlarmState.Cleared : row.Acknowledgement is not null ? AlarmState.Acknowledged : AlarmState.Raised));
    });

    [Test]
    public void What_is_kept_comes_back_as_it_was() => ForAll(Histories, history =>
    {
        var text = Apply(history.Deliveries).ToText();
        Assert.That(AlarmRow.FromText(text).ToText(), Is.EqualTo(text));
    });

    private static AlarmRow Apply(IEnumerable<AlarmDelivery> deliveries) =>
        deliveries.Aggregate(default(AlarmRow), (row, delivery) => delivery.ApplyTo(row))!;

    private static void ForAll<T>(Gen<T> generator, Action<T> property) => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(20261122, 7), Prop.ForAll(generator.ToArbitrary(), property));
}
