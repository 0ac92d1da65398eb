using System.Globalization;

namespace DeviceTwin.Bench.Generation.Fft;

/// <summary>What a row of a second pass makes of its results.</summary>
public enum RowResult
{
    /// <summary>The bins of a real transform: those beyond the middle as conjugates of those below it.</summary>
    Folded,

    /// <summary>The bins of a complex transform.</summary>
    Plain,

    /// <summary>Their squared magnitudes.</summary>
    Power,
}

/// <summary>Second pass of a transform: factors, complex transforms along the rows, and the results in natural order.</summary>
public static class ComplexRows
{
    /// <summary>One codelet.</summary>
    public static Codelet Create(int length, RowResult kind)
    {
        var graph = new Graph();
        bool folded = kind == RowResult.Folded;
        Pair[] points = Points(graph, length, folded);
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
            return new Codelet(
                name,
                $"Rows of {length} points, from the second to the last but the middle one.",
                "float[] a, float[] re, float[] im, float[] cos, int columns, int step",
                ["int d = step;", $"int b = {2 * length};", "int q = columns - 1;", .. Strides(length / 2, "columns")],
                "for (int p = 1; p < q; p++)",
                [],
                outputs,
                ["d += step;", $"b += {2 * length};", "q--;"]);
        }

        return new Codelet(
            name,
            $"Rows of {length} points: results of the first go to p, p + spacing, …; the next row lies one further, or one back.",
            $"float[] x, float[] y, {(kind == RowResult.Power ? "float[] power" : "float[] re, float[] im")}, float[] cos, "
                + "int rows, int row, int p, int spacing, int way, int d, int step",
            [$"int b = row * {length};", $"int next = way * {length};", .. Strides(length, "spacing")],
            "for (; rows > 0; rows--)",
            [],
            outputs,
            ["d += step;", "b += next;", "p += way;"]);
    }

    private static IEnumerable<string> Strides(int count, string stride)
    {
        for (int n = 1; n < count; n++)
        {
            yield return n == 1 ? $"int s1 = {stride};" : $"int s{n} = s{n - 1} + {stride};";
        }
    }

    /// <summary>The points of a row, turned: point j by j·d steps of the table, point length − j the other way.</summary>
    private static Pair[] Points(Graph graph, int length, bool oneArray)
    {
        string re = oneArray ? "a" : "x";
        string im = oneArray ? "a" : "y";
        int behind = oneArray ? length : 0;
        var points = new Pair[length];
        for (int n = 0; n < length; n++)
        {
            points[n] = new Pair(Element(graph, re, n), Element(graph, im, behind + n));
        }

        for (int n = 1; n <= length / 2; n++)
        {
            string angle = n == 1 ? "d" : $"d * {n}";
            int cost = n == 1 ? 1 : 3;
            Signed c = graph.Input($"cos[{angle}]", cost + 2);
            Signed s = graph.Input($"cos[2048 - {angle}]", cost + 4);
            points[n] = graph.Turn(points[n], c, s);
            if (2 * n < length)
            {
                points[length - n] = graph.Turn(points[length - n], c, -s);
            }
        }

        return points;
    }

    private static Signed Element(Graph graph, string array, int at) =>
        at == 0 ? graph.Input($"{array}[b]", 3) : graph.Input($"{array}[b + {at}]", 5);
}
