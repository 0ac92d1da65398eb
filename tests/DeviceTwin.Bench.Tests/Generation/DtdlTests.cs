using System.Text.Json;
using System.Text.RegularExpressions;

namespace DeviceTwin.Tests.Bench.Generation;

/// <summary>The model keeps the rules of DTDL v3 that a parser would check (Azure's specification, "DTDL v3").</summary>
public sealed partial class DtdlTests
{
    private static readonly string[] Primitives = ["boolean", "double", "float", "integer", "long", "string"];

    [Test]
    public void IdentifiersNamesAndDescriptionsAreWellFormed()
    {
        foreach (JsonElement definition in Interfaces())
        {
            Assert.That(definition.GetProperty("@id").GetString(), Does.Match(Dtmi()));
            var names = new HashSet<string>();
            foreach (JsonElement content in definition.GetProperty("contents").EnumerateArray())
            {
                string name = content.GetProperty("name").GetString()!;
                Assert.That(name, Does.Match(Name()));
                Assert.That(name, Has.Length.LessThanOrEqualTo(512));
                Assert.That(names.Add(name), Is.True, $"{name} is there twice");
                Assert.That(content.GetProperty("description").GetString(), Has.Length.InRange(1, 512));
            }
        }
    }

    [Test]
    public void EverySchemaIsKnown()
    {
        string[] interfaces = Interfaces().Select(definition => definition.GetProperty("@id").GetString()!).ToArray();
        Assert.That(interfaces, Is.Unique);
        foreach (JsonElement content in Interfaces().SelectMany(definition => definition.GetProperty("contents").EnumerateArray()))
        {
            if (content.GetProperty("@type").GetString() == "Command")
            {
                CheckCommand(content);
                continue;
            }

            JsonElement schema = content.GetProperty("schema");
            if (content.GetProperty("@type").GetString() == "Component")
            {
                Assert.That(interfaces, Does.Contain(schema.GetString()));
            }
            else
            {
                Check(schema, content.GetProperty("@type").GetString() == "Property");
            }
        }
    }

    private static void CheckCommand(JsonElement command)
    {
        foreach (string part in new[] { "request", "response" })
        {
            if (command.TryGetProperty(part, out JsonElement payload))
            {
                Assert.That(payload.GetProperty("name").GetString(), Does.Match(Name()));
                Check(payload.GetProperty("schema"), false);
            }
        }
    }

    private static void Check(JsonElement schema, bool isProperty)
    {
        if (schema.ValueKind == JsonValueKind.String)
        {
            Assert.That(Primitives, Does.Contain(schema.GetString()));
            return;
        }

        switch (schema.GetProperty("@type").GetString())
        {
            case "Enum":
                Assert.That(schema.GetProperty("valueSchema").GetString(), Is.AnyOf("integer", "string"));
                Assert.That(schema.GetProperty("enumValues").EnumerateArray().Select(value => value.GetProperty("enumValue").GetInt32()), Is.Unique);
                break;
            case "Map":
                Assert.That(schema.GetProperty("mapKey").GetProperty("schema").GetString(), Is.EqualTo("string"));
                Check(schema.GetProperty("mapValue").GetProperty("schema"), isProperty);
                break;
            case "Array":
                Assert.That(isProperty, Is.False, "arrays merge badly in twins, so no property is one");
                Check(schema.GetProperty("elementSchema"), isProperty);
                break;
            case "Object":
                foreach (JsonElement field in schema.GetProperty("fields").EnumerateArray())
                {
                    Check(field.GetProperty("schema"), isProperty);
                }

                break;
            default:
                Assert.Fail($"unknown schema {schema}");
                break;
        }
    }

    private static List<JsonElement> Interfaces()
    {
        JsonDocument document = JsonDocument.Parse(File.ReadAllText(TestFiles.InRepository("firmware/SensorNode/Twin/Model/vibrationNode-1.json")));
        return [.. document.RootElement.EnumerateArray()];
    }

    [GeneratedRegex(@"^dtmi:[A-Za-z](?:[A-Za-z0-9_]*[A-Za-z0-9])?(?::[A-Za-z](?:[A-Za-z0-9_]*[A-Za-z0-9])?)*;[1-9][0-9]{0,8}$")]
    private static partial Regex Dtmi();

    [GeneratedRegex(@"^[A-Za-z](?:[A-Za-z0-9_]*[A-Za-z0-9])?$")]
    private static partial Regex Name();
}
