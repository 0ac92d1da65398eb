using DeviceTwin.Storage;
using DeviceTwin.Storage.Sqlite;
using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Storage;

/// <summary>The feed of twin changes: numbered, in order, per device and part, bounded.</summary>
public sealed class ChangeLogTests
{
    [Test]
    public async Task Changes_come_back_in_the_order_in_which_they_were_committed()
    {
        using var folder = new StoreFolder();
        using (var store = folder.Open())
        {
            await store.Write([Change(1, "a", TwinPart.Tags), Change(2, "b", TwinPart.Desired)]);
            await store.Write([Change(3, "a", TwinPart.Reported)]);
            var page = store.ReadChanges(new TwinChangeSearch(null, [], 0, 10));
            Assert.That(page.Changes.Select(change => (change.Sequence, change.Row.DeviceId, change.Row.Version)), Is.EqualTo(new[] { (1L, "a", 1L), (2L, "b", 2L), (3L, "a", 3L) }));
            Assert.That((page.Oldest, page.Newest), Is.EqualTo((1L, 3L)));
            Assert.That(page.Changes[2].Row, Is.EqualTo(((AppendTwinChange)Change(3, "a", TwinPart.Reported)).Row));
            Assert.That(Versions(store, "a"), Is.EqualTo(new[] { 1L, 3L }));
            Assert.That(Versions(store, "a", TwinPart.Tags, TwinPart.Desired), Is.EqualTo(new[] { 1L }));
            Assert.That(Versions(store, "nobody"), Is.Empty);
            Assert.That(store.ReadChanges(new TwinChangeSearch(null, [], 1, 1)).Changes.Single().Sequence, Is.EqualTo(2));
        }

        using var again = folder.Open();
        await again.Write([Change(4, "b", TwinPart.Tags)]);
        Assert.That(again.ReadChanges(new TwinChangeSearch(null, [], 3, 10)).Changes.Single().Sequence, Is.EqualTo(4), "numbers go on after a restart");
    }

    [Test]
    public async Task Only_the_newest_are_kept_and_numbers_go_on()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open(new SqliteStoreOptions { Path = folder.DatabasePath, KeptChanges = 100 });
        for (var from = 1; from <= 3000; from += 500)
        {
            await store.Write([.. Enumerable.Range(from, 500).Select(number => Change(number, "a", TwinPart.Reported))]);
        }

        var page = store.ReadChanges(new TwinChangeSearch(null, [], 0, 5000));
        Assert.That(page.Newest, Is.EqualTo(3000));
        Assert.That(page.Changes, Has.Count.InRange(100, 100 + 1024 + 500));
        Assert.That(page.Oldest, Is.EqualTo(page.Changes[0].Sequence));
        Assert.That(page.Changes[^1].Sequence, Is.EqualTo(3000));
    }

    [TestCase(0, 300)]
    [TestCase(1, 1)]
    [TestCase(127, 3)]
    [TestCase(128, 3)]
    [TestCase(200, 300)]
    [TestCase(299, 5)]
    [TestCase(300, 5)]
    public async Task A_page_begins_and_ends_anywhere_in_what_was_written_together(int after, int limit)
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await store.Write([.. Enumerable.Range(1, 300).Select(number => Change(number, number % 2 == 0 ? "a" : "b", TwinPart.Tags))]);
        var expected = Enumerable.Range(1, 300).Where(number => number > after).ToArray();
        Assert.That(
            store.ReadChanges(new TwinChangeSearch(null, [], after, limit)).Changes.Select(change => (change.Sequence, change.Row.Version)),
            Is.EqualTo(expected.Take(limit).Select(number => ((long)number, (long)number))));
        Assert.That(
            store.ReadChanges(new TwinChangeSearch("a", [], after, limit)).Changes.Select(change => change.Sequence),
            Is.EqualTo(expected.Where(number => number % 2 == 0).Take(limit)));
    }

    [Test]
    public async Task What_is_too_old_goes()
    {
        using var folder = new StoreFolder();
        using (var store = folder.Open(new SqliteStoreOptions { Path = folder.DatabasePath, KeptChangesFor = TimeSpan.FromSeconds(100) }))
        {
            for (var number = 1; number <= 50; number++)
            {
                await store.Write([Change(number, "a", TwinPart.Tags)]);
            }
        }

        using var later = folder.Open(new SqliteStoreOptions { Path = folder.DatabasePath, KeptChangesFor = TimeSpan.FromSeconds(100) });
        await later.Write([Change(130, "a", TwinPart.Tags)]);
        Assert.That(Versions(later, "a").First(), Is.EqualTo(30), "100 s before");
    }

    [Test]
    public async Task A_change_that_was_not_committed_is_not_told_and_takes_no_number()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await store.Write([Change(1, "a", TwinPart.Tags)]);
        Assert.That(() => store.Write([Change(2, "new", TwinPart.Tags), new Unknown()]), Throws.InstanceOf<StorageException>());
        await store.Write([Change(3, "new", TwinPart.Tags)]);
        Assert.That(
            store.ReadChanges(new TwinChangeSearch(null, [], 0, 10)).Changes.Select(change => (change.Sequence, change.Row.DeviceId, change.Row.Version)),
            Is.EqualTo(new[] { (1L, "a", 1L), (2L, "new", 3L) }));
    }

    [Test]
    public void A_difference_is_kept_short_and_comes_back()
    {
        var (before, after) = (Json.ParseObject("""{"a":1,"b":{"c":"ä","d":2.0},"e":[1]}"""), Json.ParseObject("""{"a":2,"b":{"c":"ä","f":{"g":true}}}"""));
        var text = TwinDiff.Write(TwinPatches.Differences(before, after, TwinPatches.Between(before, after)));
        Assert.That(text, Is.EqualTo("""[["a",1,2],["b.f",null,{"g":true}],["b.d",2.0],["e",[1]]]"""));
        Assert.That(
            TwinDiff.Read(text).ToJsonString(),
            Is.EqualTo("""[{"path":"a","from":1,"to":2},{"path":"b.f","from":null,"to":{"g":true}},{"path":"b.d","from":2.0,"to":null},{"path":"e","from":[1],"to":null}]"""));
    }

    private static StoreChange Change(int number, string deviceId, TwinPart part) => new AppendTwinChange(new TwinChangeRow(
        deviceId, StoreFolder.Start.AddSeconds(number), "olga", TwinOperation.UpdateTwin, part, number, """[["x",1,2]]"""));

    private static IEnumerable<long> Versions(SqliteHubStore store, string? deviceId, params TwinPart[] parts) =>
        store.ReadChanges(new TwinChangeSearch(deviceId, parts, 0, 1000)).Changes.Select(change => change.Row.Version);

    private sealed record Unknown : StoreChange;
}
