namespace DeviceTwin.SensorNode.Detection;

/// <summary>CRC-32 of ISO 3309 (reflected polynomial EDB88320), bit by bit: a few thousand bytes once in a while need no table.</summary>
public static class Crc32
{
    /// <summary>The checksum of the first <paramref name="count"/> bytes.</summary>
    public static int Of(byte[] bytes, int count)
    {
        uint crc = 0xFFFFFFFFu;
        for (int i = 0; i < count; i++)
        {
            crc ^= bytes[i];
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1u) == 0u ? crc >> 1 : (crc >> 1) ^ 0xEDB88320u;
            }
        }

        return (int)(long)~crc;
    }
}
