using System.CommandLine;
using System.Text.Json.Nodes;
using DeviceTwin.Cli.Hub;
using Spectre.Console;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin alarms list|show|ack|label</c>. An alarm is cleared by its node alone: when what raised it is over.</summary>
internal static class AlarmsCommand
{
    private static readonly string[] States = ["active", "raised", "acknowledged", "cleared"];

    public static Command Create(string name, string description) => new(name, description) { List(), Show(), Acknowledge(), Label() };

    private static Command List()
    {
        var state = new Option<string[]>("--state") { HelpName = "STATE", Description = $"Only alarms in these states: {string.Join(", ", States)}; without it, active and cleared.", AllowMultipleArgumentsPerToken = true };
        state.AcceptOnlyFromAmong(States);
        var device = new Option<string?>("--device") { HelpName = "DEVICE", Description = "Only of this device." };
        var machine = new Option<string?>("--machine") { HelpName = "MACHINE", Description = "Only of this machine." };
        var from = new Option<string?>("--from") { HelpName = "TIME", Description = "Raised at this time or later, e.g. 2026-11-01T00:00:00Z." };
        var to = new Option<string?>("--to") { HelpName = "TIME", Description = "Raised before this time." };
        var limit = NumberOption.Whole("--limit", "At most so many, the newest first.", 100, 1, 100_000);
        return HubVerb.Create("list", "List the alarms, the newest first.", [state, device, machine, from, to, limit], async (client, parsed, cancellation) =>
        {
            var alarms = new JsonArray();
            string? next = null;
            do
            {
                var page = await client.ListAlarms(
                    [
                        ("state", parsed.GetValue(state) is { Length: > 0 } wanted ? string.Join(',', wanted) : null), ("device", parsed.GetValue(device)), ("machine", parsed.GetValue(machine)),
                        ("from", parsed.GetValue(from)), ("to", parsed.GetValue(to)), ("limit", $"{Math.Min(1000, parsed.GetValue(limit) - alarms.Count)}"), ("continuation", next),
                    ],
                    cancellation);
                foreach (var alarm in page["alarms"]?.AsArray() ?? [])
                {
                    alarms.Add(alarm?.DeepClone());
                }

                next = (string?)page["continuation"];
            }
            while (next is not null && alarms.Count < parsed.GetValue(limit));

            return HubVerb.Say(parsed, alarms, () =>
            {
                var grid = new Grid().Column("alarm").Column("state").Column("kind").Column("verdict", 4).Column("zone", 5).Column("machine", 2).Column("raised", 1).Column("labels", 3);
                foreach (var alarm in alarms)
                {
                    grid.Row(
                        Facts.OrDash(alarm?["id"]), Words.Alarm((string?)alarm?["state"]), Facts.OrDash(alarm?["alarm"]), Words.Verdict((string?)alarm?["verdict"]),
                        Facts.OrDash(alarm?["zone"]), Facts.OrDash(alarm?["machine"]), Facts.Time(alarm?["raisedAt"]), Facts.OrDash(alarm?["labels"]));
                }

                if (grid.Count > 0)
                {
                    grid.Write();
                }

                Talk.Say(next is null ? $"{alarms.Count} alarms." : $"The newest {alarms.Count}; --limit shows more.");
            });
        });
    }

    private static Command Show()
    {
        var id = Id();
        return HubVerb.Create("show", "Print an alarm: what it rests on, who has seen it, what was found.", [id], async (client, parsed, cancellation) =>
        {
            var alarm = await client.GetAlarm(parsed.GetValue(id)!, cancellation);
            return HubVerb.Say(parsed, alarm, () =>
            {
                new Facts()
                    .Text("alarm", alarm["id"]).Text("kind", alarm["alarm"]).Add("state", Words.Alarm((string?)alarm["state"])).Text("device", alarm["deviceId"])
                    .Text("machine", alarm["machine"]).Text("point", alarm["point"]).Add("verdict", Words.Verdict((string?)alarm["verdict"])).Text("zone", alarm["zone"])
                    .Add("raised", Facts.Time(alarm["raisedAt"]))
                    .Add("acknowledged", alarm["acknowledgedBy"] is null ? null : $"{Facts.Time(alarm["acknowledgedAt"])} by {Facts.OrDash(alarm["acknowledgedBy"])}").Text("note", alarm["note"])
                    .Add("cleared", alarm["clearedReason"] is null ? null : $"{Facts.Time(alarm["clearedAt"])}, {Facts.OrDash(alarm["clearedReason"])}")
                    .Text("capture", alarm["capture"]).Text("fingerprint", alarm["fingerprint"]).Text("waveforms", alarm["waveforms"]).Write();
                if (alarm["findings"] is JsonArray { Count: > 0 } findings)
                {
                    var grid = new Grid().Column("found").Column("kind").Column("by").Column("text", folds: true);
                    foreach (var finding in findings)
                    {
                        grid.Row(Facts.Time(finding?["foundAt"]), Facts.OrDash(finding?["kind"]), Facts.OrDash(finding?["by"]), Facts.OrDash(finding?["text"]));
                    }

                    grid.Write();
                }
            });
        });
    }

    private static Command Acknowledge()
    {
        var id = Id();
        var note = new Option<string?>("--note") { HelpName = "TEXT", Description = "What you think of it, for the record." };
        return HubVerb.Create(
            "ack",
            "Say that an alarm was seen; its node is told.",
            [id, note],
            async (client, parsed, cancellation) =>
            {
                var alarm = await client.AcknowledgeAlarm(parsed.GetValue(id)!, parsed.GetValue(note), cancellation);
                return HubVerb.Say(parsed, alarm, () => Output.Line($"{alarm["id"]} is {alarm["state"]}, seen by {alarm["acknowledgedBy"]}."));
            },
            signs: true);
    }

    private static Command Label()
    {
        var id = Id();
        var kind = new Argument<string>("kind") { HelpName = "KIND", Description = "What it was: a verdict word (outer, unbalance, …) or noFault." };
        var text = new Option<string?>("--text") { HelpName = "TEXT", Description = "What was seen and done." };
        var by = new Option<string?>("--by") { HelpName = "NAME", Description = "Who found it, if not you." };
        var at = new Option<string?>("--found-at") { HelpName = "TIME", Description = "When, if not now, e.g. 2026-11-01T08:00:00Z." };
        var amends = new Option<long?>("--amends") { HelpName = "NUMBER", Description = "The finding that this one corrects." };
        return HubVerb.Create(
            "label",
            "Write down what maintenance found where an alarm was raised.",
            [id, kind, text, by, at, amends],
            async (client, parsed, cancellation) =>
            {
                var finding = new JsonObject { ["kind"] = parsed.GetValue(kind) };
                foreach (var (member, value) in new (string, JsonNode?)[] { ("text", parsed.GetValue(text)), ("by", parsed.GetValue(by)), ("foundAt", parsed.GetValue(at)), ("amends", parsed.GetValue(amends)) })
                {
                    if (value is not null)
                    {
                        finding[member] = value;
                    }
                }

                var written = await client.LabelAlarm(parsed.GetValue(id)!, finding, cancellation);
                return HubVerb.Say(parsed, written, () => Output.Line($"Finding {written["number"]} of {written["alarmId"]}: {written["kind"]}."));
            },
            signs: true);
    }

    private static Argument<string> Id() => new("alarm") { HelpName = "ALARM", Description = "The alarm's id, as `dtwin alarms list` shows it." };
}
