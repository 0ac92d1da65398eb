using System.CommandLine;
using DeviceTwin.Cli.Hub;
using Spectre.Console;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin devices list</c>.</summary>
internal static class DevicesCommand
{
    public static Command Create()
    {
        var hub = new HubOptions();
        var list = new Command("list", "List the devices of the hub with verdict and twin state.");
        hub.AddTo(list);
        list.SetAction(async (parsed, cancellation) =>
        {
            using var client = hub.Connect(parsed);
            var fleet = await client.GetFleet(cancellation);
            if (hub.Json(parsed))
            {
                Output.Json(fleet);
            }
            else
            {
                Screen.Output.Write(ToTable(fleet));
            }

            return ExitCode.Success.Number;
        });
        return new Command("devices", "The devices that the hub knows.") { list };
    }

    internal static Table ToTable(IReadOnlyList<FleetNode> fleet)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("device", "machine", "verdict", "zone", "state", "connection", "desired", "reported");
        foreach (var node in fleet)
        {
            table.AddRow(
                Markup.Escape(node.DeviceId),
                Markup.Escape(node.Machine ?? "-"),
                Words.Verdict(node.Verdict),
                Markup.Escape(node.Zone ?? "-"),
                Words.State(node.State),
                Words.Connection(node.Connected),
                node.DesiredVersion.ToString(),
                node.ReportedVersion.ToString());
        }

        return table;
    }
}
