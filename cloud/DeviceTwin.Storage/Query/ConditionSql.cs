using System.Globalization;
using System.Text;
using System.Text.Json;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;

namespace DeviceTwin.Storage.Query;

/// <summary>
/// Translates a condition into SQLite's language over <c>twins t</c>, <c>identities i</c> and <c>presence p</c>. Every part is 1 or 0
/// and never NULL, so that NOT, AND and OR mean the same there as in <see cref="ConditionNode.Holds"/>.
/// </summary>
/// <remarks>
/// A comparison of an indexed path with a value becomes a range of the index. Everything else is computed from the row: an operand has
/// one expression per kind, which is NULL where the value is of another kind, so that only values of one kind ever meet.
/// </remarks>
internal sealed class ConditionSql(SqlText sql, IndexedPaths index)
{
    /// <summary>A C# function: SQLite's own reading of decimals may be off in the last place.</summary>
    public const string NumberFunction = "twin_number";

    /// <summary>A C# function: SQLite's remainder is one of integers.</summary>
    public const string ArithmeticFunction = "twin_arithmetic";

    private static readonly PrimitiveKind[] Kinds = [PrimitiveKind.Boolean, PrimitiveKind.Number, PrimitiveKind.Text];

    /// <summary>The expression of a condition.</summary>
    public string Of(ConditionNode node) => node switch
    {
        Constant constant => constant.Value ? "1" : "0",
        Not not => $"NOT {Of(not.Inner)}",
        And and => Joined([.. and.Terms.Select(Of)], " AND "),
        Or or => Joined([.. or.Terms.Select(Of)], " OR "),
        Comparison comparison => Of(comparison),
        Membership membership => Of(membership),
        IsDefined defined => Of(defined),
        TextComparison text => Of(text),
        _ => throw new NotSupportedException($"The SQLite store does not know {node.GetType().Name}."),
    };

    private string Of(Comparison comparison)
    {
        var (left, comparator, right) = (comparison.Left, comparison.Comparator, comparison.Right);
        if (left is LiteralOperand && right is not LiteralOperand)
        {
            (left, comparator, right) = (right, Mirrored(comparator), left);
        }

        if (right is LiteralOperand { Literal: var literal } && Indexed(left) is { } path)
        {
            return literal.Kind == PrimitiveKind.None ? "0" : InIndex(path, literal.Kind, $" AND value {Symbol(comparator)} {Bound(literal)}");
        }

        return Any(Kinds.Select(kind => Value(left, kind) is { } one && Value(right, kind) is { } other
            ? $"(({one}) {Symbol(comparator)} ({other}) IS TRUE)"
            : null));
    }

    private string Of(Membership membership)
    {
        var byKind = membership.List.Where(item => item.Kind != PrimitiveKind.None).GroupBy(item => item.Kind).ToArray();
        string among;
        string there;
        if (Indexed(membership.Value) is { } path)
        {
            among = Any(byKind.Select(items => InIndex(path, items.Key, $" AND value IN ({Listed(items)})")));
            there = $"t.device_id IN (SELECT device_id FROM twin_leaves WHERE path = {sql.Parameter(path)} AND kind > 0)";
        }
        else
        {
            among = Any(byKind.Select(items => Value(membership.Value, items.Key) is { } value ? $"(({value}) IN ({Listed(items)}) IS TRUE)" : null));
            there = Any(Kinds.Select(kind => Value(membership.Value, kind) is { } value ? $"({value}) IS NOT NULL" : null));
        }

        return membership.Negated ? $"({there} AND NOT {among})" : among;
    }

    private string Of(IsDefined defined)
    {
        if (Indexed(defined.Path) is { } path)
        {
            return $"t.device_id IN (SELECT device_id FROM twin_leaves WHERE path = {sql.Parameter(path)})";
        }

        return Fact(defined.Path.Path) is { } fact ? $"({fact.Sql}) IS NOT NULL"
            : InDocument(defined.Path.Path) is { } place ? $"json_type({place.Column}, {place.Path}) IS NOT NULL"
            : "0";
    }

    private string Of(TextComparison comparison)
    {
        if (Indexed(comparison.Value) is { } path && comparison.Part is LiteralOperand { Literal: { Kind: PrimitiveKind.Text } literal })
        {
            return InIndex(path, PrimitiveKind.Text, " AND " + TextTested(comparison.Test, "value", Bound(literal), (string)literal.Value!));
        }

        return Value(comparison.Value, PrimitiveKind.Text) is { } value && Value(comparison.Part, PrimitiveKind.Text) is { } part
            ? $"(({TextTested(comparison.Test, value, part, null)}) IS TRUE)"
            : "0";
    }

    /// <summary>Bytes, because SQLite's text functions end at U+0000; a part of an empty blob is NULL to it.</summary>
    private string TextTested(TextTest test, string value, string part, string? prefix)
    {
        var (whole, piece) = ($"CAST({value} AS BLOB)", $"CAST({part} AS BLOB)");
        switch (test)
        {
            case TextTest.StartsWith when prefix is not null:
                // A range of the index.
                var end = AfterAllWith(prefix) is { } first ? $" AND {value} < {sql.Parameter(first)}" : "";
                return $"{value} >= {part}{end}";
            case TextTest.StartsWith:
                return $"CASE WHEN length({whole}) >= length({piece}) THEN ifnull(substr({whole}, 1, length({piece})), x'') = {piece} END";
            case TextTest.EndsWith:
                return $"CASE WHEN length({whole}) >= length({piece}) THEN ifnull(substr({whole}, length({whole}) - length({piece}) + 1), x'') = {piece} END";
            default:
                return $"instr({whole}, {piece}) > 0";
        }
    }

    private string InIndex(string path, PrimitiveKind kind, string tests) =>
        $"t.device_id IN (SELECT device_id FROM twin_leaves WHERE path = {sql.Parameter(path)} AND kind = {(int)kind}{tests})";

    /// <summary>The value of an operand where it is of this kind and NULL where it is not; null where it never is.</summary>
    private string? Value(Operand operand, PrimitiveKind kind)
    {
        switch (operand)
        {
            case LiteralOperand { Literal: var literal }:
                return literal.Kind == kind ? Bound(literal) : null;
            case Arithmetic arithmetic:
                return kind == PrimitiveKind.Number && Value(arithmetic.Left, kind) is { } left && Value(arithmetic.Right, kind) is { } right
                    ? $"{ArithmeticFunction}({(int)arithmetic.Operator}, {left}, {right})"
                    : null;
            case PathOperand { Path: var path }:
                if (Fact(path) is { } fact)
                {
                    return fact.Kind == kind ? fact.Sql : null;
                }

                return InDocument(path) is { } place ? Extracted(place.Column, place.Path, kind) : null;
            default:
                return null;
        }
    }

    private static string Extracted(string column, string path, PrimitiveKind kind) => kind switch
    {
        PrimitiveKind.Boolean => $"CASE json_type({column}, {path}) WHEN 'true' THEN 1 WHEN 'false' THEN 0 END",
        PrimitiveKind.Text => $"CASE json_type({column}, {path}) WHEN 'text' THEN json_extract({column}, {path}) END",
        _ => $"CASE json_type({column}, {path}) WHEN 'integer' THEN json_extract({column}, {path}) WHEN 'real' THEN {NumberFunction}({column} -> {path}) END",
    };

    /// <summary>The facts that have columns.</summary>
    private static (string Sql, PrimitiveKind Kind)? Fact(IReadOnlyList<string> path) => path switch
    {
        ["deviceId"] => ("t.device_id", PrimitiveKind.Text),
        ["etag"] => ("t.etag", PrimitiveKind.Text),
        ["version"] => ("t.version", PrimitiveKind.Number),
        ["modelId"] => ("t.model_id", PrimitiveKind.Text),
        ["status"] => ($"CASE i.enabled WHEN 0 THEN '{ConditionSubject.Status(false)}' ELSE '{ConditionSubject.Status(true)}' END", PrimitiveKind.Text),
        ["connectionState"] =>
            ($"CASE p.connected WHEN 1 THEN '{ConditionSubject.ConnectionState(true)}' ELSE '{ConditionSubject.ConnectionState(false)}' END", PrimitiveKind.Text),
        ["lastActivityTime"] => ($"ifnull(p.active_at, '{ConditionSubject.Never}')", PrimitiveKind.Text),
        ["properties", "desired", "$version"] => ("t.desired_version", PrimitiveKind.Number),
        ["properties", "reported", "$version"] => ("t.reported_version", PrimitiveKind.Number),
        _ => null,
    };

    /// <summary>The column that holds a path's document, and the path in it.</summary>
    private (string Column, string Path)? InDocument(IReadOnlyList<string> path) => path switch
    {
        ["tags", ..] => ("t.tags", PathIn(path.Skip(1))),
        ["properties", "desired", "$metadata", ..] => ("t.desired_metadata", PathIn(path.Skip(3))),
        ["properties", "reported", "$metadata", ..] => ("t.reported_metadata", PathIn(path.Skip(3))),
        ["properties", "desired", ..] => ("t.desired", PathIn(path.Skip(2))),
        ["properties", "reported", ..] => ("t.reported", PathIn(path.Skip(2))),
        _ => null,
    };

    /// <summary>SQLite's path: every name in quotes, escaped as in JSON.</summary>
    private string PathIn(IEnumerable<string> names)
    {
        var path = new StringBuilder("$");
        foreach (var name in names)
        {
            path.Append('.').Append(JsonSerializer.Serialize(name, Json.Relaxed));
        }

        return sql.Parameter(path.ToString());
    }

    private string? Indexed(Operand operand) => operand is PathOperand { Path: var path } ? index.Find(path) : null;

    private string Bound(Primitive literal) => sql.Parameter(literal.Value!);

    private string Listed(IEnumerable<Primitive> items) => string.Join(", ", items.Select(Bound));

    private static string Any(IEnumerable<string?> parts) => Joined([.. parts.OfType<string>()], " OR ") is { Length: > 0 } any ? any : "0";

    /// <summary>As a balanced tree: SQLite bounds the depth of expressions.</summary>
    private static string Joined(ReadOnlySpan<string> parts, string by) => parts.Length switch
    {
        0 => "",
        1 => parts[0],
        _ => $"({Joined(parts[..(parts.Length / 2)], by)}{by}{Joined(parts[(parts.Length / 2)..], by)})",
    };

    private static Comparator Mirrored(Comparator comparator) => comparator switch
    {
        Comparator.Less => Comparator.Greater,
        Comparator.Greater => Comparator.Less,
        Comparator.LessOrEqual => Comparator.GreaterOrEqual,
        Comparator.GreaterOrEqual => Comparator.LessOrEqual,
        _ => comparator,
    };

    private static string Symbol(Comparator comparator) => comparator switch
    {
        Comparator.Equal => "=",
        Comparator.NotEqual => "<>",
        Comparator.Less => "<",
        Comparator.Greater => ">",
        Comparator.LessOrEqual => "<=",
        _ => ">=",
    };

    /// <summary>The first text, by code points, after all that begin with a prefix; null where there is none.</summary>
    internal static string? AfterAllWith(string prefix)
    {
        var runes = prefix.EnumerateRunes().ToList();
        while (runes.Count > 0 && runes[^1].Value == 0x10FFFF)
        {
            runes.RemoveAt(runes.Count - 1);
        }

        if (runes.Count == 0)
        {
            return null;
        }

        // The surrogates are no characters: U+E000 follows U+D7FF.
        var last = runes[^1].Value + 1;
        runes[^1] = new Rune(last == 0xD800 ? 0xE000 : last);
        return string.Concat(runes);
    }
}

/// <summary>The functions that <see cref="ConditionSql"/> uses beside SQLite's own.</summary>
internal static class ConditionFunctions
{
    /// <summary>A number's JSON text, read as <see cref="Primitive"/> reads it.</summary>
    public static double? Number(string? json) =>
        double.TryParse(json, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;

    /// <summary>As <see cref="Arithmetic"/>; null for undefined.</summary>
    public static double? Calculate(long operation, double? left, double? right) =>
        left is { } one && right is { } other && Arithmetic.Calculate(one, (ArithmeticOperator)operation, other) is var value && double.IsFinite(value)
            ? value
            : null;
}
