using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.SensorNode.Link;

/// <summary>
/// What is added to a segment of the outbox at once: a head of eight bytes (mark, number of records, bytes of the body, CRC-32 of all the rest; little-endian), and the body.
/// A frame that a power cut left unfinished is no frame.
/// </summary>
public static class OutboxFrame
{
    /// <summary>Bytes before the body.</summary>
    public const int HeadBytes = 8;

    /// <summary>Longest body.</summary>
    public const int MostBody = 3584;

    /// <summary>Longest body of a message that is stored: the longest record, and the envelope that it has there.</summary>
    public const int MostPayload = RecordCodec.MostBytes - 128;

    private const int Mark = 0xB1;

    /// <summary>Writes the head before a body that is there already.</summary>
    /// <param name="frame">The frame, its body from <see cref="HeadBytes"/> on.</param>
    /// <param name="body">Bytes of the body.</param>
    public static void Seal(byte[] frame, int records, int body)
    {
        frame[0] = Mark;
        frame[1] = (byte)records;
        frame[2] = (byte)body;
        frame[3] = (byte)(body >> 8);
        int check = Check(frame, body);
        frame[4] = (byte)check;
        frame[5] = (byte)(check >> 8);
        frame[6] = (byte)(check >> 16);
        frame[7] = (byte)(check >> 24);
    }

    /// <summary>Bytes of the body that a head announces; -1 where it is no head.</summary>
    public static int Body(byte[] head)
    {
        int body = head[2] | (head[3] << 8);
        return head[0] == Mark && head[1] > 0 && body <= MostBody ? body : -1;
    }

    /// <summary>Records that a head announces.</summary>
    public static int Records(byte[] head)
    {
        return head[1];
    }

    /// <summary>Whether a frame is as it was sealed.</summary>
    public static bool IsWhole(byte[] frame, int body)
    {
        int check = frame[4] | (frame[5] << 8) | (frame[6] << 16) | (frame[7] << 24);
        bool isWhole = check == Check(frame, body);
        frame[4] = (byte)check;
        frame[5] = (byte)(check >> 8);
        frame[6] = (byte)(check >> 16);
        frame[7] = (byte)(check >> 24);
        return isWhole;
    }

    // Over the mark, the counts and the body; the field of the check itself counts as zero.
    private static int Check(byte[] frame, int body)
    {
        frame[4] = 0;
        frame[5] = 0;
        frame[6] = 0;
        frame[7] = 0;
        return Crc32.Of(frame, HeadBytes + body);
    }
}
