using System.Globalization;
using System.Text.Json.Nodes;

namespace DeviceTwin.Dashboard.Settings;

/// <summary>Checks what somebody typed against the model's limits, with the node's own words for what is wrong.</summary>
public static class SettingInput
{
    /// <summary>Exactly one of the two is null.</summary>
    public static (JsonNode? Value, string? Problem) Read(Setting setting, string text)
    {
        var trimmed = text.Trim();
        if (setting.Kind == SettingKind.Boolean)
        {
            return bool.TryParse(trimmed, out var flag)
                ? (JsonValue.Create(flag), null)
                : (null, "wrongType: takes true or false");
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
        SettingKind.Choice => $"{string.Join(", ", setting.Choices.SkipLast(1))} or {setting.Choices[^1]}",
        _ => $"{setting.Minimum} to {setting.Maximum}",
    };

    private static string Allowed(Setting setting) => $"takes {RangeOf(setting)} {SettingUnits.Symbol(setting)}".TrimEnd();
}
