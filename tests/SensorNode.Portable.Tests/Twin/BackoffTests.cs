using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.Tests.SensorNode.Portable.Twin;

public sealed class BackoffTests
{
    [Test]
    public void CeilingDoublesUpToTheMaximumAndFallsBackOnReset()
    {
        int[] largest = new int[8];
        for (int seed = 0; seed < 2000; seed++)
        {
            var backoff = new Backoff(1000, 10000, 100, new Jitter(seed));
            for (int attempt = 0; attempt < largest.Length; attempt++)
            {
                int wait = backoff.Next();
                Assert.That(wait, Is.InRange(100, 10000));
                largest[attempt] = Math.Max(largest[attempt], wait);
            }

            backoff.Reset();
            Assert.That(backoff.Next(), Is.LessThanOrEqualTo(1000));
        }

        int[] ceilings = [1000, 2000, 4000, 8000, 10000, 10000, 10000, 10000];
        for (int attempt = 0; attempt < largest.Length; attempt++)
        {
            Assert.That(largest[attempt], Is.InRange(ceilings[attempt] * 99 / 100, ceilings[attempt]), $"attempt {attempt}");
        }
    }

    [Test]
    public void JitterIsFull()
    {
        // A fleet that returns after an outage spreads over the whole wait: every tenth of it gets its share.
        int[] tenths = new int[10];
        for (int seed = 0; seed < 10000; seed++)
        {
            tenths[Math.Min(9, new Backoff(1000, 1000, 0, new Jitter(seed)).Next() / 100)]++;
        }

        Assert.That(tenths, Is.All.InRange(800, 1200));
    }

    [Test]
    public void SameSeedGivesTheSameWaits()
    {
        // Computed apart (xorshift32 in Python); the board must give these, too.
        var backoff = new Backoff(1000, 60000, 250, new Jitter(42));
        int[] waits = [backoff.Next(), backoff.Next(), backoff.Next(), backoff.Next(), backoff.Next()];
        Assert.That(waits, Is.EqualTo(new[] { 848, 1757, 541, 390, 14399 }));
    }
}
