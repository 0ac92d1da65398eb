using System.Globalization;
using System.Text;

namespace DeviceTwin.Bench.Generation.Fft;

/// <summary>Writes scheduled statements as C#, and counts the instructions they take.</summary>
public sealed class CodeWriter
{
    private const int Impossible = 1000;

    private readonly Schedule _schedule;
    private readonly string _indent;
    private readonly StringBuilder _text = new();
    private readonly Dictionary<Node, string> _names = [];
    private readonly Dictionary<Node, bool> _negated = [];

    private CodeWriter(Schedule schedule, string indent)
    {
        _schedule = schedule;
        _indent = indent;
    }

    /// <summary>The statements, one a line.</summary>
    public string Text => _text.ToString();

    /// <summary>Number of locals r0, r1, … that the statements use.</summary>
    public int Locals { get; private set; }

    /// <summary>Number of values that only ever are on the evaluation stack; they have names, but the compiler makes no locals of them.</summary>
    public int Stacked { get; private set; }

    /// <summary>Instructions of all statements together.</summary>
    public int Instructions { get; private set; }

    /// <summary>Writes a schedule.</summary>
    public static CodeWriter Write(Schedule schedule, string indent)
    {
        var writer = new CodeWriter(schedule, indent);
        writer.Run();
        return writer;
    }

    private void Run()
    {
        var left = new Dictionary<Node, int>();
        foreach (Node read in _schedule.Order.SelectMany(statement => statement.Reads))
        {
            left[read] = left.GetValueOrDefault(read) + 1;
        }

        var free = new PriorityQueue<int, int>();
        foreach (Statement statement in _schedule.Order)
        {
            Node? first = statement.Reads.FirstOrDefault(_schedule.IsStacked);
            Form positive = Write(statement.Root, statement.Output is null, first, false);
            Form negative = Write(statement.Root, statement.Output is null, first, true);

            // What a stacked value costs: a dup for each use but the last.
            foreach (Node read in statement.Reads)
            {
                left[read]--;
                bool last = left[read] == 0;
                if (_schedule.IsStacked(read))
                {
                    Instructions += last ? 0 : 1;
                }
                else
                {
                    Instructions++;
                    if (last)
                    {
                        int register = int.Parse(_names[read].AsSpan(1), CultureInfo.InvariantCulture);
                        free.Enqueue(register, register);
                    }
                }
            }

            Form form;
            if (statement.Output is { } output)
            {
                form = output.Value.Negative ? negative : positive;
                _text.Append(CultureInfo.InvariantCulture, $"{_indent}{output.Target} = {form.Text};\n");
                Instructions += output.Cost;
            }
            else
            {
                bool negated = negative.Cost < positive.Cost;
                form = negated ? negative : positive;
                _negated[statement.Root] = negated;
                if (_schedule.IsStacked(statement.Root))
                {
                    _names[statement.Root] = string.Create(CultureInfo.InvariantCulture, $"t{Stacked++}");
                    _text.Append(CultureInfo.InvariantCulture, $"{_indent}float {_names[statement.Root]} = {form.Text};\n");
                }
                else
                {
                    if (!free.TryDequeue(out int register, out _))
                    {
                        register = Locals++;
                    }

                    _names[statement.Root] = string.Create(CultureInfo.InvariantCulture, $"r{register}");
                    _text.Append(CultureInfo.InvariantCulture, $"{_indent}{_names[statement.Root]} = {form.Text};\n");
                    Instructions++;
                }
            }

            Instructions += form.Cost;
        }
    }

    /// <summary>An expression and the instructions it takes without those that read values of other statements.</summary>
    private readonly record struct Form(string Text, int Cost, bool Binds)
    {
        public string Bracketed => Binds ? Text : $"({Text})";
    }

    /// <summary>
    /// The expression of a node or of its negative, such that <paramref name="first"/>, where it is not null, is what it reads first.
    /// </summary>
    private Form Write(Node node, bool isOwn, Node? first, bool negative)
    {
        if (!isOwn && _names.TryGetValue(node, out string? name))
        {
            return _negated[node] == negative ? new Form(name, 0, true) : new Form($"-{name}", 1, true);
        }

        return node.Operation switch
        {
            Operation.Input => negative ? new Form("", Impossible, true) : new Form(node.Text, node.Cost, true),
            Operation.Scale => Scale(node, first, negative),
            Operation.Product => Product(node, first, negative),
            _ => Sum(node, first, negative),
        };
    }

    private Form Scale(Node node, Node? first, bool negative)
    {
        Form plain = Write(node.Left!, false, first, negative);
        Form turned = Write(node.Left!, false, first, !negative);
        (Form value, double constant) = turned.Cost < plain.Cost ? (turned, -node.Constant) : (plain, node.Constant);
        return new Form($"{value.Bracketed} * {Literal(constant)}", value.Cost + 2, false);
    }

    private Form Product(Node node, Node? first, bool negative)
    {
        Form a = Write(node.Left!, false, first, false);
        Form b = Write(node.Right!, false, first, negative);
        Form turnedA = Write(node.Left!, false, first, true);
        Form turnedB = Write(node.Right!, false, first, !negative);
        if (turnedA.Cost + turnedB.Cost < a.Cost + b.Cost)
        {
            (a, b) = (turnedA, turnedB);
        }

        if (first is not null && Holds(node.Right!, first))
        {
            (a, b) = (b, a);
        }

        return new Form($"{a.Bracketed} * {b.Bracketed}", a.Cost + b.Cost + 1, false);
    }

    private Form Sum(Node node, Node? first, bool negative)
    {
        Form[] a = [Write(node.Left!, false, first, false), Write(node.Left!, false, first, true)];
        Form[] b = [Write(node.Right!, false, first, false), Write(node.Right!, false, first, true)];
        bool leftFirst = first is null || Holds(node.Left!, first);
        bool rightFirst = first is null || Holds(node.Right!, first);
        if (!leftFirst && !rightFirst)
        {
            leftFirst = rightFirst = true;
        }

        // The terms with the signs they are to have: their sum, or a difference where one of them is at hand with the other sign.
        int signA = negative ? 1 : 0;
        int signB = negative != node.Minus ? 1 : 0;
        Form best = new("", Impossible * 2, false);
        void Try(Form x, string sign, Form y)
        {
            int cost = x.Cost + y.Cost + 1;
            if (cost < best.Cost)
            {
                best = new Form($"{x.Bracketed} {sign} {y.Bracketed}", cost, false);
            }
        }

        if (leftFirst)
        {
            Try(a[signA], "+", b[signB]);
            Try(a[signA], "-", b[1 - signB]);
        }

        if (rightFirst)
        {
            Try(b[signB], "+", a[signA]);
            Try(b[signB], "-", a[1 - signA]);
        }

        return best;
    }

    private bool Holds(Node node, Node sought) =>
        node == sought || (!_names.ContainsKey(node) && node.Operands.Any(operand => Holds(operand, sought)));

    private static string Literal(double value) => ((float)value).ToString("R", CultureInfo.InvariantCulture) + "f";
}
