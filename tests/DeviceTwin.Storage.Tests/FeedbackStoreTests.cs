using DeviceTwin.Storage;
using DeviceTwin.Storage.Feedback;

namespace DeviceTwin.Tests.Storage;

/// <summary>What became of messages for devices is kept until it is taken.</summary>
public sealed class FeedbackStoreTests
{
    [Test]
    public async Task Records_survive_a_crash_and_go_when_they_are_removed_and_their_numbers_do_not_come_again()
    {
        using var folder = new StoreFolder();
        using (var store = folder.Open())
        {
            await store.Write([Append(1, "a"), Append(2, "a/m"), Append(7, "b")]);
            await store.Write([new FeedbackChange.Remove([2, 7, 99])]);
            using var crashed = folder.OpenAsAfterACrash();
            Assert.That(crashed.LoadFeedback().Kept, Is.EqualTo(new[] { new FeedbackEntry(1, "a") }));
        }

        using var again = folder.Open();
        Assert.That((again.LoadFeedback().LastSequence, again.ReadFeedback([]).Count), Is.EqualTo((7, 0)));
        Assert.That(again.ReadFeedback([7, 2, 1]), Is.EqualTo(new[] { Record(1, "a") }));
    }

    [Test]
    public async Task Records_go_with_their_device_and_module()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await store.Write([new StoreChange.PutIdentity(StoreFolder.Identity("a")), Append(1, "a"), Append(2, "a/m"), Append(3, "a/n"), Append(4, "b")]);
        await store.Write([new StoreChange.DeleteModule("a", "m")]);
        Assert.That(store.LoadFeedback().Kept.Select(entry => entry.Sequence), Is.EqualTo(new[] { 1L, 3, 4 }));
        await store.Write([new StoreChange.DeleteDevice("a")]);
        Assert.That(store.LoadFeedback().Kept.Select(entry => entry.Sequence), Does.Contain(4L).And.Not.Contain(1L));
    }

    [Test]
    public async Task A_message_that_waits_says_whether_its_end_is_to_be_told()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await store.Write([new StoreChange.PutIdentity(StoreFolder.Identity("a")), Put(1, new() { ["$.mid"] = "m\"1", ["iothub-ack"] = "full" }), Put(2, new() { ["$.mid"] = "2" })]);
        var waiting = store.LoadCloudToDevice().Waiting;
        Assert.That(waiting[0].Properties, Is.EquivalentTo(new Dictionary<string, string?> { ["$.mid"] = "m\"1", ["iothub-ack"] = "full" }));
        Assert.That(waiting[1].Properties, Is.Null);

        static CloudToDeviceChange.Put Put(long sequence, Dictionary<string, string?> properties) =>
            new(new CloudToDeviceMessage(sequence, "a", StoreFolder.Start, StoreFolder.Start.AddHours(1), properties, Array.Empty<byte>()), "g1");
    }

    private static FeedbackRecord Record(long sequence, string address) => new(sequence, $"m-{sequence}", address, "g1", "Success", StoreFolder.Start);

    private static FeedbackChange.Append Append(long sequence, string address) => new(Record(sequence, address));
}
