using System.Buffers;

namespace DeviceTwin.Mqtt;

/// <summary>What <see cref="MqttReader.TryRead"/> found at the start of its input.</summary>
public enum MqttReadStatus
{
    /// <summary>Not yet a whole packet: read more and call again with everything since.</summary>
    Incomplete,

    /// <summary>A packet, and the input was moved behind it.</summary>
    Packet,

    /// <summary>No packet can begin like this: close the connection.</summary>
    Malformed,
}

/// <summary>How much, and how strictly, is read.</summary>
/// <param name="MaxRemainingLength">Bytes after the fixed header that a packet may have, at most <see cref="MqttReader.LargestRemainingLength"/>.</param>
/// <param name="WildcardsInNames">
/// Takes PUBLISH topics with <c>+</c> and <c>#</c> too, against section 3.3.2.1: nanoFramework's Azure client puts <c>+</c> for a
/// space into the property bag behind the topic. The caller then judges the topic itself.
/// </param>
public sealed record MqttReadRules(int MaxRemainingLength, bool WildcardsInNames = false);

/// <summary>
/// Reads packets from the bytes of a connection. Strict where MQTT 3.1.1 is (a server that guesses ends up disagreeing with its
/// clients) and bounded: nothing above the caller's limit is ever waited for or copied. It never throws, whatever the bytes.
/// </summary>
public static class MqttReader
{
    /// <summary>The longest remaining length that the format can express (section 2.2.3).</summary>
    public const int LargestRemainingLength = 268_435_455;

    /// <param name="input">Moved behind the packet where one is returned, otherwise left alone.</param>
    public static MqttReadStatus TryRead(
        ref ReadOnlySequence<byte> input,
        MqttReadRules rules,
        out MqttPacket? packet,
        out MqttError error)
    {
        packet = null;
        error = MqttError.None;
        var reader = new SequenceReader<byte>(input);
        if (!reader.TryRead(out byte first))
        {
            return MqttReadStatus.Incomplete;
        }

        error = MqttBody.CheckFirstByte(first);
        if (error.Kind != MqttErrorKind.None)
        {
            return MqttReadStatus.Malformed;
        }

        int remaining = 0;
        for (int shift = 0; ; shift += 7)
        {
            if (shift == 28)
            {
                error = new MqttError(MqttErrorKind.RemainingLength, "the remaining length has more than four bytes");
                return MqttReadStatus.Malformed;
            }

            if (!reader.TryRead(out byte digit))
            {
                return MqttReadStatus.Incomplete;
            }

            remaining |= (digit & 0x7F) << shift;
            if ((digit & 0x80) == 0)
            {
                break;
            }
        }

        if (remaining > rules.MaxRemainingLength)
        {
            error = new MqttError(MqttErrorKind.TooLarge, $"a packet of {remaining} bytes, {rules.MaxRemainingLength} are allowed");
            return MqttReadStatus.Malformed;
        }

        if (reader.Remaining < remaining)
        {
            return MqttReadStatus.Incomplete;
        }

        ReadOnlySequence<byte> body = input.Slice(reader.Position, remaining);
        packet = body.IsSingleSegment
            ? MqttBody.Parse(first, body.FirstSpan, rules, out error)
            : ParseCopied(first, body, rules, out error);
        if (packet is null)
        {
            return MqttReadStatus.Malformed;
        }

        input = input.Slice(body.End);
        return MqttReadStatus.Packet;
    }

    private static MqttPacket? ParseCopied(byte first, in ReadOnlySequence<byte> body, MqttReadRules rules, out MqttError error)
    {
        int length = (int)body.Length;
        byte[] rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            body.CopyTo(rented);
            return MqttBody.Parse(first, rented.AsSpan(0, length), rules, out error);
        }
        finally
        {
            // A password may have passed through.
            rented.AsSpan(0, length).Clear();
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
