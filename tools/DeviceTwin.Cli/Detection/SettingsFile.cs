using System.Reflection;
using System.Text.Json;
using DeviceTwin.Provisioning;
using DeviceTwin.SensorNode;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Forms;
using DeviceTwin.SensorNode.Twin;
using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.Cli.Detection;

/// <summary>
/// A file of settings with the twin's components and names, held to the twin's own rules:
/// <c>{"machine":{"shaftSpeedMilliHertz":29950},"detection":{"bearingScoreLimitMilli":2000}}</c>. What concerns other parts of a node than the
/// detector is checked and passed over, so that the desired properties of a twin can be used as they are.
/// </summary>
internal sealed class SettingsFile
{
    private static readonly IReadOnlyDictionary<string, FieldInfo> Fields = typeof(DetectorSettings)
        .GetFields(BindingFlags.Instance | BindingFlags.Public).ToDictionary(field => JsonNamingPolicy.CamelCase.ConvertName(field.Name));

    private static readonly TextRule TextRules = new SettingsTextRule();

    private readonly Dictionary<FieldInfo, object> _values = [];

    /// <summary>Nothing is set.</summary>
    public static SettingsFile Empty { get; } = new();

    /// <summary>Reads and checks a file.</summary>
    /// <exception cref="CommandFailedException">It cannot be read, or the twin would not take it.</exception>
    public static SettingsFile Read(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Wrong($"'{path}' cannot be read: {error.Message}");
        }
        catch (JsonException error)
        {
            throw Wrong($"'{path}' is not JSON: {JsonProblem.Of(error)}.");
        }
        catch (CommandFailedException error)
        {
            throw Wrong($"'{path}': {error.Message}");
        }
    }

    internal static SettingsFile Parse(string text)
    {
        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw Wrong("Settings are an object of components.");
        }

        var file = new SettingsFile();
        var values = new SettingsValues();
        // $version and $metadata belong to the hub.
        foreach (var component in document.RootElement.EnumerateObject().Where(component => !component.Name.StartsWith('$')))
        {
            if (!TwinForms.Components.Contains(component.Name))
            {
                throw Wrong(Sentence(RejectReason.UnknownProperty, component.Name));
            }

            if (component.Value.ValueKind != JsonValueKind.Object)
            {
                throw Wrong(Sentence(RejectReason.WrongType, component.Name));
            }

            foreach (var property in component.Value.EnumerateObject().Where(property => property.Name != "__t"))
            {
                file.Take($"{component.Name}.{property.Name}", property.Value, values);
            }
        }

        for (var index = 0; index < TwinModel.Count; index++)
        {
            var upper = TwinModel.Below(index);
            if (upper >= 0 && !Rules.IsBelow(values.Numbers[index], values.Numbers[upper]))
            {
                throw Wrong(RejectReason.Sentence(RejectReason.NotAllowed, index) + ".");
            }
        }

        return file;
    }

    /// <summary>Sets what the file names; the rest stays.</summary>
    public void Apply(DetectorSettings settings)
    {
        foreach (var (field, value) in _values)
        {
            field.SetValue(settings, value);
        }
    }

    private void Take(string path, JsonElement value, SettingsValues values)
    {
        var name = path[(path.IndexOf('.') + 1)..];
        var index = Rules.IndexOf(path);
        if (index < 0)
        {
            throw Wrong(Sentence(RejectReason.UnknownProperty, path));
        }

        var token = Token(value, out var integer);
        var isText = TwinModel.TypeOf(index) == TwinModel.TextType && token == JsonToken.String;
        var rejected = isText ? Rules.JudgeText(index, value.GetString()!, TextRules) : Rules.Judge(index, token, integer);
        if (rejected != RejectReason.None)
        {
            var why = rejected == RejectReason.Malformed ? $" ({Forest.Parse(value.GetString()).Reason})"
                : TwinForms.AllowedNames[index] is { } names ? $" ({string.Join(", ", TwinForms.Allowed[index].Zip(names, (number, name) => $"{number} {name}"))})"
                : "";
            throw Wrong($"{RejectReason.Sentence(rejected, index)}{why}.");
        }

        values.Numbers[index] = Rules.Encode(token, isText ? value.GetString()!.Length : integer);
        // Settings on trial raise nothing, and a single recording has no trial.
        if (TwinModel.Like(index) >= 0 || !Fields.TryGetValue(name, out var field))
        {
            return;
        }

        _values[field] = isText ? value.GetString()! : field.FieldType == typeof(bool) ? values.Numbers[index] != 0 : values.Numbers[index];
    }

    private static JsonToken Token(JsonElement value, out long integer)
    {
        integer = 0;
        return value.ValueKind switch
        {
            JsonValueKind.True => JsonToken.True,
            JsonValueKind.False => JsonToken.False,
            JsonValueKind.Number => value.TryGetInt64(out integer) ? JsonToken.Integer : JsonToken.Fraction,
            JsonValueKind.String => JsonToken.String,
            JsonValueKind.Null => JsonToken.Null,
            JsonValueKind.Array => JsonToken.ArrayStart,
            _ => JsonToken.ObjectStart,
        };
    }

    private static string Sentence(int reason, string path) => RejectReason.Sentence(reason, path) + ".";

    private static CommandFailedException Wrong(string detail) => new(ExitCode.SettingsUnusable, detail);
}
