using System.CommandLine;
using System.Text.Json.Nodes;
using DeviceTwin.Cli.Hub;
using DeviceTwin.SensorNode.Methods;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin method</c>: a direct method of a node.</summary>
internal static class MethodCommand
{
    internal const int ResponseSeconds = 30;

    /// <summary>What the hub needs beside the node.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);
    private static readonly string[] Irreversible = ["factoryReset", "relearnBaseline"];

    public static Command Create(string name, string description)
    {
        var device = HubVerb.Device();
        var method = new Argument<string>("method") { HelpName = "METHOD", Description = $"Of a sensor node: {string.Join(", ", Methods())}." };
        var payload = new Argument<string?>("payload") { HelpName = "JSON", Arity = ArgumentArity.ZeroOrOne, Description = "What it takes, e.g. '{\"seconds\":10}' (firmware/SensorNode/Methods/README.md)." };
        var wait = Wait();
        var connect = NumberOption.Whole("--connect", "Seconds to wait for a device that is away.", 0, 0, 300);
        var yes = CommonOptions.Yes();
        method.CompletionSources.Add(_ => Methods().Select(word => new System.CommandLine.Completions.CompletionItem(word)));
        payload.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && !IsJson(text))
            {
                result.AddError($"'{text}' is no JSON; a method takes an object such as {{\"seconds\":10}}.");
            }
        });
        return HubVerb.Create(name, description, [device, method, payload, wait, connect, yes], async (client, parsed, cancellation) =>
        {
            var (id, called) = (parsed.GetValue(device)!, parsed.GetValue(method)!);
            if (!parsed.GetValue(yes) && Irreversible.Contains(called))
            {
                Confirmation.Ask($"{called} makes {id} forget what it has learned. Go on?");
            }

            Talk.Detail($"waiting up to {parsed.GetValue(wait)} s for {id} to answer {called}");
            client.Allow(TimeSpan.FromSeconds(parsed.GetValue(wait) + parsed.GetValue(connect)) + Grace);
            var answer = await client.CallMethod(
                id, called, parsed.GetValue(payload) is { } text ? JsonNode.Parse(text) : null, parsed.GetValue(wait), parsed.GetValue(connect), cancellation);
            HubVerb.Say(parsed, answer, () => Show(answer["payload"]));
            return Status(answer) is >= 200 and < 300 ? ExitCode.Success.Number : throw Failed(id, called, answer);
        });
    }

    /// <summary>Calls a method whose answer is needed to go on.</summary>
    /// <exception cref="CommandFailedException"><see cref="ExitCode.MethodFailed"/>.</exception>
    internal static async Task<JsonObject> Call(HubClient client, string device, string method, JsonObject? payload, int wait, CancellationToken cancellation)
    {
        Talk.Detail($"waiting up to {wait} s for {device} to answer {method}");
        var answer = await client.CallMethod(device, method, payload, wait, 0, cancellation);
        return Status(answer) == 200 && answer["payload"] is JsonObject told ? told : throw Failed(device, method, answer);
    }

    internal static Option<int> Wait() => NumberOption.Whole("--wait", "Seconds that the node may take to answer.", ResponseSeconds, 5, 300);

    private static IEnumerable<string> Methods() => Enumerable.Range(1, MethodCatalogue.Count - 1).Select(MethodCatalogue.Word);

    private static int Status(JsonObject answer) => (int?)answer["status"] ?? 0;

    private static CommandFailedException Failed(string device, string method, JsonObject answer)
    {
        var (error, message) = answer["payload"] is JsonObject payload ? ((string?)payload["error"], (string?)payload["message"]) : (null, null);
        return new CommandFailedException(ExitCode.MethodFailed, $"{device} answered {method} with {Status(answer)}{(error is null ? "" : $" {error}")}{(message is null ? "." : $": {message}.")}");
    }

    private static void Show(JsonNode? payload)
    {
        if (payload is not JsonObject members)
        {
            Output.Line(payload?.ToJsonString() ?? "done");
            return;
        }

        var facts = new Facts();
        foreach (var (member, value) in members)
        {
            facts.Text(member, value is null or JsonArray { Count: 0 } ? "-" : value.DeepClone());
        }

        facts.Write();
    }

    private static bool IsJson(string text)
    {
        try
        {
            _ = JsonNode.Parse(text);
            return true;
        }
        catch (System.Text.Json.JsonException)
        {
            return false;
        }
    }
}
