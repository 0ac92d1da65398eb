using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Cli.Hub;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin twin get|set|watch</c>.</summary>
internal static class TwinCommand
{
    public static Command Create(string name, string description) => new(name, description) { Get(), Set(), Watch() };

    private static Command Get()
    {
        var device = new Argument<string>("device") { Description = "The device id." };
        var hub = new HubOptions();
        var command = new Command("get", "Print desired beside reported with the state of each path.") { device };
        hub.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = hub.Connect(parsed);
            if (hub.Json(parsed))
            {
                Output.Json(await client.GetTwin(parsed.GetValue(device)!, cancellation));
            }
            else
            {
                TwinTable.Write(await client.GetConvergence(parsed.GetValue(device)!, cancellation));
            }

            return ExitCode.Success.Number;
        });
        return command;
    }

    private static Command Set()
    {
        var device = new Argument<string>("device") { Description = "The device id." };
        var path = new Argument<string>("path") { Description = "A desired property, e.g. detection.velocityLimitUmPerSecond." };
        var value = new Argument<string>("value") { Description = "A JSON value: 4500, true, null (removes the property). Other text is taken as a string." };
        path.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } text && text.Split('.').Any(key => key.Length == 0 || key[0] == '$'))
            {
                result.AddError($"'{text}' is not the path of a property: names joined by dots, none of them empty or beginning with $.");
            }
        });
        var wait = NumberOption.Whole("--wait", "Seconds to wait for the device's acknowledgement; 0 does not wait.", 0, 0, 3600);
        var hub = new HubOptions();
        var command = new Command("set", "Change one desired property.") { device, path, value, wait };
        hub.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = hub.Connect(parsed);
            var change = new DesiredChange(parsed.GetValue(device)!, parsed.GetValue(path)!, ParseValue(parsed.GetValue(value)!));
            var result = await change.Apply(client, TimeSpan.FromSeconds(parsed.GetValue(wait)), TimeProvider.System, cancellation);
            if (hub.Json(parsed))
            {
                Output.Json(result);
            }
            else
            {
                Output.Line(result.Sentence());
            }

            var unresolved = parsed.GetValue(wait) > 0 && result.State != "InSync";
            return (unresolved ? ExitCode.NotInSync : ExitCode.Success).Number;
        });
        return command;
    }

    private static Command Watch()
    {
        var device = new Argument<string>("device") { Description = "The device id." };
        var hub = new HubOptions();
        var command = new Command("watch", "Print each change of the twin until Ctrl-C.") { device };
        hub.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = hub.Connect(parsed);
            try
            {
                await foreach (var change in client.WatchTwin(parsed.GetValue(device)!, cancellation))
                {
                    if (hub.Json(parsed))
                    {
                        Output.JsonLine(change);
                    }
                    else
                    {
                        Output.Line($"{change["time"]}  {change["section"],-8} v{change["version"],-5} {change["author"],-12} {change["diff"]?.ToJsonString()}");
                    }
                }
            }
            catch (OperationCanceledException)
            {
                // Ctrl-C is how watching ends.
            }

            return ExitCode.Success.Number;
        });
        return command;
    }

    internal static JsonNode? ParseValue(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }
}
