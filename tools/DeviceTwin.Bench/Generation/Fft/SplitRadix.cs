namespace DeviceTwin.Bench.Generation.Fft;

/// <summary>
/// Fourier transforms as expression graphs by the conjugate-pair split radix: a transform of n points is one of n/2 (the even samples) and
/// two of n/4 (samples 4m + 1 and 4m − 1), whose factors are conjugates of each other. Of all practical algorithms it takes the fewest
/// operations but for a few per cent: 4n·log2 n − 6n + 8 for complex and 2n·log2 n − 4n + 6 for real samples.
/// </summary>
public static class SplitRadix
{
    /// <summary>X[k] = Σ x[m]·e^(−2πikm/n) for all k.</summary>
    public static Pair[] Complex(Graph graph, Pair[] x)
    {
        int n = x.Length;
        if (n == 1)
        {
            return x;
        }

        if (n == 2)
        {
            return [graph.Add(x[0], x[1]), graph.Subtract(x[0], x[1])];
        }

        Pair[] even = Complex(graph, Every(x, 2, 0));
        Pair[] ahead = Complex(graph, Every(x, 4, 1));
        Pair[] behind = Complex(graph, Every(x, 4, n - 1));
        int quarter = n / 4;
        var result = new Pair[n];
        for (int k = 0; k < quarter; k++)
        {
            Pair a = Turned(graph, ahead[k], k, n);
            Pair b = Turned(graph, behind[k], -k, n);
            Pair sum = graph.Add(a, b);
            Pair turned = graph.Subtract(a, b).TurnedBack;
            result[k] = graph.Add(even[k], sum);
            result[k + (2 * quarter)] = graph.Subtract(even[k], sum);
            result[k + quarter] = graph.Add(even[k + quarter], turned);
            result[k + (3 * quarter)] = graph.Subtract(even[k + quarter], turned);
        }

        return result;
    }

    /// <summary>X[k] for k = 0..n/2 of real samples; the others are their conjugates.</summary>
    public static Pair[] Real(Graph graph, Signed[] x) => Real(graph, x, out _, out _);

    /// <summary>As <see cref="Real(Graph, Signed[])"/>.</summary>
    /// <param name="graph">Receives the nodes.</param>
    /// <param name="x">The samples, four or more.</param>
    /// <param name="even">The sum of the even samples: (X[0] + X[n/2]) / 2.</param>
    /// <param name="odd">The sum of the odd samples: (X[0] − X[n/2]) / 2.</param>
    public static Pair[] Real(Graph graph, Signed[] x, out Signed even, out Signed odd)
    {
        int n = x.Length;
        if (n <= 2)
        {
            even = x[0];
            odd = n == 2 ? x[1] : default;
            return n == 1 ? [new(x[0], default)] : [new(graph.Add(x[0], x[1]), default), new(graph.Subtract(x[0], x[1]), default)];
        }

        Pair[] evens = Real(graph, Every(x, 2, 0));
        Pair[] ahead = Real(graph, Every(x, 4, 1));
        Pair[] behind = Real(graph, Every(x, 4, n - 1));
        int quarter = n / 4;
        var result = new Pair[(n / 2) + 1];
        even = evens[0].Re;
        odd = default;
        for (int k = 0; k <= n / 8; k++)
        {
            Pair a = Turned(graph, ahead[k], k, n);
            Pair b = Turned(graph, behind[k], -k, n);
            Pair sum = graph.Add(a, b);
            Pair turned = graph.Subtract(a, b).TurnedBack;
            if (k == 0)
            {
                odd = sum.Re;
            }

            // X[k], X[n/2 + k], X[n/4 + k] and X[3n/4 + k]; two of them as conjugates of what lies in the lower half.
            result[k] = graph.Add(evens[k], sum);
            result[(2 * quarter) - k] = graph.Subtract(evens[k], sum).Conjugate;
            Pair middle = evens[quarter - k].Conjugate;
            if (8 * k < n)
            {
                result[quarter + k] = graph.Add(middle, turned);
                result[quarter - k] = graph.Subtract(middle, turned).Conjugate;
            }
        }

        return result;
    }

    /// <summary>Factors beyond an eighth of a turn are −i times one within it.</summary>
    private static Pair Turned(Graph graph, Pair value, int k, int n)
    {
        if (8 * Math.Abs(k) <= n)
        {
            return graph.Turn(value, k, n);
        }

        int quarter = n / 4;
        Pair turned = graph.Turn(value, k > 0 ? k - quarter : k + quarter, n);
        return k > 0 ? turned.TurnedBack : new(-turned.Im, turned.Re);
    }

    private static T[] Every<T>(T[] x, int step, int from) =>
        [.. Enumerable.Range(0, x.Length / step).Select(m => x[((step * m) + from) % x.Length])];
}
