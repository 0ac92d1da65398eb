using System.CommandLine;
using DeviceTwin.Cli.Provision;
using DeviceTwin.Provisioning.Identities;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin bundle</c>: nodes that are enrolled where no hub is in reach.</summary>
internal static class BundleCommand
{
    private const string StandardGroup = "tray";

    public static Command Create(string name, string description) => new(name, description) { Kit(), Show(), Import() };

    /// <summary>The enrolment of <c>dtwin provision --bundle</c>.</summary>
    internal static IEnrolment Offline(FileInfo? kitFile, FileInfo bundle, SecretStore secrets, string? hubName, string? timeServer)
    {
        var kit = ReadKit(kitFile);
        var facts = kit.Hub;
        if (hubName is not null)
        {
            var (host, port) = ProvisionCommand.Split(hubName, facts.Port);
            facts = facts with { Host = host, Port = port };
        }

        return TrayFault.Files(() => new BundleEnrolment(kit with { Hub = facts with { TimeServer = timeServer ?? facts.TimeServer } }, bundle.FullName, secrets), ExitCode.BundleUnusable);
    }

    private static Command Kit()
    {
        var group = new Option<string>("--group") { HelpName = "ID", Description = $"The enrolment group that signs; made where there is none (default {StandardGroup}).", DefaultValueFactory = _ => StandardGroup };
        var file = new Option<FileInfo?>("--out") { HelpName = "FILE", Description = $"Where the kit goes (default {TrayFiles.KitShown})." };
        var hubName = new Option<string?>("--hub-name") { HelpName = "NAME[:PORT]", Description = "What nodes call the hub (default as the hub says)." };
        var hub = new HubOptions();
        var command = new Command("kit", "Fetch what is needed to enrol nodes without the hub. It can enrol nodes until its group is disabled: keep it yours alone.") { group, file, hubName };
        hub.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = hub.Connect(parsed);
            var plant = new PlantHub(client.Http);
            var id = parsed.GetValue(group)!;
            var enrolment = await TrayFault.Hub(() => plant.RequireGroup(id, cancellation));
            if ((string?)enrolment["attestation"]?["symmetricKey"]?["primaryKey"] is not { Length: > 0 } key)
            {
                throw new CommandFailedException(ExitCode.HubRefused, $"The enrolment group {id} has no key, or you may not see it.", "Use a group with symmetric keys, as an engineer.");
            }

            var facts = await TrayFault.Hub(() => ProvisionCommand.HubFactsOf(plant, parsed.GetValue(hubName), null, cancellation));
            var path = parsed.GetValue(file)?.FullName ?? TrayFiles.Kit;
            TrayFault.Files(() =>
            {
                new BundleKit(id, key, facts).Write(path);
                return true;
            }, ExitCode.BundleUnusable);
            if (hub.Json(parsed))
            {
                Output.Json(new { group = id, kit = path, hub = $"{facts.Host}:{facts.Port}" });
            }
            else
            {
                Console.Out.WriteLine($"{path}: group {id} of {facts.Host}:{facts.Port}.");
            }

            return ExitCode.Success.Number;
        });
        return command;
    }

    private static Command Show()
    {
        var bundle = new Argument<FileInfo>("bundle") { HelpName = "FILE", Description = "A bundle." };
        var kit = new Option<FileInfo?>("--kit") { HelpName = "FILE", Description = $"The kit that signed it (default {TrayFiles.KitShown})." };
        var command = new Command("show", "List the nodes of a bundle, once its signature is proven.") { bundle, kit };
        command.SetAction(parsed =>
        {
            var text = TextFiles.Read(parsed.GetValue(bundle)!, ExitCode.BundleUnusable);
            var signer = ReadKit(parsed.GetValue(kit));
            var nodes = TrayFault.Files(() => NodeBundle.Read(text, signer), ExitCode.BundleUnusable);
            if (CommonOptions.Json(parsed))
            {
                Output.Json(nodes);
            }
            else
            {
                var grid = new Grid().Column("node").Column("line", 2).Column("machine", 1).Column("point").Column("chip");
                foreach (var node in nodes)
                {
                    grid.Row(Facts.OrDash(node["deviceId"]), Facts.OrDash(node["line"]), Facts.OrDash(node["machineId"]), Facts.OrDash(node["point"]), Facts.OrDash(node["chipId"]));
                }

                grid.Write();
            }

            return ExitCode.Success.Number;
        });
        return command;
    }

    private static Command Import()
    {
        var bundle = new Argument<FileInfo>("bundle") { HelpName = "FILE", Description = "A bundle." };
        var hub = new HubOptions();
        var command = new Command("import", "Hand the nodes of a bundle to the hub. What it has already it passes over.") { bundle };
        hub.AddTo(command);
        hub.AddAuthorTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var text = TextFiles.Read(parsed.GetValue(bundle)!, ExitCode.BundleUnusable);
            var parcel = TrayFault.Files(() => NodeBundle.Parse(text), ExitCode.BundleUnusable);
            using var client = hub.Connect(parsed);
            var answer = await TrayFault.Hub(() => new PlantHub(client.Http).ImportBundle(parcel, cancellation));
            var nodes = answer["nodes"]!.AsArray();
            if (hub.Json(parsed))
            {
                Output.Json(answer);
            }
            else
            {
                var grid = new Grid().Column("node").Column("outcome").Column("why", folds: true);
                foreach (var node in nodes)
                {
                    grid.Row(Facts.OrDash(node!["deviceId"]), Facts.OrDash(node["outcome"]), Facts.OrDash(node["message"]));
                }

                grid.Write();
            }

            return nodes.All(node => (string?)node!["outcome"] != "refused") ? ExitCode.Success.Number : CommandRunner.Fail(ExitCode.BundleLeft, ExitCode.BundleLeft.Meaning);
        });
        return command;
    }

    private static BundleKit ReadKit(FileInfo? file) => TrayFault.Files(() => BundleKit.Read(file?.FullName ?? TrayFiles.Kit), ExitCode.BundleUnusable);
}
