using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Detection;

/// <summary>
/// Turns the results of captures and temperature readings into a verdict and alarms that do not flutter: the "not running" gate, the learned
/// baseline and its drift, the temperature, and one <see cref="Alarm"/> per cause. Holds no clock: the caller hands the time over. What cannot
/// be judged changes no alarm: an alarm outlives a lost sensor and a machine that stands still.
/// <para>
/// The verdict is the gravest thing known, in this order: <c>notRunning</c> (nothing is judged then), a bearing's part (the one the last
/// captures agree on, else outer, inner, ball, cage), <c>unbalance</c>, <c>misalignment</c>, <c>looseness</c>, <c>high</c>, <c>hot</c>,
/// <c>refused</c>, <c>normal</c>.
/// </para>
/// </summary>
public sealed class Monitor
{
    /// <summary>Temperature argument of a node that has no reading.</summary>
    public const int NoTemperature = TemperatureWatch.NoTemperature;

    /// <summary>A bearing alarm stays while its score is at least this share of the limit, in thousandths.</summary>
    public const int BearingResetPermille = 850;

    /// <summary>Alarms without a reset level of their own reset at this share of their trip level, in thousandths.</summary>
    public const int LevelResetPermille = 750;

    /// <summary>Captures in a row that must stand above the baseline's limit: a burst of a few captures is not a change of the machine.</summary>
    public const int PersistentCaptures = 5;

    /// <summary>Captures in a row that suffice at twice the baseline's limit: a part that breaks leaves little time.</summary>
    public const int ExpressCaptures = 3;

    /// <summary>Refusals that say that a capture is not to be learned from.</summary>
    private const int Spoilt = Refusal.Overrun | Refusal.Saturated | Refusal.Clipped | Refusal.NoSignal | Refusal.ScaleUnknown;

    private const int None = -1;

    private readonly Alarm[] _alarms = new Alarm[AlarmCause.Count];
    private readonly RunningGate _gate = new RunningGate();
    private readonly TemperatureWatch _temperature = new TemperatureWatch();
    private readonly Cusum[] _drifts = new Cusum[BaselineFeature.LevelCount];
    private readonly int[] _excess = new int[BaselineFeature.LevelCount * PersistentCaptures];
    private readonly int[] _bands = new int[DetectorResult.BandCount];
    private readonly int[] _bandLows = new int[DetectorResult.BandCount];
    private readonly int[] _bandHighs = new int[DetectorResult.BandCount];
    private bool _captured;
    private bool _refused;
    private bool _isLearned;
    private int _captureRefusals;
    private int _velocity = DetectorResult.NotAvailable;
    private int _baselineLevel = DetectorResult.NotAvailable;
    private int _driftLevel = DetectorResult.NotAvailable;
    private int _bearing = Detection.Verdict.Normal;
    private int _last = None;
    private int _weak;
    private int _pattern = Detection.Verdict.High;
    private int _lastPattern = Detection.Verdict.High;

    /// <summary>Nothing has been judged yet.</summary>
    public Monitor()
    {
        for (int i = 0; i < AlarmCause.Count; i++)
        {
            _alarms[i] = new Alarm();
        }

        for (int i = 0; i < BaselineFeature.LevelCount; i++)
        {
            _drifts[i] = new Cusum();
        }

        for (int i = 0; i < DetectorResult.BandCount; i++)
        {
            _bands[i] = DetectorResult.NotAvailable;
        }

        ForgetExcess();
        Verdict = Detection.Verdict.Refused;
    }

    /// <summary>The present verdict (<see cref="Detection.Verdict"/>); refused until the first capture.</summary>
    public int Verdict { get; private set; }

    /// <summary>Active alarms as flags (<see cref="Detection.Verdict.Flag"/>); 0 while alarms are inhibited.</summary>
    public int Alarms { get; private set; }

    /// <summary>Those of <see cref="Alarms"/> that nobody has acknowledged.</summary>
    public int Unacknowledged { get; private set; }

    /// <summary>Causes of the active alarms as flags (1 &lt;&lt; <see cref="AlarmCause"/>), inhibited or not: the witnesses of the verdict.</summary>
    public int Causes { get; private set; }

    /// <summary>Why something that was asked is not judged: flags of <see cref="Refusal"/>.</summary>
    public int Refusals { get; private set; }

    /// <summary>ISO zone of the last capture: 0 = A to 3 = D, or <see cref="DetectorResult.NotAvailable"/>.</summary>
    public int Zone { get; private set; } = DetectorResult.NotAvailable;

    /// <summary>Why there is no zone: flags of <see cref="Refusal"/>.</summary>
    public int ZoneRefusals { get; private set; }

    /// <summary>Whether the machine ran in the last capture; true before the first.</summary>
    public bool IsRunning
    {
        get { return _gate.IsRunning; }
    }

    /// <summary>What is learned of the machine.</summary>
    public Baseline Baseline { get; } = new Baseline();

    /// <summary>The temperature's rate, distance and sensor.</summary>
    public TemperatureWatch Temperature
    {
        get { return _temperature; }
    }

    /// <summary>
    /// How far the level that stands out most has stood above the baseline in each of the last <see cref="PersistentCaptures"/> captures, or half
    /// of what it has in each of the last <see cref="ExpressCaptures"/>, in thousandths of its standard deviation, or
    /// <see cref="DetectorResult.NotAvailable"/>.
    /// </summary>
    public int BaselineExcessMilliSigma
    {
        get { return _baselineLevel; }
    }

    /// <summary>The largest drift of a level in thousandths of its standard deviation, or <see cref="DetectorResult.NotAvailable"/>.</summary>
    public int DriftMilliSigma
    {
        get { return _driftLevel; }
    }

    /// <summary>The alarm of a cause (<see cref="AlarmCause"/>).</summary>
    public Alarm Alarm(int cause)
    {
        return _alarms[cause];
    }

    /// <summary>The verdict that a cause stands for.</summary>
    public int VerdictOf(int cause)
    {
        switch (cause)
        {
            case AlarmCause.Velocity:
                return _pattern;
            case AlarmCause.Outer:
                return Detection.Verdict.Outer;
            case AlarmCause.Inner:
                return Detection.Verdict.Inner;
            case AlarmCause.Ball:
                return Detection.Verdict.Ball;
            case AlarmCause.Cage:
                return Detection.Verdict.Cage;
            case AlarmCause.Temperature:
            case AlarmCause.TemperatureRate:
            case AlarmCause.TemperatureResidual:
                return Detection.Verdict.Hot;
            default:
                return Detection.Verdict.High;
        }
    }

    /// <summary>The state (<see cref="AlarmState"/>) of the alarm with this verdict: of its causes the one that asks for most attention.</summary>
    public int StateOf(int verdict)
    {
        int state = AlarmState.Normal;
        for (int i = 0; i < AlarmCause.Count; i++)
        {
            if (VerdictOf(i) == verdict && Attention(_alarms[i].State) > Attention(state))
            {
                state = _alarms[i].State;
            }
        }

        return state;
    }

    /// <summary>Says that alarms were seen.</summary>
    /// <param name="verdicts">Flags of the verdicts whose alarms are acknowledged.</param>
    public void Acknowledge(int verdicts)
    {
        for (int i = 0; i < AlarmCause.Count; i++)
        {
            if ((verdicts & Detection.Verdict.Flag(VerdictOf(i))) != 0)
            {
                _alarms[i].Acknowledge();
            }
        }

        Unacknowledged &= ~verdicts;
    }

    /// <summary>Takes a capture's result, a temperature, or both, and recomputes verdict and alarms.</summary>
    /// <param name="result">The result of a new capture; null where only the temperature, the time or the settings are new.</param>
    /// <param name="temperatureCentiCelsius">The latest temperature, or <see cref="NoTemperature"/>.</param>
    /// <param name="nowMs">Monotonic time in milliseconds.</param>
    /// <param name="settings">The settings that hold now.</param>
    /// <returns>The verdict.</returns>
    public int Step(DetectorResult result, int temperatureCentiCelsius, long nowMs, DetectorSettings settings)
    {
        if (Baseline.Follow(settings.BaselineGeneration) || settings.BaselineWarmUpCaptures <= 0)
        {
            ForgetBaseline();
        }

        if (!CapturePlan.AsksForBearing(settings))
        {
            _bearing = Detection.Verdict.Normal;
            _last = None;
            _weak = 0;
        }

        FollowBand(0, settings.Band1LowHertz, settings.Band1HighHertz);
        FollowBand(1, settings.Band2LowHertz, settings.Band2HighHertz);
        FollowBand(2, settings.Band3LowHertz, settings.Band3HighHertz);
        bool isTaken = false;
        if (result != null)
        {
            _captured = true;
            _captureRefusals = result.Refusals;
            isTaken = _gate.Step(result, settings);
            if (isTaken)
            {
                Take(result, settings);
            }
        }

        _temperature.Step(temperatureCentiCelsius, nowMs, _gate.IsRunning);
        StepAlarms(nowMs, settings);
        if (isTaken)
        {
            Learn(settings);
        }

        Decide(settings);
        return Verdict;
    }

    private static int Attention(int state)
    {
        switch (state)
        {
            case AlarmState.Raised:
                return 5;
            case AlarmState.RaisedResetting:
                return 4;
            case AlarmState.Acknowledged:
                return 3;
            case AlarmState.AcknowledgedResetting:
                return 2;
            case AlarmState.Pending:
                return 1;
            default:
                return 0;
        }
    }

    private static int Compare(long value, long trip, long reset)
    {
        return value > trip ? AlarmEvent.Above : value <= reset ? AlarmEvent.Below : AlarmEvent.Between;
    }

    /// <summary>A band with other edges is another one: what was measured of the former says nothing about it.</summary>
    private void FollowBand(int index, int low, int high)
    {
        if (_bandLows[index] == low && _bandHighs[index] == high)
        {
            return;
        }

        _bandLows[index] = low;
        _bandHighs[index] = high;
        _bands[index] = DetectorResult.NotAvailable;
        _alarms[AlarmCause.Band1 + index].Step(AlarmEvent.Withdrawn, 0, 0, 0);
    }

    /// <summary>A running machine's capture: what of it was measured replaces what was known.</summary>
    private void Take(DetectorResult result, DetectorSettings settings)
    {
        _refused = result.VelocityRefused || result.BearingRefused || IsBandRefused(result, settings);
        Zone = result.Zone;
        ZoneRefusals = result.ZoneRefusals;
        if (result.VelocityUmPerSecond != DetectorResult.NotAvailable)
        {
            _velocity = result.VelocityUmPerSecond;
            NamePattern(result.ShaftPattern);
        }

        for (int i = 0; i < DetectorResult.BandCount; i++)
        {
            if (result.BandMicroG[i] != DetectorResult.NotAvailable)
            {
                _bands[i] = result.BandMicroG[i];
            }
        }

        if (((result.Refusals | result.ZoneRefusals) & Spoilt) == 0)
        {
            Baseline.Judge(result, settings);
            _isLearned = Baseline.IsReady;
            TakeExcess();
        }
        else
        {
            Baseline.Skip();
        }

        JudgeBearing(result, settings);
    }

    /// <summary>An alarm that is raised keeps its name until two captures in a row agree on another.</summary>
    private void NamePattern(int pattern)
    {
        if (pattern != Detection.Verdict.Unbalance && pattern != Detection.Verdict.Misalignment && pattern != Detection.Verdict.Looseness)
        {
            pattern = Detection.Verdict.High;
        }

        if (pattern == _lastPattern || !_alarms[AlarmCause.Velocity].IsActive)
        {
            _pattern = pattern;
        }

        _lastPattern = pattern;
    }

    private void TakeExcess()
    {
        int most = DetectorResult.NotAvailable;
        int drift = DetectorResult.NotAvailable;
        for (int i = 0; i < BaselineFeature.LevelCount; i++)
        {
            int sigma = Baseline.MilliSigma(i);
            if (sigma == RobustLevel.NotAvailable)
            {
                continue;
            }

            int last = i * PersistentCaptures;
            for (int j = PersistentCaptures - 1; j > 0; j--)
            {
                _excess[last + j] = _excess[last + j - 1];
            }

            _excess[last] = sigma < 0 ? 0 : sigma;
            int lasting = Least(last, PersistentCaptures);
            int express = Least(last, ExpressCaptures) >> 1;
            lasting = express > lasting ? express : lasting;
            most = lasting > most ? lasting : most;
            int sum = _drifts[i].Step(sigma);
            drift = sum > drift ? sum : drift;
        }

        if (most != DetectorResult.NotAvailable)
        {
            _baselineLevel = most;
            _driftLevel = drift;
        }
    }

    private int Least(int first, int count)
    {
        int least = _excess[first];
        for (int i = 1; i < count; i++)
        {
            least = _excess[first + i] < least ? _excess[first + i] : least;
        }

        return least;
    }

    /// <summary>Nothing is learned from a machine in alarm: its baseline would become the fault.</summary>
    private void Learn(DetectorSettings settings)
    {
        for (int i = 0; i < AlarmCause.Count; i++)
        {
            if (_alarms[i].State != AlarmState.Normal)
            {
                return;
            }
        }

        Baseline.Learn(settings);
    }

    private void ForgetBaseline()
    {
        Baseline.Forget();
        ForgetExcess();
        for (int i = 0; i < BaselineFeature.LevelCount; i++)
        {
            _drifts[i].Reset();
        }

        _alarms[AlarmCause.Baseline].Step(AlarmEvent.Withdrawn, 0, 0, 0);
        _alarms[AlarmCause.Drift].Step(AlarmEvent.Withdrawn, 0, 0, 0);
    }

    private void ForgetExcess()
    {
        for (int i = 0; i < _excess.Length; i++)
        {
            _excess[i] = 0;
        }

        _baselineLevel = DetectorResult.NotAvailable;
        _driftLevel = DetectorResult.NotAvailable;
        _isLearned = false;
    }

    private void StepAlarms(long nowMs, DetectorSettings settings)
    {
        int trip = settings.VelocityTripDelaySeconds;
        int reset = settings.VelocityResetDelaySeconds;
        long limit = settings.VelocityLimitUmPerSecond;

        // Compared a hundredfold, so that the reset level needs no rounding.
        StepLevel(
            AlarmCause.Velocity,
            limit > 0,
            _velocity,
            100,
            limit * 100,
            limit * (100L - settings.VelocityHysteresisPercent),
            nowMs,
            trip,
            reset);
        StepBand(AlarmCause.Band1, settings.Band1LimitMilliG, settings.Band1HighHertz, nowMs, settings);
        StepBand(AlarmCause.Band2, settings.Band2LimitMilliG, settings.Band2HighHertz, nowMs, settings);
        StepBand(AlarmCause.Band3, settings.Band3LimitMilliG, settings.Band3HighHertz, nowMs, settings);
        limit = settings.BaselineWarmUpCaptures > 0 ? settings.BaselineLimitMilliSigma : 0;
        StepLevel(AlarmCause.Baseline, limit > 0, _baselineLevel, 1000, limit * 1000, limit * LevelResetPermille, nowMs, trip, reset);
        limit = settings.BaselineWarmUpCaptures > 0 ? settings.DriftLimitMilliSigma : 0;
        StepLevel(AlarmCause.Drift, limit > 0, _driftLevel, 1000, limit * 1000, limit * LevelResetPermille, nowMs, trip, reset);
        StepBearing(AlarmCause.Outer, Detection.Verdict.Outer, nowMs, settings);
        StepBearing(AlarmCause.Inner, Detection.Verdict.Inner, nowMs, settings);
        StepBearing(AlarmCause.Ball, Detection.Verdict.Ball, nowMs, settings);
        StepBearing(AlarmCause.Cage, Detection.Verdict.Cage, nowMs, settings);
        StepTemperature(nowMs, settings);
    }

    private void StepBand(int cause, int limitMilliG, int highHertz, long nowMs, DetectorSettings settings)
    {
        StepLevel(
            cause,
            limitMilliG > 0 && highHertz > 0,
            _bands[cause - AlarmCause.Band1],
            100,
            limitMilliG * 100000L,
            limitMilliG * 1000L * (100L - settings.VelocityHysteresisPercent),
            nowMs,
            settings.VelocityTripDelaySeconds,
            settings.VelocityResetDelaySeconds);
    }

    /// <summary>A level that is not known changes nothing; one that was refused counts as the last one.</summary>
    private void StepLevel(int cause, bool isAsked, long value, long factor, long trip, long reset, long nowMs, int tripDelay, int resetDelay)
    {
        int alarmEvent;
        if (!isAsked)
        {
            alarmEvent = AlarmEvent.Withdrawn;
        }
        else if (!_gate.IsRunning)
        {
            alarmEvent = AlarmEvent.Held;
        }
        else if (value == DetectorResult.NotAvailable)
        {
            return;
        }
        else
        {
            alarmEvent = Compare(value * factor, trip, reset);
        }

        _alarms[cause].Step(alarmEvent, nowMs, tripDelay, resetDelay);
    }

    private void StepBearing(int cause, int verdict, long nowMs, DetectorSettings settings)
    {
        int alarmEvent;
        if (!CapturePlan.AsksForBearing(settings))
        {
            alarmEvent = AlarmEvent.Withdrawn;
        }
        else if (!_gate.IsRunning)
        {
            alarmEvent = AlarmEvent.Held;
        }
        else
        {
            alarmEvent = _bearing == verdict ? AlarmEvent.Above : AlarmEvent.Below;
        }

        _alarms[cause].Step(alarmEvent, nowMs, settings.BearingTripDelaySeconds, settings.BearingResetDelaySeconds);
    }

    private void StepTemperature(long nowMs, DetectorSettings settings)
    {
        long limit = settings.TemperatureLimitCentiCelsius;
        StepTemperature(AlarmCause.Temperature, true, _temperature.CentiCelsius, limit, limit - settings.TemperatureHysteresisCentiCelsius, nowMs, settings);
        limit = settings.TemperatureRateLimitCentiCelsiusPerHour;
        StepTemperature(
            AlarmCause.TemperatureRate, limit > 0, _temperature.RateCentiCelsiusPerHour, limit, limit - (limit >> 2), nowMs, settings);
        limit = settings.TemperatureResidualLimitCentiCelsius;
        int residual = _temperature.ResidualCentiCelsius;
        residual = residual < 0 && residual != NoTemperature ? -residual : residual;
        StepTemperature(AlarmCause.TemperatureResidual, limit > 0, residual, limit, limit - (limit >> 2), nowMs, settings);
    }

    private void StepTemperature(int cause, bool isAsked, int value, long trip, long reset, long nowMs, DetectorSettings settings)
    {
        int alarmEvent;
        if (!isAsked)
        {
            alarmEvent = AlarmEvent.Withdrawn;
        }
        else if (!_gate.IsRunning)
        {
            alarmEvent = AlarmEvent.Held;
        }
        else if (value == NoTemperature || _temperature.CentiCelsius == NoTemperature)
        {
            return;
        }
        else
        {
            alarmEvent = Compare(value, trip, reset);
        }

        _alarms[cause].Step(alarmEvent, nowMs, settings.TemperatureTripDelaySeconds, settings.TemperatureResetDelaySeconds);
    }

    private void Decide(DetectorSettings settings)
    {
        int alarms = 0;
        int unacknowledged = 0;
        int causes = 0;
        for (int i = 0; i < AlarmCause.Count; i++)
        {
            int state = _alarms[i].State;
            if (!AlarmState.IsActive(state))
            {
                continue;
            }

            causes |= 1 << (i & 31);
            int flag = Detection.Verdict.Flag(VerdictOf(i));
            alarms |= flag;
            if (state == AlarmState.Raised || state == AlarmState.RaisedResetting)
            {
                unacknowledged |= flag;
            }
        }

        bool isVibrationAsked = settings.VelocityLimitUmPerSecond > 0 || CapturePlan.AsksForBearing(settings) || CapturePlan.AsksForBands(settings);
        bool isBaselineAsked = settings.BaselineWarmUpCaptures > 0
            && (settings.BaselineLimitMilliSigma > 0 || settings.DriftLimitMilliSigma > 0);
        bool isLevelLearned = isBaselineAsked && _baselineLevel != DetectorResult.NotAvailable;

        // Normal is said only of what was looked at: vibration in some way, and the temperature.
        bool isTemperatureKnown = _temperature.CentiCelsius != NoTemperature;
        bool isBlind = !isTemperatureKnown || (!isVibrationAsked && !isLevelLearned);
        int refusals = _captureRefusals & ~(Refusal.NothingAsked | Refusal.NotRunning | Refusal.TemperatureUnknown | Refusal.BaselineWarmingUp);
        refusals |= isTemperatureKnown ? 0 : Refusal.TemperatureUnknown;
        refusals |= isVibrationAsked || isBaselineAsked ? 0 : Refusal.NothingAsked;
        refusals |= isBaselineAsked && !_isLearned ? Refusal.BaselineWarmingUp : 0;
        refusals |= _gate.IsRunning ? 0 : Refusal.NotRunning;
        Refusals = refusals;
        Causes = causes;
        Alarms = settings.AlarmsInhibited ? 0 : alarms;
        Unacknowledged = settings.AlarmsInhibited ? 0 : unacknowledged;
        int calm = !_captured || _refused || isBlind ? Detection.Verdict.Refused : Detection.Verdict.Normal;
        Verdict = _gate.IsRunning ? Gravest(alarms, calm) : Detection.Verdict.NotRunning;
    }

    private int Gravest(int alarms, int calm)
    {
        if (_bearing != Detection.Verdict.Normal && (alarms & Detection.Verdict.Flag(_bearing)) != 0)
        {
            return _bearing;
        }

        for (int i = Detection.Verdict.Outer; i <= Detection.Verdict.Looseness; i++)
        {
            if ((alarms & Detection.Verdict.Flag(i)) != 0)
            {
                return i;
            }
        }

        if ((alarms & Detection.Verdict.Flag(Detection.Verdict.High)) != 0)
        {
            return Detection.Verdict.High;
        }

        return (alarms & Detection.Verdict.Flag(Detection.Verdict.Hot)) != 0 ? Detection.Verdict.Hot : calm;
    }

    private static bool IsBandRefused(DetectorResult result, DetectorSettings settings)
    {
        int[] bands = result.BandMicroG;
        return (settings.Band1LimitMilliG > 0 && settings.Band1HighHertz > 0 && bands[0] == DetectorResult.NotAvailable)
            || (settings.Band2LimitMilliG > 0 && settings.Band2HighHertz > 0 && bands[1] == DetectorResult.NotAvailable)
            || (settings.Band3LimitMilliG > 0 && settings.Band3HighHertz > 0 && bands[2] == DetectorResult.NotAvailable);
    }

    /// <summary>
    /// The first capture that can be judged decides; from then on two in a row have to agree for the bearing's part to change, and
    /// <see cref="PersistentCaptures"/> where only a level speaks.
    /// </summary>
    private void JudgeBearing(DetectorResult result, DetectorSettings settings)
    {
        int bearing = BearingWitness.Judge(result, settings, Baseline);
        if (bearing == DetectorResult.NotAvailable || !CapturePlan.AsksForBearing(settings))
        {
            return;
        }

        if (bearing == Detection.Verdict.Normal && StaysAbove(result, settings))
        {
            bearing = _bearing;
        }

        // A level alone is a weak witness: it has to be heard as often as a level that names no part.
        _weak = bearing == Detection.Verdict.Ball && BearingJudge.RestsOnLevel(result, settings) ? _weak + 1 : 0;
        if (_weak > 0 && _weak < PersistentCaptures && _bearing != bearing)
        {
            return;
        }

        if (_last == None || bearing == _last || _weak > 0)
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
            case Detection.Verdict.Cage:
                score = result.CageScoreMilli;
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
}
