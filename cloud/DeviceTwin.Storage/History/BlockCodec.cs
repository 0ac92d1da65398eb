using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace DeviceTwin.Storage.History;

/// <summary>
/// Samples as a block of columns: numbers and times, then per series its name, kind, the rows in which it has a value, and the
/// values. Whole numbers as <see cref="IntegerColumn"/>; other numbers as the difference of their bits from the one before; words as a
/// dictionary and runs. At last Brotli over everything, where that is shorter: what is left is mostly names, and columns that resemble one another.
/// </summary>
public static class BlockCodec
{
    /// <summary>Samples of a block at most.</summary>
    public const int MostRows = 1 << 16;

    private const byte Plain = 1;
    private const byte Compressed = 2;
    private const int Quality = 9;
    private const int Window = 18;
    private const int LargestBlock = 1 << 26;

    public static byte[] Encode(IReadOnlyList<HistorySample> samples)
    {
        if (samples.Count > MostRows)
        {
            throw new ArgumentException($"A block takes at most {MostRows} samples, not {samples.Count}.", nameof(samples));
        }

        var writer = new ByteWriter();
        writer.Number(samples.Count);
        IntegerColumn.Write(writer, [.. samples.Select(sample => sample.Number)]);
        IntegerColumn.Write(writer, [.. samples.Select(sample => sample.AtMs)]);
        var columns = Columns(samples);
        writer.Number(columns.Count);
        foreach (var column in columns)
        {
            writer.Text(column.Name);
            writer.Byte((byte)column.Kind);
            var data = new ByteWriter();
            WritePresence(data, column.Rows);
            WriteValues(data, column);
            writer.Number(data.Length);
            writer.Bytes(data.Written);
        }

        return Compress(writer.Written);
    }

    /// <param name="wanted">The series to decode; null for all. Others cost nothing but their length.</param>
    /// <exception cref="FormatException">The bytes are no block.</exception>
    public static HistorySample[] Decode(ReadOnlySpan<byte> block, IReadOnlySet<string>? wanted = null) =>
        Decode(block, wanted is null ? _ => true : wanted.Contains);

    internal static HistorySample[] Decode(ReadOnlySpan<byte> block, Func<string, bool> wanted)
    {
        var bytes = Decompress(block);
        var reader = new ByteReader(bytes);
        var count = reader.Count();
        if (count > MostRows)
        {
            throw new FormatException("a stored block has too many rows");
        }

        var numbers = IntegerColumn.Read(ref reader, count);
        var times = IntegerColumn.Read(ref reader, count);
        var values = new List<KeyValuePair<string, HistoryValue>>[count];
        for (var row = 0; row < count; row++)
        {
            values[row] = [];
        }

        for (var columns = reader.Count(); columns > 0; columns--)
        {
            var name = reader.Text();
            var kind = (HistoryKind)reader.Byte();
            var data = reader.Bytes(reader.Count());
            if (wanted(name))
            {
                ReadColumn(data, name, kind, values);
            }
        }

        var samples = new HistorySample[count];
        for (var row = 0; row < count; row++)
        {
            samples[row] = new HistorySample(numbers[row], times[row], values[row]);
        }

        return samples;
    }

    private static List<Column> Columns(IReadOnlyList<HistorySample> samples)
    {
        var known = new Dictionary<(string Name, HistoryKind Kind), Column>();
        var columns = new List<Column>();
        for (var row = 0; row < samples.Count; row++)
        {
            foreach (var (name, value) in samples[row].Values)
            {
                if (!known.TryGetValue((name, value.Kind), out var column))
                {
                    columns.Add(known[(name, value.Kind)] = column = new Column(name, value.Kind));
                }

                column.Rows.Add(row);
                column.Values.Add(value);
            }
        }

        return columns;
    }

    /// <summary>Rows with and without a value, in turns, as the lengths of the runs.</summary>
    private static void WritePresence(ByteWriter writer, List<int> rows)
    {
        var runs = new List<int>();
        var row = 0;
        for (var index = 0; index < rows.Count;)
        {
            runs.Add(rows[index] - row);
            var start = index;
            while (index < rows.Count && rows[index] - rows[start] == index - start)
            {
                index++;
            }

            runs.Add(index - start);
            row = rows[index - 1] + 1;
        }

        writer.Number(runs.Count);
        foreach (var run in runs)
        {
            writer.Number(run);
        }
    }

    private static int[] ReadPresence(ref ByteReader reader, int count)
    {
        var rows = new List<int>();
        var row = 0;
        var runs = reader.Count();
        for (var index = 0; index < runs; index++)
        {
            var run = reader.Count();
            if (run > count - row)
            {
                throw new FormatException("a column of a stored block is longer than the block");
            }

            for (var end = row + run; row < end; row++)
            {
                if ((index & 1) != 0)
                {
                    rows.Add(row);
                }
            }
        }

        return [.. rows];
    }

    private static void WriteValues(ByteWriter writer, Column column)
    {
        switch (column.Kind)
        {
            case HistoryKind.Integer:
                IntegerColumn.Write(writer, [.. column.Values.Select(value => value.Bits)]);
                break;
            case HistoryKind.Real:
                var before = 0L;
                Span<byte> bytes = stackalloc byte[8];
                foreach (var value in column.Values)
                {
                    // Of neighbours sign, exponent and first digits agree: their difference begins with zeros, which cost the compressor nothing.
                    BinaryPrimitives.WriteInt64BigEndian(bytes, value.Bits ^ before);
                    writer.Bytes(bytes);
                    before = value.Bits;
                }

                break;
            default:
                var dictionary = new List<string>();
                var codes = new long[column.Values.Count];
                var known = new Dictionary<string, int>(StringComparer.Ordinal);
                for (var index = 0; index < codes.Length; index++)
                {
                    var word = column.Values[index].Word;
                    if (!known.TryGetValue(word, out var code))
                    {
                        known[word] = code = dictionary.Count;
                        dictionary.Add(word);
                    }

                    codes[index] = code;
                }

                writer.Number(dictionary.Count);
                dictionary.ForEach(writer.Text);
                IntegerColumn.Write(writer, codes);
                break;
        }
    }

    private static void ReadColumn(ReadOnlySpan<byte> data, string name, HistoryKind kind, List<KeyValuePair<string, HistoryValue>>[] values)
    {
        var reader = new ByteReader(data);
        var rows = ReadPresence(ref reader, values.Length);
        switch (kind)
        {
            case HistoryKind.Integer:
                var integers = IntegerColumn.Read(ref reader, rows.Length);
                for (var index = 0; index < rows.Length; index++)
                {
                    values[rows[index]].Add(KeyValuePair.Create(name, HistoryValue.Of(integers[index])));
                }

                break;
            case HistoryKind.Real:
                var bits = 0L;
                foreach (var row in rows)
                {
                    bits ^= BinaryPrimitives.ReadInt64BigEndian(reader.Bytes(8));
                    values[row].Add(KeyValuePair.Create(name, HistoryValue.FromBits(HistoryKind.Real, bits)));
                }

                break;
            case HistoryKind.Word:
                var dictionary = new string[reader.Count() is var size && size <= values.Length ? size : throw new FormatException("a dictionary of a stored block is too large")];
                for (var index = 0; index < dictionary.Length; index++)
                {
                    dictionary[index] = reader.Text();
                }

                var codes = IntegerColumn.Read(ref reader, rows.Length);
                for (var index = 0; index < rows.Length; index++)
                {
                    var word = codes[index] >= 0 && codes[index] < dictionary.Length
                        ? dictionary[codes[index]]
                        : throw new FormatException("a stored block names a word that it does not have");
                    values[rows[index]].Add(KeyValuePair.Create(name, HistoryValue.Of(word)));
                }

                break;
            default:
                throw new FormatException("a stored block has a kind of column that this hub does not know");
        }
    }

    private static byte[] Compress(ReadOnlySpan<byte> plain)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(plain.Length + 16);
        try
        {
            var pays = BrotliEncoder.TryCompress(plain, buffer, out var written, Quality, Window) && written + 5 < plain.Length;
            var block = new ByteWriter();
            block.Byte(pays ? Compressed : Plain);
            if (pays)
            {
                block.Number(plain.Length);
            }

            block.Bytes(pays ? buffer.AsSpan(0, written) : plain);
            return block.ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Decompress(ReadOnlySpan<byte> block)
    {
        var reader = new ByteReader(block);
        var form = reader.Byte();
        if (form == Plain)
        {
            return reader.Bytes(reader.Left).ToArray();
        }

        var length = form == Compressed ? reader.Unsigned() : throw new FormatException("no history block of this hub");
        if (length > LargestBlock)
        {
            throw new FormatException("a stored block is too large");
        }

        var plain = new byte[length];
        return BrotliDecoder.TryDecompress(reader.Bytes(reader.Left), plain, out var written) && written == plain.Length
            ? plain
            : throw new FormatException("a stored block cannot be decompressed");
    }

    private sealed record Column(string Name, HistoryKind Kind)
    {
        public List<int> Rows { get; } = [];

        public List<HistoryValue> Values { get; } = [];
    }
}
