using System.Diagnostics;
using DeviceTwin.Storage;
using DeviceTwin.Storage.History;

namespace DeviceTwin.Tests.Storage.History;

/// <summary>What a message costs in the history, against what it costs as it came. The figures are in the test's output.</summary>
public sealed class SizeTests
{
    private const string Kind = "features";

    [Test]
    public Task Two_days_take_less_than_a_tenth_of_their_messages() => Measure(2);

    [Test]
    [Explicit("The figures of the manual: ten seconds")]
    public Task A_month_takes_less_than_a_tenth_of_its_messages() => Measure(30);

    private static async Task Measure(int days)
    {
        using var folder = new StoreFolder();
        using var store = HistoryStoreTests.Open(folder);
        var messages = SimulatedMonth.Of("a", 1).Take(days * 1440).ToArray();
        foreach (var some in messages.Chunk(2000))
        {
            await Task.WhenAll(some.Select(message => store.Write([new StoreChange.AppendTelemetry(message)])));
        }

        var values = messages.Take(1440).Sum(message => (long)SampleReader.Read(1, message.EnqueuedAt, message.Body.Span)!.Values.Count) / 1440.0;
        var raw = Stored(folder);
        var watch = Stopwatch.StartNew();
        var planning = TimeSpan.Zero;
        while (store.ReadHistoryTails(Kind).Single() is var tail && tail.LastNumber - tail.FirstNumber >= 512)
        {
            var from = watch.Elapsed;
            var rows = store.ReadHistoryRows(tail.StreamId, tail.FirstNumber, 512);
            var change = Compaction.Plan(tail, Kind, rows, (resolution, span) => store.ReadRollupBlock("a", Kind, resolution, span), out _);
            planning += watch.Elapsed - from;
            await store.Write([change]);
        }

        var size = store.ReadHistorySize();
        var perMessage = (double)size.BlockBytes / size.Rows;
        var rollups = (double)size.RollupBytes / size.Rows;
        var asTheyCame = (double)raw / messages.Length;
        TestContext.Out.WriteLine(FormattableString.Invariant(
            $"{{\"messages\":{size.Rows},\"valuesPerMessage\":{values:0.0},\"rawBytesPerMessage\":{asTheyCame:0},\"blockBytesPerMessage\":{perMessage:0.0},\"blockBytesPerValue\":{perMessage / values:0.00},\"rollupBytesPerMessage\":{rollups:0.0},\"ratio\":{asTheyCame / (perMessage + rollups):0.0},\"compactMicrosecondsPerMessage\":{planning.TotalMicroseconds / size.Rows:0},\"writeMicrosecondsPerMessage\":{(watch.Elapsed - planning).TotalMicroseconds / size.Rows:0}}}"));
        Assert.That(perMessage + rollups, Is.LessThan(asTheyCame / 10));
    }

    /// <summary>Properties, body and time, as the table of messages has them; without what the database adds.</summary>
    private static long Stored(StoreFolder folder)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={folder.DatabasePath};Mode=ReadOnly");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT sum(length(properties) + length(body) + 16) FROM telemetry";
        return (long)command.ExecuteScalar()!;
    }
}
