using System.Globalization;

namespace DeviceTwin.Bench.Generation.Fft;

/// <summary>
/// Second pass of a real transform, the two rows that the first pass leaves real (those of bins 0 and columns/2): together they are one real
/// transform of twice a row's length, whose results lie columns/2 apart.
/// </summary>
public static class RealRows
{
    /// <summary>One codelet.</summary>
    /// <param name="length">Points of both rows together.</param>
    /// <param name="apart">Whether the rows are arrays of their own.</param>
    public static Codelet Create(int length, bool apart)
    {
        var graph = new Graph();
        Signed[] samples = [.. Enumerable.Range(0, length).Select(n => graph.Input(!apart ? $"a[{n}]" : n < length / 2 ? $"x[{n}]" : $"y[{n - (length / 2)}]", 3))];
        Pair[] result = SplitRadix.Real(graph, samples);
        var outputs = new List<Output>();
        for (int k = 0; k <= length / 2; k++)
        {
            string index = k == 0 ? "0" : $"s{k}";
            outputs.Add(new Output($"re[{index}]", 3, result[k].Re));
            if (!result[k].Im.IsZero)
            {
                outputs.Add(new Output($"im[{index}]", 3, result[k].Im));
            }
        }

        return new Codelet(
            (apart ? "MiddleApart" : "Middle") + length.ToString(CultureInfo.InvariantCulture),
            $"Both real rows, {length} points together.",
            $"{(apart ? "float[] x, float[] y" : "float[] a")}, float[] re, float[] im, int spacing",
            [
                .. Enumerable.Range(1, length / 2).Select(k => k == 1 ? "int s1 = spacing;" : $"int s{k} = s{k - 1} + spacing;"),
                "im[0] = 0f;",
                $"im[s{length / 2}] = 0f;",
            ],
            null,
            [],
            outputs,
            []);
    }
}
