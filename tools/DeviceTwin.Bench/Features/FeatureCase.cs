using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Bench.Features;

/// <summary>A capture whose features are known.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Capture">The capture.</param>
/// <param name="ShaftHertz">Speed of the shaft in it; 0 where there is none.</param>
/// <param name="Tones">Lone tones in it: frequency in hertz and velocity RMS in um/s, the largest velocity first.</param>
internal sealed record FeatureCase(string Name, Capture Capture, double ShaftHertz, IReadOnlyList<(double Hertz, double UmPerSecond)> Tones)
{
    private const double Gravity = 9.80665;

    /// <summary>Machines, noise and edges at the rates of small and large sensors; the same every time.</summary>
    public static IEnumerable<FeatureCase> All()
    {
        foreach ((double rate, int samples) in new[] { (26667.0, 65536), (6667.0, 16384), (12000.0, 32768), (51200.0, 65536) })
        {
            yield return Machine(rate, samples, 29.95, seed: 1, (29.95, 2800), (59.9, 900), (89.85, 600), (119.8, 350), (149.75, 280));
            yield return Machine(rate, samples, 0, seed: 2, (12.3, 1500), (87.45, 11000), (613.7, 700), (941.0, 350));
            yield return Make("blows", rate, samples, 0, [], Blows(rate, samples, seed: 3));
            yield return Make("noise", rate, samples, 0, [], Noise(samples, 0.3, seed: 4));
            yield return Make("offset", rate, samples, 0, [(40.2, 3000)], Sum(Tone(rate, samples, 40.2, 3000), Noise(samples, 0.002, seed: 5), 2.5));
            yield return Make("slow", rate, samples, 0, [], Sum(Tone(rate, samples, 3.4, 4000), Tone(rate, samples, 6.8, 1500), 0));
        }

        const double Rate = 26667;
        const int Samples = 32768;
        yield return Make("full scale", Rate, Samples, 0, [], [.. Enumerable.Range(0, Samples).Select(i => 15.98 * Math.Sin(2 * Math.PI * 79.6 * i / Rate))]);
        yield return Make("impulse", Rate, Samples, 0, [], [.. Enumerable.Range(0, Samples).Select(i => i == 12345 ? 12.0 : 0)]);
        yield return Make("alternating", Rate, Samples, 0, [], [.. Enumerable.Range(0, Samples).Select(i => (i & 1) == 0 ? 15.98 : -15.98)]);
        yield return Make("one count", Rate, Samples, 0, [], [.. Enumerable.Range(0, Samples).Select(i => (i & 64) == 0 ? 0.000488 : 0)]);
    }

    private static FeatureCase Machine(double rate, int samples, double shaft, int seed, params (double Hertz, double UmPerSecond)[] tones)
    {
        double[] signal = Noise(samples, 0.01, seed);
        foreach ((double hertz, double umPerSecond) in tones)
        {
            signal = Sum(signal, Tone(rate, samples, hertz, umPerSecond), 0);
        }

        return Make("machine", rate, samples, shaft, [.. tones.OrderByDescending(tone => tone.UmPerSecond)], signal);
    }

    private static FeatureCase Make(
        string name, double rate, int samples, double shaft, IReadOnlyList<(double Hertz, double UmPerSecond)> tones, double[] signalG)
    {
        var capture = new Capture(samples)
        {
            Count = samples,
            SampleRateMilliHertz = (int)Math.Round(rate * 1000),
            NanoGPerCount = 488000,
            NoiseNanoGPerRootHertz = 7500000,
            CoveragePermille = 1000,
            Sequence = 1,
        };
        for (int i = 0; i < samples; i++)
        {
            capture.Samples[i] = (short)Math.Clamp(Math.Round(signalG[i] / 488e-6), short.MinValue, short.MaxValue);
        }

        return new FeatureCase(name, capture, shaft, tones);
    }

    private static double[] Sum(double[] one, double[] other, double offset) => [.. one.Zip(other, (a, b) => a + b + offset)];

    private static double[] Tone(double rate, int samples, double hertz, double umPerSecond)
    {
        double g = umPerSecond * 1e-6 * Math.Sqrt(2) * 2 * Math.PI * hertz / Gravity;
        return [.. Enumerable.Range(0, samples).Select(i => g * Math.Cos((2 * Math.PI * hertz * i / rate) + hertz))];
    }

    private static double[] Noise(int samples, double rms, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, samples).Select(_ =>
            rms * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))];
    }

    private static double[] Blows(double rate, int samples, int seed)
    {
        double[] signal = Noise(samples, 0.02, seed);
        double resonance = 0.12 * rate;
        for (double next = 0.003; next * rate < samples; next += 1 / 107.4)
        {
            int first = (int)Math.Ceiling(next * rate);
            for (int i = first; i < Math.Min(samples, first + (int)(0.01 * rate)); i++)
            {
                double since = (i / rate) - next;
                signal[i] += 3 * Math.Exp(-since * 900) * Math.Sin(2 * Math.PI * resonance * since);
            }
        }

        return signal;
    }
}
