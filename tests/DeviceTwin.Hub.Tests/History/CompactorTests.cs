using System.Text;
using DeviceTwin.Hub.History;
using DeviceTwin.Storage;
using DeviceTwin.Storage.History;
using DeviceTwin.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceTwin.Tests.Hub.History;

/// <summary>When messages become blocks, and what is removed when.</summary>
public sealed class CompactorTests
{
    private static readonly HistoryOptions Small = new()
    {
        Kinds = ["features"],
        HotMessages = 8,
        BlockMessages = 4,
        Raw = TimeSpan.FromDays(2),
        Blocks = TimeSpan.FromDays(10),
        Hours = TimeSpan.FromDays(20),
        Days = TimeSpan.FromDays(100),
    };

    // Blocks are whole: the tail has from 8 to 11 messages while they are young.
    [TestCase(8, 0)]
    [TestCase(11, 0)]
    [TestCase(12, 1)]
    [TestCase(15, 1)]
    [TestCase(16, 2)]
    public async Task Messages_beyond_the_hot_tail_become_blocks(int messages, int blocks)
    {
        using var scene = new Scene(Small);
        await scene.Send(messages, TimeSpan.FromMinutes(1));
        await scene.Run();
        Assert.That(scene.Store.ReadHistorySize().Blocks, Is.EqualTo(blocks));
        Assert.That(scene.Numbers(), Is.EqualTo(Enumerable.Range(1, messages)));
    }

    [Test]
    public async Task Old_messages_become_blocks_though_they_are_few_and_the_newest_stays()
    {
        using var scene = new Scene(Small);
        await scene.Send(6, TimeSpan.FromMinutes(1));
        scene.Clock.Advance(TimeSpan.FromDays(2.5));
        await scene.Run();
        Assert.That((scene.Store.ReadHistorySize().Blocks, scene.Store.ReadHistorySize().Rows), Is.EqualTo((1, 4)));
        scene.Clock.Advance(TimeSpan.FromDays(2.5));
        await scene.Run();
        Assert.That((scene.Store.ReadHistorySize().Blocks, scene.Store.ReadHistorySize().Rows), Is.EqualTo((2, 5)));
        await scene.Send(1, TimeSpan.FromMinutes(1));
        Assert.That(scene.Numbers(), Is.EqualTo(Enumerable.Range(1, 7)));
    }

    [Test]
    public async Task Each_tier_is_kept_for_its_time()
    {
        using var scene = new Scene(Small);
        for (var day = 0; day < 60; day++)
        {
            await scene.Send(8, TimeSpan.FromHours(3));
            await scene.Run();
        }

        var now = scene.Clock.GetUtcNow();
        Assert.That((now - At(scene.Store.Samples("a", "features", 0, long.MaxValue, 0, null).First().AtMs)).TotalDays, Is.InRange(9.5, 11));
        Assert.That((now - At(scene.Store.Rollups("a", "features", HistoryResolution.Hour, 0, long.MaxValue, null).First().AtMs)).TotalDays, Is.InRange(20, 28), "a week of hours goes as a whole");
        Assert.That((now - At(scene.Store.Rollups("a", "features", HistoryResolution.Day, 0, long.MaxValue, null).First().AtMs)).TotalDays, Is.InRange(59, 61));
    }

    [Test]
    public async Task A_clock_that_jumps_removes_nothing()
    {
        using var scene = new Scene(Small);
        await scene.Send(40, TimeSpan.FromMinutes(10));
        await scene.Run();
        var blocks = scene.Store.ReadHistorySize().Blocks;
        scene.Clock.Jump(TimeSpan.FromDays(4000));
        await scene.Run();
        Assert.That(scene.Store.ReadHistorySize().Blocks, Is.GreaterThanOrEqualTo(blocks), "it may be wrong");
        scene.Clock.Jump(TimeSpan.FromDays(-4000));
        await scene.Run();
        Assert.That(scene.Store.ReadHistorySize().Blocks, Is.GreaterThanOrEqualTo(blocks), "it was");
    }

    [Test]
    public async Task After_a_long_silence_the_clock_must_run_for_a_day_before_it_is_believed()
    {
        using var scene = new Scene(Small);
        await scene.Send(40, TimeSpan.FromMinutes(10));
        await scene.Run();
        scene.Clock.Advance(TimeSpan.FromDays(400));
        scene.Restart();
        for (var hour = 0; hour < 24; hour++)
        {
            await scene.Run();
            Assert.That(scene.Store.ReadHistorySize().Blocks, Is.GreaterThan(0));
            scene.Clock.Advance(TimeSpan.FromHours(1));
        }

        await scene.Run();
        Assert.That(scene.Store.ReadHistorySize().Blocks, Is.Zero);
        Assert.That(scene.Store.Rollups("a", "features", HistoryResolution.Day, 0, long.MaxValue, null), Has.Exactly(1).Items, "the newest message stays, and its day");
    }

    [Test]
    public async Task Beyond_the_bound_in_bytes_the_oldest_blocks_leave_and_the_roll_ups_stay()
    {
        using var scene = new Scene(Small);
        await scene.Send(48, TimeSpan.FromMinutes(10));
        await scene.Run();
        var size = scene.Store.ReadHistorySize();
        scene.Restart(Small with { LargestBytes = size.BlockBytes / 2 });
        await scene.Run();
        var left = scene.Store.ReadHistorySize();
        Assert.That(left.BlockBytes, Is.LessThanOrEqualTo(size.BlockBytes / 2).And.GreaterThan(size.BlockBytes / 4));
        Assert.That(left.RollupBytes, Is.EqualTo(size.RollupBytes));
        var numbers = scene.Numbers();
        Assert.That(numbers, Is.EqualTo(Enumerable.Range(numbers[0], 49 - numbers[0])), "the newest are there without a hole");
        Assert.That(scene.Store.Rollups("a", "features", HistoryResolution.Hour, 0, long.MaxValue, null).Sum(rollup => rollup.Cells["v"].Count), Is.EqualTo(48));
    }

    private static DateTimeOffset At(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);

    private sealed class Scene : IDisposable
    {
        private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("devicetwin-compactor-");
        private HistoryCompactor compactor = null!;
        private int sent;

        public Scene(HistoryOptions options)
        {
            Store = SqliteHubStore.Open(new SqliteStoreOptions { Path = Path.Combine(folder.FullName, "hub.db") }.For(options));
            Restart(options);
        }

        public SqliteHubStore Store { get; }

        public JumpingClock Clock { get; } = new();

        public void Restart(HistoryOptions? options = null) =>
            compactor = new HistoryCompactor(Store, options ?? Small, Clock, NullLogger<HistoryCompactor>.Instance);

        public Task Run() => compactor.Run(CancellationToken.None);

        public async Task Send(int count, TimeSpan apart)
        {
            for (; count > 0; count--)
            {
                Clock.Advance(apart);
                await Store.Write([new StoreChange.AppendTelemetry(new TelemetryMessage(
                    "a", Clock.GetUtcNow(), new Dictionary<string, string?> { ["kind"] = "features" }, Encoding.UTF8.GetBytes($$"""{"v":{{++sent}}}""")))]);
            }
        }

        public int[] Numbers() => [.. Store.Samples("a", "features", 0, long.MaxValue, 0, null).Select(sample => (int)sample.Find("v")!.Value.Integer)];

        public void Dispose()
        {
            compactor.Dispose();
            Store.Dispose();
            folder.Delete(recursive: true);
        }
    }

    /// <summary>A clock that runs, and that somebody may set.</summary>
    private sealed class JumpingClock : TimeProvider
    {
        private DateTimeOffset now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
        private TimeSpan run;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => now;

        public override long GetTimestamp() => run.Ticks;

        public void Advance(TimeSpan by) => (now, run) = (now + by, run + by);

        public void Jump(TimeSpan by) => now += by;
    }
}
