using System.CommandLine;
using System.Text.Json.Nodes;
using DeviceTwin.Cli.Hub;

namespace DeviceTwin.Cli.Commands;

/// <summary>A command that asks the hub something and prints what comes back.</summary>
internal static class HubVerb
{
    /// <param name="act">Asks the hub; gives back the exit code.</param>
    public static Command Create(string name, string description, IEnumerable<Symbol> symbols, Func<HubClient, ParseResult, CancellationToken, Task<int>> act, bool signs = false)
    {
        var hub = new HubOptions();
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
            {
                command.Add(argument);
            }
            else
            {
                command.Add((Option)symbol);
            }
        }

        hub.AddTo(command);
        if (signs)
        {
            hub.AddAuthorTo(command);
        }

        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = hub.Connect(parsed);
            return await act(client, parsed, cancellation);
        });
        return command;
    }

    /// <summary>The hub's own answer with <c>--json</c>, else what people see.</summary>
    public static int Say(ParseResult parsed, JsonNode answer, Action show)
    {
        if (CommonOptions.Json(parsed))
        {
            Output.Json(answer);
        }
        else
        {
            show();
        }

        return ExitCode.Success.Number;
    }

    public static Argument<string> Device() => new("device") { HelpName = "DEVICE", Description = "The device id, as `dtwin devices list` shows it." };
}
