using DeviceTwin.Storage;
using DeviceTwin.Storage.Audit;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Tests.Storage;

/// <summary>The audit log: it only grows, and every row can be found.</summary>
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
    public async Task Nothing_is_forgotten()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await store.Write([.. Enumerable.Range(1, 1000).Select(number => Row(number, "a"))]);
        Assert.That(store.AuditExtent(), Is.EqualTo(new AuditExtent(1, 1000, 1000)));
    }

    [TestCase("UPDATE audit SET author = 'nobody' WHERE id = 2", "never changed")]
    [TestCase("DELETE FROM audit WHERE id = 2", "by an archive alone")]
    [TestCase("DELETE FROM audit", "by an archive alone")]
    [TestCase("INSERT OR REPLACE INTO audit(id, at, author, action) VALUES(2, 0, 'nobody', 'twin.patch')", "never written over another")]
    public async Task No_program_can_rewrite_it(string sql, string refusal)
    {
        using var folder = new StoreFolder();
        using (var store = folder.Open())
        {
            await store.Write([Row(1, "a"), Row(2, "b"), Row(3, null)]);
        }

        using (var connection = new SqliteConnection($"Data Source={folder.DatabasePath};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            Assert.That(() => command.ExecuteNonQuery(), Throws.InstanceOf<SqliteException>().With.Message.Contains(refusal));
        }

        using var again = folder.Open();
        Assert.That(again.ReadAudit(null, 10).Select(row => row.Path), Is.EqualTo(new[] { "tags.t3", "tags.t2", "tags.t1" }));
    }

    [Test]
    public async Task Rows_leave_by_retirement_and_their_numbers_are_not_used_again()
    {
        using var folder = new StoreFolder();
        using (var store = folder.Open())
        {
            await store.Write([Row(1, "a"), Row(2, "b"), Row(3, null)]);
            await store.Write([new AuditChange.Retire(3), Row(4, "a")]);
            Assert.That(store.AuditExtent(), Is.EqualTo(new AuditExtent(4, 4, 1)));
        }

        using var again = folder.Open();
        await again.Write([new AuditChange.Retire(4)]);
        await again.Write([Row(5, "a")]);
        Assert.That(again.ReadAudit(new AuditQuery()).Single().Id, Is.EqualTo(5));
    }

    [Test]
    public async Task Rows_are_found_by_device_author_action_and_time()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        AuditRow New(int second, string author, string? device, string action) => new(StoreFolder.Start.AddSeconds(second), author, device, action, null, null, null);
        await store.Write(
        [
            new StoreChange.AppendAudit(New(1, "ann", "a", "twin.patch")),
            new StoreChange.AppendAudit(New(2, "bob", "a", "twin.replace")),
            new StoreChange.AppendAudit(New(3, "ann", "b", "identity.create")),
            new StoreChange.AppendAudit(New(4, "ann", null, "twinned")),
        ]);
        long[] Found(AuditQuery query) => [.. store.ReadAudit(query).Select(entry => entry.Id)];
        Assert.That(Found(new AuditQuery()), Is.EqualTo(new[] { 4, 3, 2, 1 }));
        Assert.That(Found(new AuditQuery(DeviceId: "a")), Is.EqualTo(new[] { 2, 1 }));
        Assert.That(Found(new AuditQuery(Author: "ann")), Is.EqualTo(new[] { 4, 3, 1 }));
        Assert.That(Found(new AuditQuery(Action: "twin.patch")), Is.EqualTo(new[] { 1 }));
        Assert.That(Found(new AuditQuery(Action: "twin.")), Is.EqualTo(new[] { 2, 1 }), "a group");
        Assert.That(Found(new AuditQuery(From: StoreFolder.Start.AddSeconds(2), To: StoreFolder.Start.AddSeconds(4))), Is.EqualTo(new[] { 3, 2 }));
        Assert.That(Found(new AuditQuery(Limit: 2)), Is.EqualTo(new[] { 4, 3 }));
        Assert.That(Found(new AuditQuery(Limit: 2, Before: 3)), Is.EqualTo(new[] { 2, 1 }), "the next page");
        Assert.That(Found(new AuditQuery(Limit: 2, After: 1)), Is.EqualTo(new[] { 2, 3 }), "an export goes forward");
    }

    [Test]
    public void A_row_is_always_the_same_bytes()
    {
        var entry = new AuditEntry(7, new AuditRow(StoreFolder.Start.AddTicks(1), "ann", "düse", "twin.patch", "tags.a", """{"b":1.0,"a":"ä"}""", null));
        Assert.That(entry.Canonical(), Is.EqualTo(
            """{"id":7,"at":"2026-11-22T08:00:00.0000001Z","author":"ann","deviceId":"düse","action":"twin.patch","path":"tags.a","value":{"b":1.0,"a":"ä"},"version":null}"""));
    }
}
