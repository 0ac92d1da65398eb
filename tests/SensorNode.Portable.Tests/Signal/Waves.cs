using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Tests.SensorNode.Portable.Signal;

/// <summary>Signals in double precision, as the sensor at ±16 g and 26 667 Hz would count them.</summary>
internal static class Waves
{
    public const double Rate = 26667;
    public const double GPerCount = 488e-6;
    public const double StandardGravity = 9.80665;

    /// <summary>A tone of a given velocity RMS in mm/s, as acceleration in g at a time in seconds.</summary>
    public static Func<double, double> Velocity(double hertz, double millimetresPerSecond, double phase = 0.3)
    {
        double g = millimetresPerSecond * 1e-3 * Math.Sqrt(2) * 2 * Math.PI * hertz / StandardGravity;
        return seconds => g * Math.Cos((2 * Math.PI * hertz * seconds) + phase);
    }

    /// <summary>Gaussian noise of a given RMS in g; a function of the call, not of the time.</summary>
    public static Func<double, double> Noise(double rms, int seed)
    {
        var random = new Random(seed);
        return _ => rms * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }

    /// <summary>Blows that ring at a resonance: amplitude in g, rate and resonance in hertz, slip as share of the period, load zone rate in hertz.</summary>
    public static double[] Blows(int count, double peakG, double hertz, double resonance = 3200, double slip = 0, double zoneHertz = 0, int seed = 1)
    {
        var random = new Random(seed);
        var signal = new double[count];
        double next = 0.1 / hertz;
        while (next * Rate < count)
        {
            int first = (int)Math.Ceiling(next * Rate);
            double strength = zoneHertz > 0 ? peakG * Math.Pow(Math.Max(0.1, Math.Cos(2 * Math.PI * zoneHertz * next)), 1.5) : peakG;
            for (int i = first; i < Math.Min(count, first + 600); i++)
            {
                double since = (i / Rate) - next;
                signal[i] += strength * Math.Exp(-since * 0.05 * 2 * Math.PI * resonance) * Math.Sin(2 * Math.PI * resonance * since);
            }

            next += (1 + (slip * ((2 * random.NextDouble()) - 1))) / hertz;
        }

        return signal;
    }

    /// <summary>A capture of the sum of functions of time (in g).</summary>
    public static Capture Capture(int count, params Func<double, double>[] parts) =>
        Capture(Enumerable.Range(0, count).Select(i => parts.Sum(part => part(i / Rate))).ToArray());

    /// <summary>The same at another rate in hertz.</summary>
    public static Capture CaptureAt(double rate, int count, params Func<double, double>[] parts)
    {
        Capture capture = Capture(Enumerable.Range(0, count).Select(i => parts.Sum(part => part(i / rate))).ToArray());
        capture.SampleRateMilliHertz = (int)Math.Round(rate * 1000);
        return capture;
    }

    /// <summary>A capture of samples in g.</summary>
    public static Capture Capture(double[] samplesG)
    {
        var capture = new Capture(samplesG.Length)
        {
            Count = samplesG.Length,
            SampleRateMilliHertz = (int)(Rate * 1000),
            NanoGPerCount = 488000,
            CoveragePermille = 1000,
            Sequence = 1,
        };
        for (int i = 0; i < samplesG.Length; i++)
        {
            double count = Math.Round(samplesG[i] / GPerCount);
            capture.Samples[i] = (short)Math.Clamp(count, short.MinValue, short.MaxValue);
            capture.SaturatedCount += count is >= short.MaxValue or <= short.MinValue ? 1 : 0;
        }

        return capture;
    }
}
