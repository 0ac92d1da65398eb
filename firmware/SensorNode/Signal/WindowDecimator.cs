namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// Brings a stretch of raw counts to the rate at which bearings are looked at, 8.4 to 16.7 kHz (lower rates are taken as they are), by halving
/// with linear-phase half-band filters (Kaiser window, beta = 4.5): the last one has 47 taps, those before it 11. Up to 0.43 of the new rate it
/// passes within 0.03 dB and holds what would fold below that 50 dB down; at 0.45 it is 0.2 dB and 32 dB. Beyond the ends of the capture the end samples are taken to go on.
/// </summary>
public sealed class WindowDecimator
{
    /// <summary>Rate, in millihertz, at or below which a signal is not halved any more.</summary>
    public const int HighestRateMilliHertz = 16700000;

    private const int Reach = 23;
    private const int ShortReach = 5;

    /// <summary>Outputs computed at a time.</summary>
    private const int Chunk = 64;

    private const int LastLength = (Chunk << 1) + (Reach << 1);
    private const int MiddleLength = (LastLength << 1) + (ShortReach << 1);
    private const int FirstLength = (MiddleLength << 1) + (ShortReach << 1);

    private readonly float[] _last = new float[LastLength];
    private readonly float[] _middle = new float[MiddleLength];
    private readonly float[] _first = new float[FirstLength];

    /// <summary>How often a rate is halved: at most three times, up to 110 kHz.</summary>
    public static int Halvings(int rateMilliHertz)
    {
        int halvings = 0;
        int rate = rateMilliHertz;
        while (rate > HighestRateMilliHertz && halvings < 3)
        {
            rate >>= 1;
            halvings++;
        }

        return halvings;
    }

    /// <summary>Writes outputs; output m stands at count m · 2^halvings.</summary>
    /// <param name="counts">Raw counts.</param>
    /// <param name="count">Number of valid counts.</param>
    /// <param name="mean">Subtracted from each.</param>
    /// <param name="halvings">0 to 3.</param>
    /// <param name="from">First output.</param>
    /// <param name="target">Receives the outputs; the next three places may be written to as well where their number is no multiple of four.</param>
    /// <param name="outputs">Number of outputs.</param>
    public void Read(short[] counts, int count, int mean, int halvings, int from, float[] target, int outputs)
    {
        if (halvings == 0)
        {
            Copy(counts, count, mean, from, target, outputs);
            return;
        }

        for (int done = 0; done < outputs; done += Chunk)
        {
            int some = outputs - done < Chunk ? outputs - done : Chunk;
            int lastFrom = ((from + done) << 1) - Reach;
            int lastLength = (some << 1) + (Reach << 1);
            if (halvings == 1)
            {
                Copy(counts, count, mean, lastFrom, _last, lastLength);
            }
            else
            {
                int middleFrom = (lastFrom << 1) - ShortReach;
                int middleLength = (lastLength << 1) + (ShortReach << 1);
                if (halvings == 2)
                {
                    Copy(counts, count, mean, middleFrom, _middle, middleLength);
                }
                else
                {
                    int firstFrom = (middleFrom << 1) - ShortReach;
                    int firstLength = (middleLength << 1) + (ShortReach << 1);
                    Copy(counts, count, mean, firstFrom, _first, firstLength);
                    HalveShort(_first, _middle, middleLength);
                }

                HalveShort(_middle, _last, lastLength);
            }

            Halve(_last, target, done, some);
        }
    }

    private static void Copy(short[] counts, int count, int mean, int from, float[] target, int length)
    {
        float offset = mean;
        int at = from;
        int i = 0;
        while (i < length && at < 0)
        {
            target[i] = counts[0] - offset;
            i++;
            at++;
        }

        int inside = count - at < length - i ? i + count - at : length;
        while (i < inside)
        {
            target[i] = counts[at] - offset;
            i++;
            at++;
        }

        float end = counts[count - 1] - offset;
        while (i < length)
        {
            target[i] = end;
            i++;
        }
    }

    private static void HalveShort(float[] source, float[] target, int outputs)
    {
        int at = ShortReach;
        for (int i = 0; i < outputs; i++)
        {
            target[i] = (((0.5f * source[at]) + (0.300860307f * (source[at - 1] + source[at + 1]))) + (-0.0627146452f * (source[at - 3] + source[at + 3]))) + (0.0118543378f * (source[at - 5] + source[at + 5]));
            at += 2;
        }
    }

    /// <summary>Four outputs at a time: their odd samples are loaded once.</summary>
    private static void Halve(float[] source, float[] target, int done, int outputs)
    {
        int at = 0;
        int to = done;
        int end = done + outputs;
        while (to < end)
        {
            float s0 = source[at];
            float s1 = source[at + 2];
            float s2 = source[at + 4];
            float s3 = source[at + 6];
            float s4 = source[at + 8];
            float s5 = source[at + 10];
            float s6 = source[at + 12];
            float s7 = source[at + 14];
            float s8 = source[at + 16];
            float s9 = source[at + 18];
            float s10 = source[at + 20];
            float s11 = source[at + 22];
            float s12 = source[at + 24];
            float s13 = source[at + 26];
            float s14 = source[at + 28];
            float s15 = source[at + 30];
            float s16 = source[at + 32];
            float s17 = source[at + 34];
            float s18 = source[at + 36];
            float s19 = source[at + 38];
            float s20 = source[at + 40];
            float s21 = source[at + 42];
            float s22 = source[at + 44];
            float s23 = source[at + 46];
            float s24 = source[at + 48];
            float s25 = source[at + 50];
            float s26 = source[at + 52];
            float sum = 0.5f * source[at + 23];
            sum = sum + (0.31767239f * (s11 + s12));
            sum = sum + (-0.103006884f * (s10 + s13));
            sum = sum + (0.0584542831f * (s9 + s14));
            sum = sum + (-0.03835507f * (s8 + s15));
            sum = sum + (0.0265710766f * (s7 + s16));
            sum = sum + (-0.0187274834f * (s6 + s17));
            sum = sum + (0.0131528441f * (s5 + s18));
            sum = sum + (-0.00906658999f * (s4 + s19));
            sum = sum + (0.00604636175f * (s3 + s20));
            sum = sum + (-0.00383284956f * (s2 + s21));
            sum = sum + (0.0022476606f * (s1 + s22));
            sum = sum + (-0.00115573892f * (s0 + s23));
            target[to] = sum;
            sum = 0.5f * source[at + 25];
            sum = sum + (0.31767239f * (s12 + s13));
            sum = sum + (-0.103006884f * (s11 + s14));
            sum = sum + (0.0584542831f * (s10 + s15));
            sum = sum + (-0.03835507f * (s9 + s16));
            sum = sum + (0.0265710766f * (s8 + s17));
            sum = sum + (-0.0187274834f * (s7 + s18));
            sum = sum + (0.0131528441f * (s6 + s19));
            sum = sum + (-0.00906658999f * (s5 + s20));
            sum = sum + (0.00604636175f * (s4 + s21));
            sum = sum + (-0.00383284956f * (s3 + s22));
            sum = sum + (0.0022476606f * (s2 + s23));
            sum = sum + (-0.00115573892f * (s1 + s24));
            target[to + 1] = sum;
            sum = 0.5f * source[at + 27];
            sum = sum + (0.31767239f * (s13 + s14));
            sum = sum + (-0.103006884f * (s12 + s15));
            sum = sum + (0.0584542831f * (s11 + s16));
            sum = sum + (-0.03835507f * (s10 + s17));
            sum = sum + (0.0265710766f * (s9 + s18));
            sum = sum + (-0.0187274834f * (s8 + s19));
            sum = sum + (0.0131528441f * (s7 + s20));
            sum = sum + (-0.00906658999f * (s6 + s21));
            sum = sum + (0.00604636175f * (s5 + s22));
            sum = sum + (-0.00383284956f * (s4 + s23));
            sum = sum + (0.0022476606f * (s3 + s24));
            sum = sum + (-0.00115573892f * (s2 + s25));
            target[to + 2] = sum;
            sum = 0.5f * source[at + 29];
            sum = sum + (0.31767239f * (s14 + s15));
            sum = sum + (-0.103006884f * (s13 + s16));
            sum = sum + (0.0584542831f * (s12 + s17));
            sum = sum + (-0.03835507f * (s11 + s18));
            sum = sum + (0.0265710766f * (s10 + s19));
            sum = sum + (-0.0187274834f * (s9 + s20));
            sum = sum + (0.0131528441f * (s8 + s21));
            sum = sum + (-0.00906658999f * (s7 + s22));
            sum = sum + (0.00604636175f * (s6 + s23));
            sum = sum + (-0.00383284956f * (s5 + s24));
            sum = sum + (0.0022476606f * (s4 + s25));
            sum = sum + (-0.00115573892f * (s3 + s26));
            target[to + 3] = sum;
            at += 8;
            to += 4;
        }
    }
}
