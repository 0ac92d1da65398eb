using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Tests.SensorNode.Portable.Detection;

/// <summary>What a machine's own combs have been has a say in what a comb means.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class BearingWitnessTests
{
    private readonly Baseline _baseline = new();
    private readonly DetectorSettings _settings = new() { BaselineWarmUpCaptures = 10, BearingScoreLimitMilli = 2000, BpfoMilliOrders = 3585 };

    [TestCase("normal", 1999)]
    [TestCase("outer", 2001)]
    public void Without_a_baseline_the_captures_own_answer_stands(string own, int score)
    {
        Assert.That(Judge(own, score), Is.EqualTo(own));
    }

    [TestCase(1399, "normal")]
    [TestCase(1400, "outer")]
    public void A_comb_that_has_grown_is_named_below_the_limit(int score, string expected)
    {
        Learn(outer: 500);

        Assert.That(Judge("normal", score), Is.EqualTo(expected));
    }

    [TestCase(1700, "normal")]
    [TestCase(1901, "outer")]
    public void One_that_has_grown_little_is_not(int score, string expected)
    {
        Learn(outer: 1500);

        Assert.That(Judge("normal", score), Is.EqualTo(expected), "eight standard deviations are 400");
    }

    [TestCase(2100, "normal")]
    [TestCase(2399, "outer")]
    public void One_that_was_always_there_is_no_defect_a_little_above_the_limit(int score, string expected)
    {
        Learn(outer: 1990);

        Assert.That(Judge("outer", score), Is.EqualTo(expected), "three standard deviations are 150");
    }

    [Test]
    public void Nor_does_it_excuse_one_far_above_the_limit_or_new_blows()
    {
        Learn(outer: 2390);
        Assert.That(Judge("outer", 2399), Is.EqualTo("normal"));
        Assert.That(Judge("outer", 2400), Is.EqualTo("outer"));
        Assert.That(Judge("outer", 2399, impulsiveness: 1200), Is.EqualTo("outer"));
    }

    [Test]
    public void A_refused_bearing_stays_refused()
    {
        Learn(outer: 500);
        var result = new DetectorResult();
        result.Clear();
        _baseline.Judge(result, _settings);

        Assert.That(BearingWitness.Judge(result, _settings, _baseline), Is.EqualTo(DetectorResult.NotAvailable));
    }

    private void Learn(int outer)
    {
        for (int i = 0; i < 10; i++)
        {
            _baseline.Judge(Result(outer), _settings);
            _baseline.Learn(_settings);
        }
    }

    private string Judge(string own, int outer, int impulsiveness = 690)
    {
        DetectorResult result = Result(outer);
        result.ImpulsivenessMilli = impulsiveness;
        result.Bearing = own == "normal" ? Verdict.Normal : Verdict.Outer;
        _baseline.Judge(result, _settings);
        return Verdict.Word(BearingWitness.Judge(result, _settings, _baseline));
    }

    private static DetectorResult Result(int outer)
    {
        var result = new DetectorResult();
        result.Clear();
        result.OuterScoreMilli = outer;
        result.InnerScoreMilli = 700;
        result.BallScoreMilli = 700;
        result.ImpulsivenessMilli = 690;
        return result;
    }
}
