using DeviceTwin.Storage.Evidence;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Tests.Storage;

/// <summary>Evidence as it is kept: it only grows.</summary>
public sealed class EvidenceStoreTests
{
    [Test]
    public async Task What_is_open_is_sealed_in_versions_and_then_closed()
    {
        using var folder = new StoreFolder();
        using (var store = folder.Open())
        {
            await store.Write([Open("b", 2), Open("a", 1), new EvidenceChange.Note("a", "[1]"), Seal("a", 1, isComplete: false)]);
        }

        using var again = folder.Open();
        Assert.That(again.ReadOpenEvidence().Select(again.FindOpenEvidence).Select(open => (open!.AlarmId, open.Parts, open.Version)), Is.EqualTo(new[] { ("a", "[1]", 1), ("b", "{}", 0) }));
        await again.Write([Seal("a", 2, isComplete: true), new EvidenceChange.Close("b")]);
        Assert.That(again.ReadOpenEvidence(), Is.Empty);
        Assert.That((again.FindEvidence("a")!.Version, again.FindEvidence("a", 1)!.Sha256, again.FindEvidence("a", 3), again.FindEvidence("b")), Is.EqualTo((2, new string('1', 64), default(SealedEvidence), default(SealedEvidence))));
        Assert.That((again.FindEvidence("a")!.Content.ToArray(), again.FindEvidence("a")!.SealedAt), Is.EqualTo((new byte[] { 2 }, StoreFolder.Start)));
    }

    [Test]
    public async Task What_is_sealed_is_not_sealed_again_and_its_alarm_not_opened_again()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await store.Write([Open("a", 1), Seal("a", 1, isComplete: true)]);
        var other = Seal("a", 1, isComplete: true);
        await store.Write([Open("a", 5), other with { Evidence = other.Evidence with { Sha256 = new string('9', 64), Content = new byte[] { 9 } } }]);
        Assert.That((store.ReadOpenEvidence().Count, store.FindEvidence("a")!.Sha256), Is.EqualTo((0, new string('1', 64))));
    }

    [TestCase("UPDATE evidence SET content = x'00'", "never changed")]
    [TestCase("DELETE FROM evidence", "never removed")]
    public async Task No_program_can_rewrite_it(string sql, string refusal)
    {
        using var folder = new StoreFolder();
        using (var store = folder.Open())
        {
            await store.Write([Seal("a", 1, isComplete: true)]);
        }

        using var connection = new SqliteConnection($"Data Source={folder.DatabasePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.That(() => command.ExecuteNonQuery(), Throws.InstanceOf<SqliteException>().With.Message.Contains(refusal));
    }

    private static EvidenceChange.Open Open(string alarm, int second) => new(new OpenEvidence(alarm, "d", StoreFolder.Start.AddSeconds(second), "{}", 0));

    private static EvidenceChange.Seal Seal(string alarm, int version, bool isComplete) =>
        new(new SealedEvidence(alarm, version, new string((char)('0' + version), 64), StoreFolder.Start, new[] { (byte)version }), isComplete);
}
