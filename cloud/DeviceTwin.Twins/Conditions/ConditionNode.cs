using System.Text.Json.Nodes;

namespace DeviceTwin.Twins.Conditions;

/// <summary>
/// One node of a parsed condition. It holds or it does not: whatever is not true, a comparison with something absent among it, is false.
/// </summary>
public abstract record ConditionNode
{
    /// <summary>Whether it holds of a document. What every other way of answering must agree with.</summary>
    public abstract bool Holds(IQuerySubject subject);
}

public sealed record Constant(bool Value) : ConditionNode
{
    public override bool Holds(IQuerySubject subject) => Value;
}

public sealed record Not(ConditionNode Inner) : ConditionNode
{
    public override bool Holds(IQuerySubject subject) => !Inner.Holds(subject);
}

/// <summary>All of the terms (a list, so that a long chain does not nest).</summary>
public sealed record And(IReadOnlyList<ConditionNode> Terms) : ConditionNode
{
    public override bool Holds(IQuerySubject subject) => Terms.All(term => term.Holds(subject));
}

/// <summary>Any of the terms.</summary>
public sealed record Or(IReadOnlyList<ConditionNode> Terms) : ConditionNode
{
    public override bool Holds(IQuerySubject subject) => Terms.Any(term => term.Holds(subject));
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
    public override bool Holds(IQuerySubject subject) =>
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
    public override bool Holds(IQuerySubject subject)
    {
        var value = Value.Value(subject);
        return value.Kind != PrimitiveKind.None && List.Any(item => Primitive.Compare(value, item) == 0) != Negated;
    }
}

/// <summary>Objects, arrays and null are defined too.</summary>
public sealed record IsDefined(PathOperand Path) : ConditionNode
{
    public override bool Holds(IQuerySubject subject) => subject.TryFind(Path.Path, out _);
}

/// <summary>What <c>IS_NUMBER</c> and its like ask.</summary>
public enum ValueType
{
    Boolean,
    Number,
    Text,
    Object,
    Array,
    Null,

    /// <summary>A truth value, number, text or null.</summary>
    Primitive,
}

/// <summary>Whether there is a value of a type. What is not there has none.</summary>
public sealed record TypeTest(ValueType Type, PathOperand Path) : ConditionNode
{
    public override bool Holds(IQuerySubject subject) => subject.TryFind(Path.Path, out var value) && Type switch
    {
        ValueType.Object => value is JsonObject,
        ValueType.Array => value is JsonArray,
        ValueType.Null => value is null,
        ValueType.Primitive => value is null or JsonValue,
        ValueType.Boolean => Primitive.Of(value).Kind == PrimitiveKind.Boolean,
        ValueType.Number => Primitive.Of(value).Kind == PrimitiveKind.Number,
        _ => Primitive.Of(value).Kind == PrimitiveKind.Text,
    };
}

/// <summary>Whether an array has an element that equals a value.</summary>
public sealed record ArrayContains(PathOperand Path, Operand Element) : ConditionNode
{
    public override bool Holds(IQuerySubject subject) => subject.TryFind(Path.Path, out var value) && Has(value as JsonArray, Element.Value(subject));

    /// <summary>The question itself, for those who have the array already.</summary>
    public static bool Has(JsonArray? array, Primitive element) => array is not null && array.Any(item => Primitive.Compare(Primitive.Of(item), element) == 0);
}

public enum TextTest
{
    StartsWith,
    EndsWith,
    Contains,
}

public sealed record TextComparison(TextTest Test, Operand Value, Operand Part) : ConditionNode
{
    public override bool Holds(IQuerySubject subject) =>
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
    public abstract Primitive Value(IQuerySubject subject);
}

/// <summary>A path that the parser has let pass, <c>devices.</c> taken off.</summary>
public sealed record PathOperand(IReadOnlyList<string> Path) : Operand
{
    public override Primitive Value(IQuerySubject subject) => subject.TryFind(Path, out var value) ? Primitive.Of(value) : Primitive.None;
}

/// <param name="Literal">None for <c>null</c> and <c>undefined</c>, which equal nothing that a twin holds.</param>
public sealed record LiteralOperand(Primitive Literal) : Operand
{
    public override Primitive Value(IQuerySubject subject) => Literal;
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
    public override Primitive Value(IQuerySubject subject) =>
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
