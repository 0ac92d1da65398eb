using System.CommandLine;
using System.Text.Json.Nodes;
using DeviceTwin.Cli.Changes;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin config list|show|put|delete|winners</c>: configurations and who wins.</summary>
internal static class ConfigCommand
{
    public static Command Create(string name, string description) => new(name, description) { List(), Show(), Put(), Delete(), Winners() };

    private static Command List()
    {
        var hub = new HubOptions();
        var command = new Command("list", "List the configurations: the highest priority wins, of equals the younger.");
        hub.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = hub.Connect(parsed);
            var configurations = await client.ListConfigurations(cancellation);
            if (hub.Json(parsed))
            {
                Output.Json(configurations);
            }
            else
            {
                Screen.Output.Write(ConfigView.List(configurations));
            }

            return ExitCode.Success.Number;
        });
        return command;
    }

    private static Command Show()
    {
        var id = Id();
        var hub = new HubOptions();
        var command = new Command("show", "Print a configuration: its target, its settings and how many devices have them.") { id };
        hub.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = hub.Connect(parsed);
            var configuration = await client.GetConfiguration(parsed.GetValue(id)!, cancellation);
            if (hub.Json(parsed))
            {
                Output.Json(configuration);
            }
            else
            {
                Screen.Output.Write(ConfigView.Show(configuration));
            }

            return ExitCode.Success.Number;
        });
        return command;
    }

    private static Command Put()
    {
        var file = new Argument<FileInfo>("file") { HelpName = "FILE", Description = "JSON as `config show --json` prints it; of it only id, targetCondition, priority, labels, content and metrics count." };
        var id = new Option<string?>("--id") { HelpName = "ID", Description = "The configuration's id; needed where the file has none." };
        var etag = Etag("Replace only the configuration with this ETag (If-Match), * = whichever there is; without it the file's etag counts, and without that there must be none yet.");
        var hub = new HubOptions();
        var command = new Command("put", "Create or replace a configuration for all its devices at once; `dtwin change` does it step by step.") { file, id, etag };
        hub.AddTo(command);
        hub.AddAuthorTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var configuration = TextFiles.ReadObject(parsed.GetValue(file)!);
            var named = parsed.GetValue(id) ?? Text(configuration, "id")
                ?? throw new CommandFailedException(ExitCode.FileUnusable, $"'{parsed.GetValue(file)}' names no configuration.", "Give it the member \"id\", or say --id ID.");
            configuration["id"] = named;
            using var client = hub.Connect(parsed);
            var put = await client.PutConfiguration(named, configuration, parsed.GetValue(etag) ?? Text(configuration, "etag"), cancellation);
            if (hub.Json(parsed))
            {
                Output.Json(put);
            }
            else
            {
                Output.Line($"{named} is version {put["version"]}.");
            }

            return ExitCode.Success.Number;
        });
        return command;
    }

    private static Command Delete()
    {
        var id = Id();
        var etag = Etag("Delete only the configuration with this ETag (If-Match).");
        var hub = new HubOptions();
        var command = new Command("delete", "Delete a configuration; its paths go to whoever is next in line.") { id, etag };
        hub.AddTo(command);
        hub.AddAuthorTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = hub.Connect(parsed);
            var answer = await client.DeleteConfiguration(parsed.GetValue(id)!, parsed.GetValue(etag), cancellation);
            if (hub.Json(parsed))
            {
                Output.Json(answer);
            }
            else
            {
                Output.Line($"{parsed.GetValue(id)} is deleted.");
            }

            return ExitCode.Success.Number;
        });
        return command;
    }

    private static Command Winners()
    {
        var device = new Argument<string>("device") { Description = "The device id." };
        var hub = new HubOptions();
        var command = new Command("winners", "Print who sets each path of a device, and who would and why not.") { device };
        hub.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = hub.Connect(parsed);
            var winners = await client.GetWinners(parsed.GetValue(device)!, cancellation);
            if (hub.Json(parsed))
            {
                Output.Json(winners);
            }
            else
            {
                Screen.Output.Write(ConfigView.Winners(winners));
            }

            return ExitCode.Success.Number;
        });
        return command;
    }

    private static Argument<string> Id() => new("id") { Description = "The configuration's id." };

    private static Option<string?> Etag(string description) => new("--etag") { HelpName = "ETAG", Description = description };

    private static string? Text(JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
