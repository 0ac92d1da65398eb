namespace DeviceTwin.Provisioning.Dialogue;

/// <summary>How far a measurement is.</summary>
/// <param name="Percent">0 to 100.</param>
/// <param name="Taps">Taps heard; null where nobody listens to any.</param>
/// <param name="PeakMilliG">Greatest excursion so far in thousandths of g; null where it is not known.</param>
public sealed record MeasurementProgress(int Percent, int? Taps, int? PeakMilliG);

/// <summary>What both sensors say of themselves.</summary>
/// <param name="Accelerometer">Word of the accelerometer's fault; <c>none</c> where it is well.</param>
/// <param name="Thermometer">Word of the thermometer's fault; <c>none</c> where it is well.</param>
/// <param name="SelfTestPassed">Whether the accelerometer passed its self-test; null where it was not made.</param>
/// <param name="CentiCelsius">Temperature in hundredths of a degree Celsius; null where there is none.</param>
public sealed record SensorCheckResult(string Accelerometer, string Thermometer, bool? SelfTestPassed, int? CentiCelsius)
{
    /// <summary>Whether nothing is wrong.</summary>
    public bool IsGood => Accelerometer == "none" && Thermometer == "none" && SelfTestPassed == true;
}

/// <summary>A network that the node hears.</summary>
/// <param name="Name">Its name.</param>
/// <param name="SignalDbm">Its strength in dBm.</param>
public sealed record WifiNetwork(string Name, int SignalDbm);

/// <summary>What a tap on the machine showed.</summary>
/// <param name="Taps">Taps heard; 0 where nobody tapped.</param>
/// <param name="ResonanceHz">Resonance of the mounting in hertz; null without a tap.</param>
/// <param name="GravityXMilliG">Gravity along X in thousandths of g.</param>
/// <param name="GravityYMilliG">Gravity along Y in thousandths of g.</param>
/// <param name="GravityZMilliG">Gravity along Z in thousandths of g.</param>
/// <param name="PeakMilliG">Greatest excursion in thousandths of g.</param>
public sealed record TapTestResult(int Taps, int? ResonanceHz, int? GravityXMilliG, int? GravityYMilliG, int? GravityZMilliG, int? PeakMilliG);

/// <summary>What the accelerometer shows while the machine stands still.</summary>
/// <param name="NoiseMicroG">Effective noise in millionths of g.</param>
/// <param name="PeakMilliG">Greatest excursion in thousandths of g.</param>
public sealed record NoiseFloorResult(int NoiseMicroG, int PeakMilliG);
