using DeviceTwin.Hub.Bridge;

namespace DeviceTwin.Tests.Hub.Bridge;

public sealed class BackoffTests
{
    [Test]
    public void Waits_double_up_to_a_bound_and_are_never_all_the_same()
    {
        var backoff = new Backoff(new Random(1));
        var bound = Backoff.First;
        for (var failure = 0; failure < 40; failure++)
        {
            Assert.That(backoff.Next(), Is.InRange(bound / 2, bound), $"failure {failure}");
            bound = bound * 2 > Backoff.Longest ? Backoff.Longest : bound * 2;
        }

        backoff.Reset();
        Assert.That(backoff.Next(), Is.LessThanOrEqualTo(Backoff.First));
        Assert.That(Enumerable.Range(0, 20).Select(seed => new Backoff(new Random(seed)).Next()).Distinct().Count(), Is.GreaterThan(15));
        Assert.That(new Backoff(new Random(7)).Next(), Is.EqualTo(new Backoff(new Random(7)).Next()), "a seed repeats it");
    }
}
