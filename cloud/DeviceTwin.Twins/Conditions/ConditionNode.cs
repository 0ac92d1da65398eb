using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeviceTwin.Twins.Conditions;

/// <summary>One node of a parsed condition.</summary>
internal abstract record ConditionNode
{
    public abstract bool Holds(ConditionSubject subject);
}

internal sealed record Constant(bool Value) : ConditionNode
{
    public override bool Holds(ConditionSubject subject) => Value;
}

internal sealed record Not(ConditionNode Inner) : ConditionNode
{
    public override bool Holds(ConditionSubject subject) => !Inner.Holds(subject);
}

/// <summary>All of the terms (a list, so that a long chain does not nest).</summary>
internal sealed record And(IReadOnlyList<ConditionNode> Terms) : ConditionNode
{
    public override bool Holds(ConditionSubject subject) => Terms.All(term => term.Holds(subject));
}

/// <summary>Any of the terms.</summary>
internal sealed record Or(IReadOnlyList<ConditionNode> Terms) : ConditionNode
{
    public override bool Holds(ConditionSubject subject) => Terms.Any(term => term.Holds(subject));
}

internal enum Comparator
{
    Equal,
    NotEqual,
    Less,
    Greater,
    LessOrEqual,
    GreaterOrEqual,
}

internal sealed record Comparison(Operand Left, Comparator Comparator, Operand Right) : ConditionNode
{
    public override bool Holds(ConditionSubject subject) => Holds(Left.Value(subject), Comparator, Right.Value(subject));

    /// <summary>Primitives of one kind compare; everything else is false, whatever the comparator.</summary>
    public static bool Holds(JsonNode? left, Comparator comparator, JsonNode? right)
    {
        if (left is not JsonValue || right is not JsonValue)
        {
            return false;
        }

        var leftKind = left.GetValueKind();
        var rightKind = right.GetValueKind();
        if (IsBoolean(leftKind) && IsBoolean(rightKind))
        {
            return Holds((leftKind == JsonValueKind.True).CompareTo(rightKind == JsonValueKind.True), comparator);
        }

        if (leftKind != rightKind)
        {
            return false;
        }

        return leftKind switch
        {
            JsonValueKind.String => Holds(string.CompareOrdinal(left.GetValue<string>(), right.GetValue<string>()), comparator),
            JsonValueKind.Number => Holds(CompareNumbers(left, right), comparator),
            _ => false,
        };
    }

    private static int CompareNumbers(JsonNode left, JsonNode right) =>
        Json.Integer(left) is { } leftInteger && Json.Integer(right) is { } rightInteger
            ? leftInteger.CompareTo(rightInteger)
            : Json.Number(left).CompareTo(Json.Number(right));

    private static bool IsBoolean(JsonValueKind kind) => kind is JsonValueKind.True or JsonValueKind.False;

    private static bool Holds(int order, Comparator comparator) => comparator switch
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
internal sealed record Membership(Operand Value, IReadOnlyList<JsonNode> List, bool Negated) : ConditionNode
{
    public override bool Holds(ConditionSubject subject)
    {
        var value = Value.Value(subject);
        return value is JsonValue && List.Any(item => Comparison.Holds(value, Comparator.Equal, item)) != Negated;
    }
}

internal sealed record IsDefined(PathOperand Path) : ConditionNode
{
    public override bool Holds(ConditionSubject subject) => Path.Value(subject) is not null;
}

internal enum TextTest
{
    StartsWith,
    EndsWith,
    Contains,
}

internal sealed record TextComparison(TextTest Test, Operand Value, Operand Part) : ConditionNode
{
    public override bool Holds(ConditionSubject subject)
    {
        if (!TryText(Value.Value(subject), out var value) || !TryText(Part.Value(subject), out var part))
        {
            return false;
        }

        return Test switch
        {
            TextTest.StartsWith => value.StartsWith(part, StringComparison.Ordinal),
            TextTest.EndsWith => value.EndsWith(part, StringComparison.Ordinal),
            _ => value.Contains(part, StringComparison.Ordinal),
        };
    }

    private static bool TryText(JsonNode? node, out string text)
    {
        var isText = node is JsonValue && node.GetValueKind() == JsonValueKind.String;
        text = isText ? node!.GetValue<string>() : "";
        return isText;
    }
}

/// <summary>A value in a comparison.</summary>
internal abstract record Operand
{
    public abstract JsonNode? Value(ConditionSubject subject);
}

internal sealed record PathOperand(IReadOnlyList<string> Path) : Operand
{
    public override JsonNode? Value(ConditionSubject subject) => subject.Find(Path);
}

/// <param name="Literal">Null for <c>null</c> and <c>undefined</c>, which equal nothing that a twin holds.</param>
internal sealed record LiteralOperand(JsonNode? Literal) : Operand
{
    public override JsonNode? Value(ConditionSubject subject) => Literal;
}
