using System.Text.Json.Nodes;
using Spectre.Console;

namespace DeviceTwin.Cli.Commands;

/// <summary>Desired beside reported, a row for each path.</summary>
internal static class TwinTable
{
    private const int LongestShown = 32;

    public static void Write(JsonObject convergence)
    {
        Screen.Unfolded($"{Markup.Escape((string?)convergence["deviceId"] ?? "")}  {Words.State((string?)convergence["state"] ?? "Unknown")}");
        var table = new Grid().Column("path").Column("desired").Column("reported").Column("state", folds: true);
        foreach (var path in convergence["paths"]?.AsArray() ?? [])
        {
            table.Row(
                Markup.Escape((string?)path?["path"] ?? ""),
                Markup.Escape(Short(path?["desired"])),
                Markup.Escape(Short(path?["reported"])),
                Words.State((string?)path?["state"] ?? "Unknown") + ((string?)path?["reason"] is { Length: > 0 } reason ? Markup.Escape($" ({reason})") : ""));
        }

        table.Write();
    }

    /// <summary>A value as JSON; a long text by its beginning and its length, so that one setting does not push the others off the screen.</summary>
    internal static string Short(JsonNode? value)
    {
        var json = value?.ToJsonString() ?? "-";
        return json.Length > LongestShown && value is JsonValue ? $"{json[..LongestShown]}… ({json.Length - 2})" : json;
    }
}
