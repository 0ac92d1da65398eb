using DeviceTwin.Analytics.Replays;

namespace DeviceTwin.Tests.Analytics.Replays;

/// <summary>A replay that was cut goes on, and ends with the same report.</summary>
public sealed class ReplayJournalTests
{
    private const int Captures = 12;

    [Test]
    public async Task Cancelled_at_every_step_it_ends_with_the_same_report()
    {
        var expected = (await Replay.RunAsync(new Scene().Plant(), new Scene().Prepared())).ResultHash;
        for (var step = 1; step <= Captures; step++)
        {
            var journal = new MemoryJournal();
            var cut = new Scene().Prepared();
            using var stop = new CancellationTokenSource();
            cut.OnRead = read =>
            {
                if (read == step)
                {
                    stop.Cancel();
                }
            };
            await Assert.CatchAsync<OperationCanceledException>(() => Run(cut, journal, stop.Token), $"at step {step}");
            var rest = new Scene().Prepared();
            Assert.That((await Run(rest, journal)).ResultHash, Is.EqualTo(expected), $"cancelled at step {step}");

            // Every series that was whole before is not read again: three captures each.
            Assert.That(rest.Reads, Is.EqualTo(Captures - ((step - 1) / 3 * 3)), $"cancelled at step {step}");
        }
    }

    [Test]
    public async Task Stopped_by_a_journal_that_cannot_be_written_it_ends_with_the_same_report()
    {
        var expected = (await Run(new Scene().Prepared(), new MemoryJournal())).ResultHash;
        for (var line = 1; line <= 5; line++)
        {
            var journal = new MemoryJournal { FullAt = line };
            await Assert.CatchAsync<IOException>(() => Run(new Scene().Prepared(), journal), $"at line {line}");
            journal.FullAt = int.MaxValue;
            Assert.That((await Run(new Scene().Prepared(), journal)).ResultHash, Is.EqualTo(expected), $"stopped at line {line}");
        }
    }

    [Test]
    public async Task A_journal_cut_anywhere_is_believed_up_to_its_last_whole_line()
    {
        var whole = new MemoryJournal();
        var expected = (await Run(new Scene().Prepared(), whole)).ResultHash;
        var ends = Enumerable.Range(0, whole.Bytes.Count).Where(at => whole.Bytes[at] == '\n').SelectMany(at => new[] { at - 1, at, at + 1 });
        foreach (var length in ends.Concat(Enumerable.Range(0, whole.Bytes.Count / 499).Select(piece => piece * 499)))
        {
            var journal = new MemoryJournal([.. whole.Bytes.Take(length)]);
            Assert.That((await Run(new Scene().Prepared(), journal)).ResultHash, Is.EqualTo(expected), $"cut after {length} bytes");
            Assert.That(journal.Bytes.Count(letter => letter == '\n'), Is.EqualTo(5), "a head and four series, none twice");
        }
    }

    [Test]
    public async Task A_damaged_line_and_all_behind_it_are_done_again()
    {
        var whole = new MemoryJournal();
        var expected = (await Run(new Scene().Prepared(), whole)).ResultHash;
        foreach (var at in Enumerable.Range(0, whole.Bytes.Count / 997).Select(piece => (piece * 997) + 3))
        {
            var journal = new MemoryJournal([.. whole.Bytes]);
            journal.Bytes[at] ^= 4;
            Assert.That((await Run(new Scene().Prepared(), journal)).ResultHash, Is.EqualTo(expected), $"damaged at {at}");
        }
    }

    [Test]
    public async Task A_whole_journal_needs_no_waveform()
    {
        var journal = new MemoryJournal();
        var expected = await Run(new Scene().Prepared(), journal);
        var again = new Scene().Prepared();

        Assert.That((await Run(again, journal)).ToCanonicalJson(), Is.EqualTo(expected.ToCanonicalJson()));
        Assert.That(again.Reads, Is.Zero);
    }

    [Test]
    public async Task The_journal_of_another_replay_is_refused()
    {
        var journal = new MemoryJournal();
        await Run(new Scene().Prepared(), journal);
        var other = new ReplayRequest([Scene.Series("other", [])]);

        var error = (await Assert.ThrowsAsync<ReplayException>(() => Replay.RunAsync(other, new Scene(), new ReplayOptions { Journal = journal })))!;
        Assert.That(error.Code, Is.EqualTo(ReplayException.JournalOfAnotherReplay));
    }

    [Test]
    public async Task A_file_serves_as_journal()
    {
        var path = Path.Combine(Path.GetTempPath(), $"devicetwin-replay-{Guid.NewGuid():N}.journal");
        try
        {
            var expected = (await Run(new Scene().Prepared(), new FileReplayJournal(path))).ResultHash;
            var bytes = await File.ReadAllBytesAsync(path);
            await File.WriteAllBytesAsync(path, bytes[..^20]);
            var rest = new Scene().Prepared();

            Assert.That((await Run(rest, new FileReplayJournal(path))).ResultHash, Is.EqualTo(expected));
            Assert.That(rest.Reads, Is.EqualTo(3));
            Assert.That(await File.ReadAllBytesAsync(path), Is.EqualTo(bytes));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static Task<DeviceTwin.Analytics.Reports.ReplayReport> Run(Scene scene, IReplayJournal journal, CancellationToken cancellation = default) =>
        Replay.RunAsync(scene.Plant(), scene, new ReplayOptions { Parallelism = 1, Journal = journal }, cancellation);

    private sealed class MemoryJournal(params byte[] bytes) : IReplayJournal
    {
        private int lines;

        public List<byte> Bytes { get; } = [.. bytes];

        public int FullAt { get; set; } = int.MaxValue;

        public byte[] Read() => [.. Bytes];

        public void Cut(long length) => Bytes.RemoveRange((int)length, Bytes.Count - (int)length);

        public void Append(ReadOnlySpan<byte> line)
        {
            if (++lines >= FullAt)
            {
                // Half a line is on the disk.
                Bytes.AddRange(line[..(line.Length / 2)]);
                throw new IOException("The disk is full.");
            }

            Bytes.AddRange(line);
        }
    }
}
