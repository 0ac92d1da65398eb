using System.Globalization;
using System.Text;
using DeviceTwin.Load.Measures;

namespace DeviceTwin.Load.Report;

/// <summary>The comparison as a page.</summary>
internal static class Page
{
    public static string Write(IReadOnlyList<Row> rows, Machine machine, IReadOnlyList<string> versions, Plan plan, DateTimeOffset at)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"""
            # The hub beside others

            Written by `dotnet run -c Release --project tools/DeviceTwin.Load -- compare --page cloud/BENCHMARKS.md` on {at:yyyy-MM-dd}, {Times(plan.Repeats)}.
            The ratio is above 1 where the hub is better, whatever is measured.

            | measure | hub | other | | unit | ratio | target | met |
            |---|---|---|---|---|---|---|---|

            """);
        foreach (var row in rows)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {row.Measure} | {Number(row.Ours)} | {Number(row.Peer)} | {row.PeerName} | {row.Unit} | {row.Ratio:0.00} | {Target(row)} | {Met(row)} |\n");
        }

        page.Append(CultureInfo.InvariantCulture, $"""

            Machine: {machine.Processor}, {machine.Cores} cores, {machine.MemoryMebibytes / 1024.0:0} GiB, {machine.Kernel}, {machine.Runtime}. fdatasync of one appended
            page: {machine.Flush.TotalMilliseconds:0.00} ms (median). Load average at the end: {Machine.LoadAverage}; well above {machine.Cores} means that other programs ran besides.
            Versions: {string.Join("; ", versions)}.

            ## How it is measured
            - Every server is a process of its own on the same machine as the client; they show the same P-256 certificate and speak TLS 1.2 without
              resumption. The client is the same for all: same topic, same payload of 100 bytes, one TLS record per message. The hub gets SAS tokens and
              checks them; the others let everybody in.
            - Processor time is the server's own (`/proc/PID/stat`), the client's is not in it. Servers take turns; of several repeats the median stands here.
              Client and server share the cores, so rates by the clock are lower than a server alone would reach; single figures move by a third
              from run to run, their ratio much less.
            - The hub's PUBACK and 204 leave after the commit (SQLite, WAL, `synchronous=FULL`) that holds the message. mosquitto's persistence is as Debian ships
              it: in memory, saved every half hour and when it stops. nats-server writes to JetStream's file storage before PUBACK and flushes it
              to the disk every two minutes.
            - Memory is `Private_*` of `/proc/PID/smaps_rollup` after {plan.Settling.TotalSeconds:0} s of silence less what the process had before the connections came.
            - The bare loop writes the hub's own rows, of twins and of the feed of their changes, with prepared statements into a database with the hub's
              settings; its commits hold as many patches as the hub's did on average in the same run. It puts a twin for each patch; in the row below it puts a twin
              that several patches of a commit concern once, as the hub does. The pages of a commit, and so the bytes written, are the same. It parses, merges
              and answers nothing and has the machine to itself; the hub shares it with its clients, who speak TLS.
            - A method is called on all devices by one HTTP request, which names them and is answered with a line for each; it waits for its line in the
              audit log to be durable before the first device hears of it, and ends when a second line is. mosquitto's message is one publish to all
              subscribers, their answers are one publish each to one subscriber, and nothing is written.
            - Latency counts from when a message was due, at half of what the same server reached in the same profile.

            """);
        return page.ToString();
    }

    private static string Times(int repeats) => repeats == 1 ? "each measured once (`--quick`)" : $"each measured {repeats} times";

    public static string Number(double value) => value.ToString(value >= 100 ? "#,0" : value >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture);

    private static string Target(Row row) => row.Target is not { } target ? "" : string.Create(
        CultureInfo.InvariantCulture, $"{(row.TargetOf == "ours" ? $"≤ {target:0.##} {row.Unit}" : $"ratio ≥ {target:0.0#}")}");

    private static string Met(Row row) => row.Met switch { null => "", true => "yes", false => "**no**" };
}
