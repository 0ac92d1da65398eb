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
    public int BearingScoreLimitMilli = 2000;

    /// <summary>Group of the machine in ISO 20816-3 / 10816-3: 1 or 2; 0 = not declared, no zone.</summary>
    public int IsoGroup;

    /// <summary>Support of the machine: 1 = rigid, 2 = flexible; 0 = not declared, no zone.</summary>
    public int IsoSupport;

    /// <summary>Rated power in watts; 0 = not declared.</summary>
    public int RatedPowerWatts;

    /// <summary>Shaft height in millimetres; 0 = not declared.</summary>
    public int ShaftHeightMillimetres;

    /// <summary>How the sensor is fixed: 1 = stud, 2 = adhesive, 3 = magnet, 4 = hand-held probe; 0 = not declared, no zone.</summary>
    public int Mounting;

    /// <summary>Acceleration RMS in thousandths of g below which the machine counts as standing still; 0 = always running.</summary>
    public int RunningLimitMilliG;

    /// <summary>Seconds a bearing defect must be seen before its alarm trips, beside being seen in two captures in a row.</summary>
    public int BearingTripDelaySeconds;

    /// <summary>Seconds a bearing must look sound before its alarm resets, beside looking so in two captures in a row.</summary>
    public int BearingResetDelaySeconds;

    /// <summary>Seconds above its limit before a temperature alarm trips.</summary>
    public int TemperatureTripDelaySeconds;

    /// <summary>Seconds at or below its reset level before a temperature alarm resets.</summary>
    public int TemperatureResetDelaySeconds;

    /// <summary>Limit of the rise of the temperature, in hundredths of a degree Celsius per hour; 0 = not judged.</summary>
    public int TemperatureRateLimitCentiCelsiusPerHour;

    /// <summary>Limit of the temperature's distance above what was learned, in hundredths of a degree Celsius; 0 = not judged.</summary>
    public int TemperatureResidualLimitCentiCelsius = 900;

    /// <summary>Captures the baseline learns from before it judges; 0 = no baseline.</summary>
    public int BaselineWarmUpCaptures = 60;

    /// <summary>A change of this number makes the baseline start anew.</summary>
    public int BaselineGeneration;

    /// <summary>Distance above the baseline, in thousandths of its robust standard deviation, from which a level is high; 0 = not judged.</summary>
    public int BaselineLimitMilliSigma = 8000;

    /// <summary>Decision level of the CUSUM of a level's drift, in thousandths of the robust standard deviation; 0 = not judged.</summary>
    public int DriftLimitMilliSigma = 60000;

    /// <summary>Lower edge of band 1, in hertz.</summary>
    public int Band1LowHertz;

    /// <summary>Upper edge of band 1, in hertz; 0 = no band.</summary>
    public int Band1HighHertz;

    /// <summary>Limit of the acceleration RMS of band 1, in thousandths of g; 0 = not judged.</summary>
    public int Band1LimitMilliG;

    /// <summary>Lower edge of band 2, in hertz.</summary>
    public int Band2LowHertz;

    /// <summary>Upper edge of band 2, in hertz; 0 = no band.</summary>
    public int Band2HighHertz;

    /// <summary>Limit of the acceleration RMS of band 2, in thousandths of g; 0 = not judged.</summary>
    public int Band2LimitMilliG;

    /// <summary>Lower edge of band 3, in hertz.</summary>
    public int Band3LowHertz;

    /// <summary>Upper edge of band 3, in hertz; 0 = no band.</summary>
    public int Band3HighHertz;

    /// <summary>Limit of the acceleration RMS of band 3, in thousandths of g; 0 = not judged.</summary>
    public int Band3LimitMilliG;

    /// <summary>Lower edge of the band whose envelope is looked at, in hertz.</summary>
    public int EnvelopeBandLowHertz = 500;

    /// <summary>Upper edge of the band whose envelope is looked at, in hertz.</summary>
    public int EnvelopeBandHighHertz = 5400;

    /// <summary>A trained forest in its wire form (see <c>Forest</c>); empty = none.</summary>
    public string Forest = "";

    /// <summary>Verdicts are computed, but no alarm is raised.</summary>
    public bool AlarmsInhibited;
}
