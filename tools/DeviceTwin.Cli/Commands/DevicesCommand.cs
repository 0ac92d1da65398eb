using System.CommandLine;
using System.Text.Json.Nodes;
using DeviceTwin.Cli.Hub;
using Spectre.Console;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin devices list|show|create|import|delete</c>.</summary>
internal static class DevicesCommand
{
    public static Command Create(string name, string description) => new(name, description) { List(), Show(), New(), DevicesImport.Create(), Delete() };

    private static Command List() => HubVerb.Create("list", "List the devices of the hub with verdict and twin state.", [], async (client, parsed, cancellation) =>
    {
        var fleet = await client.GetFleet(cancellation);
        if (CommonOptions.Json(parsed))
        {
            Output.Json(fleet);
        }
        else
        {
            ToGrid(fleet).Write();
        }

        return ExitCode.Success.Number;
    });

    private static Command Show()
    {
        var device = HubVerb.Device();
        return HubVerb.Create("show", "Print a device: identity, where it is, how it does, when it was last seen.", [device], async (client, parsed, cancellation) =>
        {
            var id = parsed.GetValue(device)!;
            var identity = await client.FindDevice(id, cancellation) ?? throw Unknown(id);
            (identity["authentication"] as JsonObject)?.Remove("symmetricKey");
            var node = (await client.GetFleet(cancellation)).FirstOrDefault(candidate => candidate.DeviceId == id);
            var answer = new JsonObject { ["identity"] = identity, ["node"] = node is null ? null : Output.Node(node) };
            return HubVerb.Say(parsed, answer, () => new Facts()
                .Add("device", Markup.Escape(id))
                .Text("identity", $"{identity["status"]}, {identity["authentication"]?["type"]}")
                .Text("machine", node?.Machine)
                .Text("line", node?.Line)
                .Add("connection", node is null ? null : Words.Connection(node.Connected))
                .Add("last seen", Facts.Time(identity["lastActivityTime"]))
                .Add("verdict", node is null ? null : Words.Verdict(node.Verdict))
                .Text("zone", node?.Zone)
                .Text("alarms", node?.Alarms is { Count: > 0 } alarms ? string.Join(", ", alarms) : null)
                .Add("twin", node is null ? null : $"{Words.State(node.State)}, desired {node.DesiredVersion}, reported {node.ReportedVersion}")
                .Write());
        });
    }

    private static Command New()
    {
        var device = HubVerb.Device();
        var keyFile = new Option<FileInfo?>("--key-file") { HelpName = "FILE", Description = "Write the device's connection key to this file (0600). It is printed nowhere." };
        return HubVerb.Create(
            "create",
            "Register a device with keys that the hub makes.",
            [device, keyFile],
            async (client, parsed, cancellation) =>
            {
                var (id, file) = (parsed.GetValue(device)!, parsed.GetValue(keyFile));
                TextFiles.CheckPlace(file);
                if (await client.FindDevice(id, cancellation) is not null)
                {
                    throw new CommandFailedException(ExitCode.HubRefused, $"There is a device '{id}' already.", "Give it another id, or delete the old one.");
                }

                var identity = await client.CreateDevice(id, cancellation);
                var key = (string?)identity["authentication"]?["symmetricKey"]?["primaryKey"];
                if (file is not null && key is { Length: > 0 })
                {
                    TextFiles.WriteSecret(file, key + "\n");
                }

                (identity["authentication"] as JsonObject)?.Remove("symmetricKey");
                return HubVerb.Say(parsed, identity, () => Output.Line(
                    $"{id} is registered{(file is null ? "" : $", its key is in {file}")}."));
            },
            signs: true);
    }

    private static Command Delete()
    {
        var device = HubVerb.Device();
        var yes = CommonOptions.Yes();
        return HubVerb.Create(
            "delete",
            "Delete a device with its twin, history and waveforms; its alarms stay. Asks first.",
            [device, yes],
            async (client, parsed, cancellation) =>
            {
                var id = parsed.GetValue(device)!;
                if (!parsed.GetValue(yes))
                {
                    _ = await client.FindDevice(id, cancellation) ?? throw Unknown(id);
                    Confirmation.Ask($"Delete {id} with its twin, history and waveforms? A node that was replaced is better disabled, for the history of its machine.");
                }

                await client.DeleteDevice(id, cancellation);
                return HubVerb.Say(parsed, new JsonObject { ["deviceId"] = id, ["deleted"] = true }, () => Output.Line($"{id} is deleted."));
            },
            signs: true);
    }

    internal static Grid ToGrid(IReadOnlyList<FleetNode> fleet)
    {
        var grid = new Grid().Column("device").Column("machine", 1).Column("verdict").Column("zone", 3).Column("state").Column("connection").Column("desired", 5, right: true).Column("reported", 4, right: true);
        foreach (var node in fleet)
        {
            grid.Row(
                Markup.Escape(node.DeviceId),
                Markup.Escape(node.Machine ?? "-"),
                Words.Verdict(node.Verdict),
                Markup.Escape(node.Zone ?? "-"),
                Words.State(node.State),
                Words.Connection(node.Connected),
                node.DesiredVersion.ToString(),
                node.ReportedVersion.ToString());
        }

        return grid;
    }

    private static CommandFailedException Unknown(string id) =>
        new(ExitCode.HubRefused, $"The hub knows no device '{id}'.", "`dtwin devices list` shows those that it knows.");
}
