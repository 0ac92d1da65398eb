using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Detection;

/// <summary>Computes features, bearing scores and refusals of a capture. Allocates in the constructor only; one instance serves one node.</summary>
public sealed class Detector
{
    private readonly int _capacity;

    /// <param name="maximumSamples">Longest capture that will be analysed, at most <see cref="CapturePlan.MaximumSamples"/>.</param>
    public Detector(int maximumSamples)
    {
        _capacity = maximumSamples;
    }

    /// <summary>Analyses a capture. Whatever the capture holds, the result is defined; nothing is thrown.</summary>
    public void Analyze(Capture capture, DetectorSettings settings, DetectorResult result)
    {
        result.Clear();
        result.CaptureSequence = capture.Sequence;
        result.CoveragePermille = capture.CoveragePermille;
        result.Overrun = capture.Overrun;
        if (capture.Count > _capacity || capture.Overrun)
        {
            result.Refusals |= Refusal.Overrun;
        }
    }
}
