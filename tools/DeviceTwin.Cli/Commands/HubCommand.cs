using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Cli.Hub;
using Spectre.Console;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin hub start|status|backup|restore</c>.</summary>
internal static class HubCommand
{
    public static Command Create(string name, string description) => new(name, description) { Start(), Status(), Backup(), Restore() };

    private static Command Start()
    {
        var data = new Option<DirectoryInfo>("--data") { HelpName = "DIR", Required = true, Description = "Folder for twins, keys and certificates; made if it is not there." };
        var more = new Argument<string[]>("options")
        {
            HelpName = "-- OPTIONS",
            Arity = ArgumentArity.ZeroOrMore,
            Description = "The hub's own options after --, e.g. -- --bind 0.0.0.0 --host-name hub.plant.example (cloud/README.md).",
        };
        var command = new Command("start", "Start a hub here and keep it running until Ctrl-C; its log goes to standard error.") { data, more };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var hub = await HubProcess.StartAsync(["--data", parsed.GetValue(data)!.FullName, .. parsed.GetValue(more) ?? []], Talk.Relay("hub"), cancellation);
            var ready = hub.Ready;
            if (CommonOptions.Json(parsed))
            {
                Output.JsonLine(ready);
            }
            else
            {
                new Facts().Text("dashboard", ready.HttpUrl.ToString()).Text("devices", $"mqtts://{ready.HostName}:{ready.MqttPort}").Text("authority", ready.CaFile).Text("id scope", ready.IdScope).Write();
            }

            Talk.Say("The hub runs; Ctrl-C stops it.");
            try
            {
                await hub.WaitForExit(cancellation);
            }
            catch (OperationCanceledException)
            {
                // Ctrl-C is how it ends.
                return ExitCode.Success.Number;
            }

            return cancellation.IsCancellationRequested ? ExitCode.Success.Number : throw new CommandFailedException(ExitCode.HubStopped, "The hub has ended by itself.");
        });
        return command;
    }

    private static Command Status() => HubVerb.Create("status", "Say whether the hub can do its work: checks, devices, certificates, clock.", [], async (client, parsed, cancellation) =>
    {
        var (health, clock) = await client.GetHealth(cancellation);
        var ready = await client.GetReadiness(cancellation);
        var totals = await client.GetTotals(cancellation);
        var soonest = (await client.ListCertificates(cancellation)).MinBy(certificate => (long?)certificate?["daysLeft"] ?? long.MaxValue);
        var answer = new JsonObject
        {
            ["status"] = ready["status"]?.DeepClone(),
            ["checks"] = ready["checks"]?.DeepClone(),
            ["reasons"] = ready["reasons"]?.DeepClone(),
            ["devices"] = health["devices"]?.DeepClone(),
            ["connected"] = health["connected"]?.DeepClone(),
            ["totals"] = Output.Node(totals),
            ["clockAt"] = clock is { } at ? at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) : null,
            ["firstToExpire"] = soonest is null ? null : new JsonObject { ["name"] = soonest["name"]?.DeepClone(), ["kind"] = soonest["kind"]?.DeepClone(), ["daysLeft"] = soonest["daysLeft"]?.DeepClone() },
        };
        var works = (string?)ready["status"] == "ready";
        HubVerb.Say(parsed, answer, () => new Facts()
            .Add("hub", works ? "[green]ready[/]" : "[red]not ready[/]")
            .Add("checks", string.Join(", ", ready["checks"]?.AsObject().Select(check => $"{Markup.Escape(check.Key)} {((string?)check.Value == "ok" ? "[green]ok[/]" : "[red]failed[/]")}") ?? []))
            .Text("devices", $"{health["devices"]}, {health["connected"]} connected")
            .Text("messages", $"{totals.Telemetry} telemetry, {totals.ReportedPatches} reported, {totals.DesiredPatches} desired")
            .Add("clock", Facts.Time(answer["clockAt"]))
            .Text("first to expire", soonest is null ? null : $"{soonest["name"]} ({soonest["kind"]}), in {soonest["daysLeft"]} days").Write());
        return works ? ExitCode.Success.Number : throw new CommandFailedException(ExitCode.HubNotReady, $"{ExitCode.HubNotReady.Meaning} {string.Join(' ', ready["reasons"]?.AsArray().Select(Facts.Plain) ?? [])}");
    });

    private static Command Backup()
    {
        var list = new Option<bool>("--list") { Description = "List the backups that the hub has." };
        var withoutKeys = new Option<bool>("--without-keys") { Description = "Leave certificates and keys of the hub out; those of devices are in the database." };
        var file = new Option<FileInfo?>("--out") { HelpName = "FILE", Description = "Fetch the backup into this file (0600), too." };
        var data = new Option<DirectoryInfo?>("--data") { HelpName = "DIR", Description = "Without a hub: back up the folder of a hub that is stopped, to the folder of --to." };
        var to = new Option<DirectoryInfo?>("--to") { HelpName = "DIR", Description = "Of --data: where the backup goes." };
        var hub = new HubOptions();
        var command = new Command("backup", "Back the hub up while it runs, or a folder whose hub is stopped. A backup is a secret.") { list, withoutKeys, file, data, to };
        hub.AddTo(command);
        hub.AddAuthorTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(data) is null != result.GetResult(to) is null)
            {
                result.AddError("A folder is backed up with --data DIR --to DIR.");
            }
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(data) is { } folder)
            {
                var offline = await Offline(["--data", folder.FullName, "--backup-to", parsed.GetValue(to)!.FullName], cancellation);
                return HubVerb.Say(parsed, offline, () => Output.Line($"{offline["file"]}: {offline["devices"]} devices, {offline["bytes"]} bytes."));
            }

            using var client = hub.Connect(parsed);
            if (parsed.GetValue(list))
            {
                var backups = await client.ListBackups(cancellation);
                return HubVerb.Say(parsed, backups, () =>
                {
                    var grid = new Grid().Column("backup").Column("made").Column("bytes", 0, right: true);
                    foreach (var made in backups)
                    {
                        grid.Row(Facts.OrDash(made?["name"]), Facts.Time(made?["createdAt"]), Facts.OrDash(made?["bytes"]));
                    }

                    grid.Write();
                });
            }

            var target = parsed.GetValue(file);
            TextFiles.CheckPlace(target);
            var backup = await client.CreateBackup(!parsed.GetValue(withoutKeys), cancellation);
            if (target is not null)
            {
                TextFiles.WriteSecret(target, "");
                await using var stream = new FileStream(target.FullName, FileMode.Open, FileAccess.Write);
                await client.Copy($"api/v1/backup/{Uri.EscapeDataString((string)backup["name"]!)}", stream, cancellation);
            }

            return HubVerb.Say(parsed, backup, () => Output.Line(
                $"{backup["name"]}: {backup["devices"]} devices, {backup["waveforms"]} waveforms, {backup["bytes"]} bytes{(target is null ? "" : $", fetched into {target}")}."));
        });
        return command;
    }

    private static Command Restore()
    {
        var file = new Argument<FileInfo>("file") { HelpName = "FILE", Description = "A backup." };
        var data = new Option<DirectoryInfo>("--data") { HelpName = "DIR", Required = true, Description = "A folder that is new or empty; start the hub on it afterwards." };
        var command = new Command("restore", "Make a hub's folder of a backup, checked before anything takes its place.") { file, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            var restored = await Offline(["--restore", parsed.GetValue(file)!.FullName, "--data", parsed.GetValue(data)!.FullName], cancellation);
            return HubVerb.Say(parsed, restored, () => Output.Line(
                $"{restored["restored"]} holds the backup of {restored["createdAt"]}: {restored["devices"]} devices, {restored["waveforms"]} waveforms. Start it with `dtwin hub start --data {parsed.GetValue(data)}`."));
        });
        return command;
    }

    private static async Task<JsonObject> Offline(string[] options, CancellationToken cancellation)
    {
        var (exitCode, output, talk) = await HubProgram.Run(options, cancellation);
        try
        {
            return exitCode == 0 && JsonNode.Parse(output) is JsonObject done ? done : throw Failed();
        }
        catch (JsonException)
        {
            throw Failed();
        }

        CommandFailedException Failed()
        {
            var last = talk.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? ExitCode.BackupUnusable.Meaning;
            return new CommandFailedException(ExitCode.BackupUnusable, last.Replace("devicetwin-hub: ", "The hub's program said: ").Trim());
        }
    }
}
