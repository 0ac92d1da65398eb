using DeviceTwin.Storage.Sequence;
using FsCheck;
using FsCheck.Fluent;

namespace DeviceTwin.Tests.Storage.Sequence;

/// <summary>Which numbers are there: exact as long as the ranges fit, and on the safe side beyond.</summary>
public sealed class SequenceWindowTests
{
    private static readonly DateTimeOffset At = StoreFolder.Start;

    [Test]
    public void In_order_there_is_one_range_and_nothing_missing()
    {
        var window = After(1, 2, 3, 4);
        Assert.That((window.Top.First, window.Top.Last, window.Below.Length), Is.EqualTo((1L, 4L, 0)));
        Assert.That((window.Received, window.Missing), Is.EqualTo((4L, 0L)));
    }

    [Test]
    public void What_was_left_out_is_a_gap_with_its_time_until_it_comes()
    {
        var window = After(1, 2, 6);
        Assert.That(window.Gaps(), Is.EqualTo(new[] { new SequenceGap(3, 5, At.AddSeconds(6)) }));
        window = window.Take(4, At.AddSeconds(9)).Window;
        Assert.That(window.Gaps().Select(gap => (gap.First, gap.Last, gap.Since)), Is.EqualTo(new[] { (3L, 3L, At.AddSeconds(6)), (5L, 5L, At.AddSeconds(6)) }));
        window = window.Take(3, At).Window.Take(5, At).Window;
        Assert.That((window.Missing, window.Filled, window.Below.Length, window.Top.First), Is.EqualTo((0L, 3L, 0, 1L)));
    }

    [Test]
    public void A_boot_that_does_not_begin_with_one_lacks_its_beginning() =>
        Assert.That(After(5).Gaps().Select(gap => (gap.First, gap.Last)), Is.EqualTo(new[] { (1L, 4L) }));

    // With three ranges: one more range than fits gives up the gaps around the lowest one, and only those.
    [TestCase(new long[] { 1, 3, 5 }, 0, new long[] { 2, 4 })]
    [TestCase(new long[] { 1, 3, 5, 7 }, 1, new long[] { 4, 6 })]
    [TestCase(new long[] { 2, 4, 6, 8 }, 2, new long[] { 5, 7 })]
    [TestCase(new long[] { 1, 3, 5, 7, 9 }, 2, new long[] { 6, 8 })]
    public void Where_ranges_do_not_fit_the_oldest_gap_is_given_up(long[] numbers, long givenUp, long[] missing)
    {
        var window = AfterIn(3, numbers);
        Assert.That(window.GivenUp, Is.EqualTo(givenUp));
        Assert.That(window.Gaps().Select(gap => gap.First), Is.EqualTo(missing));
    }

    [Test]
    public void What_is_older_than_the_window_is_kept_as_it_may_be_new()
    {
        var (window, outcome) = AfterIn(3, 1, 3, 5, 7).Take(2, At, 3);
        Assert.That((outcome, window.Unsure), Is.EqualTo((SequenceOutcome.Behind, 1L)));
        Assert.That(AfterIn(3, 1, 3, 5, 7).Take(3, At, 3).Outcome, Is.EqualTo(SequenceOutcome.Repeat), "what borders on the floor is still known");
    }

    [Test]
    public void The_largest_number_is_no_special_case()
    {
        var window = After(SequenceWindow.LargestNumber - 1).Take(SequenceWindow.LargestNumber, At).Window;
        Assert.That(window.Missing, Is.EqualTo(SequenceWindow.LargestNumber - 2));
        Assert.That(window.Take(SequenceWindow.LargestNumber, At).Outcome, Is.EqualTo(SequenceOutcome.Repeat));
    }

    [Test]
    public void Whatever_the_order_each_number_is_new_once_and_a_repeat_after_that() => Properties.Check(
        from count in Gen.Choose(1, 60)
        from numbers in Gen.Choose(1, 25).ListOf(count)
        select numbers,
        numbers =>
        {
            var seen = new HashSet<long>();
            SequenceWindow? window = null;
            foreach (long number in numbers)
            {
                (window, var outcome) = Take(window, number, SequenceWindow.Largest);
                Assert.That(outcome == SequenceOutcome.Repeat, Is.EqualTo(!seen.Add(number)));
                Same(window, seen);
            }
        });

    [Test]
    public void In_a_tiny_window_nothing_new_is_ever_taken_for_a_repeat_and_its_size_is_bounded() => Properties.Check(
        from largest in Gen.Choose(1, 4)
        from numbers in Gen.Choose(1, 40).ListOf(80)
        select (largest, numbers),
        sample =>
        {
            var seen = new HashSet<long>();
            SequenceWindow? window = null;
            foreach (long number in sample.numbers)
            {
                var before = window;
                (window, var outcome) = Take(window, number, sample.largest);
                if (outcome == SequenceOutcome.Repeat)
                {
                    Assert.That(seen, Does.Contain(number));
                }
                else if (seen.Contains(number))
                {
                    Assert.That((outcome, number <= before!.Floor), Is.EqualTo((SequenceOutcome.Behind, true)), "twice only where the window has given up");
                }

                seen.Add(number);
                Assert.That(window.Below.Length + 1, Is.LessThanOrEqualTo(sample.largest));
                Assert.That(window.Gaps().SelectMany(Numbers), Is.EquivalentTo(Enumerable.Range(1, 40).Select(n => (long)n)
                    .Where(n => n > window.Floor && n < window.Top.Last && !seen.Contains(n))), "what is shown as missing is missing");
            }
        });

    [Test]
    public void A_window_comes_back_from_its_bytes() => Properties.Check(Gen.Choose(1, 60).ListOf(40), numbers =>
    {
        using var folder = new StoreFolder();
        var window = numbers.Skip(1).Aggregate(SequenceWindow.Begin("d", "b", numbers[0], At), (known, number) => known.Take(number, At.AddSeconds(number), 5).Window);
        using (var store = folder.Open())
        {
            store.Write([new PutSequence(window)]).Wait();
        }

        using var again = folder.Open();
        var read = again.ReadSequences().Windows.Single();
        Assert.That(read with { Below = window.Below }, Is.EqualTo(window));
        Assert.That(read.Below, Is.EqualTo(window.Below));
    }, 10);

    [Test]
    public async Task Of_a_boot_only_the_last_window_of_a_commit_is_written_and_a_rollback_leaves_the_one_before()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await store.Write([new PutSequence(After(1)), new PutSequence(After(1, 2)), new PutSequence(After(1, 2, 3))]);
        var bad = store.Write([new PutSequence(After(1, 2, 3, 4)), new DeviceTwin.Storage.StoreChange.PutIdentity(StoreFolder.Identity("c") with { PrimaryKey = null! })]);
        await Assert.ThrowsAsync<DeviceTwin.Storage.StorageException>(() => bad);
        await store.Write([new DeviceTwin.Storage.StoreChange.Count("x", 1)]);
        Assert.That(store.ReadSequences().Windows.Single().Top.Last, Is.EqualTo(3), "what was gathered for a commit that failed is not in the next one");
        using var crashed = folder.OpenAsAfterACrash();
        Assert.That(crashed.ReadSequences().Windows.Single().Top.Last, Is.EqualTo(3));
    }

    [Test]
    public async Task With_a_device_its_windows_go()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await store.Write([new PutSequence(After(1))]);
        await store.Write([new PutSequence(After(1, 2)), new DeviceTwin.Storage.StoreChange.DeleteDevice("d")]);
        Assert.That(store.ReadSequences().Windows, Is.Empty);
        await store.Write([new PutSequence(After(1)), new DropSequence("d", "b")]);
        Assert.That(store.ReadSequences().Windows, Is.Empty);
    }

    [Test]
    public void A_window_in_order_takes_few_bytes_and_a_full_one_stays_below_four_kilobytes()
    {
        var full = Enumerable.Range(1, 500).Aggregate(SequenceWindow.Begin("d", "b", 1, At), (known, step) => known.Take(1 + (step * (1L << 43)), At.AddDays(step)).Window);
        Assert.That(full.Below.Length + 1, Is.EqualTo(SequenceWindow.Largest));
        Assert.That(SequenceCodec.Encode(After(1, 2, 3)), Has.Length.LessThan(64));
        Assert.That(SequenceCodec.Encode(full), Has.Length.LessThan(4096));
    }

    private static SequenceWindow After(params long[] numbers) => AfterIn(SequenceWindow.Largest, numbers);

    private static SequenceWindow AfterIn(int largest, params long[] numbers) => numbers.Skip(1).Aggregate(
        SequenceWindow.Begin("d", "b", numbers[0], At.AddSeconds(numbers[0] < 1000 ? numbers[0] : 0)),
        (window, number) => window.Take(number, At.AddSeconds(number), largest).Window);

    private static (SequenceWindow Window, SequenceOutcome Outcome) Take(SequenceWindow? window, long number, int largest) =>
        window?.Take(number, At, largest) ?? (SequenceWindow.Begin("d", "b", number, At), SequenceOutcome.Next);

    private static void Same(SequenceWindow window, HashSet<long> seen)
    {
        var missing = Enumerable.Range(1, (int)seen.Max()).Select(number => (long)number).Where(number => !seen.Contains(number)).ToArray();
        Assert.That(window.Gaps().SelectMany(Numbers), Is.EqualTo(missing));
        Assert.That((window.Missing, window.Received), Is.EqualTo(((long)missing.Length, (long)seen.Count)));
    }

    private static IEnumerable<long> Numbers(SequenceGap gap)
    {
        for (var number = gap.First; number <= gap.Last; number++)
        {
            yield return number;
        }
    }
}
