using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Tests.SensorNode.Portable.Detection;

/// <summary>What scores mean, at and beside each limit. The default score limit is 2000.</summary>
public sealed class BearingJudgeTests
{
    private const int Noise = BearingJudge.ImpulsivenessOfNoiseMilli;
    private const int Blows = BearingJudge.ImpulsivenessLimitMilli;

    [TestCase(1999, "normal")]
    [TestCase(2000, "outer")]
    [TestCase(2001, "outer")]
    public void A_comb_at_the_limit_names_its_family(int score, string expected)
    {
        Assert.That(Judge(Result(outer: score)), Is.EqualTo(expected));
    }

    [TestCase(999, 1999, "normal")]
    [TestCase(1000, 1999, "inner")]
    [TestCase(1001, 1399, "ball")]
    [TestCase(1001, 1400, "inner")]
    [TestCase(1001, 1401, "inner")]
    public void Blows_let_a_weaker_comb_name_its_family_and_are_a_rolling_element_without_one(int impulsiveness, int score, string expected)
    {
        Assert.That(Judge(Result(inner: score, impulsiveness: impulsiveness)), Is.EqualTo(expected));
    }

    [TestCase(3399, "ball")]
    [TestCase(3400, "normal")]
    [TestCase(3401, "normal")]
    public void Blows_in_time_with_the_shaft_are_no_rolling_element(int shaft, string expected)
    {
        DetectorResult result = Result(impulsiveness: Blows);
        result.ShaftScoreMilli = shaft;

        Assert.That(Judge(result), Is.EqualTo(expected));
    }

    [TestCase(2499, "normal")]
    [TestCase(2500, "cage")]
    [TestCase(2501, "cage")]
    public void A_cage_needs_a_comb_a_quarter_above_the_limit(int score, string expected)
    {
        DetectorResult result = Result();
        result.CageScoreMilli = score;

        Assert.That(Judge(result), Is.EqualTo(expected));
    }

    [Test]
    public void A_race_outweighs_the_cage_it_modulates()
    {
        DetectorResult result = Result(outer: 2000);
        result.CageScoreMilli = 3000;

        Assert.That(Judge(result), Is.EqualTo("outer"));
    }

    [TestCase(1, 7999, 1000, "normal")]
    [TestCase(1, 8000, 999, "normal")]
    [TestCase(1, 8000, 1000, "ball")]
    [TestCase(2, 8001, 879, "normal")]
    [TestCase(2, 8001, 880, "ball")]
    [TestCase(10, 8001, 729, "normal")]
    [TestCase(10, 8001, 730, "ball")]
    public void A_weak_comb_counts_where_the_high_band_stands_out(int windows, int ratio, int score, string expected)
    {
        DetectorResult result = Result(outer: score);
        result.Windows = windows;
        result.HighRatioMilli = ratio;

        Assert.That(Judge(result), Is.EqualTo(expected));
    }

    [Test]
    public void Without_a_ball_frequency_nothing_is_called_a_rolling_element()
    {
        DetectorResult result = Result(outer: 1100, impulsiveness: 2000);
        result.HighRatioMilli = 20000;
        result.BallScoreMilli = DetectorResult.NotAvailable;
        var settings = new DetectorSettings { BpfoMilliOrders = 3585 };

        Assert.That(BearingJudge.Judge(result, settings), Is.EqualTo(Verdict.Normal));
    }

    [Test]
    public void More_harmonics_count_more()
    {
        DetectorResult result = Result(outer: 4100, inner: 3000);
        result.OuterHarmonics = 1;

        Assert.That(Judge(result), Is.EqualTo("inner"));
    }

    [Test]
    public void Where_no_family_was_tested_there_is_no_verdict()
    {
        DetectorResult result = Result(impulsiveness: 2000);
        result.OuterScoreMilli = result.InnerScoreMilli = result.BallScoreMilli = DetectorResult.NotAvailable;

        Assert.That(BearingJudge.Judge(result, Settings), Is.EqualTo(DetectorResult.NotAvailable));
        Assert.That(BearingJudge.ConfidencePermille(result, Settings, null, DetectorResult.NotAvailable), Is.Zero);
    }

    [Test]
    public void The_same_result_is_judged_under_another_limit_without_being_changed()
    {
        DetectorResult result = Result(outer: 2400);
        var strict = Settings;
        strict.BearingScoreLimitMilli = 2500;

        Assert.That(BearingJudge.Judge(result, strict), Is.EqualTo(Verdict.Normal));
        Assert.That(BearingJudge.Judge(result, Settings), Is.EqualTo(Verdict.Outer));
        Assert.That(result.OuterScoreMilli, Is.EqualTo(2400));
    }

    [TestCase(139, "normal")]
    [TestCase(160, "ball")]
    public void A_learned_level_takes_the_place_of_the_high_bands_share(int percent, string expected)
    {
        // Eight standard deviations of at least 5 % each.
        DetectorSettings settings = Settings;
        settings.BaselineWarmUpCaptures = 10;
        var baseline = new Baseline();
        for (int i = 0; i < 12; i++)
        {
            DetectorResult healthy = Result();
            healthy.HighMicroG = 20000 + (i % 3 * 10);
            baseline.Judge(healthy, settings);
            baseline.Learn(settings);
        }

        DetectorResult result = Result(outer: 1500);
        result.HighRatioMilli = 20000;
        result.HighMicroG = 200 * percent;
        baseline.Judge(result, settings);

        Assert.That(Verdict.Word(BearingJudge.Judge(result, settings, baseline)), Is.EqualTo(expected));
        Assert.That(Judge(result), Is.EqualTo("ball"), "nothing learned");
    }

    [TestCase(2000, 500)]
    [TestCase(4000, 750)]
    public void Confidence_in_a_family_is_its_distance_from_the_limit(int score, int expected)
    {
        DetectorResult result = Result(outer: score);

        Assert.That(BearingJudge.ConfidencePermille(result, Settings, null, Verdict.Outer), Is.EqualTo(expected));
    }

    [Test]
    public void Confidence_in_a_family_is_not_more_than_its_lead_allows()
    {
        DetectorResult result = Result(outer: 4000, inner: 3900);

        Assert.That(BearingJudge.ConfidencePermille(result, Settings, null, Verdict.Outer), Is.EqualTo(1000 - (975 / 2)));
    }

    [TestCase(0, Noise, 1000)]
    [TestCase(1000, Noise, 750)]
    [TestCase(1999, Noise, 500)]
    [TestCase(0, Blows - 1, 502)]
    public void Confidence_in_a_normal_verdict_falls_to_a_half_at_the_nearest_limit(int score, int impulsiveness, int expected)
    {
        DetectorResult result = Result(outer: score, inner: 0, ball: 0, impulsiveness: impulsiveness);

        Assert.That(BearingJudge.ConfidencePermille(result, Settings, null, Verdict.Normal), Is.EqualTo(expected));
    }

    [TestCase(Blows, 3999, 500, 800)]
    [TestCase(Noise, 8000, 500, 600)]
    public void A_rolling_element_without_its_comb_is_never_sure(int impulsiveness, int ratio, int least, int most)
    {
        DetectorResult result = Result(outer: 1100, impulsiveness: impulsiveness);
        result.HighRatioMilli = ratio;
        Assert.That(BearingJudge.ConfidencePermille(result, Settings, null, Verdict.Ball), Is.EqualTo(least));

        result.ImpulsivenessMilli = impulsiveness == Noise ? Noise : 5000;
        result.HighRatioMilli = 1000000;
        Assert.That(BearingJudge.ConfidencePermille(result, Settings, null, Verdict.Ball), Is.EqualTo(most));
    }

    private static DetectorSettings Settings => new()
    {
        ShaftSpeedMilliHertz = 29950,
        BpfoMilliOrders = 3585,
        BpfiMilliOrders = 5415,
        BsfMilliOrders = 2357,
        FtfMilliOrders = 398,
    };

    private static DetectorResult Result(int outer = 700, int inner = 700, int ball = 700, int impulsiveness = Noise)
    {
        var result = new DetectorResult();
        result.Clear();
        result.OuterScoreMilli = outer;
        result.InnerScoreMilli = inner;
        result.BallScoreMilli = ball;
        result.OuterHarmonics = result.InnerHarmonics = result.BallHarmonics = 3;
        result.CageScoreMilli = 0;
        result.ShaftScoreMilli = 700;
        result.ImpulsivenessMilli = impulsiveness;
        result.HighRatioMilli = 1000;
        result.Windows = 1;
        return result;
    }

    private static string Judge(DetectorResult result) => Verdict.Word(BearingJudge.Judge(result, Settings));
}
