namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// Brings raw counts to the velocity rate, 2.4 to 4.8 kHz, piece by piece. Only 0 to 1000 Hz have to come through, so each stage holds just
/// what would fold there: filters by Chebyshev polynomials (Dolph 1946), a few taps long, whose loss inside the band is known exactly and
/// made good line by line in the spectrum (<see cref="FillGain"/>). A first stage by four (13 taps), stages by two (7 taps) and a last one by
/// two (10 taps; 13 below 3 kHz) hold what folds into the band 70 dB and more below what it folds on; 52 dB just above 19.2 kHz, where the
/// first stage by four begins. Beyond the ends of the capture its end samples are taken to go on. Outputs stand half an input sample late.
/// </summary>
public sealed class VelocityDecimator
{
    /// <summary>Rate, in millihertz, at or below which a signal is not halved any more.</summary>
    public const int HighestRateMilliHertz = 4800000;

    /// <summary>Most halvings: 110 kHz.</summary>
    public const int MostHalvings = 5;

    /// <summary>Parts of the velocity rate from one value of the gain to the next; it is smooth.</summary>
    public const int GainParts = 512;

    /// <summary>Most values of the gain.</summary>
    public const int GainValues = 220;

    /// <summary>Rate, in millihertz, below which the last stage takes the longer filter.</summary>
    private const int NarrowRateMilliHertz = 3000000;

    private const int Chunk = 32;
    private const int ShortTaps = 10;
    private const int ShortBefore = 4;
    private const int LongTaps = 13;
    private const int LongBefore = 6;
    private const int HalfTaps = 7;
    private const int HalfBefore = 3;
    private const int QuarterTaps = 13;
    private const int QuarterBefore = 6;

    // The longest stage before the last takes 80 samples, the one before that 170, and the first of five 350; the workspace of the shortest
    // window has 129 and 513.

    /// <summary>Outputs of the stage by four that are computed at a time where they reach beyond the capture.</summary>
    private const int EdgeOutputs = 16;

    // The workspace has room for 64 of the edge's counts and the taps: (EdgeOutputs << 2) + QuarterTaps + 3 = 80.

    /// <summary>Parameters of the filters: T_M(x₀·cos(ω/2)) / T_M(x₀).</summary>
    private const float ShortX0 = 1.9802779f;
    private const float ShortScale = 1.5787164e-5f;
    private const float LongX0 = 1.6282734f;
    private const float LongScale = 5.350814e-6f;
    private const float HalfX0 = 3.0872066f;
    private const float HalfScale = 4.2526984e-5f;

    private readonly float[] _last;
    private readonly float[] _middle;
    private readonly float[] _first;
    private readonly short[] _edge;
    private readonly float[] _edgeOutputs;
    private short[] _counts;
    private int _count;
    private float _mean;
    private int _halvings;
    private bool _narrow;
    private int _at;

    /// <param name="workspace">Its spectra and bands hold the stages while a piece is read; what they held before is void.</param>
    public VelocityDecimator(Workspace workspace)
    {
        _last = workspace.BandRe;
        _edge = workspace.Edge;
        _edgeOutputs = workspace.BandIm;
        _middle = workspace.Im;
        _first = workspace.Re;
    }

    /// <summary>How often a rate is halved until it lies at or below <see cref="HighestRateMilliHertz"/>.</summary>
    public static int Halvings(int rateMilliHertz)
    {
        int halvings = 0;
        int rate = rateMilliHertz;
        while (rate > HighestRateMilliHertz && halvings < MostHalvings)
        {
            rate >>= 1;
            halvings++;
        }

        return halvings;
    }

    /// <summary>Takes a capture of a rate above <see cref="HighestRateMilliHertz"/>.</summary>
    /// <param name="counts">Its samples, which stay the caller's.</param>
    /// <param name="count">Number of samples, at least 1.</param>
    /// <param name="mean">Subtracted from every output.</param>
    /// <param name="rateMilliHertz">Its rate.</param>
    /// <returns>Number of outputs: count divided by two, as often as the rate is halved.</returns>
    public int Open(short[] counts, int count, float mean, int rateMilliHertz)
    {
        int halvings = Halvings(rateMilliHertz);
        _counts = counts;
        _count = count;
        _mean = mean;
        _halvings = halvings;
        _narrow = rateMilliHertz >> (halvings & 31) < NarrowRateMilliHertz;
        _at = 0;
        return count >> (halvings & 31);
    }

    /// <summary>The next output to be read is number <paramref name="output"/>.</summary>
    public void Seek(int output)
    {
        _at = output;
    }

    /// <summary>The next outputs.</summary>
    public void Read(float[] target, int offset, int length)
    {
        int before = _narrow ? LongBefore : ShortBefore;
        int taps = _narrow ? LongTaps : ShortTaps;
        for (int done = 0; done < length; done += Chunk)
        {
            int some = length - done < Chunk ? length - done : Chunk;
            int from = ((_at + done) << 1) - before;
            int needed = (((some - 1) << 1) + taps + 3) & -4;
            Fill(_last, from, needed, _halvings - 1);
            if (_narrow)
            {
                Narrow(_last, target, offset + done, some);
            }
            else
            {
                // Four at a time; what is too much is overwritten by the next chunk or lies behind the caller's last one.
                Wide(_last, target, offset + done, some);
            }
        }

        _at += length;
    }

    /// <summary>
    /// The reciprocal of the filters' response: value i stands at i / <see cref="GainParts"/> of the velocity rate. Straight lines between the
    /// values are right within a thousandth.
    /// </summary>
    /// <param name="gain">Receives values 0 to <paramref name="last"/>.</param>
    /// <param name="last">Last value, at most <see cref="GainValues"/> - 1: 5/12 of the rate, 1000 Hz at 2.4 kHz, and a little.</param>
    public void FillGain(float[] gain, int last)
    {
        const float Step = 1.5707964f / GainParts;
        for (int i = 0; i <= last; i++)
        {
            float angle = Step * i;
            gain[i] = Division.Float(1f, Response(angle * angle));
        }
    }

    /// <summary>Response of all stages; <paramref name="square"/> is (πf / 2r)², r the velocity rate.</summary>
    private float Response(float square)
    {
        float response;
        if (_narrow)
        {
            float x = LongX0 * Cosine(square);
            float two = (2f * x * x) - 1f;
            float four = (2f * two * two) - 1f;
            response = four * ((4f * four * four) - 3f) * LongScale;
        }
        else
        {
            float x = ShortX0 * Cosine(square);
            float three = x * ((4f * x * x) - 3f);
            response = three * ((4f * three * three) - 3f) * ShortScale;
        }

        // Each stage further up has half the angle.
        float quarter = square * 0.25f;
        int halvings = _halvings;
        while (halvings == 2 || halvings > 3)
        {
            response = response * HalfResponse(quarter);
            quarter = quarter * 0.25f;
            halvings = halvings == 2 ? 1 : halvings - 1;
        }

        return halvings == 3 ? response * QuarterResponse(quarter) : response;
    }

    private static float HalfResponse(float square)
    {
        float x = HalfX0 * Cosine(square);
        float three = x * ((4f * x * x) - 3f);
        return ((2f * three * three) - 1f) * HalfScale;
    }

    /// <summary>Zeros of the stage by four, in cos ω: four about a quarter of its rate, two near half of it.</summary>
    private static float QuarterResponse(float square)
    {
        float c = Cosine(square);
        float cc = c * c;
        return (cc - 0.060726618f) * (cc - 0.010419041f) * (c + 0.95394427f) * (c + 0.9920981f) * 0.2763973f;
    }

    /// <summary>Cosine of an angle up to 0.7, from its square.</summary>
    private static float Cosine(float square)
    {
        return 1f + (square * (-0.5f + (square * (0.041666668f + (square * (-0.0013888889f + (square * 2.4801588e-5f)))))));
    }

    /// <summary>Samples <paramref name="from"/> and on of the signal that is halved so often.</summary>
    private void Fill(float[] target, int from, int length, int halvings)
    {
        switch (halvings)
        {
            case 0:
                Copy(target, from, length);
                break;
            case 1:
                Copy(_middle, (from << 1) - HalfBefore, (length << 1) + HalfTaps);
                Halve(_middle, target, length);
                break;
            case 2:
                FillByFour(target, from, length);
                break;
            case 3:
                FillByFour(_middle, (from << 1) - HalfBefore, ((length << 1) + HalfTaps + 3) & -4);
                Halve(_middle, target, length);
                break;
            default:
                int middle = ((length << 1) + HalfTaps + 3) & -4;
                FillByFour(_first, (((from << 1) - HalfBefore) << 1) - HalfBefore, ((middle << 1) + HalfTaps + 3) & -4);
                Halve(_first, _middle, middle);
                Halve(_middle, target, length);
                break;
        }
    }

    private void Copy(float[] target, int from, int length)
    {
        short[] counts = _counts;
        int last = _count - 1;
        float mean = _mean;
        int at = from;
        for (int i = 0; i < length; i++)
        {
            int inside = at < 0 ? 0 : at > last ? last : at;
            target[i] = counts[inside] - mean;
            at++;
        }
    }

    /// <summary>A multiple of four outputs of the stage by four; where they reach beyond the capture, by way of the edge buffer.</summary>
    private void FillByFour(float[] target, int from, int length)
    {
        int first = (from << 2) - QuarterBefore;
        int needed = (length << 2) + QuarterTaps - 4;
        if (first >= 0 && first + needed <= _count)
        {
            Quarter(_counts, first, target, length);
            return;
        }

        short[] counts = _counts;
        short[] edge = _edge;
        int last = _count - 1;
        int done = 0;
        while (done < length)
        {
            int some = length - done < EdgeOutputs ? length - done : EdgeOutputs;
            int inputs = (some << 2) + QuarterTaps - 4;
            int at = first + (done << 2);
            for (int i = 0; i < inputs; i++)
            {
                edge[i] = counts[at < 0 ? 0 : at > last ? last : at];
                at++;
            }

            Quarter(edge, 0, _edgeOutputs, some);
            for (int i = 0; i < some; i++)
            {
                target[done + i] = _edgeOutputs[i];
            }

            done += some;
        }
    }

    private void Quarter(short[] counts, int at, float[] target, int outputs)
    {
        float mean = _mean;
        float s0 = counts[at];
        float s1 = counts[at + 1];
        float s2 = counts[at + 2];
        float s3 = counts[at + 3];
        float s4 = counts[at + 4];
        float s5 = counts[at + 5];
        float s6 = counts[at + 6];
        float s7 = counts[at + 7];
        float s8 = counts[at + 8];
        at += 9;
        for (int to = 0; to < outputs; to += 4)
        {
            float s9 = counts[at];
            float s10 = counts[at + 1];
            float s11 = counts[at + 2];
            float s12 = counts[at + 3];
            float s13 = counts[at + 4];
            float s14 = counts[at + 5];
            float s15 = counts[at + 6];
            float s16 = counts[at + 7];
            float s17 = counts[at + 8];
            float s18 = counts[at + 9];
            float s19 = counts[at + 10];
            float s20 = counts[at + 11];
            float s21 = counts[at + 12];
            float s22 = counts[at + 13];
            float s23 = counts[at + 14];
            float s24 = counts[at + 15];
            target[to] = (0.0043187075f * (s0 + s12)) + (0.016808776f * (s1 + s11)) + (0.041032223f * (s2 + s10))
                + (0.07926039f * (s3 + s9)) + (0.1206516f * (s4 + s8)) + (0.15390746f * (s5 + s7)) + (0.16804168f * s6) - mean;
            target[to + 1] = (0.0043187075f * (s4 + s16)) + (0.016808776f * (s5 + s15)) + (0.041032223f * (s6 + s14))
                + (0.07926039f * (s7 + s13)) + (0.1206516f * (s8 + s12)) + (0.15390746f * (s9 + s11)) + (0.16804168f * s10) - mean;
            target[to + 2] = (0.0043187075f * (s8 + s20)) + (0.016808776f * (s9 + s19)) + (0.041032223f * (s10 + s18))
                + (0.07926039f * (s11 + s17)) + (0.1206516f * (s12 + s16)) + (0.15390746f * (s13 + s15)) + (0.16804168f * s14) - mean;
            target[to + 3] = (0.0043187075f * (s12 + s24)) + (0.016808776f * (s13 + s23)) + (0.041032223f * (s14 + s22))
                + (0.07926039f * (s15 + s21)) + (0.1206516f * (s16 + s20)) + (0.15390746f * (s17 + s19)) + (0.16804168f * s18) - mean;
            s0 = s16;
            s1 = s17;
            s2 = s18;
            s3 = s19;
            s4 = s20;
            s5 = s21;
            s6 = s22;
            s7 = s23;
            s8 = s24;
            at += 16;
        }
    }

    private static void Wide(float[] source, float[] target, int to, int outputs)
    {
        float s0 = source[0];
        float s1 = source[1];
        float s2 = source[2];
        float s3 = source[3];
        float s4 = source[4];
        float s5 = source[5];
        float s6 = source[6];
        float s7 = source[7];
        int at = 8;
        int end = to + outputs;
        while (to < end)
        {
            float s8 = source[at];
            float s9 = source[at + 1];
            float s10 = source[at + 2];
            float s11 = source[at + 3];
            float s12 = source[at + 4];
            float s13 = source[at + 5];
            float s14 = source[at + 6];
            float s15 = source[at + 7];
            target[to] = (0.003696655f * (s0 + s9)) + (0.024785925f * (s1 + s8)) + (0.08018214f * (s2 + s7))
                + (0.16296843f * (s3 + s6)) + (0.22836686f * (s4 + s5));
            target[to + 1] = (0.003696655f * (s2 + s11)) + (0.024785925f * (s3 + s10)) + (0.08018214f * (s4 + s9))
                + (0.16296843f * (s5 + s8)) + (0.22836686f * (s6 + s7));
            target[to + 2] = (0.003696655f * (s4 + s13)) + (0.024785925f * (s5 + s12)) + (0.08018214f * (s6 + s11))
                + (0.16296843f * (s7 + s10)) + (0.22836686f * (s8 + s9));
            target[to + 3] = (0.003696655f * (s6 + s15)) + (0.024785925f * (s7 + s14)) + (0.08018214f * (s8 + s13))
                + (0.16296843f * (s9 + s12)) + (0.22836686f * (s10 + s11));
            s0 = s8;
            s1 = s9;
            s2 = s10;
            s3 = s11;
            s4 = s12;
            s5 = s13;
            s6 = s14;
            s7 = s15;
            at += 8;
            to += 4;
        }
    }

    private static void Narrow(float[] source, float[] target, int to, int outputs)
    {
        int at = LongBefore;
        int end = to + outputs;
        while (to < end)
        {
            target[to] = (0.00092922034f * (source[at - 6] + source[at + 6])) + (0.0069448763f * (source[at - 5] + source[at + 5]))
                + (0.026409302f * (source[at - 4] + source[at + 4])) + (0.06669207f * (source[at - 3] + source[at + 3]))
                + (0.12361671f * (source[at - 2] + source[at + 2])) + (0.17636171f * (source[at - 1] + source[at + 1])) + (0.1980922f * source[at]);
            at += 2;
            to++;
        }
    }

    private static void Halve(float[] source, float[] target, int outputs)
    {
        int at = HalfBefore;
        for (int to = 0; to < outputs; to++)
        {
            target[to] = (0.018408936f * (source[at - 3] + source[at + 3])) + (0.09886455f * (source[at - 2] + source[at + 2]))
                + (0.2316017f * (source[at - 1] + source[at + 1])) + (0.30224964f * source[at]);
            at += 2;
        }
    }
}
