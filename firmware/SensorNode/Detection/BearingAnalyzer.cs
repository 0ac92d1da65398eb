using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Detection;

/// <summary>
/// The bearing part of the detector: walks over a capture window by window, pools the envelope spectra, scores the families and lets
/// <see cref="BearingJudge"/> say what they mean together. Stateless between captures; allocates in the constructor only.
/// </summary>
public sealed class BearingAnalyzer
{
    /// <summary>
    /// Revolutions a window holds at least: the lines of four revolutions are a quarter of an order wide, and a shaft order blanks three
    /// eighths of an order to either side, so a quarter of each gap is left to look for bearing frequencies in. What is then still too near a
    /// shaft order is left out line by line.
    /// </summary>
    public const int LeastRevolutionsPerWindow = 4;

    /// <summary>Orders of the shaft over which the floor is taken: between combs there is always floor.</summary>
    public const int FloorOrders = 4;

    /// <summary>Highest share of the rate, in thousandths, that the range may reach.</summary>
    private const int PassBandPermille = 450;

    /// <summary>Floor width, in hertz, where the shaft speed is not known: four orders of a four-pole motor.</summary>
    private const float DefaultFloorHertz = 100f;

    private readonly Workspace _workspace;
    private readonly Decimator _decimator = new Decimator();
    private readonly EnvelopeAnalyzer _envelope;
    private readonly BearingScores _scores;

    /// <param name="workspace">Scratch, and the length of a window.</param>
    public BearingAnalyzer(Workspace workspace)
    {
        _workspace = workspace;
        _envelope = new EnvelopeAnalyzer(workspace);
        _scores = new BearingScores(_envelope.Spectrum.Length);
    }

    /// <summary>
    /// Why the bearing of a capture cannot be judged, from its settings, rate and length alone; flags of <see cref="Refusal"/>.
    /// <see cref="Analyze"/> may be called only where there is nothing against it here and in the capture's facts.
    /// </summary>
    /// <param name="settings">Orders, shaft speed, band.</param>
    /// <param name="rate">Sampling rate in millihertz.</param>
    /// <param name="count">Number of samples.</param>
    public int RefusalsOf(DetectorSettings settings, int rate, int count)
    {
        int refusals = 0;
        bool asked = CapturePlan.AsksForBearing(settings);
        if (asked && settings.ShaftSpeedMilliHertz <= 0)
        {
            refusals |= Refusal.ShaftSpeedUnknown;
        }

        int halvings = Decimator.Halvings(rate);
        int window = _workspace.WindowLength;
        int samples = count >> (halvings & 31);
        if (asked && CapturePlan.IsTooSlowForBearing(settings, rate, window << (halvings & 31)))
        {
            refusals |= Refusal.ShaftTooSlow;
        }
        else if (count < CapturePlan.LeastBearingSamplesFor(settings, rate) || samples < window >> 1)
        {
            refusals |= Refusal.CaptureTooShort;
        }

        int low = settings.EnvelopeBandLowHertz;
        int high = settings.EnvelopeBandHighHertz;
        int carried = (int)Division.LongNearest((long)(rate >> (halvings & 31)) * PassBandPermille, 1000000);
        if (high > carried)
        {
            high = carried;
        }

        if (low < 1 || low > high - EnvelopeAnalyzer.LeastRangeHertz)
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
    /// <param name="result">Receives scores, impulsiveness, envelope spectrum, verdict and its confidence.</param>
    /// <returns>Why a family could not be judged: flags of <see cref="Refusal"/>.</returns>
    public int Analyze(Capture capture, int count, int mean, DetectorSettings settings, DetectorResult result)
    {
        float shaft = settings.ShaftSpeedMilliHertz * 0.001f;
        int refusals = Measure(capture, count, mean, settings, shaft, result);
        if (refusals != 0 || !CapturePlan.AsksForBearing(settings))
        {
            return refusals;
        }

        BearingScores scores = _scores;
        scores.Load(_envelope.Spectrum, _envelope.Count, _envelope.StepHertz, _envelope.ResolutionHertz, shaft);
        result.ShaftScoreMilli = Milli(scores.ShaftScore());
        scores.BlankShaftOrders();

        float cage = settings.FtfMilliOrders > 0 ? settings.FtfMilliOrders * 0.001f * shaft : 0f;
        if (settings.BpfoMilliOrders > 0)
        {
            float hertz = settings.BpfoMilliOrders * 0.001f * shaft;
            result.OuterScoreMilli = Milli(scores.Family(hertz, 0f));
            result.OuterHarmonics = scores.HarmonicsOf(hertz);
            refusals |= FamilyRefusal(scores, hertz);
        }

        if (settings.BpfiMilliOrders > 0)
        {
            float hertz = settings.BpfiMilliOrders * 0.001f * shaft;
            result.InnerScoreMilli = Milli(scores.Family(hertz, shaft));
            result.InnerHarmonics = scores.HarmonicsOf(hertz);
            refusals |= FamilyRefusal(scores, hertz);
        }

        if (settings.BsfMilliOrders > 0)
        {
            // A defect strikes both races in each turn of the element.
            float hertz = settings.BsfMilliOrders * 0.002f * shaft;
            result.BallScoreMilli = Milli(scores.Family(hertz, cage));
            result.BallHarmonics = scores.HarmonicsOf(hertz);
            refusals |= FamilyRefusal(scores, hertz);
        }

        if (cage > 0f)
        {
            result.CageScoreMilli = Milli(scores.Cage(cage));
        }

        result.Bearing = BearingJudge.Judge(result, settings, null);
        result.ConfidencePermille = BearingJudge.ConfidencePermille(result, settings, null, result.Bearing);
        return refusals;
    }

    /// <summary>Everything that needs no shaft speed.</summary>
    private int Measure(Capture capture, int count, int mean, DetectorSettings settings, float shaft, DetectorResult result)
    {
        int window = _workspace.WindowLength;
        int halvings = Decimator.Halvings(capture.SampleRateMilliHertz);
        float rate = Division.Float(capture.SampleRateMilliHertz * 0.001f, 1 << (halvings & 31));
        float high = settings.EnvelopeBandHighHertz;
        float carried = rate * (PassBandPermille * 0.001f);
        if (high > carried)
        {
            high = carried;
        }

        // Three harmonics of the highest family and a sideband; four narrow bands where they carry the second harmonic, else two wide ones.
        float highest = HighestOrder(settings) * 0.001f * shaft;
        bool wide = 2f * highest * BearingScores.HighestSlip > EnvelopeAnalyzer.CarriedHertz(rate, false);
        float top = (BearingScores.Harmonics * highest * BearingScores.HighestSlip) + (1.1f * shaft);
        _envelope.Open(
            rate, settings.EnvelopeBandLowHertz, high, shaft > 0f ? FloorOrders * shaft : DefaultFloorHertz,
            top > EnvelopeAnalyzer.UsualHertz ? top : EnvelopeAnalyzer.UsualHertz, wide);

        int samples = count >> (halvings & 31);
        int from = 0;
        while (samples - from >= window)
        {
            _decimator.Read(capture.Samples, count, halvings, from, window, mean, _workspace.Samples, 0);
            _envelope.Add(window);
            from += window;
        }

        // What is left over counts from half a window on: together with what stands before it, or by itself where there is nothing.
        int rest = samples - from;
        if (rest >= window >> 1)
        {
            int valid = from > 0 ? window : rest & ~127;
            _decimator.Read(capture.Samples, count, halvings, from > 0 ? samples - window : 0, valid, mean, _workspace.Samples, 0);
            _envelope.Add(valid);
        }

        result.Windows = _envelope.Windows;
        if (!_envelope.Close())
        {
            return Refusal.NoSignal;
        }

        result.ImpulsivenessMilli = Rounding.Nearest(_envelope.Impulsiveness * 1000f);
        if (_envelope.HighRatio >= 0f)
        {
            result.HighRatioMilli = Rounding.Nearest(_envelope.HighRatio * 1000f, 0, int.MaxValue);
            if (capture.NanoGPerCount > 0)
            {
                result.HighMicroG = Rounding.Nearest(
                    SquareRoot.Of(_envelope.HighMeanSquare) * (capture.NanoGPerCount * 0.001f), 0, int.MaxValue);
            }
        }

        ExportEnvelope(result);
        return 0;
    }

    /// <summary>The highest fundamental that is asked for, in thousandths of the shaft speed.</summary>
    private static float HighestOrder(DetectorSettings settings)
    {
        float highest = settings.BpfoMilliOrders;
        if (settings.BpfiMilliOrders > highest)
        {
            highest = settings.BpfiMilliOrders;
        }

        float ball = settings.BsfMilliOrders * 2f;
        return ball > highest ? ball : highest;
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
        // To where it is always looked at; a fast shaft's spectrum goes on beyond.
        int count = Rounding.Nearest(Division.Float(EnvelopeAnalyzer.UsualHertz, _envelope.StepHertz), 1, _envelope.Count - 1) + 1;
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
