namespace DeviceTwin.SensorNode.Provisioning;

/// <summary>What a measurement of <see cref="IProvisioningSensors"/> has found. A value that does not belong to it is <see cref="NotMeasured"/>.</summary>
public sealed class SensorFindings
{
    public const int NotMeasured = int.MinValue;

    /// <summary>How far it is, 0 to 100.</summary>
    public int Percent;

    /// <summary>Word of the acquisition fault of the accelerometer; <c>none</c> where it is well.</summary>
    public string AccelerometerFault = "none";

    /// <summary>Word of the acquisition fault of the thermometer.</summary>
    public string ThermometerFault = "none";

    /// <summary>What the accelerometer's identity register says.</summary>
    public int AccelerometerId = NotMeasured;

    /// <summary>What the thermometer's says.</summary>
    public int ThermometerId = NotMeasured;

    /// <summary>1 where the accelerometer passed its self-test, 0 where not.</summary>
    public int SelfTestPassed = NotMeasured;

    /// <summary>Temperature in hundredths of a degree Celsius.</summary>
    public int TemperatureCentiCelsius = NotMeasured;

    /// <summary>Taps heard.</summary>
    public int Taps = NotMeasured;

    /// <summary>Resonance of the mounting in hertz.</summary>
    public int ResonanceHertz = NotMeasured;

    /// <summary>Gravity along X in thousandths of g.</summary>
    public int GravityXMilliG = NotMeasured;

    /// <summary>Gravity along Y.</summary>
    public int GravityYMilliG = NotMeasured;

    /// <summary>Gravity along Z.</summary>
    public int GravityZMilliG = NotMeasured;

    /// <summary>Noise, effective, in millionths of g.</summary>
    public int NoiseMicroG = NotMeasured;

    /// <summary>Largest excursion in thousandths of g.</summary>
    public int PeakMilliG = NotMeasured;
}
