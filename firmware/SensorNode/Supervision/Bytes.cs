namespace DeviceTwin.SensorNode.Supervision;

/// <summary>Little-endian numbers in a file.</summary>
internal static class Bytes
{
    public static void Put(byte[] content, int at, long value, int bytes)
    {
        for (int index = 0; index < bytes; index++)
        {
            content[at + index] = (byte)value;
            value >>= 8;
        }
    }

    public static long Get(byte[] content, int at, int bytes)
    {
        long value = 0;
        for (int index = bytes - 1; index >= 0; index--)
        {
            value = (value << 8) | content[at + index];
        }

        return value;
    }
}
