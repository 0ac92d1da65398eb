namespace DeviceTwin.SensorNode.Detection;

/// <summary>
/// The third witness of a bearing, beside comb and impulsiveness: what this machine's own combs have been. One that has grown far out of what
/// was learned names its family below the common limit; one that the machine has always had names none a little above it. Where no comb
/// stands out, the learned level of the high band says whether it is a rolling element (<see cref="BearingJudge"/>). Without a baseline the
/// capture's own answer stands.
/// </summary>
public static class BearingWitness
{
    /// <summary>A comb that has grown needs this share of the score limit only, in thousandths.</summary>
    public const int GrownPermille = 700;

    /// <summary>A comb that was always there needs this share of the score limit, in thousandths.</summary>
    public const int UsualPermille = 1200;

    /// <summary>A score counts as usual up to this distance above what was learned, in thousandths of its standard deviation.</summary>
    public const int UsualMilliSigma = 3000;

    /// <summary>What a capture says of the bearing once the baseline is heard.</summary>
    /// <param name="result">The result of the capture.</param>
    /// <param name="settings">Score limit, and the distance from which a comb has grown (<see cref="DetectorSettings.BaselineLimitMilliSigma"/>).</param>
    /// <param name="baseline">Has judged this capture.</param>
    /// <returns>As <see cref="DetectorResult.Bearing"/>.</returns>
    public static int Judge(DetectorResult result, DetectorSettings settings, Baseline baseline)
    {
        int bearing = result.Bearing;
        if (bearing == DetectorResult.NotAvailable || settings.BaselineLimitMilliSigma <= 0)
        {
            return bearing;
        }

        bool isLevelLearned = baseline.ExcessMilliSigma(BaselineFeature.HighBand) != Baseline.NotAvailable;
        if (isLevelLearned && bearing == Verdict.Ball)
        {
            bearing = BearingJudge.Judge(result, settings, baseline);
        }

        long limit = settings.BearingScoreLimitMilli;
        if (bearing != Verdict.Normal)
        {
            int feature = FeatureOf(bearing);
            int excess = baseline.ExcessMilliSigma(feature);
            int impulses = baseline.ExcessMilliSigma(BaselineFeature.Impulsiveness);
            bool isUsual = excess != Baseline.NotAvailable && excess < UsualMilliSigma
                && impulses != Baseline.NotAvailable && impulses < UsualMilliSigma
                && ScoreOf(result, feature) * 1000L < limit * UsualPermille
                && ScoreOf(result, feature) * 1000L >= limit * GrownPermille;
            return isUsual ? Verdict.Normal : bearing;
        }

        int most = settings.BaselineLimitMilliSigma;
        for (int i = Verdict.Outer; i <= Verdict.Ball; i++)
        {
            int feature = FeatureOf(i);
            int excess = baseline.ExcessMilliSigma(feature);
            if (excess > most && ScoreOf(result, feature) * 1000L >= limit * GrownPermille)
            {
                most = excess;
                bearing = i;
            }
        }

        return isLevelLearned && bearing == Verdict.Normal ? BearingJudge.Judge(result, settings, baseline) : bearing;
    }

    private static int FeatureOf(int verdict)
    {
        return BaselineFeature.Outer + verdict - Verdict.Outer;
    }

    private static int ScoreOf(DetectorResult result, int feature)
    {
        switch (feature)
        {
            case BaselineFeature.Outer:
                return result.OuterScoreMilli;
            case BaselineFeature.Inner:
                return result.InnerScoreMilli;
            case BaselineFeature.Ball:
                return result.BallScoreMilli;
            default:
                return result.CageScoreMilli;
        }
    }
}
