using System.Globalization;
using System.Text.Json;
using DeviceTwin.Twins;
using FsCheck;
using FsCheck.Fluent;

namespace DeviceTwin.Tests.Storage.Query;

/// <summary>Random twins and random conditions from one small alphabet, so that they meet; the values are those that are easily confused.</summary>
internal static class RandomTwins
{
    private static readonly string[] Names = ["a", "b", "Ä", "q\"uote", "back\\slash", "😀", "d-h", "'", "ab"];

    private static readonly string[] Texts =
    [
        "", "1", "1.0", "true", "null", "a", "ab", "abc", "A", "b", "it's", "\"", "\\", "ä", "\uE000", "\uFFFF", "😀", "😀a", "a\0b", "a\0", "%", "_", "\U0010FFFF", "x\uD7FF", "x\uE000",
    ];

    /// <summary>As JSON and as text of a condition.</summary>
    private static readonly string[] Numbers =
    [
        "0", "-0.0", "1", "1.0", "10e-1", "-1", "1.5", "2", "0.1", "0.30000000000000004", "0.3", "4503599627370495", "4503599627370495.0",
        "4503599627370494.5", "9007199254740993.0", "1e16", "1e308", "5e-324", "123456789.12345678", "-1e-7", "2.2250738585072014e-308", "8.41e21",
    ];

    private static readonly Gen<string> Leaf = Gen.OneOf(
        Gen.Elements(Numbers),
        Gen.Elements(Texts).Select(text => JsonSerializer.Serialize(text)),
        Gen.Elements("true", "false"),
        Gen.Elements("[]", "[1]", "[\"a\"]", "{}", "[{\"a\":1}]", "[true,1.0,\"a\\u0000b\"]", "[0.30000000000000004,\"ä\"]"));

    private static readonly Gen<string> Name = Gen.Elements(Names).Select(name =>
        name.All(character => char.IsLetter(character)) && !char.IsSurrogate(name[0]) ? name : $"[[{name}]]");

    private static readonly Gen<string> SectionPath =
        from names in Gen.Choose(1, 2).SelectMany(count => Name.ListOf(count))
        select string.Join('.', names);

    private static readonly Gen<string> Path = Gen.Frequency(
        (6, SectionPath.Select(path => "tags." + path)),
        (3, SectionPath.Select(path => "properties.reported." + path)),
        (2, SectionPath.Select(path => "properties.desired." + path)),
        (1, SectionPath.Select(path => "properties.reported.$metadata." + path + ".$lastUpdated")),
        (1, SectionPath.Select(path => "properties.desired.$metadata." + path + ".$lastUpdatedVersion")),
        (3, Gen.Elements(
            "deviceId", "devices.deviceId", "id", "etag", "version", "modelId", "status", "connectionState", "lastActivityTime",
            "properties.desired.$version", "properties.reported.$version", "properties.reported.$metadata.$lastUpdated", "tags.[[a.b]]",
            "devices.tags.a", "ConnectionState", "cloudToDeviceMessageCount", "deviceEtag", "authenticationType", "statusReason", "statusUpdateTime", "moduleId",
            "x509Thumbprint.primaryThumbprint", "x509Thumbprint.secondaryThumbprint", "capabilities.iotEdge", "configurations.cfg.status", "configurations.[[no]].status")));

    private static readonly Gen<string> Literal = Gen.Frequency(
        (4, Gen.Elements(Numbers)),
        (4, Gen.Elements([.. Texts, "device-1", "device-2", "Connected", "enabled", "disabled", "model;1", "Applied", "selfSigned", "AB12", "2026-11-22T08:00:01.0000000Z", ETags.First])
            .SelectMany(text => Gen.Elements('\'', '"').Select(quote => Quoted(text, quote)))),
        (1, Gen.Elements("true", "FALSE", "null", "undefined", "0x1", "-1", "-2.5")));

    /// <summary>A section's object.</summary>
    public static Gen<string> Section { get; } = Object(2);

    /// <summary>The text of a condition.</summary>
    public static Gen<string> Condition { get; } = Boolean(3);

    /// <summary>The text of a query that aggregates.</summary>
    public static Gen<string> Aggregation { get; } =
        from groups in Gen.Frequency((1, Gen.Constant(Array.Empty<string>())), (4, Path.ArrayOf(1)), (1, Path.ArrayOf(2)))
        from aggregates in Gen.Choose(1, 3).SelectMany(count => Aggregate().ArrayOf(count))
        from condition in Gen.Frequency((1, Gen.Constant("")), (1, Boolean(1).Select(text => $" WHERE {text}")))
        select "SELECT " + string.Join(", ", groups.Distinct().Select((path, index) => $"{path} AS k{index}").Concat(aggregates.Select((text, index) => $"{text} AS a{index}")))
            + " FROM devices" + condition + (groups.Length > 0 ? $" GROUP BY {string.Join(", ", groups)}" : "");

    /// <summary>The text of a query with columns that have values.</summary>
    public static Gen<string> Projection { get; } =
        from paths in Gen.Choose(1, 4).SelectMany(count => Gen.Frequency((9, Path), (1, Gen.Constant("tags"))).ArrayOf(count))
        select "SELECT " + string.Join(", ", paths.Select((path, index) => $"{path} AS c{index}")) + " FROM devices";

    private static Gen<string> Aggregate() => Gen.Frequency(
        (1, Gen.Constant("COUNT()")),
        (3, Gen.Elements("AVG", "SUM", "min", "MAX").SelectMany(function => Path.Select(path => $"{function}({path})"))));

    private static string Quoted(string text, char quote) => $"{quote}{text.Replace(quote.ToString(), $"{quote}{quote}")}{quote}";

    private static Gen<string> Object(int depth)
    {
        var value = depth == 0 ? Leaf : Gen.Frequency((4, Leaf), (1, Gen.Constant(0).SelectMany(_ => Object(depth - 1))));
        return Gen.SubListOf(Names).SelectMany(names => Gen.CollectToArray(names.Select(name => value.Select(text => $"{JsonSerializer.Serialize(name)}:{text}"))))
            .Select(members => "{" + string.Join(',', members) + "}");
    }

    private static Gen<string> Operand(int depth) => depth == 0
        ? Gen.Frequency((3, Path), (2, Literal))
        : Gen.Frequency(
            (6, Operand(0)),
            (1,
                from left in Operand(depth - 1)
                from operation in Gen.Elements("+", "-", "*", "/", "%")
                from right in Operand(depth - 1)
                select $"({left} {operation} {right})"));

    private static Gen<string> Test() => Gen.Frequency(
        (8,
            from left in Path
            from comparator in Gen.Elements("=", "!=", "<>", "<", ">", "<=", ">=")
            from right in Literal
            select $"{left} {comparator} {right}"),
        (4,
            from left in Operand(2)
            from comparator in Gen.Elements("=", "!=", "<", ">", "<=", ">=")
            from right in Operand(2)
            select $"{left} {comparator} {right}"),
        (3,
            from left in Operand(1)
            from word in Gen.Elements("IN", "NIN", "not in")
            from items in Gen.Choose(1, 4).SelectMany(count => Literal.ListOf(count))
            select $"{left} {word} [{string.Join(", ", items)}]"),
        (2, Path.Select(path => $"IS_DEFINED({path})")),
        (2,
            from function in Gen.Elements("IS_NUMBER", "is_string", "IS_BOOL", "IS_OBJECT", "IS_ARRAY", "IS_NULL", "IS_PRIMITIVE")
            from path in Path
            select $"{function}({path})"),
        (2,
            from path in Path
            from element in Operand(1)
            select $"ARRAY_CONTAINS({path}, {element})"),
        (3,
            from function in Gen.Elements("STARTSWITH", "starts_with", "ENDSWITH", "CONTAINS")
            from value in Operand(0)
            from part in Gen.Frequency((4, Gen.Elements(Texts).Select(text => Quoted(text, '\''))), (1, Operand(0)))
            select $"{function}({value}, {part})"),
        (1, Path),
        (1, Gen.Elements("true", "false")));

    private static Gen<string> Boolean(int depth) => depth == 0
        ? Test()
        : Gen.Frequency(
            (4, Test()),
            (2, Chain(depth, " AND ")),
            (2, Chain(depth, " or ")),
            (1, Boolean(depth - 1).Select(inner => $"NOT ({inner})")));

    private static Gen<string> Chain(int depth, string word) =>
        from terms in Gen.Choose(2, 3).SelectMany(count => Boolean(depth - 1).ListOf(count))
        select string.Join(word, terms.Select(term => $"({term})"));

    /// <summary>Numbers as tests name devices.</summary>
    public static string DeviceId(int number) => string.Create(CultureInfo.InvariantCulture, $"device-{number}");
}
