using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Detection;

/// <summary>
/// The bearing part of the detector: envelope spectrum, scores of the families, impulsiveness and what they say together. Stateless between
/// captures; allocates in the constructor only.
/// </summary>
public sealed class BearingAnalyzer
{
    /// <summary>Upper edge of what the half-rate signal carries, in thousandths of its rate.</summary>
    private const int PassBandPermille = 420;

    /// <summary>Floor width, in hertz, where the shaft speed is not known: two orders of a four-pole motor.</summary>
    private const float DefaultFloorHertz = 50f;

    private readonly Decimator _decimator = new Decimator();
    private readonly EnvelopeAnalyzer _envelope;
    private readonly BearingScores _scores = new BearingScores();
    private readonly float[] _halfRate;

    /// <param name="workspace">Transforms and scratch.</param>
    /// <param name="maximumSamples">Longest capture that will be analysed.</param>
    public BearingAnalyzer(Workspace workspace, int maximumSamples)
    {
        _envelope = new EnvelopeAnalyzer(workspace, maximumSamples >> 1);
        _halfRate = new float[maximumSamples >> 1];
    }

    /// <summary>
    /// Why the bearing of a capture cannot be judged, from its settings, rate and length alone; flags of <see cref="Refusal"/>.
    /// <see cref="Analyze"/> may be called only where there is nothing against it here and in the capture's facts.
    /// </summary>
    public int RefusalsOf(DetectorSettings settings, int rate, int count)
    {
        int refusals = 0;
        if (CapturePlan.AsksForBearing(settings) && settings.ShaftSpeedMilliHertz <= 0)
        {
            refusals |= Refusal.ShaftSpeedUnknown;
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

    /// <summary>Envelope spectrum, scores and the verdict of this capture alone.</summary>
    /// <param name="capture">The capture; its samples stay as they are.</param>
    /// <param name="count">Number of its samples that are looked at.</param>
    /// <param name="mean">Their mean.</param>
    /// <param name="settings">Orders, shaft speed, band and limits.</param>
    /// <param name="result">Receives scores, impulsiveness, envelope spectrum and verdict.</param>
    /// <returns>Why a family could not be judged: flags of <see cref="Refusal"/>.</returns>
    public int Analyze(Capture capture, int count, int mean, DetectorSettings settings, DetectorResult result)
    {
        float halfRateHertz = capture.SampleRateMilliHertz * 0.0005f;
        int halfCount = count >> 1;
        _decimator.Read(capture.Samples, count, 1, 0, halfCount, mean, _halfRate, 0);
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
        result.Bearing = BearingJudge.Judge(result, settings, outerHarmonics, innerHarmonics, ballHarmonics);
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
