#nullable enable

using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.SensorNode.Evidence;

/// <summary>The settings that a detector computes with, by component and name as they stand in the twin: what <see cref="Fingerprint.SettingsHash"/> is over.</summary>
public static class EvidenceSettings
{
    private static readonly Dictionary<int, FieldInfo> Fields = FieldsByIndex();

    /// <summary>Every setting with its value in a section of a twin; the model's default where the section does not say it.</summary>
    /// <param name="section">Reported or desired properties; a value may stand in an acknowledgement (<c>value</c>, <c>ac</c>, <c>av</c>).</param>
    /// <param name="isTaken">Whether a path is taken over; null = all are.</param>
    public static JsonObject Of(JsonObject section, Func<string, bool>? isTaken = null)
    {
        var values = new JsonObject();
        foreach (int index in Fields.Keys)
        {
            string path = TwinModel.Path(index);
            string component = path.Substring(0, path.IndexOf('.'));
            JsonNode? said = section[component] is JsonObject inner && (isTaken is null || isTaken(path)) ? inner[TwinModel.Name(index)] : null;
            said = said is JsonObject acknowledgement ? acknowledgement["value"] : said;
            if (values[component] is not JsonObject target)
            {
                values[component] = target = new JsonObject();
            }

            target[TwinModel.Name(index)] = IsOfItsType(index, said) ? said!.DeepClone() : Default(index);
        }

        return values;
    }

    /// <summary>The detector's settings; null where a value is missing or of another type.</summary>
    public static DetectorSettings? Read(JsonObject? values)
    {
        var settings = new DetectorSettings();
        foreach (KeyValuePair<int, FieldInfo> field in Fields)
        {
            string path = TwinModel.Path(field.Key);
            JsonNode? value = (values?[path.Substring(0, path.IndexOf('.'))] as JsonObject)?[TwinModel.Name(field.Key)];
            if (!IsOfItsType(field.Key, value))
            {
                return null;
            }

            field.Value.SetValue(settings, value!.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : (object)Integer(value)!.Value);
        }

        return settings;
    }

    /// <summary>The settings' hash as a node computes it; null where the values are not complete.</summary>
    public static string? Hash(JsonObject? values) => Read(values) is { } settings ? Fingerprint.SettingsHash(settings) : null;

    private static bool IsOfItsType(int index, JsonNode? value) => value is JsonValue
        && (TwinModel.TypeOf(index) == TwinModel.TextType ? value.GetValueKind() == JsonValueKind.String : Integer(value) is not null);

    private static int? Integer(JsonNode value) =>
        value.GetValueKind() == JsonValueKind.Number && int.TryParse(value.ToJsonString(), out int number) ? number : null;

    private static JsonNode Default(int index) =>
        TwinModel.TypeOf(index) == TwinModel.TextType ? JsonValue.Create("") : JsonValue.Create(TwinModel.Default(index));

    private static Dictionary<int, FieldInfo> FieldsByIndex()
    {
        var fields = typeof(DetectorSettings).GetFields(BindingFlags.Instance | BindingFlags.Public)
            .ToDictionary(field => JsonNamingPolicy.CamelCase.ConvertName(field.Name), StringComparer.Ordinal);
        var byIndex = new Dictionary<int, FieldInfo>();
        for (int index = 0; index < TwinModel.Count; index++)
        {
            // Settings on trial raise nothing; whether alarms are inhibited is no part of the hash.
            if (TwinModel.Like(index) < 0 && TwinModel.TypeOf(index) != TwinModel.BooleanType && fields.TryGetValue(TwinModel.Name(index), out FieldInfo? field))
            {
                byIndex[index] = field;
            }
        }

        return byIndex;
    }
}
