namespace DeviceTwin.Bench.Generation.Fft;

/// <summary>A result of a codelet: where it is stored.</summary>
/// <param name="Target">The C# of the array element.</param>
/// <param name="Cost">Instructions of the store without those of the value.</param>
/// <param name="Value">What is stored.</param>
public sealed record Output(string Target, int Cost, Signed Value);

/// <summary>
/// One statement of a codelet: computes a value that is used more than once, or stores a result. Values that are used once have no
/// statement; they are part of the one that uses them and never leave the evaluation stack.
/// </summary>
public sealed class Statement
{
    /// <summary>The value it computes, or the one it stores.</summary>
    public required Node Root { get; init; }

    /// <summary>Where it stores the value; null where it computes one for others.</summary>
    public Output? Output { get; init; }

    /// <summary>The values of other statements that it reads, in the order of reading, one entry for each time.</summary>
    public List<Node> Reads { get; } = [];

    /// <summary>Whether it reads an input array.</summary>
    public bool Loads { get; set; }

    /// <summary>Cuts a graph into statements: one for each node that is used more than once, one for each output.</summary>
    public static List<Statement> Cut(IReadOnlyList<Output> outputs)
    {
        var uses = new Dictionary<Node, int>();
        foreach (Output output in outputs)
        {
            Count(output.Value.Node!, uses);
        }

        var statements = new List<Statement>();
        foreach (Node node in uses.Keys.Where(node => uses[node] > 1).OrderBy(node => node.Number))
        {
            statements.Add(new Statement { Root = node });
        }

        foreach (Output output in outputs)
        {
            statements.Add(new Statement { Root = output.Value.Node!, Output = output });
        }

        foreach (Statement statement in statements)
        {
            statement.Read(statement.Root, statement.Output is null, uses);
        }

        return statements;
    }

    private static void Count(Node node, Dictionary<Node, int> uses)
    {
        uses[node] = uses.GetValueOrDefault(node) + 1;
        if (uses[node] == 1)
        {
            foreach (Node operand in node.Operands)
            {
                Count(operand, uses);
            }
        }
    }

    private void Read(Node node, bool isOwn, Dictionary<Node, int> uses)
    {
        if (!isOwn && uses[node] > 1)
        {
            Reads.Add(node);
            return;
        }

        Loads |= node.Operation == Operation.Input;
        foreach (Node operand in node.Operands)
        {
            Read(operand, false, uses);
        }
    }
}
