using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace DeviceTwin.Mqtt;

/// <summary>Walks the fields of one packet's body. Each step either succeeds or leaves the error in <see cref="Error"/>.</summary>
internal ref struct MqttFields(ReadOnlySpan<byte> body)
{
    private ReadOnlySpan<byte> rest = body;

    public MqttError Error { get; private set; } = MqttError.None;

    public readonly bool AtEnd => rest.IsEmpty;

    public bool TryByte(out byte value)
    {
        if (rest.IsEmpty)
        {
            value = 0;
            return Fail(MqttErrorKind.Length, "the packet ends inside a field");
        }

        value = rest[0];
        rest = rest[1..];
        return true;
    }

    public bool TryUInt16(out int value)
    {
        if (!BinaryPrimitives.TryReadUInt16BigEndian(rest, out ushort read))
        {
            value = 0;
            return Fail(MqttErrorKind.Length, "the packet ends inside a field");
        }

        value = read;
        rest = rest[2..];
        return true;
    }

    /// <summary>A packet identifier; 0 is refused.</summary>
    public bool TryPacketId(out int value) =>
        TryUInt16(out value) && (value != 0 || Fail(MqttErrorKind.PacketId, "packet identifier 0"));

    public bool TryBinary(out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!TryUInt16(out int length))
        {
            return false;
        }

        if (length > rest.Length)
        {
            return Fail(MqttErrorKind.Length, "a field is longer than the packet");
        }

        value = rest[..length];
        rest = rest[length..];
        return true;
    }

    public bool TryText(out string value)
    {
        value = "";
        if (!TryBinary(out ReadOnlySpan<byte> bytes))
        {
            return false;
        }

        if (!Utf8.IsValid(bytes) || bytes.Contains((byte)0))
        {
            return Fail(MqttErrorKind.Text, "a string is not well-formed UTF-8 or contains U+0000");
        }

        value = Encoding.UTF8.GetString(bytes);
        return true;
    }

    public bool TryTopicName(out string value, bool wildcards = false) =>
        TryText(out value)
        && ((wildcards ? value.Length > 0 : MqttTopic.IsValidName(value))
            || Fail(MqttErrorKind.Topic, "a topic name is empty or has a wildcard"));

    public bool TryTopicFilter(out string value) =>
        TryText(out value) && (MqttTopic.IsValidFilter(value) || Fail(MqttErrorKind.Topic, "a topic filter is not valid"));

    /// <summary>Everything that is left.</summary>
    public byte[] TakeRest()
    {
        byte[] taken = rest.ToArray();
        rest = default;
        return taken;
    }

    public bool TryEnd() => AtEnd || Fail(MqttErrorKind.Length, "bytes follow the last field");

    public bool Fail(MqttErrorKind kind, string reason)
    {
        Error = new MqttError(kind, reason);
        return false;
    }
}
