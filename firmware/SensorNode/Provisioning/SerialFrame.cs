namespace DeviceTwin.SensorNode.Provisioning;

/// <summary>
/// The frames of the provisioning protocol. Pure: bytes in, bytes out. <c>firmware/PROVISIONING.md</c> is its specification.
/// </summary>
/// <remarks>
/// <c>F5 D7</c>, version, kind, number, command, length, payload, CRC-16 (two bytes, low one first) over everything between marker and CRC.
/// F5 is no byte of UTF-8, so no text that a node prints contains the marker. A whole frame is smaller than the 256 bytes that the ESP32's UART driver of nanoFramework
/// holds before it throws away what it has: with one frame under way, nothing is lost however long the node is busy.
/// </remarks>
public static class SerialFrame
{
    /// <summary>First byte of a frame.</summary>
    public const int Marker1 = 0xF5;

    /// <summary>Second byte of a frame.</summary>
    public const int Marker2 = 0xD7;

    /// <summary>The version that this node speaks.</summary>
    public const int Version = 1;

    /// <summary>A tool asks.</summary>
    public const int Request = 1;

    /// <summary>The node answers; the last frame of its number.</summary>
    public const int Response = 2;

    /// <summary>The node tells how far it is.</summary>
    public const int Progress = 3;

    /// <summary>Bytes before the payload.</summary>
    public const int HeaderLength = 7;

    /// <summary>Longest payload in bytes.</summary>
    public const int MaximumPayload = 220;

    /// <summary>Longest frame in bytes.</summary>
    public const int MaximumLength = HeaderLength + MaximumPayload + 2;

    /// <summary>Bytes of a frame.</summary>
    public static int LengthOf(int payload)
    {
        return HeaderLength + payload + 2;
    }

    /// <summary>Writes a frame.</summary>
    /// <returns>Its length.</returns>
    public static int Write(byte[] target, int kind, int number, int command, byte[] payload, int length)
    {
        target[0] = Marker1;
        target[1] = Marker2;
        target[2] = Version;
        target[3] = (byte)kind;
        target[4] = (byte)number;
        target[5] = (byte)command;
        target[6] = (byte)length;
        for (int index = 0; index < length; index++)
        {
            target[HeaderLength + index] = payload[index];
        }

        int crc = Crc16(target, 2, HeaderLength - 2 + length);
        target[HeaderLength + length] = (byte)crc;
        target[HeaderLength + length + 1] = (byte)(crc >> 8);
        return HeaderLength + length + 2;
    }

    /// <summary>CRC-16/CCITT-FALSE (polynomial 1021, start FFFF; "123456789" gives 29B1).</summary>
    public static int Crc16(byte[] bytes, int offset, int count)
    {
        int crc = 0xFFFF;
        for (int index = 0; index < count; index++)
        {
            crc ^= bytes[offset + index] << 8;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
            }

            crc &= 0xFFFF;
        }

        return crc;
    }
}
