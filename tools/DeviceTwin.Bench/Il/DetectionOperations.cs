using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Bench.Il;

/// <summary>What is computed from a capture: features, scores, verdict, alarms.</summary>
internal static class DetectionOperations
{
    public static readonly IReadOnlyList<Operation> Table =
    [
        Analyze("detector.bearing.16384", 16384, 17_500_000, velocity: false),
        Analyze("detector.capture.32768", 32768, 29_000_000, velocity: true),
        new("monitor.step", 14_000, () =>
        {
            DetectorSettings settings = Inputs.Machine();
            var monitor = new SensorNode.Detection.Monitor();
            DetectorResult result = Watched(captures: 100, one => monitor.Step(one, 2500, one.CaptureSequence * 60000L, settings));
            return () => monitor.Step(result, 2500, 101 * 60000L, settings);
        }),
        new("monitor.shadow.step", 14_000, () =>
        {
            DetectorSettings settings = Inputs.Machine();
            settings.VelocityLimitUmPerSecond = 4500;
            var shadow = new Shadow();
            DetectorResult result = Watched(captures: 100, one => shadow.Step(one, 2500, one.CaptureSequence * 60000L, settings));
            return () => shadow.Step(result, 2500, 101 * 60000L, settings);
        }),
        new("fingerprint", 42_000, () =>
        {
            DetectorSettings settings = Inputs.Machine();
            return () => Fingerprint.Of(settings);
        }),
    ];

    /// <summary>A machine that is watched until its baseline is learned; returns the result of the next capture.</summary>
    private static DetectorResult Watched(int captures, Action<DetectorResult> step)
    {
        var result = new DetectorResult();
        for (int i = 1; i <= captures; i++)
        {
            result.CaptureSequence = i;
            result.AccelerationMilliG = 300 + (i * 37 % 20);
            result.VelocityUmPerSecond = 2000 + (i * 53 % 100);
            result.OuterScoreMilli = 700 + (i * 29 % 50);
            result.InnerScoreMilli = 700 + (i * 31 % 50);
            result.BallScoreMilli = 700 + (i * 41 % 50);
            result.ImpulsivenessMilli = 690 + (i * 43 % 20);
            result.Bearing = Verdict.Normal;
            step(result);
        }

        result.OuterScoreMilli = 3000;
        result.Bearing = Verdict.Outer;
        return result;
    }

    private static Operation Analyze(string name, int samples, long budget, bool velocity) => new(name, budget, () =>
    {
        Capture capture = Inputs.Capture(samples);
        DetectorSettings settings = Inputs.Machine();
        settings.VelocityLimitUmPerSecond = velocity ? 7100 : 0;
        var detector = new Detector(samples);
        var result = new DetectorResult();
        return () => detector.Analyze(capture, settings, result);
    });
}
