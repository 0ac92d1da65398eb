#nullable disable

using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Benchmarks;

/// <summary>Captures made by integers only, so that every runtime starts from the same counts.</summary>
public static class GoldenInputs
{
    /// <summary>Capture at the sensor's nominal rate and ±16 g, filled by one of the methods below.</summary>
    public static void Describe(Capture capture, int count)
    {
        capture.Count = count;
        capture.SampleRateMilliHertz = 26667000;
        capture.NanoGPerCount = 488000;
        capture.SaturatedCount = 0;
        capture.Overrun = false;
        capture.CoveragePermille = 1000;
        capture.StartUtcMs = 0;
        capture.Sequence = 1;
    }

    /// <summary>Every sample the same.</summary>
    public static void Constant(short[] samples, int count, int value)
    {
        for (int i = 0; i < count; i++)
        {
            samples[i] = (short)value;
        }
    }

    /// <summary>Full scale up and down in turn.</summary>
    public static void Alternating(short[] samples, int count)
    {
        for (int i = 0; i < count; i++)
        {
            samples[i] = (i & 1) == 0 ? short.MaxValue : short.MinValue;
        }
    }

    /// <summary>A full-scale square wave of 128 samples.</summary>
    public static void Square(short[] samples, int count)
    {
        for (int i = 0; i < count; i++)
        {
            samples[i] = (i & 64) == 0 ? short.MaxValue : short.MinValue;
        }
    }

    /// <summary>Uniform noise of ±<paramref name="peak"/> (a power of two) from a linear congruential generator (Numerical Recipes).</summary>
    public static void Noise(short[] samples, int count, uint seed, int peak)
    {
        uint state = seed;
        for (int i = 0; i < count; i++)
        {
            state = (state * 1664525u) + 1013904223u;
            int value = (int)(state >> 16) - 32768;
            samples[i] = (short)((value * peak) >> 15);
        }
    }

    /// <summary>
    /// Noise and a resonance at about 3200 Hz struck at a steady rate: an integer two-pole filter,
    /// y = (23530·y₁ − 15896·y₂) / 2^14 + blow.
    /// </summary>
    /// <param name="samples">Receives the counts.</param>
    /// <param name="count">Number of samples.</param>
    /// <param name="milliHertz">Blows per second, in thousandths.</param>
    /// <param name="blow">Strength of a blow, in counts.</param>
    /// <param name="seed">Seed of the noise.</param>
    public static void Train(short[] samples, int count, int milliHertz, int blow, uint seed)
    {
        Noise(samples, count, seed, 64);
        int first = 0;
        int second = 0;
        int phase = 0;
        for (int i = 0; i < count; i++)
        {
            int value = ((23530 * first) - (15896 * second)) >> 14;
            phase += milliHertz;
            if (phase >= 26667000)
            {
                phase -= 26667000;
                value += blow;
            }

            second = first;
            first = value;
            samples[i] = (short)(samples[i] + value);
        }
    }

    /// <summary>A square-ish tone from a triangle: counts run up and down by a fixed step between ±<paramref name="peak"/>.</summary>
    public static void Triangle(short[] samples, int count, int peak, int step)
    {
        int value = 0;
        int direction = step;
        for (int i = 0; i < count; i++)
        {
            samples[i] = (short)value;
            value += direction;
            if (value >= peak || value <= -peak)
            {
                direction = -direction;
            }
        }
    }
}
