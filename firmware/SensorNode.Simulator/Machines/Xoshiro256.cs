#nullable enable

using System;
using System.Numerics;

namespace DeviceTwin.SensorNode.Simulator.Machines;

/// <summary>
/// The simulator's random numbers: xoshiro256** by Blackman and Vigna (2018), seeded through SplitMix64 as its authors advise.
/// Own code, so that a seed gives the same machine on every version of .NET.
/// </summary>
public sealed class Xoshiro256
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;
    private double _spare;
    private bool _hasSpare;

    /// <param name="seed">Any number; equal seeds give equal sequences.</param>
    public Xoshiro256(ulong seed)
    {
        _s0 = SplitMix(ref seed);
        _s1 = SplitMix(ref seed);
        _s2 = SplitMix(ref seed);
        _s3 = SplitMix(ref seed);
    }

    /// <summary>A seed that depends on two others, for a part of something seeded.</summary>
    public static ulong Mix(ulong seed, ulong part)
    {
        ulong state = seed ^ (part * 0xD1342543DE82EF95);
        return SplitMix(ref state);
    }

    /// <summary>64 random bits.</summary>
    public ulong Next()
    {
        ulong result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        ulong t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>Uniform in 0 (inclusive) to 1 (exclusive).</summary>
    public double NextUniform() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Standard normal (polar method of Marsaglia).</summary>
    public double NextGaussian()
    {
        if (_hasSpare)
        {
            _hasSpare = false;
            return _spare;
        }

        double u;
        double v;
        double s;
        do
        {
            u = (2 * NextUniform()) - 1;
            v = (2 * NextUniform()) - 1;
            s = (u * u) + (v * v);
        }
        while (s is >= 1 or 0);

        double factor = Math.Sqrt(-2 * Math.Log(s) / s);
        _spare = v * factor;
        _hasSpare = true;
        return u * factor;
    }

    /// <summary>Mean 0, variance 1, nearly normal (sum of four uniform numbers from one draw): quick.</summary>
    public double NextRoughGaussian()
    {
        ulong bits = Next();
        long sum = (long)(bits & 0xFFFF) + (long)((bits >> 16) & 0xFFFF) + (long)((bits >> 32) & 0xFFFF) + (long)(bits >> 48);
        // Four uniforms over 65 536 steps: mean 4 * 32 767.5, standard deviation 65 536 * sqrt(4 / 12).
        return (sum - 131070) * (1 / (65536 * 0.57735026918962576));
    }

    /// <summary>Two numbers of mean 0 and variance 1 from one draw, each the sum of two uniform ones (a triangle).</summary>
    public (double First, double Second) NextRoughPair()
    {
        ulong bits = Next();
        long first = (long)(bits & 0xFFFF) + (long)((bits >> 16) & 0xFFFF);
        long second = (long)((bits >> 32) & 0xFFFF) + (long)(bits >> 48);
        // Two uniforms over 65 536 steps: mean 2 * 32 767.5, standard deviation 65 536 * sqrt(2 / 12).
        const double scale = 1 / (65536 * 0.40824829046386302);
        return ((first - 65535) * scale, (second - 65535) * scale);
    }

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        ulong z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
