using System.Text.Json.Nodes;
using Spectre.Console;

namespace DeviceTwin.Cli.Commands;

/// <summary>Desired beside reported, a row for each path.</summary>
internal static class TwinTable
{
    private const int LongestShown = 32;

    public static void Write(JsonObject convergence)
    {
        Screen.Output.MarkupLine($"{Markup.Escape((string?)convergence["deviceId"] ?? "")}  {Words.State((string?)convergence["state"] ?? "Unknown")}");
        var table = new Table().Border(TableBorder.Simple).AddColumns("path", "desired", "reported", "state", "reason");
        foreach (var path in convergence["paths"]?.AsArray() ?? [])
        {
            table.AddRow(
                Markup.Escape((string?)path?["path"] ?? ""),
                Markup.Escape(Short(path?["desired"])),
                Markup.Escape(Short(path?["reported"])),
                Words.State((string?)path?["state"] ?? "Unknown"),
                Markup.Escape((string?)path?["reason"] ?? ""));
        }

        Screen.Output.Write(table);
    }

    /// <summary>A value as JSON; a long text by its beginning and its length, so that one setting does not push the others off the screen.</summary>
    internal static string Short(JsonNode? value)
    {
        var json = value?.ToJsonString() ?? "-";
        return json.Length > LongestShown && value is JsonValue ? $"{json[..LongestShown]}… ({json.Length - 2})" : json;
    }
}
