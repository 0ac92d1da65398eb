#nullable enable

using System;
using System.Numerics;

namespace DeviceTwin.SensorNode.Simulator.Machines;

/// <summary>
/// Changes the sampling rate of a recording by any ratio: polyphase windowed sinc (Kaiser window, beta 8: stop band below -80 dB),
/// 512 phases with linear interpolation between neighbours.
/// </summary>
/// <remarks>
/// With f the lower of the two rates: the pass band reaches to 0.42 f, the stop band begins at 0.5 f, in between the gain falls (-6 dB at
/// 0.46 f). Nothing above half the new rate folds back. Only output samples with the filter's full support are given: the result is
/// shorter than the recording by the filter's length, some milliseconds, and has no transients at its ends.
/// </remarks>
public static class Resampler
{
    private const double CutoffShare = 0.46;
    private const double Beta = 8;
    private const int Phases = 512;

    // Kaiser: taps = (attenuation - 8) / (2.285 * transition in radians), 80 dB over 0.08 of the lower rate.
    private const double TapsAtLowerRate = 64;

    /// <summary>By how many seconds the result is shorter than the input.</summary>
    public static double LostSeconds(double rateIn, double rateOut) => ((2 * HalfTaps(rateIn, rateOut)) - 1) / rateIn;

    /// <summary>Resamples a whole signal.</summary>
    /// <param name="input">Samples at the old rate.</param>
    /// <param name="rateIn">Old rate in hertz.</param>
    /// <param name="rateOut">New rate in hertz.</param>
    /// <returns>Samples at the new rate; empty where the input is shorter than the filter.</returns>
    public static float[] Resample(ReadOnlySpan<float> input, double rateIn, double rateOut)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rateIn);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rateOut);
        double lower = Math.Min(rateIn, rateOut);
        int half = HalfTaps(rateIn, rateOut);
        double step = rateIn / rateOut;
        // First and last output moment, in input samples, with `half` samples on either side.
        double first = half - 1;
        double last = input.Length - 1 - half;
        if (last < first)
        {
            return [];
        }

        float[] table = Table(half, CutoffShare * lower / rateIn);
        int taps = 2 * half;
        float[] output = new float[(int)Math.Floor((last - first) / step) + 1];
        for (int k = 0; k < output.Length; k++)
        {
            double moment = first + (k * step);
            int index = (int)moment;
            double phase = (moment - index) * Phases;
            int row = (int)phase;
            float blend = (float)(phase - row);
            ReadOnlySpan<float> samples = input.Slice(index - half + 1, taps);
            ReadOnlySpan<float> near = table.AsSpan(row * taps, taps);
            ReadOnlySpan<float> next = table.AsSpan((row + 1) * taps, taps);
            output[k] = ((1 - blend) * Dot(samples, near)) + (blend * Dot(samples, next));
        }

        return output;
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        float sum = 0;
        int i = 0;
        if (a.Length >= Vector<float>.Count)
        {
            Vector<float> sums = Vector<float>.Zero;
            for (; i <= a.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                sums += new Vector<float>(a[i..]) * new Vector<float>(b[i..]);
            }

            sum = Vector.Sum(sums);
        }

        for (; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    private static int HalfTaps(double rateIn, double rateOut) =>
        (int)Math.Ceiling(TapsAtLowerRate / 2 * rateIn / Math.Min(rateIn, rateOut));

    /// <summary>
    /// One row of taps per phase, and one more so that the last phase has a neighbour. Each row sums to 1: the gain at 0 Hz is exact.
    /// </summary>
    private static float[] Table(int half, double cutoff)
    {
        int taps = 2 * half;
        float[] table = new float[(Phases + 1) * taps];
        double[] row = new double[taps];
        for (int phase = 0; phase <= Phases; phase++)
        {
            double sum = 0;
            for (int i = 0; i < taps; i++)
            {
                double t = i - half + 1 - ((double)phase / Phases);
                row[i] = Sinc(2 * cutoff * t) * Kaiser(t / half);
                sum += row[i];
            }

            for (int i = 0; i < taps; i++)
            {
                table[(phase * taps) + i] = (float)(row[i] / sum);
            }
        }

        return table;
    }

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);

    private static double Kaiser(double x) => Math.Abs(x) >= 1 ? 0 : Bessel(Beta * Math.Sqrt(1 - (x * x))) / Bessel(Beta);

    /// <summary>Modified Bessel function of the first kind and order 0, by its power series.</summary>
    private static double Bessel(double x)
    {
        double sum = 1;
        double term = 1;
        for (int k = 1; term > sum * 1e-15; k++)
        {
            double factor = x / (2 * k);
            term *= factor * factor;
            sum += term;
        }

        return sum;
    }
}
