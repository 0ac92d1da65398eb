using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Dashboard.Settings;

/// <summary>Checks what somebody typed against the model's limits, with the node's own words for what is wrong.</summary>
public static class SettingInput
{
    /// <summary>Exactly one of the two is null. An empty input of a setting that may be absent is the caller's to understand.</summary>
    public static (JsonNode? Value, string? Problem) Read(Setting setting, string text)
    {
        var trimmed = text.Trim();
        if (setting.Kind == SettingKind.Boolean)
        {
            return bool.TryParse(trimmed, out var flag)
                ? (JsonValue.Create(flag), null)
                : (null, "wrongType: takes true or false");
        }

        if (setting.Kind == SettingKind.Text)
        {
            var fault = Encoding.UTF8.GetByteCount(trimmed) > setting.Maximum ? $"aboveMaximum: takes a text of at most {setting.Maximum} bytes"
                : trimmed.Length > 0 && Forest.Parse(trimmed).Reason is { } reason ? $"malformed: {reason}"
                : null;
            return fault is null ? (JsonValue.Create(trimmed), null) : (null, fault);
        }

        if (!long.TryParse(trimmed, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return (null, "wrongType: takes a whole number");
        }

        var problem =
            number < setting.Minimum ? $"belowMinimum: {Allowed(setting)}"
            : number > setting.Maximum ? $"aboveMaximum: {Allowed(setting)}"
            : setting.Choices.Count > 0 && !setting.Choices.Contains((int)number) ? $"notAllowed: {Allowed(setting)}"
            : null;
        return problem is null ? (JsonValue.Create((int)number), null) : (null, problem);
    }

    /// <summary>E.g. <c>0 to 100000</c> or <c>2, 4, 8 or 16</c>: in the unit that stands beside the input.</summary>
    public static string RangeOf(Setting setting) => setting.Kind switch
    {
        SettingKind.Boolean => "true or false",
        SettingKind.Text => $"a text of at most {setting.Maximum} bytes",
        SettingKind.Choice when setting.ChoiceNames.Count > 0 => string.Join(", ", setting.Choices.Select(choice => NameOf(setting, choice))),
        SettingKind.Choice => $"{string.Join(", ", setting.Choices.SkipLast(1))} or {setting.Choices[^1]}",
        _ => $"{setting.Minimum} to {setting.Maximum}",
    };

    /// <summary>A choice as people read it, e.g. <c>0 not declared</c>; the plain number where it says enough.</summary>
    public static string NameOf(Setting setting, int choice)
    {
        var at = setting.Choices.ToList().IndexOf(choice);
        return at < 0 || at >= setting.ChoiceNames.Count ? choice.ToString(CultureInfo.InvariantCulture) : $"{choice} {Spaced(setting.ChoiceNames[at])}";
    }

    /// <summary>camelCase as words.</summary>
    private static string Spaced(string name) =>
        string.Concat(name.Select((character, at) => at > 0 && (char.IsUpper(character) || (char.IsDigit(character) && !char.IsDigit(name[at - 1])))
            ? " " + char.ToLowerInvariant(character)
            : character.ToString()));

    private static string Allowed(Setting setting) => $"takes {RangeOf(setting)} {SettingUnits.Symbol(setting)}".TrimEnd();
}
