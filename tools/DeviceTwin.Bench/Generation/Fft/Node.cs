namespace DeviceTwin.Bench.Generation.Fft;

/// <summary>What a <see cref="Node"/> computes.</summary>
public enum Operation
{
    /// <summary>An element of an array, or whatever else C# has to read.</summary>
    Input,

    /// <summary>A constant times the left operand.</summary>
    Scale,

    /// <summary>Both operands multiplied.</summary>
    Product,

    /// <summary>Left + right, or left − right.</summary>
    Sum,
}

/// <summary>One value of a codelet: an input, or one operation on other values.</summary>
public sealed class Node
{
    /// <summary>Running number in its <see cref="Graph"/>; operands have lower ones.</summary>
    public required int Number { get; init; }

    /// <summary>What it computes.</summary>
    public required Operation Operation { get; init; }

    /// <summary>Of an input: the C# that reads it.</summary>
    public string Text { get; init; } = "";

    /// <summary>Of an input: the instructions that reading it takes.</summary>
    public int Cost { get; init; }

    /// <summary>Of a <see cref="Operation.Scale"/>: the constant, greater than 0.</summary>
    public double Constant { get; init; }

    /// <summary>First operand.</summary>
    public Node? Left { get; init; }

    /// <summary>Second operand.</summary>
    public Node? Right { get; init; }

    /// <summary>Of a <see cref="Operation.Sum"/>: whether the right operand is subtracted.</summary>
    public bool Minus { get; init; }

    /// <summary>The operands there are.</summary>
    public IEnumerable<Node> Operands
    {
        get
        {
            if (Left is not null)
            {
                yield return Left;
            }

            if (Right is not null)
            {
                yield return Right;
            }
        }
    }
}

/// <summary>A node with a sign, or zero. Signs are carried along instead of computed: a sum of them becomes a difference.</summary>
/// <param name="Node">The node; null is zero.</param>
/// <param name="Negative">Whether its negative is meant.</param>
public readonly record struct Signed(Node? Node, bool Negative)
{
    /// <summary>Whether it is zero.</summary>
    public bool IsZero => Node is null;

    /// <summary>The negative.</summary>
    public static Signed operator -(Signed value) => new(value.Node, !value.Negative);
}

/// <summary>A complex value.</summary>
public readonly record struct Pair(Signed Re, Signed Im)
{
    /// <summary>The conjugate.</summary>
    public Pair Conjugate => new(Re, -Im);

    /// <summary>Times −i.</summary>
    public Pair TurnedBack => new(Im, -Re);
}
