using System.Reflection;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Tests.SensorNode.Portable.Detection;

/// <summary>A second settings set on the same data says what it would have given.</summary>
public sealed class ShadowTests
{
    /// <summary>Settings that need no new measurement, because the monitor alone reads them.</summary>
    private static readonly string[] MonitorsOwn =
    [
        nameof(DetectorSettings.VelocityLimitUmPerSecond), nameof(DetectorSettings.VelocityHysteresisPercent),
        nameof(DetectorSettings.VelocityTripDelaySeconds), nameof(DetectorSettings.VelocityResetDelaySeconds),
        nameof(DetectorSettings.TemperatureLimitCentiCelsius), nameof(DetectorSettings.TemperatureHysteresisCentiCelsius),
        nameof(DetectorSettings.BearingTripDelaySeconds), nameof(DetectorSettings.BearingResetDelaySeconds),
        nameof(DetectorSettings.TemperatureTripDelaySeconds), nameof(DetectorSettings.TemperatureResetDelaySeconds),
        nameof(DetectorSettings.TemperatureRateLimitCentiCelsiusPerHour), nameof(DetectorSettings.TemperatureResidualLimitCentiCelsius),
        nameof(DetectorSettings.BaselineWarmUpCaptures), nameof(DetectorSettings.BaselineGeneration),
        nameof(DetectorSettings.BaselineLimitMilliSigma), nameof(DetectorSettings.DriftLimitMilliSigma),
        nameof(DetectorSettings.RunningLimitMilliG), nameof(DetectorSettings.AlarmsInhibited),
    ];

    private static IEnumerable<FieldInfo> Settings => typeof(DetectorSettings).GetFields();

    [Test]
    public void It_judges_the_same_captures_by_its_own_limits_and_raises_nothing_elsewhere()
    {
        var live = new DeviceTwin.SensorNode.Detection.Monitor();
        var shadow = new Shadow();
        var settings = new DetectorSettings();
        var trial = new DetectorSettings { VelocityLimitUmPerSecond = 4500, VelocityTripDelaySeconds = 60 };
        var result = new DetectorResult();
        result.Clear();
        result.VelocityUmPerSecond = 5000;
        for (long now = 0; now <= 60000; now += 30000)
        {
            live.Step(result, 3000, now, settings);
            shadow.Step(result, 3000, now, trial);
            Assert.That(shadow.Verdict, Is.EqualTo(now < 60000 ? Verdict.Normal : Verdict.High));
        }

        Assert.That(live.Verdict, Is.EqualTo(Verdict.Normal));
        Assert.That(live.Alarms, Is.Zero);
        Assert.That(shadow.Alarms, Is.EqualTo(Verdict.Flag(Verdict.High)), "would have");
    }

    [TestCaseSource(nameof(Settings))]
    public void A_setting_is_the_monitors_own_or_needs_its_own_measurement(FieldInfo setting)
    {
        var live = new DetectorSettings();
        var trial = new DetectorSettings();
        object value = setting.GetValue(trial)!;
        setting.SetValue(trial, value switch { int number => number + 1, bool flag => !flag, string text => text + "x", _ => value });

        Assert.That(Shadow.SharesResult(live, trial), Is.EqualTo(MonitorsOwn.Contains(setting.Name)));
    }

    [Test]
    public void Whether_a_level_has_a_limit_at_all_makes_another_result()
    {
        var live = new DetectorSettings { Band3LimitMilliG = 100 };
        Assert.That(Shadow.SharesResult(live, new DetectorSettings { Band3LimitMilliG = 200 }), Is.True);
        Assert.That(Shadow.SharesResult(live, new DetectorSettings()), Is.False);
        Assert.That(Shadow.SharesResult(new DetectorSettings(), new DetectorSettings { VelocityLimitUmPerSecond = 0 }), Is.False);
    }
}
