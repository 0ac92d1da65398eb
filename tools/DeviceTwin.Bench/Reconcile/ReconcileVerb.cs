using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using DeviceTwin.Bench.Soak.Crash;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Bench.Reconcile;

/// <summary>One figure of <c>reconcile</c>.</summary>
/// <param name="Key">Its name in the JSON.</param>
/// <param name="Words">What it is, for people.</param>
public sealed record Figure(string Key, double Value, string Words);

/// <summary><c>reconcile</c>: what is proven of reconciliation, in figures.</summary>
public static class ReconcileVerb
{
    private const double MeasuredSeconds = 2;
    private const int Seed = 1;
    private const int Rollouts = 200;
    private const int ReplayedCaptures = 400;
    private const int ChangedDevices = 300;
    private const int ChangeEdits = 15;

    /// <summary>What the canary promises: changes that change nothing rolled back at most, harmful ones before wave 1 at least.</summary>
    private const double MostFalseRollbacks = 0.05;
    private const double FewestDetections = 0.95;

    /// <summary>The parts, each with figures of its own; what is wrong is written to the error output and counted.</summary>
    private static readonly Func<TextWriter, (IEnumerable<Figure> Figures, bool Good)>[] Parts = [States, MutantsKilled, Decisions, Canary, Latency, Replay];

    /// <returns><see cref="Verbs.Failed"/> where a property is violated or a mutant survives.</returns>
    public static int Run(string[] options, TextWriter output, TextWriter error)
    {
        if (Array.Find(options, option => option != "--json") is { } wrong)
        {
            throw new UsageException($"reconcile does not take '{wrong}'");
        }

        var good = true;
        var json = new JsonObject { ["machine"] = LatencyFigures.Machine };
        if (options.Length == 0)
        {
            output.WriteLine($"{"machine",-24} {LatencyFigures.Machine}");
        }

        foreach (var part in Parts)
        {
            var (figures, well) = part(error);
            good &= well;
            foreach (var figure in figures)
            {
                json[figure.Key] = figure.Value;
                if (options.Length == 0)
                {
                    output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{figure.Key,-24} {figure.Value,12:#,0.###}  {figure.Words}"));
                }
            }
        }

        if (options.Length > 0)
        {
            output.WriteLine(json.ToJsonString());
        }

        return good ? Verbs.Done : Verbs.Failed;
    }

    private static (IEnumerable<Figure>, bool) States(TextWriter error)
    {
        var found = Scope.Whole.AsParallel().AsOrdered().Select(scope => Explorer.Explore(scope)).ToArray();
        foreach (var exploration in found.Where(exploration => exploration.Violation is not null))
        {
            error.WriteLine($"error: {exploration.Scope}");
            exploration.Violation!.ToList().ForEach(line => error.WriteLine("  " + line));
        }

        return (
            [
                new Figure("tableStates", found.Sum(exploration => exploration.States), $"states of hub, device and network, {found.Length} explorations to their end"),
                new Figure("messagesToAgree", found.Max(exploration => exploration.Messages), "messages until hub and device agree, from the worst of them"),
            ],
            found.All(exploration => exploration.Violation is null));
    }

    private static (IEnumerable<Figure>, bool) MutantsKilled(TextWriter error)
    {
        var verdicts = Mutants.Try(Mutants.All());
        var survivors = verdicts.Where(verdict => verdict is { Killed: null, Excluded: null }).ToArray();
        foreach (var survivor in survivors)
        {
            error.WriteLine($"error: survives: {survivor.Mutant}");
        }

        return (
            [
                new Figure("mutantsKilled", verdicts.Count(verdict => verdict.Killed is not null), "tables with one cell that is otherwise, each told from the one that holds"),
                new Figure("mutantsExcluded", verdicts.Count(verdict => verdict.Excluded is not null), "others that cannot be told from it, by the rules of cloud/RECONCILIATION.md"),
                new Figure("mutantsSurvived", survivors.Length, "neither"),
            ],
            survivors.Length == 0);
    }

    /// <summary>A decision: one event of one twin through the table, with all of its paths.</summary>
    private static (IEnumerable<Figure>, bool) Decisions(TextWriter error)
    {
        const int Settings = 20;
        var at = DateTimeOffset.UnixEpoch;
        var desired = new JsonObject(Enumerable.Range(0, Settings).Select(number => KeyValuePair.Create($"setting{number}", (JsonNode?)JsonValue.Create(number))));
        var twin = TwinUpdates.PatchDesired(TwinDocument.Create("node", at), desired, at).Twin;
        var reports = Enumerable.Range(0, Settings).Select(number =>
        {
            var patch = new JsonObject { [$"setting{number}"] = new JsonObject { ["value"] = number, ["ac"] = 200, ["av"] = 2 } };
            twin = TwinUpdates.PatchReported(twin, patch, null, at).Twin;
            return (Twin: twin, Touched: TwinPatches.Paths(patch).ToArray());
        }).ToArray();
        var node = NodeReconciliation.From(twin);
        var watch = Stopwatch.StartNew();
        long decisions = 0;
        while (watch.Elapsed.TotalSeconds < MeasuredSeconds)
        {
            foreach (var report in reports)
            {
                (node, _) = node.Reported(report.Twin, report.Touched);
                decisions++;
            }
        }

        return ([new Figure("decisionsPerSecond", Math.Round(decisions / watch.Elapsed.TotalSeconds), $"events through the table on one core, of a twin with {Settings} settings")], true);
    }

    private static (IEnumerable<Figure>, bool) Canary(TextWriter error)
    {
        var figures = CanaryQuality.Measure(Seed, Rollouts);
        var good = figures.FalseRollback <= MostFalseRollbacks && figures.Detected >= FewestDetections;
        if (!good)
        {
            error.WriteLine($"error: the canary misses its promise of at most {MostFalseRollbacks} false rollbacks and at least {FewestDetections} detections.");
        }

        return (
            [
                new Figure("falseRollback", figures.FalseRollback, $"of {Rollouts} simulated changes that change nothing, rolled back"),
                new Figure("detected", figures.Detected, $"of {Rollouts} that multiply alarms by {CanaryQuality.Harmful}, rolled back before wave 1"),
            ],
            good);
    }

    private static (IEnumerable<Figure>, bool) Latency(TextWriter error)
    {
        try
        {
            var figures = LatencyFigures.Measure(ChangedDevices, ChangeEdits, Seed, TimeProvider.System).GetAwaiter().GetResult();
            figures.Wrong.ToList().ForEach(line => error.WriteLine($"error: {line}"));
            return (Of(figures), figures.Wrong.Count == 0);
        }
        catch (HubLostException lost)
        {
            error.WriteLine($"error: {lost.Message}. ({lost.Code}) Run it again on a machine that has less to do.");
            return ([], false);
        }
    }

    /// <summary>The figures of how long a change takes, each floor beside its change.</summary>
    public static IReadOnlyList<Figure> Of(LatencyFigures figures) =>
    [
        new Figure("changeDevices", figures.Devices, "devices, the firmware's twin agent behind TLS each, at a hub in a process of its own"),
        new Figure("changeEdits", figures.Edits, $"edits of the configuration that all of them have: {figures.Devices * figures.Edits:N0} changes of a device"),
        new Figure("changeToInSyncP50Ms", Ms(figures.Change.P50), "from before an edit is sent until the device has the confirmation of the report that brought it in sync"),
        new Figure("changeToInSyncP99Ms", Ms(figures.Change.P99), "the same, of 99 in a hundred"),
        new Figure("hubInSyncAfterP50Ms", Ms(figures.HubSays.P50), "the same as the hub says, device by device (inSyncAfterMs): held against each device's own"),
        new Figure("hubInSyncAfterP99Ms", Ms(figures.HubSays.P99), "the same, of 99 in a hundred"),
        new Figure("reportP50Ms", Ms(figures.Report.P50), "the floor: all of them report at once, until each has its confirmation; a message each way, one commit"),
        new Figure("reportP99Ms", Ms(figures.Report.P99), "the same, of 99 in a hundred"),
        new Figure("changeTimesReport", Math.Round(figures.Change.P50 / figures.Report.P50, 2), "the change's median, in medians of the floor"),
        new Figure("patchToInSyncP50Ms", Ms(figures.Patch.P50), "a change of one device's twin until it is in sync, one after the other"),
        new Figure("patchToInSyncP99Ms", Ms(figures.Patch.P99), "the same, of 99 in a hundred"),
        new Figure("oneReportP50Ms", Ms(figures.OneReport.P50), "its floor: one device reports, one after the other"),
        new Figure("patchTimesReport", Math.Round(figures.Patch.P50 / figures.OneReport.P50, 2), "the change's median, in medians of the floor"),
    ];

    private static double Ms(double milliseconds) => Math.Round(milliseconds, 3);

    private static (IEnumerable<Figure>, bool) Replay(TextWriter error)
    {
        var figures = ReplayFigures.Measure(ReplayedCaptures, isMeasuredTwice: true, Seed);
        return (
            [
                new Figure("replayTimesRealTime", Math.Round(figures.SignalTimesRealTime), $"of the signal itself, old and new settings each measured, one core: {figures.Line()}"),
                new Figure("replayTimesSchedule", Math.Round(figures.ScheduleTimesRealTime), $"of the time that such captures stand for, one every {figures.IntervalSeconds} s"),
            ],
            true);
    }
}
