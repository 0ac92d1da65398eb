using System.Globalization;

namespace DeviceTwin.Bench.Generation.Fft;

/// <summary>First pass of a complex transform: complex transforms down the columns, in place.</summary>
public static class ComplexColumns
{
    /// <summary>One codelet.</summary>
    /// <param name="length">Points of a column.</param>
    public static Codelet Create(int length)
    {
        var graph = new Graph();
        var points = new Pair[length];
        for (int n = 0; n < length; n++)
        {
            string index = n == 0 ? "i + first" : $"b + s{n}";
            points[n] = new Pair(graph.Input($"re[{index}]", 5), graph.Input($"im[{index}]", 5));
        }

        Pair[] result = SplitRadix.Complex(graph, points);
        var outputs = new List<Output>();
        for (int k = 0; k < length; k++)
        {
            string index = k == 0 ? "i" : $"i + s{k}";
            int cost = k == 0 ? 3 : 5;
            outputs.Add(new Output($"re[{index}]", cost, result[k].Re));
            outputs.Add(new Output($"im[{index}]", cost, result[k].Im));
        }

        return new Codelet(
            "Full" + length.ToString(CultureInfo.InvariantCulture),
            $"Columns of {length} points.",
            "float[] re, float[] im, int stride, int first",
            [
                "int shift = -stride;",
                "int turn = stride >> 1;",
                .. Enumerable.Range(1, length - 1).Select(n => n == 1 ? "int s1 = stride;" : $"int s{n} = s{n - 1} + stride;"),
            ],
            "for (int i = stride - 1; i >= 0; i--)",
            [
                "if (i == turn)",
                "{",
                "    shift = 0;",
                "    first = 0;",
                "}",
                "",
                "int b = i + shift;",
            ],
            outputs,
            []);
    }
}
