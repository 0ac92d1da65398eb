using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DeviceTwin.Cli.Changes;

/// <summary>Changes for people, in the hub's words.</summary>
internal static class ChangeView
{
    /// <summary>Whether nothing will happen to it any more.</summary>
    public static bool HasEnded(JsonObject change) => State(change) is "done" or "rolledBack" or "aborted";

    public static string State(JsonObject change) => (string?)change["state"] ?? "";

    public static string Sentence(JsonObject change) => $"{change["id"]} is {State(change)}.";

    public static Table List(JsonArray changes)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("change", "state", "configuration", "author", "devices", "title");
        foreach (var change in changes)
        {
            table.AddRow(
                Text(change?["id"]), Words.Change((string?)change?["state"]), Text(change?["configurationId"]), Text(change?["author"]), Text(change?["devices"]), Text(change?["title"]));
        }

        return table;
    }

    public static IRenderable Status(JsonObject change)
    {
        var rows = new List<IRenderable>
        {
            new Markup($"{Text(change["id"])}  {Words.Change(State(change))}  {Text(change["title"])}"),
            new Text($"of {change["configurationId"]} version {change["baseVersion"]}, by {change["author"]}, {change["createdAt"]}; in this state since {change["stageSince"]}"),
        };
        if (change["replay"] is JsonObject replay)
        {
            rows.Add(new Text(Replay(replay)));
        }

        rows.AddRange((change["approvals"]?.AsArray() ?? []).Select(approval => new Text($"approved by {approval?["by"]}, {approval?["at"]} {approval?["why"]}")));
        if (change["groups"]?.AsArray() is { Count: > 0 } groups)
        {
            var table = new Table().Border(TableBorder.Simple).AddColumns("group", "devices", "admitted", "applied");
            foreach (var group in groups)
            {
                table.AddRow(Text(group?["group"]), Text(group?["size"]), Text(group?["admitted"]), Text(group?["applied"]));
            }

            rows.Add(table);
        }

        if (change["gates"]?["gates"]?.AsArray() is { Count: > 0 } gates)
        {
            var table = new Table().Border(TableBorder.Simple).AddColumns("gate", "outcome", "why");
            foreach (var gate in gates)
            {
                table.AddRow(Text(gate?["gate"]), Words.Gate((string?)gate?["outcome"]), Text(gate?["words"]));
            }

            rows.Add(table);
        }

        if (Next(change) is { } next)
        {
            rows.Add(new Text($"Next: {next}"));
        }

        return new Rows(rows);
    }

    /// <summary>How it stands on one line, for what cannot redraw.</summary>
    public static string Line(JsonObject change)
    {
        var parts = new List<string>();
        if (change["replay"] is JsonObject replay)
        {
            parts.Add(Replay(replay));
        }

        parts.AddRange((change["groups"]?.AsArray() ?? []).Where(group => (long?)group?["admitted"] > 0)
            .Select(group => $"{group?["group"]} {group?["applied"]} of {group?["size"]} applied"));
        parts.AddRange((change["gates"]?["gates"]?.AsArray() ?? []).GroupBy(gate => (string?)gate?["outcome"])
            .Select(outcome => $"{outcome.Key} {string.Join(" ", outcome.Select(gate => gate?["gate"]))}"));
        if ((bool?)change["asksPerson"] == true)
        {
            parts.Add("a person is asked");
        }

        return $"{change["id"]} {State(change)}{(parts.Count > 0 ? ": " : "")}{string.Join("; ", parts)}";
    }

    /// <summary>What somebody could do now; null where there is nothing to do.</summary>
    private static string? Next(JsonObject change) => State(change) switch
    {
        _ when (bool?)change["asksPerson"] == true => $"the gates cannot decide: dtwin change pass {change["id"]} --reason WHY, or dtwin change abort {change["id"]} --reason WHY",
        "draft" => change["replay"] is JsonObject { } replay && replay["failure"] is null ? null : $"dtwin change replay {change["id"]}",
        "replayed" => $"dtwin change approve {change["id"]}",
        "approved" => $"dtwin change start {change["id"]}",
        "done" or "rolledBack" or "aborted" => (bool?)change["hasReport"] == true ? $"dtwin change report {change["id"]}" : null,
        _ => null,
    };

    private static string Replay(JsonObject replay) => (string?)replay["failure"] is { } failure
        ? $"the replay failed: {failure}"
        : string.Create(CultureInfo.InvariantCulture, $"replay: {replay["capturesDone"] ?? 0} of {replay["captures"] ?? 0} captures");

    private static string Text(JsonNode? node) => Markup.Escape(node?.ToString() is { Length: > 0 } text ? text : "-");
}
