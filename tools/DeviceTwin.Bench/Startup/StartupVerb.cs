using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace DeviceTwin.Bench.Startup;

/// <summary>What a start costs, the median of its runs.</summary>
/// <param name="WallMilliseconds">Until it had ended.</param>
/// <param name="ProcessorMilliseconds">User and system.</param>
public sealed record StartCost(string Program, double WallMilliseconds, double ProcessorMilliseconds, double Megabytes);

/// <summary>
/// <c>startup</c>: what <c>dtwin --help</c> costs beside an empty console application, both published the same way (<c>tools/Published.props</c>) in the same
/// run and started in turn.
/// </summary>
public static class StartupVerb
{
    /// <summary>The most that a start of dtwin may cost, in starts of the empty program.</summary>
    public const double Target = 3;

    private const int StandardRuns = 21;
    private const int LeastRuns = 5;
    private const int MostRuns = 1000;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <param name="options">What follows the verb: <c>--json</c>, <c>--runs N</c>, <c>--root DIR</c>.</param>
    /// <returns><see cref="Verbs.Failed"/> where it costs more than <see cref="Target"/>.</returns>
    public static int Run(string[] options, TextWriter output, TextWriter error)
    {
        var (json, runs, root) = Read(options);
        var folder = Directory.CreateTempSubdirectory("devicetwin-startup-");
        try
        {
            var (empty, dtwin) = (Publish(WriteEmpty(root, folder.FullName), "empty", folder.FullName, error), Publish(Path.Combine(root, "tools/DeviceTwin.Cli/DeviceTwin.Cli.csproj"), "dtwin", folder.FullName, error));
            var costs = Measure([("empty", empty, []), ("dtwin --help", dtwin, ["--help"])], runs);
            var (wall, processor) = (costs[1].WallMilliseconds / costs[0].WallMilliseconds, costs[1].ProcessorMilliseconds / costs[0].ProcessorMilliseconds);
            var met = wall <= Target && processor <= Target;
            if (json)
            {
                output.WriteLine(JsonSerializer.Serialize(new { Runs = runs, Costs = costs, WallRatio = Math.Round(wall, 2), ProcessorRatio = Math.Round(processor, 2), Target, Met = met }, Json));
            }
            else
            {
                foreach (var cost in costs)
                {
                    output.WriteLine(string.Create(
                        CultureInfo.InvariantCulture, $"{cost.Program,-14} {cost.WallMilliseconds,7:0.0} ms  {cost.ProcessorMilliseconds,7:0.0} ms of the processor  {cost.Megabytes,6:0.0} MB"));
                }

                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"dtwin --help costs {wall:0.00} times as long and {processor:0.00} times as much of the processor (at most {Target:0}); median of {runs}"));
            }

            return met ? Verbs.Done : Verbs.Failed;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static (bool Json, int Runs, string Root) Read(string[] options)
    {
        var (json, runs, root) = (false, StandardRuns, default(string));
        for (var i = 0; i < options.Length; i++)
        {
            var value = i + 1 < options.Length ? options[i + 1] : null;
            switch (options[i])
            {
                case "--json":
                    json = true;
                    break;
                case "--runs" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out runs) && runs is >= LeastRuns and <= MostRuns:
                    i++;
                    break;
                case "--root" when value is not null:
                    root = value;
                    i++;
                    break;
                default:
                    throw new UsageException($"startup does not take '{options[i]}'");
            }
        }

        return (json, runs, Path.GetFullPath(root ?? Checkout.Find()));
    }

    private static string WriteEmpty(string root, string folder)
    {
        var project = Path.Combine(folder, "source", "empty.csproj");
        Directory.CreateDirectory(Path.GetDirectoryName(project)!);
        File.WriteAllText(project, $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <Import Project="{Path.Combine(root, "tools/Published.props")}" />
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
              </PropertyGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(folder, "source", "Program.cs"), "System.Console.WriteLine(\"Hello, World!\");\n");
        return project;
    }

    private static string Publish(string project, string name, string folder, TextWriter error)
    {
        error.WriteLine($"publishing {name} for {RuntimeInformation.RuntimeIdentifier}");
        var target = Path.Combine(folder, name);
        using var process = Process.Start(new ProcessStartInfo(
            "dotnet",
            ["publish", project, "-c", "Release", "-v", "quiet", "--nologo", "-r", RuntimeInformation.RuntimeIdentifier, "-o", target, "--artifacts-path", Path.Combine(folder, "artifacts"), "-p:Published=true"])
        {
            RedirectStandardOutput = true,
        })!;
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? Path.Combine(target, name + (OperatingSystem.IsWindows() ? ".exe" : ""))
            : throw new IOException($"{name} could not be published: {said.Trim()}");
    }

    private static StartCost[] Measure((string Name, string Program, string[] Arguments)[] programs, int runs)
    {
        var costs = programs.Select(_ => new List<(double Wall, double Processor)>()).ToArray();

        // The first round fills the caches of the disk and counts for nothing.
        for (var run = -1; run < runs; run++)
        {
            for (var index = 0; index < programs.Length; index++)
            {
                var cost = Start(programs[index].Program, programs[index].Arguments);
                if (run >= 0)
                {
                    costs[index].Add(cost);
                }
            }
        }

        return [.. programs.Select((program, index) => new StartCost(
            program.Name, Median(costs[index].Select(cost => cost.Wall)), Median(costs[index].Select(cost => cost.Processor)), new FileInfo(program.Program).Length / 1e6))];
    }

    private static (double Wall, double Processor) Start(string program, string[] arguments)
    {
        var before = ChildTimes.Read();
        var begin = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var wall = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        if (process.ExitCode != 0)
        {
            throw new IOException($"{program} ended with {process.ExitCode}");
        }

        return (wall, OperatingSystem.IsWindows() ? process.TotalProcessorTime.TotalMilliseconds : (ChildTimes.Read() - before).TotalMilliseconds);
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
