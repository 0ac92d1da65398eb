using System.Formats.Tar;
using System.Text.Json.Nodes;
using DeviceTwin.Cli;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Audit;
using DeviceTwin.Storage.Sqlite;
using DeviceTwin.Tests.Cli.Detection;

namespace DeviceTwin.Tests.Cli.Audit;

/// <summary><c>dtwin audit</c> on files: archives, databases, backups.</summary>
[NonParallelizable]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class AuditTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dtwin-audit-test-");

    public void Dispose() => folder.Delete(recursive: true);

    [Test]
    public async Task Archives_and_a_database_are_proven_as_one_log()
    {
        var lines = await Write();
        File.WriteAllLines(InFolder("one.ndjson"), lines[..3]);
        File.WriteAllLines(InFolder("two.ndjson"), lines[3..5]);
        var run = Tool.Run("audit", "verify", InFolder("one.ndjson"), InFolder("two.ndjson"), InFolder("hub.db"), "--json");
        Assert.That(run.Code, Is.Zero, run.Talk);
        var proof = JsonNode.Parse(run.Output)!;
        Assert.That(((bool)proof["intact"]!, (long)proof["rows"]!, (long)proof["head"]!["id"]!), Is.EqualTo((true, 8L, 8L)));

        run = Tool.Run("audit", "verify", InFolder("one.ndjson"), InFolder("hub.db"));
        Assert.That((run.Code, run.Output.StartsWith("anchorDiffers 6: ")), Is.EqualTo((ExitCode.AuditBroken.Number, true)), run.Output);
        run = Tool.Run("audit", "verify", InFolder("hub.db"));
        Assert.That((run.Code, run.Output.StartsWith("intact: 3 rows after 5, head 8:")), Is.EqualTo((0, true)), run.Output);
    }

    [Test]
    public async Task A_backup_is_proven_without_being_restored()
    {
        await Write();
        await using (var file = File.Create(InFolder("backup.tar")))
        await using (var tar = new TarWriter(file))
        {
            await tar.WriteEntryAsync(InFolder("hub.db"), "hub.db");
        }

        Assert.That(Tool.Run("audit", "verify", InFolder("backup.tar")).Output, Is.EqualTo(Tool.Run("audit", "verify", InFolder("hub.db")).Output).And.StartsWith("intact: 3 rows"));
    }

    [Test]
    public async Task A_head_that_was_kept_must_still_be_there()
    {
        var lines = await Write();
        File.WriteAllLines(InFolder("one.ndjson"), lines[..5]);
        var kept = Tool.Run("audit", "head", InFolder("one.ndjson")).Output.Trim();
        Assert.That(kept, Does.Match("^5:[0-9a-f]{64}$"));
        Assert.That(Tool.Run("audit", "verify", InFolder("hub.db"), "--head", kept).Code, Is.Zero, "the log follows it");
        Assert.That(Tool.Run("audit", "verify", InFolder("one.ndjson"), InFolder("hub.db"), "--head", kept).Code, Is.Zero);
        var run = Tool.Run("audit", "verify", InFolder("hub.db"), "--head", "7:" + new string('0', 64));
        Assert.That((run.Code, run.Output.StartsWith("headDiffers 7: ")), Is.EqualTo((ExitCode.AuditBroken.Number, true)), run.Output);
        run = Tool.Run("audit", "verify", InFolder("hub.db"), "--head", "9:" + new string('0', 64));
        Assert.That((run.Code, run.Output.StartsWith("headDiffers 9: ")), Is.EqualTo((ExitCode.AuditBroken.Number, true)), run.Output);
        Assert.That(Tool.Run("audit", "verify", InFolder("hub.db"), "--head", "7").Code, Is.EqualTo(ExitCode.Usage.Number));
    }

    [Test]
    public async Task The_first_line_that_does_not_fit_is_named()
    {
        var lines = await Write();
        lines[2] = lines[2].Replace("tags.t3", "tags.t9");
        File.WriteAllLines(InFolder("one.ndjson"), lines);
        var run = Tool.Run("audit", "verify", InFolder("one.ndjson"));
        Assert.That((run.Code, run.Output), Is.EqualTo((ExitCode.AuditBroken.Number, "changed 3: Row 3 was changed: its hash is that of other content. 2 rows before it fit." + Environment.NewLine)));
        Assert.That((string?)JsonNode.Parse(Tool.Run("audit", "verify", InFolder("one.ndjson"), "--json").Output)!["flaw"]!["kind"], Is.EqualTo("changed"));
        Assert.That(Tool.Run("audit", "head", InFolder("one.ndjson")).Code, Is.EqualTo(ExitCode.AuditBroken.Number), "no head of what is not whole");
    }

    [TestCase("")]
    [TestCase("no log\n")]
    [TestCase("{\"id\":1}\n")]
    public void What_holds_no_audit_log_is_refused(string content)
    {
        File.WriteAllText(InFolder("x"), content);
        Assert.That(Tool.Run("audit", "verify", InFolder("x")).Code, Is.EqualTo(ExitCode.AuditUnusable.Number));
        Assert.That(Tool.Run("audit", "verify", InFolder("none")).Code, Is.EqualTo(ExitCode.AuditUnusable.Number));
    }

    /// <summary>Eight rows, of which the first five have left the database.</summary>
    private async Task<string[]> Write()
    {
        using var store = SqliteHubStore.Open(new SqliteStoreOptions { Path = InFolder("live.db") });
        await store.Write([.. Enumerable.Range(1, 8).Select(number => new StoreChange.AppendAudit(
            new AuditRow(new DateTimeOffset(2026, 11, 22, 12, 0, number, TimeSpan.Zero), "ann", "d", "twin.patch", $"tags.t{number}", "1", number)))]);
        var lines = store.ReadAudit(new AuditQuery(After: 0)).Select(entry => entry.Line()).ToArray();
        await store.Write([new AuditChange.Retire(5)]);
        store.CopyDatabase(InFolder("hub.db"));
        return lines;
    }

    private string InFolder(string name) => Path.Combine(folder.FullName, name);
}
