using System.Globalization;
using System.Text.Json.Nodes;
using DeviceTwin.Cli.Commands;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DeviceTwin.Cli.Changes;

/// <summary>Configurations and winners for people.</summary>
internal static class ConfigView
{
    public static Table List(JsonArray configurations)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("configuration", "priority", "version", "target", "targeted", "applied", "succeeded", "failed");
        foreach (var configuration in configurations)
        {
            var results = configuration?["systemMetrics"]?["results"];
            table.AddRow(
                Text(configuration?["id"]),
                Text(configuration?["priority"]),
                Text(configuration?["version"]),
                Text(configuration?["targetCondition"]),
                Text(results?["targetedCount"]),
                Text(results?["appliedCount"]),
                Text(results?["reportedSuccessfulCount"]),
                Text(results?["reportedFailedCount"]));
        }

        return table;
    }

    public static IRenderable Show(JsonObject configuration)
    {
        var settings = new Table().Border(TableBorder.Simple).AddColumns("setting", "value");
        foreach (var (path, value) in configuration["content"]?["deviceContent"]?.AsObject() ?? [])
        {
            settings.AddRow(Markup.Escape(path), Markup.Escape(TwinTable.Short(value)));
        }

        return new Rows(List([configuration.DeepClone()]), settings);
    }

    public static Table Winners(JsonArray winners)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("path", "desired", "winner", "is set by it", "lost");
        foreach (var path in winners)
        {
            table.AddRow(
                Text(path?["path"]),
                Markup.Escape(TwinTable.Short(path?["desired"])),
                Markup.Escape(Contender(path?["winner"])),
                (bool?)path?["stands"] == true ? "[green]yes[/]" : "[yellow]no[/]",
                Markup.Escape(string.Join("; ", (path?["lost"]?.AsArray() ?? []).Select(lost => $"{Contender(lost)} = {TwinTable.Short(lost?["value"])}, by {lost?["why"]}"))));
        }

        return table;
    }

    private static string Contender(JsonNode? contender) => contender is null ? "-"
        : contender["priority"] is { } priority
            ? string.Create(CultureInfo.InvariantCulture, $"{contender["source"]} (priority {priority}, version {contender["version"]}{((bool?)contender["staged"] == true ? ", staged" : "")})")
            : $"{contender["source"]} ({contender["owner"]}, {(contender["expiresAt"] is { } at ? $"until {at}" : "without end")}: {contender["reason"]})";

    private static string Text(JsonNode? node) => Markup.Escape(node?.ToString() is { Length: > 0 } text ? text : "-");
}
