using System.Globalization;

namespace DeviceTwin.Bench.Generation.Fft;

/// <summary>What a row of a second pass makes of its results.</summary>
public enum RowResult
{
    /// <summary>The bins of a real transform: those beyond the middle as conjugates of those below it.</summary>
    Folded,

    /// <summary>The same from rows that are arrays of their own.</summary>
    FoldedApart,

    /// <summary>The squared magnitudes of a complex transform.</summary>
    Power,
}

/// <summary>Second pass of a transform: factors, complex transforms along the rows, and the results in natural order.</summary>
public static class ComplexRows
{
    /// <summary>One codelet.</summary>
    public static Codelet Create(int length, RowResult kind)
    {
        var graph = new Graph();
        bool apart = kind == RowResult.FoldedApart;
        bool folded = apart || kind == RowResult.Folded;
        Pair[] points = Points(graph, length, kind);
        Pair[] result = SplitRadix.Complex(graph, points);
        var outputs = new List<Output>();
        for (int m = 0; m < length; m++)
        {
            // Beyond the middle a bin is the conjugate of one below it.
            bool mirrored = folded && m >= length / 2;
            int row = mirrored ? length - 1 - m : m;
            string column = mirrored ? "q" : "p";
            string index = row == 0 ? column : $"{column} + s{row}";
            int cost = row == 0 ? 3 : 5;
            if (kind == RowResult.Power)
            {
                outputs.Add(new Output($"power[{index}]", cost, graph.Add(graph.Square(result[m].Re), graph.Square(result[m].Im))));
                continue;
            }

            outputs.Add(new Output($"re[{index}]", cost, result[m].Re));
            outputs.Add(new Output($"im[{index}]", cost, mirrored ? -result[m].Im : result[m].Im));
        }

        string name = kind.ToString() + length.ToString(CultureInfo.InvariantCulture);
        if (folded)
        {
            // x and y are parameters because the compiler would keep a local one on the stack all the time, at the price of many values.
            return new Codelet(
                name,
                $"Rows of {length} points, all but the two real ones.{(apart ? " x and y: the first two." : "")}",
                $"{(apart ? "float[][] rows, float[] x, float[] y" : "float[] a")}, float[] re, float[] im, float[] cos, int columns, int step",
                ["int d = step;", "int end = cos.Length - 1;", apart ? "int row = 2;" : $"int b = {2 * length};", "int q = columns - 1;", .. Strides(length / 2, "columns")],
                "for (int p = 1; p < q; p++)",
                apart ? ["x = rows[row];", "y = rows[row + 1];"] : [],
                outputs,
                ["d += step;", apart ? "row += 2;" : $"b += {2 * length};", "q--;"]);
        }

        return new Codelet(
            name,
            $"Rows of {length} points from row on, forward (way 1) or back; results of the first to p, p + spacing, …, of the next to p + next, …",
            "float[] x, float[] y, float[] power, float[] cos, "
                + "int rows, int row, int way, int p, int spacing, int next, int d, int step",
            ["int end = cos.Length - 1;", $"int b = row * {length};", $"int further = way * {length};", .. Strides(length, "spacing")],
            "for (; rows > 0; rows--)",
            [],
            outputs,
            ["d += step;", "b += further;", "p += next;"]);
    }

    private static IEnumerable<string> Strides(int count, string stride)
    {
        for (int n = 1; n < count; n++)
        {
            yield return n == 1 ? $"int s1 = {stride};" : $"int s{n} = s{n - 1} + {stride};";
        }
    }

    /// <summary>The points of a row, turned: point j by j·d steps of the table, point length − j the other way.</summary>
    private static Pair[] Points(Graph graph, int length, RowResult kind)
    {
        // Of a real transform both parts lie in one array, the imaginary row behind the real one.
        bool oneArray = kind == RowResult.Folded;
        bool apart = kind == RowResult.FoldedApart;
        var points = new Pair[length];
        for (int n = 0; n < length; n++)
        {
            points[n] = oneArray
                ? new Pair(Element(graph, "a", n, false), Element(graph, "a", length + n, false))
                : new Pair(Element(graph, "x", n, apart), Element(graph, "y", n, apart));
        }

        for (int n = 1; n <= length / 2; n++)
        {
            string angle = n == 1 ? "d" : $"d * {n}";
            int cost = n == 1 ? 1 : 3;
            Signed c = graph.Input($"cos[{angle}]", cost + 2);
            Signed s = graph.Input($"cos[end - {angle}]", cost + 4);
            points[n] = graph.Turn(points[n], c, s);
            if (2 * n < length)
            {
                points[length - n] = graph.Turn(points[length - n], c, -s);
            }
        }

        return points;
    }

    private static Signed Element(Graph graph, string array, int at, bool apart) =>
        apart ? graph.Input($"{array}[{at}]", 3) : at == 0 ? graph.Input($"{array}[b]", 3) : graph.Input($"{array}[b + {at}]", 5);
}
