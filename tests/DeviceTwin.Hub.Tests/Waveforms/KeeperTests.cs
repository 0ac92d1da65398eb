using DeviceTwin.Hub.Waveforms;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Waveforms;
using static DeviceTwin.Tests.Hub.Waveforms.WaveformWorld;

namespace DeviceTwin.Tests.Hub.Waveforms;

/// <summary>From whole uploads to files, and away again; with a crash between each two steps.</summary>
public sealed class KeeperTests
{
    [Test]
    public async Task A_whole_upload_with_the_right_hash_becomes_a_file()
    {
        await using var world = new WaveformWorld();
        var sha256 = await world.Upload("press-1", Content(1));
        Assert.That(world.Status("press-1", sha256).State, Is.EqualTo(WaveformState.Complete));
        Assert.That(await world.Keeper.Read(world.Store.FindWaveforms(sha256).Single()), Is.EqualTo(Content(1)));
        Assert.That(world.Store.ReadUploads(), Is.Empty, "the database does not keep it twice");
    }

    [Test]
    public async Task A_wrong_hash_throws_it_away_and_says_so()
    {
        await using var world = new WaveformWorld();
        var other = WaveformFiles.HashOf(Content(2));
        await world.Upload("press-1", Content(1), other);
        Assert.That((world.Status("press-1", other).State, world.Status("press-1", other).Reason), Is.EqualTo((WaveformState.Discarded, DiscardReason.HashDiffers)));
        Assert.That((world.Store.ReadUploads().Count, world.FileCount), Is.EqualTo((0, 0)));
        await world.Upload("press-1", Content(2));
        Assert.That(world.Status("press-1", other).State, Is.EqualTo(WaveformState.Complete), "the right content may follow");
    }

    [Test]
    public async Task An_upload_that_does_not_go_on_expires()
    {
        await using var world = new WaveformWorld();
        var sha256 = WaveformFiles.HashOf(Content(1));
        await world.Chunk("press-1", Content(1), 0, 4);
        world.Time.Advance(world.Keeper.Options.UploadPatience);
        await world.Keeper.Sweep();
        Assert.That(world.Status("press-1", sha256).Next, Is.EqualTo(4), "not before its time");
        await world.Chunk("press-1", Content(1), 4, 6);
        world.Time.Advance(world.Keeper.Options.UploadPatience);
        await world.Keeper.Sweep();
        Assert.That(world.Status("press-1", sha256).Next, Is.EqualTo(6), "each chunk begins the time anew");
        world.Time.Advance(TimeSpan.FromTicks(1));
        await world.Keeper.Sweep();
        Assert.That(world.Status("press-1", sha256).Reason, Is.EqualTo(DiscardReason.Expired));
        world.Time.Advance(world.Keeper.Options.DiscardsKept + TimeSpan.FromTicks(1));
        await world.Keeper.Sweep();
        Assert.That(world.Status("press-1", sha256).State, Is.EqualTo(WaveformState.Absent));
    }

    [Test]
    public async Task Crash_after_the_last_chunk_and_before_the_file()
    {
        await using var world = new WaveformWorld();
        await world.Chunk("press-1", Content(1), 0, 20);
        await world.Crash();
        await AssertWholeAfterSweep(world);
    }

    [Test]
    public async Task Crash_while_the_file_is_written()
    {
        await using var world = new WaveformWorld();
        await world.Chunk("press-1", Content(1), 0, 20);
        var path = world.Files.PathOf(WaveformFiles.HashOf(Content(1)));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path + ".new", "half a fi");
        await world.Crash();
        await AssertWholeAfterSweep(world);
    }

    [Test]
    public async Task Crash_after_the_file_and_before_its_row()
    {
        await using var world = new WaveformWorld();
        await world.Chunk("press-1", Content(1), 0, 20);
        world.Files.Write(WaveformFiles.HashOf(Content(1)), Content(1));
        await world.Crash();
        await AssertWholeAfterSweep(world);
    }

    [Test]
    public async Task Crash_after_the_row()
    {
        await using var world = new WaveformWorld();
        await world.Upload("press-1", Content(1));
        await world.Crash();
        await AssertWholeAfterSweep(world);
    }

    [Test]
    public async Task Crash_after_a_row_is_removed_and_before_its_file()
    {
        await using var world = new WaveformWorld();
        var sha256 = await world.Upload("press-1", Content(1));
        await world.Store.Write([new WaveformChange.Remove("press-1", sha256)]);
        await world.Crash();
        Assert.That(world.FileCount, Is.EqualTo(1));
        await world.Keeper.Sweep();
        Assert.That(world.FileCount, Is.Zero);
    }

    [Test]
    public async Task A_deleted_devices_waveforms_go_but_not_those_that_others_have_too()
    {
        await using var world = new WaveformWorld();
        await world.Upload("press-1", Content(1));
        var shared = await world.Upload("press-1", Content(2));
        await world.Chunk("press-2", Content(2), 0, 2);
        await world.Store.Write([new StoreChange.DeleteDevice("press-1")]);
        await world.Keeper.Sweep();
        Assert.That(world.FileCount, Is.EqualTo(1));
        Assert.That(await world.Keeper.Read(world.Store.FindWaveforms(shared).Single()), Is.EqualTo(Content(2)));
    }

    [TestCase(true, Description = "lost")]
    [TestCase(false, Description = "damaged")]
    public async Task A_lost_or_damaged_file_is_noticed_said_and_healed_by_its_node(bool lost)
    {
        await using var world = new WaveformWorld();
        var sha256 = await world.Upload("press-1", Content(1));
        if (lost)
        {
            world.Files.Delete(sha256);
            await world.Keeper.Sweep();
        }
        else
        {
            await File.WriteAllTextAsync(world.Files.PathOf(sha256), "damaged");
            Assert.That(await world.Keeper.Read(world.Store.FindWaveforms(sha256).Single()), Is.Null);
        }

        Assert.That(world.Store.FindWaveforms(sha256).Single().Damaged, Is.True);
        Assert.That(world.Status("press-1", sha256).State, Is.EqualTo(WaveformState.Absent), "the node is told to send it");
        await world.Upload("press-1", Content(1));
        Assert.That(await world.Keeper.Read(world.Store.FindWaveforms(sha256).Single()), Is.EqualTo(Content(1)));
    }

    [Test]
    public async Task A_file_that_cannot_be_written_now_is_written_later()
    {
        await using var world = new WaveformWorld();
        var sha256 = WaveformFiles.HashOf(Content(1));
        var inTheWay = Path.GetDirectoryName(world.Files.PathOf(sha256))!;
        await File.WriteAllTextAsync(inTheWay, "a file where the folder belongs");
        await world.Upload("press-1", Content(1));
        Assert.That(world.Status("press-1", sha256).State, Is.EqualTo(WaveformState.Verifying), "the chunks are kept");
        File.Delete(inTheWay);
        await AssertWholeAfterSweep(world);
    }

    [Test]
    public async Task While_a_backup_holds_the_files_none_is_removed()
    {
        await using var world = new WaveformWorld(options => options with { QuotaCount = 1 });
        await world.Upload("press-1", Content(1));
        world.Time.Advance(TimeSpan.FromMinutes(1));
        using (await world.Keeper.Hold(CancellationToken.None))
        {
            await world.Upload("press-1", Content(2));
            await world.Keeper.Sweep();
            Assert.That(world.Kept("press-1"), Has.Count.EqualTo(1), "its row is gone");
            Assert.That(world.FileCount, Is.EqualTo(2));
        }

        await world.Keeper.Sweep();
        Assert.That(world.FileCount, Is.EqualTo(1));
    }

    [Test]
    public async Task The_oldest_makes_room_within_the_devices_quota()
    {
        await using var world = new WaveformWorld(options => options with { QuotaCount = 3 });
        var hashes = new List<string>();
        for (var number = 0; number < 5; number++)
        {
            hashes.Add(await world.Upload("press-1", Content(number)));
            await world.Upload("press-2", Content(100 + number % 2));
            world.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.That(world.Kept("press-1"), Is.EqualTo(hashes[2..]));
        Assert.That(world.FileCount, Is.EqualTo(3 + 2), "the files went with their rows");
    }

    [Test]
    public async Task What_no_alarm_keeps_makes_room_before_anything_is_refused()
    {
        await using var world = new WaveformWorld(options => options with { QuotaCount = 3, Neighbours = 0 });
        var kept = await Upload(0);
        world.Alarms.Add(new AlarmWaveform("press-1", world.Time.GetUtcNow(), kept));
        await Upload(1);
        var third = await Upload(2);
        var fourth = await Upload(3);
        Assert.That(world.Kept("press-1"), Is.EqualTo(new[] { kept, third, fourth }), "the second, for an alarm keeps the older first");
        Assert.That(world.Status("press-1", fourth).State, Is.EqualTo(WaveformState.Complete));

        async Task<string> Upload(int number)
        {
            var hash = await world.Upload("press-1", Content(number));
            world.Time.Advance(TimeSpan.FromMinutes(1));
            return hash;
        }
    }

    [Test]
    public async Task A_quota_full_of_what_alarms_keep_refuses_the_next()
    {
        await using var world = new WaveformWorld(options => options with { QuotaBytes = 40, Neighbours = 0 });
        foreach (var number in new[] { 0, 1 })
        {
            world.Alarms.Add(new AlarmWaveform("press-1", world.Time.GetUtcNow(), await world.Upload("press-1", Content(number))));
            world.Time.Advance(TimeSpan.FromMinutes(1));
        }

        var third = await world.Upload("press-1", Content(2));
        Assert.That(world.Status("press-1", third).Reason, Is.EqualTo(DiscardReason.QuotaExceeded));
        Assert.That(world.Kept("press-1"), Has.Count.EqualTo(2));
        world.Alarms.RemoveAt(0);
        await world.Upload("press-1", Content(2));
        Assert.That(world.Kept("press-1"), Is.EqualTo(new[] { WaveformFiles.HashOf(Content(1)), third }));
    }

    [Test]
    public async Task Age_and_size_remove_what_no_alarm_keeps()
    {
        await using var world = new WaveformWorld(options => options with { KeptFor = TimeSpan.FromDays(30), Neighbours = 1 });
        var hashes = new List<string>();
        for (var day = 0; day < 6; day++)
        {
            hashes.Add(await world.Upload("press-1", Content(day)));
            world.Time.Advance(TimeSpan.FromDays(1));
        }

        world.Alarms.Add(new AlarmWaveform("press-1", default, hashes[1]));
        world.Time.Advance(TimeSpan.FromDays(28));
        await world.Keeper.Sweep();
        Assert.That(world.Kept("press-1"), Is.EqualTo(new[] { hashes[0], hashes[1], hashes[2], hashes[4], hashes[5] }), "the alarm's and its neighbours stay");
        world.Alarms.Clear();
        await world.Keeper.Sweep();
        Assert.That(world.Kept("press-1"), Is.EqualTo(hashes[4..]));
    }

    /// <summary>Chunks, crashes, lost files and sweeps in any order: what is complete is whole or said to be damaged, and can be healed.</summary>
    [Test]
    public async Task Seeded_faults_never_lose_an_acknowledged_byte_unnoticed([Range(1, 6)] int seed)
    {
        await using var world = new WaveformWorld(options => options with { MostUploads = 10 });
        var random = new Random(seed);
        var contents = Enumerable.Range(0, 4).Select(number => Content(seed * 10 + number, 2 * random.Next(5, 40))).ToArray();
        var received = contents.Select(content => new bool[content.Length]).ToArray();
        for (var step = 0; step < 150; step++)
        {
            var number = random.Next(contents.Length);
            var (content, sha256) = (contents[number], WaveformFiles.HashOf(contents[number]));
            switch (random.Next(12))
            {
                case 0:
                    await world.Crash();
                    break;
                case 1:
                    await world.Keeper.Sweep();
                    break;
                case 2 when world.Status("press-1", sha256).State == WaveformState.Complete:
                    world.Files.Delete(sha256);
                    received[number].AsSpan().Clear();
                    await world.Keeper.Sweep();
                    break;
                case 3:
                    await world.Keeper.Verify("press-1", sha256);
                    break;
                default:
                    var start = random.Next(content.Length);
                    var end = random.Next(start + 1, content.Length + 1);
                    await world.Chunk("press-1", content, start, end);
                    received[number].AsSpan(start, end - start).Fill(true);
                    break;
            }

            var status = world.Status("press-1", sha256);
            var missing = Array.IndexOf(received[number], false);
            Assert.That(status.Next, Is.EqualTo(missing < 0 ? content.Length : missing), $"step {step}: {status.State}");
            Assert.That(status.State, Is.Not.EqualTo(WaveformState.Discarded));
            if (status.State == WaveformState.Complete)
            {
                Assert.That(world.Files.Read(sha256, content.Length), Is.EqualTo(content), $"step {step}");
            }
        }
    }

    private static async Task AssertWholeAfterSweep(WaveformWorld world)
    {
        await world.Keeper.Sweep();
        var waveform = world.Store.ReadWaveforms("press-1", null, null, 10).Single();
        Assert.That(await world.Keeper.Read(waveform), Is.EqualTo(Content(1)));
        Assert.That((world.FileCount, world.Store.ReadUploads().Count), Is.EqualTo((1, 0)));
    }
}
