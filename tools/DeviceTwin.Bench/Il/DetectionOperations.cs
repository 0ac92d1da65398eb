using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Bench.Il;

/// <summary>What is computed from a capture: features, scores, verdict, alarms.</summary>
internal static class DetectionOperations
{
    public static readonly IReadOnlyList<Operation> Table =
    [
        new("scores.8192", 95_000, () =>
        {
            var workspace = new Workspace();
            var analyzer = new EnvelopeAnalyzer(workspace);
            analyzer.Open(13333.5f, 500f, 5400f, 120f, 600f, 0);
            Array.Copy(Inputs.HalfRate(8192), workspace.Samples, 8192);
            analyzer.Add(8192);
            analyzer.Close();
            var scores = new BearingScores(analyzer.Spectrum.Length);
            return () =>
            {
                scores.Load(analyzer.Spectrum, analyzer.Count, analyzer.StepHertz, analyzer.ResolutionHertz, 29.95f);
                scores.ShaftScore();
                scores.BlankShaftOrders();
                scores.Family(107.371f, 0f);
                scores.Family(162.179f, 29.95f);
                scores.Family(141.184f, 11.92f);
                scores.Cage(11.92f);
            };
        }),
        Bearing("bearing.window.16384", 16384, 8192, 29950, 3_500_000),
        Bearing("bearing.window.16384.fast", 16384, 8192, 100000, 5_100_000),
        Bearing("bearing.window.8192.n4096", 8192, 4096, 29950, 1_750_000),
        Bearing("bearing.window.4096.n2048", 4096, 2048, 60000, 900_000),
        Analyze("detector.bearing.16384", 16384, 6_000_000, velocity: false),
        Analyze("detector.capture.32768", 32768, 11_000_000, velocity: true),
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

    /// <summary>A bearing verdict from raw counts at 26 667 Hz: decimation, envelope spectra, scores, judgement.</summary>
    private static Operation Bearing(string name, int samples, int window, int shaftMilliHertz, long budget) => new(name, budget, () =>
    {
        Capture capture = Inputs.Capture(samples);
        DetectorSettings settings = Inputs.Machine();
        settings.ShaftSpeedMilliHertz = shaftMilliHertz;
        var analyzer = new BearingAnalyzer(new Workspace(window));
        var result = new DetectorResult();
        return () => analyzer.Analyze(capture, capture.Count, 0, settings, result);
    });

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
