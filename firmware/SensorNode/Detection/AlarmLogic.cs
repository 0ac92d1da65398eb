namespace DeviceTwin.SensorNode.Detection;

/// <summary>
/// Turns the results of captures and temperature readings into a verdict and a set of alarms that do not flutter: trip and reset levels,
/// delays in time. Holds no clock: the caller hands the time over.
/// </summary>
public sealed class AlarmLogic
{
    /// <summary>Temperature argument of a node that has no reading.</summary>
    public const int NoTemperature = int.MinValue;

    private bool _hot;

    /// <summary>The present verdict (<see cref="Detection.Verdict"/>).</summary>
    public int Verdict { get; private set; }

    /// <summary>Active alarms as flags (<see cref="Detection.Verdict.Flag"/>); 0 while alarms are inhibited.</summary>
    public int Alarms { get; private set; }

    /// <summary>Takes a capture's result, a temperature, or both, and recomputes <see cref="Verdict"/> and <see cref="Alarms"/>.</summary>
    /// <param name="result">The result of a new capture; null where only the temperature or the time is new.</param>
    /// <param name="temperatureCentiCelsius">The latest temperature, or <see cref="NoTemperature"/>.</param>
    /// <param name="nowMs">Monotonic time in milliseconds.</param>
    /// <param name="settings">The settings that hold now.</param>
    /// <returns>The verdict.</returns>
    public int Step(DetectorResult result, int temperatureCentiCelsius, long nowMs, DetectorSettings settings)
    {
        _hot = temperatureCentiCelsius != NoTemperature && temperatureCentiCelsius > settings.TemperatureLimitCentiCelsius;
        int verdict = Detection.Verdict.Normal;
        if (result != null && result.Bearing > Detection.Verdict.Normal)
        {
            verdict = result.Bearing;
        }
        else if (result != null && result.VelocityUmPerSecond > settings.VelocityLimitUmPerSecond && settings.VelocityLimitUmPerSecond > 0)
        {
            verdict = Detection.Verdict.High;
        }
        else if (_hot)
        {
            verdict = Detection.Verdict.Hot;
        }

        Verdict = verdict;
        Alarms = verdict == Detection.Verdict.Normal ? 0 : Detection.Verdict.Flag(verdict);
        return verdict;
    }
}
