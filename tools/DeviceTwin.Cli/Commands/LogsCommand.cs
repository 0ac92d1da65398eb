using System.CommandLine;
using System.Text.Json.Nodes;
using DeviceTwin.Cli.Hub;
using Spectre.Console;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin logs</c>: what the hub logged last, over REST.</summary>
internal static class LogsCommand
{
    private static readonly string[] Levels = ["trace", "debug", "information", "warning", "error", "critical"];
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    public static Command Create(string name, string description)
    {
        var lines = NumberOption.Whole("--lines", "At most so many of the last lines.", 50, 1, 2000);
        var level = new Option<string?>("--level") { HelpName = "LEVEL", Description = "Only lines of this level or graver: trace, debug, information, warning, error, critical." };
        level.AcceptOnlyFromAmong(Levels);
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with new lines until Ctrl-C." };
        return HubVerb.Create(name, description, [lines, level, follow], async (client, parsed, cancellation) =>
        {
            var last = 0L;
            try
            {
                do
                {
                    var page = await client.GetLogs(last, parsed.GetValue(level), parsed.GetValue(lines), cancellation);
                    foreach (var line in page["lines"]?.AsArray().OfType<JsonObject>() ?? [])
                    {
                        Show(line, CommonOptions.Json(parsed));
                    }

                    last = (long?)page["last"] ?? last;
                    if (parsed.GetValue(follow))
                    {
                        await Task.Delay(PollInterval, cancellation);
                    }
                }
                while (parsed.GetValue(follow));
            }
            catch (OperationCanceledException) when (parsed.GetValue(follow))
            {
                // Ctrl-C is how watching ends.
            }

            return ExitCode.Success.Number;
        });
    }

    private static void Show(JsonObject line, bool json)
    {
        if (json)
        {
            Output.JsonLine(line);
            return;
        }

        var level = (string?)line["level"] ?? "";
        var colour = level switch
        {
            "warning" => "yellow",
            "error" or "critical" => "red",
            _ => "grey",
        };
        // A line is a line, however long: it is not folded, so that a search in it finds what it looks for.
        Screen.Unfolded($"{Facts.Time(line["at"])} [{colour}]{level,-11}[/] {Facts.Plain(line["event"]),4} {Markup.Escape(Facts.Plain(line["text"]))}");
    }
}
