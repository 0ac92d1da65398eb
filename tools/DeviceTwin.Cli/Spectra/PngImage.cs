using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace DeviceTwin.Cli.Spectra;

/// <summary>A picture of 24 bit colours, written as PNG (ISO/IEC 15948) with the framework's own zlib.</summary>
/// <param name="width">Pixels.</param>
/// <param name="height">Pixels.</param>
internal sealed class PngImage(int width, int height)
{
    private static readonly byte[] Signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];
    private readonly byte[] pixels = CreateWhite(width * height * 3);

    public int Width => width;

    public int Height => height;

    /// <summary>Sets a pixel; what lies outside is left out.</summary>
    /// <param name="colour">0xRRGGBB.</param>
    public void Set(int x, int y, int colour)
    {
        if (x >= 0 && x < width && y >= 0 && y < height)
        {
            var at = ((y * width) + x) * 3;
            (pixels[at], pixels[at + 1], pixels[at + 2]) = ((byte)(colour >> 16), (byte)(colour >> 8), (byte)colour);
        }
    }

    /// <summary>A vertical or horizontal line with both ends; every so many pixels one is drawn.</summary>
    public void Line(int x1, int y1, int x2, int y2, int colour, int every = 1)
    {
        var steps = Math.Max(Math.Abs(x2 - x1), Math.Abs(y2 - y1));
        for (var step = 0; step <= steps; step += every)
        {
            Set(x1 + (steps == 0 ? 0 : (x2 - x1) * step / steps), y1 + (steps == 0 ? 0 : (y2 - y1) * step / steps), colour);
        }
    }

    public byte[] ToBytes()
    {
        using var file = new MemoryStream();
        file.Write(Signature);
        var head = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(head, width);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), height);
        (head[8], head[9]) = (8, 2);
        Chunk(file, "IHDR", head);
        Chunk(file, "IDAT", Compressed());
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    private byte[] Compressed()
    {
        using var target = new MemoryStream();
        using (var zlib = new ZLibStream(target, CompressionLevel.Optimal))
        {
            for (var y = 0; y < height; y++)
            {
                // Filter 0: each row as it is.
                zlib.WriteByte(0);
                zlib.Write(pixels, y * width * 3, width * 3);
            }
        }

        return target.ToArray();
    }

    private static void Chunk(MemoryStream file, string type, byte[] content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. content];
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
        file.Write(number);
    }

    private static uint Crc(byte[] bytes)
    {
        var crc = 0xFFFFFFFF;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
            }
        }

        return ~crc;
    }

    private static byte[] CreateWhite(int length)
    {
        var white = new byte[length];
        Array.Fill(white, (byte)255);
        return white;
    }
}
