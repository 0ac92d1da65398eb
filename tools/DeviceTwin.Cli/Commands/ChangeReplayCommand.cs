using System.CommandLine;
using System.Text.Json.Nodes;
using DeviceTwin.Analytics.Reports;
using DeviceTwin.Cli.Changes;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin change replay</c>: what a change would have said of stored waveforms.</summary>
internal static class ChangeReplayCommand
{
    public static Command Create()
    {
        var id = new Argument<string?>("id") { HelpName = "ID", Arity = ArgumentArity.ZeroOrOne, Description = "The change, replayed by the hub; or none, with --recordings." };
        var from = new Option<string?>("--from") { HelpName = "TIME", Description = "Of a change: only waveforms from this moment on, e.g. 2026-11-01T00:00:00Z." };
        var html = new Option<FileInfo?>("--html") { HelpName = "FILE", Description = "Save the report as one HTML file." };
        var recordings = new Option<string?>("--recordings") { HelpName = "INDEX", Description = "Without a hub: an index.json or its folder, each recording a machine." };
        var before = new Option<FileInfo?>("--old") { HelpName = "FILE", Description = "Of --recordings: settings that hold, as for `dtwin detect --settings`; none = the model's." };
        var after = new Option<FileInfo?>("--new") { HelpName = "FILE", Description = "Of --recordings: settings proposed, likewise." };
        var select = new Option<string?>("--select") { HelpName = "GLOB", Description = "Of --recordings: only files that fit this pattern (* and ?)." };
        var hub = new HubOptions();
        var command = new Command("replay", "Replay stored waveforms under the settings that hold and those proposed, and print what differs.") { id, from, html, recordings, before, after, select };
        hub.AddTo(command);
        hub.AddAuthorTo(command);
        Option[] ofRecordings = [before, after, select];
        command.Validators.Add(result =>
        {
            var hasId = result.GetResult(id) is { Tokens.Count: > 0 };
            var isLocal = result.GetResult(recordings) is not null;
            if (hasId == isLocal)
            {
                result.AddError("A replay is of a change ID, or of --recordings INDEX with --old and --new.");
            }

            if (!isLocal && ofRecordings.FirstOrDefault(option => result.GetResult(option) is not null) is { } given)
            {
                result.AddError($"{given.Name} is for --recordings: a change has its own settings.");
            }

            if (isLocal && result.GetResult(before) is null && result.GetResult(after) is null)
            {
                result.AddError("--recordings takes settings to compare: --old FILE, --new FILE, or both.");
            }

            if (isLocal && result.GetResult(from) is not null)
            {
                result.AddError("--from is for a change: recordings have no date.");
            }
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            var json = hub.Json(parsed);
            var page = parsed.GetValue(html);
            TextFiles.CheckPlace(page);
            if (parsed.GetValue(recordings) is { } folder)
            {
                var report = await ReplayScreen.Watch(
                    !json, progress => LocalReplay.Run(folder, parsed.GetValue(select), parsed.GetValue(before), parsed.GetValue(after), progress, cancellation));
                Save(page, () => ReplayHtml.Write(report));
                Say(json, json ? JsonNode.Parse(report.ToJson()) : null, json ? "" : ReplayText.Write(report));
                return ExitCode.Success.Number;
            }

            using var client = hub.Connect(parsed);
            var named = parsed.GetValue(id)!;
            await ReplayScreen.Watch(!json, async progress =>
            {
                await HubReplay.Run(client, named, parsed.GetValue(from), progress, cancellation);
                return true;
            });
            if (page is not null)
            {
                TextFiles.Write(page, await client.GetReplay(named, "html", cancellation));
            }

            Say(json, json ? await client.GetReplay(named, cancellation) : null, json ? "" : await client.GetReplay(named, "text", cancellation));
            return ExitCode.Success.Number;
        });
        return command;
    }

    private static void Save(FileInfo? page, Func<string> write)
    {
        if (page is not null)
        {
            TextFiles.Write(page, write());
        }
    }

    private static void Say(bool json, JsonNode? report, string text)
    {
        if (json)
        {
            Output.Json(report);
        }
        else
        {
            Console.Out.Write(text);
        }
    }
}
