using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Detection;

/// <summary>Says which detector with which settings gave a verdict: two nodes with equal fingerprints give equal verdicts on equal captures.</summary>
public static class Fingerprint
{
    /// <summary>Names the computation, eight hexadecimal digits: the start of the SHA-256 over the golden vectors (a test holds this).</summary>
    public const string BuildId = "9895adc2";

    /// <summary>SHA-256 over the settings the detector computes with, first 8 bytes, 16 hexadecimal digits.</summary>
    public static string SettingsHash(DetectorSettings settings)
    {
        var sha = new Sha256();
        sha.AddInteger(settings.ShaftSpeedMilliHertz);
        sha.AddInteger(settings.BpfoMilliOrders);
        sha.AddInteger(settings.BpfiMilliOrders);
        sha.AddInteger(settings.BsfMilliOrders);
        sha.AddInteger(settings.FtfMilliOrders);
        sha.AddInteger(settings.VelocityLimitUmPerSecond);
        sha.AddInteger(settings.VelocityHysteresisPercent);
        sha.AddInteger(settings.VelocityTripDelaySeconds);
        sha.AddInteger(settings.VelocityResetDelaySeconds);
        sha.AddInteger(settings.TemperatureLimitCentiCelsius);
        sha.AddInteger(settings.TemperatureHysteresisCentiCelsius);
        sha.AddInteger(settings.BearingScoreLimitMilli);
        sha.AddInteger(settings.EnvelopeBandLowHertz);
        sha.AddInteger(settings.EnvelopeBandHighHertz);
        sha.AddInteger(settings.IsoGroup);
        sha.AddInteger(settings.IsoSupport);
        sha.AddInteger(settings.RatedPowerWatts);
        sha.AddInteger(settings.ShaftHeightMillimetres);
        sha.AddInteger(settings.Mounting);
        sha.AddInteger(settings.RunningLimitMilliG);
        sha.AddInteger(settings.BearingTripDelaySeconds);
        sha.AddInteger(settings.BearingResetDelaySeconds);
        sha.AddInteger(settings.TemperatureTripDelaySeconds);
        sha.AddInteger(settings.TemperatureResetDelaySeconds);
        sha.AddInteger(settings.TemperatureRateLimitCentiCelsiusPerHour);
        sha.AddInteger(settings.TemperatureResidualLimitCentiCelsius);
        sha.AddInteger(settings.BaselineWarmUpCaptures);
        sha.AddInteger(settings.BaselineGeneration);
        sha.AddInteger(settings.BaselineLimitMilliSigma);
        sha.AddInteger(settings.DriftLimitMilliSigma);
        sha.AddInteger(settings.Band1LowHertz);
        sha.AddInteger(settings.Band1HighHertz);
        sha.AddInteger(settings.Band1LimitMilliG);
        sha.AddInteger(settings.Band2LowHertz);
        sha.AddInteger(settings.Band2HighHertz);
        sha.AddInteger(settings.Band2LimitMilliG);
        sha.AddInteger(settings.Band3LowHertz);
        sha.AddInteger(settings.Band3HighHertz);
        sha.AddInteger(settings.Band3LimitMilliG);
        for (int i = 0; i < settings.Forest.Length; i++)
        {
            sha.AddInteger(settings.Forest[i]);
        }

        return Sha256.Hex(sha.Finish(), 8);
    }

    /// <summary>
    /// The fingerprint: build id, a hyphen, settings hash; where the detector's windows are not the longest ones, a hyphen and their length,
    /// because other windows give other bits.
    /// </summary>
    /// <param name="settingsHash"><see cref="SettingsHash"/> of what the detector computes with.</param>
    /// <param name="windowLength">As for <see cref="Detector(int)"/>.</param>
    public static string Of(string settingsHash, int windowLength)
    {
        string fingerprint = BuildId + "-" + settingsHash;
        switch (Workspace.WindowOf(windowLength))
        {
            case 1024:
                return fingerprint + "-1024";
            case 2048:
                return fingerprint + "-2048";
            case 4096:
                return fingerprint + "-4096";
            default:
                return fingerprint;
        }
    }
}
