namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// Brings any stretch of a capture to the rate at which bearings are looked at, 8.4 to 16.7 kHz (lower rates are taken as they are; a slow
/// shaft takes less), by halving with linear-phase half-band filters. Up to 0.418 of the new rate it passes within 0.02 dB and holds what
/// would fold below that 58 dB down; at 0.42 it is 52 dB, at 0.45 0.7 dB and 23 dB. Beyond the ends of the capture the end samples are taken
/// to go on. Stateless between calls.
/// </summary>
/// <remarks>
/// The last stage alone is steep. Those before it work at rates where the band is narrow, and need few weights: the one before the last
/// passes half as much of its rate, the ones before that a quarter.
/// </remarks>
public sealed class WindowDecimator
{
    /// <summary>Rate, in millihertz, at or below which a signal need not be halved any more.</summary>
    public const int HighestRateMilliHertz = 16700000;

    /// <summary>Most halvings.</summary>
    public const int MostHalvings = 4;

    /// <summary>Outputs that a stage makes at a time of its buffer.</summary>
    private const int Piece = 64;

    /// <summary>Raw counts that a piece of the first stage takes, with the reach of the longest filter at both ends.</summary>
    public const int EdgeLength = (Piece << 1) + (HalfBandStages.RawSharpReach << 1);

    // What of a buffer goes on to the next piece: the reach at both ends, rounded up, because outputs come in eights.
    private const int SharpTail = 40;
    private const int MiddleTail = 16;
    private const int WideTail = 8;

    private const int MiddleBase = (Piece << 1) + SharpTail;
    private const int WideBase = MiddleBase + (Piece << 1) + MiddleTail;

    /// <summary>Fewest elements of the scratch.</summary>
    public const int ScratchLength = WideBase + (Piece << 1) + WideTail;

    private const int FormSharp = 0;
    private const int FormMiddle = 1;

    private readonly short[] _edge;
    private readonly float[] _rest = new float[8];

    /// <summary>Input of each stage but the first, one behind the other by how many stages follow it.</summary>
    private readonly float[] _scratch;

    /// <summary>How much of each is filled.</summary>
    private readonly int[] _filled = new int[MostHalvings - 1];

    private short[] _input;
    private int _count;
    private float _mean;
    private float _scale;
    private int _next;

    /// <param name="scratch">At least <see cref="ScratchLength"/> long; void after each call.</param>
    public WindowDecimator(float[] scratch)
        : this(scratch, new short[EdgeLength])
    {
    }

    /// <param name="scratch">At least <see cref="ScratchLength"/> long; void after each call.</param>
    /// <param name="edge">At least <see cref="EdgeLength"/> long; void after each call.</param>
    public WindowDecimator(float[] scratch, short[] edge)
    {
        _scratch = scratch;
        _edge = edge;
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
    /// <param name="count">Number of valid counts, at least 1.</param>
    /// <param name="mean">Subtracted from each.</param>
    /// <param name="halvings">0 to <see cref="MostHalvings"/>.</param>
    /// <param name="from">First output.</param>
    /// <param name="target">Receives the outputs.</param>
    /// <param name="outputs">Number of outputs.</param>
    public void Read(short[] counts, int count, float mean, int halvings, int from, float[] target, int outputs)
    {
        if (halvings == 0)
        {
            Copy(counts, count, from, outputs, mean, target);
            return;
        }

        _input = counts;
        _count = count;
        _mean = mean;
        int next = from;
        float scale = 1f;
        for (int form = 0; form < halvings - 1; form++)
        {
            _filled[form] = 0;
            scale = scale * 0.5f;
            next = (next << 1) - Reach(form);
        }

        _next = next;
        _scale = scale;
        int whole = outputs & -8;
        Produce(halvings - 1, 0, target, 0, whole);
        if (whole < outputs)
        {
            float[] rest = _rest;
            Produce(halvings - 1, 0, rest, 0, 8);
            for (int i = whole; i < outputs; i++)
            {
                target[i] = rest[i - whole];
            }
        }

        _input = null;
    }

    private static int Reach(int form)
    {
        return form == FormSharp ? HalfBandStages.SharpReach : form == FormMiddle ? HalfBandStages.MiddleReach : HalfBandStages.WideReach;
    }

    private static void Copy(short[] counts, int count, int from, int outputs, float mean, float[] target)
    {
        int last = count - 1;
        int to = 0;
        if (from >= 0 && from + outputs <= count)
        {
            int whole = outputs & -4;
            for (; to < whole; to += 4)
            {
                target[to] = counts[from] - mean;
                target[to + 1] = counts[from + 1] - mean;
                target[to + 2] = counts[from + 2] - mean;
                target[to + 3] = counts[from + 3] - mean;
                from += 4;
            }
        }

        for (; to < outputs; to++)
        {
            target[to] = counts[from < 0 ? 0 : from > last ? last : from] - mean;
            from++;
        }
    }

    /// <summary>The next outputs, a multiple of eight, of a stage.</summary>
    /// <param name="stages">Stages before this one.</param>
    /// <param name="form">Stages after this one.</param>
    /// <param name="output">Receives the outputs.</param>
    /// <param name="to">Where the first one goes.</param>
    /// <param name="outputs">Number of outputs.</param>
    private void Produce(int stages, int form, float[] output, int to, int outputs)
    {
        if (stages == 0)
        {
            ProduceRaw(form, output, to, outputs);
            return;
        }

        float[] buffer = _scratch;
        int first = form == FormSharp ? 0 : form == FormMiddle ? MiddleBase : WideBase;
        int tail = form == FormSharp ? SharpTail : form == FormMiddle ? MiddleTail : WideTail;
        while (outputs > 0)
        {
            int some = outputs < Piece ? outputs : Piece;
            int taken = some << 1;
            int filled = _filled[form];
            Produce(stages - 1, form + 1, buffer, first + filled, taken + tail - filled);
            if (form == FormSharp)
            {
                HalfBandStages.Sharp(buffer, first + HalfBandStages.SharpReach, _scale, _mean, output, to, some);
            }
            else if (form == FormMiddle)
            {
                HalfBandStages.Middle(buffer, first + HalfBandStages.MiddleReach, output, to, some);
            }
            else
            {
                HalfBandStages.Wide(buffer, first + HalfBandStages.WideReach, output, to, some);
            }

            int end = first + tail;
            for (int i = first; i < end; i += 4)
            {
                int from = taken + i;
                buffer[i] = buffer[from];
                buffer[i + 1] = buffer[from + 1];
                buffer[i + 2] = buffer[from + 2];
                buffer[i + 3] = buffer[from + 3];
            }

            _filled[form] = tail;
            to += some;
            outputs -= some;
        }
    }

    /// <summary>The next outputs of the first stage, which reads the counts.</summary>
    private void ProduceRaw(int form, float[] output, int to, int outputs)
    {
        int reach = form == FormSharp ? HalfBandStages.RawSharpReach : form == FormMiddle ? HalfBandStages.RawMiddleReach : HalfBandStages.RawWideReach;
        int next = _next;
        _next = next + outputs;
        while (outputs > 0)
        {
            // As many as lie inside the capture with all that they reach, else a piece of which the ends are filled up.
            short[] input = _input;
            int at = next << 1;
            int some = outputs;
            int room = (_count - reach - at) >> 1;
            if (some > room)
            {
                some = room & -8;
            }

            if (at < reach || some <= 0)
            {
                some = outputs < Piece ? outputs : Piece;
                Fill(at - reach, (some << 1) + (reach << 1));
                input = _edge;
                at = reach;
            }

            if (form == FormSharp)
            {
                HalfBandStages.RawSharp(input, at, _mean, output, to, some);
            }
            else if (form == FormMiddle)
            {
                HalfBandStages.RawMiddle(input, at, output, to, some);
            }
            else
            {
                HalfBandStages.RawWide(input, at, output, to, some);
            }

            next += some;
            to += some;
            outputs -= some;
        }
    }

    /// <summary>Counts from a place on; beyond the ends of the capture the end samples go on.</summary>
    private void Fill(int from, int length)
    {
        short[] input = _input;
        short[] edge = _edge;
        int last = _count - 1;
        for (int i = 0; i < length; i++)
        {
            int at = from + i;
            edge[i] = input[at < 0 ? 0 : at > last ? last : at];
        }
    }
}
