using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Tests.SensorNode.Portable.Detection;

/// <summary>Location and scale of one series: what the warm-up finds, what the tracking follows and what it does not.</summary>
public sealed class RobustLevelTests
{
    private const int WarmUp = 60;

    [Test]
    public void Nothing_is_said_before_the_warm_up_is_over()
    {
        var level = new RobustLevel();
        for (int i = 0; i < WarmUp - 1; i++)
        {
            level.Learn(1000, WarmUp, 50, 100);
        }

        Assert.That(level.IsReady, Is.False);
        Assert.That(level.MilliSigma(1000), Is.EqualTo(RobustLevel.NotAvailable));
        level.Learn(1000, WarmUp, 50, 100);
        Assert.That(level.MilliSigma(1000), Is.Zero);
        Assert.That(level.MilliSigma(1100), Is.EqualTo(2000), "no scatter at all: the least scale holds");
        Assert.That(level.MilliSigma(950), Is.EqualTo(-1000));
        Assert.That(level.MilliSigma(RobustLevel.NotAvailable), Is.EqualTo(RobustLevel.NotAvailable));
    }

    [TestCase(60)]
    [TestCase(64)]
    [TestCase(65)]
    [TestCase(500)]
    public void The_warm_up_finds_median_and_scatter_with_a_third_of_outliers(int warmUp)
    {
        var random = new Random(11);
        var level = new RobustLevel();
        for (int i = 0; i < warmUp; i++)
        {
            level.Learn(i % 3 == 0 ? 30000 : (int)(5000 + (Normal(random) * 100)), warmUp, 1, 1000);
        }

        Assert.That(level.IsReady, Is.True);
        Assert.That(level.LocationMilli / 1000.0, Is.EqualTo(5070).Within(80), "a third of outliers on one side shifts the median by 0.67 sigma");
        Assert.That(level.ScaleMilli / 1000.0, Is.InRange(80, 260));
    }

    [Test]
    public void The_scale_is_held_between_what_is_believed()
    {
        Assert.That(Learned(random => random.Next(-5, 6)).ScaleMilli, Is.EqualTo(50000));
        Assert.That(Learned(random => random.Next(-3000, 3000)).ScaleMilli, Is.EqualTo(100000));
    }

    [Test]
    public void An_outlier_pulls_no_more_than_three_standard_deviations_whatever_its_size()
    {
        RobustLevel one = Learned(_ => 0);
        RobustLevel other = Learned(_ => 0);
        one.Learn(10150, WarmUp, 50, 100);
        other.Learn(32767, WarmUp, 50, 100);

        Assert.That(one.LocationMilli, Is.EqualTo(10000000 + (150000 / RobustLevel.FirstShare)).Within(1));
        Assert.That(other.LocationMilli, Is.EqualTo(one.LocationMilli));
    }

    [Test]
    public void A_young_machine_is_followed_and_an_old_one_hardly()
    {
        RobustLevel young = Learned(_ => 0);
        RobustLevel old = Learned(_ => 0);
        for (int i = 0; i < 5000; i++)
        {
            old.Learn(10000, WarmUp, 50, 100);
        }

        for (int i = 0; i < 60; i++)
        {
            young.Learn(10500, WarmUp, 50, 100);
            old.Learn(10500, WarmUp, 50, 100);
        }

        Assert.That(young.LocationMilli, Is.GreaterThan(10400000), "it runs in");
        Assert.That(old.LocationMilli, Is.LessThan(10030000), "it changes");
    }

    [Test]
    public void The_scale_grows_while_the_machine_runs_in_and_not_later()
    {
        RobustLevel young = Learned(_ => 0);
        RobustLevel old = Learned(_ => 0);
        for (int i = 0; i < (WarmUp * RobustLevel.RunInWarmUps) + 1; i++)
        {
            old.Learn(10000, WarmUp, 50, 100);
        }

        for (int i = 0; i < 100; i++)
        {
            int value = i % 2 == 0 ? 9800 : 10200;
            young.Learn(value, WarmUp, 50, 100);
            old.Learn(value, WarmUp, 50, 100);
        }

        Assert.That(young.ScaleMilli, Is.EqualTo(100000));
        Assert.That(old.ScaleMilli, Is.EqualTo(50000));
    }

    [Test]
    public void It_starts_anew()
    {
        RobustLevel level = Learned(_ => 0);
        level.Reset();
        Assert.That(level.IsReady, Is.False);
        Assert.That(level.Count, Is.Zero);
    }

    [Test]
    public void Extreme_values_do_not_overflow()
    {
        var level = new RobustLevel();
        for (int i = 0; i < 70000; i++)
        {
            level.Learn(i % 2 == 0 ? int.MaxValue : int.MinValue + 1, 10000, 1, RobustLevel.LargestValue);
        }

        Assert.That(level.MilliSigma(int.MaxValue), Is.InRange(0, RobustLevel.LargestMilliSigma));
        Assert.That(level.MilliSigma(int.MinValue + 1), Is.InRange(-RobustLevel.LargestMilliSigma, 0));
    }

    /// <summary>A level of 10 000 with a scatter, after its warm-up; believed between 50 and 100.</summary>
    private static RobustLevel Learned(Func<Random, int> scatter)
    {
        var random = new Random(3);
        var level = new RobustLevel();
        for (int i = 0; i < WarmUp; i++)
        {
            level.Learn(10000 + scatter(random), WarmUp, 50, 100);
        }

        return level;
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
