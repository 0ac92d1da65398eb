namespace DeviceTwin.SensorNode.Detection;

/// <summary>
/// Everything an operator can tell the detector, as integers in named units. The names are those of the twin's components
/// <c>machine</c>, <c>detection</c> and <c>maintenance</c>; ranges are held by the twin, and the detector stays defined outside them.
/// </summary>
public sealed class DetectorSettings
{
    /// <summary>Shaft speed in millihertz; 0 = not known.</summary>
    public int ShaftSpeedMilliHertz;

    /// <summary>Ball pass frequency of the outer race in thousandths of the shaft speed; 0 = not asked.</summary>
    public int BpfoMilliOrders;

    /// <summary>Ball pass frequency of the inner race in thousandths of the shaft speed; 0 = not asked.</summary>
    public int BpfiMilliOrders;

    /// <summary>Ball spin frequency in thousandths of the shaft speed (the detector looks at twice it); 0 = not asked.</summary>
    public int BsfMilliOrders;

    /// <summary>Cage frequency in thousandths of the shaft speed; 0 = not known (ball sidebands are then left out).</summary>
    public int FtfMilliOrders;

    /// <summary>Limit of the velocity RMS, 10 to 1000 Hz, in um/s; 0 = velocity is not judged.</summary>
    public int VelocityLimitUmPerSecond = 7100;

    /// <summary>The velocity alarm resets at limit x (100 - this) / 100.</summary>
    public int VelocityHysteresisPercent = 10;

    /// <summary>Seconds above the limit before the velocity alarm trips.</summary>
    public int VelocityTripDelaySeconds;

    /// <summary>Seconds at or below the reset level before the velocity alarm resets.</summary>
    public int VelocityResetDelaySeconds;

    /// <summary>Limit of the temperature in hundredths of a degree Celsius.</summary>
    public int TemperatureLimitCentiCelsius = 8000;

    /// <summary>The temperature alarm resets at limit - this.</summary>
    public int TemperatureHysteresisCentiCelsius = 200;

    /// <summary>Bearing score, in thousandths, from which a bearing family is called defective.</summary>
    public int BearingScoreLimitMilli = 2500;

    /// <summary>Lower edge of the band whose envelope is looked at, in hertz.</summary>
    public int EnvelopeBandLowHertz = 500;

    /// <summary>Upper edge of the band whose envelope is looked at, in hertz.</summary>
    public int EnvelopeBandHighHertz = 5400;

    /// <summary>Verdicts are computed, but no alarm is raised.</summary>
    public bool AlarmsInhibited;
}
