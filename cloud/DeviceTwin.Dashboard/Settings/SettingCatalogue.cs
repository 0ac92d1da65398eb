using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.Dashboard.Settings;

/// <summary>
/// Every writable property of the twin model in the order of the form. Limits, units and sentences are the node's own
/// (<see cref="TwinModel"/>); only the short labels are said here.
/// </summary>
public static class SettingCatalogue
{
    /// <summary>What an operator changes most stands first.</summary>
    private static readonly string[] ComponentOrder = ["detection", "machine", "sampling", "reporting", "maintenance"];

    private static readonly Dictionary<string, string> Labels = new()
    {
        ["detection.velocityLimitUmPerSecond"] = "Velocity limit",
        ["detection.velocityHysteresisPercent"] = "Velocity hysteresis",
        ["detection.velocityTripDelaySeconds"] = "Velocity trip delay",
        ["detection.velocityResetDelaySeconds"] = "Velocity reset delay",
        ["detection.temperatureLimitCentiCelsius"] = "Temperature limit",
        ["detection.temperatureHysteresisCentiCelsius"] = "Temperature hysteresis",
        ["detection.bearingScoreLimitMilli"] = "Bearing score limit",
        ["detection.envelopeBandLowHertz"] = "Envelope band, low edge",
        ["detection.envelopeBandHighHertz"] = "Envelope band, high edge",
        ["machine.shaftSpeedMilliHertz"] = "Shaft speed",
        ["machine.bpfoMilliOrders"] = "Outer race (BPFO)",
        ["machine.bpfiMilliOrders"] = "Inner race (BPFI)",
        ["machine.bsfMilliOrders"] = "Ball spin (BSF)",
        ["machine.ftfMilliOrders"] = "Cage (FTF)",
        ["sampling.captureIntervalSeconds"] = "Capture interval",
        ["sampling.temperatureIntervalSeconds"] = "Temperature interval",
        ["sampling.accelerationRangeG"] = "Acceleration range",
        ["reporting.telemetryIntervalSeconds"] = "Telemetry interval",
        ["reporting.spectrumEveryCaptures"] = "Spectrum every",
        ["maintenance.alarmsInhibited"] = "Alarms inhibited",
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
        var path = TwinModel.Paths[index];
        var allowed = TwinModel.Allowed[index];
        var kind = TwinModel.IsBoolean[index] == 1 ? SettingKind.Boolean : allowed.Length > 0 ? SettingKind.Choice : SettingKind.Integer;
        return new Setting(
            path,
            Labels.GetValueOrDefault(path, TwinModel.Names[index]),
            kind,
            TwinModel.Minimums[index],
            TwinModel.Maximums[index],
            TwinModel.Defaults[index],
            TwinModel.Units[index],
            allowed,
            TwinModel.Sentences[index]);
    }

    /// <summary>A component that is new to this table comes last.</summary>
    private static int Rank(string component) => (Array.IndexOf(ComponentOrder, component) + ComponentOrder.Length + 1) % (ComponentOrder.Length + 1);
}
