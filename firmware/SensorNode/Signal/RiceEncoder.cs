namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// Compresses samples without loss: per block the best of four fixed predictors (the sample itself, its first, second or third difference), and the
/// remainders as Golomb-Rice codes with a parameter of the block's own. Works a block at a time, so that nobody waits long. Allocates nothing.
/// </summary>
/// <remarks>
/// The form is called <c>rice1</c>: blocks of <see cref="BlockSamples"/> values, the last one shorter. Each begins with three bits of order (0 to 3;
/// 7 = values of 16 bits as they are), and four bits of parameter where it is not 7. A predictor sees what came before in the same piece and on the same axis,
/// zeros before the first: each piece is decoded by itself. A remainder of either sign is written as a number from 0 (0, -1, 1, -2, …).
/// </remarks>
public sealed class RiceEncoder
{
    /// <summary>Values of a block.</summary>
    public const int BlockSamples = 256;

    /// <summary>Order that says: no prediction, no code, 16 bits each.</summary>
    public const int Verbatim = 7;

    /// <summary>Bits of the largest remainder: three differences of 16 bits, and the sign.</summary>
    public const int RemainderBits = 20;

    private const int LongestParameter = 15;
    private const int ParameterInDoubt = 11;

    private readonly BitWriter _writer = new BitWriter();
    private short[] _samples;
    private int _first;
    private int _next;
    private int _end;
    private int _stride;

    /// <summary>The most bytes that <paramref name="count"/> values can take.</summary>
    public static int MostBytes(int count)
    {
        return (count << 1) + (count >> 8) + 2;
    }

    /// <summary>Begins a piece.</summary>
    /// <param name="samples">The values; axes frame by frame.</param>
    /// <param name="first">First value of the piece.</param>
    /// <param name="count">Values of the piece.</param>
    /// <param name="stride">Number of axes, 1 or 3.</param>
    /// <param name="bytes">Receives the code, from its beginning; <see cref="MostBytes"/> long.</param>
    public void Start(short[] samples, int first, int count, int stride, byte[] bytes)
    {
        _samples = samples;
        _first = first;
        _next = first;
        _end = first + count;
        _stride = stride;
        _writer.Start(bytes, 0, bytes.Length);
    }

    /// <summary>Compresses a block.</summary>
    /// <returns>The length of the code once the piece is done; -1 before.</returns>
    public int Step()
    {
        int end = _next + BlockSamples;
        end = end < _end ? end : _end;
        Block(_next, end);
        _next = end;
        return _next < _end ? -1 : _writer.Finish();
    }

    // Sums of the remainders of all orders; the smallest decides.
    private void Block(int from, int end)
    {
        int sum0 = 0;
        int sum1 = 0;
        int sum2 = 0;
        int sum3 = 0;
        for (int index = from; index < end; index++)
        {
            int x0 = _samples[index];
            int x1 = Before(index, 1);
            int x2 = Before(index, 2);
            int x3 = Before(index, 3);
            int d1 = x0 - x1;
            int d2 = d1 - x1 + x2;
            int d3 = d2 - x1 + x2 + x2 - x3;
            sum0 += x0 < 0 ? -x0 : x0;
            sum1 += d1 < 0 ? -d1 : d1;
            sum2 += d2 < 0 ? -d2 : d2;
            sum3 += d3 < 0 ? -d3 : d3;
        }

        int order = 0;
        int sum = sum0;
        if (sum1 < sum)
        {
            order = 1;
            sum = sum1;
        }

        if (sum2 < sum)
        {
            order = 2;
            sum = sum2;
        }

        if (sum3 < sum)
        {
            order = 3;
            sum = sum3;
        }

        // Numbers from 0 are twice as large as remainders; a parameter is right where the mean lies between its power of two and the next.
        int count = end - from;
        int parameter = 0;
        while (parameter < LongestParameter && (count << ((parameter + 1) & 31)) <= sum << 1)
        {
            parameter++;
        }

        // With a smaller parameter a code has less than 15 bits in the mean, whatever its remainders are.
        if (parameter >= ParameterInDoubt && (count << 4) <= Size(from, end, order, parameter))
        {
            _writer.Bits(Verbatim, 3);
            for (int index = from; index < end; index++)
            {
                _writer.Bits(_samples[index], 16);
            }

            return;
        }

        _writer.Bits(order, 3);
        _writer.Bits(parameter, 4);
        for (int index = from; index < end; index++)
        {
            _writer.Rice(Remainder(index, order), parameter, RemainderBits);
        }
    }

    private int Size(int from, int end, int order, int parameter)
    {
        int bits = 4;
        for (int index = from; index < end; index++)
        {
            int quotient = (int)(Remainder(index, order) >> (parameter & 31));
            bits += quotient < BitWriter.LongestQuotient ? quotient + 1 + parameter : BitWriter.LongestQuotient + RemainderBits;
        }

        return bits;
    }

    private uint Remainder(int index, int order)
    {
        int value = _samples[index] - RiceDecoder.Predict(order, Before(index, 1), Before(index, 2), Before(index, 3));
        return (uint)((value << 1) ^ (value >> 31));
    }

    private int Before(int index, int frames)
    {
        int at = index - (frames * _stride);
        return at < _first ? 0 : _samples[at];
    }
}
