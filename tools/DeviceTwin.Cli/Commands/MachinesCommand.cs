using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin machines list|show</c>.</summary>
internal static class MachinesCommand
{
    public static Command Create(string name, string description) => new(name, description) { List(), Show() };

    private static Command List()
    {
        var line = new Option<string?>("--line") { HelpName = "LINE", Description = "Only machines of this line." };
        return HubVerb.Create("list", "List the machines: worst verdict, zone, alarms, nodes.", [line], async (client, parsed, cancellation) =>
        {
            var wanted = parsed.GetValue(line);
            var machines = new JsonArray([.. (await client.ListPlant("machines", cancellation))
                .Where(machine => wanted is null || (string?)machine?["line"] == wanted).Select(machine => machine?.DeepClone())]);
            return HubVerb.Say(parsed, machines, () =>
            {
                var grid = new Grid().Column("machine").Column("name", 2).Column("line", 1).Column("state").Column("zone", 4).Column("twin").Column("alarms", 0, right: true).Column("nodes", 3, right: true);
                foreach (var machine in machines)
                {
                    var state = machine?["state"];
                    grid.Row(
                        Facts.OrDash(machine?["id"]), Facts.OrDash(machine?["name"]), Facts.OrDash(machine?["line"]), Words.Severity((string?)state?["severity"]), Facts.OrDash(state?["zone"]),
                        state?["twin"] is { } twin ? Words.State(Facts.Plain(twin)) : "-", Alarms(state), Nodes(state));
                }

                grid.Write();
            });
        });
    }

    private static Command Show()
    {
        var id = new Argument<string>("machine") { HelpName = "MACHINE", Description = "The machine's id, as `dtwin machines list` shows it." };
        return HubVerb.Create("show", "Print a machine, its data and its measuring points with their nodes.", [id], async (client, parsed, cancellation) =>
        {
            var machine = await client.GetMachine(parsed.GetValue(id)!, cancellation);
            var points = (await client.ListPlant("points", cancellation)).Where(point => (string?)point?["machine"] == (string?)machine["id"]).Select(point => point?.DeepClone());
            var answer = new JsonObject { ["machine"] = machine, ["points"] = new JsonArray([.. points]) };
            return HubVerb.Say(parsed, answer, () =>
            {
                var state = machine["state"];
                new Facts()
                    .Text("machine", machine["id"]).Text("name", machine["name"]).Text("line", machine["line"]).Text("class", machine["class"])
                    .Text("ISO group", machine["isoGroup"]).Text("ISO support", machine["isoSupport"]).Text("bearing", machine["bearing"])
                    .Add("state", Words.Severity((string?)state?["severity"])).Text("zone", state?["zone"]).Add("alarms", Alarms(state)).Add("nodes", Nodes(state)).Write();
                var grid = new Grid().Column("point").Column("position", 2).Column("node").Column("since", 1).Column("state");
                foreach (var point in answer["points"]!.AsArray())
                {
                    grid.Row(Facts.OrDash(point?["id"]), Facts.OrDash(point?["position"]), Facts.OrDash(point?["node"]), Facts.Time(point?["nodeSince"]), Words.Severity((string?)point?["state"]?["severity"]));
                }

                grid.Write();
            });
        });
    }

    private static string Alarms(JsonNode? state) => $"{state?["activeAlarms"]} ({state?["unacknowledgedAlarms"]} new)";

    private static string Nodes(JsonNode? state) => $"{state?["connected"]} of {state?["nodes"]}";
}
