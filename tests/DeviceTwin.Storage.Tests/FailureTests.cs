using DeviceTwin.Storage;
using DeviceTwin.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Tests.Storage;

/// <summary>A database that cannot be used is refused with a code and with what to do.</summary>
public sealed class FailureTests
{
    private static StorageException Refusal(Action action)
    {
        try
        {
            action();
        }
        catch (StorageException refusal)
        {
            return refusal;
        }

        throw new AssertionException("Nothing was refused.");
    }

    [Test]
    public void A_file_that_is_no_database()
    {
        using var folder = new StoreFolder();
        File.WriteAllText(folder.DatabasePath, new string('x', 5000));
        var refusal = Refusal(() => folder.Open());
        Assert.That(refusal.Error, Is.EqualTo(StorageError.Corrupt));
        Assert.That(refusal.Message, Does.Contain(folder.DatabasePath).And.Contain("restore a backup"));
    }

    [Test]
    public async Task A_damaged_page()
    {
        using var folder = new StoreFolder();
        using (var store = folder.Open())
        {
            await store.Write([.. Enumerable.Range(0, 500).Select(number => new StoreChange.PutTwin(StoreFolder.Twin($"device-{number}")))]);
        }

        var bytes = await File.ReadAllBytesAsync(folder.DatabasePath);
        Array.Fill(bytes, (byte)0x5A, 4096, bytes.Length - 4096);
        await File.WriteAllBytesAsync(folder.DatabasePath, bytes);
        var refusal = Refusal(() =>
        {
            using var store = folder.Open();
            store.Load();
        });
        Assert.That(refusal.Error, Is.EqualTo(StorageError.Corrupt));
    }

    [TestCase(true, Description = "deleted")]
    [TestCase(false, Description = "emptied")]
    public async Task A_log_that_lost_its_database_is_kept_and_not_taken_for_a_new_beginning(bool missing)
    {
        using var folder = new StoreFolder();
        var log = folder.InFolder("crashed.db-wal");
        using (var store = folder.Open())
        {
            await store.Write([new StoreChange.PutTwin(StoreFolder.Twin("a"))]);
            File.Copy(folder.DatabasePath + "-wal", log);
        }

        if (!missing)
        {
            await File.WriteAllBytesAsync(folder.InFolder("crashed.db"), []);
        }

        var refusal = Refusal(() => folder.Open(new SqliteStoreOptions { Path = folder.InFolder("crashed.db") }));
        Assert.That(refusal.Error, Is.EqualTo(StorageError.Corrupt));
        Assert.That(refusal.Message, Does.Contain("missing or empty, but crashed.db-wal beside it holds changes"));
        Assert.That(new FileInfo(log).Length, Is.GreaterThan(0));
    }

    [Test]
    public async Task A_row_that_is_no_json()
    {
        using var folder = new StoreFolder();
        using (var store = folder.Open())
        {
            await store.Write([new StoreChange.PutTwin(StoreFolder.Twin("a"))]);
        }

        Execute(folder, "UPDATE twins SET tags = '{\"line\":'");
        using var again = folder.Open();
        Assert.That(Refusal(() => again.Load()).Error, Is.EqualTo(StorageError.Corrupt));
    }

    [Test]
    public void A_database_of_another_program()
    {
        using var folder = new StoreFolder();
        Execute(folder, "CREATE TABLE books(title TEXT)");
        var refusal = Refusal(() => folder.Open());
        Assert.That((refusal.Error, refusal.Message), Is.EqualTo((StorageError.Corrupt, refusal.Message)));
        Assert.That(refusal.Message, Does.Contain("belongs to another program"));
    }

    [Test]
    public void A_database_of_a_newer_hub()
    {
        using var folder = new StoreFolder();
        folder.Open().Dispose();
        Execute(folder, "UPDATE schema_version SET version = 99");
        var refusal = Refusal(() => folder.Open());
        Assert.That(refusal.Error, Is.EqualTo(StorageError.TooNew));
        Assert.That(refusal.Message, Does.Contain("has schema 99; this hub knows up to 4"));
    }

    [Test]
    public void A_database_that_another_hub_has()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        Assert.That(Refusal(() => folder.Open()).Error, Is.EqualTo(StorageError.Locked));
    }

    [Test]
    public void A_folder_that_is_not_there()
    {
        using var folder = new StoreFolder();
        var refusal = Refusal(() => folder.Open(new SqliteStoreOptions { Path = folder.InFolder("missing/hub.db") }));
        Assert.That(refusal.Error, Is.EqualTo(StorageError.Unwritable));
        Assert.That(refusal.Message, Does.Contain("Check that its folder exists"));
    }

    [Test]
    public void A_folder_in_the_place_of_the_file()
    {
        using var folder = new StoreFolder();
        Directory.CreateDirectory(folder.DatabasePath);
        Assert.That(Refusal(() => folder.Open()).Error, Is.EqualTo(StorageError.Unwritable));
    }

    private static void Execute(StoreFolder folder, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={folder.DatabasePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
