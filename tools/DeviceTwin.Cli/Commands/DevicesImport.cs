using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Cli.Hub;
using DeviceTwin.Provisioning;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin devices import</c>: identities with twins from a file as Azure's export writes it, an object a line.</summary>
internal static class DevicesImport
{
    /// <summary>What the hub takes in a request.</summary>
    public const int MostItems = 100;

    /// <summary>Characters of a request, well below what the hub takes.</summary>
    private const int MostCharacters = 384 * 1024;

    public static Command Create()
    {
        var file = new Argument<FileInfo>("file") { HelpName = "FILE", Description = "Identities as JSON lines, e.g. devices.txt of Azure's export, or a list of them. Yours alone: it holds keys." };
        return HubVerb.Create(
            "import",
            "Take over identities with keys, tags and desired properties; those that there are already are written anew.",
            [file],
            async (client, parsed, cancellation) =>
            {
                var batches = Read(parsed.GetValue(file)!);
                var errors = new JsonArray();
                var (done, all) = (0, batches.Sum(batch => batch.Count));
                foreach (var batch in batches)
                {
                    var count = batch.Count;
                    foreach (var error in await client.ImportDevices(batch, cancellation))
                    {
                        errors.Add(error!.DeepClone());
                    }

                    done += count;
                    Talk.Detail($"{done} of {all}, {errors.Count} failed");
                }

                Show(parsed, all, errors);
                return errors.Count == 0 ? ExitCode.Success.Number : CommandRunner.Fail(ExitCode.ImportLeft, ExitCode.ImportLeft.Meaning);
            },
            signs: true);
    }

    /// <summary>The whole file, before any of it is sent: a line that cannot be read leaves nothing half done.</summary>
    /// <exception cref="CommandFailedException">It cannot be read, others may read it, or a line is no identity; the message names the line.</exception>
    internal static IReadOnlyList<JsonArray> Read(FileInfo file)
    {
        var text = Text(file);
        var items = text.TrimStart().StartsWith('[') ? List(file, text) : Lines(file, text);
        var batches = new List<JsonArray>();
        var room = 0;
        foreach (var item in items)
        {
            var characters = item.ToJsonString().Length;
            if (batches.Count == 0 || batches[^1].Count == MostItems || room < characters)
            {
                batches.Add([]);
                room = MostCharacters;
            }

            batches[^1].Add(item);
            room -= characters;
        }

        return batches;
    }

    private static string Text(FileInfo file)
    {
        try
        {
            return TextFiles.ReadSecret(file.FullName);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.FileUnusable, $"'{file}' cannot be read: {error.Message}");
        }
    }

    private static IEnumerable<JsonObject> List(FileInfo file, string text)
    {
        try
        {
            return [.. ((JsonArray)JsonNode.Parse(text)!).Select((item, place) => (JsonObject)Item(file, item, $"item {place + 1}").DeepClone())];
        }
        catch (JsonException error)
        {
            throw new CommandFailedException(ExitCode.FileUnusable, $"'{file}' is not JSON: {JsonProblem.Of(error)}.");
        }
    }

    private static IEnumerable<JsonObject> Lines(FileInfo file, string text)
    {
        var read = new List<JsonObject>();
        foreach (var (index, line) in text.Split('\n').Index())
        {
            if (line.Trim().Length > 0)
            {
                read.Add(Line(file, line, index + 1));
            }
        }

        return read;
    }

    private static JsonObject Line(FileInfo file, string line, int number)
    {
        try
        {
            return Item(file, JsonNode.Parse(line), $"line {number}");
        }
        catch (JsonException error)
        {
            throw new CommandFailedException(ExitCode.FileUnusable, $"'{file}' is not JSON: {JsonProblem.Of(error, number)}.");
        }
    }

    // A message never quotes the item: it holds keys.
    private static JsonObject Item(FileInfo file, JsonNode? node, string place) => node is JsonObject item && (item["id"] ?? item["deviceId"])?.GetValueKind() == JsonValueKind.String
        ? item
        : throw new CommandFailedException(ExitCode.FileUnusable, $"'{file}', {place} is no identity: it needs an \"id\".");

    private static void Show(ParseResult parsed, int all, JsonArray errors)
    {
        if (CommonOptions.Json(parsed))
        {
            Output.Json(new JsonObject { ["devices"] = all, ["imported"] = all - errors.Count, ["errors"] = errors });
            return;
        }

        if (errors.Count > 0)
        {
            var grid = new Grid().Column("device").Column("error").Column("why", folds: true);
            foreach (var error in errors)
            {
                var name = new StringBuilder((string?)error!["deviceId"]).Append((string?)error["moduleId"] is { } module ? $"/{module}" : "");
                grid.Row(Facts.OrDash(name.ToString()), Facts.OrDash(error["errorCode"]), Facts.OrDash(error["errorStatus"]));
            }

            grid.Write();
        }

        Output.Line($"{all - errors.Count} of {all} taken over.");
    }
}
