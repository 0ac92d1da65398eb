using System.Buffers;
using DeviceTwin.Mqtt;

namespace DeviceTwin.Tests.Mqtt;

/// <summary>Packets as hexadecimal text and back.</summary>
internal static class Bytes
{
    public static readonly MqttReadRules Rules = new(MqttReader.LargestRemainingLength);

    /// <summary>Hexadecimal digits; blanks are for the eye; text in quotes stands for its UTF-8 bytes.</summary>
    public static byte[] Of(string notation)
    {
        var bytes = new List<byte>();
        string[] parts = notation.Split('"');
        for (int i = 0; i < parts.Length; i++)
        {
            bytes.AddRange(i % 2 == 1 ? System.Text.Encoding.UTF8.GetBytes(parts[i]) : Convert.FromHexString(parts[i].Replace(" ", "")));
        }

        return [.. bytes];
    }

    public static byte[] Write(MqttPacket packet)
    {
        var buffer = new ArrayBufferWriter<byte>();
        MqttWriter.Write(buffer, packet);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads from one contiguous piece.</summary>
    public static MqttReadStatus Read(byte[] bytes, out MqttPacket? packet, out MqttError error, MqttReadRules? rules = null)
    {
        var input = new ReadOnlySequence<byte>(bytes);
        return MqttReader.TryRead(ref input, rules ?? Rules, out packet, out error);
    }

    /// <summary>The bytes in pieces that end at the given places.</summary>
    public static ReadOnlySequence<byte> InPieces(byte[] bytes, params int[] ends)
    {
        Piece? first = null;
        Piece? last = null;
        int start = 0;
        foreach (int end in ends.Append(bytes.Length))
        {
            var piece = new Piece(bytes.AsMemory(start, end - start), last);
            first ??= piece;
            last = piece;
            start = end;
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, Piece? previous)
        {
            Memory = memory;
            if (previous is not null)
            {
                previous.Next = this;
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
            }
        }
    }
}
