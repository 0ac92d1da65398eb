using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DeviceTwin.Cli.Hub;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin query</c>: devices, modules and jobs, in Azure's language.</summary>
internal static partial class QueryCommand
{
    private const string Everything = "SELECT * FROM devices";

    public static Command Create(string name, string description)
    {
        var query = new Argument<string>("query") { HelpName = "QUERY", Description = $"\"{Everything} WHERE …\", or the condition alone, e.g. \"tags.line = '3'\" (cloud/QUERIES.md)." };
        var page = NumberOption.Whole("--page", "Rows that are fetched at a time.", 100, 1, 1000);
        var limit = new Option<int?>("--limit") { HelpName = "N", Description = "At most so many rows; without it, all." };
        return HubVerb.Create(name, description, [query, page, limit], async (client, parsed, cancellation) =>
        {
            var text = Whole(parsed.GetValue(query)!);
            var most = parsed.GetValue(limit) ?? int.MaxValue;
            var json = CommonOptions.Json(parsed);
            var table = new QueryTable();
            for (string? next = null, first = ""; (first is not null || next is not null) && table.Count < most; first = null)
            {
                Talk.Detail(table.Count == 0 ? $"query: {text}" : $"{table.Count} so far, more to come");
                var (rows, items, continuation) = await Ask(client, text, Math.Min(parsed.GetValue(page), most - table.Count), next, cancellation);
                next = continuation;
                foreach (var row in rows.OfType<JsonObject>())
                {
                    table.Add(row, items);
                    if (json)
                    {
                        Output.JsonLine(row);
                    }
                }
            }

            if (!json)
            {
                table.Write();
            }

            Talk.Say(table.Summary);
            return ExitCode.Success.Number;
        });
    }

    /// <summary>A condition alone is meant of all devices.</summary>
    internal static string Whole(string text) => text.TrimStart().StartsWith("SELECT", StringComparison.OrdinalIgnoreCase) ? text : $"{Everything} WHERE {text}";

    /// <summary>The query with a mark below what the hub did not understand; null where it does not say where that is.</summary>
    internal static string? Mark(string query, string refusal)
    {
        if (Column().Match(refusal) is not { Success: true } match)
        {
            return null;
        }

        var column = int.Parse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        return $"{query.ReplaceLineEndings(" ")}\n{new string(' ', Math.Clamp(column - 1, 0, query.Length))}^";
    }

    private static async Task<(JsonArray Rows, string Items, string? Continuation)> Ask(HubClient client, string query, int page, string? next, CancellationToken cancellation)
    {
        try
        {
            return await client.Query(query, page, next, cancellation);
        }
        catch (CommandFailedException refusal) when (refusal.Code == ExitCode.HubRefused && Mark(query, refusal.Message) is { } mark)
        {
            Console.Error.WriteLine(mark);
            throw new CommandFailedException(ExitCode.QueryUnusable, refusal.Message);
        }
    }

    [GeneratedRegex(@"column (\d{1,6})")]
    private static partial Regex Column();
}
