namespace DeviceTwin.SensorNode.Signal;

/// <summary>Restores what <see cref="RiceEncoder"/> compressed. Takes any bytes: what no encoder wrote is refused, in bounded time and memory.</summary>
public static class RiceDecoder
{
    /// <summary>Decodes one piece.</summary>
    /// <param name="bytes">Holds the code.</param>
    /// <param name="position">Its first byte.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="samples">Receives the values.</param>
    /// <param name="count">How many there are, at most the length of <paramref name="samples"/>.</param>
    /// <param name="stride">Number of axes, 1 or 3.</param>
    /// <returns>Whether the code holds exactly this many values and nothing else.</returns>
    public static bool Decode(byte[] bytes, int position, int length, short[] samples, int count, int stride)
    {
        var reader = new BitReader();
        reader.Start(bytes, position, position + length);
        int from = 0;
        while (from < count)
        {
            int end = from + RiceEncoder.BlockSamples;
            end = end < count ? end : count;
            if (!Block(reader, samples, from, end, stride))
            {
                return false;
            }

            from = end;
        }

        return reader.IsAtEnd();
    }

    /// <summary>What a predictor expects.</summary>
    /// <param name="order">0 to 3.</param>
    /// <param name="x1">The value before, on the same axis.</param>
    /// <param name="x2">The value before that.</param>
    /// <param name="x3">The value before that.</param>
    public static int Predict(int order, int x1, int x2, int x3)
    {
        switch (order)
        {
            case 0:
                return 0;
            case 1:
                return x1;
            case 2:
                return x1 + x1 - x2;
            default:
                return x1 + x1 + x1 - x2 - x2 - x2 + x3;
        }
    }

    private static bool Block(BitReader reader, short[] samples, int from, int end, int stride)
    {
        int order = reader.Bits(3);
        if (order == RiceEncoder.Verbatim)
        {
            for (int index = from; index < end; index++)
            {
                samples[index] = (short)reader.Bits(16);
            }

            return !reader.IsOver;
        }

        if (order > 3)
        {
            return false;
        }

        int parameter = reader.Bits(4);
        for (int index = from; index < end; index++)
        {
            uint code = reader.Rice(parameter, RiceEncoder.RemainderBits);
            int at = index - stride;
            int x1 = at < 0 ? 0 : samples[at];
            at -= stride;
            int x2 = at < 0 ? 0 : samples[at];
            at -= stride;
            int x3 = at < 0 ? 0 : samples[at];
            int value = (int)(code >> 1) ^ -(int)(code & 1u);
            value += Predict(order, x1, x2, x3);
            if (value < short.MinValue || value > short.MaxValue)
            {
                return false;
            }

            samples[index] = (short)value;
        }

        return !reader.IsOver;
    }
}
