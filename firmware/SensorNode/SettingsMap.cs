using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.SensorNode;

/// <summary>From the twin's settings to the detector's.</summary>
public static class SettingsMap
{
    /// <summary>Fills the detector's settings.</summary>
    /// <param name="values">Settings by index of <see cref="TwinModel"/>.</param>
    public static void Apply(int[] values, DetectorSettings settings)
    {
        settings.ShaftSpeedMilliHertz = values[TwinModel.MachineShaftSpeedMilliHertz];
        settings.BpfoMilliOrders = values[TwinModel.MachineBpfoMilliOrders];
        settings.BpfiMilliOrders = values[TwinModel.MachineBpfiMilliOrders];
        settings.BsfMilliOrders = values[TwinModel.MachineBsfMilliOrders];
        settings.FtfMilliOrders = values[TwinModel.MachineFtfMilliOrders];
        settings.VelocityLimitUmPerSecond = values[TwinModel.DetectionVelocityLimitUmPerSecond];
        settings.VelocityHysteresisPercent = values[TwinModel.DetectionVelocityHysteresisPercent];
        settings.VelocityTripDelaySeconds = values[TwinModel.DetectionVelocityTripDelaySeconds];
        settings.VelocityResetDelaySeconds = values[TwinModel.DetectionVelocityResetDelaySeconds];
        settings.TemperatureLimitCentiCelsius = values[TwinModel.DetectionTemperatureLimitCentiCelsius];
        settings.TemperatureHysteresisCentiCelsius = values[TwinModel.DetectionTemperatureHysteresisCentiCelsius];
        settings.BearingScoreLimitMilli = values[TwinModel.DetectionBearingScoreLimitMilli];
        settings.EnvelopeBandLowHertz = values[TwinModel.DetectionEnvelopeBandLowHertz];
        settings.EnvelopeBandHighHertz = values[TwinModel.DetectionEnvelopeBandHighHertz];
        settings.AlarmsInhibited = values[TwinModel.MaintenanceAlarmsInhibited] != 0;
    }
}
