using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Bench.Il;

/// <summary>The parts that a capture passes through before it is judged.</summary>
internal static class SignalOperations
{
    private const float HalfRateHertz = 13333.5f;

    public static readonly IReadOnlyList<Operation> Table =
    [
        new("unpack.32768", 1_160_000, () =>
        {
            var words = new RawWords();
            byte[] raw = Inputs.RawWords(32768);
            var counts = new short[32768];
            return () => words.Read(raw, 0, counts.Length, counts, 0);
        }),
        new("statistics.32768", 1_220_000, () =>
        {
            var statistics = new Statistics();
            short[] counts = Inputs.OuterRace(32768);
            return () => statistics.Measure(counts, counts.Length);
        }),
        new("window.hann.4096", 111_000, () =>
        {
            var half = new float[2049];
            float[] cosine = CosineTable.Quarter(CosineTable.Period);
            return () => HannWindow.FillHalf(half, 4096, cosine);
        }),
        new("floor.1024", 88_000, () =>
        {
            var floor = new SpectralFloor(1024);
            float[] power = Inputs.Power(1024);
            return () => floor.Normalize(power, power.Length, 50);
        }),
        Velocity("velocity.rms.32768", 1_600_000, 8192, withDisplacement: false),
        Velocity("velocity.capture.32768", 2_100_000, 8192, withDisplacement: true),
        Velocity("velocity.capture.32768.n2048", 3_000_000, 2048, withDisplacement: true),
        new("velocity.lines", 263_000, () =>
        {
            var meter = new VelocityMeter(new Workspace(), 4096);
            meter.Measure(Inputs.OuterRace(32768), 32768, 0f, 26667000, false, false);
            var lines = new VelocityLines(meter);
            return () =>
            {
                lines.Find();
                ShaftRules.Judge(lines, lines.Refine(29.95f), meter.MeanSquare(meter.First, meter.Last));
            };
        }),
        new("spectrum.raw.facts", 350_000, () =>
        {
            var raw = new RawSpectrum(new Workspace());
            short[] counts = Inputs.OuterRace(32768);
            return () => raw.Measure(counts, counts.Length, 0, 26667f, false);
        }),
        new("spectrum.raw.bands", 1_840_000, () =>
        {
            var raw = new RawSpectrum(new Workspace());
            short[] counts = Inputs.OuterRace(32768);
            return () => raw.Measure(counts, counts.Length, 0, 26667f, true);
        }),
        Decimate("decimate.window.2", 730_000, 1),
        Decimate("decimate.window.4", 1_620_000, 2),
        Decimate("decimate.window.8", 2_800_000, 3),
        Envelope("envelope.8192", 2_500_000, 0),
        Envelope("envelope.8192.fast", 1_910_000, 1),
    ];

    /// <summary>A window of 8192 samples brought to the bearing's rate.</summary>
    private static Operation Decimate(string name, long budget, int halvings) => new(name, budget, () =>
    {
        var decimator = new WindowDecimator(new float[WindowDecimator.ScratchLength]);
        short[] counts = Inputs.OuterRace(8192 << halvings);
        var samples = new float[8192];
        return () => decimator.Read(counts, counts.Length, 0, halvings, 0, samples, samples.Length);
    });

    /// <summary>One window's envelope spectrum pooled over its bands; of a fast shaft, half as long a window.</summary>
    private static Operation Envelope(string name, long budget, int halvings) => new(name, budget, () =>
    {
        var workspace = new Workspace();
        var analyzer = new EnvelopeAnalyzer(workspace);
        float[] samples = Inputs.HalfRate(8192);
        return () =>
        {
            analyzer.Open(HalfRateHertz, 500f, 5400f, 120f, 600f, halvings);
            Array.Copy(samples, workspace.Samples, samples.Length);
            analyzer.Add(analyzer.WindowLength);
            analyzer.Close();
        };
    });

    /// <summary>A velocity capture: raw counts at 26 667 Hz to the velocity RMS, and to the displacement.</summary>
    private static Operation Velocity(string name, long budget, int window, bool withDisplacement) => new(name, budget, () =>
    {
        var meter = new VelocityMeter(new Workspace(window), window);
        short[] counts = Inputs.OuterRace(32768);
        return () =>
        {
            meter.Measure(counts, counts.Length, 0f, 26667000, false, withDisplacement);
            meter.MeanSquare(meter.First, meter.Last);
        };
    });
}
