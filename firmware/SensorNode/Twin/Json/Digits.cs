namespace DeviceTwin.SensorNode.Twin.Json;

/// <summary>
/// Decimal digits of integers by subtraction: the exactness contract has no division here, and the number
/// formatting of the two worlds is not the same.
/// </summary>
public static class Digits
{
    /// <summary>Room for the longest number with its sign.</summary>
    public const int MaximumLength = 20;

    private static readonly long[] Powers =
    {
        1000000000000000000,
        100000000000000000,
        10000000000000000,
        1000000000000000,
        100000000000000,
        10000000000000,
        1000000000000,
        100000000000,
        10000000000,
        1000000000,
        100000000,
        10000000,
        1000000,
        100000,
        10000,
        1000,
        100,
        10,
        1,
    };

    /// <summary>Writes the digits of <paramref name="value"/> as ASCII.</summary>
    /// <returns>The position behind the last digit.</returns>
    public static int Write(long value, byte[] target, int position)
    {
        // Counts up from the negative number: the smallest long has no positive twin.
        long rest = value;
        if (value < 0)
        {
            target[position++] = (byte)'-';
        }
        else
        {
            rest = -value;
        }

        int index = 0;
        while (index < 18 && rest > -Powers[index])
        {
            index++;
        }

        for (; index < 19; index++)
        {
            long power = Powers[index];
            int digit = '0';
            while (rest <= -power)
            {
                rest += power;
                digit++;
            }

            target[position++] = (byte)digit;
        }

        return position;
    }

    /// <summary>The digits of <paramref name="value"/> as text.</summary>
    public static string Text(long value)
    {
        byte[] digits = new byte[MaximumLength];
        int count = Write(value, digits, 0);
        char[] characters = new char[count];
        for (int index = 0; index < count; index++)
        {
            characters[index] = (char)digits[index];
        }

        return new string(characters);
    }

    /// <summary>Reads an unsigned decimal number that fills the whole text.</summary>
    /// <returns>The number, or -1 where the text is none or is larger than an int.</returns>
    public static int Parse(string text)
    {
        if (text.Length == 0 || text.Length > 10)
        {
            return -1;
        }

        long value = 0;
        for (int index = 0; index < text.Length; index++)
        {
            char character = text[index];
            if (character < '0' || character > '9')
            {
                return -1;
            }

            value = (value * 10) + (character - '0');
        }

        return value > int.MaxValue ? -1 : (int)value;
    }
}
