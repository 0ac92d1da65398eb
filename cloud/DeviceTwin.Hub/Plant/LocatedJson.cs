using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeviceTwin.Hub.Plant;

/// <summary>JSON with the line in which each value begins, for people who wrote it by hand and have to find what is wrong.</summary>
internal sealed class LocatedJson
{
    private readonly Dictionary<JsonNode, int> lines = new(ReferenceEqualityComparer.Instance);
    private readonly byte[] text;
    private long counted;
    private int line = 1;

    private LocatedJson(byte[] text) => this.text = text;

    /// <summary>The whole.</summary>
    public JsonNode? Root { get; private set; }

    /// <summary>Reads a text; a problem says what is wrong with it, and where.</summary>
    public static (LocatedJson? Json, int Line, string? Problem) Parse(byte[] text)
    {
        var json = new LocatedJson(text);
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = 64 });
        try
        {
            reader.Read();
            json.Root = json.Value(ref reader);
            while (reader.Read())
            {
            }

            return (json, 1, null);
        }
        catch (JsonException problem)
        {
            return (null, (int)(problem.LineNumber ?? json.line - 1) + 1, problem.Message);
        }
        catch (InvalidOperationException problem)
        {
            return (null, json.line, problem.Message);
        }
    }

    /// <summary>The line in which a value begins; that of the other where there is no value.</summary>
    public int LineOf(JsonNode? node, JsonNode? otherwise = null) =>
        node is not null && lines.TryGetValue(node, out var known) ? known : otherwise is not null ? LineOf(otherwise) : 1;

    private JsonNode? Value(ref Utf8JsonReader reader)
    {
        var at = Line(reader.TokenStartIndex);
        JsonNode? node;
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                node = Object(ref reader);
                break;
            case JsonTokenType.StartArray:
                var list = new JsonArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    list.Add(Value(ref reader));
                }

                node = list;
                break;
            case JsonTokenType.String:
                node = JsonValue.Create(reader.GetString());
                break;
            case JsonTokenType.Number:
                node = reader.TryGetInt64(out var integer) ? JsonValue.Create(integer) : JsonValue.Create(reader.GetDouble());
                break;
            case JsonTokenType.True or JsonTokenType.False:
                node = JsonValue.Create(reader.GetBoolean());
                break;
            default:
                node = null;
                break;
        }

        if (node is not null)
        {
            lines[node] = at;
        }

        return node;
    }

    private JsonObject Object(ref Utf8JsonReader reader)
    {
        var members = new JsonObject();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            var at = Line(reader.TokenStartIndex);
            if (members.ContainsKey(name))
            {
                throw new JsonException($"\"{name}\" stands twice in one object.", null, at - 1, null);
            }

            reader.Read();
            members[name] = Value(ref reader);
        }

        return members;
    }

    /// <summary>Counts on from where the last count ended: the reader only goes forward.</summary>
    private int Line(long index)
    {
        for (; counted < index; counted++)
        {
            line += text[counted] == '\n' ? 1 : 0;
        }

        return line;
    }
}
