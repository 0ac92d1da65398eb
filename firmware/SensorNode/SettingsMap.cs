using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.SensorNode;

/// <summary>From the twin's settings to the detector's.</summary>
public static class SettingsMap
{
    /// <summary>Fills the settings that raise alarms.</summary>
    public static void Apply(SettingsValues values, DetectorSettings settings)
    {
        int[] numbers = values.Numbers;
        settings.ShaftSpeedMilliHertz = numbers[TwinModel.MachineShaftSpeedMilliHertz];
        settings.BpfoMilliOrders = numbers[TwinModel.MachineBpfoMilliOrders];
        settings.BpfiMilliOrders = numbers[TwinModel.MachineBpfiMilliOrders];
        settings.BsfMilliOrders = numbers[TwinModel.MachineBsfMilliOrders];
        settings.FtfMilliOrders = numbers[TwinModel.MachineFtfMilliOrders];
        settings.VelocityLimitUmPerSecond = numbers[TwinModel.DetectionVelocityLimitUmPerSecond];
        settings.VelocityHysteresisPercent = numbers[TwinModel.DetectionVelocityHysteresisPercent];
        settings.VelocityTripDelaySeconds = numbers[TwinModel.DetectionVelocityTripDelaySeconds];
        settings.VelocityResetDelaySeconds = numbers[TwinModel.DetectionVelocityResetDelaySeconds];
        settings.TemperatureLimitCentiCelsius = numbers[TwinModel.DetectionTemperatureLimitCentiCelsius];
        settings.TemperatureHysteresisCentiCelsius = numbers[TwinModel.DetectionTemperatureHysteresisCentiCelsius];
        settings.BearingScoreLimitMilli = numbers[TwinModel.DetectionBearingScoreLimitMilli];
        settings.IsoGroup = numbers[TwinModel.MachineIsoGroup];
        settings.IsoSupport = numbers[TwinModel.MachineIsoSupport];
        settings.RatedPowerWatts = numbers[TwinModel.MachineRatedPowerWatts];
        settings.ShaftHeightMillimetres = numbers[TwinModel.MachineShaftHeightMillimetres];
        settings.Mounting = numbers[TwinModel.MachineMounting];
        settings.RunningLimitMilliG = numbers[TwinModel.DetectionRunningLimitMilliG];
        settings.BearingTripDelaySeconds = numbers[TwinModel.DetectionBearingTripDelaySeconds];
        settings.BearingResetDelaySeconds = numbers[TwinModel.DetectionBearingResetDelaySeconds];
        settings.TemperatureTripDelaySeconds = numbers[TwinModel.DetectionTemperatureTripDelaySeconds];
        settings.TemperatureResetDelaySeconds = numbers[TwinModel.DetectionTemperatureResetDelaySeconds];
        settings.TemperatureRateLimitCentiCelsiusPerHour = numbers[TwinModel.DetectionTemperatureRateLimitCentiCelsiusPerHour];
        settings.TemperatureResidualLimitCentiCelsius = numbers[TwinModel.DetectionTemperatureResidualLimitCentiCelsius];
        settings.BaselineWarmUpCaptures = numbers[TwinModel.DetectionBaselineWarmUpCaptures];
        settings.BaselineGeneration = numbers[TwinModel.DetectionBaselineGeneration];
        settings.BaselineLimitMilliSigma = numbers[TwinModel.DetectionBaselineLimitMilliSigma];
        settings.DriftLimitMilliSigma = numbers[TwinModel.DetectionDriftLimitMilliSigma];
        settings.Band1LowHertz = numbers[TwinModel.DetectionBand1LowHertz];
        settings.Band1HighHertz = numbers[TwinModel.DetectionBand1HighHertz];
        settings.Band1LimitMilliG = numbers[TwinModel.DetectionBand1LimitMilliG];
        settings.Band2LowHertz = numbers[TwinModel.DetectionBand2LowHertz];
        settings.Band2HighHertz = numbers[TwinModel.DetectionBand2HighHertz];
        settings.Band2LimitMilliG = numbers[TwinModel.DetectionBand2LimitMilliG];
        settings.Band3LowHertz = numbers[TwinModel.DetectionBand3LowHertz];
        settings.Band3HighHertz = numbers[TwinModel.DetectionBand3HighHertz];
        settings.Band3LimitMilliG = numbers[TwinModel.DetectionBand3LimitMilliG];
        settings.EnvelopeBandLowHertz = numbers[TwinModel.DetectionEnvelopeBandLowHertz];
        settings.EnvelopeBandHighHertz = numbers[TwinModel.DetectionEnvelopeBandHighHertz];
        settings.Forest = values.Texts[TwinModel.TextOf(TwinModel.DetectionForest)];
        settings.AlarmsInhibited = numbers[TwinModel.MaintenanceAlarmsInhibited] != 0;
    }

    /// <summary>Fills the settings on trial: those that raise alarms, with the overrides of the component <c>shadow</c>.</summary>
    /// <param name="scratch">Overwritten.</param>
    public static void ApplyShadow(SettingsValues values, SettingsValues scratch, DetectorSettings settings)
    {
        scratch.CopyFrom(values);
        scratch.ApplyOverrides();
        Apply(scratch, settings);
    }
}
