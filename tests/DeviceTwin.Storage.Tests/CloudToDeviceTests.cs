using DeviceTwin.Storage;
using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Storage;

/// <summary>Messages that wait for devices, and what devices must be told to forget.</summary>
public sealed class CloudToDeviceTests
{
    [Test]
    public async Task A_message_comes_back_as_it_was_and_goes_when_it_is_removed()
    {
        using var folder = new StoreFolder();
        using (var store = folder.Open())
        {
            await store.Write([new StoreChange.PutIdentity(StoreFolder.Identity("a")), Put("a", 1, "g1"), Put("a", 2, "g1")]);
            await store.Write([new CloudToDeviceChange.Remove(1)]);
        }

        using var again = folder.Open();
        var stored = again.LoadCloudToDevice();
        Assert.That(stored.LastSequence, Is.EqualTo(2));
        Assert.That(stored.Waiting, Is.EqualTo(new[] { new CloudToDeviceEntry(2, "a", StoreFolder.Start.AddHours(1)) }));
        var message = again.ReadCloudToDevice(2)!;
        Assert.That((message.DeviceId, message.EnqueuedAt, message.Body.ToArray()), Is.EqualTo(("a", StoreFolder.Start, new byte[] { 0, 255 })));
        Assert.That(message.Properties, Is.EquivalentTo(new Dictionary<string, string?> { ["$.mid"] = "2", ["ü"] = null }));
        Assert.That(again.ReadCloudToDevice(1), Is.Null);
    }

    [Test]
    public async Task A_number_is_not_given_twice_even_when_its_message_is_gone()
    {
        using var folder = new StoreFolder();
        using (var store = folder.Open())
        {
            await store.Write([new StoreChange.PutIdentity(StoreFolder.Identity("a")), Put("a", 7, "g1"), new CloudToDeviceChange.Remove(7)]);
        }

        using var again = folder.Open();
        Assert.That(again.LoadCloudToDevice().LastSequence, Is.EqualTo(7));
    }

    [Test]
    public async Task Messages_and_removals_go_with_their_device_and_do_not_reach_another_of_the_same_name()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await store.Write(
        [
            new StoreChange.PutIdentity(StoreFolder.Identity("a")), Put("a", 1, "g1"), new PutDesiredRemovals("a", RemovedPaths.None.Add("x.y", 3)),
        ]);
        Assert.That(store.LoadDesiredRemovals()["a"], Is.EqualTo(RemovedPaths.None.Add("x.y", 3)));
        await store.Write([new StoreChange.DeleteDevice("a"), Put("a", 2, "g1")]);
        await store.Write([new StoreChange.PutIdentity(StoreFolder.Identity("a") with { GenerationId = "g2" }), Put("a", 3, "g1"), Put("a", 4, "g2")]);
        Assert.That(store.LoadCloudToDevice().Waiting.Select(entry => entry.Sequence), Is.EqualTo(new[] { 4L }));
        Assert.That(store.LoadDesiredRemovals(), Is.Empty);
    }

    [Test]
    public async Task Nothing_removed_is_nothing_kept()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await store.Write([new PutDesiredRemovals("a", RemovedPaths.None.Add("x", 3)), new PutDesiredRemovals("a", RemovedPaths.None)]);
        Assert.That(store.LoadDesiredRemovals(), Is.Empty);
    }

    private static CloudToDeviceChange.Put Put(string deviceId, long sequence, string generationId) => new(
        new CloudToDeviceMessage(
            sequence,
            deviceId,
            StoreFolder.Start,
            StoreFolder.Start.AddHours(1),
            new Dictionary<string, string?> { ["$.mid"] = $"{sequence}", ["ü"] = null },
            new byte[] { 0, 255 }),
        generationId);
}
