using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Detection;

/// <summary>
/// Facts, features, bearing scores, zone and refusals of one capture of one axis. Allocates in the constructor only; stateless between
/// captures. A capture may be longer than the window: it is walked over window by window, its samples stay the caller's.
/// </summary>
public sealed class Detector
{
    /// <summary>Lowest sampling rate, in millihertz: twice what a velocity up to 1000 Hz and its filters need.</summary>
    public const int LowestRateMilliHertz = 5000000;

    /// <summary>Highest sampling rate, in millihertz.</summary>
    public const int HighestRateMilliHertz = 110000000;

    /// <summary>Largest weight of a count, in nano-g.</summary>
    public const int LargestNanoGPerCount = 10000000;

    /// <summary>Share of saturated, or of clipped, samples, in thousandths, up to which velocity and bearing are judged.</summary>
    public const int SaturatedPermilleTolerated = 2;

    /// <summary>Longest capture that is walked over, in samples: far more than a node takes, for recordings.</summary>
    public const int LongestCapture = 1048576;

    /// <summary>Shortest and longest window, in samples at the analysis rate.</summary>
    public const int ShortestWindow = Workspace.ShortestWindow;

    /// <summary>See <see cref="ShortestWindow"/>.</summary>
    public const int LongestWindow = Workspace.LongestWindow;

    /// <summary>
    /// Velocity RMS from 10 to 1000 Hz of white noise of one nano-g per root hertz, in um/s: 9.80665e-3 / 2π · √(1/10 − 1/1000).
    /// </summary>
    private const float NoiseVelocity = 4.910870e-4f;

    private readonly Statistics _statistics = new Statistics();
    private readonly RawSpectrum _raw;
    private readonly VelocityMeter _velocity;
    private readonly VelocityLines _lines;
    private readonly ShaftSpeed _speed;
    private readonly BearingAnalyzer _bearing;
    private readonly int _longestCapture;
    private string _forestText;
    private Forest _forest;

    /// <param name="windowLength">
    /// Samples of a bearing window: 1024, 2048, 4096 or 8192; anything else counts as the next shorter of these. Velocity blocks are as long,
    /// at most 4096.
    /// </param>
    public Detector(int windowLength)
        : this(windowLength, LongestCapture)
    {
    }

    /// <param name="windowLength">As above.</param>
    /// <param name="longestCapture">
    /// Most samples of a capture, at most <see cref="LongestCapture"/>; what lies behind is not looked at. No memory is taken for what shorter ones
    /// never tell: nothing else depends on it.
    /// </param>
    public Detector(int windowLength, int longestCapture)
    {
        _longestCapture = longestCapture;
        Workspace workspace = new Workspace(windowLength);
        int window = workspace.WindowLength;
        _velocity = new VelocityMeter(
            workspace,
            window,
            longestCapture >= CapturePlan.SlowVelocitySamplesFor(LowestRateMilliHertz),
            longestCapture >= CapturePlan.VelocitySamplesFor(LowestRateMilliHertz));

        // The lines of the velocity have been told when the bearing's turn comes.
        _bearing = new BearingAnalyzer(workspace, _velocity.Power, longestCapture);
        _raw = new RawSpectrum(workspace);
        _lines = new VelocityLines(_velocity);
        _speed = new ShaftSpeed(workspace, _velocity);
    }

    /// <summary>A result for captures of so many samples, without memory for a spectrum that they never have.</summary>
    /// <param name="windowLength">As the detector's.</param>
    /// <param name="longestCapture">As the detector's.</param>
    public static DetectorResult ResultFor(int windowLength, int longestCapture)
    {
        int velocity = longestCapture < CapturePlan.VelocitySamplesFor(LowestRateMilliHertz) ? 0 : DetectorResult.MaximumSpectrumLength;
        int envelope = EnvelopeAnalyzer.LongestSpectrum(Workspace.WindowOf(windowLength));
        return new DetectorResult(velocity, envelope < DetectorResult.MaximumSpectrumLength ? envelope : DetectorResult.MaximumSpectrumLength);
    }

    /// <summary>
    /// Analyses a capture. Whatever the capture and the settings hold, the result is defined; nothing is thrown. Of a capture longer than
    /// <see cref="LongestCapture"/> the first samples are used.
    /// </summary>
    public void Analyze(Capture capture, DetectorSettings settings, DetectorResult result)
    {
        result.Clear();
        int count = capture.Count;
        if (count > capture.Samples.Length)
        {
            count = capture.Samples.Length;
        }

        if (count > _longestCapture)
        {
            count = _longestCapture;
        }

        if (count < 0)
        {
            count = 0;
        }

        int rate = capture.SampleRateMilliHertz;
        int weight = capture.NanoGPerCount;
        bool unitKnown = weight > 0 && weight <= LargestNanoGPerCount;
        _statistics.Measure(capture.Samples, count);
        int refusals = Facts(capture, count, result);
        Levels(weight, unitKnown, count, result);
        if (result.AccelerationMilliG != DetectorResult.NotAvailable)
        {
            result.Running = result.AccelerationMilliG >= settings.RunningLimitMilliG ? 1 : 0;
        }

        int velocityRefusals = refusals;
        if (!unitKnown)
        {
            velocityRefusals |= Refusal.UnitUnknown;
        }

        bool rateKnown = (refusals & Refusal.ScaleUnknown) == 0;
        if (rateKnown && count < CapturePlan.VelocitySamplesFor(rate))
        {
            velocityRefusals |= Refusal.CaptureTooShort;
        }

        bool spectrum = refusals == 0 && Velocity(capture, count, velocityRefusals == 0, settings, result);
        int bandRefusals = Bands(capture, count, refusals, unitKnown, spectrum, settings, result);
        int bearingRefusals = refusals | (rateKnown ? _bearing.RefusalsOf(settings, rate, count) : BearingAnalyzer.ShaftRefusal(settings));
        if (bearingRefusals == 0)
        {
            bearingRefusals = _bearing.Analyze(capture, count, _statistics.Mean, settings, result);
            if (settings.Forest.Length > 0 && result.Bearing > Verdict.Normal)
            {
                AskForest(settings.Forest, result);
            }
        }

        SeverityZone.Judge(settings, rateKnown ? velocityRefusals : velocityRefusals | Refusal.VelocityBandNotCovered, result);
        bool velocityWanted = settings.VelocityLimitUmPerSecond > 0;
        bool bearingWanted = CapturePlan.AsksForBearing(settings);
        if (velocityWanted)
        {
            result.VelocityRefused = velocityRefusals != 0;
            result.Refusals |= velocityRefusals;
        }

        if (bearingWanted)
        {
            result.BearingRefused = result.Bearing == DetectorResult.NotAvailable;
            result.Refusals |= bearingRefusals;
        }

        result.Refusals |= bandRefusals;
        if (!velocityWanted && !bearingWanted && !CapturePlan.AsksForBands(settings))
        {
            result.Refusals |= Refusal.NothingAsked;
        }
    }

    /// <summary>Lets a forest say which element is defective. A text is read once, when it is met first.</summary>
    private void AskForest(string text, DetectorResult result)
    {
        if (_forest == null || _forestText != text)
        {
            _forestText = text;
            _forest = Forest.Parse(text);
        }

        int family = _forest.Choose(result, result.Bearing);
        if (family != result.Bearing)
        {
            result.Bearing = family;
            result.ConfidencePermille = _forest.AgreedPermille;
        }
    }

    /// <summary>What the capture is worth.</summary>
    /// <returns>Why nothing but plain levels can be said of it; 0 where there is no reason.</returns>
    private int Facts(Capture capture, int count, DetectorResult result)
    {
        int rate = capture.SampleRateMilliHertz;
        result.CaptureSequence = capture.Sequence;
        result.CoveragePermille = capture.CoveragePermille;
        result.Overrun = capture.Overrun;
        result.SaturatedPermille = (int)Division.LongCeiling((long)capture.SaturatedCount * 1000, count);
        result.ClippedPermille = (int)Division.LongCeiling((long)_statistics.Clipped * 1000, count);
        if (capture.NoiseNanoGPerRootHertz > 0)
        {
            result.NoiseVelocityUmPerSecond = Rounding.Nearest(capture.NoiseNanoGPerRootHertz * NoiseVelocity);
        }

        int refusals = 0;
        if (rate < LowestRateMilliHertz || rate > HighestRateMilliHertz)
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

        if (result.ClippedPermille > SaturatedPermilleTolerated)
        {
            refusals |= Refusal.Clipped;
        }

        if (_statistics.Constant)
        {
            refusals |= Refusal.NoSignal;
        }

        return refusals;
    }

    /// <summary>Features of the samples' distribution.</summary>
    private void Levels(int nanoGPerCount, bool unitKnown, int count, DetectorResult result)
    {
        if (unitKnown && count > 0)
        {
            float milliG = nanoGPerCount * 0.000001f;
            result.AccelerationMilliG = Rounding.Nearest(_statistics.Rms * milliG);
            result.PeakMilliG = Rounding.Nearest(_statistics.Peak * milliG);
        }

        if (!_statistics.Constant)
        {
            result.CrestMilli = Rounding.Nearest(Division.Float(_statistics.Peak * 1000f, _statistics.Rms));
            result.KurtosisMilli = Rounding.Nearest(_statistics.Kurtosis * 1000f);
            result.SkewnessMilli = Rounding.Nearest(_statistics.Skewness * 1000f);
        }
    }

    /// <summary>Everything that comes from the velocity spectrum; amplitudes only where nothing speaks against them.</summary>
    /// <returns>Whether there is a spectrum.</returns>
    private bool Velocity(Capture capture, int count, bool amplitudes, DetectorSettings settings, DetectorResult result)
    {
        VelocityMeter meter = _velocity;
        int rate = capture.SampleRateMilliHertz;
        bool slow = amplitudes && count >= CapturePlan.SlowVelocitySamplesFor(rate);
        if (!meter.Measure(capture.Samples, count, _statistics.Mean + _statistics.MeanRest, rate, slow, amplitudes))
        {
            return false;
        }

        float square = meter.MeanSquare(meter.First, meter.Last);
        if (amplitudes)
        {
            float unit = VelocityMeter.Unit(capture.NanoGPerCount);
            result.VelocityUmPerSecond = Rounding.Nearest(SquareRoot.Of(square) * unit);
            result.DisplacementNanometres = Rounding.Nearest(meter.PeakToPeak() * unit * 1000f);
            if (slow)
            {
                result.SlowVelocityUmPerSecond = Rounding.Nearest(SquareRoot.Of(square + meter.SlowMeanSquare()) * unit);
            }

            _lines.Find();
            result.PeakCount = _lines.Count;
            for (int i = 0; i < _lines.Count; i++)
            {
                result.PeakMilliHertz[i] = Rounding.Nearest(_lines.Hertz[i] * 1000f);
                result.PeakUmPerSecond[i] = Rounding.Nearest(SquareRoot.Of(_lines.MeanSquares[i]) * unit);
            }

            ExportSpectrum(unit, result);
        }

        if (settings.ShaftSpeedMilliHertz <= 0)
        {
            _speed.Estimate(settings, _lines);
            if (_speed.Hertz > 0f)
            {
                result.ShaftEstimateMilliHertz = Rounding.Nearest(_speed.Hertz * 1000f);
                result.ShaftEstimateConfidencePermille = _speed.ConfidencePermille;
            }
        }
        else
        {
            result.ShaftPattern = ShaftRules.Judge(_lines, _lines.Refine(settings.ShaftSpeedMilliHertz * 0.001f), square);
        }

        return true;
    }

    /// <summary>Aliasing and the configurable bands.</summary>
    /// <returns>Why a band that has a limit could not be told.</returns>
    private int Bands(
        Capture capture, int count, int refusals, bool unitKnown, bool spectrum, DetectorSettings settings, DetectorResult result)
    {
        if (refusals != 0)
        {
            return CapturePlan.AsksForBands(settings) ? refusals : 0;
        }

        float rateHertz = capture.SampleRateMilliHertz * 0.001f;
        bool bands = unitKnown && (settings.Band1HighHertz > 0 || settings.Band2HighHertz > 0 || settings.Band3HighHertz > 0);
        bool raw = _raw.Measure(capture.Samples, count, _statistics.Mean, rateHertz, bands);
        if (raw)
        {
            result.AliasingPermille = _raw.FoldingPermille();
        }

        float unit = unitKnown ? capture.NanoGPerCount * 0.001f : 0f;
        return Band(0, settings.Band1LowHertz, settings.Band1HighHertz, settings.Band1LimitMilliG, unit, raw, spectrum, result)
            | Band(1, settings.Band2LowHertz, settings.Band2HighHertz, settings.Band2LimitMilliG, unit, raw, spectrum, result)
            | Band(2, settings.Band3LowHertz, settings.Band3HighHertz, settings.Band3LimitMilliG, unit, raw, spectrum, result);
    }

    private int Band(
        int index, int lowHertz, int highHertz, int limitMilliG, float microGPerCount, bool raw, bool spectrum, DetectorResult result)
    {
        if (highHertz <= 0)
        {
            return 0;
        }

        int refusal = 0;
        if (microGPerCount <= 0f)
        {
            refusal = Refusal.UnitUnknown;
        }
        else if (spectrum && _velocity.Covers(lowHertz, highHertz))
        {
            result.BandMicroG[index] = Rounding.Nearest(_velocity.BandRms(lowHertz, highHertz) * microGPerCount);
        }
        else if (raw && _raw.Covers(lowHertz, highHertz))
        {
            result.BandMicroG[index] = Rounding.Nearest(_raw.BandRms(lowHertz, highHertz) * microGPerCount);
        }
        else
        {
            refusal = Refusal.BandNotCovered;
        }

        return limitMilliG > 0 ? refusal : 0;
    }

    /// <summary>
    /// The velocity spectrum: the RMS of a tone at each line. As many neighbouring lines are merged into one value (their largest) as it takes
    /// to fit; 0 outside the band.
    /// </summary>
    private void ExportSpectrum(float unit, DetectorResult result)
    {
        VelocityMeter meter = _velocity;
        float[] power = meter.Power;
        int[] target = result.VelocitySpectrum;
        int first = meter.First;
        int last = meter.Last;
        int merged = 1 + Division.Integer(last, target.Length);
        int side = merged >> 1;
        int values = Division.Integer(last, merged) + 1;
        float toneScale = SquareRoot.Of(meter.ToneScale) * unit;
        for (int i = 0; i < values; i++)
        {
            float largest = 0f;
            int from = (i * merged) - side;
            int to = from + merged;
            if (from < first)
            {
                from = first;
            }

            if (to > last + 1)
            {
                to = last + 1;
            }

            for (int k = from; k < to; k++)
            {
                float inverse = Division.Float(1f, k);
                float line = power[k] * inverse * inverse;
                if (line > largest)
                {
                    largest = line;
                }
            }

            target[i] = Rounding.Nearest(toneScale * SquareRoot.Of(largest));
        }

        result.VelocitySpectrumCount = values;
        result.VelocityBinMilliHertz = Rounding.Nearest(meter.BinHertz * merged * 1000f);
    }
}
