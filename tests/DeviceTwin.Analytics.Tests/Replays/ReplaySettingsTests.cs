using DeviceTwin.Analytics.Replays;
using DeviceTwin.SensorNode;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Forms;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.Tests.Analytics.Replays;

/// <summary>Settings by path, from a twin or a file, held to the twin's rules.</summary>
public sealed class ReplaySettingsTests
{
    [Test]
    public void What_nobody_set_has_the_models_default()
    {
        Assert.That(ReplaySettings.Defaults.ValueAt("detection.velocityLimitUmPerSecond"), Is.EqualTo("7100"));
        Assert.That(ReplaySettings.Defaults.ValueAt("shadow.velocityLimitUmPerSecond"), Is.Null);
        Assert.That(Fingerprint.SettingsHash(ReplaySettings.Defaults.ToDetector()), Is.EqualTo(Fingerprint.SettingsHash(new DetectorSettings())));
    }

    [Test]
    public void A_file_of_settings_and_desired_properties_are_read_alike()
    {
        var settings = ReplaySettings.Parse("""
            {"detection":{"velocityLimitUmPerSecond":4500,"forest":null},"maintenance":{"__t":"c","alarmsInhibited":true},"$version":7,"$metadata":{}}
            """);

        Assert.That(settings.ValueAt("detection.velocityLimitUmPerSecond"), Is.EqualTo("4500"));
        Assert.That(settings.ValueAt("maintenance.alarmsInhibited"), Is.EqualTo("true"));
        Assert.That(settings.ToDetector().AlarmsInhibited);
    }

    [Test]
    public void Reported_properties_are_read_out_of_their_acknowledgements()
    {
        var settings = ReplaySettings.Parse("""
            {"detection":{"velocityLimitUmPerSecond":{"value":4500,"ac":200,"av":3}},"health":{"captures":12},"detector":"x"}
            """, unknownToo: true);

        Assert.That(settings.ValueAt("detection.velocityLimitUmPerSecond"), Is.EqualTo("4500"));
    }

    [TestCase("[]", "an object of components")]
    [TestCase("{", "not JSON")]
    [TestCase("{\"detection\":3}", "wrongType: detection takes an object")]
    [TestCase("{\"detectoin\":{}}", "the model has no detectoin")]
    [TestCase("{\"detection\":{\"x\":1}}", "the model has no detection.x")]
    [TestCase("{\"detection\":{\"velocityLimitUmPerSecond\":100001}}", "aboveMaximum: detection.velocityLimitUmPerSecond")]
    [TestCase("{\"detection\":{\"velocityLimitUmPerSecond\":-1}}", "belowMinimum: detection.velocityLimitUmPerSecond")]
    [TestCase("{\"detection\":{\"velocityLimitUmPerSecond\":1.5}}", "wrongType: detection.velocityLimitUmPerSecond")]
    [TestCase("{\"detection\":{\"velocityLimitUmPerSecond\":\"4\"}}", "wrongType: detection.velocityLimitUmPerSecond")]
    [TestCase("{\"detection\":{\"velocityLimitUmPerSecond\":[]}}", "wrongType: detection.velocityLimitUmPerSecond")]
    [TestCase("{\"maintenance\":{\"alarmsInhibited\":1}}", "wrongType: maintenance.alarmsInhibited")]
    [TestCase("{\"detection\":{\"forest\":\"nonsense\"}}", "malformed: detection.forest")]
    [TestCase("{\"detection\":{\"envelopeBandLowHertz\":5400}}", "notAllowed: detection.envelopeBandLowHertz", Description = "not below its upper edge")]
    public void What_the_twin_would_not_take_is_refused(string json, string message)
    {
        var error = Assert.Throws<ReplayException>(() => ReplaySettings.Parse(json))!;

        Assert.That(error.Code, Is.EqualTo(ReplayException.SettingsUnusable));
        Assert.That(error.Message, Does.Contain(message));
    }

    [TestCase("maintenance.alarmsInhibited", 2)]
    [TestCase("detection.bearingScoreLimitMilli", 99)]
    [TestCase("detection.no", 1)]
    public void So_is_a_number_by_path(string path, int value)
    {
        Assert.Throws<ReplayException>(() => ReplaySettings.Of(new Dictionary<string, int> { [path] = value }));
    }

    [Test]
    public void Changes_say_what_a_replay_shows_of_them()
    {
        var proposed = ReplaySettings.Parse("""
            {"sampling":{"captureIntervalSeconds":30},"machine":{"shaftSpeedMilliHertz":25000},
             "detection":{"bearingScoreLimitMilli":1900,"temperatureLimitCentiCelsius":7000},"reporting":{"spectrumEveryCaptures":2},
             "maintenance":{"alarmsInhibited":true,"acknowledgeGeneration":1},"shadow":{"enabled":true}}
            """);

        Assert.That(ReplaySettings.Defaults.ChangesTo(proposed), Is.EqualTo(new SettingChange[]
        {
            new("sampling.captureIntervalSeconds", "60", "30", SettingEffects.NotReplayed),
            new("machine.shaftSpeedMilliHertz", "0", "25000", SettingEffects.Judged),
            new("detection.temperatureLimitCentiCelsius", "8000", "7000", SettingEffects.NotReplayed),
            new("detection.bearingScoreLimitMilli", "2000", "1900", SettingEffects.Judged),
            new("reporting.spectrumEveryCaptures", "1", "2", SettingEffects.Messages),
            new("maintenance.alarmsInhibited", "false", "true", SettingEffects.Judged),
            new("maintenance.acknowledgeGeneration", "0", "1", SettingEffects.NotReplayed),
            new("shadow.enabled", "false", "true", SettingEffects.NotReplayed),
        }));
        Assert.That(ReplaySettings.Defaults.ChangesTo(ReplaySettings.Parse("{}")), Is.Empty);
    }

    [Test]
    public void Every_path_that_the_node_judges_by_is_said_to_be_judged_by()
    {
        foreach (var path in TwinForms.Paths.Where((_, index) => TwinModel.Like(index) < 0))
        {
            var index = Rules.IndexOf(path);
            var values = new SettingsValues();
            if (TwinModel.TextOf(index) >= 0)
            {
                values.Texts[TwinModel.TextOf(index)] = "x";
            }

            values.Numbers[index] = values.Numbers[index] == 0 ? 1 : 0;
            var settings = new DetectorSettings();
            SettingsMap.Apply(values, settings);
            var isJudged = Fingerprint.SettingsHash(settings) != Fingerprint.SettingsHash(new DetectorSettings()) || settings.AlarmsInhibited;

            Assert.That(SettingEffects.Of(path) == SettingEffects.Judged, Is.EqualTo(isJudged && !path.Contains(".temperature")), path);
        }
    }
}
