using DeviceTwin.Bench.Training;
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
        Bearing("bearing.window.16384", 16384, 8192, 29950, 3_400_000),
        Bearing("bearing.window.8192.13kHz", 8192, 8192, 29950, 2_700_000, Inputs.SensorRateMilliHertz / 2),
        Bearing("bearing.window.16384.fast", 16384, 8192, 100000, 4_900_000),
        Bearing("bearing.window.8192.n4096", 8192, 4096, 29950, 1_670_000),
        Bearing("bearing.window.4096.n2048", 4096, 2048, 60000, 845_000),
        Features("features.32768", 32768, 8192, 5_600_000),
        Features("features.32768.n2048", 32768, 2048, 6_200_000),
        Analyze("detector.bearing.16384", 16384, 8192, 7_000_000),
        Analyze("detector.bearing.16384.n4096", 16384, 4096, 6_900_000),
        Analyze("detector.bearing.16384.n2048", 16384, 2048, 5_300_000),
        Analyze("detector.capture.32768", 32768, 8192, 12_000_000),
        Analyze("detector.capture.32768.n4096", 32768, 4096, 11_700_000),
        Analyze("detector.capture.32768.n2048", 32768, 2048, 10_200_000),
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
        new("forest.choose.31x15", 5_600, () =>
        {
            // 31 trees with all of their 15 questions, four on every way.
            ForestNode Grow(int depth) => depth == 0 ? new ForestNode(Verdict.Outer)
                : new ForestNode(Verdict.Outer, depth, 1000 * depth, Grow(depth - 1), Grow(depth - 1));
            Forest forest = Forest.Parse(ForestNode.ToText([.. Enumerable.Repeat(Grow(4), 31)], [Verdict.Outer, Verdict.Inner]));
            var result = new DetectorResult();
            result.Clear();
            return () => forest.Choose(result, Verdict.Inner);
        }),
        new("fingerprint", 42_000, () =>
        {
            DetectorSettings settings = Inputs.Machine();
            return () => Fingerprint.Of(Fingerprint.SettingsHash(settings), Detector.LongestWindow);
        }),
    ];

    /// <summary>A bearing verdict from raw counts, at 26 667 Hz unless said otherwise: decimation, envelope spectra, scores, judgement.</summary>
    private static Operation Bearing(
        string name, int samples, int window, int shaftMilliHertz, long budget, int rate = Inputs.SensorRateMilliHertz) => new(name, budget, () =>
    {
        Capture capture = Inputs.Capture(samples, rate);
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

    /// <summary>All that is told of a capture beside the bearing: facts, levels, velocity, displacement, three bands, lines, shaft, zone.</summary>
    private static Operation Features(string name, int samples, int window, long budget) => new(name, budget, () =>
    {
        DetectorSettings settings = Everything();
        settings.BpfoMilliOrders = 0;
        settings.BpfiMilliOrders = 0;
        settings.BsfMilliOrders = 0;
        settings.EnvelopeBandHighHertz = 0;
        return Detect(samples, window, settings);
    });

    /// <summary>A whole capture: every feature, and the bearing over all its windows.</summary>
    private static Operation Analyze(string name, int samples, int window, long budget) =>
        new(name, budget, () => Detect(samples, window, Everything()));

    private static Action Detect(int samples, int window, DetectorSettings settings)
    {
        Capture capture = Inputs.Capture(samples);
        var detector = new Detector(window);
        var result = new DetectorResult();
        return () => detector.Analyze(capture, settings, result);
    }

    /// <summary>Settings that leave nothing out.</summary>
    private static DetectorSettings Everything()
    {
        DetectorSettings settings = Inputs.Machine();
        settings.IsoGroup = 1;
        settings.IsoSupport = 1;
        settings.RatedPowerWatts = 400_000;
        settings.ShaftHeightMillimetres = 315;
        settings.Mounting = 1;
        settings.Band1LowHertz = 10;
        settings.Band1HighHertz = 100;
        settings.Band2LowHertz = 100;
        settings.Band2HighHertz = 1000;
        settings.Band3LowHertz = 1000;
        settings.Band3HighHertz = 8000;
        return settings;
    }
}
