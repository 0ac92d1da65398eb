namespace DeviceTwin.Storage.History;

/// <summary>
/// Whole numbers of the full range, in the shortest of four forms: runs of the same value; Rice's code of the distance from the
/// smallest, from the one before, or of the change of that distance (times and counters).
/// </summary>
internal static class IntegerColumn
{
    private const byte Runs = 0;
    private const byte FromSmallest = 1;
    private const byte FromBefore = 2;
    private const byte ChangeOfStep = 3;

    public static void Write(ByteWriter writer, ReadOnlySpan<long> values)
    {
        var smallest = 0L;
        if (values.Length > 0)
        {
            smallest = values[0];
            foreach (var value in values)
            {
                smallest = Math.Min(smallest, value);
            }
        }

        var fromSmallest = new ulong[values.Length];
        var fromBefore = new ulong[values.Length];
        var change = new ulong[values.Length];
        unchecked
        {
            // Distances wrap around and so do the sums that undo them: the full range needs no case of its own.
            var (before, step) = (0L, 0L);
            for (var index = 0; index < values.Length; index++)
            {
                var delta = values[index] - before;
                fromSmallest[index] = (ulong)values[index] - (ulong)smallest;
                fromBefore[index] = ByteWriter.ZigZag(delta);
                change[index] = ByteWriter.ZigZag(delta - step);
                (before, step) = (values[index], delta);
            }
        }

        var runs = RunsOf(values);
        var (small, near, regular) = (Rice.Best(fromSmallest), Rice.Best(fromBefore), Rice.Best(change));
        var shortest = Math.Min(small.Bits + 40, Math.Min(near.Bits, regular.Bits));
        if (runs.Length * 8L <= shortest)
        {
            writer.Byte(Runs);
            writer.Bytes(runs.Written);
        }
        else if (shortest == near.Bits)
        {
            WriteRice(writer, FromBefore, fromBefore, near.K);
        }
        else if (shortest == regular.Bits)
        {
            WriteRice(writer, ChangeOfStep, change, regular.K);
        }
        else
        {
            WriteRice(writer, FromSmallest, fromSmallest, small.K, smallest);
        }
    }

    public static long[] Read(ref ByteReader reader, int count)
    {
        var form = reader.Byte();
        if (form == Runs)
        {
            return ReadRuns(ref reader, count);
        }

        if (form > ChangeOfStep)
        {
            throw new FormatException("a column of a stored block has a form that this hub does not know");
        }

        var smallest = form == FromSmallest ? reader.Signed() : 0;
        var k = reader.Byte();
        var coded = Rice.Decode(reader.Bytes(reader.Count()), k, count);
        var values = new long[count];
        unchecked
        {
            var (before, step) = (0L, 0L);
            for (var index = 0; index < count; index++)
            {
                if (form == FromSmallest)
                {
                    values[index] = (long)((ulong)smallest + coded[index]);
                    continue;
                }

                var distance = ByteWriter.UnZigZag(coded[index]);
                step = form == FromBefore ? distance : step + distance;
                before += step;
                values[index] = before;
            }
        }

        return values;
    }

    private static void WriteRice(ByteWriter writer, byte form, ulong[] coded, int k, long? smallest = null)
    {
        writer.Byte(form);
        if (smallest is { } start)
        {
            writer.Signed(start);
        }

        writer.Byte((byte)k);
        var bytes = Rice.Encode(coded, k);
        writer.Number(bytes.Length);
        writer.Bytes(bytes);
    }

    private static ByteWriter RunsOf(ReadOnlySpan<long> values)
    {
        var writer = new ByteWriter();
        for (var index = 0; index < values.Length;)
        {
            var start = index;
            while (index < values.Length && values[index] == values[start])
            {
                index++;
            }

            writer.Signed(values[start]);
            writer.Number(index - start);
        }

        return writer;
    }

    private static long[] ReadRuns(ref ByteReader reader, int count)
    {
        var values = new long[count];
        for (var index = 0; index < count;)
        {
            var value = reader.Signed();
            var run = reader.Count();
            if (run == 0 || run > count - index)
            {
                throw new FormatException("a run of a stored block is too long");
            }

            values.AsSpan(index, run).Fill(value);
            index += run;
        }

        return values;
    }
}
