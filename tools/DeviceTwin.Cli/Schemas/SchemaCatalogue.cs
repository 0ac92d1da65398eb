using System.Text.Json.Nodes;

namespace DeviceTwin.Cli.Schemas;

/// <summary>What a command prints with <c>--json</c>.</summary>
/// <param name="Command">Its words, e.g. <c>devices list</c>.</param>
/// <param name="IsLines">Whether it prints a document on each line.</param>
/// <param name="Schema">JSON Schema (draft 2020-12) of a document.</param>
internal sealed record CommandSchema(string Command, bool IsLines, JsonObject Schema);

/// <summary>The schemas of all commands, read from the page <c>tools/JSON.md</c>, which is part of this program: page and program cannot differ.</summary>
internal static class SchemaCatalogue
{
    private const string Page = "JSON.md";
    private const string Fence = "```";
    private const string Shapes = "## Shapes";
    private const string Lines = "lines of ";
    private static readonly Lazy<IReadOnlyList<CommandSchema>> Read = new(() => Parse(Text()));

    public static IReadOnlyList<CommandSchema> All => Read.Value;

    public static CommandSchema? Find(string command) => All.FirstOrDefault(schema => schema.Command == command);

    /// <exception cref="FormatException">The page is not written as it says itself.</exception>
    internal static IReadOnlyList<CommandSchema> Parse(string page)
    {
        var schemas = new List<CommandSchema>();
        var shapes = new Dictionary<string, JsonObject>();
        var heading = "";
        List<string>? block = null;
        foreach (var line in page.Split('\n'))
        {
            if (!line.StartsWith(Fence, StringComparison.Ordinal))
            {
                heading = block is null && line.StartsWith('#') ? line.Trim() : heading;
                block?.Add(line);
            }
            else if (block is null)
            {
                block = [];
            }
            else
            {
                var text = string.Join('\n', block).Trim();
                block = null;
                if (heading == Shapes)
                {
                    shapes = new ShapeReader(text).ReadNamed().ToDictionary(named => named.Name, named => named.Shape);
                }
                else if (heading.StartsWith("### ", StringComparison.Ordinal))
                {
                    var isLines = text.StartsWith(Lines, StringComparison.Ordinal);
                    schemas.Add(new CommandSchema(heading[4..], isLines, Whole(heading[4..], isLines, new ShapeReader(isLines ? text[Lines.Length..] : text).ReadAll(), shapes)));
                }
            }
        }

        return schemas;
    }

    private static JsonObject Whole(string command, bool isLines, JsonObject shape, Dictionary<string, JsonObject> shapes)
    {
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = $"dtwin {command} --json",
            ["description"] = isLines ? "One such document on each line." : "One document.",
        };
        var needed = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        Collect(shape, shapes, needed);
        foreach (var (member, value) in shape)
        {
            schema[member] = value?.DeepClone();
        }

        if (needed.Count > 0)
        {
            schema["$defs"] = new JsonObject(needed.Select(named => KeyValuePair.Create(named.Key, (JsonNode?)named.Value.DeepClone())));
        }

        return schema;
    }

    /// <summary>The shapes that a shape names, and those that these name.</summary>
    private static void Collect(JsonNode? node, Dictionary<string, JsonObject> shapes, SortedDictionary<string, JsonObject> needed)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list)
            {
                Collect(item, shapes, needed);
            }
        }
        else if (node is JsonObject members)
        {
            foreach (var (member, value) in members)
            {
                if (member != "$ref")
                {
                    Collect(value, shapes, needed);
                    continue;
                }

                var name = ((string)value!).Split('/')[^1];
                var shape = shapes.GetValueOrDefault(name) ?? throw new FormatException($"There is no shape {name}.");
                if (needed.TryAdd(name, shape))
                {
                    Collect(shape, shapes, needed);
                }
            }
        }
    }

    private static string Text()
    {
        using var reader = new StreamReader(typeof(SchemaCatalogue).Assembly.GetManifestResourceStream(Page)!);
        return reader.ReadToEnd();
    }
}
