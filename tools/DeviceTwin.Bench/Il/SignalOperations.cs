using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Bench.Il;

/// <summary>The parts that a capture passes through before it is judged.</summary>
internal static class SignalOperations
{
    private const float HalfRateHertz = 13333.5f;

    public static readonly IReadOnlyList<Operation> Table =
    [
        new("statistics.32768", 1_400_000, () =>
        {
            var statistics = new Statistics();
            short[] counts = Inputs.OuterRace(32768);
            return () => statistics.Measure(counts, counts.Length);
        }),
        Decimate("decimate.half.32768", 1, 1_700_000),
        Decimate("decimate.quarter.32768", 2, 1_750_000),
        Decimate("decimate.eighth.32768", 3, 1_450_000),
        new("window.hann.4096", 111_000, () =>
        {
            var half = new float[2049];
            return () => HannWindow.FillHalf(half, 4096);
        }),
        new("floor.1024", 90_000, () =>
        {
            var floor = new SpectralFloor(1024);
            float[] power = Inputs.Power(1024);
            return () => floor.Normalize(power, power.Length, 50);
        }),
        Velocity("velocity.rms.32768", 2_000_000, 8192, withDisplacement: false),
        Velocity("velocity.capture.32768", 2_600_000, 8192, withDisplacement: true),
        Velocity("velocity.capture.32768.n2048", 3_400_000, 2048, withDisplacement: true),
        new("velocity.lines", 150_000, () =>
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
        new("spectrum.raw.facts", 420_000, () =>
        {
            var raw = new RawSpectrum(new Workspace());
            short[] counts = Inputs.OuterRace(32768);
            return () => raw.Measure(counts, counts.Length, 0, 26667f, false);
        }),
        new("spectrum.raw.bands", 2_200_000, () =>
        {
            var raw = new RawSpectrum(new Workspace());
            short[] counts = Inputs.OuterRace(32768);
            return () => raw.Measure(counts, counts.Length, 0, 26667f, true);
        }),
    ];

    private static Operation Decimate(string name, int halvings, long budget) => new(name, budget, () =>
    {
        var decimator = new Decimator();
        short[] counts = Inputs.OuterRace(32768);
        var output = new float[counts.Length >> halvings];
        return () => decimator.Read(counts, counts.Length, halvings, 0, output.Length, 0f, output, 0);
    });

    /// <summary>A velocity capture: raw counts at 26 667 Hz to the velocity RMS, and to the displacement.</summary>
    private static Operation Velocity(string name, long budget, int window, bool withDisplacement) => new(name, budget, () =>
    {
        var meter = new VelocityMeter(new Workspace(), window);
        short[] counts = Inputs.OuterRace(32768);
        return () =>
        {
            meter.Measure(counts, counts.Length, 0f, 26667000, false, withDisplacement);
            meter.MeanSquare(meter.First, meter.Last);
        };
    });
}
