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
    /// <param name="apart">
    /// Whether the results go to rows that are arrays of their own: an element of such a row takes two instructions less, here and where it is
    /// read, but the rows take memory beside the samples.
    /// </param>
    public static Codelet Create(int length, bool apart)
    {
        var graph = new Graph();
        Signed[] samples = [.. Enumerable.Range(0, length).Select(n => n == 0 ? graph.Input("a[i + first]", 5) : Element(graph, n, length))];
        Pair[] result = SplitRadix.Real(graph, samples, out Signed even, out Signed odd);
        var outputs = new List<Output> { Store(0, length, even, apart), Store(1, length, odd, apart) };
        for (int k = 1; k < length / 2; k++)
        {
            outputs.Add(Store(2 * k, length, result[k].Re, apart));
            outputs.Add(Store((2 * k) + 1, length, result[k].Im, apart));
        }

        string zero = apart ? "rows[0]" : "0";
        string one = apart ? "rows[1]" : "stride";
        string type = apart ? "float[]" : "int";
        return new Codelet(
            (apart ? "Apart" : "Full") + length.ToString(CultureInfo.InvariantCulture),
            apart ? $"Columns of {length} samples; results to rows of their own." : $"Columns of {length} samples, in place.",
            apart ? "float[] a, float[][] rows, int stride, int first" : "float[] a, int stride, int first",
            [
                .. Enumerable.Range(2, apart ? length - 2 : 0).Select(row => $"float[] o{row} = rows[{row}];"),
                "int shift = -stride;",
                $"{type} even = {one};",
                $"{type} odd = {zero};",
                "int turn = stride >> 1;",
                .. Strides(length),
            ],
            "for (int i = stride - 1; i >= 0; i--)",
            [
                "if (i == turn)",
                "{",
                "    shift = 0;",
                "    first = 0;",
                $"    even = {zero};",
                $"    odd = {one};",
                "}",
                "",
                "int b = i + shift;",
                .. Bases(length),
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

    private static IEnumerable<string> Bases(int length)
    {
        if (length <= MostRows)
        {
            yield break;
        }

        for (int row = RowsPerBase; row < length; row += RowsPerBase)
        {
            yield return $"int b{row} = b{(row == RowsPerBase ? "" : row - RowsPerBase)} + s{RowsPerBase};";
            yield return $"int i{row} = i{(row == RowsPerBase ? "" : row - RowsPerBase)} + s{RowsPerBase};";
        }
    }

    private static Signed Element(Graph graph, int row, int length)
    {
        (string index, int cost) = Index("b", row, length);
        return graph.Input($"a[{index}]", cost + 2);
    }

    private static Output Store(int row, int length, Signed value, bool apart)
    {
        if (row < 2)
        {
            string array = row == 0 ? "even" : "odd";
            return apart ? new Output($"{array}[i]", 3, value) : new Output($"a[i + {array}]", 5, value);
        }

        (string index, int cost) = apart ? ("i", 1) : Index("i", row, length);
        return new Output(apart ? $"o{row}[{index}]" : $"a[{index}]", cost + 2, value);
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
