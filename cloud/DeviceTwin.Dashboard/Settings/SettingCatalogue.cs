using DeviceTwin.SensorNode.Forms;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.Dashboard.Settings;

/// <summary>
/// Every writable property of the twin model in the order of the form. Limits, units and sentences are the node's own
/// (<see cref="TwinModel"/>, <see cref="TwinForms"/>); only the short labels are said here.
/// </summary>
public static class SettingCatalogue
{
    /// <summary>The component whose settings are only tried out.</summary>
    public const string Trial = "shadow";

    /// <summary>What an operator changes most stands first.</summary>
    private static readonly string[] ComponentOrder = ["detection", "machine", "sampling", "reporting", "maintenance", Trial];

    private static readonly Dictionary<string, string> Labels = new()
    {
        ["detection.velocityLimitUmPerSecond"] = "Velocity limit",
        ["detection.velocityHysteresisPercent"] = "Velocity hysteresis",
        ["detection.velocityTripDelaySeconds"] = "Velocity trip delay",
        ["detection.velocityResetDelaySeconds"] = "Velocity reset delay",
        ["detection.temperatureLimitCentiCelsius"] = "Temperature limit",
        ["detection.temperatureHysteresisCentiCelsius"] = "Temperature hysteresis",
        ["detection.temperatureTripDelaySeconds"] = "Temperature trip delay",
        ["detection.temperatureResetDelaySeconds"] = "Temperature reset delay",
        ["detection.temperatureRateLimitCentiCelsiusPerHour"] = "Temperature rise limit",
        ["detection.temperatureResidualLimitCentiCelsius"] = "Temperature off learned",
        ["detection.bearingScoreLimitMilli"] = "Bearing score limit",
        ["detection.bearingTripDelaySeconds"] = "Bearing trip delay",
        ["detection.bearingResetDelaySeconds"] = "Bearing reset delay",
        ["detection.runningLimitMilliG"] = "Running from",
        ["detection.baselineWarmUpCaptures"] = "Baseline warm-up",
        ["detection.baselineGeneration"] = "Baseline generation",
        ["detection.baselineLimitMilliSigma"] = "Baseline limit",
        ["detection.driftLimitMilliSigma"] = "Drift limit",
        ["detection.band1LowHertz"] = "Band 1, low edge",
        ["detection.band1HighHertz"] = "Band 1, high edge",
        ["detection.band1LimitMilliG"] = "Band 1 limit",
        ["detection.band2LowHertz"] = "Band 2, low edge",
        ["detection.band2HighHertz"] = "Band 2, high edge",
        ["detection.band2LimitMilliG"] = "Band 2 limit",
        ["detection.band3LowHertz"] = "Band 3, low edge",
        ["detection.band3HighHertz"] = "Band 3, high edge",
        ["detection.band3LimitMilliG"] = "Band 3 limit",
        ["detection.forest"] = "Trained forest",
        ["detection.envelopeBandLowHertz"] = "Envelope band, low edge",
        ["detection.envelopeBandHighHertz"] = "Envelope band, high edge",
        ["machine.shaftSpeedMilliHertz"] = "Shaft speed",
        ["machine.bpfoMilliOrders"] = "Outer race (BPFO)",
        ["machine.bpfiMilliOrders"] = "Inner race (BPFI)",
        ["machine.bsfMilliOrders"] = "Ball spin (BSF)",
        ["machine.ftfMilliOrders"] = "Cage (FTF)",
        ["machine.isoGroup"] = "ISO group",
        ["machine.isoSupport"] = "Support",
        ["machine.ratedPowerWatts"] = "Rated power",
        ["machine.shaftHeightMillimetres"] = "Shaft height",
        ["machine.mounting"] = "Sensor mounting",
        ["sampling.captureIntervalSeconds"] = "Capture interval",
        ["sampling.temperatureIntervalSeconds"] = "Temperature interval",
        ["sampling.accelerationRangeG"] = "Acceleration range",
        ["sampling.triggerLevelMilliG"] = "Trigger level",
        ["reporting.telemetryIntervalSeconds"] = "Telemetry interval",
        ["reporting.spectrumEveryCaptures"] = "Spectrum every",
        ["maintenance.alarmsInhibited"] = "Alarms inhibited",
        ["maintenance.acknowledgeGeneration"] = "Alarms acknowledged",
        ["shadow.enabled"] = "Trial runs",
    };

    private static readonly Setting[] Everything = [.. Enumerable.Range(0, TwinModel.Count).Select(Create)
        .OrderBy(setting => Rank(setting.Component))];

    private static readonly Dictionary<string, Setting> ByPath = Everything.ToDictionary(setting => setting.Path);

    /// <summary>In the order of the form, components together.</summary>
    public static IReadOnlyList<Setting> All => Everything;

    /// <summary>The setting, or null where the model has no such path.</summary>
    public static Setting? Find(string path) => ByPath.GetValueOrDefault(path);

    private static Setting Create(int index)
    {
        var path = TwinModel.Path(index);
        var allowed = TwinForms.Allowed[index];
        var like = TwinModel.Like(index);
        var kind = TwinModel.TypeOf(index) switch
        {
            TwinModel.BooleanType => SettingKind.Boolean,
            TwinModel.TextType => SettingKind.Text,
            _ => allowed.Length > 0 ? SettingKind.Choice : SettingKind.Integer,
        };
        return new Setting(
            path,
            like < 0 ? Label(index) : $"{Label(like)} (trial)",
            kind,
            TwinModel.Minimum(index),
            TwinModel.Maximum(index),
            like < 0 ? TwinModel.Default(index) : null,
            TwinModel.Unit(index),
            allowed,
            TwinModel.Unit(index).Length > 0 ? [] : TwinForms.AllowedNames[index] ?? [],
            TwinForms.Sentences[index],
            like < 0 ? null : TwinModel.Path(like));
    }

    private static string Label(int index) => Labels.GetValueOrDefault(TwinModel.Path(index), TwinModel.Name(index));

    /// <summary>A component that is new to this table comes last.</summary>
    private static int Rank(string component) => (Array.IndexOf(ComponentOrder, component) + ComponentOrder.Length + 1) % (ComponentOrder.Length + 1);
}
