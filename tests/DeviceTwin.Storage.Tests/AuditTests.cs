using DeviceTwin.Storage;
using DeviceTwin.Storage.Sqlite;

namespace DeviceTwin.Tests.Storage;

/// <summary>The audit log: newest first, per device or all, bounded.</summary>
public sealed class AuditTests
{
    private static StoreChange Row(int number, string? deviceId) => new StoreChange.AppendAudit(new AuditRow(
        StoreFolder.Start.AddSeconds(number), "olga", deviceId, "twin.patch", $"tags.t{number}", number % 2 == 0 ? null : "1", number));

    [Test]
    public async Task Rows_come_back_newest_first()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await store.Write([Row(1, "a"), Row(2, "b"), Row(3, null), Row(4, "a")]);
        Assert.That(store.ReadAudit(null, 3).Select(row => row.Path), Is.EqualTo(new[] { "tags.t4", "tags.t3", "tags.t2" }));
        var rows = store.ReadAudit("a", 10);
        Assert.That(rows.Select(row => row.Path), Is.EqualTo(new[] { "tags.t4", "tags.t1" }));
        Assert.That(rows[1], Is.EqualTo(new AuditRow(StoreFolder.Start.AddSeconds(1), "olga", "a", "twin.patch", "tags.t1", "1", 1)));
        Assert.That(rows[0].Value, Is.Null);
    }

    [Test]
    public async Task Only_the_newest_are_kept()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open(new SqliteStoreOptions { Path = folder.DatabasePath, KeptAuditRows = 16 });
        await store.Write([.. Enumerable.Range(1, 100).Select(number => Row(number, "a"))]);
        Assert.That(store.ReadAudit("a", 1000).Select(row => row.Version), Is.EqualTo(Enumerable.Range(85, 16).Reverse()));
    }
}
