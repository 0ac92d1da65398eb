using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Detection;

/// <summary>
/// What the scores of a capture say of its bearing. Pure: the same result can be judged under several settings without measuring again.
/// </summary>
/// <remarks>
/// In this order: a comb at the limit names its family. Blows are evidence by themselves: where there are any, a weaker comb names its family,
/// and without one it is a rolling element (it spins freely, so its blows keep no time), unless the blows keep time with the shaft. A strong
/// comb of the cage names the cage. A comb that is weak but no chance, together with a high band that outweighs the low one, is a rolling
/// element, too: a race's defect would show its comb. With a learned baseline the level of the high band takes that last place.
/// </remarks>
public static class BearingJudge
{
    /// <summary>Impulsiveness, in thousandths, from which a signal is called impulsive. Gaussian noise has 693, healthy machines up to 910 here.</summary>
    public const int ImpulsivenessLimitMilli = 1000;

    /// <summary>Impulsiveness of Gaussian noise, in thousandths.</summary>
    public const int ImpulsivenessOfNoiseMilli = 693;

    /// <summary>Where the signal is impulsive, this share of the score limit, in thousandths, is enough to name a race.</summary>
    public const int ImpulsiveSharePermille = 700;

    /// <summary>Shaft score, in thousandths, from which an impulsive signal's blows are the shaft's: all six orders about 30 times the floor.</summary>
    public const int ShaftBlowsMilli = 3400;

    /// <summary>A cage is named from this share of the score limit on, in thousandths: healthy bearings carry cage lines, too.</summary>
    public const int CageSharePermille = 1250;

    /// <summary>Energy from 2 to 4 kHz over that from 10 to 1000 Hz, in thousandths, from which a weak comb counts; 0.1 to 1.7 times on healthy machines here.</summary>
    public const int HighRatioLimitMilli = 8000;

    /// <summary>Without a finished baseline for it, this is how far a feature stands above it.</summary>
    private const int Unknown = DetectorResult.NotAvailable;

    /// <summary>Share of the score limit, in thousandths, that noise does not reach, over the square root of the windows: see <see cref="WeakMilli"/>.</summary>
    private static readonly short[] WeakPermille = { 500, 500, 440, 420, 400, 385, 375, 370, 365 };

    /// <summary>The verdict of a capture, from its scores alone.</summary>
    public static int Judge(DetectorResult result, DetectorSettings settings)
    {
        return Judge(result, settings, null);
    }

    /// <summary>The verdict of a capture.</summary>
    /// <param name="result">Scores, impulsiveness, high band.</param>
    /// <param name="settings">Limits and what is asked for.</param>
    /// <param name="baseline">What was learned of the machine, held against this result; null = nothing.</param>
    /// <returns>
    /// <see cref="Verdict.Outer"/>, <see cref="Verdict.Inner"/>, <see cref="Verdict.Ball"/>, <see cref="Verdict.Cage"/>,
    /// <see cref="Verdict.Normal"/>, or <see cref="DetectorResult.NotAvailable"/> where no family could be tested.
    /// </returns>
    public static int Judge(DetectorResult result, DetectorSettings settings, Baseline baseline)
    {
        if (result.OuterScoreMilli == DetectorResult.NotAvailable
            && result.InnerScoreMilli == DetectorResult.NotAvailable
            && result.BallScoreMilli == DetectorResult.NotAvailable)
        {
            return DetectorResult.NotAvailable;
        }

        int limit = settings.BearingScoreLimitMilli;
        int family = Strongest(result, limit);
        if (family != Verdict.Normal)
        {
            return family;
        }

        bool ballAsked = settings.BsfMilliOrders > 0;
        if (result.ImpulsivenessMilli >= ImpulsivenessLimitMilli)
        {
            family = Strongest(result, Share(limit, ImpulsiveSharePermille));
            if (family != Verdict.Normal)
            {
                return family;
            }

            if (ballAsked && result.ShaftScoreMilli < ShaftBlowsMilli)
            {
                return Verdict.Ball;
            }
        }

        if (result.CageScoreMilli >= Share(limit, CageSharePermille) && result.CageScoreMilli > 0)
        {
            return Verdict.Cage;
        }

        return ballAsked && result.ShaftScoreMilli < ShaftBlowsMilli && IsRaised(result, settings, baseline) ? Verdict.Ball : Verdict.Normal;
    }

    /// <summary>
    /// How far a verdict is from the edge, in thousandths: 500 at the limit, 750 at twice and 900 at five times what the limit asks for, and
    /// not more than the lead over the second family allows; for a rolling element named without its comb at most 800 (blows), 700 (level) or 600
    /// (high band). For a normal verdict 1000 where nothing is to be seen, falling to 500 at the nearest limit. A measure of distance, not a probability.
    /// </summary>
    /// <param name="result">Scores, impulsiveness, high band.</param>
    /// <param name="settings">Limits and what is asked for.</param>
    /// <param name="baseline">As for <see cref="Judge(DetectorResult, DetectorSettings, Baseline)"/>.</param>
    /// <param name="verdict">What that said.</param>
    public static int ConfidencePermille(DetectorResult result, DetectorSettings settings, Baseline baseline, int verdict)
    {
        if (verdict == DetectorResult.NotAvailable)
        {
            return 0;
        }

        int limit = settings.BearingScoreLimitMilli;
        bool impulsive = result.ImpulsivenessMilli >= ImpulsivenessLimitMilli;
        int eased = impulsive ? Share(limit, ImpulsiveSharePermille) : limit;
        int blows = result.ImpulsivenessMilli - ImpulsivenessOfNoiseMilli;
        const int BlowsLimit = ImpulsivenessLimitMilli - ImpulsivenessOfNoiseMilli;
        if (verdict == Verdict.Cage)
        {
            return Beyond(result.CageScoreMilli, Share(limit, CageSharePermille));
        }

        if (verdict == Verdict.Normal)
        {
            int near = Nearness(Best(result), limit);
            int other = Nearness(blows, BlowsLimit);
            near = other > near ? other : near;
            other = Nearness(result.CageScoreMilli, Share(limit, CageSharePermille));
            near = other > near ? other : near;
            return 1000 - (near >> 1);
        }

        int own = verdict == Verdict.Outer ? result.OuterScoreMilli : verdict == Verdict.Inner ? result.InnerScoreMilli : result.BallScoreMilli;
        if (own >= eased)
        {
            int confidence = Beyond(own, eased);
            int lead = 1000 - (Nearness(Second(result, verdict), own) >> 1);
            return lead < confidence ? lead : confidence;
        }

        if (impulsive)
        {
            int confidence = Beyond(blows, BlowsLimit);
            return confidence < 800 ? confidence : 800;
        }

        int excess = Excess(settings, baseline);
        if (excess != Unknown)
        {
            int confidence = Beyond(excess, settings.BaselineLimitMilliSigma);
            return confidence < 700 ? confidence : 700;
        }

        int weak = Beyond(result.HighRatioMilli, HighRatioLimitMilli);
        return weak < 600 ? weak : 600;
    }

    /// <summary>
    /// Whether a verdict of <see cref="Verdict.Ball"/> has neither a comb at the limit nor blows behind it, but only the level of the high band
    /// beside a weak comb: the weakest of the witnesses, and one that a machine's resonance can mimic.
    /// </summary>
    public static bool RestsOnLevel(DetectorResult result, DetectorSettings settings)
    {
        return result.ImpulsivenessMilli < ImpulsivenessLimitMilli && result.BallScoreMilli < settings.BearingScoreLimitMilli;
    }

    /// <summary>Impulsiveness beyond that of noise, in thousandths of what the limit asks for.</summary>
    public static int BlowsPermille(DetectorResult result)
    {
        const int Limit = ImpulsivenessLimitMilli - ImpulsivenessOfNoiseMilli;
        return (int)Division.LongNearest((long)(result.ImpulsivenessMilli - ImpulsivenessOfNoiseMilli) * 1000, Limit);
    }

    /// <summary>
    /// Score, in thousandths, that noise hardly reaches in a spectrum pooled over so many windows. The largest of three families has a median of 840
    /// in one window of noise (99 of 100: below 1093, all of 300: 1191), 744 in two (all of 150: 930), 671 in four (all of 60: 757); the default
    /// limit is 2000.
    /// </summary>
    public static int WeakMilli(int limit, int windows)
    {
        int index = windows < 1 ? 1 : windows < WeakPermille.Length ? windows : WeakPermille.Length - 1;
        return Share(limit, WeakPermille[index]);
    }

    /// <summary>A comb that is no chance together with a high band that stands out; where a baseline is learned, its level instead of both.</summary>
    private static bool IsRaised(DetectorResult result, DetectorSettings settings, Baseline baseline)
    {
        int excess = Excess(settings, baseline);
        if (excess != Unknown)
        {
            return excess >= settings.BaselineLimitMilliSigma;
        }

        return result.HighRatioMilli >= HighRatioLimitMilli && Best(result) >= WeakMilli(settings.BearingScoreLimitMilli, result.Windows);
    }

    /// <summary>How far the level of the high band stands above what was learned, in thousandths of its standard deviation.</summary>
    private static int Excess(DetectorSettings settings, Baseline baseline)
    {
        return baseline == null || settings.BaselineLimitMilliSigma <= 0 ? Unknown : baseline.ExcessMilliSigma(BaselineFeature.HighBand);
    }

    /// <summary>
    /// Of the families whose score is at least <paramref name="least"/> the one with the highest score, more harmonics counting more: on a
    /// fast shaft only one harmonic of a family may lie inside the spectrum, and a single line of another family's comb must not outdo that comb.
    /// </summary>
    /// <returns>The family, or <see cref="Verdict.Normal"/> where there is none.</returns>
    private static int Strongest(DetectorResult result, int least)
    {
        int family = Verdict.Normal;
        int best = 0;
        int weight = Weight(result.OuterScoreMilli, least, result.OuterHarmonics);
        if (weight > best)
        {
            best = weight;
            family = Verdict.Outer;
        }

        weight = Weight(result.InnerScoreMilli, least, result.InnerHarmonics);
        if (weight > best)
        {
            best = weight;
            family = Verdict.Inner;
        }

        return Weight(result.BallScoreMilli, least, result.BallHarmonics) > best ? Verdict.Ball : family;
    }

    /// <summary>A score times 3, 4 or 5 where it rests on 1, 2 or 3 harmonics; 0 below <paramref name="least"/>.</summary>
    private static int Weight(int score, int least, int harmonics)
    {
        return score < least ? 0 : score * (2 + harmonics);
    }

    private static int Best(DetectorResult result)
    {
        int best = result.OuterScoreMilli > result.InnerScoreMilli ? result.OuterScoreMilli : result.InnerScoreMilli;
        return result.BallScoreMilli > best ? result.BallScoreMilli : best;
    }

    private static int Second(DetectorResult result, int family)
    {
        int second = 0;
        if (family != Verdict.Outer && result.OuterScoreMilli > second)
        {
            second = result.OuterScoreMilli;
        }

        if (family != Verdict.Inner && result.InnerScoreMilli > second)
        {
            second = result.InnerScoreMilli;
        }

        return family != Verdict.Ball && result.BallScoreMilli > second ? result.BallScoreMilli : second;
    }

    private static int Share(int limit, int permille)
    {
        return (int)Division.LongNearest((long)limit * permille, 1000);
    }

    /// <summary>A value in thousandths of its limit, 0 to 1000.</summary>
    private static int Nearness(int value, int limit)
    {
        if (value <= 0)
        {
            return 0;
        }

        return value >= limit ? 1000 : (int)Division.LongNearest((long)value * 1000, limit);
    }

    /// <summary>500 at the limit, 1000 infinitely far beyond it.</summary>
    private static int Beyond(int value, int limit)
    {
        return limit <= 0 || value <= limit ? 500 : 1000 - (int)Division.LongNearest((long)limit * 500, value);
    }
}
