namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// Reads one axis out of the words of a vibration sensor's FIFO (IIS3DWB: a tag, then x, y and z as 16-bit two's complement, low byte first)
/// and counts the samples at the rails in the same walk.
/// </summary>
/// <remarks>
/// 35 instructions a word. Three bytes read at fixed distances from one index take 15, the store and its index 6, putting the two bytes
/// together 3, the tag 3, the rails 7, and a sixteenth of the loop is 1.
/// </remarks>
public sealed class RawWords
{
    /// <summary>Bytes of a word: tag, x, y, z.</summary>
    public const int BytesPerWord = 7;

    /// <summary>The tag of an acceleration word; its low three bits are a counter and a parity and say nothing here.</summary>
    public const int AccelerationTag = 0x10;

    private const int TagFreeBits = 7;
    private const int BlockBytes = 16 * BytesPerWord;

    /// <summary>Samples that the last <see cref="Read"/> wrote.</summary>
    public int Count;

    /// <summary>How many of them are at a rail: 32767 or -32768.</summary>
    public int Saturated;

    /// <summary>Length of a buffer for so many words: one byte more than they take, because the first byte of a transfer is none of theirs.</summary>
    public static int BufferBytes(int words)
    {
        return 1 + (words * BytesPerWord);
    }

    /// <summary>Where a word begins in such a buffer.</summary>
    public static int Position(int word)
    {
        return 1 + (word * BytesPerWord);
    }

    /// <summary>
    /// Reads all three axes of a short piece: x from the start, y and z behind it at one and two strides. Words that carry no acceleration are
    /// left out, and what follows moves up.
    /// </summary>
    /// <param name="raw">Words, one after the other.</param>
    /// <param name="from">Where the first word's tag stands.</param>
    /// <param name="words">Number of words, at most <paramref name="stride"/>.</param>
    /// <param name="samples">Receives raw counts; at least three strides long.</param>
    /// <param name="stride">Distance from one axis to the next.</param>
    public void ReadAxes(byte[] raw, int from, int words, short[] samples, int stride)
    {
        int at = from;
        int to = 0;
        int saturated = 0;
        for (int word = 0; word < words; word++)
        {
            if ((raw[at] ^ AccelerationTag) <= TagFreeBits)
            {
                short x = (short)(raw[at + 1] | (raw[at + 2] << 8));
                short y = (short)(raw[at + 3] | (raw[at + 4] << 8));
                short z = (short)(raw[at + 5] | (raw[at + 6] << 8));
                samples[to] = x;
                samples[to + stride] = y;
                samples[to + stride + stride] = z;
                if ((uint)(x + 32767) > 65533u || (uint)(y + 32767) > 65533u || (uint)(z + 32767) > 65533u)
                {
                    saturated++;
                }

                to++;
            }

            at += BytesPerWord;
        }

        Count = to;
        Saturated = saturated;
    }

    /// <summary>Reads the z axis. Words that carry no acceleration are left out, and what follows moves up.</summary>
    /// <param name="raw">Words, one after the other.</param>
    /// <param name="from">Where the first word's tag stands.</param>
    /// <param name="words">Number of words, all of them inside <paramref name="raw"/>; 0 or less: none.</param>
    /// <param name="samples">Receives raw counts; holds as many as there are words from <paramref name="offset"/> on.</param>
    /// <param name="offset">Where the first sample goes.</param>
    public void Read(byte[] raw, int from, int words, short[] samples, int offset)
    {
        int at = from;
        int to = offset;
        int end = from + (words * BytesPerWord);
        int saturated = 0;
        short s;
        while (at < end)
        {
            int blockEnd = at + BlockBytes;
            if (blockEnd <= end)
            {
                int tags = (raw[at] ^ AccelerationTag) | (raw[at + 7] ^ AccelerationTag)
                    | (raw[at + 14] ^ AccelerationTag) | (raw[at + 21] ^ AccelerationTag)
                    | (raw[at + 28] ^ AccelerationTag) | (raw[at + 35] ^ AccelerationTag)
                    | (raw[at + 42] ^ AccelerationTag) | (raw[at + 49] ^ AccelerationTag)
                    | (raw[at + 56] ^ AccelerationTag) | (raw[at + 63] ^ AccelerationTag)
                    | (raw[at + 70] ^ AccelerationTag) | (raw[at + 77] ^ AccelerationTag)
                    | (raw[at + 84] ^ AccelerationTag) | (raw[at + 91] ^ AccelerationTag)
                    | (raw[at + 98] ^ AccelerationTag) | (raw[at + 105] ^ AccelerationTag);
                if (tags <= TagFreeBits)
                {
                    samples[to] = s = (short)(raw[at + 5] | (raw[at + 6] << 8));
                    if ((uint)(s + 32767) > 65533u)
                    {
                        saturated++;
                    }

                    samples[to + 1] = s = (short)(raw[at + 12] | (raw[at + 13] << 8));
                    if ((uint)(s + 32767) > 65533u)
                    {
                        saturated++;
                    }

                    samples[to + 2] = s = (short)(raw[at + 19] | (raw[at + 20] << 8));
                    if ((uint)(s + 32767) > 65533u)
                    {
                        saturated++;
                    }

                    samples[to + 3] = s = (short)(raw[at + 26] | (raw[at + 27] << 8));
                    if ((uint)(s + 32767) > 65533u)
                    {
                        saturated++;
                    }

                    samples[to + 4] = s = (short)(raw[at + 33] | (raw[at + 34] << 8));
                    if ((uint)(s + 32767) > 65533u)
                    {
                        saturated++;
                    }

                    samples[to + 5] = s = (short)(raw[at + 40] | (raw[at + 41] << 8));
                    if ((uint)(s + 32767) > 65533u)
                    {
                        saturated++;
                    }

                    samples[to + 6] = s = (short)(raw[at + 47] | (raw[at + 48] << 8));
                    if ((uint)(s + 32767) > 65533u)
                    {
                        saturated++;
                    }

                    samples[to + 7] = s = (short)(raw[at + 54] | (raw[at + 55] << 8));
                    if ((uint)(s + 32767) > 65533u)
                    {
                        saturated++;
                    }

                    samples[to + 8] = s = (short)(raw[at + 61] | (raw[at + 62] << 8));
                    if ((uint)(s + 32767) > 65533u)
                    {
                        saturated++;
                    }

                    samples[to + 9] = s = (short)(raw[at + 68] | (raw[at + 69] << 8));
                    if ((uint)(s + 32767) > 65533u)
                    {
                        saturated++;
                    }

                    samples[to + 10] = s = (short)(raw[at + 75] | (raw[at + 76] << 8));
                    if ((uint)(s + 32767) > 65533u)
                    {
                        saturated++;
                    }

                    samples[to + 11] = s = (short)(raw[at + 82] | (raw[at + 83] << 8));
                    if ((uint)(s + 32767) > 65533u)
                    {
                        saturated++;
                    }

                    samples[to + 12] = s = (short)(raw[at + 89] | (raw[at + 90] << 8));
                    if ((uint)(s + 32767) > 65533u)
                    {
                        saturated++;
                    }

                    samples[to + 13] = s = (short)(raw[at + 96] | (raw[at + 97] << 8));
                    if ((uint)(s + 32767) > 65533u)
                    {
                        saturated++;
                    }

                    samples[to + 14] = s = (short)(raw[at + 103] | (raw[at + 104] << 8));
                    if ((uint)(s + 32767) > 65533u)
                    {
                        saturated++;
                    }

                    samples[to + 15] = s = (short)(raw[at + 110] | (raw[at + 111] << 8));
                    if ((uint)(s + 32767) > 65533u)
                    {
                        saturated++;
                    }

                    to += 16;
                    at = blockEnd;
                    continue;
                }
            }
            else
            {
                blockEnd = end;
            }

            // The rest, and a block with a word of another kind in it.
            while (at < blockEnd)
            {
                if ((raw[at] ^ AccelerationTag) <= TagFreeBits)
                {
                    s = (short)(raw[at + 5] | (raw[at + 6] << 8));
                    samples[to] = s;
                    if ((uint)(s + 32767) > 65533u)
                    {
                        saturated++;
                    }

                    to++;
                }

                at += BytesPerWord;
            }
        }

        Count = to - offset;
        Saturated = saturated;
    }
}
