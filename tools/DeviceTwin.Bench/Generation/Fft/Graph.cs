namespace DeviceTwin.Bench.Generation.Fft;

/// <summary>
/// Builds the expression graph of a codelet. The same operation on the same values is one node, zeros vanish, signs are folded away.
/// </summary>
public sealed class Graph
{
    private readonly Dictionary<(Operation, double, int, int, bool, string), Node> _nodes = [];

    /// <summary>An input by the C# that reads it and the instructions this takes.</summary>
    public Signed Input(string text, int cost) =>
        new(Find(Operation.Input, text: text, cost: cost), false);

    /// <summary>The sum of two values.</summary>
    public Signed Add(Signed a, Signed b)
    {
        if (a.IsZero || b.IsZero)
        {
            return a.IsZero ? b : a;
        }

        if (a.Node == b.Node)
        {
            return a.Negative == b.Negative ? Scale(a, 2) : default;
        }

        // One order for each pair of operands, so that a + b and b + a, a − b and b − a are the same node.
        if (a.Node!.Number > b.Node!.Number)
        {
            (a, b) = (b, a);
        }

        return new(Find(Operation.Sum, left: a.Node, right: b.Node, minus: a.Negative != b.Negative), a.Negative);
    }

    /// <summary>The difference of two values.</summary>
    public Signed Subtract(Signed a, Signed b) => Add(a, -b);

    /// <summary>A value times a constant.</summary>
    public Signed Scale(Signed a, double constant)
    {
        if (a.IsZero || constant == 0)
        {
            return default;
        }

        bool negative = a.Negative != (constant < 0);
        double size = Math.Abs(constant);
        return size == 1 ? new(a.Node, negative) : new(Find(Operation.Scale, constant: size, left: a.Node), negative);
    }

    /// <summary>The product of two values.</summary>
    public Signed Multiply(Signed a, Signed b) =>
        a.IsZero || b.IsZero ? default : new(Find(Operation.Product, left: a.Node, right: b.Node), a.Negative != b.Negative);

    /// <summary>The square of a value.</summary>
    public Signed Square(Signed a) => a.IsZero ? default : new(Find(Operation.Product, left: a.Node, right: a.Node), false);

    /// <summary>The sum of two complex values.</summary>
    public Pair Add(Pair a, Pair b) => new(Add(a.Re, b.Re), Add(a.Im, b.Im));

    /// <summary>The difference of two complex values.</summary>
    public Pair Subtract(Pair a, Pair b) => new(Subtract(a.Re, b.Re), Subtract(a.Im, b.Im));

    /// <summary>A value times e^(−2πi·<paramref name="k"/>/<paramref name="n"/>), 0 ≤ |k| ≤ n/8.</summary>
    public Pair Turn(Pair a, int k, int n)
    {
        if (k == 0)
        {
            return a;
        }

        if (8 * Math.Abs(k) == n)
        {
            // Both factors are √½: add first, multiply once.
            double half = Math.Sqrt(0.5);
            Signed sum = Scale(Add(a.Re, a.Im), half);
            Signed difference = Scale(Subtract(a.Im, a.Re), half);
            return k > 0 ? new(sum, difference) : new(-difference, sum);
        }

        double angle = 2 * Math.PI * k / n;
        double c = Math.Cos(angle);
        double s = Math.Sin(angle);
        return new(Add(Scale(a.Re, c), Scale(a.Im, s)), Subtract(Scale(a.Im, c), Scale(a.Re, s)));
    }

    /// <summary>A value times c − i·s.</summary>
    public Pair Turn(Pair a, Signed c, Signed s) => new(
        Add(Multiply(a.Re, c), Multiply(a.Im, s)),
        Subtract(Multiply(a.Im, c), Multiply(a.Re, s)));

    private Node Find(
        Operation operation, string text = "", int cost = 0, double constant = 0, Node? left = null, Node? right = null, bool minus = false)
    {
        var key = (operation, constant, left?.Number ?? -1, right?.Number ?? -1, minus, text);
        if (!_nodes.TryGetValue(key, out Node? node))
        {
            node = new Node
            {
                Number = _nodes.Count,
                Operation = operation,
                Text = text,
                Cost = cost,
                Constant = constant,
                Left = left,
                Right = right,
                Minus = minus,
            };
            _nodes.Add(key, node);
        }

        return node;
    }
}
