using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace DeviceTwin.Cli.Commands;

/// <summary><c>dtwin trace</c>: a node's ring of events.</summary>
internal static class TraceCommand
{
    private const int MostEvents = 32;

    public static Command Create(string name, string description)
    {
        var device = HubVerb.Device();
        var after = NumberOption.Whole("--after", "Only events with a higher number.", 0, 0, int.MaxValue);
        var wait = MethodCommand.Wait();
        return HubVerb.Create(name, description, [device, after, wait], async (client, parsed, cancellation) =>
        {
            var id = parsed.GetValue(device)!;
            client.Allow(TimeSpan.FromSeconds(parsed.GetValue(wait)) + MethodCommand.Grace);
            var events = new JsonArray();
            JsonObject page;
            var (number, lost) = (parsed.GetValue(after), 0L);
            do
            {
                page = await MethodCommand.Call(client, id, "getTrace", new JsonObject { ["after"] = number, ["count"] = MostEvents }, parsed.GetValue(wait), cancellation);
                lost += (long?)page["lost"] ?? 0;
                foreach (var entry in page["events"]?.AsArray() ?? [])
                {
                    events.Add(entry?.DeepClone());
                }
            }
            while (events.Count > 0 && Next(events) is var last && last > number && (number = last) < ((int?)page["last"] ?? 0));

            var trace = new JsonObject { ["deviceId"] = id, ["bootId"] = page["bootId"]?.DeepClone(), ["last"] = page["last"]?.DeepClone(), ["lost"] = lost, ["events"] = events };
            return HubVerb.Say(parsed, trace, () =>
            {
                var grid = new Grid().Column("number", 0, right: true).Column("since its start", 0, right: true).Column("event").Column("first", 0, right: true).Column("second", 0, right: true);
                foreach (var entry in events)
                {
                    grid.Row(Facts.OrDash(entry?["number"]), Uptime((long?)entry?["uptimeMs"] ?? 0), Facts.OrDash(entry?["event"]), Facts.OrDash(entry?["first"]), Facts.OrDash(entry?["second"]));
                }

                grid.Write();
                Talk.Say($"Start {trace["bootId"]} of {id}; {lost} older events are overwritten. firmware/DEPLOY.md says what first and second mean.");
            });
        });
    }

    private static int Next(JsonArray events) => (int?)events[^1]?["number"] ?? 0;

    private static string Uptime(long milliseconds) => TimeSpan.FromMilliseconds(milliseconds).ToString(milliseconds >= 86_400_000 ? @"d\d\ hh\:mm\:ss" : @"hh\:mm\:ss\.fff", CultureInfo.InvariantCulture);
}
