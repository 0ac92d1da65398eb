namespace DeviceTwin.SensorNode.Provisioning;

/// <summary>The measurements of <see cref="IProvisioningSensors"/>, and how far one is.</summary>
public static class ProvisioningMeasurement
{
    /// <summary>Do the sensors answer, are they the right ones, do they pass their self-test?</summary>
    public const int SensorCheck = 1;

    /// <summary>The resonance of the mounting, from taps, and which way is down.</summary>
    public const int TapTest = 2;

    /// <summary>What the accelerometer shows while the machine stands still.</summary>
    public const int NoiseFloor = 3;

    /// <summary>It goes on.</summary>
    public const int Running = 0;

    /// <summary>It is done.</summary>
    public const int Done = 1;

    /// <summary>A sensor did not do its part.</summary>
    public const int Failed = 2;
}
