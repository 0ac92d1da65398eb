using System.Diagnostics;
using System.Globalization;
using DeviceTwin.SensorNode.Simulator.Machines;
using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Bench.Reconcile;

/// <summary>
/// <c>soak reconcile</c>: walks far beyond what is explored to its end. Eleven versions, every fault over and over, devices of every sort, and hubs that a backup has set back; then
/// fair weather, in whatever order, in which hub and device have to agree. A device that nobody but the hub brings what it lost connects anew first: per
/// connection and version the hub sends its document a bounded number of times.
/// </summary>
internal static class Walks
{
    private const long StandardRounds = 200_000;
    private const int WalksPerScenery = 500;
    private const int Versions = 11;
    private const int LongestWay = 400;
    private const int ShownViolations = 5;

    public static int Run(int seed, TimeSpan? limit, long? rounds, TextWriter output, TextWriter error)
    {
        var watch = Stopwatch.StartNew();
        var most = rounds ?? (limit is null ? StandardRounds : long.MaxValue);
        var walked = 0L;
        var steps = 0L;
        var violations = 0;
        var kinds = Enum.GetValues<DeviceKind>().Length;
        var sceneries = new Scenery?[2 * kinds];
        for (; walked < most && (limit is null || watch.Elapsed < limit); walked++)
        {
            var mine = unchecked(seed + (int)walked);
            if (walked % WalksPerScenery == 0)
            {
                // What was worked out once is kept, but not for ever.
                Array.Clear(sceneries);
            }

            // Whether a value was reported before or after a backup a plain device cannot say.
            var kind = (int)((uint)mine % kinds);
            var restored = (uint)mine / kinds % 2 == 1 && (DeviceKind)kind != DeviceKind.Plain;
            var scenery = sceneries[restored ? kinds + kind : kind] ??= New((DeviceKind)kind, restored);
            if (Walk(scenery, mine, ref steps) is { } story && ++violations <= ShownViolations)
            {
                error.WriteLine($"error: seed {mine.ToString(CultureInfo.InvariantCulture)}:");
                story.ForEach(line => error.WriteLine("  " + line));
                error.WriteLine($"       again: soak reconcile --rounds 1 --seed {mine.ToString(CultureInfo.InvariantCulture)}");
            }
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"reconcile: {walked:N0} walks from seed {seed}, {steps:N0} steps in {watch.Elapsed.TotalSeconds:F1} s, {violations} violations"));
        return violations == 0 ? Verbs.Done : Verbs.Failed;
    }

    private static Scenery New(DeviceKind kind, bool restored) =>
        new(new Scope(kind, Versions, kind == DeviceKind.Agent ? Faults.All : Faults.All & ~Faults.Reorder, restored), ReconciliationTable.Standard);

    private static List<string>? Walk(Scenery scenery, int seed, ref long taken)
    {
        var random = new Xoshiro256((ulong)seed);
        var story = new List<string>();
        var steps = new List<Step>();
        var world = scenery.Start;
        var length = 20 + Below(200);
        for (var number = 0; number < length; number++)
        {
            steps.Clear();
            taken++;
            scenery.Steps(world, steps);
            var right = steps.FindAll(step => step.Right);
            var step = right.Count > 0 && Below(10) < 6 ? right[Below(right.Count)] : steps[Below(steps.Count)];
            if (Take(step) is { } violation)
            {
                story.Add(violation);
                return story;
            }
        }

        if (scenery.Kind != DeviceKind.Agent)
        {
            steps.Clear();
            scenery.Steps(world, steps);
            var cut = steps.FindIndex(step => step.Act == Act.LinkBreaks);
            if (cut >= 0)
            {
                Take(steps[cut]);
            }
        }

        var messages = 0;
        for (var number = 0; number < LongestWay; number++)
        {
            if (scenery.Agrees(world))
            {
                return null;
            }

            steps.Clear();
            taken++;
            scenery.Steps(world, steps);
            steps.RemoveAll(step => !step.Right);
            if (steps.Count == 0)
            {
                story.Add("and hub and device never agree: " + scenery.Describe(world));
                return story;
            }

            var step = steps[Below(steps.Count)];
            messages += scenery.Sent(world, step);
            if ((Take(step) ?? (messages > Explorer.MostMessages ? $"{messages} messages until agreement" : null)) is { } violation)
            {
                story.Add(violation);
                return story;
            }
        }

        story.Add("and hub and device do not agree in time: " + scenery.Describe(world));
        return story;

        int Below(int bound) => (int)(random.Next() % (ulong)bound);

        string? Take(Step step)
        {
            story.Add(scenery.Tell(world, step));
            world = step.Next.Canonical;
            world = world with { Faults = world.Faults == Faults.None ? Faults.None : Faults.Earlier };
            return step.Violation ?? scenery.Violation(world);
        }
    }
}
