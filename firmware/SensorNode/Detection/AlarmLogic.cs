namespace DeviceTwin.SensorNode.Detection;

/// <summary>
/// Turns the results of captures and temperature readings into a verdict and a set of alarms that do not flutter: trip and reset levels and
/// delays in time for velocity, trip and reset levels for temperature, and for the bearing a reset level and two captures in a row that
/// agree. Holds no clock: the caller hands the time over. What cannot be judged changes no alarm: an alarm outlives a lost sensor.
/// </summary>
public sealed class AlarmLogic
{
    /// <summary>Temperature argument of a node that has no reading.</summary>
    public const int NoTemperature = int.MinValue;

    /// <summary>A bearing alarm stays while its score is at least this share of the limit, in thousandths.</summary>
    public const int BearingResetPermille = 850;

    private const int None = -1;

    private bool _captured;
    private bool _refused;
    private bool _hot;
    private bool _high;
    private bool _velocityKnown;
    private int _velocity;
    private bool _crossing;
    private long _crossingSinceMs;
    private int _bearing = Detection.Verdict.Normal;
    private int _last = None;

    /// <summary>Nothing has been judged yet.</summary>
    public AlarmLogic()
    {
        Verdict = Detection.Verdict.Refused;
    }

    /// <summary>The present verdict (<see cref="Detection.Verdict"/>); refused until the first capture.</summary>
    public int Verdict { get; private set; }

    /// <summary>Active alarms as flags (<see cref="Detection.Verdict.Flag"/>); 0 while alarms are inhibited.</summary>
    public int Alarms { get; private set; }

    /// <summary>Takes a capture's result, a temperature, or both, and recomputes <see cref="Verdict"/> and <see cref="Alarms"/>.</summary>
    /// <param name="result">The result of a new capture; null where only the temperature, the time or the settings are new.</param>
    /// <param name="temperatureCentiCelsius">The latest temperature, or <see cref="NoTemperature"/>.</param>
    /// <param name="nowMs">Monotonic time in milliseconds.</param>
    /// <param name="settings">The settings that hold now.</param>
    /// <returns>The verdict.</returns>
    public int Step(DetectorResult result, int temperatureCentiCelsius, long nowMs, DetectorSettings settings)
    {
        if (result != null)
        {
            _captured = true;
            _refused = result.VelocityRefused || result.BearingRefused;
            if (result.VelocityUmPerSecond != DetectorResult.NotAvailable)
            {
                _velocityKnown = true;
                _velocity = result.VelocityUmPerSecond;
            }

            JudgeBearing(result, settings);
        }

        if (!CapturePlan.AsksForBearing(settings))
        {
            ForgetBearing();
        }

        JudgeVelocity(nowMs, settings);
        JudgeTemperature(temperatureCentiCelsius, settings);
        Decide(temperatureCentiCelsius, settings);
        return Verdict;
    }

    private void Decide(int temperature, DetectorSettings settings)
    {
        // Normal is said only of what was looked at: vibration in some way, and the temperature.
        bool isBlind = temperature == NoTemperature || (settings.VelocityLimitUmPerSecond <= 0 && !CapturePlan.AsksForBearing(settings));
        int alarms = 0;
        int verdict = !_captured || _refused || isBlind ? Detection.Verdict.Refused : Detection.Verdict.Normal;
        if (_hot)
        {
            alarms |= Detection.Verdict.Flag(Detection.Verdict.Hot);
            verdict = Detection.Verdict.Hot;
        }

        if (_high)
        {
            alarms |= Detection.Verdict.Flag(Detection.Verdict.High);
            verdict = Detection.Verdict.High;
        }

        if (_bearing != Detection.Verdict.Normal)
        {
            alarms |= Detection.Verdict.Flag(_bearing);
            verdict = _bearing;
        }

        Verdict = verdict;
        Alarms = settings.AlarmsInhibited ? 0 : alarms;
    }

    /// <summary>
    /// Above the limit for the trip delay: high. At or below the reset level for the reset delay: no longer. In between, or back across the
    /// level before the delay is over, nothing changes. A velocity that was refused counts as the last one.
    /// </summary>
    private void JudgeVelocity(long nowMs, DetectorSettings settings)
    {
        int limit = settings.VelocityLimitUmPerSecond;
        if (limit <= 0)
        {
            _high = false;
            _crossing = false;
            return;
        }

        if (!_velocityKnown)
        {
            return;
        }

        // Compared a hundredfold, so that the reset level needs no rounding.
        bool crosses = _high
            ? (long)_velocity * 100 <= (long)limit * (100 - settings.VelocityHysteresisPercent)
            : _velocity > limit;
        if (!crosses)
        {
            _crossing = false;
            return;
        }

        if (!_crossing)
        {
            _crossing = true;
            _crossingSinceMs = nowMs;
        }

        int delaySeconds = _high ? settings.VelocityResetDelaySeconds : settings.VelocityTripDelaySeconds;
        if (nowMs - _crossingSinceMs >= (long)delaySeconds * 1000)
        {
            _high = !_high;
            _crossing = false;
        }
    }

    private void JudgeTemperature(int temperature, DetectorSettings settings)
    {
        if (temperature == NoTemperature)
        {
            return;
        }

        int limit = settings.TemperatureLimitCentiCelsius;
        if (!_hot)
        {
            _hot = temperature > limit;
        }
        else if (temperature <= limit - settings.TemperatureHysteresisCentiCelsius)
        {
            _hot = false;
        }
    }

    /// <summary>The first capture that can be judged decides; from then on two in a row have to agree for the verdict to change.</summary>
    private void JudgeBearing(DetectorResult result, DetectorSettings settings)
    {
        int bearing = result.Bearing;
        if (bearing == DetectorResult.NotAvailable)
        {
            return;
        }

        if (bearing == Detection.Verdict.Normal && StaysAbove(result, settings))
        {
            bearing = _bearing;
        }

        if (_last == None || bearing == _last)
        {
            _bearing = bearing;
        }

        _last = bearing;
    }

    /// <summary>Whether the present bearing alarm is still above its reset level, in its family's score or in impulsiveness.</summary>
    private bool StaysAbove(DetectorResult result, DetectorSettings settings)
    {
        int score;
        switch (_bearing)
        {
            case Detection.Verdict.Outer:
                score = result.OuterScoreMilli;
                break;
            case Detection.Verdict.Inner:
                score = result.InnerScoreMilli;
                break;
            case Detection.Verdict.Ball:
                score = result.BallScoreMilli;
                if (result.ShaftScoreMilli < BearingJudge.ShaftBlowsMilli
                    && BearingJudge.BlowsPermille(result) >= BearingResetPermille)
                {
                    return true;
                }

                break;
            default:
                return false;
        }

        return (long)score * 1000 >= (long)settings.BearingScoreLimitMilli * BearingResetPermille;
    }

    private void ForgetBearing()
    {
        _bearing = Detection.Verdict.Normal;
        _last = None;
    }
}
