namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// Brings a stretch of raw counts to the rate at which bearings are looked at, 8.4 to 16.7 kHz (lower rates are taken as they are; a slow
/// shaft takes less), by halving with linear-phase half-band filters (Kaiser window, beta = 4.5): the last one has 39 taps, those before it
/// 11. Up to 0.42 of the new rate it passes within 0.05 dB and holds what would fold below that 50 dB down; at 0.45 it is 0.5 dB and 24 dB.
/// Beyond the ends of the capture the end samples are taken to go on. The weights are written out: a constant costs an interpreter less than
/// an array element.
/// </summary>
public sealed class WindowDecimator
{
    /// <summary>Rate, in millihertz, at or below which a signal need not be halved any more.</summary>
    public const int HighestRateMilliHertz = 16700000;

    /// <summary>Most halvings.</summary>
    public const int MostHalvings = 4;

    private const int Reach = 19;
    private const int ShortReach = 5;

    /// <summary>Fewest elements of the scratch: eight outputs of four halvings are made of 502 samples. More save time.</summary>
    public const int ScratchLength = 512;

    /// <summary>Outputs computed at a time at the ends of a capture that is halved once; in between they are computed all at once.</summary>
    private const int EdgeChunk = 64;

    private readonly float[] _scratch;

    /// <param name="scratch">At least <see cref="ScratchLength"/> long; void after each call.</param>
    public WindowDecimator(float[] scratch)
    {
        _scratch = scratch;
    }

    /// <summary>How often a rate has to be halved: at most three times, up to 110 kHz.</summary>
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
    /// <param name="halvings">0 to <see cref="MostHalvings"/>.</param>
    /// <param name="from">First output.</param>
    /// <param name="target">Receives the outputs; the next seven places may be written to as well where their number is no multiple of eight.</param>
    /// <param name="outputs">Number of outputs.</param>
    public void Read(short[] counts, int count, int mean, int halvings, int from, float[] target, int outputs)
    {
        if (halvings == 0)
        {
            Copy(counts, count, mean, from, target, outputs);
            return;
        }

        int chunk = halvings == 1 ? EdgeChunk : ChunkOf(halvings);
        int done = 0;
        while (done < outputs)
        {
            int some = outputs - done < chunk ? outputs - done : chunk;
            int first = ((from + done) << 1) - Reach;
            if (halvings == 1 && first >= 0)
            {
                // All that have their samples inside the capture; eight outputs reach 52 counts beyond the first one's reach.
                int inside = ((count - first - 52) >> 4) << 3;
                if (inside >= chunk && outputs - done >= 8)
                {
                    some = inside < outputs - done ? inside : (outputs - done) & ~7;
                    HalveCounts(counts, first, mean, target, done, some);
                    done += some;
                    continue;
                }
            }

            Fill(counts, count, mean, halvings - 1, first, (some << 1) + (Reach << 1));
            Halve(_scratch, 0, target, done, some);
            done += some;
        }
    }

    /// <summary>
    /// Outputs computed at a time, a multiple of eight: as many as the scratch holds what they are made of, which is 2, 4, 8 or 16 samples each
    /// and 38, 86, 182 or 374 around them.
    /// </summary>
    private int ChunkOf(int halvings)
    {
        int around = (((Reach << 1) + (ShortReach << 1)) << ((halvings - 1) & 31)) - (ShortReach << 1);
        return ((_scratch.Length - around) >> (halvings & 31)) & ~7;
    }

    /// <summary>Fills the scratch: <paramref name="length"/> samples from <paramref name="first"/> on, of the counts halved so often.</summary>
    private void Fill(short[] counts, int count, int mean, int halvings, int first, int length)
    {
        int deepestFirst = first;
        int deepestLength = length;
        for (int i = 0; i < halvings; i++)
        {
            deepestFirst = (deepestFirst << 1) - ShortReach;
            deepestLength = (deepestLength << 1) + (ShortReach << 1);
        }

        Copy(counts, count, mean, deepestFirst, _scratch, deepestLength);
        for (int i = 0; i < halvings; i++)
        {
            deepestLength = (deepestLength - (ShortReach << 1)) >> 1;
            HalveShort(_scratch, deepestLength);
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

    /// <summary>In place: an output stands before everything that later ones are made of.</summary>
    private static void HalveShort(float[] source, int outputs)
    {
        int at = ShortReach;
        for (int i = 0; i < outputs; i++)
        {
            source[i] = (((0.5f * source[at]) + (0.300860307f * (source[at - 1] + source[at + 1]))) + (-0.0627146452f * (source[at - 3] + source[at + 3]))) + (0.0118543378f * (source[at - 5] + source[at + 5]));
            at += 2;
        }
    }

    /// <summary>Eight outputs at a time: their odd samples are loaded once.</summary>
    private static void Halve(float[] source, int first, float[] target, int done, int outputs)
    {
        int at = first;
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
            target[to] = (0.5f * source[at + 19])
                + (0.317268943f * (s9 + s10)) + (-0.101627088f * (s8 + s11)) + (0.0562485349f * (s7 + s12))
                + (-0.0354980998f * (s6 + s13)) + (0.023275956f * (s5 + s14)) + (-0.015227017f * (s4 + s15))
                + (0.00967741444f * (s3 + s16)) + (-0.00582290417f * (s2 + s17)) + (0.00319983595f * (s1 + s18))
                + (-0.00149557464f * (s0 + s19));
            target[to + 1] = (0.5f * source[at + 21])
                + (0.317268943f * (s10 + s11)) + (-0.101627088f * (s9 + s12)) + (0.0562485349f * (s8 + s13))
                + (-0.0354980998f * (s7 + s14)) + (0.023275956f * (s6 + s15)) + (-0.015227017f * (s5 + s16))
                + (0.00967741444f * (s4 + s17)) + (-0.00582290417f * (s3 + s18)) + (0.00319983595f * (s2 + s19))
                + (-0.00149557464f * (s1 + s20));
            target[to + 2] = (0.5f * source[at + 23])
                + (0.317268943f * (s11 + s12)) + (-0.101627088f * (s10 + s13)) + (0.0562485349f * (s9 + s14))
                + (-0.0354980998f * (s8 + s15)) + (0.023275956f * (s7 + s16)) + (-0.015227017f * (s6 + s17))
                + (0.00967741444f * (s5 + s18)) + (-0.00582290417f * (s4 + s19)) + (0.00319983595f * (s3 + s20))
                + (-0.00149557464f * (s2 + s21));
            target[to + 3] = (0.5f * source[at + 25])
                + (0.317268943f * (s12 + s13)) + (-0.101627088f * (s11 + s14)) + (0.0562485349f * (s10 + s15))
                + (-0.0354980998f * (s9 + s16)) + (0.023275956f * (s8 + s17)) + (-0.015227017f * (s7 + s18))
                + (0.00967741444f * (s6 + s19)) + (-0.00582290417f * (s5 + s20)) + (0.00319983595f * (s4 + s21))
                + (-0.00149557464f * (s3 + s22));
            target[to + 4] = (0.5f * source[at + 27])
                + (0.317268943f * (s13 + s14)) + (-0.101627088f * (s12 + s15)) + (0.0562485349f * (s11 + s16))
                + (-0.0354980998f * (s10 + s17)) + (0.023275956f * (s9 + s18)) + (-0.015227017f * (s8 + s19))
                + (0.00967741444f * (s7 + s20)) + (-0.00582290417f * (s6 + s21)) + (0.00319983595f * (s5 + s22))
                + (-0.00149557464f * (s4 + s23));
            target[to + 5] = (0.5f * source[at + 29])
                + (0.317268943f * (s14 + s15)) + (-0.101627088f * (s13 + s16)) + (0.0562485349f * (s12 + s17))
                + (-0.0354980998f * (s11 + s18)) + (0.023275956f * (s10 + s19)) + (-0.015227017f * (s9 + s20))
                + (0.00967741444f * (s8 + s21)) + (-0.00582290417f * (s7 + s22)) + (0.00319983595f * (s6 + s23))
                + (-0.00149557464f * (s5 + s24));
            target[to + 6] = (0.5f * source[at + 31])
                + (0.317268943f * (s15 + s16)) + (-0.101627088f * (s14 + s17)) + (0.0562485349f * (s13 + s18))
                + (-0.0354980998f * (s12 + s19)) + (0.023275956f * (s11 + s20)) + (-0.015227017f * (s10 + s21))
                + (0.00967741444f * (s9 + s22)) + (-0.00582290417f * (s8 + s23)) + (0.00319983595f * (s7 + s24))
                + (-0.00149557464f * (s6 + s25));
            target[to + 7] = (0.5f * source[at + 33])
                + (0.317268943f * (s16 + s17)) + (-0.101627088f * (s15 + s18)) + (0.0562485349f * (s14 + s19))
                + (-0.0354980998f * (s13 + s20)) + (0.023275956f * (s12 + s21)) + (-0.015227017f * (s11 + s22))
                + (0.00967741444f * (s10 + s23)) + (-0.00582290417f * (s9 + s24)) + (0.00319983595f * (s8 + s25))
                + (-0.00149557464f * (s7 + s26));
            at += 16;
            to += 8;
        }
    }

    /// <summary>The same from raw counts; the filter passes the mean as it is, so it is subtracted at the end.</summary>
    private static void HalveCounts(short[] source, int first, int mean, float[] target, int done, int outputs)
    {
        float offset = mean;
        int at = first;
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
            target[to] = (0.5f * source[at + 19])
                + (0.317268943f * (s9 + s10)) + (-0.101627088f * (s8 + s11)) + (0.0562485349f * (s7 + s12))
                + (-0.0354980998f * (s6 + s13)) + (0.023275956f * (s5 + s14)) + (-0.015227017f * (s4 + s15))
                + (0.00967741444f * (s3 + s16)) + (-0.00582290417f * (s2 + s17)) + (0.00319983595f * (s1 + s18))
                + (-0.00149557464f * (s0 + s19))
                - offset;
            target[to + 1] = (0.5f * source[at + 21])
                + (0.317268943f * (s10 + s11)) + (-0.101627088f * (s9 + s12)) + (0.0562485349f * (s8 + s13))
                + (-0.0354980998f * (s7 + s14)) + (0.023275956f * (s6 + s15)) + (-0.015227017f * (s5 + s16))
                + (0.00967741444f * (s4 + s17)) + (-0.00582290417f * (s3 + s18)) + (0.00319983595f * (s2 + s19))
                + (-0.00149557464f * (s1 + s20))
                - offset;
            target[to + 2] = (0.5f * source[at + 23])
                + (0.317268943f * (s11 + s12)) + (-0.101627088f * (s10 + s13)) + (0.0562485349f * (s9 + s14))
                + (-0.0354980998f * (s8 + s15)) + (0.023275956f * (s7 + s16)) + (-0.015227017f * (s6 + s17))
                + (0.00967741444f * (s5 + s18)) + (-0.00582290417f * (s4 + s19)) + (0.00319983595f * (s3 + s20))
                + (-0.00149557464f * (s2 + s21))
                - offset;
            target[to + 3] = (0.5f * source[at + 25])
                + (0.317268943f * (s12 + s13)) + (-0.101627088f * (s11 + s14)) + (0.0562485349f * (s10 + s15))
                + (-0.0354980998f * (s9 + s16)) + (0.023275956f * (s8 + s17)) + (-0.015227017f * (s7 + s18))
                + (0.00967741444f * (s6 + s19)) + (-0.00582290417f * (s5 + s20)) + (0.00319983595f * (s4 + s21))
                + (-0.00149557464f * (s3 + s22))
                - offset;
            target[to + 4] = (0.5f * source[at + 27])
                + (0.317268943f * (s13 + s14)) + (-0.101627088f * (s12 + s15)) + (0.0562485349f * (s11 + s16))
                + (-0.0354980998f * (s10 + s17)) + (0.023275956f * (s9 + s18)) + (-0.015227017f * (s8 + s19))
                + (0.00967741444f * (s7 + s20)) + (-0.00582290417f * (s6 + s21)) + (0.00319983595f * (s5 + s22))
                + (-0.00149557464f * (s4 + s23))
                - offset;
            target[to + 5] = (0.5f * source[at + 29])
                + (0.317268943f * (s14 + s15)) + (-0.101627088f * (s13 + s16)) + (0.0562485349f * (s12 + s17))
                + (-0.0354980998f * (s11 + s18)) + (0.023275956f * (s10 + s19)) + (-0.015227017f * (s9 + s20))
                + (0.00967741444f * (s8 + s21)) + (-0.00582290417f * (s7 + s22)) + (0.00319983595f * (s6 + s23))
                + (-0.00149557464f * (s5 + s24))
                - offset;
            target[to + 6] = (0.5f * source[at + 31])
                + (0.317268943f * (s15 + s16)) + (-0.101627088f * (s14 + s17)) + (0.0562485349f * (s13 + s18))
                + (-0.0354980998f * (s12 + s19)) + (0.023275956f * (s11 + s20)) + (-0.015227017f * (s10 + s21))
                + (0.00967741444f * (s9 + s22)) + (-0.00582290417f * (s8 + s23)) + (0.00319983595f * (s7 + s24))
                + (-0.00149557464f * (s6 + s25))
                - offset;
            target[to + 7] = (0.5f * source[at + 33])
                + (0.317268943f * (s16 + s17)) + (-0.101627088f * (s15 + s18)) + (0.0562485349f * (s14 + s19))
                + (-0.0354980998f * (s13 + s20)) + (0.023275956f * (s12 + s21)) + (-0.015227017f * (s11 + s22))
                + (0.00967741444f * (s10 + s23)) + (-0.00582290417f * (s9 + s24)) + (0.00319983595f * (s8 + s25))
                + (-0.00149557464f * (s7 + s26))
                - offset;
            at += 16;
            to += 8;
        }
    }
}
