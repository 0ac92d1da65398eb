namespace DeviceTwin.Dashboard.Settings;

/// <summary>Every writable property of <c>dtmi:com:devicetwin:vibrationNode;1</c>, in the order of the form.</summary>
public static class SettingCatalogue
{
    private static readonly Setting[] Everything =
    [
        Number("detection.velocityLimitUmPerSecond", "Velocity limit", 0, 100000, 7100, "µm/s", "Velocity RMS (10 to 1000 Hz) above this trips the verdict high; 0 = velocity is not judged."),
        Number("detection.velocityHysteresisPercent", "Velocity hysteresis", 0, 50, 10, "%", "The verdict resets this far below the limit."),
        Number("detection.velocityTripDelaySeconds", "Velocity trip delay", 0, 3600, 0, "s", "Above the limit for this long before it trips."),
        Number("detection.velocityResetDelaySeconds", "Velocity reset delay", 0, 3600, 0, "s", "Below the reset level for this long before it resets."),
        Number("detection.temperatureLimitCentiCelsius", "Temperature limit", -4000, 12500, 8000, "0.01 °C", "Above this the verdict is hot."),
        Number("detection.temperatureHysteresisCentiCelsius", "Temperature hysteresis", 0, 5000, 200, "0.01 °C", "The verdict resets this far below the limit."),
        Number("detection.bearingScoreLimitMilli", "Bearing score limit", 100, 60000, 3000, "1/1000", "A bearing family scoring above this is a fault."),
        Number("detection.envelopeBandLowHertz", "Envelope band from", 100, 6000, 500, "Hz", "Lower edge of the band that is demodulated."),
        Number("detection.envelopeBandHighHertz", "Envelope band to", 500, 10000, 5400, "Hz", "Upper edge of the band that is demodulated."),
        Number("machine.shaftSpeedMilliHertz", "Shaft speed", 0, 1000000, 0, "mHz", "Nominal speed of the shaft; 0 = not known: bearing features are refused."),
        Number("machine.bpfoMilliOrders", "BPFO", 0, 100000, 0, "1/1000 order", "Outer-race frequency in multiples of shaft speed; 0 = not asked for."),
        Number("machine.bpfiMilliOrders", "BPFI", 0, 100000, 0, "1/1000 order", "Inner-race frequency in multiples of shaft speed; 0 = not asked for."),
        Number("machine.bsfMilliOrders", "BSF", 0, 100000, 0, "1/1000 order", "Ball-spin frequency in multiples of shaft speed; the detector looks at twice this."),
        Number("machine.ftfMilliOrders", "FTF", 0, 1000, 0, "1/1000 order", "Cage frequency in multiples of shaft speed."),
        Number("sampling.captureIntervalSeconds", "Capture interval", 1, 86400, 60, "s", "A vibration capture starts this often."),
        Number("sampling.temperatureIntervalSeconds", "Temperature interval", 1, 3600, 30, "s", "The temperature is read this often."),
        new("sampling.accelerationRangeG", "Acceleration range", SettingKind.Choice, 2, 16, 16, "g", [2, 4, 8, 16], "Full scale of the accelerometer: the smallest that does not saturate resolves best."),
        Number("reporting.telemetryIntervalSeconds", "Telemetry interval", 1, 86400, 60, "s", "At most one features message in this time, unless the verdict changes."),
        Number("reporting.spectrumEveryCaptures", "Spectrum every", 0, 1000, 1, "captures", "A spectrum with every n-th capture; 0 = never."),
        new("maintenance.alarmsInhibited", "Alarms inhibited", SettingKind.Boolean, 0, 1, 0, "", [], "Verdicts are still computed, but no alarm is raised: for work on the machine."),
    ];

    private static readonly Dictionary<string, Setting> ByPath = Everything.ToDictionary(setting => setting.Path);

    /// <summary>In the order of the form, components together.</summary>
    public static IReadOnlyList<Setting> All => Everything;

    /// <summary>The setting, or null where the model has no such path.</summary>
    public static Setting? Find(string path) => ByPath.GetValueOrDefault(path);

    private static Setting Number(string path, string label, int minimum, int maximum, int standard, string unit, string sentence) =>
        new(path, label, SettingKind.Integer, minimum, maximum, standard, unit, [], sentence);
}
