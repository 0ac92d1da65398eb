using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Detection;

/// <summary>
/// Computes features, bearing scores and refusals of a capture. Allocates in the constructor only: about 170 KB + 4.5 bytes per sample of the
/// longest capture (315 KB at 32 768 samples, 460 KB at 65 536; boards with PSRAM), beside 8 KB of tables. One instance serves one node.
/// </summary>
public sealed class Detector
{
    /// <summary>Impulsiveness, in thousandths, from which a signal is called impulsive. Gaussian noise has 693, healthy machines stay below 1000.</summary>
    public const int ImpulsivenessLimitMilli = 1120;

    /// <summary>Where the signal is impulsive, this share of the score limit, in thousandths, is enough to name a race.</summary>
    public const int ImpulsiveSharePermille = 800;

    /// <summary>Shaft score, in thousandths, from which an impulsive signal's blows are the shaft's: all six orders about 40 times the floor.</summary>
    public const int ShaftBlowsMilli = 3700;

    /// <summary>Lowest and highest sampling rate, in millihertz: what the filters' pass bands allow.</summary>
    public const int LowestRateMilliHertz = 24000000;

    /// <summary>See <see cref="LowestRateMilliHertz"/>.</summary>
    public const int HighestRateMilliHertz = 30000000;

    /// <summary>Largest weight of a count, in nano-g.</summary>
    public const int LargestNanoGPerCount = 10000000;

    /// <summary>Share of saturated samples, in thousandths, up to which velocity and bearing are judged.</summary>
    public const int SaturatedPermilleTolerated = 2;

    /// <summary>Upper edge of what the half-rate signal carries, in thousandths of its rate.</summary>
    private const int PassBandPermille = 420;

    /// <summary>Floor width, in hertz, where the shaft speed is not known: two orders of a four-pole motor.</summary>
    private const float DefaultFloorHertz = 50f;

    private readonly int _capacity;
    private readonly Workspace _workspace = new Workspace();
    private readonly Statistics _statistics = new Statistics();
    private readonly HalfBandDecimator _halfBand = new HalfBandDecimator();
    private readonly QuarterDecimator _quarter = new QuarterDecimator();
    private readonly VelocityMeter _velocity;
    private readonly EnvelopeAnalyzer _envelope;
    private readonly BearingScores _scores = new BearingScores();
    private readonly float[] _halfRate;
    private readonly float[] _eighthRate;

    /// <param name="maximumSamples">Longest capture that will be analysed, at most <see cref="CapturePlan.MaximumSamples"/>.</param>
    public Detector(int maximumSamples)
    {
        _capacity = maximumSamples < CapturePlan.MaximumSamples ? maximumSamples : CapturePlan.MaximumSamples;
        _velocity = new VelocityMeter(_workspace);
        _envelope = new EnvelopeAnalyzer(_workspace, _capacity >> 1);
        _halfRate = new float[_capacity >> 1];
        _eighthRate = new float[_capacity >> 3];
    }

    /// <summary>
    /// Analyses a capture. Whatever the capture holds, the result is defined; nothing is thrown. Of a capture longer than the constructor's
    /// maximum the first samples are used.
    /// </summary>
    public void Analyze(Capture capture, DetectorSettings settings, DetectorResult result)
    {
        result.Clear();
        int count = capture.Count < _capacity ? capture.Count : _capacity;
        if (count < 0)
        {
            count = 0;
        }

        result.CaptureSequence = capture.Sequence;
        result.CoveragePermille = capture.CoveragePermille;
        result.Overrun = capture.Overrun;
        result.SaturatedPermille = (int)Division.LongCeiling((long)capture.SaturatedCount * 1000, count);

        bool velocityWanted = settings.VelocityLimitUmPerSecond > 0;
        bool bearingWanted = CapturePlan.AsksForBearing(settings);

        int rate = capture.SampleRateMilliHertz;
        bool scaleKnown = rate >= LowestRateMilliHertz && rate <= HighestRateMilliHertz
            && capture.NanoGPerCount > 0 && capture.NanoGPerCount <= LargestNanoGPerCount;
        int refusals = 0;
        if (!scaleKnown)
        {
            refusals |= Refusal.ScaleUnknown;
        }

        if (capture.Overrun)
        {
            refusals |= Refusal.Overrun;
        }

        if (result.SaturatedPermille > SaturatedPermilleTolerated)
        {
            refusals |= Refusal.Saturated;
        }

        _statistics.Measure(capture.Samples, count);
        if (_statistics.Constant)
        {
            refusals |= Refusal.NoSignal;
        }

        if (scaleKnown)
        {
            float milliG = capture.NanoGPerCount * 0.000001f;
            result.AccelerationMilliG = Rounding.Nearest(_statistics.Rms * milliG);
            result.PeakMilliG = Rounding.Nearest(_statistics.Peak * milliG);
        }

        int velocityRefusals = refusals;
        if (scaleKnown && count < CapturePlan.VelocitySamplesFor(rate))
        {
            velocityRefusals |= Refusal.CaptureTooShort;
        }

        int envelopeRefusals = refusals | EnvelopeRefusals(settings, rate, count, scaleKnown);
        if (velocityRefusals == 0 || envelopeRefusals == 0)
        {
            float halfRateHertz = rate * 0.0005f;
            int halfCount = _halfBand.Decimate(capture.Samples, count, _statistics.Mean, _halfRate);
            if (velocityRefusals == 0)
            {
                MeasureVelocity(halfCount, halfRateHertz, capture.NanoGPerCount * 0.001f, result);
            }

            if (envelopeRefusals == 0)
            {
                envelopeRefusals = MeasureBearing(halfCount, halfRateHertz, settings, result);
            }
        }

        if (velocityWanted)
        {
            result.VelocityRefused = velocityRefusals != 0;
            result.Refusals |= velocityRefusals;
        }

        if (bearingWanted)
        {
            result.BearingRefused = result.Bearing == DetectorResult.NotAvailable;
            result.Refusals |= envelopeRefusals;
        }

        if (!velocityWanted && !bearingWanted)
        {
            result.Refusals |= Refusal.NothingAsked;
        }
    }

    /// <summary>Reasons of the settings and the capture's length against an envelope analysis.</summary>
    private static int EnvelopeRefusals(DetectorSettings settings, int rate, int count, bool scaleKnown)
    {
        int refusals = 0;
        if (CapturePlan.AsksForBearing(settings) && settings.ShaftSpeedMilliHertz <= 0)
        {
            refusals |= Refusal.ShaftSpeedUnknown;
        }

        if (!scaleKnown)
        {
            return refusals;
        }

        int needed = CapturePlan.BearingSamplesFor(settings, rate);
        if (needed > CapturePlan.MaximumSamples)
        {
            refusals |= Refusal.ShaftTooSlow;
        }
        else if (count < needed || count < CapturePlan.LeastEnvelopeSamples)
        {
            refusals |= Refusal.CaptureTooShort;
        }

        long highest = Division.LongNearest((long)rate * PassBandPermille, 2000000);
        int low = settings.EnvelopeBandLowHertz;
        int high = settings.EnvelopeBandHighHertz;
        if (low < 1 || high > highest || low > high - EnvelopeAnalyzer.LeastRangeHertz)
        {
            refusals |= Refusal.BandNotCovered;
        }

        return refusals;
    }

    private void MeasureVelocity(int halfCount, float halfRateHertz, float microGPerCount, DetectorResult result)
    {
        int eighthCount = _quarter.Decimate(_halfRate, halfCount, _eighthRate);
        result.VelocitySpectrumCount = _velocity.Measure(
            _eighthRate, eighthCount, halfRateHertz * 0.25f, microGPerCount, result.VelocitySpectrum);
        result.VelocityUmPerSecond = Rounding.Nearest(_velocity.Rms);
        result.VelocityBinMilliHertz = Rounding.Nearest(_velocity.SpectrumStepHertz * 1000f);
    }

    /// <summary>Envelope spectrum, scores and the verdict of this capture alone. Tapers the half-rate signal, so it comes last.</summary>
    private int MeasureBearing(int halfCount, float halfRateHertz, DetectorSettings settings, DetectorResult result)
    {
        float shaft = settings.ShaftSpeedMilliHertz * 0.001f;
        bool some = _envelope.Analyze(
            _halfRate, halfCount, halfRateHertz, settings.EnvelopeBandLowHertz, settings.EnvelopeBandHighHertz,
            shaft > 0f ? 2f * shaft : DefaultFloorHertz);
        if (!some)
        {
            return Refusal.NoSignal;
        }

        result.ImpulsivenessMilli = Rounding.Nearest(_envelope.Impulsiveness * 1000f);
        ExportEnvelope(result);
        if (!CapturePlan.AsksForBearing(settings))
        {
            return 0;
        }

        BearingScores scores = _scores;
        scores.Load(_envelope.Spectrum, _envelope.Count, _envelope.StepHertz, _envelope.ResolutionHertz, shaft);
        float shaftScore = scores.ShaftScore();
        scores.BlankShaftOrders();

        float cage = settings.FtfMilliOrders > 0 ? settings.FtfMilliOrders * 0.001f * shaft : 0f;
        int refusals = 0;
        float outer = BearingScores.NotAvailable;
        float inner = BearingScores.NotAvailable;
        float ball = BearingScores.NotAvailable;
        int outerHarmonics = 0;
        int innerHarmonics = 0;
        int ballHarmonics = 0;
        if (settings.BpfoMilliOrders > 0)
        {
            float hertz = settings.BpfoMilliOrders * 0.001f * shaft;
            outer = scores.Family(hertz, 0f);
            outerHarmonics = scores.HarmonicsOf(hertz);
            refusals |= FamilyRefusal(scores, hertz);
        }

        if (settings.BpfiMilliOrders > 0)
        {
            float hertz = settings.BpfiMilliOrders * 0.001f * shaft;
            inner = scores.Family(hertz, shaft);
            innerHarmonics = scores.HarmonicsOf(hertz);
            refusals |= FamilyRefusal(scores, hertz);
        }

        if (settings.BsfMilliOrders > 0)
        {
            // A defect strikes both races in each turn of the element.
            float hertz = settings.BsfMilliOrders * 0.002f * shaft;
            ball = scores.Family(hertz, cage);
            ballHarmonics = scores.HarmonicsOf(hertz);
            refusals |= FamilyRefusal(scores, hertz);
        }

        result.OuterScoreMilli = Milli(outer);
        result.InnerScoreMilli = Milli(inner);
        result.BallScoreMilli = Milli(ball);
        result.ShaftScoreMilli = Milli(shaftScore);
        result.Bearing = Judge(result, settings, outerHarmonics, innerHarmonics, ballHarmonics);
        return refusals;
    }

    private static int FamilyRefusal(BearingScores scores, float hertz)
    {
        if (!scores.Covers(hertz))
        {
            return Refusal.OrderNotCovered;
        }

        return scores.CoincidesWithShaft(hertz) ? Refusal.OrderCoincidesWithShaft : 0;
    }

    private static int Milli(float score)
    {
        return score < 0f ? DetectorResult.NotAvailable : Rounding.Nearest(score * 1000f);
    }

    /// <summary>
    /// The family that reaches the limit with the most behind it. An impulsive signal is itself evidence: then a lower score names a race,
    /// and where no comb stands out (a rolling element spins freely, its blows do not repeat) it is a rolling element, unless the blows keep
    /// time with the shaft, which no bearing defect does.
    /// </summary>
    private static int Judge(DetectorResult result, DetectorSettings settings, int outerHarmonics, int innerHarmonics, int ballHarmonics)
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

    private void ExportEnvelope(DetectorResult result)
    {
        int count = _envelope.Count;
        int merged = 1 + Division.Integer(count - 1, DetectorResult.MaximumSpectrumLength);
        int side = merged >> 1;
        int values = Division.Integer(count - 1, merged) + 1;
        float[] spectrum = _envelope.Spectrum;
        int[] target = result.EnvelopeSpectrum;
        for (int i = 0; i < values; i++)
        {
            float largest = 0f;
            int from = (i * merged) - side;
            int to = from + merged;
            for (int k = from; k < to; k++)
            {
                if (k >= 0 && k < count && spectrum[k] > largest)
                {
                    largest = spectrum[k];
                }
            }

            target[i] = Rounding.Nearest(largest * 1000f, 0, DetectorResult.LargestEnvelopeValue);
        }

        result.EnvelopeSpectrumCount = values;
        result.EnvelopeBinMilliHertz = Rounding.Nearest(_envelope.StepHertz * merged * 1000f);
    }
}
