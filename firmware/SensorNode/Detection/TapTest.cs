using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Detection;

/// <summary>
/// Judges a tap on the mounting: along which axis it came, and how the mounting rings. Made for one test and dropped after it: its buffers take
/// 3 KB, and nobody taps often.
/// </summary>
/// <remarks>
/// The axis is the one with the most energy around its rest. The resonance is the highest line of 256 samples from the peak on (between lines by
/// a parabola through the logarithms), the decay follows from the energies of two neighbouring pieces. A sensor on a mounting that rings at f
/// measures right up to a third of f (ISO 5348), so the velocity band, up to 1000 Hz, asks for 3 kHz.
/// </remarks>
public sealed class TapTest
{
    /// <summary>Samples from the peak on that are looked at.</summary>
    public const int RingSamples = 256;

    /// <summary>Least peak, in milli-g.</summary>
    public const int LeastPeakMilliG = 500;

    /// <summary>Least share of the energy along one axis, in thousandths.</summary>
    public const int LeastSharePermille = 600;

    /// <summary>Least resonance, in hertz.</summary>
    public const int LeastResonanceHertz = 3000;

    /// <summary>The axis that the detector looks at.</summary>
    public const int ExpectedAxis = 2;

    // A few samples at a rail are the tip of the blow; more of them, and what rings is not the mounting.
    private const int MostSaturated = 4;

    // Rest before the tap.
    private const int RestSamples = 32;

    // The highest line must stand so many times above the mean of all.
    private const float Prominence = 6f;

    private const int FirstLine = 4;
    private const int LastLine = 120;

    private readonly RealFft _transform = new RealFft(RingSamples);
    private readonly float[] _samples = new float[RingSamples];
    private readonly float[] _re = new float[(RingSamples >> 1) + 1];
    private readonly float[] _im = new float[(RingSamples >> 1) + 1];

    /// <summary>Judges a record.</summary>
    public TapResult Judge(TapRecord record)
    {
        var result = new TapResult();
        if (!record.IsTapped)
        {
            result.Findings = TapFinding.NoTap;
            return result;
        }

        if (record.Count < RingSamples + RestSamples || record.SampleRateMilliHertz <= 0)
        {
            result.Findings = TapFinding.TooShort;
            return result;
        }

        if (record.SaturatedCount > MostSaturated)
        {
            result.Findings = TapFinding.Saturated;
        }

        long all = 0;
        long most = -1;
        for (int axis = 0; axis < 3; axis++)
        {
            int from = axis * TapRecord.MaximumSamples;
            int steady = Rest(record.Samples, from);
            result.RestMilliG[axis] = (int)Division.LongNearest((long)steady * record.NanoGPerCount, 1000000);
            long energy = Energy(record.Samples, from, record.Count, steady);
            all += energy;
            if (energy > most)
            {
                most = energy;
                result.Axis = axis;
            }
        }

        int start = result.Axis * TapRecord.MaximumSamples;
        int rest = Rest(record.Samples, start);
        int peakAt = Peak(record.Samples, start, record.Count, rest, result);
        result.PeakMilliG = (int)Division.LongNearest((long)result.PeakMilliG * record.NanoGPerCount, 1000000);
        result.SharePermille = all == 0 ? 0 : (int)Division.LongNearest(most * 1000, all);
        if (result.PeakMilliG < LeastPeakMilliG)
        {
            result.Findings |= TapFinding.TooWeak;
        }

        if (result.SharePermille < LeastSharePermille)
        {
            result.Findings |= TapFinding.AxisUnclear;
        }
        else if (result.Axis != ExpectedAxis)
        {
            result.Findings |= TapFinding.WrongAxis;
        }

        // Where the tap came late, the ringing is looked at from a little before it.
        int latest = record.Count - RingSamples;
        int ringAt = start + (peakAt < latest ? peakAt : latest);
        Ring(record.Samples, ringAt, rest, record.SampleRateMilliHertz, result);
        if (result.ResonanceMilliHertz == 0)
        {
            result.Findings |= TapFinding.ResonanceNotSeen;
        }
        else if (result.ResonanceMilliHertz < LeastResonanceHertz * 1000)
        {
            result.Findings |= TapFinding.ResonanceLow;
        }

        return result;
    }

    private static int Rest(short[] samples, int from)
    {
        int sum = 0;
        for (int index = 0; index < RestSamples; index++)
        {
            sum += samples[from + index];
        }

        return Division.Integer(sum, RestSamples);
    }

    private static long Energy(short[] samples, int from, int count, int rest)
    {
        long energy = 0;
        for (int index = 0; index < count; index++)
        {
            long value = samples[from + index] - rest;
            energy += value * value;
        }

        return energy;
    }

    // The peak in counts, its place, and the direction of the first movement that reaches half of it.
    private static int Peak(short[] samples, int from, int count, int rest, TapResult result)
    {
        int peak = 0;
        int at = 0;
        for (int index = 0; index < count; index++)
        {
            int value = samples[from + index] - rest;
            int size = value < 0 ? -value : value;
            if (size > peak)
            {
                peak = size;
                at = index;
            }
        }

        for (int index = 0; index < count && result.Sign == 0; index++)
        {
            int value = samples[from + index] - rest;
            int size = value < 0 ? -value : value;
            if (size + size >= peak && peak > 0)
            {
                result.Sign = value < 0 ? -1 : 1;
            }
        }

        result.PeakMilliG = peak;
        return at;
    }

    private void Ring(short[] samples, int from, int rest, int rateMilliHertz, TapResult result)
    {
        for (int index = 0; index < RingSamples; index++)
        {
            _samples[index] = samples[from + index] - rest;
        }

        _transform.Forward(_samples, _re, _im);
        float sum = 0f;
        float highest = 0f;
        int line = 0;
        for (int k = FirstLine; k <= LastLine; k++)
        {
            float power = Power(k);
            sum = sum + power;
            if (power > highest)
            {
                highest = power;
                line = k;
            }
        }

        float lines = LastLine - FirstLine + 1;
        if (line <= FirstLine || line >= LastLine || highest * lines < Prominence * sum)
        {
            return;
        }

        float before = Logarithm.Of(Power(line - 1));
        float here = Logarithm.Of(highest);
        float after = Logarithm.Of(Power(line + 1));
        float bend = here + here - before - after;
        int offset = bend > 0f ? Rounding.Nearest(Division.Float(500f * (after - before), bend)) : 0;
        result.ResonanceMilliHertz = (int)Division.LongNearest(((line * 1000L) + offset) * rateMilliHertz, RingSamples * 1000L);
        result.DecayMicroseconds = Decay(samples, from, rest, rateMilliHertz);
    }

    private float Power(int line)
    {
        return (_re[line] * _re[line]) + (_im[line] * _im[line]);
    }

    // Energy falls by e² in one decay time. The pieces are as long as the second one still has a hundredth of the energy of the first.
    private static int Decay(short[] samples, int from, int rest, int rateMilliHertz)
    {
        for (int piece = RingSamples >> 1; piece >= 16; piece >>= 1)
        {
            long first = Energy(samples, from, piece, rest);
            long second = Energy(samples, from + piece, piece, rest);
            if (second * 100 < first)
            {
                continue;
            }

            if (first <= second)
            {
                return 0;
            }

            float fall = Logarithm.Of(Rounding.Float(first)) - Logarithm.Of(Rounding.Float(second));
            int milliNepers = Rounding.Nearest(fall * 1000f);
            return milliNepers <= 0 ? 0 : Least(Division.LongNearest(2L * piece * 1000000000000L, (long)rateMilliHertz * milliNepers));
        }

        return 0;
    }

    private static int Least(long microseconds)
    {
        return microseconds > int.MaxValue ? int.MaxValue : (int)microseconds;
    }
}
