using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace DeviceTwin.Cli;

/// <summary>Members of an answer as people read them: a name and a value on a line each.</summary>
internal sealed class Facts
{
    private readonly List<(string Name, string Value)> lines = [];

    /// <param name="value">Markup; null or empty = the line is left out.</param>
    public Facts Add(string name, string? value)
    {
        if (value is { Length: > 0 })
        {
            lines.Add((name, value));
        }

        return this;
    }

    /// <summary>A text as it is.</summary>
    public Facts Text(string name, JsonNode? value) => Add(name, Plain(value) is { Length: > 0 } text ? Markup.Escape(text) : null);

    /// <summary>A text that may be long is folded beside its name.</summary>
    public void Write()
    {
        var width = lines.Count == 0 ? 0 : lines.Max(line => line.Name.Length);
        foreach (var (name, value) in lines)
        {
            Folding.Write(Markup.Escape(name.PadRight(width)) + "  ", width + 2, value);
        }
    }

    /// <summary>A value as a person writes it.</summary>
    public static string Plain(JsonNode? value) => value switch
    {
        null => "",
        JsonValue text when text.TryGetValue(out string? plain) => plain,
        JsonArray list => string.Join(", ", list.Select(Plain)),
        _ => value.ToJsonString(),
    };

    /// <summary>A value, or a dash.</summary>
    public static string OrDash(JsonNode? value) => Plain(value) is { Length: > 0 } text ? Markup.Escape(text) : "-";

    /// <summary>A time of the hub as short as it stays clear: <c>2026-11-23 01:46:53</c>, in UTC; a dash where there is none.</summary>
    public static string Time(JsonNode? value) =>
        DateTimeOffset.TryParse(Plain(value), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) && at.Year > 1
            ? at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
            : "-";
}
