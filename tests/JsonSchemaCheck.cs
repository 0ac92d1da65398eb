using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeviceTwin.Tests;

/// <summary>
/// Holds a document against a schema of <c>dtwin schema</c>: the part of JSON Schema that these are written in. Stricter than the standard in one
/// thing: a member that no schema names is a mistake, for then the page does not name it.
/// </summary>
internal static class JsonSchemaCheck
{
    /// <summary>What does not fit, a line each.</summary>
    public static IReadOnlyList<string> Problems(JsonNode? document, JsonObject schema) => [.. Check(document, schema, schema, "$")];

    private static IEnumerable<string> Check(JsonNode? node, JsonObject schema, JsonObject root, string path)
    {
        if (schema["$ref"] is { } reference)
        {
            return Check(node, (JsonObject)root["$defs"]![((string)reference!).Split('/')[^1]]!, root, path);
        }

        if (schema["anyOf"] is JsonArray forms)
        {
            var tried = forms.Select(form => Check(node, (JsonObject)form!, root, path).ToArray()).ToArray();
            return tried.Any(problems => problems.Length == 0) ? [] : tried.MaxBy(problems => problems.Sum(problem => problem.Length)) is { } told ? told : [];
        }

        if (schema["enum"] is JsonArray words)
        {
            return words.Any(word => JsonNode.DeepEquals(word, node)) ? [] : [$"{path}: {Text(node)} is none of {words.ToJsonString()}"];
        }

        if (schema["const"] is { } constant)
        {
            return JsonNode.DeepEquals(constant, node) ? [] : [$"{path}: {Text(node)} is not {constant.ToJsonString()}"];
        }

        var kind = node?.GetValueKind() ?? JsonValueKind.Null;
        return (string?)schema["type"] switch
        {
            null => [],
            "null" => kind == JsonValueKind.Null ? [] : [$"{path}: {Text(node)} is not null"],
            "string" when kind == JsonValueKind.String => (string?)schema["format"] == "date-time" && !DateTimeOffset.TryParse((string)node!, CultureInfo.InvariantCulture, out _)
                ? [$"{path}: {Text(node)} is no time"]
                : [],
            "boolean" when kind is JsonValueKind.True or JsonValueKind.False => [],
            "number" when kind == JsonValueKind.Number => [],
            "integer" when kind == JsonValueKind.Number && !node!.ToJsonString().AsSpan().ContainsAny('.', 'e', 'E') => [],
            "array" when node is JsonArray list => list.SelectMany((item, index) => Check(item, (JsonObject)schema["items"]!, root, $"{path}[{index}]")),
            "object" when node is JsonObject members => Members(members, schema, root, path),
            var type => [$"{path}: {Text(node)} is no {type}"],
        };
    }

    private static IEnumerable<string> Members(JsonObject members, JsonObject schema, JsonObject root, string path)
    {
        foreach (var required in schema["required"]?.AsArray() ?? [])
        {
            if (!members.ContainsKey((string)required!))
            {
                yield return $"{path}.{required} is missing";
            }
        }

        foreach (var (name, value) in members)
        {
            if ((schema["properties"]?[name] ?? schema["additionalProperties"]) is JsonObject told)
            {
                foreach (var problem in Check(value, told, root, $"{path}.{name}"))
                {
                    yield return problem;
                }
            }
            else if (schema["$comment"] is null)
            {
                yield return $"{path}.{name} is not on the page";
            }
        }
    }

    private static string Text(JsonNode? node) => node?.ToJsonString() is { Length: > 60 } text ? text[..60] + "…" : node?.ToJsonString() ?? "null";
}
