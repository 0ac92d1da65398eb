using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;
using ValueType = DeviceTwin.Twins.Conditions.ValueType;

namespace DeviceTwin.Storage.Query;

/// <summary>
/// Translates a condition into SQLite's language over <c>twins t</c> and, where <see cref="AsksIdentity"/>, <c>identities i</c>. Every part is 1 or 0
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

    /// <summary>A C# function: what only the hub knows of a device at this moment.</summary>
    public const string LiveFunction = "twin_live";

    /// <summary>A C# function: whether an array has an element, which must be read as exactly as every other value.</summary>
    public const string ArrayFunction = "twin_array_contains";

    /// <summary>A C# function: a stored time as it is shown; times compare as text.</summary>
    public const string TimeFunction = "twin_time";

    private static readonly PrimitiveKind[] Kinds = [PrimitiveKind.Boolean, PrimitiveKind.Number, PrimitiveKind.Text];

    /// <summary>Whether what was translated so far needs the device's identity.</summary>
    public bool AsksIdentity { get; private set; }

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
        TypeTest test => Of(test),
        ArrayContains contains => Of(contains),
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

        return IsNullable(defined.Path.Path) ? "1"
            : Fact(defined.Path.Path) is { } fact ? $"({fact.Sql}) IS NOT NULL"
            : InDocument(defined.Path.Path) is { } place ? $"json_type({place.Column}, {place.Path}) IS NOT NULL"
            : "0";
    }

    private string Of(TypeTest test)
    {
        var (type, path) = (test.Type, test.Path.Path);
        if (Fact(path) is { } fact)
        {
            // A fact is a primitive, or null where it is nullable and not set.
            var (there, absent) = ($"({fact.Sql}) IS NOT NULL", $"({fact.Sql}) IS NULL");
            return type switch
            {
                ValueType.Object or ValueType.Array => "0",
                ValueType.Null => IsNullable(path) ? absent : "0",
                ValueType.Primitive => IsNullable(path) ? "1" : there,
                _ => fact.Kind == KindOf(type) ? there : "0",
            };
        }

        if (Indexed(test.Path) is { } indexed && KindOf(type) is { } kind)
        {
            return InIndex(indexed, kind, "");
        }

        return InDocument(path) is not { } place ? "0" : $"ifnull(json_type({place.Column}, {place.Path}), '') IN ({TypesOf(type)})";
    }

    private string Of(ArrayContains contains)
    {
        if (InDocument(contains.Path.Path) is not { } place)
        {
            return "0";
        }

        var array = $"CASE json_type({place.Column}, {place.Path}) WHEN 'array' THEN {place.Column} -> {place.Path} END";
        return Any(Kinds.Select(kind => Value(contains.Element, kind) is { } value
            ? $"({ArrayFunction}({array}, {(int)kind}, {(kind == PrimitiveKind.Text ? $"CAST({value} AS BLOB)" : value)}) IS TRUE)"
            : null));
    }

    private static PrimitiveKind? KindOf(ValueType type) => type switch
    {
        ValueType.Boolean => PrimitiveKind.Boolean,
        ValueType.Number => PrimitiveKind.Number,
        ValueType.Text => PrimitiveKind.Text,
        _ => null,
    };

    /// <summary>In SQLite's words. A twin holds no null but in arrays.</summary>
    private static string TypesOf(ValueType type) => type switch
    {
        ValueType.Boolean => "'true', 'false'",
        ValueType.Number => "'integer', 'real'",
        ValueType.Text => "'text'",
        ValueType.Object => "'object'",
        ValueType.Array => "'array'",
        ValueType.Null => "'null'",
        _ => "'true', 'false', 'integer', 'real', 'text', 'null'",
    };

    /// <summary>
    /// The value at a path for those who go on with it: of a fact its kind and the value itself, of a document its JSON text. NULL where there is none.
    /// </summary>
    public (string Sql, PrimitiveKind? Kind) Shown(PathOperand operand) => Fact(operand.Path) is { } fact ? (fact.Sql, fact.Kind)
        : InDocument(operand.Path) is { } place ? ($"{place.Column} -> {place.Path}", null)
        : ("NULL", PrimitiveKind.Text);

    /// <summary>Whether a path has a value in SQL; the others are parts that are put together from several columns, or constant.</summary>
    public static bool HasValue(IReadOnlyList<string> path) =>
        path is not (["properties"] or ["properties", _] or ["x509Thumbprint"] or ["capabilities"] or ["parentScopes"]);

    /// <summary>The value at a path as JSON text. NULL where there is none.</summary>
    public string Text(PathOperand operand)
    {
        var (value, kind) = Shown(operand);
        return kind switch
        {
            null => value,
            PrimitiveKind.Boolean => $"CASE {value} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END",
            PrimitiveKind.Number => $"CAST({value} AS TEXT)",
            _ => IsNullable(operand.Path) ? $"json_quote({value})" : $"CASE WHEN ({value}) IS NOT NULL THEN json_quote({value}) END",
        };
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

    /// <summary>What has a column of its own, or is known to the hub. NULL where there is none.</summary>
    private (string Sql, PrimitiveKind Kind)? Fact(IReadOnlyList<string> path)
    {
        var fact = path switch
        {
            ["deviceId"] => ("t.device_id", PrimitiveKind.Text),
            ["etag"] => ("t.etag", PrimitiveKind.Text),
            ["version"] => ("t.version", PrimitiveKind.Number),
            ["modelId"] => ("t.model_id", PrimitiveKind.Text),
            ["status"] => ($"CASE i.enabled WHEN 0 THEN '{ConditionSubject.Status(false)}' ELSE '{ConditionSubject.Status(true)}' END", PrimitiveKind.Text),
            ["deviceEtag"] => ("i.etag", PrimitiveKind.Text),
            ["authenticationType"] => (
                $"CASE i.authentication {string.Join(' ', Enum.GetValues<AuthenticationType>().Select(type => $"WHEN {(int)type} THEN '{type.Word()}'"))} END", PrimitiveKind.Text),
            ["x509Thumbprint", "primaryThumbprint"] => ("nullif(i.primary_thumbprint, '')", PrimitiveKind.Text),
            ["x509Thumbprint", "secondaryThumbprint"] => ("nullif(i.secondary_thumbprint, '')", PrimitiveKind.Text),
            ["connectionState"] => (Live(LiveFact.ConnectionState), PrimitiveKind.Text),
            ["lastActivityTime"] => (Live(LiveFact.LastActivityTime), PrimitiveKind.Text),
            ["cloudToDeviceMessageCount"] => (Live(LiveFact.QueuedMessages), PrimitiveKind.Number),
            ["configurations", var id, "status"] => ($"{LiveFunction}(t.device_id, {(int)LiveFact.ConfigurationStatus}, {sql.Parameter(id)})", PrimitiveKind.Text),
            ["statusReason"] => ("i.status_reason", PrimitiveKind.Text),
            ["statusUpdateTime"] => ($"{TimeFunction}(i.status_updated_at)", PrimitiveKind.Text),
            ["capabilities", "iotEdge"] => ("0", PrimitiveKind.Boolean),
            ["properties", "desired", "$version"] => ("t.desired_version", PrimitiveKind.Number),
            ["properties", "reported", "$version"] => ("t.reported_version", PrimitiveKind.Number),
            ["moduleId" or "deviceScope"] => ("NULL", PrimitiveKind.Text),
            _ => default((string Sql, PrimitiveKind Kind)?),
        };
        AsksIdentity |= fact?.Sql.Contains("i.", StringComparison.Ordinal) == true;
        return fact;
    }

    /// <summary>Whether a fact is defined also where there is none: it is null then.</summary>
    private static bool IsNullable(IReadOnlyList<string> path) => path is ["statusReason"] or ["x509Thumbprint", _];

    private static string Live(LiveFact fact) => $"{LiveFunction}(t.device_id, {(int)fact}, NULL)";

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

/// <summary>What <see cref="ConditionSql.LiveFunction"/> is asked for.</summary>
internal enum LiveFact
{
    ConnectionState = 0,
    LastActivityTime = 1,
    QueuedMessages = 2,
    ConfigurationStatus = 3,
}

/// <summary>The functions that <see cref="ConditionSql"/> uses beside SQLite's own.</summary>
internal static class ConditionFunctions
{
    /// <param name="ticks">UTC; null for never.</param>
    public static string Time(long? ticks) => ConditionSubject.Instant(ticks is { } at ? new DateTimeOffset(at, TimeSpan.Zero) : null);

    /// <summary>A number's JSON text, read as <see cref="Primitive"/> reads it.</summary>
    public static double? Number(string? json) =>
        double.TryParse(json, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;

    /// <summary>As <see cref="Arithmetic"/>; null for undefined.</summary>
    public static double? Calculate(long operation, double? left, double? right) =>
        left is { } one && right is { } other && Arithmetic.Calculate(one, (ArithmeticOperator)operation, other) is var value && double.IsFinite(value)
            ? value
            : null;

    /// <param name="json">Of an array; null where there is none.</param>
    /// <param name="value">Of this kind, text as bytes; null where there is none.</param>
    public static bool Contains(string? json, long kind, object? value) => json is not null && ArrayContains.Has(Json.Parse(json) as JsonArray, Of((PrimitiveKind)kind, value));

    /// <summary>A value as SQLite hands it over: truth values as 0 and 1, text as bytes where it may hold U+0000.</summary>
    public static Primitive Of(PrimitiveKind kind, object? value) => (kind, value) switch
    {
        (_, null or DBNull) or (PrimitiveKind.None, _) => Primitive.None,
        (PrimitiveKind.Boolean, var truth) => Primitive.Of(Convert.ToInt64(truth, CultureInfo.InvariantCulture) != 0),
        (PrimitiveKind.Text, string text) => Primitive.Of(text),
        (PrimitiveKind.Text, byte[] bytes) => Primitive.Of(Encoding.UTF8.GetString(bytes)),
        (PrimitiveKind.Number, long integer) => Primitive.Of(integer),
        (PrimitiveKind.Number, double real) => Primitive.Of(real),
        _ => throw new NotSupportedException($"A {value!.GetType().Name} is no {kind}."),
    };
}
