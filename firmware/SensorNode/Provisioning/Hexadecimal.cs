namespace DeviceTwin.SensorNode.Provisioning;

/// <summary>Bytes as hexadecimal digits and back.</summary>
public static class Hexadecimal
{
    private const string Digits = "0123456789abcdef";

    /// <summary>The first bytes in lower-case digits.</summary>
    public static string Text(byte[] bytes, int count)
    {
        char[] text = new char[count << 1];
        for (int index = 0; index < count; index++)
        {
            text[index << 1] = Digits[bytes[index] >> 4];
            text[(index << 1) + 1] = Digits[bytes[index] & 15];
        }

        return new string(text);
    }

    /// <summary>The bytes of a text of digits; null where it is none.</summary>
    public static byte[] Bytes(string text)
    {
        if (text == null || (text.Length & 1) != 0)
        {
            return null;
        }

        byte[] bytes = new byte[text.Length >> 1];
        for (int index = 0; index < text.Length; index++)
        {
            int digit = Digits.IndexOf(text[index]);
            if (digit < 0)
            {
                return null;
            }

            bytes[index >> 1] = (byte)((bytes[index >> 1] << 4) | digit);
        }

        return bytes;
    }
}
