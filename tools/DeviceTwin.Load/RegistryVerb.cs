using System.Globalization;
using System.Text;
using System.Text.Json;
using DeviceTwin.Load.Measures;
using DeviceTwin.Load.Report;

namespace DeviceTwin.Load;

/// <summary>What <c>registry</c> was asked for.</summary>
/// <param name="PageFile">The page whose table is written; null = none.</param>
internal sealed record RegistryOptions(int Devices, bool Json, string? PageFile, string? Folder)
{
    /// <exception cref="UsageException">Something is wrong with them.</exception>
    public static RegistryOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new RegistryOptions(100_000, false, null, null);
        for (var i = 0; i < arguments.Count; i++)
        {
            options = arguments[i] switch
            {
                "--json" => options with { Json = true },
                "--devices" => options with { Devices = Count(CompareOptions.Value(arguments, ref i, "a number of devices from 100 to 1000000")) },
                "--page" => options with { PageFile = CompareOptions.Value(arguments, ref i, "a page to write into") },
                "--folder" => options with { Folder = CompareOptions.Value(arguments, ref i, "a folder for the hub's data") },
                var other => throw new UsageException($"registry does not know {other}"),
            };
        }

        return options;
    }

    private static int Count(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 100 and <= 1_000_000
            ? count
            : throw new UsageException("--devices takes a number of devices from 100 to 1000000");
}

/// <summary>Measures a large registry beside the SQL it stands on.</summary>
internal static class RegistryVerb
{
    private const string Begin = "<!-- begin registry -->";
    private const string End = "<!-- end registry -->";
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task Run(RegistryOptions options, TextWriter output, TextWriter notes, CancellationToken cancellation)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new LoadException("notLinux", "What machine it is is read from /proc: run this on Linux.");
        }

        var page = options.PageFile is { } file ? File.ReadAllText(file) : null;
        if (page is not null && !(page.IndexOf(Begin, StringComparison.Ordinal) is var from and >= 0 && page.IndexOf(End, StringComparison.Ordinal) > from))
        {
            throw new LoadException("noSection", $"{options.PageFile} has no section between {Begin} and {End}.");
        }

        var folder = Directory.CreateDirectory(Path.Combine(options.Folder ?? Path.GetTempPath(), $"devicetwin-registry-{Guid.NewGuid():N}")).FullName;
        try
        {
            var machine = Machine.Describe(folder);
            var rows = await RegistryMeasure.Run(folder, options.Devices, notes, cancellation);
            if (page is not null)
            {
                File.WriteAllText(options.PageFile!, $"{page[..(page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length)]}\n{Table(rows, options.Devices, machine)}{page[page.IndexOf(End, StringComparison.Ordinal)..]}");
            }

            if (options.Json)
            {
                output.WriteLine("[");
                output.WriteLine(string.Join(",\n", rows.Select(row => "  " + JsonSerializer.Serialize(CompareVerb.Rounded(row), Web))));
                output.WriteLine("]");
            }
            else
            {
                foreach (var row in rows)
                {
                    output.WriteLine($"{row.Ratio,7:0.00}  {row.Ours,10:0.00} : {row.Peer,10:0.00} {row.Unit,-4} {row.Measure}");
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Table(IReadOnlyList<Row> rows, int devices, Machine machine)
    {
        var table = new StringBuilder();
        table.Append(CultureInfo.InvariantCulture, $"| {devices:#,0} devices | hub | plain SQL | unit | ratio |\n|---|---|---|---|---|\n");
        foreach (var row in rows)
        {
            table.Append(CultureInfo.InvariantCulture, $"| {row.Measure} | {Page.Number(row.Ours)} | {Page.Number(row.Peer)} | {row.Unit} | {row.Ratio:0.00} |\n");
        }

        return table.Append(CultureInfo.InvariantCulture, $"\n{machine.Processor}, {machine.Cores} cores, {machine.Runtime}; load average at the end: {Machine.LoadAverage}.\n").ToString();
    }
}
