using DeviceTwin.Storage;
using DeviceTwin.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Tests.Storage;

/// <summary>Messages of many devices in one commit are put down side by side first; nobody who reads notices.</summary>
public sealed class ArrivalTests
{
    private const int Devices = 64;

    [Test]
    public async Task What_waits_for_its_stream_is_read_like_the_rest_and_newest_first()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await StoreFolder.Send(store, "d0", "features", 3);
        await SendAll(store, 4, 5);
        Assert.That(Rows(folder, "telemetry"), Is.EqualTo(3), "the second commit went into drawers");
        Assert.That(StoreFolder.Numbers(store.ReadTelemetry("d0", "features", 4)), Is.EqualTo(new[] { 5, 4, 3, 2 }));
        Assert.That(StoreFolder.Numbers(store.ReadTelemetry("d63", null, 4)), Is.EqualTo(new[] { 5, 4 }));
    }

    [Test]
    public async Task A_message_does_not_overtake_those_that_wait()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await SendAll(store, 1, 1);
        await StoreFolder.Send(store, "d7", "features", 1, from: 2);
        Assert.That(Rows(folder, "telemetry"), Is.Zero, "it waits behind the first");
        Assert.That(StoreFolder.Numbers(store.ReadTelemetry("d7", "features", 4)), Is.EqualTo(new[] { 2, 1 }));
    }

    [Test]
    public async Task A_full_drawer_is_emptied_into_the_streams_and_old_messages_go()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open(new SqliteStoreOptions
        {
            Path = folder.DatabasePath,
            KeptByKind = new Dictionary<string, int> { ["features"] = 16 },
        });

        // 257 for each of the 16 devices of a drawer: one more than fill it.
        for (var from = 1; from <= 257; from++)
        {
            await SendAll(store, from, from);
        }

        Assert.That(store.ReadTelemetry("d0", "features", 1000), Has.Count.InRange(16, 256));
        Assert.That(StoreFolder.Numbers(store.ReadTelemetry("d0", "features", 2)), Is.EqualTo(new[] { 257, 256 }));
        Assert.That(Rows(folder, "telemetry"), Is.GreaterThan(0));
    }

    [Test]
    public async Task A_restart_puts_everything_into_its_stream_and_numbers_go_on()
    {
        using var folder = new StoreFolder();
        using (var store = folder.Open())
        {
            await SendAll(store, 1, 2);
        }

        using var again = folder.Open();
        Assert.That(Rows(folder, "telemetry"), Is.EqualTo(2 * Devices));
        Assert.That(again.Load().LastTelemetryAt["d5"], Is.EqualTo(StoreFolder.Start.AddSeconds(2)));
        await StoreFolder.Send(again, "d5", "features", 1, from: 3);
        Assert.That(StoreFolder.Numbers(again.ReadTelemetry("d5", "features", 4)), Is.EqualTo(new[] { 3, 2, 1 }));
    }

    [Test]
    public async Task A_deleted_device_leaves_nothing_waiting()
    {
        using var folder = new StoreFolder();
        using (var store = folder.Open())
        {
            await SendAll(store, 1, 1);
            await store.Write([new StoreChange.DeleteDevice("d9")]);
            Assert.That(store.ReadTelemetry("d9", null, 4), Is.Empty);
        }

        using var again = folder.Open();
        Assert.That(Rows(folder, "telemetry"), Is.EqualTo(Devices - 1));
    }

    [Test]
    public async Task The_history_reads_what_waits_too()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await SendAll(store, 1, 3);
        var page = store.ReadHistoryPage("d1", "features", 1, 0, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds());
        Assert.That(page.Rows.Select(row => row.Number), Is.EqualTo(new[] { 2, 3 }));
    }

    /// <summary>A commit with messages of all devices.</summary>
    private static Task SendAll(IHubStore store, int first, int last) => store.Write(
    [
        .. from number in Enumerable.Range(first, last - first + 1)
           from device in Enumerable.Range(0, Devices)
           select new StoreChange.AppendTelemetry(StoreFolder.Message($"d{device}", "features", number)),
    ]);

    private static long Rows(StoreFolder folder, string table)
    {
        using var connection = new SqliteConnection($"Data Source={folder.DatabasePath};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT count(*) FROM {table}";
        return (long)command.ExecuteScalar()!;
    }
}
