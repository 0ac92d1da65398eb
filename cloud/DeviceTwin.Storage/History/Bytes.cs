using System.Buffers;
using System.Text;

namespace DeviceTwin.Storage.History;

/// <summary>Writes numbers of variable length (seven bits per byte, the lowest first) and texts.</summary>
internal sealed class ByteWriter
{
    private readonly ArrayBufferWriter<byte> buffer = new(256);

    public int Length => buffer.WrittenCount;

    public ReadOnlySpan<byte> Written => buffer.WrittenSpan;

    public byte[] ToArray() => buffer.WrittenSpan.ToArray();

    public void Byte(byte value)
    {
        buffer.GetSpan(1)[0] = value;
        buffer.Advance(1);
    }

    public void Bytes(ReadOnlySpan<byte> bytes) => buffer.Write(bytes);

    /// <summary>A number that is not negative.</summary>
    public void Number(long value) => Unsigned((ulong)value);

    /// <summary>A number of either sign; those near zero are short.</summary>
    public void Signed(long value) => Unsigned(ZigZag(value));

    public void Unsigned(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            Byte((byte)(value | 0x80));
        }

        Byte((byte)value);
    }

    public void Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Number(bytes.Length);
        Bytes(bytes);
    }

    public static ulong ZigZag(long value) => unchecked((ulong)(value << 1) ^ (ulong)(value >> 63));

    public static long UnZigZag(ulong value) => unchecked((long)(value >> 1) ^ -(long)(value & 1));
}

/// <summary>Reads what <see cref="ByteWriter"/> wrote. Whatever the bytes are, it ends with a <see cref="FormatException"/> or within them.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> rest = bytes;

    public readonly int Left => rest.Length;

    public byte Byte() => Bytes(1)[0];

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if ((uint)count > (uint)rest.Length)
        {
            throw new FormatException("a stored block ends too early");
        }

        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }

    public long Number() => (long)Unsigned();

    public long Signed() => ByteWriter.UnZigZag(Unsigned());

    public ulong Unsigned()
    {
        var value = 0UL;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var part = Byte();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw new FormatException("a number in a stored block has no end");
    }

    /// <summary>A count of things that follow, each at least as long as a bit.</summary>
    public int Count()
    {
        var count = Unsigned();
        return count <= 1 << 24 ? (int)count : throw new FormatException("a count in a stored block is too large");
    }

    public string Text() => Encoding.UTF8.GetString(Bytes(Count()));
}
