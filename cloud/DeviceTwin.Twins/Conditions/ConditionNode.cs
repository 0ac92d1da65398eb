namespace DeviceTwin.Twins.Conditions;

/// <summary>
/// One node of a parsed condition. It holds or it does not: whatever is not true, a comparison with something absent among it, is false.
/// </summary>
public abstract record ConditionNode
{
    /// <summary>Whether it holds of a device. What every other way of answering must agree with.</summary>
    public abstract bool Holds(ConditionSubject subject);
}

public sealed record Constant(bool Value) : ConditionNode
{
    public override bool Holds(ConditionSubject subject) => Value;
}

public sealed record Not(ConditionNode Inner) : ConditionNode
{
    public override bool Holds(ConditionSubject subject) => !Inner.Holds(subject);
}

/// <summary>All of the terms (a list, so that a long chain does not nest).</summary>
public sealed record And(IReadOnlyList<ConditionNode> Terms) : ConditionNode
{
    public override bool Holds(ConditionSubject subject) => Terms.All(term => term.Holds(subject));
}

/// <summary>Any of the terms.</summary>
public sealed record Or(IReadOnlyList<ConditionNode> Terms) : ConditionNode
{
    public override bool Holds(ConditionSubject subject) => Terms.Any(term => term.Holds(subject));
}

public enum Comparator
{
    Equal,
    NotEqual,
    Less,
    Greater,
    LessOrEqual,
    GreaterOrEqual,
}

/// <summary>Primitives of one kind compare; everything else is false, whatever the comparator.</summary>
public sealed record Comparison(Operand Left, Comparator Comparator, Operand Right) : ConditionNode
{
    public override bool Holds(ConditionSubject subject) =>
        Primitive.Compare(Left.Value(subject), Right.Value(subject)) is { } order && Comparator switch
        {
            Comparator.Equal => order == 0,
            Comparator.NotEqual => order != 0,
            Comparator.Less => order < 0,
            Comparator.Greater => order > 0,
            Comparator.LessOrEqual => order <= 0,
            _ => order >= 0,
        };
}

/// <summary><c>IN</c>; <c>NIN</c> and <c>NOT IN</c> hold where the value is there, and none of the list.</summary>
public sealed record Membership(Operand Value, IReadOnlyList<Primitive> List, bool Negated) : ConditionNode
{
    public override bool Holds(ConditionSubject subject)
    {
        var value = Value.Value(subject);
        return value.Kind != PrimitiveKind.None && List.Any(item => Primitive.Compare(value, item) == 0) != Negated;
    }
}

/// <summary>Objects and arrays are defined too.</summary>
public sealed record IsDefined(PathOperand Path) : ConditionNode
{
    public override bool Holds(ConditionSubject subject) => subject.Find(Path.Path) is not null;
}

public enum TextTest
{
    StartsWith,
    EndsWith,
    Contains,
}

public sealed record TextComparison(TextTest Test, Operand Value, Operand Part) : ConditionNode
{
    public override bool Holds(ConditionSubject subject) =>
        Value.Value(subject).AsText is { } value && Part.Value(subject).AsText is { } part && Test switch
        {
            TextTest.StartsWith => value.StartsWith(part, StringComparison.Ordinal),
            TextTest.EndsWith => value.EndsWith(part, StringComparison.Ordinal),
            _ => value.Contains(part, StringComparison.Ordinal),
        };
}

/// <summary>A value in a comparison.</summary>
public abstract record Operand
{
    public abstract Primitive Value(ConditionSubject subject);
}

/// <summary>A path that the parser has let pass, <c>devices.</c> taken off.</summary>
public sealed record PathOperand(IReadOnlyList<string> Path) : Operand
{
    public override Primitive Value(ConditionSubject subject) => Primitive.Of(subject.Find(Path));
}

/// <param name="Literal">None for <c>null</c> and <c>undefined</c>, which equal nothing that a twin holds.</param>
public sealed record LiteralOperand(Primitive Literal) : Operand
{
    public override Primitive Value(ConditionSubject subject) => Literal;
}

public enum ArithmeticOperator
{
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// <summary>
/// Arithmetic of doubles, as in JSON's own language. What is no finite number (text in it, a division by zero) is undefined.
/// </summary>
public sealed record Arithmetic(Operand Left, ArithmeticOperator Operator, Operand Right) : Operand
{
    public override Primitive Value(ConditionSubject subject) =>
        Left.Value(subject).AsDouble is { } left && Right.Value(subject).AsDouble is { } right
            ? Primitive.Of(Calculate(left, Operator, right))
            : Primitive.None;

    /// <summary>The result, which may be infinite or no number.</summary>
    public static double Calculate(double left, ArithmeticOperator operation, double right) => operation switch
    {
        ArithmeticOperator.Add => left + right,
        ArithmeticOperator.Subtract => left - right,
        ArithmeticOperator.Multiply => left * right,
        ArithmeticOperator.Divide => left / right,
        _ => left % right,
    };
}
