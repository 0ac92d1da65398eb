using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Detection;

/// <summary>
/// Computes features, bearing scores and refusals of a capture. Allocates in the constructor only: about 170 KB + 4.5 bytes per sample of the
/// longest capture (315 KB at 32 768 samples, 460 KB at 65 536; boards with PSRAM), beside 8 KB of tables. One instance serves one node.
/// </summary>
public sealed class Detector
{
    /// <summary>Lowest and highest sampling rate, in millihertz: what the filters' pass bands allow.</summary>
    public const int LowestRateMilliHertz = 24000000;

    /// <summary>See <see cref="LowestRateMilliHertz"/>.</summary>
    public const int HighestRateMilliHertz = 30000000;

    /// <summary>Largest weight of a count, in nano-g.</summary>
    public const int LargestNanoGPerCount = 10000000;

    /// <summary>Share of saturated samples, in thousandths, up to which velocity and bearing are judged.</summary>
    public const int SaturatedPermilleTolerated = 2;

    private readonly int _capacity;
    private readonly Workspace _workspace = new Workspace();
    private readonly Statistics _statistics = new Statistics();
    private readonly HalfBandDecimator _halfBand = new HalfBandDecimator();
    private readonly QuarterDecimator _quarter = new QuarterDecimator();
    private readonly VelocityMeter _velocity;
    private readonly BearingAnalyzer _bearing;
    private readonly float[] _halfRate;
    private readonly float[] _eighthRate;

    /// <param name="maximumSamples">Longest capture that will be analysed, at most <see cref="CapturePlan.MaximumSamples"/>.</param>
    public Detector(int maximumSamples)
    {
        _capacity = maximumSamples < CapturePlan.MaximumSamples ? maximumSamples : CapturePlan.MaximumSamples;
        _velocity = new VelocityMeter(_workspace);
        _bearing = new BearingAnalyzer(_workspace, _capacity);
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

        int envelopeRefusals = refusals | (scaleKnown ? _bearing.RefusalsOf(settings, rate, count) : ShaftRefusal(settings));
        if (velocityRefusals == 0)
        {
            int halfCount = _halfBand.Decimate(capture.Samples, count, _statistics.Mean, _halfRate);
            MeasureVelocity(halfCount, rate * 0.0005f, capture.NanoGPerCount * 0.001f, result);
        }

        if (envelopeRefusals == 0)
        {
            envelopeRefusals = _bearing.Analyze(capture, count, _statistics.Mean, settings, result);
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

    private static int ShaftRefusal(DetectorSettings settings)
    {
        return CapturePlan.AsksForBearing(settings) && settings.ShaftSpeedMilliHertz <= 0 ? Refusal.ShaftSpeedUnknown : 0;
    }

    private void MeasureVelocity(int halfCount, float halfRateHertz, float microGPerCount, DetectorResult result)
    {
        int eighthCount = _quarter.Decimate(_halfRate, halfCount, _eighthRate);
        result.VelocitySpectrumCount = _velocity.Measure(
            _eighthRate, eighthCount, halfRateHertz * 0.25f, microGPerCount, result.VelocitySpectrum);
        result.VelocityUmPerSecond = Rounding.Nearest(_velocity.Rms);
        result.VelocityBinMilliHertz = Rounding.Nearest(_velocity.SpectrumStepHertz * 1000f);
    }
}
