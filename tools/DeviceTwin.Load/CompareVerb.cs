using System.Text.Json;
using DeviceTwin.Load.Measures;
using DeviceTwin.Load.Report;
using DeviceTwin.Load.Servers;

namespace DeviceTwin.Load;

/// <summary>What <c>compare</c> was asked for.</summary>
/// <param name="Only">Names of measures; all where it is empty.</param>
/// <param name="PageFile">Where the page is written; null = nowhere.</param>
internal sealed record CompareOptions(IReadOnlyList<string> Only, bool Quick, bool Json, string? PageFile, string? Folder)
{
    public static readonly IReadOnlyList<string> Measures = ["pipelined", "lockstep", "idle", "fanout", "reported"];

    /// <exception cref="UsageException">Something is wrong with them.</exception>
    public static CompareOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new CompareOptions([], false, false, null, null);
        for (var i = 0; i < arguments.Count; i++)
        {
            options = arguments[i] switch
            {
                "--quick" => options with { Quick = true },
                "--json" => options with { Json = true },
                "--page" => options with { PageFile = Value(arguments, ref i, "a file to write") },
                "--folder" => options with { Folder = Value(arguments, ref i, "a folder for the servers' data") },
                "--only" => options with { Only = [.. options.Only, Measure(Value(arguments, ref i, "a measure"))] },
                var other => throw new UsageException($"compare does not know {other}"),
            };
        }

        return options;
    }

    private static string Measure(string name) => Measures.Contains(name)
        ? name
        : throw new UsageException($"there is no measure '{name}'; there are {string.Join(", ", Measures)}");

    internal static string Value(IReadOnlyList<string> arguments, ref int i, string what)
    {
        var option = arguments[i];
        i++;
        return i < arguments.Count && !arguments[i].StartsWith("--", StringComparison.Ordinal)
            ? arguments[i]
            : throw new UsageException($"{option} takes {what}");
    }
}

/// <summary>Measures the hub beside others.</summary>
internal static class CompareVerb
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether every target measured was met.</summary>
    public static async Task<bool> Run(CompareOptions options, Plan plan, TextWriter output, TextWriter notes, CancellationToken cancellation)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new LoadException("notLinux", "Processor time and memory of the servers are read from /proc: run this on Linux.");
        }

        var folder = Directory.CreateDirectory(Path.Combine(options.Folder ?? Path.GetTempPath(), $"devicetwin-load-{Guid.NewGuid():N}")).FullName;
        var rows = new List<Row>();
        List<string> versions = [];
        Machine machine;
        await using (var stage = new Stage(folder, notes, cancellation))
        {
            machine = Machine.Describe(folder);
            notes.WriteLine($"{machine.Processor}, {machine.Cores} cores, {machine.Kernel}, fdatasync {machine.Flush.TotalMilliseconds:0.00} ms");
            foreach (var measure in CompareOptions.Measures.Where(name => options.Only.Count == 0 || options.Only.Contains(name)))
            {
                rows.AddRange(measure switch
                {
                    "pipelined" => await TelemetryMeasure.Run(stage, plan, plan.Pipelined, 1.0, 1.0, latency: true),
                    "lockstep" => await TelemetryMeasure.Run(stage, plan, plan.Lockstep, 0.6, 1.0, latency: true),
                    "idle" => await IdleMeasure.Run(stage, plan),
                    "fanout" => await FanOutMeasure.Run(stage, plan),
                    _ => await ReportedMeasure.Run(stage, plan),
                });
            }

            versions = [.. stage.Versions];
        }

        if (options.PageFile is { } page)
        {
            File.WriteAllText(page, Page.Write(rows, machine, versions, plan, TimeProvider.System.GetUtcNow()));
        }

        if (options.Json)
        {
            output.WriteLine("[");
            output.WriteLine(string.Join(",\n", rows.Select(row => "  " + JsonSerializer.Serialize(Rounded(row), Web))));
            output.WriteLine("]");
        }
        else
        {
            foreach (var row in rows)
            {
                output.WriteLine($"{row.Ratio,7:0.00}  {row.Ours,10:0.0} : {row.Peer,10:0.0} {row.Unit,-4} {row.PeerName,-22} {row.Measure}{(row.Met == false ? "  (target missed)" : "")}");
            }
        }

        return rows.TrueForAll(row => row.Met != false);
    }

    internal static Row Rounded(Row row) => row with { Ours = Math.Round(row.Ours, 3), Peer = Math.Round(row.Peer, 3), Ratio = Math.Round(row.Ratio, 3) };
}
