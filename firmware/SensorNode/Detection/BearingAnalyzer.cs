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

    /// <summary>
    /// Revolutions below which a window is made longer at the expense of the upper part of the band, where the capture is long enough; a second
    /// time only below <see cref="LeastRevolutionsPerWindow"/>.
    /// </summary>
    public const int RevolutionsWanted = 5;

    /// <summary>Revolutions the longest capture holds at least: two windows of the fewest.</summary>
    public const int RevolutionsOfLongestCapture = 8;

    /// <summary>
    /// Revolutions a window holds at least where it is halved for a fast shaft: its lines are then a twentieth of an order wide, as those of an
    /// 1800 rpm shaft in a whole window of 8192 samples. (BPFO and BPFI of the largest roller bearings here lie 0.09 orders from a shaft order.)
    /// </summary>
    public const int RevolutionsWhenHalved = 20;

    /// <summary>Orders of the shaft over which the floor is taken: between combs there is always floor.</summary>
    public const int FloorOrders = 4;

    /// <summary>Highest share of the rate, in thousandths, that the range may reach.</summary>
    private const int PassBandPermille = 450;

    /// <summary>Narrowest range that is accepted for the sake of a longer window, in hertz.</summary>
    private const int LeastBandWhenSlowHertz = 900;

    /// <summary>Floor width, in hertz, where the shaft speed is not known: four orders of a four-pole motor.</summary>
    private const float DefaultFloorHertz = 100f;

    private readonly Workspace _workspace;
    private readonly WindowDecimator _decimator;
    private readonly EnvelopeAnalyzer _envelope;
    private readonly BearingScores _scores;

    /// <param name="workspace">Scratch, and the length of a window.</param>
    public BearingAnalyzer(Workspace workspace)
        : this(workspace, new float[EnvelopeAnalyzer.LongestSpectrum(workspace.WindowLength)], CapturePlan.MaximumSamples)
    {
    }

    /// <param name="workspace">Scratch, and the length of a window.</param>
    /// <param name="spectrum">For the pooled spectrum: <see cref="EnvelopeAnalyzer.LongestSpectrum"/> long or longer.</param>
    /// <param name="longestCapture">Most samples of a capture.</param>
    public BearingAnalyzer(Workspace workspace, float[] spectrum, int longestCapture)
    {
        _workspace = workspace;
        _decimator = new WindowDecimator(workspace.Re, workspace.Edge);

        // As many of the shortest windows as there can be, and one for the rest.
        int windows = Division.Integer(longestCapture, workspace.WindowLength >> EnvelopeAnalyzer.MostHalvings) + 1;
        _envelope = new EnvelopeAnalyzer(workspace, spectrum, windows < EnvelopeAnalyzer.MaximumWindows ? windows : EnvelopeAnalyzer.MaximumWindows);
        _scores = new BearingScores(workspace.BandIm);
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
        int refusals = ShaftRefusal(settings);
        bool asked = CapturePlan.AsksForBearing(settings);
        int halvings = HalvingsFor(settings, rate, count);
        int window = _workspace.WindowLength;
        if (asked && IsTooSlow(settings, rate))
        {
            refusals |= Refusal.ShaftTooSlow;
        }
        else if (count < CapturePlan.LeastBearingSamplesFor(settings, rate) || count >> (halvings & 31) < window >> 1
            || (asked && settings.ShaftSpeedMilliHertz > 0 && !HoldsRevolutions(settings, rate, window << (halvings & 31), LeastRevolutionsPerWindow)))
        {
            refusals |= Refusal.CaptureTooShort;
        }

        int low = settings.EnvelopeBandLowHertz;
        int high = settings.EnvelopeBandHighHertz;
        int carried = CarriedHertz(rate, halvings);
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

    /// <summary><see cref="Refusal.ShaftSpeedUnknown"/> where a bearing is asked for without the speed of its shaft, else 0.</summary>
    public static int ShaftRefusal(DetectorSettings settings)
    {
        return CapturePlan.AsksForBearing(settings) && settings.ShaftSpeedMilliHertz <= 0 ? Refusal.ShaftSpeedUnknown : 0;
    }

    /// <summary>Whether the shaft turns too slowly for a bearing verdict, whatever the capture.</summary>
    private bool IsTooSlow(DetectorSettings settings, int rate)
    {
        int most = WindowDecimator.Halvings(rate);
        while (CanHalve(settings, rate, most))
        {
            most++;
        }

        int longest = _workspace.WindowLength << (most & 31);
        if (longest > CapturePlan.MaximumSamples)
        {
            longest = CapturePlan.MaximumSamples;
        }

        return settings.ShaftSpeedMilliHertz > 0
            && (!HoldsRevolutions(settings, rate, longest, LeastRevolutionsPerWindow)
                || !HoldsRevolutions(settings, rate, CapturePlan.MaximumSamples, RevolutionsOfLongestCapture));
    }

    /// <summary>
    /// How often a capture is halved: to the bearing's rate, and on, at the upper part of the band's expense, until a window holds the revolutions
    /// it needs, as long as the capture holds a whole one.
    /// </summary>
    private int HalvingsFor(DetectorSettings settings, int rate, int count)
    {
        int halvings = WindowDecimator.Halvings(rate);
        if (!CapturePlan.AsksForBearing(settings) || settings.ShaftSpeedMilliHertz <= 0)
        {
            return halvings;
        }

        int window = _workspace.WindowLength;
        int wanted = RevolutionsWanted;
        while (!HoldsRevolutions(settings, rate, window << (halvings & 31), wanted)
            && count >> ((halvings + 1) & 31) >= window && CanHalve(settings, rate, halvings))
        {
            halvings++;
            wanted = LeastRevolutionsPerWindow;
        }

        // A bearing all of whose frequencies lie close to shaft orders: a longer window may tell them apart.
        int longer = halvings;
        while (!TellsApart(settings, rate, window << (longer & 31)))
        {
            if (count >> ((longer + 1) & 31) < window || !CanHalve(settings, rate, longer))
            {
                return halvings;
            }

            longer++;
        }

        return longer;
    }

    /// <summary>Whether the lines of a window of so many samples are narrow enough to tell one family at least from the shaft's orders.</summary>
    private static bool TellsApart(DetectorSettings settings, int rate, int samples)
    {
        return TellsApart(settings.BpfoMilliOrders, settings.ShaftSpeedMilliHertz, rate, samples)
            || TellsApart(settings.BpfiMilliOrders, settings.ShaftSpeedMilliHertz, rate, samples)
            || TellsApart((long)settings.BsfMilliOrders * 2, settings.ShaftSpeedMilliHertz, rate, samples);
    }

    private static bool TellsApart(long milliOrders, long shaft, long rate, int samples)
    {
        if (milliOrders <= 0)
        {
            return false;
        }

        long distance = milliOrders - (Division.LongNearest(milliOrders, 1000) * 1000);
        return (distance < 0 ? -distance : distance) * shaft * samples >= rate * BearingScores.CoincidenceMilliLines;
    }

    /// <summary>Whether a band remains when a capture is halved once more.</summary>
    private static bool CanHalve(DetectorSettings settings, int rate, int halvings)
    {
        return halvings < WindowDecimator.MostHalvings
            && CarriedHertz(rate, halvings + 1) - settings.EnvelopeBandLowHertz >= LeastBandWhenSlowHertz;
    }

    private static bool HoldsRevolutions(DetectorSettings settings, int rate, int samples, int revolutions)
    {
        return (long)settings.ShaftSpeedMilliHertz * samples >= (long)rate * revolutions;
    }

    /// <summary>Highest frequency that the halved capture carries, in hertz.</summary>
    private static int CarriedHertz(int rate, int halvings)
    {
        return (int)Division.LongNearest((long)(rate >> (halvings & 31)) * PassBandPermille, 1000000);
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
        int halvings = HalvingsFor(settings, capture.SampleRateMilliHertz, count);
        float rate = Division.Float(capture.SampleRateMilliHertz * 0.001f, 1 << (halvings & 31));
        float high = settings.EnvelopeBandHighHertz;
        float carried = rate * (PassBandPermille * 0.001f);
        if (high > carried)
        {
            high = carried;
        }

        // Three harmonics of the highest family and a sideband; a fast shaft's window is halved until the second harmonic is carried.
        float highest = HighestOrder(settings) * 0.001f * shaft;
        float revolutions = Division.Float(_workspace.WindowLength * 0.5f * shaft, rate);
        int shorter = 0;
        while (shorter < EnvelopeAnalyzer.MostHalvings && revolutions >= RevolutionsWhenHalved
            && 2f * highest * BearingScores.HighestSlip > EnvelopeAnalyzer.CarriedHertz(rate, shorter)
            && EnvelopeAnalyzer.CarriedHertz(rate, shorter) < EnvelopeAnalyzer.BandHertz(rate, settings.EnvelopeBandLowHertz, high, shorter))
        {
            shorter++;
            revolutions = revolutions * 0.5f;
        }

        float top = (BearingScores.Harmonics * highest * BearingScores.HighestSlip) + (1.1f * shaft);
        _envelope.Open(
            rate, settings.EnvelopeBandLowHertz, high, shaft > 0f ? FloorOrders * shaft : DefaultFloorHertz,
            top > EnvelopeAnalyzer.UsualHertz ? top : EnvelopeAnalyzer.UsualHertz, shorter);

        int window = _envelope.WindowLength;
        int samples = count >> (halvings & 31);
        int from = 0;
        while (samples - from >= window)
        {
            _decimator.Read(capture.Samples, count, mean, halvings, from, _workspace.Samples, window);
            _envelope.Add(window);
            from += window;
        }

        // What is left over counts from half a window on: together with what stands before it, or by itself where there is nothing.
        int rest = samples - from;
        if (rest >= window >> 1)
        {
            int valid = from > 0 ? window : rest & ~127;
            _decimator.Read(capture.Samples, count, mean, halvings, from > 0 ? samples - window : 0, _workspace.Samples, valid);
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
