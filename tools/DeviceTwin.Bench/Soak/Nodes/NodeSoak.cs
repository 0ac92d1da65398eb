using System.Diagnostics;
using System.Globalization;
using DeviceTwin.SensorNode.Simulator.Scenarios;

namespace DeviceTwin.Bench.Soak.Nodes;

/// <summary><c>soak node</c>: random scenarios; the seed of a round is that of the soak plus its number. <c>soak day</c>: one scenario from a file.</summary>
internal static class NodeSoak
{
    private const long StandardRounds = 1000;
    private const int ShownViolations = 10;

    /// <returns><see cref="Verbs.Failed"/> where a round violated a property.</returns>
    public static int Run(int seed, TimeSpan? limit, long? rounds, TextWriter output, TextWriter error)
    {
        var watch = Stopwatch.StartNew();
        long most = rounds ?? (limit is null ? StandardRounds : long.MaxValue);
        var sum = new ScenarioResult("", [], 0);
        long played = 0;
        long violations = 0;
        for (; played < most && (limit is null || watch.Elapsed < limit); played++)
        {
            int mine = unchecked(seed + (int)played);
            Scenario scenario = RandomScenario.Of(mine);
            ScenarioResult result = Play(scenario);
            sum = Add(sum, result);
            if (result.Violations.Count > 0 && ++violations <= ShownViolations)
            {
                string number = mine.ToString(CultureInfo.InvariantCulture);
                error.WriteLine($"error: seed {number}: {string.Join("\n       ", result.Violations)}");
                error.WriteLine($"       again: soak node --rounds 1 --seed {number}, or soak day --scenario FILE with");
                error.WriteLine(scenario);
            }
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"node: {played:N0} rounds from seed {seed}, {Facts(sum)}, {violations:N0} violations; {Pace(sum, watch.Elapsed)}"));
        return violations == 0 ? Verbs.Done : Verbs.Failed;
    }

    /// <summary>One scenario.</summary>
    /// <param name="file">Its file; null: a day of six nodes with a little of everything.</param>
    /// <param name="seed">Instead of the one in the file; null: that one.</param>
    public static int Day(string? file, int? seed, TextWriter output, TextWriter error)
    {
        Scenario scenario;
        try
        {
            scenario = Scenario.Parse(file is null ? ScenarioFiles.Read(ScenarioFiles.Day) : File.ReadAllText(file));
        }
        catch (ScenarioException exception)
        {
            error.WriteLine($"error: {file}: {exception.Message}");
            return Verbs.Failed;
        }

        scenario = seed is { } other ? scenario with { Seed = other } : scenario;
        var watch = Stopwatch.StartNew();
        ScenarioResult result = Play(scenario);
        foreach (string violation in result.Violations)
        {
            error.WriteLine($"error: {violation}");
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"day: {scenario.Nodes} nodes, seed {scenario.Seed}, {Facts(result)}, {result.Violations.Count} violations; {Pace(result, watch.Elapsed)}"));
        output.WriteLine($"trace {result.TraceHash}");
        return result.Violations.Count == 0 ? Verbs.Done : Verbs.Failed;
    }

    private static ScenarioResult Play(Scenario scenario)
    {
        try
        {
            return ScenarioRun.Play(scenario);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Nothing of a node throws.
            return new ScenarioResult("", [exception.ToString()], 0);
        }
    }

    private static string Facts(ScenarioResult sum) => string.Create(
        CultureInfo.InvariantCulture,
        $"{sum.VirtualMs / 3_600_000.0:F1} h, {sum.Starts:N0} starts, {sum.Captures:N0} captures, {sum.Made:N0} messages ({sum.Received:N0} at the hub, {sum.Dropped:N0} dropped, {sum.Forgotten:N0} lost with the memory), {sum.Alarms:N0} alarm messages ({sum.AlarmsForgotten:N0} lost with the power), {sum.Waveforms:N0} waveforms");

    private static string Pace(ScenarioResult sum, TimeSpan took) => string.Create(
        CultureInfo.InvariantCulture, $"{took.TotalSeconds:F1} s, {sum.VirtualMs / Math.Max(took.TotalMilliseconds, 1):N0} times as fast as the clock");

    private static ScenarioResult Add(ScenarioResult one, ScenarioResult other) => new("", [], one.VirtualMs + other.VirtualMs)
    {
        Captures = one.Captures + other.Captures,
        Starts = one.Starts + other.Starts,
        Made = one.Made + other.Made,
        Received = one.Received + other.Received,
        Dropped = one.Dropped + other.Dropped,
        Forgotten = one.Forgotten + other.Forgotten,
        Alarms = one.Alarms + other.Alarms,
        AlarmsForgotten = one.AlarmsForgotten + other.AlarmsForgotten,
        Waveforms = one.Waveforms + other.Waveforms,
    };
}
