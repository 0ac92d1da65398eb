using System.Text;
using DeviceTwin.Storage;
using DeviceTwin.Storage.History;
using DeviceTwin.Storage.Sqlite;

namespace DeviceTwin.Tests.Storage.History;

/// <summary>Blocks and tail are one history: the same before, while and after messages are compacted, whatever fails.</summary>
public sealed class HistoryStoreTests
{
    private const string Kind = "features";
    private static readonly long StartMs = StoreFolder.Start.ToUnixTimeMilliseconds();

    [Test]
    public async Task Compaction_changes_no_answer()
    {
        using var folder = new StoreFolder();
        using var store = Open(folder);
        await Send(store, "a", 1, 40);
        await Send(store, "b", 1, 5);
        var before = Answers(store, "a");
        var stays = Answers(store, "b");

        foreach (var count in new[] { 1, 16, 2, 20 })
        {
            await Compact(store, "a", count);
            Assert.That(Answers(store, "a"), Is.EqualTo(before));
        }

        Assert.That(Answers(store, "b"), Is.EqualTo(stays));
        Assert.That(store.ReadTelemetry("a", Kind, 100), Has.Count.EqualTo(1));
        await Send(store, "a", 41, 1);
        Assert.That(store.Samples("a", Kind, 0, long.MaxValue, 0, null).Select(sample => sample.Number), Is.EqualTo(Enumerable.Range(1, 41)), "numbers go on where they were");
    }

    [Test]
    public async Task A_commit_that_fails_leaves_messages_blocks_and_roll_ups_as_they_were()
    {
        using var folder = new StoreFolder();
        using var store = Open(folder);
        await Send(store, "a", 1, 12);
        await Compact(store, "a", 4);
        var before = Answers(store, "a");
        var change = Plan(store, "a", 4);
        StoreChange bad = new StoreChange.PutIdentity(StoreFolder.Identity("x") with { PrimaryKey = null! });

        // The failure comes before and after the change, and the change comes between messages.
        StoreChange[][] batches = [[bad, change], [change, bad], [new StoreChange.AppendTelemetry(Message("a", 13)), change, bad]];
        foreach (var batch in batches)
        {
            await Assert.ThrowsAsync<StorageException>(() => store.Write(batch));
            Assert.That(Answers(store, "a"), Is.EqualTo(before));
            Assert.That(store.ReadHistorySize().Blocks, Is.EqualTo(1));
        }

        await store.Write([change]);
        Assert.That(Answers(store, "a"), Is.EqualTo(before));
        Assert.That(store.ReadHistorySize().Blocks, Is.EqualTo(2));
    }

    [Test]
    public async Task A_compaction_that_comes_twice_or_too_late_does_nothing()
    {
        using var folder = new StoreFolder();
        using var store = Open(folder);
        await Send(store, "a", 1, 9);
        var before = Answers(store, "a");
        var change = Plan(store, "a", 4);
        await store.Write([change]);
        await store.Write([change]);
        Assert.That(Answers(store, "a"), Is.EqualTo(before));

        var late = Plan(store, "a", 3);
        await store.Write([new StoreChange.DeleteDevice("a")]);
        await Send(store, "a", 1, 9);
        var anew = Answers(store, "a");
        await store.Write([late]);
        Assert.That(Answers(store, "a"), Is.EqualTo(anew), "a device of the same name has nothing of the old one's");
        Assert.That(store.ReadHistorySize().Blocks, Is.Zero);
    }

    [Test]
    public async Task At_whatever_point_the_process_ends_nothing_is_lost_and_nothing_doubled()
    {
        using var folder = new StoreFolder();
        using var store = Open(folder);
        await Send(store, "a", 1, 30);
        for (var step = 0; step < 6; step++)
        {
            using (var crashed = folder.OpenAsAfterACrash())
            {
                Assert.That(Answers(crashed, "a"), Is.EqualTo(Answers(store, "a")), $"after {step} compactions");
            }

            File.Delete(folder.InFolder("crashed.db"));
            File.Delete(folder.InFolder("crashed.db-wal"));
            await Compact(store, "a", 5);
        }
    }

    [Test]
    public async Task A_question_that_is_being_answered_while_messages_are_compacted_gets_each_once()
    {
        using var folder = new StoreFolder();
        using var store = Open(folder);
        await Send(store, "a", 1, 600);
        using var answer = store.Samples("a", Kind, 0, long.MaxValue, 0, null).GetEnumerator();
        for (var number = 1; number <= 600; number++)
        {
            Assert.That(answer.MoveNext());
            Assert.That(answer.Current.Number, Is.EqualTo(number));
            if (number % 7 == 0 && number > 60 && store.ReadHistoryTails(Kind)[0] is { } tail && tail.LastNumber - tail.FirstNumber > 20)
            {
                await Compact(store, "a", 20);
            }
        }

        Assert.That(answer.MoveNext(), Is.False);
    }

    [Test]
    public async Task Random_schedules_answer_as_a_list_would([Range(1, 8)] int seed)
    {
        var random = new Random(seed);
        using var folder = new StoreFolder();
        var store = Open(folder);
        try
        {
            var model = new Dictionary<string, List<HistorySample>> { ["a"] = [], ["b"] = [] };
            var atMs = StartMs;
            for (var step = 0; step < 60; step++)
            {
                var device = random.Next(2) == 0 ? "a" : "b";
                switch (random.Next(10))
                {
                    case < 5:
                        for (var count = random.Next(1, 8); count > 0; count--)
                        {
                            // The clock runs, stands, and now and then jumps, back as well.
                            atMs += random.Next(12) switch { 0 => random.Next(-90_000_000, 90_000_000), 1 => 0, _ => random.Next(600_000) };
                            var body = Body(random);
                            await store.Write([new StoreChange.AppendTelemetry(new TelemetryMessage(
                                device, DateTimeOffset.FromUnixTimeMilliseconds(atMs), new Dictionary<string, string?> { ["kind"] = Kind }, Encoding.UTF8.GetBytes(body)))]);
                            model[device].Add(SampleReader.Read(model[device].Count + 1, DateTimeOffset.FromUnixTimeMilliseconds(atMs), Encoding.UTF8.GetBytes(body))!);
                        }

                        break;
                    case < 8:
                        if (store.ReadHistoryTails(Kind).FirstOrDefault(tail => tail.DeviceId == device) is { } due && due.LastNumber > due.FirstNumber)
                        {
                            var change = Plan(store, device, random.Next(1, (int)(due.LastNumber - due.FirstNumber) + 1));
                            await (random.Next(3) == 0
                                ? Assert.ThrowsAsync<StorageException>(() => store.Write([change, new StoreChange.PutIdentity(StoreFolder.Identity("x") with { PrimaryKey = null! })]))
                                : store.Write([change]));
                        }

                        break;
                    case 8:
                        store.Dispose();
                        store = Open(folder);
                        break;
                    default:
                        Verify(store, device, model[device], random);
                        break;
                }
            }

            Verify(store, "a", model["a"], random);
            Verify(store, "b", model["b"], random);
        }
        finally
        {
            store.Dispose();
        }
    }

    [Test]
    public async Task Messages_that_are_no_objects_leave_with_the_tail_and_are_counted()
    {
        using var folder = new StoreFolder();
        using var store = Open(folder);
        await store.Write([new StoreChange.AppendTelemetry(Message("a", 1) with { Body = "no json"u8.ToArray() })]);
        await Send(store, "a", 2, 3);
        var tail = store.ReadHistoryTails(Kind).Single();
        var change = Compaction.Plan(tail, Kind, store.ReadHistoryRows(tail.StreamId, tail.FirstNumber, 3), (_, _) => null, out var unreadable);
        Assert.That((unreadable, change.Messages, change.Block!.Rows), Is.EqualTo((1, 3, 2)));
        await store.Write([change]);
        Assert.That(store.Samples("a", Kind, 0, long.MaxValue, 0, null).Select(sample => sample.Number), Is.EqualTo(new[] { 2, 3, 4 }));
    }

    [Test]
    public async Task What_is_past_its_time_is_found_by_tier_and_removed_in_steps()
    {
        using var folder = new StoreFolder();
        using var store = Open(folder);
        await Send(store, "a", 1, 21, apart: TimeSpan.FromDays(10));
        for (var step = 0; step < 10; step++)
        {
            await Compact(store, "a", 2);
        }

        var now = StoreFolder.Start.AddDays(210).ToUnixTimeMilliseconds();
        long Ago(int days) => now - (days * 86_400_000L);
        Assert.That(store.ReadExpired(Ago(10_000), Ago(10_000), Ago(10_000), 3), Is.EqualTo(new DropHistory([], [])).Using<DropHistory>((left, right) =>
            left.Blocks.SequenceEqual(right.Blocks) && left.Rollups.SequenceEqual(right.Rollups)));
        var some = store.ReadExpired(Ago(100), Ago(150), Ago(10_000), 3);
        Assert.That((some.Blocks.Count, some.Rollups.Count), Is.EqualTo((3, 3)), "no more at a time than asked for");
        while (store.ReadExpired(Ago(100), Ago(150), Ago(10_000), 3) is { } expired && expired.Blocks.Count + expired.Rollups.Count > 0)
        {
            await store.Write([expired]);
        }

        var left = store.Samples("a", Kind, 0, long.MaxValue, 0, null).Select(sample => sample.AtMs).ToArray();
        Assert.That(left[0], Is.InRange(Ago(120), Ago(100)), "blocks go as a whole");
        Assert.That(store.Rollups("a", Kind, HistoryResolution.Hour, 0, long.MaxValue, null).First().AtMs, Is.InRange(Ago(158), Ago(140)));
        Assert.That(store.Rollups("a", Kind, HistoryResolution.Day, 0, long.MaxValue, null).Count(), Is.EqualTo(21), "days are kept longest");
    }

    internal static SqliteHubStore Open(StoreFolder folder) => folder.Open(new SqliteStoreOptions { Path = folder.DatabasePath, HistoryKinds = new HashSet<string> { Kind } });

    private static void Verify(SqliteHubStore store, string device, List<HistorySample> model, Random random)
    {
        var times = model.Select(sample => sample.AtMs).Append(StartMs).ToArray();
        foreach (var (from, to) in new[] { (0L, long.MaxValue), (times[random.Next(times.Length)], times[random.Next(times.Length)]) })
        {
            var inside = model.Where(sample => sample.AtMs >= from && sample.AtMs < to).ToArray();
            Assert.That(store.Samples(device, Kind, from, to, 0, null).Select(Text), Is.EqualTo(inside.Select(Text)));
            if (inside.Length > 0)
            {
                var middle = inside[random.Next(inside.Length)].Number;
                Assert.That(
                    store.Samples(device, Kind, from, to, middle, null).Select(sample => sample.Number),
                    Is.EqualTo(inside.Where(sample => sample.Number > middle).Select(sample => sample.Number)), "a page goes on behind the one before");
            }

            foreach (var resolution in RollupSpan.Kept)
            {
                var begin = Rollup.Begin(resolution, from);
                var expected = new SortedDictionary<long, Rollup>();
                foreach (var sample in model.Where(sample => Rollup.Begin(resolution, sample.AtMs) is var at && at >= begin && at < to))
                {
                    var at = Rollup.Begin(resolution, sample.AtMs);
                    expected.TryAdd(at, new Rollup(at));
                    expected[at].Add(sample);
                }

                Assert.That(store.Rollups(device, Kind, resolution, from, to, null).Select(CodecTests.Text), Is.EqualTo(expected.Values.Select(CodecTests.Text)), $"{resolution}");
            }
        }
    }

    private static string Text(HistorySample sample) => $"{sample.Number} {sample.AtMs} " + string.Join(' ', sample.Values
        .OrderBy(value => value.Key, StringComparer.Ordinal).Select(value => $"{value.Key}={CodecTests.Text(value.Value)}"));

    private static string Body(Random random) => random.Next(12) == 0 ? "{}" :
        $$"""{"velocityUmPerSecond":{{random.Next(-5, 9000)}},"verdict":"{{(random.Next(4) == 0 ? "outer" : "normal")}}","scores":{{(random.Next(2) == 0 ? "null" : $$"""{"outer":{{random.Next(3)}}}""")}},"x":{{random.Next(8) / 4.0:0.00}}}""";

    private static TelemetryMessage Message(string device, int number, TimeSpan? apart = null) => new(
        device, StoreFolder.Start + (number * (apart ?? TimeSpan.FromMinutes(7))), new Dictionary<string, string?> { ["kind"] = Kind },
        Encoding.UTF8.GetBytes($$"""{"seq":{{number}},"velocityUmPerSecond":{{1000 + (number * 37 % 101)}},"verdict":"{{(number % 5 == 0 ? "high" : "normal")}}"}"""));

    private static Task Send(IStoreWriter store, string device, int from, int count, TimeSpan? apart = null) => Task.WhenAll(
        Enumerable.Range(from, count).Select(number => store.Write([new StoreChange.AppendTelemetry(Message(device, number, apart))])));

    private static CompactHistory Plan(SqliteHubStore store, string device, int count)
    {
        var tail = store.ReadHistoryTails(Kind).Single(tail => tail.DeviceId == device);
        return Compaction.Plan(
            tail, Kind, store.ReadHistoryRows(tail.StreamId, tail.FirstNumber, Math.Min(count, (int)(tail.LastNumber - tail.FirstNumber))),
            (resolution, span) => store.ReadRollupBlock(device, Kind, resolution, span), out _);
    }

    private static Task Compact(SqliteHubStore store, string device, int count) => store.Write([Plan(store, device, count)]);

    private static string[] Answers(SqliteHubStore store, string device) =>
    [
        .. store.Samples(device, Kind, 0, long.MaxValue, 0, null).Select(Text),
        .. store.Samples(device, Kind, StartMs + 1_000_000, StartMs + 9_000_000, 0, new HashSet<string> { "verdict" }).Select(Text),
        .. new[] { HistoryResolution.Minute, HistoryResolution.Hour, HistoryResolution.Day }
            .SelectMany(resolution => store.Rollups(device, Kind, resolution, StartMs + 1_000_000, long.MaxValue, null).Select(CodecTests.Text)),
    ];
}
