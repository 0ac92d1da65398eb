using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace DeviceTwin.Mqtt;

/// <summary>
/// Writes packets. A packet that the format cannot express (a string above 65,535 bytes, an identifier out of range, a topic with
/// a wildcard …) is an <see cref="ArgumentException"/>, and nothing is written.
/// </summary>
public static class MqttWriter
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static void Write(IBufferWriter<byte> output, MqttPacket packet)
    {
        switch (packet)
        {
            case MqttPublish p:
                WritePublish(output, p.Topic, p.Payload.Span, p.Qos, p.PacketId, p.Retain, p.Duplicate);
                break;
            case MqttPubAck p:
                WritePubAck(output, p.PacketId);
                break;
            case MqttPubRec p:
                WriteIdentifier(output, 0x50, Identifier(p.PacketId));
                break;
            case MqttPubRel p:
                WriteIdentifier(output, 0x62, Identifier(p.PacketId));
                break;
            case MqttPubComp p:
                WriteIdentifier(output, 0x70, Identifier(p.PacketId));
                break;
            case MqttUnsubAck p:
                WriteIdentifier(output, 0xB0, Identifier(p.PacketId));
                break;
            case MqttConnect p:
                WriteConnect(output, p);
                break;
            case MqttConnAck p:
                output.Write((ReadOnlySpan<byte>)[0x20, 2, p.SessionPresent ? (byte)1 : (byte)0, (byte)p.ReturnCode]);
                break;
            case MqttSubscribe p:
                WriteSubscribe(output, p);
                break;
            case MqttSubAck p:
                WriteSubAck(output, p);
                break;
            case MqttUnsubscribe p:
                WriteUnsubscribe(output, p);
                break;
            case MqttPingReq:
                output.Write((ReadOnlySpan<byte>)[0xC0, 0]);
                break;
            case MqttPingResp:
                output.Write((ReadOnlySpan<byte>)[0xD0, 0]);
                break;
            case MqttDisconnect:
                output.Write((ReadOnlySpan<byte>)[0xE0, 0]);
                break;
            default:
                throw new ArgumentException($"{packet.GetType()} is not a packet", nameof(packet));
        }
    }

    /// <summary>PUBLISH without an object for it.</summary>
    public static void WritePublish(
        IBufferWriter<byte> output,
        string topic,
        ReadOnlySpan<byte> payload,
        int qos = 0,
        int packetId = 0,
        bool retain = false,
        bool duplicate = false)
    {
        Require(MqttTopic.IsValidName(topic), "a topic name is empty or has a wildcard");
        Require(qos is >= 0 and <= 2 && (qos > 0 || !duplicate), "QoS is 0 to 2, and a duplicate has QoS 1 or 2");
        Require(qos == 0 ? packetId == 0 : packetId is > 0 and <= 0xFFFF, "QoS 1 and 2 have an identifier of 1 to 65535, QoS 0 has none");
        int text = ByteCount(topic);
        int length = 2 + text + (qos > 0 ? 2 : 0) + payload.Length;
        Span<byte> span = Begin(output, (byte)(0x30 | (duplicate ? 8 : 0) | (qos << 1) | (retain ? 1 : 0)), length, out int written);
        Span<byte> rest = span[written..];
        PutText(ref rest, topic);
        if (qos > 0)
        {
            PutUInt16(ref rest, packetId);
        }

        payload.CopyTo(rest);
        output.Advance(written + length);
    }

    /// <summary>PUBACK without an object for it.</summary>
    public static void WritePubAck(IBufferWriter<byte> output, int packetId)
    {
        Require(packetId is >= 0 and <= 0xFFFF, "an identifier is 0 to 65535");
        WriteIdentifier(output, 0x40, packetId);
    }

    private static void WriteConnect(IBufferWriter<byte> output, MqttConnect packet)
    {
        Require(packet.KeepAliveSeconds is >= 0 and <= 0xFFFF, "keep alive is 0 to 65535 s");
        Require(packet.UserName is not null || packet.Password is null, "a password needs a user name");
        int flags = (packet.CleanSession ? 2 : 0) | (packet.UserName is null ? 0 : 0x80) | (packet.Password is null ? 0 : 0x40);
        int length = 10 + 2 + ByteCount(packet.ClientId);
        if (packet.Will is { } will)
        {
            Require(will.Qos is >= 0 and <= 2, "QoS is 0 to 2");
            Require(MqttTopic.IsValidName(will.Topic), "a topic name is empty or has a wildcard");
            flags |= 4 | (will.Qos << 3) | (will.Retain ? 0x20 : 0);
            length += 4 + ByteCount(will.Topic) + BinaryCount(will.Payload);
        }

        length += packet.UserName is null ? 0 : 2 + ByteCount(packet.UserName);
        length += packet.Password is null ? 0 : 2 + BinaryCount(packet.Password.Value);

        Span<byte> span = Begin(output, 0x10, length, out int written);
        Span<byte> rest = span[written..];
        PutText(ref rest, "MQTT");
        rest[0] = 4;
        rest[1] = (byte)flags;
        rest = rest[2..];
        PutUInt16(ref rest, packet.KeepAliveSeconds);
        PutText(ref rest, packet.ClientId);
        if (packet.Will is not null)
        {
            PutText(ref rest, packet.Will.Topic);
            PutBinary(ref rest, packet.Will.Payload.Span);
        }

        if (packet.UserName is not null)
        {
            PutText(ref rest, packet.UserName);
        }

        if (packet.Password is not null)
        {
            PutBinary(ref rest, packet.Password.Value.Span);
        }

        output.Advance(written + length);
    }

    private static void WriteSubscribe(IBufferWriter<byte> output, MqttSubscribe packet)
    {
        int length = 2;
        foreach (MqttSubscription subscription in packet.Subscriptions)
        {
            Require(MqttTopic.IsValidFilter(subscription.Filter), "a topic filter is not valid");
            Require(subscription.Qos is >= 0 and <= 2, "QoS is 0 to 2");
            length += 3 + ByteCount(subscription.Filter);
        }

        Require(length > 2, "SUBSCRIBE names at least one filter");
        int id = Identifier(packet.PacketId);
        Span<byte> span = Begin(output, 0x82, length, out int written);
        Span<byte> rest = span[written..];
        PutUInt16(ref rest, id);
        foreach (MqttSubscription subscription in packet.Subscriptions)
        {
            PutText(ref rest, subscription.Filter);
            rest[0] = (byte)subscription.Qos;
            rest = rest[1..];
        }

        output.Advance(written + length);
    }

    private static void WriteSubAck(IBufferWriter<byte> output, MqttSubAck packet)
    {
        Require(packet.ReturnCodes.Count > 0, "SUBACK has at least one code");
        foreach (byte code in packet.ReturnCodes)
        {
            Require(code is <= 2 or MqttSubAck.Failure, "a SUBACK code that does not exist");
        }

        int id = Identifier(packet.PacketId);
        int length = 2 + packet.ReturnCodes.Count;
        Span<byte> span = Begin(output, 0x90, length, out int written);
        Span<byte> rest = span[written..];
        PutUInt16(ref rest, id);
        for (int i = 0; i < packet.ReturnCodes.Count; i++)
        {
            rest[i] = packet.ReturnCodes[i];
        }

        output.Advance(written + length);
    }

    private static void WriteUnsubscribe(IBufferWriter<byte> output, MqttUnsubscribe packet)
    {
        int length = 2;
        foreach (string filter in packet.Filters)
        {
            Require(MqttTopic.IsValidFilter(filter), "a topic filter is not valid");
            length += 2 + ByteCount(filter);
        }

        Require(length > 2, "UNSUBSCRIBE names at least one filter");
        int id = Identifier(packet.PacketId);
        Span<byte> span = Begin(output, 0xA2, length, out int written);
        Span<byte> rest = span[written..];
        PutUInt16(ref rest, id);
        foreach (string filter in packet.Filters)
        {
            PutText(ref rest, filter);
        }

        output.Advance(written + length);
    }

    private static void WriteIdentifier(IBufferWriter<byte> output, byte first, int packetId) =>
        output.Write((ReadOnlySpan<byte>)[first, 2, (byte)(packetId >> 8), (byte)packetId]);

    /// <summary>Asks for the whole packet and puts the fixed header.</summary>
    private static Span<byte> Begin(IBufferWriter<byte> output, byte first, int remaining, out int written)
    {
        Require(remaining <= MqttReader.LargestRemainingLength, "a packet has at most 268,435,455 bytes");
        Span<byte> span = output.GetSpan(5 + remaining);
        span[0] = first;
        written = 1;
        do
        {
            int digit = remaining & 0x7F;
            remaining >>= 7;
            span[written++] = (byte)(remaining > 0 ? digit | 0x80 : digit);
        }
        while (remaining > 0);
        return span;
    }

    private static void PutUInt16(ref Span<byte> rest, int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)value);
        rest = rest[2..];
    }

    private static void PutText(ref Span<byte> rest, string text)
    {
        int count = StrictUtf8.GetBytes(text, rest[2..]);
        BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)count);
        rest = rest[(2 + count)..];
    }

    private static void PutBinary(ref Span<byte> rest, ReadOnlySpan<byte> bytes)
    {
        BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)bytes.Length);
        bytes.CopyTo(rest[2..]);
        rest = rest[(2 + bytes.Length)..];
    }

    private static int ByteCount(string text)
    {
        Require(!text.Contains('\0'), "a string contains U+0000");
        int count = StrictUtf8.GetByteCount(text);
        Require(count <= 0xFFFF, "a string has at most 65,535 bytes");
        return count;
    }

    private static int BinaryCount(ReadOnlyMemory<byte> bytes)
    {
        Require(bytes.Length <= 0xFFFF, "a binary field has at most 65,535 bytes");
        return bytes.Length;
    }

    private static int Identifier(int packetId)
    {
        Require(packetId is > 0 and <= 0xFFFF, "an identifier is 1 to 65535");
        return packetId;
    }

    private static void Require(bool condition, string rule)
    {
        if (!condition)
        {
            throw new ArgumentException(rule);
        }
    }
}
