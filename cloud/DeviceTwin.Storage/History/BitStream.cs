namespace DeviceTwin.Storage.History;

/// <summary>Writes bits, the lowest of a byte first.</summary>
internal sealed class BitWriter
{
    private readonly List<byte> bytes = [];
    private int free;

    public void Bits(ulong value, int count)
    {
        while (count > 0)
        {
            if (free == 0)
            {
                bytes.Add(0);
                free = 8;
            }

            var taken = Math.Min(free, count);
            bytes[^1] |= (byte)((value & ((1UL << taken) - 1)) << (8 - free));
            value >>= taken;
            free -= taken;
            count -= taken;
        }
    }

    public byte[] ToArray() => [.. bytes];
}

/// <summary>Reads what <see cref="BitWriter"/> wrote.</summary>
internal ref struct BitReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;
    private long position;

    public ulong Bits(int count)
    {
        var value = 0UL;
        for (var done = 0; done < count;)
        {
            var index = (int)(position >> 3);
            if (index >= bytes.Length)
            {
                throw new FormatException("a stored block ends too early");
            }

            var offset = (int)(position & 7);
            var taken = Math.Min(8 - offset, count - done);
            value |= ((ulong)(bytes[index] >> offset) & ((1UL << taken) - 1)) << done;
            done += taken;
            position += taken;
        }

        return value;
    }
}

/// <summary>
/// Rice's code: a small number is short. <c>value &gt;&gt; k</c> ones, a zero, then the k low bits; what would have more than
/// <see cref="Escape"/> ones is written whole behind that many.
/// </summary>
internal static class Rice
{
    private const int Escape = 24;

    /// <summary>The k that makes these numbers shortest, and their length in bits.</summary>
    public static (int K, long Bits) Best(ReadOnlySpan<ulong> values)
    {
        var best = (K: 0, Bits: long.MaxValue);
        for (var k = 0; k < 64; k++)
        {
            long bits = 0;
            foreach (var value in values)
            {
                var ones = value >> k;
                bits += ones < Escape ? (long)ones + 1 + k : Escape + 64;
            }

            if (bits < best.Bits)
            {
                best = (k, bits);
            }
            else if (k > best.K + 8)
            {
                break;
            }
        }

        return best;
    }

    public static byte[] Encode(ReadOnlySpan<ulong> values, int k)
    {
        var writer = new BitWriter();
        foreach (var value in values)
        {
            var ones = value >> k;
            if (ones < Escape)
            {
                writer.Bits((1UL << (int)ones) - 1, (int)ones + 1);
                writer.Bits(value, k);
            }
            else
            {
                writer.Bits((1UL << Escape) - 1, Escape);
                writer.Bits(value, 64);
            }
        }

        return writer.ToArray();
    }

    public static ulong[] Decode(ReadOnlySpan<byte> bytes, int k, int count)
    {
        if (k > 63 || count > (long)bytes.Length * 8)
        {
            throw new FormatException("a column of a stored block is damaged");
        }

        var reader = new BitReader(bytes);
        var values = new ulong[count];
        for (var index = 0; index < count; index++)
        {
            var ones = 0;
            while (ones < Escape && reader.Bits(1) != 0)
            {
                ones++;
            }

            values[index] = ones < Escape ? ((ulong)ones << k) | reader.Bits(k) : reader.Bits(64);
        }

        return values;
    }
}
