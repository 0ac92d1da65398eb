using DeviceTwin.SensorNode.Supervision;

namespace DeviceTwin.Tests.SensorNode.Simulator.Supervision;

/// <summary>The trace keeps the last events, numbers them, and survives a restart.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class TraceRingTests
{
    private readonly TraceRing _ring = new();

    [Test]
    public void AnEmptyRingHoldsNothing()
    {
        Assert.That(_ring.Last(), Is.Zero);
        Assert.That(_ring.Oldest(), Is.EqualTo(1));
        Assert.That(_ring.CopyTo(0, new TraceEntry()), Is.False);
        Assert.That(_ring.CopyTo(1, new TraceEntry()), Is.False);
    }

    [TestCase(TraceRing.Capacity - 1, 1)]
    [TestCase(TraceRing.Capacity, 1)]
    [TestCase(TraceRing.Capacity + 1, 2)]
    [TestCase(1000, 937)]
    public void TheOldestIsDropped(int events, int oldest)
    {
        Fill(_ring, events);

        Assert.That(_ring.Last(), Is.EqualTo(events));
        Assert.That(_ring.Oldest(), Is.EqualTo(oldest));
        Assert.That(_ring.CopyTo(oldest - 1, new TraceEntry()), Is.False);
        Assert.That(_ring.CopyTo(events + 1, new TraceEntry()), Is.False);
        for (int number = oldest; number <= events; number++)
        {
            TraceEntry entry = Entry(_ring, number);
            Assert.That((entry.Event, entry.UptimeMs, entry.First, entry.Second), Is.EqualTo((number % 20, number * 10_000_000_000L, -number, number * 7)));
        }
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(TraceRing.Capacity)]
    [TestCase(TraceRing.Capacity + 5)]
    public void ARestartGoesOnWithTheNumbers(int events)
    {
        Fill(_ring, events);
        var next = new TraceRing();

        Assert.That(next.Decode(_ring.Encode()), Is.True);

        Assert.That(next.Last(), Is.EqualTo(events));
        Assert.That(next.Oldest(), Is.EqualTo(_ring.Oldest()));
        Assert.That(next.Encode(), Is.EqualTo(_ring.Encode()));
        next.Add(TraceEvent.Healthy, 5, 6, 7);
        Assert.That(Entry(next, events + 1).Second, Is.EqualTo(7));
        Assert.That(next.Important(), Is.EqualTo(1), "what comes from the file is saved already");
    }

    [Test]
    public void DamagedContentLeavesTheRingAsItIs()
    {
        Fill(_ring, 10);
        byte[] good = _ring.Encode();
        var other = new TraceRing();
        other.Add(1, 2, 3, 4);
        byte[] before = other.Encode();

        for (int length = 0; length < good.Length; length++)
        {
            Assert.That(other.Decode(good[..length]), Is.False, $"cut at {length}");
        }

        good[0] = 2;
        Assert.That(other.Decode(good), Is.False);
        Assert.That(other.Decode(null), Is.False);
        Assert.That(other.Encode(), Is.EqualTo(before));
    }

    [Test]
    public void AddingAllocatesNothing()
    {
        Fill(_ring, 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        _ring.Add(1, 2, 3, 4);

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    internal static TraceEntry Entry(TraceRing ring, int number)
    {
        var entry = new TraceEntry();
        Assert.That(ring.CopyTo(number, entry), Is.True, $"event {number}");
        return entry;
    }

    /// <summary>The words of the events held, the oldest first.</summary>
    internal static string[] WordsOf(TraceRing ring) =>
        [.. Enumerable.Range(ring.Oldest(), ring.Last() - ring.Oldest() + 1).Select(number => TraceEvent.Word(Entry(ring, number).Event))];

    private static void Fill(TraceRing ring, int events)
    {
        for (int number = 1; number <= events; number++)
        {
            ring.Add(number % 20, number * 10_000_000_000L, -number, number * 7);
        }
    }
}
