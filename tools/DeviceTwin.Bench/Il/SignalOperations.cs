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
        new("decimate.half.32768", 5_000_000, () =>
        {
            var decimator = new HalfBandDecimator();
            short[] counts = Inputs.OuterRace(32768);
            var output = new float[16384];
            return () => decimator.Decimate(counts, counts.Length, 0, output);
        }),
        new("decimate.quarter.16384", 1_500_000, () =>
        {
            var decimator = new QuarterDecimator();
            float[] samples = Inputs.FloatNoise(16384);
            var output = new float[4096];
            return () => decimator.Decimate(samples, samples.Length, output);
        }),
        new("window.hann.4096", 111_000, () =>
        {
            var half = new float[2049];
            return () => HannWindow.FillHalf(half, 4096);
        }),
        new("floor.1024", 90_000, () =>
        {
            var floor = new SpectralFloor();
            float[] power = Inputs.Power(1024);
            return () => floor.Normalize(power, power.Length, 50);
        }),
        new("velocity.4096", 1_200_000, () =>
        {
            var meter = new VelocityMeter(new Workspace());
            float[] samples = Inputs.FloatNoise(4096);
            var spectrum = new int[512];
            return () => meter.Measure(samples, samples.Length, 3333.375f, 488f, spectrum);
        }),
        new("velocity.capture.32768", 9_000_000, () =>
        {
            var statistics = new Statistics();
            var half = new HalfBandDecimator();
            var quarter = new QuarterDecimator();
            var meter = new VelocityMeter(new Workspace());
            short[] counts = Inputs.OuterRace(32768);
            var halfRate = new float[16384];
            var eighthRate = new float[4096];
            var spectrum = new int[512];
            return () =>
            {
                statistics.Measure(counts, counts.Length);
                int count = half.Decimate(counts, counts.Length, statistics.Mean, halfRate);
                count = quarter.Decimate(halfRate, count, eighthRate);
                meter.Measure(eighthRate, count, 3333.375f, 488f, spectrum);
            };
        }),
        new("envelope.8192", 14_100_000, () =>
        {
            var analyzer = new EnvelopeAnalyzer(new Workspace(), 8192);
            float[] samples = Inputs.HalfRate(8192);
            return () => analyzer.Analyze(samples, samples.Length, HalfRateHertz, 500, 5400, 60f);
        }),
    ];
}
