using System.Numerics;
using DeviceTwin.Bench.Generation.Fft;

namespace DeviceTwin.Tests.Bench.Generation.Fft;

/// <summary>The expression graphs are Fourier transforms, and no operation more than split radix takes.</summary>
public sealed class SplitRadixTests
{
    private static readonly int[] Lengths = [2, 4, 8, 16, 32, 64, 128];

    [TestCaseSource(nameof(Lengths))]
    public void A_complex_graph_evaluates_to_the_transform(int n)
    {
        var graph = new Graph();
        Pair[] result = SplitRadix.Complex(graph, Inputs(graph, n));
        Complex[] x = Values(n, true);
        var evaluation = new Evaluation(text => text[0] == 'r' ? x[int.Parse(text[1..])].Real : x[int.Parse(text[1..])].Imaginary);

        for (int k = 0; k < n; k++)
        {
            Assert.That((evaluation.Of(result[k]) - Naive(x, k)).Magnitude, Is.LessThan(1e-12 * n), $"X[{k}]");
        }
    }

    [TestCaseSource(nameof(Lengths))]
    public void A_real_graph_evaluates_to_the_lower_half_of_the_transform(int n)
    {
        var graph = new Graph();
        Pair[] result = SplitRadix.Real(graph, [.. Inputs(graph, n).Select(point => point.Re)], out Signed even, out Signed odd);
        Complex[] x = Values(n, false);
        var evaluation = new Evaluation(text => x[int.Parse(text[1..])].Real);

        Assert.That(result, Has.Length.EqualTo((n / 2) + 1));
        for (int k = 0; k <= n / 2; k++)
        {
            Assert.That((evaluation.Of(result[k]) - Naive(x, k)).Magnitude, Is.LessThan(1e-12 * n), $"X[{k}]");
        }

        Assert.That(evaluation.Of(even) + evaluation.Of(odd), Is.EqualTo(Naive(x, 0).Real).Within(1e-12 * n));
        Assert.That(evaluation.Of(even) - evaluation.Of(odd), Is.EqualTo(Naive(x, n / 2).Real).Within(1e-12 * n));
    }

    [TestCaseSource(nameof(Lengths))]
    public void It_takes_no_operation_more_than_split_radix(int n)
    {
        double log = Math.Log2(n);
        var complex = new Graph();
        var real = new Graph();
        Pair[] ofComplex = SplitRadix.Complex(complex, Inputs(complex, n));
        Pair[] ofReal = SplitRadix.Real(real, [.. Inputs(real, n).Select(point => point.Re)]);

        Assert.That(Operations(ofComplex), Is.EqualTo((4 * n * log) - (6 * n) + 8));
        Assert.That(Operations(ofReal), Is.EqualTo((2 * n * log) - (4 * n) + 6));
    }

    [Test]
    public void Equal_expressions_are_one_node_and_signs_cost_nothing()
    {
        var graph = new Graph();
        Signed a = graph.Input("a", 1);
        Signed b = graph.Input("b", 1);

        Assert.That(graph.Add(b, a), Is.EqualTo(graph.Add(a, b)));
        Assert.That(graph.Subtract(b, a), Is.EqualTo(-graph.Subtract(a, b)));
        Assert.That(graph.Scale(a, -0.5), Is.EqualTo(-graph.Scale(a, 0.5)));
        Assert.That(graph.Scale(a, -1), Is.EqualTo(-a));
        Assert.That(graph.Add(a, default), Is.EqualTo(a));
        Assert.That(graph.Subtract(a, a).IsZero, Is.True);
        Assert.That(graph.Multiply(-a, -b), Is.EqualTo(graph.Multiply(a, b)));
        Assert.That(graph.Input("a", 1), Is.EqualTo(a));
    }

    private static Pair[] Inputs(Graph graph, int n) => [.. Enumerable.Range(0, n).Select(i => new Pair(graph.Input($"r{i}", 1), graph.Input($"i{i}", 1)))];

    private static Complex[] Values(int n, bool complex)
    {
        var random = new Random(n);
        return [.. Enumerable.Range(0, n).Select(_ => new Complex(random.NextDouble() - 0.5, complex ? random.NextDouble() - 0.5 : 0))];
    }

    private static Complex Naive(Complex[] x, int k) =>
        x.Select((value, m) => value * Complex.FromPolarCoordinates(1, -2 * Math.PI * (m * k % x.Length) / x.Length)).Aggregate(Complex.Add);

    private static int Operations(IEnumerable<Pair> results)
    {
        var seen = new HashSet<Node>();
        var open = new Stack<Node>(results.SelectMany(result => new[] { result.Re.Node, result.Im.Node }).OfType<Node>());
        while (open.TryPop(out Node? node))
        {
            if (seen.Add(node))
            {
                foreach (Node operand in node.Operands)
                {
                    open.Push(operand);
                }
            }
        }

        return seen.Count(node => node.Operation != Operation.Input);
    }

    /// <summary>Evaluates graphs in double precision.</summary>
    private sealed class Evaluation(Func<string, double> input)
    {
        private readonly Dictionary<Node, double> _values = [];

        public Complex Of(Pair pair) => new(Of(pair.Re), Of(pair.Im));

        public double Of(Signed value) => value.Node is null ? 0 : value.Negative ? -Of(value.Node) : Of(value.Node);

        private double Of(Node node)
        {
            if (!_values.TryGetValue(node, out double value))
            {
                value = node.Operation switch
                {
                    Operation.Input => input(node.Text),
                    Operation.Scale => node.Constant * Of(node.Left!),
                    Operation.Product => Of(node.Left!) * Of(node.Right!),
                    _ => node.Minus ? Of(node.Left!) - Of(node.Right!) : Of(node.Left!) + Of(node.Right!),
                };
                _values.Add(node, value);
            }

            return value;
        }
    }
}
