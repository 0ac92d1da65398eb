using System.Security.Cryptography;
using DeviceTwin.Hub;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Audit;
using DeviceTwin.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceTwin.Tests.Hub.Access;

/// <summary>Rows leave the audit log into a file, never into nothing.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class AuditArchiveTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("devicetwin-audit-");
    private readonly ManualTime time = new();
    private readonly SqliteHubStore store;
    private readonly AuditArchive archive;

    public AuditArchiveTests()
    {
        var options = new SqliteStoreOptions { Path = Path.Combine(folder.FullName, "hub.db") };
        store = SqliteHubStore.Open(options);
        archive = new AuditArchive(store, new FleetOptions { Store = options }, time, NullLogger<AuditArchive>.Instance);
    }

    public void Dispose()
    {
        store.Dispose();
        folder.Delete(recursive: true);
    }

    [Test]
    public async Task Old_rows_are_moved_to_a_file_whose_hash_is_in_the_log()
    {
        await Write(2500);
        time.Advance(TimeSpan.FromDays(40));
        await Write(3);
        var lines = store.ReadAudit(new AuditQuery(After: 0, Limit: 2500)).Select(entry => entry.Line()).ToArray();
        var archived = (await archive.Archive(time.GetUtcNow().AddDays(-31), "ann"))!;
        Assert.That((archived.First, archived.Last, archived.Rows, archived.File), Is.EqualTo((1L, 2500L, 2500L, "audit-0000000001-0000002500.ndjson")));
        var file = Path.Combine(folder.FullName, "audit", archived.File);
        Assert.That(await File.ReadAllLinesAsync(file), Is.EqualTo(lines));
        Assert.That(Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(file))), Is.EqualTo(archived.Sha256));
        Assert.That(store.AuditExtent(), Is.EqualTo(new AuditExtent(2501, 2504, 4)));
        var last = store.ReadAudit(new AuditQuery(Limit: 1)).Single().Row;
        Assert.That((last.Author, last.Action), Is.EqualTo(("ann", "audit.archive")));
        Assert.That(last.Value, Does.Contain(archived.Sha256).And.Contain("\"last\":2500"));
        Assert.That(last.Value, Does.Contain(archived.Hash), "and where the log goes on");
        Assert.That(AuditChain.Verify(AuditHead.Beginning, lines.Select(AuditEntry.FromLine)), Is.EqualTo(new AuditProof(AuditHead.Beginning, new AuditHead(2500, archived.Hash!), 2500, null)));
        Assert.That((store.VerifyAudit().Flaw, store.VerifyAudit().Anchor), Is.EqualTo((default(AuditFlaw), new AuditHead(2500, archived.Hash!))));
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }
    }

    [Test]
    public async Task What_is_young_stays_whoever_asks()
    {
        await Write(1);
        Assert.That((await Assert.ThrowsAsync<HubException>(() => archive.Archive(time.GetUtcNow(), "ann")))!.Error, Is.EqualTo(HubError.ArgumentInvalid));
        Assert.That(await archive.Archive(time.GetUtcNow().AddDays(-31), "ann"), Is.Null);
        Assert.That(store.AuditExtent().Rows, Is.EqualTo(1));
    }

    [Test]
    public async Task A_clock_that_was_set_back_takes_no_later_row_along()
    {
        await Write(1);
        time.Advance(TimeSpan.FromDays(100));
        await Write(1);
        await Write(1, at: time.GetUtcNow().AddDays(-90));
        var archived = (await archive.Archive(time.GetUtcNow().AddDays(-31), "ann"))!;
        Assert.That(archived.Last, Is.EqualTo(1), "row 3 says it is old, but came after row 2");
    }

    [Test]
    public async Task Where_the_file_cannot_be_written_nothing_is_removed()
    {
        await Write(5);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "audit"), "a file where the folder should be");
        time.Advance(TimeSpan.FromDays(40));
        Assert.That((await Assert.ThrowsAsync<HubException>(() => archive.Archive(time.GetUtcNow().AddDays(-31), "ann")))!.Error, Is.EqualTo(HubError.ServiceUnavailable));
        Assert.That(store.AuditExtent().Rows, Is.EqualTo(5));
    }

    private Task Write(int rows, DateTimeOffset? at = null) => store.Write([.. Enumerable.Range(1, rows).Select(number =>
        new StoreChange.AppendAudit(new AuditRow(at ?? time.GetUtcNow(), "olga", "d", "twin.patch", $"tags.t{number}", "1", number)))]);
}
