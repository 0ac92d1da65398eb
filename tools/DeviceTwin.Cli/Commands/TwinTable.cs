using System.Text.Json.Nodes;
using Spectre.Console;

namespace DeviceTwin.Cli.Commands;

/// <summary>Desired beside reported, a row for each path.</summary>
internal static class TwinTable
{
    public static void Write(JsonObject convergence)
    {
        Screen.Output.MarkupLine($"{Markup.Escape((string?)convergence["deviceId"] ?? "")}  {Words.State((string?)convergence["state"] ?? "Unknown")}");
        var table = new Table().Border(TableBorder.Simple).AddColumns("path", "desired", "reported", "state", "reason");
        foreach (var path in convergence["paths"]?.AsArray() ?? [])
        {
            table.AddRow(
                Markup.Escape((string?)path?["path"] ?? ""),
                Markup.Escape(path?["desired"]?.ToJsonString() ?? "-"),
                Markup.Escape(path?["reported"]?.ToJsonString() ?? "-"),
                Words.State((string?)path?["state"] ?? "Unknown"),
                Markup.Escape((string?)path?["reason"] ?? ""));
        }

        Screen.Output.Write(table);
    }
}
