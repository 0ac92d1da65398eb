using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.Tests.SensorNode.Portable.Recordings;

/// <summary>What one capture by itself amounts to.</summary>
public sealed class RecordingJudgementTests
{
    [TestCase(12000000, 8192)]
    [TestCase(16700000, 8192)]
    [TestCase(20000000, 16384)]
    [TestCase(26667000, 16384)]
    [TestCase(48000000, 32768)]
    [TestCase(51200000, 32768)]
    [TestCase(97656000, 65536)]
    public void A_window_is_8192_samples_at_the_analysis_rate(int rate, int samples) =>
        Assert.That(RecordingJudge.WindowSamples(rate), Is.EqualTo(samples));

    [Test]
    public void A_named_defect_comes_before_a_level() =>
        Assert.That(Judge(result => (result.Bearing, result.VelocityUmPerSecond) = (Verdict.Inner, 99999)), Is.EqualTo(Verdict.Inner));

    [Test]
    public void A_level_above_its_limit_is_high_or_what_the_shaft_looks_like()
    {
        Assert.That(Judge(result => (result.Bearing, result.VelocityUmPerSecond) = (Verdict.Normal, 7101)), Is.EqualTo(Verdict.High));
        Assert.That(Judge(result => (result.Bearing, result.VelocityUmPerSecond) = (Verdict.Normal, 7100)), Is.EqualTo(Verdict.Normal));
        Assert.That(
            Judge(result => (result.Bearing, result.VelocityUmPerSecond, result.ShaftPattern) = (Verdict.Normal, 7101, Verdict.Unbalance)), Is.EqualTo(Verdict.Unbalance));
    }

    [Test]
    public void A_band_above_its_limit_is_high()
    {
        Assert.That(Judge(result => (result.Bearing, result.BandMicroG[1]) = (Verdict.Normal, 50001), settings => settings.Band2LimitMilliG = 50), Is.EqualTo(Verdict.High));
        Assert.That(Judge(result => (result.Bearing, result.BandMicroG[1]) = (Verdict.Normal, 50000), settings => settings.Band2LimitMilliG = 50), Is.EqualTo(Verdict.Normal));
    }

    [Test]
    public void A_band_alone_is_normal_below_its_limit_and_refused_where_it_could_not_be_told()
    {
        static void Alone(DetectorSettings settings) => (settings.VelocityLimitUmPerSecond, settings.Band2LimitMilliG) = (0, 50);

        Assert.That(Judge(result => result.BandMicroG[1] = 50000, Alone), Is.EqualTo(Verdict.Normal));
        Assert.That(Judge(_ => { }, Alone), Is.EqualTo(Verdict.Refused));
        Assert.That(Judge(result => (result.BandMicroG[1], result.BearingRefused) = (50000, true), Alone), Is.EqualTo(Verdict.Refused));
    }

    [Test]
    public void A_sound_bearing_is_normal_where_its_level_could_not_be_told() =>
        Assert.That(Judge(result => (result.Bearing, result.VelocityRefused) = (Verdict.Normal, true)), Is.EqualTo(Verdict.Normal));

    [Test]
    public void A_bearing_that_was_asked_for_and_could_not_be_judged_is_refused() =>
        Assert.That(Judge(result => (result.BearingRefused, result.VelocityUmPerSecond) = (true, 1000)), Is.EqualTo(Verdict.Refused));

    [Test]
    public void A_velocity_alone_is_normal_and_nothing_at_all_is_refused()
    {
        Assert.That(Judge(result => result.VelocityUmPerSecond = 1000), Is.EqualTo(Verdict.Normal));
        Assert.That(Judge(_ => { }), Is.EqualTo(Verdict.Refused));
        Assert.That(Judge(result => result.VelocityUmPerSecond = 1000, settings => settings.VelocityLimitUmPerSecond = 0), Is.EqualTo(Verdict.Refused), "nobody asked");
    }

    [Test]
    public void A_machine_that_stands_still_is_not_judged() =>
        Assert.That(Judge(result => (result.Running, result.Bearing) = (0, Verdict.Outer)), Is.EqualTo(Verdict.NotRunning));

    private static int Judge(Action<DetectorResult> fill, Action<DetectorSettings>? change = null)
    {
        var result = new DetectorResult();
        result.Clear();
        fill(result);
        var settings = new DetectorSettings();
        change?.Invoke(settings);
        return RecordingJudgement.VerdictOf(result, settings);
    }
}
