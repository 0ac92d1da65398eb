using System.Globalization;

namespace DeviceTwin.Bench.Generation.Fft;

/// <summary>First pass of a real transform: real transforms down the columns of the samples, in place.</summary>
public static class RealColumns
{
    // Above this many points there are not enough locals for an index of its own for each row.
    private const int MostRows = 64;
    private const int RowsPerBase = 16;

    /// <summary>One codelet.</summary>
    /// <param name="length">Points of a column.</param>
    /// <param name="half">Whether only the first length/2 + 1 samples of a column can be other than zero.</param>
    public static Codelet Create(int length, bool half)
    {
        var graph = new Graph();
        var samples = new Signed[length];
        for (int n = 0; n < length; n++)
        {
            if (!half || n <= length / 2)
            {
                samples[n] = n == 0 ? graph.Input("a[i + first]", 5) : Element(graph, n, length);
            }
        }

        Pair[] result = SplitRadix.Real(graph, samples, out Signed even, out Signed odd);
        var outputs = new List<Output> { new("a[i + even]", 5, even), new("a[i + odd]", 5, odd) };
        for (int k = 1; k < length / 2; k++)
        {
            outputs.Add(Store(2 * k, length, result[k].Re));
            outputs.Add(Store((2 * k) + 1, length, result[k].Im));
        }

        return new Codelet(
            (half ? "Half" : "Full") + length.ToString(CultureInfo.InvariantCulture),
            half ? $"Columns of {length} samples, all zero from {(length / 2) + 1} on." : $"Columns of {length} samples.",
            "float[] a, int stride, int first",
            [
                "int shift = -stride;",
                "int even = stride;",
                "int odd = 0;",
                "int turn = stride >> 1;",
                .. Strides(length),
            ],
            "for (int i = stride - 1; i >= 0; i--)",
            [
                "if (i == turn)",
                "{",
                "    shift = 0;",
                "    first = 0;",
                "    even = 0;",
                "    odd = stride;",
                "}",
                "",
                "int b = i + shift;",
                .. Bases(length, half),
            ],
            outputs,
            []);
    }

    private static IEnumerable<string> Strides(int length)
    {
        int last = length > MostRows ? RowsPerBase : length - 1;
        for (int n = 1; n <= last; n++)
        {
            yield return n == 1 ? "int s1 = stride;" : $"int s{n} = s{n - 1} + stride;";
        }
    }

    private static IEnumerable<string> Bases(int length, bool half)
    {
        if (length <= MostRows)
        {
            yield break;
        }

        for (int row = RowsPerBase; row < length; row += RowsPerBase)
        {
            if (!half || row <= length / 2)
            {
                yield return $"int b{row} = b{(row == RowsPerBase ? "" : row - RowsPerBase)} + s{RowsPerBase};";
            }

            yield return $"int i{row} = i{(row == RowsPerBase ? "" : row - RowsPerBase)} + s{RowsPerBase};";
        }
    }

    private static Signed Element(Graph graph, int row, int length)
    {
        (string index, int cost) = Index("b", row, length);
        return graph.Input($"a[{index}]", cost + 2);
    }

    private static Output Store(int row, int length, Signed value)
    {
        (string index, int cost) = Index("i", row, length);
        return new Output($"a[{index}]", cost + 2, value);
    }

    private static (string Index, int Cost) Index(string column, int row, int length)
    {
        if (length <= MostRows)
        {
            return ($"{column} + s{row}", 3);
        }

        int within = row % RowsPerBase;
        string origin = row < RowsPerBase ? column : $"{column}{row - within}";
        return within == 0 ? (origin, 1) : ($"{origin} + s{within}", 3);
    }
}
