using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Bench.Il;

/// <summary>What is computed from a capture: features, scores, verdict, alarms.</summary>
internal static class DetectionOperations
{
    public static readonly IReadOnlyList<Operation> Table =
    [
        new("scores.8192", 170_000, () =>
        {
            var analyzer = new EnvelopeAnalyzer(new Workspace(), 8192);
            float[] samples = Inputs.HalfRate(8192);
            analyzer.Analyze(samples, samples.Length, 13333.5f, 500, 5400, 60f);
            var scores = new BearingScores();
            return () =>
            {
                scores.Load(analyzer.Spectrum, analyzer.Count, analyzer.StepHertz, analyzer.ResolutionHertz, 29.95f);
                scores.ShaftScore();
                scores.BlankShaftOrders();
                scores.Family(107.371f, 0f);
                scores.Family(162.179f, 29.95f);
                scores.Family(141.184f, 11.92f);
            };
        }),
        Analyze("detector.bearing.16384", 16384, 17_500_000, velocity: false),
        Analyze("detector.capture.32768", 32768, 29_000_000, velocity: true),
        new("alarms.step", 250, () =>
        {
            DetectorSettings settings = Inputs.Machine();
            var alarms = new AlarmLogic();
            var result = new DetectorResult { OuterScoreMilli = 3000, Bearing = Verdict.Outer, VelocityUmPerSecond = 8000 };
            alarms.Step(result, 2500, 0, settings);
            return () => alarms.Step(result, 2500, 60000, settings);
        }),
        new("fingerprint", 42_000, () =>
        {
            DetectorSettings settings = Inputs.Machine();
            return () => Fingerprint.Of(settings);
        }),
    ];

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
