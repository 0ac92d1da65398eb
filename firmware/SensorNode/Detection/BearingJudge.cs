using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Detection;

/// <summary>What the scores of a capture say of its bearing. Pure: the same result can be judged under several settings without measuring again.</summary>
public static class BearingJudge
{
    /// <summary>Impulsiveness, in thousandths, from which a signal is called impulsive. Gaussian noise has 693, healthy machines stay below 1000.</summary>
    public const int ImpulsivenessLimitMilli = 1120;

    /// <summary>Where the signal is impulsive, this share of the score limit, in thousandths, is enough to name a race.</summary>
    public const int ImpulsiveSharePermille = 800;

    /// <summary>Shaft score, in thousandths, from which an impulsive signal's blows are the shaft's: all six orders about 40 times the floor.</summary>
    public const int ShaftBlowsMilli = 3700;

    /// <summary>
    /// The family that reaches the limit with the most behind it. An impulsive signal is itself evidence: then a lower score names a race,
    /// and where no comb stands out (a rolling element spins freely, its blows do not repeat) it is a rolling element, unless the blows keep
    /// time with the shaft, which no bearing defect does.
    /// </summary>
    public static int Judge(DetectorResult result, DetectorSettings settings, int outerHarmonics, int innerHarmonics, int ballHarmonics)
    {
        if (result.OuterScoreMilli == DetectorResult.NotAvailable
            && result.InnerScoreMilli == DetectorResult.NotAvailable
            && result.BallScoreMilli == DetectorResult.NotAvailable)
        {
            return DetectorResult.NotAvailable;
        }

        int limit = settings.BearingScoreLimitMilli;
        int family = Strongest(result, limit, outerHarmonics, innerHarmonics, ballHarmonics);
        if (family != Verdict.Normal || result.ImpulsivenessMilli < ImpulsivenessLimitMilli)
        {
            return family;
        }

        int eased = (int)Division.LongNearest((long)limit * ImpulsiveSharePermille, 1000);
        family = Strongest(result, eased, outerHarmonics, innerHarmonics, ballHarmonics);
        if (family != Verdict.Normal)
        {
            return family;
        }

        return settings.BsfMilliOrders > 0 && result.ShaftScoreMilli < ShaftBlowsMilli ? Verdict.Ball : Verdict.Normal;
    }

    /// <summary>
    /// Of the families whose score is at least <paramref name="least"/> the one with the highest score, more harmonics counting more: on a
    /// fast shaft only one harmonic of a family may lie inside the spectrum, and a single line of another family's comb must not outdo that comb.
    /// </summary>
    /// <returns>The family, or <see cref="Verdict.Normal"/> where there is none.</returns>
    private static int Strongest(DetectorResult result, int least, int outerHarmonics, int innerHarmonics, int ballHarmonics)
    {
        int family = Verdict.Normal;
        int best = 0;
        int weight = Weight(result.OuterScoreMilli, least, outerHarmonics);
        if (weight > best)
        {
            best = weight;
            family = Verdict.Outer;
        }

        weight = Weight(result.InnerScoreMilli, least, innerHarmonics);
        if (weight > best)
        {
            best = weight;
            family = Verdict.Inner;
        }

        return Weight(result.BallScoreMilli, least, ballHarmonics) > best ? Verdict.Ball : family;
    }

    /// <summary>A score times 3, 4 or 5 where it rests on 1, 2 or 3 harmonics; 0 below <paramref name="least"/>.</summary>
    private static int Weight(int score, int least, int harmonics)
    {
        return score < least ? 0 : score * (2 + harmonics);
    }
}
