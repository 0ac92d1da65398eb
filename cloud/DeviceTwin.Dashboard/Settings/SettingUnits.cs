using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeviceTwin.Dashboard.Settings;

/// <summary>The twin holds integers in small units; people read millimetres, degrees and hertz.</summary>
public static class SettingUnits
{
    /// <summary>What stands where there is no value.</summary>
    public const string Absent = "–";

    private const int LongestShown = 24;

    /// <summary>The unit of the integer, as it stands beside an input.</summary>
    public static string Symbol(Setting setting) => setting.Unit switch
    {
        "um/s" => "µm/s",
        "cC" => "0.01 °C",
        "mHz" => "mHz",
        "milliOrders" => "‰ of order",
        "milliScore" => "‰",
        "milliSigma" => "‰ of σ",
        "cC/h" => "0.01 °C/h",
        _ => setting.Unit,
    };

    /// <summary>The same quantity in the unit of daily use, e.g. <c>7.10 mm/s</c>; null where the integer already is that.</summary>
    public static string? Reading(Setting setting, JsonNode? value)
    {
        if (JsonNumbers.Integer(value) is not { } number)
        {
            return null;
        }

        return setting.Unit switch
        {
            "um/s" => Invariant($"{number / 1000.0:0.00} mm/s"),
            "cC" => Invariant($"{number / 100.0:0.0} °C"),
            "mHz" => Invariant($"{number / 1000.0:0.00} Hz, {number * 0.06:0} rpm"),
            "milliOrders" => Invariant($"{number / 1000.0:0.000} ×"),
            "milliScore" => Invariant($"{number / 1000.0:0.00}"),
            "milliSigma" => Invariant($"{number / 1000.0:0.0} σ"),
            "cC/h" => Invariant($"{number / 100.0:0.0} °C/h"),
            "mg" when number >= 1000 => Invariant($"{number / 1000.0:0.00} g"),
            "W" when number >= 1000 => Invariant($"{number / 1000.0:0.#} kW"),
            "" when setting.ChoiceNames.Count > 0 => setting.Choices.Contains((int)number) ? SettingInput.NameOf(setting, (int)number)[(number.ToString(CultureInfo.InvariantCulture).Length + 1)..] : null,
            "s" when number >= 120 => Invariant($"{number / 60.0:0.#} min"),
            _ => null,
        };
    }

    /// <summary>A value of the twin as text: plain, without quotes; a dash where there is none.</summary>
    public static string Plain(JsonNode? value) => value switch
    {
        null => Absent,
        JsonValue json when json.GetValueKind() == JsonValueKind.String => json.GetValue<string>(),
        _ => value.ToJsonString(),
    };

    /// <summary>The same, short enough for a table: a long text by its beginning and its length.</summary>
    public static string Short(JsonNode? value) => Plain(value) is { Length: > LongestShown } text ? $"{text[..LongestShown]}… ({text.Length})" : Plain(value);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
