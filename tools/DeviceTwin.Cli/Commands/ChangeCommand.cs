using System.CommandLine;
using System.Text.Json.Nodes;
using DeviceTwin.Cli.Changes;
using DeviceTwin.Cli.Hub;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin change</c>: a configuration's next version, from the draft to the report.</summary>
internal static class ChangeCommand
{
    public static Command Create(string name, string description) => new(name, description)
    {
        List(),
        Plan(),
        ChangeReplayCommand.Create(),
        Step("approve", "Agree to a change that was replayed; its author may not, unless the plan says so.", needsReason: false),
        Step("start", "Begin an approved change: shadow, canary, waves.", needsReason: false),
        Status(),
        Step("pass", "Let a change pass whose gates cannot decide.", needsReason: true),
        Abort(),
        Report(),
    };

    private static Command List()
    {
        var state = new Option<string?>("--state") { HelpName = "STATE", Description = "Only changes in this state: draft, replayed, approved, shadow, canary, wave, done, rolledBack, aborted." };
        var hub = new HubOptions();
        var command = new Command("list", "List the changes.") { state };
        hub.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = hub.Connect(parsed);
            var changes = await client.ListChanges(parsed.GetValue(state), cancellation);
            if (hub.Json(parsed))
            {
                Output.Json(changes);
            }
            else
            {
                Screen.Output.Write(ChangeView.List(changes["changes"]?.AsArray() ?? []));
            }

            return ExitCode.Success.Number;
        });
        return command;
    }

    private static Command Plan()
    {
        var file = new Argument<FileInfo?>("file")
        {
            HelpName = "FILE",
            Arity = ArgumentArity.ZeroOrOne,
            Description = "JSON with configurationId, title, settings (those that differ) or content (all), plan; options win over it.",
        };
        var id = new Option<string?>("--id") { HelpName = "ID", Description = "The change's id; without it the hub finds one." };
        var title = new Option<string?>("--title") { HelpName = "TEXT", Description = "What it is for, on one line." };
        var configuration = new Option<string?>("--configuration") { HelpName = "ID", Description = "The configuration that is to change." };
        var settings = new Option<string[]>("--set") { HelpName = "PATH=VALUE", Description = "A setting, e.g. detection.velocityLimitUmPerSecond=3500; null takes it away. May be repeated." };
        var plan = new Option<FileInfo?>("--plan") { HelpName = "FILE", Description = "The plan as JSON (cloud/ROLLOUTS.md); what is left out is the default." };
        settings.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(token => token.Value.IndexOf('=') < 1) is { } wrong)
            {
                result.AddError($"--set takes PATH=VALUE, such as detection.velocityLimitUmPerSecond=3500, not '{wrong.Value}'.");
            }
        });
        var hub = new HubOptions();
        var command = new Command("plan", "Write the draft of a change.") { file, id, title, configuration, settings, plan };
        hub.AddTo(command);
        hub.AddAuthorTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(file) is not { Tokens.Count: > 0 } && (result.GetResult(configuration) is null || result.GetResult(title) is null || result.GetResult(settings) is null))
            {
                result.AddError("A change is planned from a FILE, or from --configuration, --title and --set.");
            }
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            var proposal = Proposal.Create(
                parsed.GetValue(file), parsed.GetValue(id), parsed.GetValue(title), parsed.GetValue(configuration), parsed.GetValue(settings) ?? [], parsed.GetValue(plan));
            using var client = hub.Connect(parsed);
            return Say(await client.CreateChange(proposal, cancellation), hub.Json(parsed));
        });
        return command;
    }

    private static Command Step(string name, string description, bool needsReason)
    {
        var id = Id();
        var reason = Reason(needsReason);
        var hub = new HubOptions();
        var command = new Command(name, description) { id, reason };
        hub.AddTo(command);
        hub.AddAuthorTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = hub.Connect(parsed);
            return Say(await client.StepChange(parsed.GetValue(id)!, name, parsed.GetValue(reason), cancellation), hub.Json(parsed));
        });
        return command;
    }

    private static Command Abort()
    {
        var id = Id();
        var reason = Reason(isNeeded: true);
        var yes = CommonOptions.Yes();
        var hub = new HubOptions();
        var command = new Command("abort", "Give a change up; what it wrote on devices is restored.") { id, reason, yes };
        hub.AddTo(command);
        hub.AddAuthorTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = hub.Connect(parsed);
            if (!parsed.GetValue(yes))
            {
                var change = await client.GetChange(parsed.GetValue(id)!, cancellation);
                Confirmation.Ask($"Abort {change["id"]} ({change["title"]}), which is {ChangeView.State(change)} on {change["devices"]} devices, and restore what stood before?");
            }

            return Say(await client.StepChange(parsed.GetValue(id)!, "abort", parsed.GetValue(reason), cancellation), hub.Json(parsed));
        });
        return command;
    }

    private static Command Status()
    {
        var id = Id();
        var follow = new Option<bool>("--follow") { Description = "Go on until the change has ended, or Ctrl-C." };
        var hub = new HubOptions();
        var command = new Command("status", "Print how a change stands: groups, gates, what to do next.") { id, follow };
        hub.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = hub.Connect(parsed);
            var named = parsed.GetValue(id)!;
            if (parsed.GetValue(follow))
            {
                return await Follow(client, named, hub.Json(parsed), cancellation);
            }

            var change = await client.GetChange(named, cancellation);
            if (hub.Json(parsed))
            {
                Output.Json(change);
            }
            else
            {
                Screen.Output.Write(ChangeView.Status(change));
            }

            return ExitCode.Success.Number;
        });
        return command;
    }

    private static Command Report()
    {
        var id = Id();
        var html = new Option<FileInfo?>("--html") { HelpName = "FILE", Description = "Save the report as one HTML file." };
        var hub = new HubOptions();
        var command = new Command("report", "Print what came of a change that has ended.") { id, html };
        hub.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var page = parsed.GetValue(html);
            TextFiles.CheckPlace(page);
            using var client = hub.Connect(parsed);
            var report = await client.GetChangeReport(parsed.GetValue(id)!, cancellation);
            if (page is not null)
            {
                TextFiles.Write(page, await client.GetChangeReportHtml(parsed.GetValue(id)!, cancellation));
            }

            if (hub.Json(parsed))
            {
                Output.Json(report);
            }
            else
            {
                foreach (var sentence in report["sentences"]?.AsArray() ?? [])
                {
                    Output.Line((string?)sentence ?? "");
                }
            }

            return ExitCode.Success.Number;
        });
        return command;
    }

    private static async Task<int> Follow(HubClient client, string id, bool json, CancellationToken cancellation)
    {
        try
        {
            if (json || !Screen.IsLive)
            {
                var last = "";
                return await Follow(
                    client,
                    id,
                    change =>
                    {
                        if (json)
                        {
                            Output.JsonLine(change);
                        }
                        else if (ChangeView.Line(change) is var line && line != last)
                        {
                            Output.Line(last = line);
                        }
                    },
                    cancellation);
            }

            return await Screen.Output.Live((IRenderable)new Text("Waiting for the hub")).AutoClear(false)
                .StartAsync(live => Follow(client, id, change => live.UpdateTarget(ChangeView.Status(change)), cancellation));
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C is how watching ends.
            return ExitCode.Success.Number;
        }
    }

    private static async Task<int> Follow(HubClient client, string id, Action<JsonObject> show, CancellationToken cancellation)
    {
        await foreach (var (name, change) in client.FollowChange(id, cancellation))
        {
            if (name == "deleted")
            {
                throw new CommandFailedException(ExitCode.ChangeTakenBack, $"The change \"{id}\" was deleted.", "It had not been on devices; nothing is to be restored.");
            }

            show(change);
            if (ChangeView.HasEnded(change))
            {
                return ChangeView.State(change) == "done"
                    ? ExitCode.Success.Number
                    : throw new CommandFailedException(ExitCode.ChangeTakenBack, $"The change \"{id}\" is {ChangeView.State(change)}.", $"`dtwin change report {id}` says why and what was restored.");
            }
        }

        return ExitCode.Success.Number;
    }

    private static int Say(JsonObject change, bool json)
    {
        if (json)
        {
            Output.Json(change);
        }
        else
        {
            Output.Line(ChangeView.Sentence(change));
        }

        return ExitCode.Success.Number;
    }

    private static Argument<string> Id() => new("id") { HelpName = "ID", Description = "The change's id, as `dtwin change list` shows it." };

    private static Option<string?> Reason(bool isNeeded) => new("--reason") { HelpName = "WHY", Required = isNeeded, Description = "Why, for the record." };
}
