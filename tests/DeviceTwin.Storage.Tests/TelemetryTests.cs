using DeviceTwin.Storage.Sqlite;

namespace DeviceTwin.Tests.Storage;

/// <summary>The history of messages: newest first, bounded per device and kind.</summary>
public sealed class TelemetryTests
{
    [Test]
    public async Task A_message_comes_back_with_its_properties_and_its_bytes()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await StoreFolder.Send(store, "a", "features", 1);
        var message = store.ReadTelemetry("a", "features", 10).Single();
        Assert.That((message.DeviceId, message.EnqueuedAt, message.Kind), Is.EqualTo(("a", StoreFolder.Start.AddSeconds(1), "features")));
        Assert.That(message.Properties["$.ct"], Is.EqualTo("application/json"));
        Assert.That(message.Properties.ContainsKey("flag") && message.Properties["flag"] is null, "a property without a value");
        Assert.That(System.Text.Encoding.UTF8.GetString(message.Body.Span), Is.EqualTo("{\"seq\":1}"));
    }

    [Test]
    public async Task The_newest_come_first_and_kinds_are_apart()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await StoreFolder.Send(store, "a", "features", 4);
        await StoreFolder.Send(store, "a", "spectrum", 2, from: 10);
        await StoreFolder.Send(store, "a", "other", 1, from: 20);
        await StoreFolder.Send(store, "a", null, 1, from: 30);
        await StoreFolder.Send(store, "b", "features", 1, from: 40);
        Assert.That(StoreFolder.Numbers(store.ReadTelemetry("a", "features", 3)), Is.EqualTo(new[] { 4, 3, 2 }));
        Assert.That(StoreFolder.Numbers(store.ReadTelemetry("a", "spectrum", 10)), Is.EqualTo(new[] { 11, 10 }));
        Assert.That(StoreFolder.Numbers(store.ReadTelemetry("a", "other", 10)), Is.EqualTo(new[] { 20 }));
        Assert.That(StoreFolder.Numbers(store.ReadTelemetry("a", null, 5)), Is.EqualTo(new[] { 30, 20, 11, 10, 4 }));
        Assert.That(store.ReadTelemetry("nobody", null, 5), Is.Empty);
    }

    [Test]
    public async Task Only_the_newest_of_each_kind_are_kept()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open(new SqliteStoreOptions
        {
            Path = folder.DatabasePath,
            KeptByKind = new Dictionary<string, int> { ["features"] = 32, ["spectrum"] = 2 },
            KeptOfOtherKinds = 3,
        });
        await StoreFolder.Send(store, "a", "features", 100);
        await StoreFolder.Send(store, "a", "spectrum", 5);
        for (var number = 1; number <= 9; number++)
        {
            await StoreFolder.Send(store, "a", $"kind-{number}", 1, from: number);
        }

        Assert.That(StoreFolder.Numbers(store.ReadTelemetry("a", "features", 1000)), Is.EqualTo(Enumerable.Range(69, 32).Reverse()));
        Assert.That(StoreFolder.Numbers(store.ReadTelemetry("a", "spectrum", 1000)), Is.EqualTo(new[] { 5, 4 }));
        Assert.That(store.ReadTelemetry("a", "kind-9", 1000).Count + store.ReadTelemetry("a", "kind-1", 1000).Count, Is.EqualTo(1), "inventing kinds gains nothing");

        await StoreFolder.Send(store, "a", "features", 1, from: 101);
        Assert.That(store.ReadTelemetry("a", "features", 1000), Has.Count.InRange(32, 34), "old ones go in groups of a sixteenth");
    }

    [Test]
    public async Task The_count_goes_on_after_a_restart()
    {
        using var folder = new StoreFolder();
        var options = new SqliteStoreOptions { Path = folder.DatabasePath, KeptByKind = new Dictionary<string, int> { ["spectrum"] = 2 } };
        using (var store = folder.Open(options))
        {
            await StoreFolder.Send(store, "a", "spectrum", 2);
        }

        using var again = folder.Open(options);
        Assert.That(again.Load().LastTelemetryAt["a"], Is.EqualTo(StoreFolder.Start.AddSeconds(2)));
        await StoreFolder.Send(again, "a", "spectrum", 1, from: 3);
        Assert.That(StoreFolder.Numbers(again.ReadTelemetry("a", "spectrum", 10)), Is.EqualTo(new[] { 3, 2 }));
    }
}
