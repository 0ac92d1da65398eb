using DeviceTwin.Storage;
using DeviceTwin.Storage.Audit;
using DeviceTwin.Storage.Sqlite;
using DeviceTwin.Storage.Waveforms;
using DeviceTwin.Tests.Storage.Waveforms;

namespace DeviceTwin.Tests.Storage.Dumps;

/// <summary>
/// A hub opens what an older hub left behind. The dumps are those of hubs as they were at their time: schema 1 was written by that hub's own
/// REST and MQTT, later ones by <see cref="Write_the_dump_of_the_present_schema"/>.
/// </summary>
public sealed class MigrationTests
{
    private const int FirstChained = 3;

    /// <summary>Every dump that is kept.</summary>
    private static IEnumerable<int> Schemas => Enumerable.Range(1, 99).Where(schema => File.Exists(SqlDump.PathOf(schema)));

    /// <summary>Hubs whose audit log had no chain yet.</summary>
    private static IEnumerable<int> Unchained => Schemas.Where(schema => schema < FirstChained);

    /// <summary>Hubs that chained it themselves.</summary>
    private static IEnumerable<int> Chained => Schemas.Where(schema => schema >= FirstChained);

    [TestCaseSource(nameof(Schemas))]
    public void Everything_of_an_older_hub_is_there(int schema)
    {
        using var folder = Load(schema);
        using var store = folder.Open();
        var fleet = store.Load();
        Assert.That(fleet.Identities.Select(identity => (identity.DeviceId, identity.Enabled)), Is.SupersetOf(new[] { ("press-1", true), ("press-2", true), ("pump-7", true), ("spare", false) }));
        var key = fleet.Identities.First(identity => identity.DeviceId == "press-1").PrimaryKey;
        Assert.That(key, Is.EqualTo("cHJpbWFyeS1rZXktMTIzNA=="));

        var twin = fleet.Twins.First(twin => twin.DeviceId == "press-1");
        Assert.That((twin.ModelId, (string?)twin.Tags["note"]), Is.EqualTo(("dtmi:com:devicetwin:vibrationNode;1", "Größe €")));
        Assert.That(twin.Desired.Properties["detection"]!["velocityLimitUmPerSecond"]!.ToJsonString(), Is.EqualTo("7100"));
        Assert.That((twin.Desired.Version, twin.Reported.Version), Is.EqualTo((5L, 2L)));
        Assert.That(twin.Desired.ToJson(true)["$metadata"]!["detection"]!["velocityLimitUmPerSecond"]!["$lastUpdatedVersion"], Is.Not.Null);
        Assert.That(twin.Reported.Properties["detection"]!["velocityLimitUmPerSecond"]!["ac"]!.ToJsonString(), Is.EqualTo("200"));
        Assert.That(twin.Applied.Keys, Is.EquivalentTo(new[] { "reporting.spectrum", "sampling.intervalSeconds" }));

        Assert.That(fleet.Sessions.Select(session => session.DeviceId), Is.SupersetOf(new[] { "press-1", "pump-7" }));
        Assert.That(fleet.Sessions[0].Subscriptions["$iothub/twin/res/#"], Is.EqualTo(1));
        Assert.That(fleet.Configurations.Select(configuration => (configuration.Id, configuration.Priority)), Is.SupersetOf(new[] { ("all", 1), ("line-a", 5) }));
        Assert.That(fleet.Configurations.First(configuration => configuration.Id == "line-a").Labels["owner"], Is.EqualTo("maintenance"));
        Assert.That((fleet.Counters["telemetry"], fleet.Counters["reportedPatches"], fleet.Counters["desiredPatches"]), Is.EqualTo((8L, 2L, 9L)));

        Assert.That(store.ReadTelemetry("press-1", "features", 10).Select(message => message.Properties["$.ct"]), Is.EqualTo(Enumerable.Repeat("application/json", 5)));
        Assert.That(store.ReadTelemetry("pump-7", null, 10).Select(message => System.Text.Encoding.UTF8.GetString(message.Body.Span)), Is.EqualTo(new[] { "qos0", "plain text, no JSON" }));
        Assert.That(store.ReadAudit(null, 1000), Has.Count.GreaterThanOrEqualTo(25));
        Assert.That(store.ReadAudit("press-1", 100)[0].Author, Is.EqualTo("configuration/all"));
    }

    [TestCaseSource(nameof(Unchained))]
    public async Task The_audit_log_of_an_older_hub_is_chained_and_goes_on(int schema)
    {
        using var folder = Load(schema);

        // As an archive of the older hub left it: its log begins behind.
        SqlDump.Execute(folder.DatabasePath, "DELETE FROM audit WHERE id <= 3");
        using var store = folder.Open();
        var (extent, proof) = (store.AuditExtent(), store.VerifyAudit());
        Assert.That((proof.Flaw, proof.Rows, proof.Anchor.Id, proof.Head.Id), Is.EqualTo((default(AuditFlaw), extent.Rows, 3L, extent.Last)));
        await store.Write([new StoreChange.AppendAudit(new AuditRow(StoreFolder.Start, "ann", null, "twin.patch", null, null, null))]);
        Assert.That((store.VerifyAudit().Flaw, store.VerifyAudit().Rows), Is.EqualTo((default(AuditFlaw), extent.Rows + 1)));
    }

    [TestCaseSource(nameof(Chained))]
    public async Task The_chain_of_an_older_hub_is_proven_and_goes_on(int schema)
    {
        using var folder = Load(schema);
        using var store = folder.Open();
        var rows = store.VerifyAudit().Rows;
        Assert.That((store.VerifyAudit().Flaw, rows), Is.EqualTo((default(AuditFlaw), store.AuditExtent().Rows)));
        await store.Write([new StoreChange.AppendAudit(new AuditRow(StoreFolder.Start, "ann", null, "twin.patch", null, null, null))]);
        Assert.That((store.VerifyAudit().Flaw, store.VerifyAudit().Rows), Is.EqualTo((default(AuditFlaw), rows + 1)));
    }

    [TestCaseSource(nameof(Schemas))]
    public async Task And_the_hub_goes_on_with_it(int schema)
    {
        using var folder = Load(schema);
        var content = Samples.Content(3, 20);
        using (var store = folder.Open())
        {
            await StoreFolder.Send(store, "press-1", "features", 1);
            await store.Write([new StoreChange.PutIdentity(StoreFolder.Identity("fresh")), new StoreChange.PutTwin(StoreFolder.Twin("fresh")), new StoreChange.DeleteDevice("pump-7")]);
            await Samples.Send(store, Samples.Head(content), content, 0, 20);
        }

        using var again = folder.Open();
        Assert.That(again.Load().Identities.Select(identity => identity.DeviceId), Does.Contain("fresh").And.Not.Contain("pump-7"));
        Assert.That(again.ReadTelemetry("press-1", "features", 10), Has.Count.EqualTo(6));
        Assert.That(again.ReadWholeUpload("press-1", Samples.Head(content).Sha256)!.Value.Content, Is.EqualTo(content));
    }

    [TestCaseSource(nameof(Schemas))]
    public void So_is_what_came_with_the_subjects_of_schema_2(int schema)
    {
        Assume.That(schema, Is.GreaterThanOrEqualTo(2), "schema 1 has none of them");
        using var folder = Load(schema);
        using var store = folder.Open();
        EverySubject.Check(store);
    }

    [TestCaseSource(nameof(Schemas))]
    public async Task Devices_of_an_older_hub_take_modules(int schema)
    {
        using var folder = Load(schema);
        using (var store = folder.Open())
        {
            Assert.That(store.Load().Modules, schema >= 4 ? Is.Not.Empty : Is.Empty);
            await EverySubject.WriteModule(store, "press-2");
        }

        using var again = folder.Open();
        EverySubject.CheckModule(again, "press-2");
    }

    [TestCaseSource(nameof(Schemas))]
    public void So_is_what_came_with_the_service_side_of_schema_4(int schema)
    {
        Assume.That(schema, Is.GreaterThanOrEqualTo(4), "older schemas have none");
        using var folder = Load(schema);
        using var store = folder.Open();
        EverySubject.CheckServiceSide(store);
    }

    [Test]
    public async Task A_dump_of_the_present_schema_would_have_something_of_every_subject()
    {
        // On the first dump: the next ones have some of it already.
        using var folder = Load(1);
        using (var store = folder.Open())
        {
            await EverySubject.Write(store);
        }

        using var again = folder.Open();
        EverySubject.Check(again);
        EverySubject.CheckEvidenceAndChanges(again);
        EverySubject.CheckServiceSide(again);
    }

    [TestCaseSource(nameof(Schemas))]
    public void So_is_what_came_with_the_subjects_of_schema_3(int schema)
    {
        Assume.That(schema, Is.GreaterThanOrEqualTo(3), "schemas 1 and 2 have none of them");
        using var folder = Load(schema);
        using var store = folder.Open();
        EverySubject.CheckEvidenceAndChanges(store);
    }

    /// <summary>Going back: the older hub with the copy it left.</summary>
    [Test]
    public async Task The_database_as_the_older_hub_left_it_stays_beside_the_new_one()
    {
        using var folder = Load(1);
        var before = SqlDump.Write(folder.DatabasePath, "");
        using (var store = folder.Open())
        {
            await store.Write([new StoreChange.DeleteDevice("press-1")]);
        }

        Assert.That(SqlDump.Write(folder.DatabasePath + ".schema-1", ""), Is.EqualTo(before), "whole, and untouched by what came after");
        Assert.That(File.Exists(folder.DatabasePath + ".schema-1-wal"), Is.False, "one file");
        File.Delete(folder.DatabasePath + ".schema-1");
        folder.Open().Dispose();
        Assert.That(folder.DatabasePath + ".schema-1", Does.Not.Exist, "what is up to date is not copied");
    }

    [Test]
    public void Changes_that_were_only_in_the_log_are_in_the_copy()
    {
        using var folder = Load(1);
        SqlDump.Execute(folder.DatabasePath, "PRAGMA journal_mode=WAL");
        using var older = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={folder.DatabasePath};Pooling=False");
        older.Open();
        using (var command = older.CreateCommand())
        {
            command.CommandText = "PRAGMA wal_autocheckpoint=0; UPDATE counters SET value = 4711 WHERE name = 'telemetry'";
            command.ExecuteNonQuery();
        }

        // The older process dies: its log stays.
        foreach (var suffix in new[] { "", "-wal" })
        {
            using var from = new FileStream(folder.DatabasePath + suffix, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var to = new FileStream(folder.InFolder("crashed.db") + suffix, FileMode.Create);
            from.CopyTo(to);
        }

        using var store = folder.Open(new SqliteStoreOptions { Path = folder.InFolder("crashed.db") });
        Assert.That(store.Load().Counters["telemetry"], Is.EqualTo(4711));
        Assert.That(SqlDump.Write(folder.InFolder("crashed.db.schema-1"), ""), Does.Contain("VALUES('telemetry',4711)"));
    }

    /// <summary>A table of the new schema is in the way: the last of its statements fail after the first have run.</summary>
    [Test]
    public void A_migration_that_fails_leaves_the_old_database_as_it_was()
    {
        using var folder = Load(1);
        SqlDump.Execute(folder.DatabasePath, "CREATE TABLE waveform_discards(mine TEXT); INSERT INTO waveform_discards VALUES('x')");
        var before = SqlDump.Write(folder.DatabasePath, "");
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var refusal = Assert.Throws<StorageException>(() => folder.Open());
            Assert.That(refusal!.Message, Does.Contain("waveform_discards"));
            Assert.That(SqlDump.Write(folder.DatabasePath, ""), Is.EqualTo(before));
        }

        SqlDump.Execute(folder.DatabasePath, "DROP TABLE waveform_discards");
        using var store = folder.Open();
        Assert.That(store.Load().Identities, Has.Count.EqualTo(4), "once the cause is gone it works");
    }

    [Test]
    public void An_older_hub_refuses_a_newer_database_and_leaves_it_alone()
    {
        using var folder = Load(1);
        SqlDump.Execute(folder.DatabasePath, "UPDATE schema_version SET version = 99");
        var before = SqlDump.Write(folder.DatabasePath, "");
        var refusal = Assert.Throws<StorageException>(() => folder.Open());
        Assert.That(refusal!.Error, Is.EqualTo(StorageError.TooNew));
        Assert.That(SqlDump.Write(folder.DatabasePath, ""), Is.EqualTo(before));
        Assert.That(Directory.GetFiles(Path.GetDirectoryName(folder.DatabasePath)!, "*.schema-*"), Is.Empty);
    }

    [Test]
    public void The_dump_of_a_dump_is_the_same()
    {
        using var folder = Load(1);
        var first = SqlDump.Write(folder.DatabasePath, "");
        SqlDump.Load(first, folder.InFolder("second.db"));
        Assert.That(SqlDump.Write(folder.InFolder("second.db"), ""), Is.EqualTo(first));
    }

    /// <summary>A table that changed after its schema was closed would be missed by every hub that has it already.</summary>
    [Test]
    public void A_closed_schema_does_not_change()
    {
        using var old = Load(Schemas.Max());
        old.Open().Dispose();
        using var fresh = new StoreFolder();
        fresh.Open().Dispose();
        Assert.That(Tables(fresh), Is.EqualTo(Tables(old)));

        static string[] Tables(StoreFolder folder) =>
            [.. SqlDump.Write(folder.DatabasePath, "").Split('\n').Where(line => line.StartsWith("CREATE ", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }

    [TestCaseSource(nameof(Schemas))]
    public void Dumps_stay_small(int schema) => Assert.That(new FileInfo(SqlDump.PathOf(schema)).Length, Is.LessThan(60 * 1024));

    /// <summary>
    /// By hand, when the work on a schema is closed: <c>dotnet test tests/DeviceTwin.Storage.Tests --filter "Name~Write_the_dump"</c>. The file is the
    /// first dump, migrated, with something of every subject in it; commit it.
    /// </summary>
    [Test, Explicit("Writes Dumps/schema-N.sql; by hand, when a schema is closed.")]
    public async Task Write_the_dump_of_the_present_schema()
    {
        using var folder = Load(1);
        using (var store = folder.Open())
        {
            await EverySubject.Write(store);
        }

        var sql = SqlDump.Write(folder.DatabasePath, "What a hub of this schema leaves behind: the first dump, migrated, with something of every subject.");
        var schema = SqliteBackup.Examine(folder.DatabasePath).SchemaVersion;
        await File.WriteAllTextAsync(SqlDump.PathOf(schema), sql);
        TestContext.Out.WriteLine($"{SqlDump.PathOf(schema)}: {sql.Length} characters");
    }

    private static StoreFolder Load(int schema)
    {
        var folder = new StoreFolder();
        SqlDump.Load(File.ReadAllText(SqlDump.PathOf(schema)), folder.DatabasePath);
        return folder;
    }
}
