using System.Text.Json;

namespace DeviceTwin.Bench.Generation;

/// <summary>A writable property as DTDL declares it.</summary>
/// <param name="Path">Component and name.</param>
/// <param name="Type"><c>integer</c>, <c>boolean</c> or <c>string</c>.</param>
/// <param name="Allowed">The values of an Enum, else empty.</param>
/// <param name="AllowedNames">The names of these values.</param>
public sealed record DtdlProperty(string Path, string Type, IReadOnlyList<int> Allowed, IReadOnlyList<string> AllowedNames);

/// <summary>The model file: a DTDL v3 array whose first interface is the node and whose others are its components.</summary>
public sealed record DtdlModel(string Id, IReadOnlyList<DtdlProperty> WritableProperties)
{
    private const string Context = "dtmi:dtdl:context;3";

    /// <exception cref="ModelException">The file is not a model of the form used here.</exception>
    public static DtdlModel Load(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
            JsonElement[] interfaces = document.RootElement.EnumerateArray().ToArray();
            foreach (JsonElement element in interfaces)
            {
                if (Text(element, "@context") != Context || Text(element, "@type") != "Interface")
                {
                    throw new ModelException($"{Text(element, "@id")} is not an interface of DTDL v3");
                }
            }

            Dictionary<string, JsonElement> byId = interfaces.ToDictionary(element => Text(element, "@id"));
            var properties = new List<DtdlProperty>();
            foreach (JsonElement component in Contents(interfaces[0], "Component"))
            {
                string schema = Text(component, "schema");
                if (!byId.TryGetValue(schema, out JsonElement definition))
                {
                    throw new ModelException($"component {Text(component, "name")}: there is no interface {schema}");
                }

                foreach (JsonElement property in Properties(definition, byId).Where(property => property.GetProperty("writable").GetBoolean()))
                {
                    properties.Add(Property($"{Text(component, "name")}.{Text(property, "name")}", property.GetProperty("schema")));
                }
            }

            return new DtdlModel(Text(interfaces[0], "@id"), properties);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new ModelException($"{path}: {exception.Message}");
        }
    }

    /// <summary>Its own properties and then those of the interface that it extends.</summary>
    private static IEnumerable<JsonElement> Properties(JsonElement definition, Dictionary<string, JsonElement> byId)
    {
        IEnumerable<JsonElement> own = Contents(definition, "Property");
        if (!definition.TryGetProperty("extends", out JsonElement extends))
        {
            return own;
        }

        return byId.TryGetValue(extends.GetString()!, out JsonElement other)
            ? own.Concat(Properties(other, byId))
            : throw new ModelException($"{Text(definition, "@id")} extends {extends}, which is not there");
    }

    private static DtdlProperty Property(string path, JsonElement schema) => schema.ValueKind == JsonValueKind.String
        ? new DtdlProperty(path, schema.GetString()!, [], [])
        : new DtdlProperty(
            path,
            Text(schema, "valueSchema"),
            schema.GetProperty("enumValues").EnumerateArray().Select(value => value.GetProperty("enumValue").GetInt32()).ToArray(),
            schema.GetProperty("enumValues").EnumerateArray().Select(value => Text(value, "name")).ToArray());

    private static IEnumerable<JsonElement> Contents(JsonElement element, string type) =>
        element.GetProperty("contents").EnumerateArray().Where(content => Text(content, "@type") == type);

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
