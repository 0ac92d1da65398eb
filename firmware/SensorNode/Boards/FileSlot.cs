using System;

namespace DeviceTwin.SensorNode.Boards;

/// <summary>
/// A file's content in an envelope that shows whether it was written to the end. A file lives in two slots and each
/// write goes to the older one, so that a power cut costs at most the newest content, whatever the file system does.
/// </summary>
/// <remarks>Envelope: magic "DTS1", sequence number, length, CRC-32 of everything but itself, content. Numbers are little-endian.</remarks>
public static class FileSlot
{
    private const int HeaderLength = 16;

    /// <summary>Wraps content.</summary>
    /// <param name="sequence">Number of this write, from 1; the higher of two good slots counts.</param>
    public static byte[] Wrap(int sequence, byte[] content)
    {
        byte[] slot = new byte[HeaderLength + content.Length];
        slot[0] = (byte)'D';
        slot[1] = (byte)'T';
        slot[2] = (byte)'S';
        slot[3] = (byte)'1';
        Put(slot, 4, sequence);
        Put(slot, 8, content.Length);
        Array.Copy(content, 0, slot, HeaderLength, content.Length);
        Put(slot, 12, Check(slot));
        return slot;
    }

    /// <summary>The sequence number of a slot, or 0 where the slot is null or damaged.</summary>
    public static int Sequence(byte[] slot)
    {
        bool isWhole = slot != null && slot.Length >= HeaderLength
            && slot[0] == 'D' && slot[1] == 'T' && slot[2] == 'S' && slot[3] == '1'
            && Get(slot, 8) == slot.Length - HeaderLength
            && Get(slot, 12) == Check(slot);
        return isWhole ? Get(slot, 4) : 0;
    }

    /// <summary>The content of a good slot.</summary>
    public static byte[] Unwrap(byte[] slot)
    {
        byte[] content = new byte[slot.Length - HeaderLength];
        Array.Copy(slot, HeaderLength, content, 0, content.Length);
        return content;
    }

    private static void Put(byte[] slot, int position, int value)
    {
        slot[position] = (byte)value;
        slot[position + 1] = (byte)(value >> 8);
        slot[position + 2] = (byte)(value >> 16);
        slot[position + 3] = (byte)(value >> 24);
    }

    private static int Get(byte[] slot, int position)
    {
        return slot[position] | (slot[position + 1] << 8) | (slot[position + 2] << 16) | (slot[position + 3] << 24);
    }

    // CRC-32 (IEEE 802.3, reflected 0xEDB88320) over the slot without the field of the check itself.
    private static int Check(byte[] slot)
    {
        uint crc = 0xFFFFFFFFu;
        for (int index = 0; index < slot.Length; index++)
        {
            if (index >= 12 && index < HeaderLength)
            {
                continue;
            }

            crc ^= slot[index];
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
            }
        }

        return (int)(long)~crc;
    }
}
