using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Bench.Reconcile;

/// <summary>One figure of <c>reconcile</c>.</summary>
/// <param name="Key">Its name in the JSON.</param>
/// <param name="Words">What it is, for people.</param>
internal sealed record Figure(string Key, double Value, string Words);

/// <summary><c>reconcile</c>: what is proven of reconciliation, in figures.</summary>
public static class ReconcileVerb
{
    private const double MeasuredSeconds = 2;

    /// <summary>The parts, each with figures of its own; what is wrong is written to the error output and counted.</summary>
    private static readonly Func<TextWriter, (IEnumerable<Figure> Figures, bool Good)>[] Parts = [States, MutantsKilled, Decisions];

    /// <returns><see cref="Verbs.Failed"/> where a property is violated or a mutant survives.</returns>
    public static int Run(string[] options, TextWriter output, TextWriter error)
    {
        if (Array.Find(options, option => option != "--json") is { } wrong)
        {
            throw new UsageException($"reconcile does not take '{wrong}'");
        }

        var good = true;
        var json = new JsonObject();
        foreach (var part in Parts)
        {
            var (figures, well) = part(error);
            good &= well;
            foreach (var figure in figures)
            {
                json[figure.Key] = figure.Value;
                if (options.Length == 0)
                {
                    output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{figure.Key,-20} {figure.Value,14:N0}  {figure.Words}"));
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
}
