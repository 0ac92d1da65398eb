using System.CommandLine;
using System.Text.Json.Nodes;
using DeviceTwin.Cli.Hub;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin export</c>: the history, streamed.</summary>
internal static class ExportCommand
{
    private static readonly string[] Resolutions = ["auto", "raw", "minute", "hour", "day"];
    private static readonly string[] Formats = ["csv", "jsonl"];

    public static Command Create(string name, string description)
    {
        var device = new Argument<string[]>("device") { HelpName = "DEVICE", Arity = ArgumentArity.ZeroOrMore, Description = "Whose history; none, with --machine." };
        var machine = new Option<string?>("--machine") { HelpName = "MACHINE", Description = "All that was measured at this machine, whichever node did." };
        var point = new Option<string?>("--point") { HelpName = "POINT", Description = "Of --machine: this measuring point alone." };
        var series = new Option<string?>("--series") { HelpName = "A,B", Description = "Up to 32 series, e.g. verdict,velocityUmPerSecond,scores.outer (cloud/HISTORY.md)." };
        var kind = new Option<string?>("--kind") { HelpName = "KIND", Description = "Kind of the messages: features (as without it), health, …" };
        var from = new Option<string?>("--from") { HelpName = "TIME", Description = "From this time on, e.g. 2026-11-01T00:00:00Z; without it the last day." };
        var to = new Option<string?>("--to") { HelpName = "TIME", Description = "Until this time; without it, now." };
        var resolution = new Option<string>("--resolution") { HelpName = "WORD", Description = $"{string.Join(", ", Resolutions)}.", DefaultValueFactory = _ => Resolutions[0] };
        resolution.AcceptOnlyFromAmong(Resolutions);
        var format = new Option<string>("--format") { HelpName = "WORD", Description = "csv, or jsonl: a JSON object on each line, as --json prints.", DefaultValueFactory = _ => Formats[0] };
        format.AcceptOnlyFromAmong(Formats);
        var file = new Option<FileInfo?>("--out") { HelpName = "FILE", Description = "Save it here in place of printing it." };
        var command = HubVerb.Create(name, description, [device, machine, point, series, kind, from, to, resolution, format, file], async (client, parsed, cancellation) =>
        {
            var target = parsed.GetValue(file);
            TextFiles.CheckPlace(target);
            var path = "api/v1/history" + HubClient.QueryText(
                [
                    ("device", parsed.GetValue(device) is { Length: > 0 } devices ? string.Join(',', devices) : null), ("machine", parsed.GetValue(machine)), ("point", parsed.GetValue(point)),
                    ("series", parsed.GetValue(series)), ("kind", parsed.GetValue(kind)), ("from", parsed.GetValue(from)), ("to", parsed.GetValue(to)), ("resolution", parsed.GetValue(resolution)),
                    ("format", CommonOptions.Json(parsed) || parsed.GetValue(format) == "jsonl" ? "ndjson" : "csv"),
                ]);
            if (target is null)
            {
                await using var text = new WriterStream(Console.Out);
                await client.Copy(path, text, cancellation);
                return ExitCode.Success.Number;
            }

            long length;
            await using (var stream = TextFiles.Create(target))
            {
                await client.Copy(path, stream, cancellation);
                length = stream.Length;
            }

            var written = new JsonObject { ["file"] = target.FullName, ["bytes"] = length };
            return HubVerb.Say(parsed, written, () => Output.Line($"{length} bytes are in {target}."));
        });
        command.Validators.Add(result =>
        {
            if (result.GetResult(device) is { Tokens.Count: > 0 } == result.GetResult(machine) is not null)
            {
                result.AddError("Whose history: name a DEVICE or more, or a --machine.");
            }

            if (result.GetResult(point) is not null && result.GetResult(machine) is null)
            {
                result.AddError("--point is a point of a --machine: name that, too.");
            }
        });
        return command;
    }
}
