using System.Security.Cryptography;
using System.Text;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Audit;
using DeviceTwin.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Tests.Storage;

/// <summary>The chain over the audit log: what was written is proven, and the first thing that does not fit is named.</summary>
public sealed class AuditChainTests
{
    private const string Unlock = "DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_removed; DROP TRIGGER audit_is_not_overwritten;";
    private const string Columns = "at, author, device_id, action, path, value, version, previous, hash";

    [Test]
    public async Task A_row_carries_the_hash_of_the_one_before_and_its_own()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await store.Write([Row(1), Row(2)]);
        var rows = store.ReadAudit(new AuditQuery(After: 0));
        Assert.That((rows[0].Previous, rows[1].Previous), Is.EqualTo((new string('0', 64), rows[0].Hash)));
        Assert.That(rows[1].Hash, Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(rows[0].Hash + "\n" + rows[1].Canonical())))), "as sha256sum computes it");
        Assert.That(store.AuditHead(), Is.EqualTo(new AuditHead(2, rows[1].Hash!)));
        Assert.That(store.VerifyAudit(), Is.EqualTo(new AuditProof(AuditHead.Beginning, store.AuditHead(), 2, null)));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(40)]
    public async Task A_log_is_proven_after_commits_of_any_size_and_starts(int rows)
    {
        using var folder = new StoreFolder();
        for (var start = 0; start < 2; start++)
        {
            using var store = folder.Open();
            await Task.WhenAll(Enumerable.Range(0, rows).Select(number => store.Write(number % 3 == 0 ? [Row(number), Row(number)] : [Row(number)])));
        }

        using var again = folder.Open();
        var proof = again.VerifyAudit();
        Assert.That((proof.Flaw, proof.Rows, proof.Head), Is.EqualTo((default(AuditFlaw), again.AuditExtent().Rows, again.AuditHead())));
    }

    /// <summary>What the database cannot hold as it is given must not make a commit fail, nor a chain that is never right.</summary>
    [TestCase("half a pair \ud800 here", "\"x\"")]
    [TestCase("", "no json at all {\n")]
    [TestCase("nul \0 inside", "")]
    [TestCase("Größe €  ", null)]
    public async Task Whatever_a_row_holds_it_is_chained(string author, string? value)
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await store.Write([new StoreChange.AppendAudit(new AuditRow(StoreFolder.Start, author, author, "a", author, value, long.MinValue)), Row(2)]);
        Assert.That(store.VerifyAudit().Flaw, Is.Null);
    }

    [Test]
    public async Task After_a_commit_that_failed_the_chain_goes_on_where_it_was()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await store.Write([Row(1)]);
        Assert.That(async () => await store.Write([Row(2), new Unknown()]), Throws.Exception);
        await store.Write([Row(3)]);
        Assert.That((store.VerifyAudit().Flaw, store.AuditHead().Id), Is.EqualTo((default(AuditFlaw), 2L)));
    }

    [TestCase("UPDATE audit SET author = 'eve' WHERE id = 3", AuditFlawKind.Changed, 3)]
    [TestCase("UPDATE audit SET at = at + 1 WHERE id = 3", AuditFlawKind.Changed, 3)]
    [TestCase("UPDATE audit SET device_id = NULL WHERE id = 3", AuditFlawKind.Changed, 3)]
    [TestCase("UPDATE audit SET value = '\"1\"' WHERE id = 3", AuditFlawKind.Changed, 3)]
    [TestCase("UPDATE audit SET version = NULL WHERE id = 3", AuditFlawKind.Changed, 3)]
    [TestCase("UPDATE audit SET author = 'eve' WHERE id = 1", AuditFlawKind.Changed, 1)]
    [TestCase("UPDATE audit SET author = 'eve' WHERE id = 6", AuditFlawKind.Changed, 6)]
    [TestCase("UPDATE audit SET hash = NULL WHERE id = 4", AuditFlawKind.Unchained, 4)]
    [TestCase("DELETE FROM audit WHERE id = 3", AuditFlawKind.Missing, 3)]
    [TestCase("DELETE FROM audit WHERE id = 1", AuditFlawKind.Missing, 1)]
    [TestCase("DELETE FROM audit WHERE id >= 5", AuditFlawKind.Missing, 5)]
    [TestCase("DELETE FROM audit", AuditFlawKind.Missing, 1)]
    [TestCase("DELETE FROM audit WHERE id = 3; UPDATE audit SET id = id - 1 WHERE id > 3", AuditFlawKind.Missing, 3)]
    [TestCase("UPDATE audit SET id = -id WHERE id > 2; UPDATE audit SET id = 1 - id WHERE id < 0; INSERT INTO audit(id, " + Columns + ") SELECT 3, " + Columns + " FROM audit WHERE id = 1", AuditFlawKind.Inserted, 3)]
    [TestCase("UPDATE audit SET id = -id WHERE id IN (3, 4); UPDATE audit SET id = 7 + id WHERE id < 0", AuditFlawKind.Reordered, 3)]
    [TestCase("UPDATE audit_anchor SET hash = zeroblob(31) || x'01'", AuditFlawKind.AnchorDiffers, 1)]
    public async Task The_first_row_that_does_not_fit_is_named(string sql, AuditFlawKind kind, int id)
    {
        using var folder = await Written(6);
        Execute(folder, Unlock + sql);
        var flaw = SqliteHubStore.VerifyAuditOf(folder.DatabasePath).Flaw;
        Assert.That((flaw?.Kind, flaw?.Id), Is.EqualTo(((AuditFlawKind?)kind, (long?)id)), flaw?.Sentence);
    }

    /// <summary>A row rewritten with a hash of its own that fits: the row behind it knows the true one.</summary>
    [Test]
    public async Task A_row_that_was_written_anew_with_its_hash_is_found_by_the_one_behind_it()
    {
        using var folder = await Written(6);
        var rows = Rows(folder);
        var forged = rows[2].Row with { Author = "eve" };
        var hash = AuditChain.Hash(rows[2].Previous!, 3, forged);
        rows[2] = new AuditEntry(3, forged) { Previous = rows[2].Previous, Hash = hash };
        Assert.That(AuditChain.Verify(AuditHead.Beginning, rows).Flaw is { Kind: AuditFlawKind.Changed, Id: 3 });
    }

    /// <summary>What a chain cannot prove, and what a head that was kept elsewhere can.</summary>
    [Test]
    public async Task A_log_that_was_written_anew_from_a_point_on_is_found_by_a_head_kept_elsewhere()
    {
        using var folder = await Written(6);
        var rows = Rows(folder);
        var kept = new AuditHead(5, rows[4].Hash!);
        Assert.That(AuditChain.Verify(AuditHead.Beginning, rows, kept: kept).Flaw, Is.Null);
        var last = rows[2].Hash!;
        for (var index = 3; index < rows.Count; index++)
        {
            var row = rows[index].Row with { Author = "eve" };
            var hash = AuditChain.Hash(last, index + 1, row);
            rows[index] = new AuditEntry(index + 1, row) { Previous = last, Hash = hash };
            last = hash;
        }

        Assert.That(AuditChain.Verify(AuditHead.Beginning, rows).Flaw, Is.Null, "the chain alone says nothing");
        Assert.That(AuditChain.Verify(AuditHead.Beginning, rows, kept: kept).Flaw is { Kind: AuditFlawKind.HeadDiffers, Id: 5 });
        Assert.That(AuditChain.Verify(AuditHead.Beginning, rows.Take(4), kept: kept).Flaw is { Kind: AuditFlawKind.HeadDiffers, Id: 5 }, "nor of an end that was cut off");
    }

    [Test]
    public async Task Lines_of_a_file_that_were_changed_taken_out_put_in_or_moved_are_named()
    {
        using var folder = await Written(6);
        var lines = Rows(folder).Select(entry => entry.Line()).ToArray();
        Assert.That(Flaw(lines), Is.Null);
        Assert.That(Flaw([.. lines.Select(line => line.Replace("tags.t3", "tags.t9"))]), Is.EqualTo((AuditFlawKind.Changed, 3L)));
        Assert.That(Flaw([.. lines[..2], .. lines[3..]]), Is.EqualTo((AuditFlawKind.Missing, 3L)));
        Assert.That(Flaw([.. lines[..3], lines[2].Replace("tags.t3", "tags.t9"), .. lines[3..]]), Is.EqualTo((AuditFlawKind.Inserted, 3L)));
        Assert.That(Flaw([.. lines[..2], lines[3], lines[2], .. lines[4..]]), Is.EqualTo((AuditFlawKind.Reordered, 4L)));

        static (AuditFlawKind, long)? Flaw(string[] lines) =>
            AuditChain.Verify(AuditHead.Beginning, lines.Select(AuditEntry.FromLine)).Flaw is { } flaw ? (flaw.Kind, flaw.Id) : null;
    }

    [Test]
    public async Task What_is_archived_and_what_stays_are_one_chain()
    {
        using var folder = await Written(6);
        var archived = Rows(folder)[..4];
        using (var store = folder.Open())
        {
            await store.Write([new AuditChange.Retire(4)]);
            Assert.That(store.VerifyAudit(), Is.EqualTo(new AuditProof(new AuditHead(4, archived[3].Hash!), store.AuditHead(), 2, null)));
            await store.Write([Row(7), new AuditChange.Retire(7)]);
            Assert.That((store.VerifyAudit().Flaw, store.VerifyAudit().Rows, store.AuditHead().Id), Is.EqualTo((default(AuditFlaw), 0L, 7L)));
            await store.Write([Row(8)]);
            Assert.That((store.VerifyAudit().Flaw, store.AuditHead().Id), Is.EqualTo((default(AuditFlaw), 8L)), "it goes on behind its anchor");
        }

        Assert.That(AuditChain.Verify(AuditHead.Beginning, archived).Head, Is.EqualTo(new AuditHead(4, archived[3].Hash!)));
    }

    [Test]
    public async Task Proving_neither_waits_for_the_writer_nor_sees_half_a_commit()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        var release = await StoreFolder.Hold(store);
        var write = store.Write([Row(1), Row(2)]);
        Assert.That(store.VerifyAudit().Rows, Is.Zero);
        release();
        await write;
        Assert.That(store.VerifyAudit().Rows, Is.EqualTo(2));
    }

    /// <summary>Whatever single thing is done to a log it is found, at the row or right behind it.</summary>
    [Test]
    public void No_single_change_of_a_log_goes_unseen()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var (rows, last) = (new List<AuditEntry>(), AuditHead.Beginning.Hash);
            for (var id = 1; id <= 12; id++)
            {
                var row = new AuditRow(StoreFolder.Start.AddTicks(random.Next(3)), Word(), Word(), Word(), Word(), random.Next(3) == 0 ? null : $"\"{Word()}\"", random.Next(3) == 0 ? null : random.Next(3));
                var hash = AuditChain.Hash(last, id, row);
                rows.Add(new AuditEntry(id, row) { Previous = last, Hash = hash });
                last = hash;
            }

            Assert.That(AuditChain.Verify(AuditHead.Beginning, rows, 12).Flaw, Is.Null);
            var at = random.Next(rows.Count);
            var was = rows[at];
            switch (random.Next(9))
            {
                case 0:
                    rows[at] = Same(was, was.Row with { Author = was.Row.Author + "!" });
                    break;
                case 1:
                    rows[at] = Same(was, was.Row with { Path = was.Row.Path is null ? "" : null });
                    break;
                case 2:
                    rows[at] = Same(was, was.Row with { Value = was.Row.Value is null ? "" : null });
                    break;
                case 3:
                    rows[at] = Same(was, was.Row with { Version = was.Row.Version is null ? 0 : null });
                    break;
                case 4:
                    rows[at] = Same(was, was.Row with { At = was.Row.At.AddTicks(1) });
                    break;
                case 5:
                    rows.RemoveAt(at);
                    break;
                case 6:
                    rows.Insert(at, rows[random.Next(rows.Count)]);
                    break;
                case 7:
                    var other = (at + 1 + random.Next(rows.Count - 1)) % rows.Count;
                    (rows[at], rows[other]) = (rows[other], was);
                    break;
                default:
                    rows[at] = new AuditEntry(was.Id, was.Row) { Previous = was.Hash, Hash = was.Previous };
                    break;
            }

            Assert.That(AuditChain.Verify(AuditHead.Beginning, rows, 12).Flaw, Is.Not.Null, $"seed {seed}");

            string Word() => new[] { "a", "b", "ä", "\"", "\n" }[random.Next(5)];
        }

        static AuditEntry Same(AuditEntry was, AuditRow row) => new(was.Id, row) { Previous = was.Previous, Hash = was.Hash };
    }

    /// <summary>What an insert costs, and how much of it is the chain's hash.</summary>
    [Test, Explicit("Prints times; by hand.")]
    public async Task What_the_chain_costs()
    {
        const int Commits = 400;
        const int RowsOfACommit = 50;
        using var folder = new StoreFolder();
        var chained = new System.Diagnostics.Stopwatch();
        using (var store = folder.Open())
        {
            await store.Write([Row(0)]);
            chained.Start();
            for (var commit = 0; commit < Commits; commit++)
            {
                await store.Write([.. Enumerable.Range(1, RowsOfACommit).Select(Row)]);
            }

            chained.Stop();
        }

        var hashed = System.Diagnostics.Stopwatch.StartNew();
        var last = AuditHead.Beginning.Hash;
        for (var number = 0; number < Commits * RowsOfACommit; number++)
        {
            last = AuditChain.Hash(last, number, Row(number).Row);
        }

        hashed.Stop();
        const double Each = Commits * RowsOfACommit / 1000.0;
        TestContext.Out.WriteLine(
            $"{Commits * RowsOfACommit} rows in {Commits} commits: {chained.Elapsed.TotalMilliseconds / Each:0.0} us per row, of which the hash {hashed.Elapsed.TotalMilliseconds / Each:0.0} us; "
                + $"{new FileInfo(folder.DatabasePath).Length / (Commits * RowsOfACommit)} bytes of database per row");
    }

    private static StoreChange.AppendAudit Row(int number) =>
        new(new AuditRow(StoreFolder.Start.AddSeconds(number), "olga", $"d{number}", "twin.patch", $"tags.t{number}", "1", number));

    private static async Task<StoreFolder> Written(int rows)
    {
        var folder = new StoreFolder();
        using var store = folder.Open();
        await store.Write([.. Enumerable.Range(1, rows).Select(Row)]);
        return folder;
    }

    private static List<AuditEntry> Rows(StoreFolder folder)
    {
        using var store = folder.Open();
        return [.. store.ReadAudit(new AuditQuery(After: 0))];
    }

    private static void Execute(StoreFolder folder, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={folder.DatabasePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private sealed record Unknown : StoreChange;
}
