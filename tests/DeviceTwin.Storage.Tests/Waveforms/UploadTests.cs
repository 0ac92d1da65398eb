using DeviceTwin.Storage;
using DeviceTwin.Storage.Sqlite;
using DeviceTwin.Storage.Waveforms;
using static DeviceTwin.Tests.Storage.Waveforms.Samples;

namespace DeviceTwin.Tests.Storage.Waveforms;

/// <summary>Chunks come in any order and as often as they like; overlaps must agree; what is acknowledged survives.</summary>
public sealed class UploadTests
{
    [Test]
    public async Task Chunks_in_order_make_a_whole()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        var content = Content(1, 10);
        var head = Head(content);
        Assert.That(store.ReadWaveformStatus("press-1", head.Sha256), Is.EqualTo(WaveformStatus.Absent));
        Assert.That((await Send(store, head, content, 0, 4)).Outcome, Is.EqualTo(ChunkOutcome.Kept));
        Assert.That(Told(store, head), Is.EqualTo("Open 0-4 next 4"));
        Assert.That((await Send(store, head, content, 4, 10)).Outcome, Is.EqualTo(ChunkOutcome.Whole));
        Assert.That(Told(store, head), Is.EqualTo("Verifying 0-10 next 10"));
        var (upload, bytes) = store.ReadWholeUpload("press-1", head.Sha256)!.Value;
        Assert.That((upload.Head, upload.IsWhole), Is.EqualTo((head, true)));
        Assert.That(bytes, Is.EqualTo(content));
    }

    /// <summary>Every place that two chunks can have to one another, at the edges of a third.</summary>
    [Test]
    public async Task Overlaps_that_agree_are_welcome_wherever_they_begin_and_end()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open(new SqliteStoreOptions { Path = folder.DatabasePath });
        var limits = Limits with { Uploads = int.MaxValue, OpenBytes = long.MaxValue };
        int[] edges = [3, 4, 5, 7, 8, 9];
        foreach (var start in edges.Prepend(0))
        {
            foreach (var end in edges.Append(12).Where(end => end > start))
            {
                var content = Content(start * 100 + end, 12);
                var head = Head(content, $"d-{start}-{end}");
                await Send(store, head, content, 4, 8, limits);
                await Send(store, head, content, start, end, limits);
                Assert.That(
                    store.ReadWaveformStatus(head.DeviceId, head.Sha256).Ranges.Sum(range => range.End - range.Start),
                    Is.EqualTo(Enumerable.Range(0, 12).Count(at => (at >= 4 && at < 8) || (at >= start && at < end))),
                    head.DeviceId);
                await Send(store, head, content, 0, 12, limits);
                Assert.That(store.ReadWholeUpload(head.DeviceId, head.Sha256)!.Value.Content, Is.EqualTo(content), head.DeviceId);
            }
        }
    }

    [Test]
    public async Task Seeded_storms_of_tiny_chunks_end_in_the_same_bytes([Range(1, 20)] int seed)
    {
        using var folder = new StoreFolder();
        var store = folder.Open();
        var random = new Random(seed);
        var content = Content(seed, 2 * random.Next(1, 60));
        var head = Head(content);
        try
        {
            var received = new bool[content.Length];
            while (received.Contains(false))
            {
                var start = random.Next(content.Length);
                var end = random.Next(start + 1, Math.Min(content.Length, start + 9) + 1);
                await Send(store, head, content, start, end);
                received.AsSpan(start, end - start).Fill(true);
                Assert.That(store.ReadWaveformStatus("press-1", head.Sha256).Next, Is.EqualTo(Array.IndexOf(received, false) is >= 0 and var gap ? gap : content.Length));
                if (random.Next(10) == 0)
                {
                    store.Dispose();
                    store = folder.Open();
                }
            }

            Assert.That(store.ReadWholeUpload("press-1", head.Sha256)!.Value.Content, Is.EqualTo(content));
        }
        finally
        {
            store.Dispose();
        }
    }

    [Test]
    public async Task An_acknowledged_chunk_is_there_after_a_crash()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        var content = Content(2, 100);
        await Send(store, Head(content), content, 40, 60);
        using var crashed = folder.OpenAsAfterACrash();
        Assert.That(Told(crashed, Head(content)), Is.EqualTo("Open 40-60 next 0"));
    }

    [Test]
    public async Task Chunks_that_differ_where_they_overlap_throw_all_of_it_away()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        var content = Content(3, 10);
        var head = Head(content);
        await Send(store, head, content, 0, 6);
        var other = (byte[])content.Clone();
        other[5] ^= 1;
        var receipt = await Send(store, head, other, 5, 10);
        Assert.That((receipt.Outcome, receipt.Reason), Is.EqualTo((ChunkOutcome.Discarded, DiscardReason.ChunksDiffer)));
        var status = store.ReadWaveformStatus("press-1", head.Sha256);
        Assert.That((status.State, status.Reason, status.Next), Is.EqualTo((WaveformState.Discarded, DiscardReason.ChunksDiffer, 0)));
        Assert.That(store.ReadUploads(), Is.Empty);
        await Send(store, head, content, 0, 10);
        Assert.That(Told(store, head), Is.EqualTo("Verifying 0-10 next 10"), "it may be sent again");
    }

    [Test]
    public async Task Chunks_with_other_facts_throw_all_of_it_away()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        var content = Content(4, 10);
        await Send(store, Head(content), content, 0, 6);
        Assert.That((await Send(store, Head(content, rate: 1), content, 6, 10)).Reason, Is.EqualTo(DiscardReason.FactsDiffer));
        Assert.That(store.ReadUploads(), Is.Empty);
    }

    [Test]
    public async Task Unfinished_waveforms_are_bounded_per_device_and_in_all()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        var limits = new UploadLimits(2, 3, 60);
        var contents = Enumerable.Range(0, 5).Select(seed => Content(seed, 20)).ToArray();
        await Send(store, Head(contents[0]), contents[0], 0, 2, limits);
        await Send(store, Head(contents[1]), contents[1], 0, 2, limits);
        Assert.That((await Send(store, Head(contents[2]), contents[2], 0, 2, limits)).Reason, Is.EqualTo(DiscardReason.TooManyUploads), "of one device");
        Assert.That((await Send(store, Head(contents[2], "other"), contents[2], 0, 2, limits)).Outcome, Is.EqualTo(ChunkOutcome.Kept));
        Assert.That((await Send(store, Head(contents[3], "third"), contents[3], 0, 2, limits)).Reason, Is.EqualTo(DiscardReason.TooManyUploads), "60 bytes are announced");
        await Send(store, Head(contents[0]), contents[0], 4, 6, limits);
        await Send(store, Head(contents[0]), contents[0], 8, 10, limits);
        Assert.That((await Send(store, Head(contents[0]), contents[0], 12, 14, limits)).Reason, Is.EqualTo(DiscardReason.TooManyChunks));
    }

    [Test]
    public async Task The_same_content_costs_nothing_the_second_time()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        var content = Content(5, 20);
        await Finish(store, Head(content), content);
        Assert.That((await Send(store, Head(content), content, 0, 2)).Outcome, Is.EqualTo(ChunkOutcome.Complete), "the same device");
        Assert.That((await Send(store, Head(content, "press-2"), content, 18, 20)).Outcome, Is.EqualTo(ChunkOutcome.Complete), "another one");
        Assert.That((await Send(store, Head(content, rate: 1), content, 0, 2)).Reason, Is.EqualTo(DiscardReason.FactsDiffer));
        Assert.That(Told(store, Head(content)), Is.EqualTo("Complete 0-20 next 20"), "what is complete stays");
        Assert.That(store.FindWaveforms(Head(content).Sha256).Select(waveform => waveform.Head.DeviceId), Is.EquivalentTo(new[] { "press-1", "press-2" }));
        Assert.That(store.ReadUploads(), Is.Empty);
    }

    [Test]
    public async Task A_content_goes_with_its_last_device()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        var content = Content(6, 20);
        await Finish(store, Head(content), content);
        await Send(store, Head(content, "press-2"), content, 0, 2);
        await store.Write([new WaveformChange.Remove("press-1", Head(content).Sha256)]);
        Assert.That(store.ReadWaveformContents(), Has.Count.EqualTo(1));
        await store.Write([new StoreChange.DeleteDevice("press-2"), new WaveformChange.ForgetContents()]);
        Assert.That((store.ReadWaveformContents().Count, store.ReadWaveformDevices().Count), Is.EqualTo((0, 0)));
    }

    [Test]
    public async Task A_deleted_device_leaves_nothing_behind_even_while_its_waveform_is_verified()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        var content = Content(7, 20);
        await Send(store, Head(content), content, 0, 20);
        var upload = store.ReadWholeUpload("press-1", Head(content).Sha256)!.Value.Upload;
        await store.Write([new StoreChange.DeleteDevice("press-1")]);
        await store.Write([new WaveformChange.Complete(upload, 5)]);
        Assert.That((store.ReadUploads().Count, store.ReadWaveformDevices().Count, store.ReadWaveformContents().Count), Is.EqualTo((0, 0, 0)));
    }

    [Test]
    public async Task A_damaged_content_may_be_sent_again()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        var content = Content(8, 20);
        var head = Head(content);
        await Finish(store, head, content);
        await store.Write([new WaveformChange.MarkDamaged(head.Sha256)]);
        Assert.That(store.ReadWaveforms("press-1", null, null, 10).Single().Damaged, Is.True);
        Assert.That(store.ReadWaveformStatus("press-1", head.Sha256).State, Is.EqualTo(WaveformState.Absent));
        await Finish(store, head, content);
        Assert.That(store.ReadWaveforms("press-1", null, null, 10).Single().Damaged, Is.False);
    }

    [Test]
    public async Task Waveforms_are_listed_newest_first_between_two_times()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        for (var hour = 0; hour < 5; hour++)
        {
            var content = Content(hour, 20);
            await Finish(store, Head(content, hour % 2 == 0 ? "even" : "odd"), content, StoreFolder.Start.AddHours(hour));
        }

        int[] Hours(IEnumerable<StoredWaveform> waveforms) => [.. waveforms.Select(waveform => (waveform.ReceivedAt - StoreFolder.Start).Hours)];
        Assert.That(Hours(store.ReadWaveforms(null, null, null, 3)), Is.EqualTo(new[] { 4, 3, 2 }));
        Assert.That(Hours(store.ReadWaveforms("even", StoreFolder.Start.AddHours(1), StoreFolder.Start.AddHours(4), 9)), Is.EqualTo(new[] { 2 }));
        Assert.That(store.ReadWaveforms("odd", null, null, 1).Single().Head, Is.EqualTo(Head(Content(3, 20), "odd")), "with all facts");
    }

    [Test]
    public async Task Reasons_of_discarding_are_bounded_and_forgotten()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        for (var number = 0; number < 40; number++)
        {
            await store.Write([new WaveformChange.Discard("press-1", Head(Content(number, 2)).Sha256, DiscardReason.Expired, StoreFolder.Start)]);
        }

        Assert.That(State(0), Is.EqualTo(WaveformState.Absent), "the oldest of more than 32");
        Assert.That(State(39), Is.EqualTo(WaveformState.Discarded));
        await store.Write([new WaveformChange.ForgetDiscards(StoreFolder.Start.AddTicks(1))]);
        Assert.That(State(39), Is.EqualTo(WaveformState.Absent));
        WaveformState State(int number) => store.ReadWaveformStatus("press-1", Head(Content(number, 2)).Sha256).State;
    }

    private static async Task Finish(SqliteHubStore store, WaveformHead head, byte[] content, DateTimeOffset? at = null)
    {
        Assert.That((await Send(store, head, content, 0, content.Length, at: at)).Outcome, Is.EqualTo(ChunkOutcome.Whole));
        await store.Write([new WaveformChange.Complete(store.ReadWholeUpload(head.DeviceId, head.Sha256)!.Value.Upload, 5)]);
    }

    private static string Told(IWaveformStore store, WaveformHead head)
    {
        var status = store.ReadWaveformStatus(head.DeviceId, head.Sha256);
        return $"{status.State} {string.Join(',', status.Ranges.Select(range => $"{range.Start}-{range.End}"))} next {status.Next}";
    }
}
