using System.Text;

namespace DeviceTwin.SensorNode.Link;

/// <summary>Percent-encoding as in RFC 3986: everything but letters, digits and <c>- . _ ~</c> is written as UTF-8 in upper-case hex.</summary>
public static class PercentCode
{
    private const string Hex = "0123456789ABCDEF";

    /// <summary>Encodes a text.</summary>
    public static string Encode(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        char[] encoded = new char[bytes.Length * 3];
        int count = 0;
        for (int index = 0; index < bytes.Length; index++)
        {
            int code = bytes[index];
            if ((code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') || (code >= '0' && code <= '9')
                || code == '-' || code == '.' || code == '_' || code == '~')
            {
                encoded[count++] = (char)code;
            }
            else
            {
                encoded[count++] = '%';
                encoded[count++] = Hex[code >> 4];
                encoded[count++] = Hex[code & 15];
            }
        }

        return new string(encoded, 0, count);
    }
}
