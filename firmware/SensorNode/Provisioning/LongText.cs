using System;
using System.Text;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode.Provisioning;

/// <summary>
/// A long text of the configuration, which lives in a file of its own: written piece by piece, never changed once it is stored. The file <c>identity</c> names it by number,
/// length and CRC-32: what no <c>identity</c> names is nothing.
/// </summary>
public sealed class LongText
{
    private const string Prefix = "pem.";
    private const int PieceBytes = 256;

    private uint _crc = 0xFFFFFFFFu;

    /// <param name="number">No other text's.</param>
    public LongText(int number)
    {
        Number = number;
    }

    /// <summary>Tells its file from others.</summary>
    public int Number { get; }

    /// <summary>Its length in bytes.</summary>
    public int Length { get; private set; }

    /// <summary>Whether the stored configuration names it: then it is never written to.</summary>
    public bool IsStored { get; set; }

    /// <summary>The text that a name (see <see cref="Word"/>) stands for, or null.</summary>
    public static LongText Of(string word)
    {
        int first = word.IndexOf('.');
        int second = word.LastIndexOf('.');
        if (first < 1 || second <= first)
        {
            return null;
        }

        int number = Digits.Parse(word.Substring(0, first));
        int length = Digits.Parse(word.Substring(first + 1, second - first - 1));
        byte[] check = Hexadecimal.Bytes(word.Substring(second + 1));
        if (number < 1 || length < 1 || check == null || check.Length != 4)
        {
            return null;
        }

        var text = new LongText(number);
        text.Length = length;
        text.IsStored = true;
        for (int index = 0; index < 4; index++)
        {
            text._crc = (text._crc << 8) | check[index];
        }

        return text;
    }

    /// <summary>A number that no file has.</summary>
    public static int NextNumber(IFiles files)
    {
        int last = 0;
        string[] names = files.List();
        for (int index = 0; index < names.Length; index++)
        {
            int number = NumberOf(names[index]);
            last = number > last ? number : last;
        }

        return last + 1;
    }

    /// <summary>Removes the files of all texts but some.</summary>
    /// <param name="kept">Their numbers.</param>
    public static void DeleteOthers(IFiles files, int[] kept)
    {
        string[] names = files.List();
        for (int index = 0; index < names.Length; index++)
        {
            int number = NumberOf(names[index]);
            bool isKept = number < 1;
            for (int place = 0; place < kept.Length && !isKept; place++)
            {
                isKept = kept[place] == number;
            }

            if (!isKept)
            {
                files.Delete(names[index]);
            }
        }
    }

    /// <summary>What <c>identity</c> says of it: number, length, CRC-32.</summary>
    public string Word()
    {
        uint check = _crc;
        byte[] bytes = { (byte)(check >> 24), (byte)(check >> 16), (byte)(check >> 8), (byte)check };
        return Digits.Text(Number) + "." + Digits.Text(Length) + "." + Hexadecimal.Text(bytes, 4);
    }

    /// <summary>Adds a piece; durable on return. What a failure leaves behind is void.</summary>
    public void Append(IFiles files, byte[] bytes, int at, int count)
    {
        if (count > 0)
        {
            byte[] piece = new byte[count];
            Array.Copy(bytes, at, piece, 0, count);
            files.Append(Name(), piece, count);
            _crc = Check(_crc, piece, count);
            Length += count;
        }
    }

    /// <summary>Adds the beginning of another text.</summary>
    /// <returns>Whether it was all there.</returns>
    public bool AppendBeginning(IFiles files, LongText other, int count)
    {
        byte[] piece = new byte[PieceBytes];
        for (int at = 0; at < count; at += PieceBytes)
        {
            int part = count - at < PieceBytes ? count - at : PieceBytes;
            if (files.ReadAt(other.Name(), at, piece, part) < part)
            {
                return false;
            }

            Append(files, piece, 0, part);
        }

        return true;
    }

    /// <summary>Whether the file holds what was written.</summary>
    public bool IsWhole(IFiles files)
    {
        byte[] piece = new byte[PieceBytes];
        uint crc = 0xFFFFFFFFu;
        int at = 0;
        while (at < Length)
        {
            int part = Length - at < PieceBytes ? Length - at : PieceBytes;
            if (files.ReadAt(Name(), at, piece, part) < part)
            {
                return false;
            }

            crc = Check(crc, piece, part);
            at += part;
        }

        return crc == _crc;
    }

    /// <summary>The text, or its beginning.</summary>
    /// <param name="most">Bytes at most.</param>
    public string Read(IFiles files, int most)
    {
        byte[] bytes = new byte[Length < most ? Length : most];
        int count = files.ReadAt(Name(), 0, bytes, bytes.Length);
        return Encoding.UTF8.GetString(bytes, 0, count);
    }

    /// <summary>Removes its file.</summary>
    public void Delete(IFiles files)
    {
        files.Delete(Name());
    }

    private static int NumberOf(string name)
    {
        bool isOne = name.Length > Prefix.Length && name.Substring(0, Prefix.Length) == Prefix;
        return isOne ? Digits.Parse(name.Substring(Prefix.Length)) : 0;
    }

    private static uint Check(uint crc, byte[] bytes, int count)
    {
        for (int index = 0; index < count; index++)
        {
            crc ^= bytes[index];
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
            }
        }

        return crc;
    }

    private string Name()
    {
        return Prefix + Digits.Text(Number);
    }
}
