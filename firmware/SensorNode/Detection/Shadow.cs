namespace DeviceTwin.SensorNode.Detection;

/// <summary>
/// A second settings set judged on the same machine at the same time: what verdict and alarms it would have given. It raises nothing: its
/// alarms are told as "would have". It learns its own baseline and has its own alarm states and delays.
/// <para>
/// It is judged on the result of the settings that hold as long as both sets would measure the same, as <see cref="SharesResult"/> says.
/// Where they differ in what is measured (shaft speed, bearing orders, score limit, bands, envelope band, forest, what the zone is computed
/// from, or whether a level has a limit at all: it is refused only where it has one), the capture has to be analysed once more with the shadow's settings; limits, hysteresis, delays, baseline, drift and temperature
/// need nothing measured anew.
/// </para>
/// </summary>
public sealed class Shadow
{
    private readonly Monitor _monitor = new Monitor();

    /// <summary>The verdict that the shadow settings would have given.</summary>
    public int Verdict
    {
        get { return _monitor.Verdict; }
    }

    /// <summary>The alarms (flags of <see cref="Detection.Verdict"/>) that the shadow settings would have raised.</summary>
    public int Alarms
    {
        get { return _monitor.Alarms; }
    }

    /// <summary>The zone by the shadow settings.</summary>
    public int Zone
    {
        get { return _monitor.Zone; }
    }

    /// <summary>All that the shadow settings came to.</summary>
    public Monitor Monitor
    {
        get { return _monitor; }
    }

    /// <summary>Whether a result measured with one set of settings is what the other would have measured.</summary>
    public static bool SharesResult(DetectorSettings live, DetectorSettings shadow)
    {
        return live.ShaftSpeedMilliHertz == shadow.ShaftSpeedMilliHertz
            && live.BpfoMilliOrders == shadow.BpfoMilliOrders
            && live.BpfiMilliOrders == shadow.BpfiMilliOrders
            && live.BsfMilliOrders == shadow.BsfMilliOrders
            && live.FtfMilliOrders == shadow.FtfMilliOrders
            && live.BearingScoreLimitMilli == shadow.BearingScoreLimitMilli
            && (live.VelocityLimitUmPerSecond > 0) == (shadow.VelocityLimitUmPerSecond > 0)
            && live.IsoGroup == shadow.IsoGroup
            && live.IsoSupport == shadow.IsoSupport
            && live.RatedPowerWatts == shadow.RatedPowerWatts
            && live.ShaftHeightMillimetres == shadow.ShaftHeightMillimetres
            && live.Mounting == shadow.Mounting
            && live.Band1LowHertz == shadow.Band1LowHertz
            && live.Band1HighHertz == shadow.Band1HighHertz
            && (live.Band1LimitMilliG > 0) == (shadow.Band1LimitMilliG > 0)
            && live.Band2LowHertz == shadow.Band2LowHertz
            && live.Band2HighHertz == shadow.Band2HighHertz
            && (live.Band2LimitMilliG > 0) == (shadow.Band2LimitMilliG > 0)
            && live.Band3LowHertz == shadow.Band3LowHertz
            && live.Band3HighHertz == shadow.Band3HighHertz
            && (live.Band3LimitMilliG > 0) == (shadow.Band3LimitMilliG > 0)
            && live.EnvelopeBandLowHertz == shadow.EnvelopeBandLowHertz
            && live.EnvelopeBandHighHertz == shadow.EnvelopeBandHighHertz
            && live.Forest == shadow.Forest;
    }

    /// <summary>Judges a capture, a temperature, or both, as <see cref="Detection.Monitor.Step"/> does.</summary>
    /// <param name="result">
    /// The result of a new capture: that of the settings that hold where <see cref="SharesResult"/>, else one analysed with the shadow settings.
    /// </param>
    /// <param name="temperatureCentiCelsius">The latest temperature, or <see cref="Detection.Monitor.NoTemperature"/>.</param>
    /// <param name="nowMs">Monotonic time in milliseconds.</param>
    /// <param name="settings">The shadow settings.</param>
    /// <returns>The verdict that would have been given.</returns>
    public int Step(DetectorResult result, int temperatureCentiCelsius, long nowMs, DetectorSettings settings)
    {
        return _monitor.Step(result, temperatureCentiCelsius, nowMs, settings);
    }
}
