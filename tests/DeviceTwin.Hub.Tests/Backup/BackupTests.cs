using System.Formats.Tar;
using System.Net;
using System.Runtime.Versioning;
using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.Hub;
using DeviceTwin.Hub.Backup;
using DeviceTwin.Hub.Options;
using DeviceTwin.Hub.Waveforms;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Sqlite;
using DeviceTwin.Storage.Waveforms;
using DeviceTwin.Tests.Hub.Rest;
using DeviceTwin.Tests.Hub.Waveforms;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceTwin.Tests.Hub.Backup;

/// <summary>A backup of the running hub holds one moment, whole; a restore takes all of it or nothing.</summary>
public sealed class BackupTests : RestTests
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("devicetwin-backup-");

    [OneTimeTearDown]
    public void RemoveFolder() => folder.Delete(recursive: true);

    /// <summary>
    /// Each writer goes round its devices and gives each the next number, in two properties at once, when the number before is acknowledged. So at every
    /// moment a writer's numbers say how far it was, and a torn twin or a twin of another moment would show.
    /// </summary>
    [Test]
    public async Task A_restore_under_load_is_the_acknowledged_state_of_one_moment()
    {
        const int Writers = 4;
        const int Devices = 5;
        foreach (var writer in Enumerable.Range(0, Writers))
        {
            foreach (var device in Enumerable.Range(0, Devices))
            {
                await Hub.Register($"load-{writer}-{device}");
            }
        }

        var kept = await Bring("load-0-0", WaveformWorld.Content(1, 500));
        var (acknowledged, begun) = (new int[Writers], new int[Writers]);
        using var end = new CancellationTokenSource();
        var running = new TaskCompletionSource();
        var load = Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (var number = 1; !end.IsCancellationRequested; number++)
            {
                Volatile.Write(ref begun[writer], number);
                await Hub.Fleet.PatchReported(
                    $"load-{writer}-{number % Devices}", new JsonObject { ["a"] = number, ["b"] = new JsonObject { ["c"] = number } }, null, CancellationToken.None);
                Volatile.Write(ref acknowledged[writer], number);
                if (number == 50)
                {
                    running.TrySetResult();
                }
            }
        })).ToArray();
        await running.Task;
        for (var round = 0; round < 3; round++)
        {
            var atLeast = Enumerable.Range(0, Writers).Select(writer => Volatile.Read(ref acknowledged[writer])).ToArray();
            var made = await Make();
            var atMost = Enumerable.Range(0, Writers).Select(writer => Volatile.Read(ref begun[writer])).ToArray();
            var restored = NewFolder();
            Restore.Run(made, restored);
            using var store = Open(restored);
            var twins = store.Load().Twins.ToDictionary(twin => twin.DeviceId);
            for (var writer = 0; writer < Writers; writer++)
            {
                var numbers = Enumerable.Range(0, Devices).Select(device => Number(twins[$"load-{writer}-{device}"].Reported.Properties, "a")).ToArray();
                var last = numbers.Max();
                Assert.That(last, Is.InRange(atLeast[writer], atMost[writer]), "everything acknowledged before, nothing from after");
                for (var device = 0; device < Devices; device++)
                {
                    var twin = twins[$"load-{writer}-{device}"];
                    Assert.That(numbers[device], Is.EqualTo(last - ((last - device) % Devices + Devices) % Devices is > 0 and var expected ? expected : 0), "of the same moment");
                    Assert.That(Number(twin.Reported.Properties["b"], "c"), Is.EqualTo(numbers[device]), "not torn");
                    Assert.That(twin.Reported.Version, Is.EqualTo(1 + (numbers[device] + Devices - (device == 0 ? Devices : device)) / Devices), "and with its version");
                }
            }

            Assert.That(new WaveformFiles(Path.Combine(restored, "waveforms")).Read(kept, 500), Is.EqualTo(WaveformWorld.Content(1, 500)));
        }

        await end.CancelAsync();
        await Task.WhenAll(load);
    }

    [Test]
    public async Task A_hub_starts_on_what_was_restored_with_the_same_authority_and_keys()
    {
        await Hub.Register("comes-back");
        var sha256 = await Bring("comes-back", WaveformWorld.Content(2));
        var made = await Make();
        var restored = NewFolder();
        Restore.Run(made, restored);
        Assert.That(await File.ReadAllTextAsync(Path.Combine(restored, "ca.pem")), Is.EqualTo(await File.ReadAllTextAsync(Hub.AuthorityFile)));
        await using var hub = HubApplication.Create(HubFixture.Options(restored));
        await hub.Start(CancellationToken.None);
        using var http = new HttpClient { BaseAddress = new Uri(hub.HttpUrl) };
        Assert.That(await http.GetByteArrayAsync($"/api/v1/waveforms/{sha256}?format=raw"), Is.EqualTo(WaveformWorld.Content(2)));
        Assert.That((string?)JsonNode.Parse(await http.GetStringAsync("/devices/comes-back"))!["deviceId"], Is.EqualTo("comes-back"));
    }

    [Test]
    public async Task A_backup_is_told_listed_fetched_and_noted()
    {
        await Hub.Register("told");
        Directory.CreateDirectory(Path.Combine(Hub.Folder, "audit"));
        await File.WriteAllTextAsync(Path.Combine(Hub.Folder, "audit", "audit-1-9.ndjson"), "{}\n");
        var (response, body) = await Hub.Send(HttpMethod.Post, "/api/v1/backup?keys=false", null, null, ("X-DeviceTwin-Author", "chief"));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        Assert.That(((int?)body!["schemaVersion"], (bool?)body["keys"]), Is.EqualTo((4, false)));
        var name = (string)body["name"]!;
        Assert.That(((JsonArray)await Hub.Get("/api/v1/backup")).Select(backup => (string?)backup!["name"]), Does.Contain(name));
        var fetched = await Hub.Http.GetByteArrayAsync($"/api/v1/backup/{name}");
        Assert.That(fetched, Is.EqualTo(await File.ReadAllBytesAsync((string)body["file"]!)));
        Assert.That(Entries(fetched).Keys, Does.Not.Contain("ca-key.pem").And.Contain("hub.db").And.Contain("audit/audit-1-9.ndjson"), "the archive of the audit log is in no database");
        var noted = ((JsonArray)await Hub.Get("/api/v1/audit"))[0]!;
        Assert.That(((string?)noted["action"], (string?)noted["path"], (string?)noted["author"]), Is.EqualTo(("backup.create", name, "rest/chief")));
        AssertRefused(await Hub.Send(HttpMethod.Get, "/api/v1/backup/..%2Fhub.db"), HttpStatusCode.NotFound, "BackupNotFound", 404581);
        AssertRefused(await Hub.Send(HttpMethod.Post, "/api/v1/backup?keys=some"), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "true or false");
        Assert.That(Directory.GetFiles(Path.Combine(Hub.Folder, "backups")).Select(Path.GetExtension), Is.All.EqualTo(".tar"), "nothing is left over");
    }

    [Test, Platform(Exclude = "Win"), UnsupportedOSPlatform("windows")]
    public async Task A_backup_is_for_its_owner_only()
    {
        Assert.That(File.GetUnixFileMode(await Make()), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public async Task A_folder_that_is_not_empty_is_left_alone()
    {
        var restored = NewFolder();
        Directory.CreateDirectory(restored);
        await File.WriteAllTextAsync(Path.Combine(restored, "mine"), "x");
        AssertFails(await Make(), restored, ExitCode.FolderNotEmpty, "is not empty");
        Assert.That(Directory.GetFileSystemEntries(restored), Has.Length.EqualTo(1));
    }

    /// <summary>Cut at any place, or with any byte turned, a backup is refused and nothing is left in the folder.</summary>
    [Test]
    public async Task A_damaged_backup_is_refused_whole([Range(1, 12)] int seed)
    {
        await Bring(await Registered("damage"), WaveformWorld.Content(3, 400));
        var bytes = await File.ReadAllBytesAsync(await Make());
        var whole = Entries(bytes);
        var random = new Random(seed);
        var bad = Path.Combine(folder.FullName, $"bad-{seed}.tar");
        if (seed % 2 == 0)
        {
            // Anywhere but in the zeros at the end, which mean nothing.
            var manifest = bytes.AsSpan().LastIndexOf("\"files\""u8);
            bytes[random.Next(manifest)] ^= 0x55;
        }
        else
        {
            bytes = bytes[..random.Next(bytes.Length - 2048)];
        }

        await File.WriteAllBytesAsync(bad, bytes);
        var restored = NewFolder();
        try
        {
            Restore.Run(bad, restored);

            // A byte of a header that says nothing of the content (a time, an owner) may turn unnoticed.
            Assert.That(await File.ReadAllBytesAsync(Path.Combine(restored, "hub.db")), Is.EqualTo(whole["hub.db"]));
        }
        catch (StartException refusal)
        {
            Assert.That(refusal.Code, Is.EqualTo(ExitCode.BackupUnusable), refusal.Message);
            Assert.That(Directory.Exists(restored) ? Directory.GetFileSystemEntries(restored) : [], Is.Empty);
        }
    }

    [TestCase("../evil", "holds '../evil'")]
    [TestCase("/tmp/evil", "holds '/tmp/evil'")]
    [TestCase("a/../../evil", "which no backup does")]
    [TestCase("extra", "'extra' is missing in it or is not what its manifest says")]
    public async Task A_file_that_no_backup_holds_is_refused(string name, string sentence)
    {
        var entries = Entries(await File.ReadAllBytesAsync(await Make()));
        AssertFails(Tar(entries.Prepend(KeyValuePair.Create(name, "evil"u8.ToArray()))), NewFolder(), ExitCode.BackupUnusable, sentence);
    }

    [Test]
    public async Task A_link_is_refused()
    {
        var path = Path.Combine(folder.FullName, "link.tar");
        await using (var tar = new TarWriter(File.Create(path)))
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.SymbolicLink, "hub.db") { LinkName = "/etc/passwd" });
        }

        AssertFails(path, NewFolder(), ExitCode.BackupUnusable, "holds 'hub.db', which no backup does");
    }

    [Test]
    public async Task What_the_manifest_says_is_checked()
    {
        var entries = Entries(await File.ReadAllBytesAsync(await Make()));
        var manifest = Encoding.UTF8.GetString(entries["manifest.json"]);
        Check("changed database", "'hub.db' is missing in it or is not what", entry => entry["hub.db"][5000] ^= 1);
        Check("lost database", "'hub.db' is missing", entry => entry.Remove("hub.db"));
        Check("lost manifest", "its manifest is missing", entry => entry.Remove("manifest.json"));
        Check("future format", "it has format 9", entry => entry["manifest.json"] = Encoding.UTF8.GetBytes(manifest.Replace("\"format\": 1", "\"format\": 9")));
        Check("no manifest", "damaged, cut off or no backup", entry => entry["manifest.json"] = "[]"u8.ToArray());
        AssertFails(Path.Combine(folder.FullName, "nowhere.tar"), NewFolder(), ExitCode.BackupUnusable, "cannot be restored");

        void Check(string what, string sentence, Action<Dictionary<string, byte[]>> change)
        {
            var copy = entries.ToDictionary(entry => entry.Key, entry => (byte[])entry.Value.Clone());
            change(copy);
            TestContext.Out.WriteLine(what);
            AssertFails(Tar(copy), NewFolder(), ExitCode.BackupUnusable, sentence);
        }
    }

    /// <summary>A manifest can be made to fit; the database still has to be sound, ours, and no newer than the hub.</summary>
    [Test]
    public async Task The_database_itself_is_examined()
    {
        var path = await Make();
        var file = Path.Combine(folder.FullName, "newer.db");
        await File.WriteAllBytesAsync(file, Entries(await File.ReadAllBytesAsync(path))["hub.db"]);
        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={file};Pooling=False"))
        {
            connection.Open();
            await using var command = connection.CreateCommand();
            command.CommandText = "UPDATE schema_version SET version = 99";
            command.ExecuteNonQuery();
        }

        AssertFails(WithDatabase(await File.ReadAllBytesAsync(file)), NewFolder(), ExitCode.BackupUnusable, "has schema 99");
        var broken = await File.ReadAllBytesAsync(file);
        Array.Fill(broken, (byte)0x5A, 4096, broken.Length - 4096);
        AssertFails(WithDatabase(broken), NewFolder(), ExitCode.BackupUnusable, "500101");
        AssertFails(WithDatabase("no database"u8.ToArray()), NewFolder(), ExitCode.BackupUnusable, "500101");

        string WithDatabase(byte[] database)
        {
            var manifest = new BackupManifest(
                1, "x", default, 2, 0, 0, false, [], [new BackupFile("hub.db", database.Length, WaveformFiles.HashOf(database))]);
            return Tar([KeyValuePair.Create("hub.db", database), KeyValuePair.Create("manifest.json", manifest.Write())]);
        }
    }

    [Test]
    public void An_interrupted_restore_is_not_taken_for_a_new_beginning()
    {
        var half = NewFolder();
        Directory.CreateDirectory(Path.Combine(half, ".restoring"));
        Assert.That(() => HubApplication.Create(HubFixture.Options(half)), Throws.InstanceOf<StartException>()
            .With.Property("Code").EqualTo(ExitCode.DataUnreadable).And.Message.Contains("was interrupted"));
    }

    [Test]
    public async Task The_folder_of_a_stopped_hub_is_backed_up_without_one()
    {
        var (data, target) = (NewFolder(), NewFolder());
        await using (var hub = HubApplication.Create(HubFixture.Options(data)))
        {
            await hub.Services.GetRequiredService<DeviceTwin.Hub.Fleet.IFleet>().PutIdentity(
                new DeviceIdentity("stopped", "", "", true, "", "", default), null, "test", CancellationToken.None);
            Assert.That(() => OfflineBackup.Run(HubFixture.Options(data) with { BackupTo = target }), Throws.InstanceOf<StartException>()
                .With.Property("Code").EqualTo(ExitCode.DataFolderInUse));
        }

        var made = OfflineBackup.Run(HubFixture.Options(data) with { BackupTo = target })!;
        var restored = NewFolder();
        var told = OfflineBackup.Run(HubFixture.Options(restored) with { Restore = (string)made["file"]! })!;
        Assert.That(((int?)told["devices"], (string?)told["restored"]), Is.EqualTo((1, restored)));
        Assert.That(OfflineBackup.Run(HubFixture.Options(data)), Is.Null, "nothing is asked: a hub is to be started");
        Assert.That(() => OfflineBackup.Run(HubFixture.Options(NewFolder()) with { BackupTo = target }), Throws.InstanceOf<StartException>()
            .With.Property("Code").EqualTo(ExitCode.BackupUnusable));
    }

    private static void AssertFails(string backup, string folder, ExitCode code, string sentence) =>
        Assert.That(() => Restore.Run(backup, folder), Throws.InstanceOf<StartException>().With.Property("Code").EqualTo(code).And.Message.Contains(sentence));

    private static int Number(JsonNode? node, string name) => node?[name] is { } value ? int.Parse(value.ToJsonString()) : 0;

    private static SqliteHubStore Open(string folder) => SqliteHubStore.Open(new SqliteStoreOptions { Path = Path.Combine(folder, "hub.db") });

    private static Dictionary<string, byte[]> Entries(byte[] backup)
    {
        var entries = new Dictionary<string, byte[]>();
        using var tar = new TarReader(new MemoryStream(backup));
        while (tar.GetNextEntry() is { } entry)
        {
            using var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            entries.Add(entry.Name, content.ToArray());
        }

        return entries;
    }

    private string Tar(IEnumerable<KeyValuePair<string, byte[]>> entries)
    {
        var path = Path.Combine(folder.FullName, $"{Guid.NewGuid():N}.tar");
        using var tar = new TarWriter(File.Create(path));
        foreach (var (name, content) in entries)
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
        }

        return path;
    }

    private string NewFolder() => Path.Combine(folder.FullName, Guid.NewGuid().ToString("N"));

    private async Task<string> Make() => (string)(await Hub.Send(HttpMethod.Post, "/api/v1/backup")).Body!["file"]!;

    private async Task<string> Registered(string deviceId)
    {
        await Hub.Register(deviceId);
        return deviceId;
    }

    private async Task<string> Bring(string deviceId, byte[] content)
    {
        await Hub.Fleet.AppendTelemetry(
            new TelemetryMessage(deviceId, DateTimeOffset.UtcNow, WaveformWorld.Properties(content, 0), content), CancellationToken.None);
        var sha256 = WaveformFiles.HashOf(content);
        await Hub.Services.GetRequiredService<WaveformKeeper>().Verify(deviceId, sha256);
        return sha256;
    }
}
