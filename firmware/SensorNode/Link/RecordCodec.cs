using System;
using DeviceTwin.SensorNode.Signal;
using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode.Link;

/// <summary>
/// Makes messages small by telling only what is new against the one before of the same kind. A message is cut into pieces, whole numbers and
/// the text between them; runs of the same pieces are counted, their numbers written as differences in Golomb-Rice codes whose parameters follow each
/// number's own habits, and other text as it is. What comes out is what went in, byte for byte.
/// </summary>
/// <remarks>
/// Per record: two bits of kind, then alternately a run of pieces that are as before, a bit whether the record goes on, how many pieces of the one before to leave
/// out, and new text. Both sides learn from each record, so records are read in the order they were written, from the first.
/// </remarks>
public sealed class RecordCodec
{
    /// <summary>Longest record in bytes.</summary>
    public const int MostBytes = 3072;

    /// <summary>Kinds of records, each with a memory of its own.</summary>
    public const int Kinds = 3;

    private const int MostNumbers = 128;
    private const int LookAhead = 24;
    private const int RunBits = 6;
    private const int SkipBits = 1;
    private const int TextBits = 5;
    private const int CountWidth = 16;
    private const int FirstMean = 64;
    private const int LargestMean = 1 << 23;
    private const int GrowthBytes = 256;

    private static readonly byte[] None = new byte[0];
    private static readonly short[] NoPieces = new short[0];

    private readonly byte[][] _before = new byte[Kinds][];
    private readonly int[] _beforeLength = new int[Kinds];
    private readonly int[][] _means = new int[Kinds][];
    private short[] _pieces = NoPieces;
    private short[] _beforePieces = NoPieces;
    private byte[] _digits = None;
    private byte[] _record = None;
    private int _length;
    private int _kind;

    public RecordCodec()
        : this(new RecordScratch())
    {
    }

    /// <param name="scratch">Room that is used within a call only: codecs that are not called at the same time may share it.</param>
    public RecordCodec(RecordScratch scratch)
    {
        Borrow(scratch);
    }

    /// <summary>Takes room to work in.</summary>
    public void Borrow(RecordScratch scratch)
    {
        _pieces = scratch.Pieces;
        _beforePieces = scratch.BeforePieces;
        _digits = scratch.Digits;
    }

    /// <summary>Gives it back: nothing is written or read until there is another.</summary>
    public void GiveBack()
    {
        _pieces = NoPieces;
        _beforePieces = NoPieces;
        _digits = None;
    }

    /// <summary>The record read last, <see cref="Length"/> bytes of it; holds until the next call.</summary>
    public byte[] Record => _before[_kind];

    /// <summary>Bytes of the record read last.</summary>
    public int Length => _length;

    /// <summary>Forgets all that was learned: the next record is the first.</summary>
    public void Reset()
    {
        for (int kind = 0; kind < Kinds; kind++)
        {
            _beforeLength[kind] = 0;
            Forget(_means[kind]);
        }
    }

    /// <summary>Writes a record. Where it does not fit, the writer says so, and both must begin anew.</summary>
    /// <param name="length">Bytes of the record, at most <see cref="MostBytes"/>.</param>
    public void Write(BitWriter writer, byte[] record, int length, int kind)
    {
        int count = Cut(record, length, _pieces);
        int beforeCount = Cut(_before[kind], _beforeLength[kind], _beforePieces);
        byte[] before = _before[kind];
        writer.Bits(kind, 2);
        int at = 0;
        int beforeAt = 0;
        int number = 0;
        while (true)
        {
            int run = 0;
            while (at + run < count && beforeAt + run < beforeCount && AreAlike(record, at + run, before, beforeAt + run))
            {
                run++;
            }

            writer.Rice((uint)run, RunBits, CountWidth);
            for (; run > 0; run--)
            {
                if (IsNumber(record, _pieces[at], _pieces[at + 1]))
                {
                    long change = Number(record, _pieces[at], _pieces[at + 1]) - Number(before, _beforePieces[beforeAt], _beforePieces[beforeAt + 1]);
                    WriteChange(writer, change, kind, number);
                    number++;
                }

                at++;
                beforeAt++;
            }

            writer.Bits(at < count ? 1 : 0, 1);
            if (at == count)
            {
                break;
            }

            int resume = Resume(record, at, count, before, beforeAt, beforeCount);
            int added = resume < 0 ? count - at : resume & 255;
            int left = resume < 0 ? 0 : resume >> 8;
            writer.Rice((uint)left, SkipBits, CountWidth);
            WriteText(writer, record, _pieces[at], _pieces[at + added]);
            at += added;
            beforeAt += left;
        }

        Remember(record, length, kind);
    }

    /// <summary>Reads a record into <see cref="Record"/>.</summary>
    /// <returns>Its kind, or -1 where the bits are not what <see cref="Write"/> makes.</returns>
    public int Read(BitReader reader)
    {
        int kind = reader.Bits(2);
        if (kind >= Kinds)
        {
            return -1;
        }

        int beforeCount = Cut(_before[kind], _beforeLength[kind], _beforePieces);
        byte[] before = _before[kind];
        int beforeAt = 0;
        int number = 0;
        _length = 0;
        _record = new byte[_beforeLength[kind] + GrowthBytes];
        while (true)
        {
            int run = (int)reader.Rice(RunBits, CountWidth);
            if (run > beforeCount - beforeAt)
            {
                return -1;
            }

            for (; run > 0; run--)
            {
                int from = _beforePieces[beforeAt];
                int end = _beforePieces[beforeAt + 1];
                if (IsNumber(before, from, end))
                {
                    long value = Number(before, from, end) + ReadChange(reader, kind, number);
                    number++;
                    if (!Put(_digits, 0, Digits.Write(value, _digits, 0)))
                    {
                        return -1;
                    }
                }
                else if (!Put(before, from, end))
                {
                    return -1;
                }

                beforeAt++;
            }

            if (reader.Bits(1) == 0)
            {
                break;
            }

            beforeAt += (int)reader.Rice(SkipBits, CountWidth);
            if (reader.IsOver || beforeAt > beforeCount || !ReadText(reader))
            {
                return -1;
            }
        }

        if (reader.IsOver)
        {
            return -1;
        }

        // What was read is what the next one is told against.
        _before[kind] = _record;
        _beforeLength[kind] = _length;
        _record = None;
        _kind = kind;
        return kind;
    }

    // Pieces: a whole number; else a comma or an opening bracket with the name that follows it, a string, a word, a sign. The last takes the rest.
    private static int Cut(byte[] bytes, int length, short[] starts)
    {
        int count = 0;
        int at = 0;
        while (at < length)
        {
            starts[count++] = (short)at;
            at = count == RecordScratch.MostPieces ? length : End(bytes, at, length);
        }

        starts[count] = (short)length;
        return count;
    }

    private static int End(byte[] bytes, int at, int length)
    {
        int first = bytes[at++];
        if (first == '-' || IsDigit(first))
        {
            while (at < length && IsDigit(bytes[at]))
            {
                at++;
            }

            return at;
        }

        if (first == ',' || first == '{' || first == '[')
        {
            if (at == length || bytes[at] != '"')
            {
                return at;
            }

            first = bytes[at++];
        }

        if (first == '"')
        {
            while (at < length && bytes[at] != '"')
            {
                at += bytes[at] == '\\' ? 2 : 1;
            }

            at++;
            if (at < length && bytes[at] == ':')
            {
                at++;
            }

            return at < length ? at : length;
        }

        while (at < length && bytes[at] >= 'a' && bytes[at] <= 'z')
        {
            at++;
        }

        return at;
    }

    private static bool IsDigit(int character)
    {
        return character >= '0' && character <= '9';
    }

    // A number that has one spelling only, so that its value gives its text back.
    private static bool IsNumber(byte[] bytes, int from, int end)
    {
        int first = bytes[from];
        int digits = end - from;
        if (first == '-')
        {
            from++;
            digits--;
            return digits > 0 && digits <= 18 && bytes[from] != '0';
        }

        return IsDigit(first) && digits <= 18 && (first != '0' || digits == 1);
    }

    private static long Number(byte[] bytes, int from, int end)
    {
        bool isNegative = bytes[from] == '-';
        long value = 0;
        for (int index = isNegative ? from + 1 : from; index < end; index++)
        {
            value = (value * 10) + (bytes[index] - '0');
        }

        return isNegative ? -value : value;
    }

    private bool AreAlike(byte[] record, int piece, byte[] before, int beforePiece)
    {
        int from = _pieces[piece];
        int end = _pieces[piece + 1];
        int beforeFrom = _beforePieces[beforePiece];
        int beforeEnd = _beforePieces[beforePiece + 1];
        bool isNumber = IsNumber(record, from, end);
        if (isNumber || IsNumber(before, beforeFrom, beforeEnd))
        {
            return isNumber && IsNumber(before, beforeFrom, beforeEnd);
        }

        if (end - from != beforeEnd - beforeFrom)
        {
            return false;
        }

        while (from < end && record[from] == before[beforeFrom])
        {
            from++;
            beforeFrom++;
        }

        return from == end;
    }

    // The nearest pieces from which on both are alike again: how many to add, and above eight bits how many to leave out; -1 where there are none.
    private int Resume(byte[] record, int at, int count, byte[] before, int beforeAt, int beforeCount)
    {
        for (int distance = 1; distance <= LookAhead; distance++)
        {
            for (int left = 0; left <= distance; left++)
            {
                int added = distance - left;
                if (added > 0 && at + added < count && beforeAt + left < beforeCount
                    && !IsNumber(record, _pieces[at + added], _pieces[at + added + 1])
                    && AreAlike(record, at + added, before, beforeAt + left))
                {
                    return added | (left << 8);
                }
            }
        }

        return -1;
    }

    private void WriteChange(BitWriter writer, long change, int kind, int number)
    {
        ulong code = (ulong)((change << 1) ^ (change >> 63));
        int mean = MeanOf(kind, number);
        uint small = code < uint.MaxValue ? (uint)code : uint.MaxValue;
        writer.Rice(small, Parameter(mean), 32);
        if (small == uint.MaxValue)
        {
            writer.Bits((int)(code >> 48), 16);
            writer.Bits((int)(code >> 24) & 0xFFFFFF, 24);
            writer.Bits((int)code & 0xFFFFFF, 24);
        }

        Learn(kind, number, mean, small);
    }

    private long ReadChange(BitReader reader, int kind, int number)
    {
        int mean = MeanOf(kind, number);
        uint small = reader.Rice(Parameter(mean), 32);
        ulong code = small;
        if (small == uint.MaxValue)
        {
            code = (ulong)reader.Bits(16) << 48;
            code |= (ulong)reader.Bits(24) << 24;
            code |= (uint)reader.Bits(24);
        }

        Learn(kind, number, mean, small);
        long half = (long)(code >> 1);
        return (code & 1) == 0 ? half : ~half;
    }

    private static void Forget(int[] means)
    {
        for (int index = 0; means != null && index < MostNumbers; index++)
        {
            means[index] = FirstMean;
        }
    }

    private int MeanOf(int kind, int number)
    {
        int[] means = _means[kind];
        if (means == null)
        {
            // A lane of the outbox has records of one or two kinds.
            means = new int[MostNumbers];
            Forget(means);
            _means[kind] = means;
        }

        return means[number & (MostNumbers - 1)];
    }

    private void Learn(int kind, int number, int mean, uint code)
    {
        int seen = code < LargestMean ? (int)code : LargestMean;
        _means[kind][number & (MostNumbers - 1)] = mean + ((seen - mean) >> 2);
    }

    private static int Parameter(int mean)
    {
        int parameter = 0;
        while (mean > 1)
        {
            mean >>= 1;
            parameter++;
        }

        return parameter;
    }

    private static void WriteText(BitWriter writer, byte[] record, int from, int end)
    {
        int width = 7;
        for (int index = from; index < end; index++)
        {
            width = record[index] > 127 ? 8 : width;
        }

        writer.Rice((uint)(end - from), TextBits, CountWidth);
        writer.Bits(width - 7, 1);
        for (int index = from; index < end; index++)
        {
            writer.Bits(record[index], width);
        }
    }

    private bool ReadText(BitReader reader)
    {
        int count = (int)reader.Rice(TextBits, CountWidth);
        int width = 7 + reader.Bits(1);
        if (reader.IsOver || count > MostBytes - _length)
        {
            return false;
        }

        MakeRoom(count);
        for (; count > 0; count--)
        {
            _record[_length++] = (byte)reader.Bits(width);
        }

        return !reader.IsOver;
    }

    private bool Put(byte[] bytes, int from, int end)
    {
        int count = end - from;
        if (count > MostBytes - _length)
        {
            return false;
        }

        MakeRoom(count);
        Array.Copy(bytes, from, _record, _length, count);
        _length += count;
        return true;
    }

    private void MakeRoom(int count)
    {
        if (_length + count > _record.Length)
        {
            byte[] larger = new byte[_length + count + GrowthBytes];
            Array.Copy(_record, 0, larger, 0, _length);
            _record = larger;
        }
    }

    private void Remember(byte[] record, int length, int kind)
    {
        byte[] before = _before[kind];
        if (before == null || before.Length < length)
        {
            before = new byte[length + (length >> 3)];
            _before[kind] = before;
        }

        Array.Copy(record, 0, before, 0, length);
        _beforeLength[kind] = length;
    }
}
