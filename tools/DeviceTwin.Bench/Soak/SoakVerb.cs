using System.Globalization;
using DeviceTwin.Bench.Reconcile;
using DeviceTwin.Bench.Soak.Crash;
using DeviceTwin.Bench.Soak.Fuzz;
using DeviceTwin.Bench.Soak.NodeTwin;
using DeviceTwin.Bench.Soak.Nodes;
using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Bench.Soak;

/// <summary><c>soak</c>: checks that are too long for every build.</summary>
public static class SoakVerb
{
    private const int Parts = 4096;

    /// <param name="options">What follows the verb: the soak's name, and what <see cref="SoakOptions"/> says that it takes.</param>
    /// <returns><see cref="Verbs.Failed"/> where something was found wrong.</returns>
    public static int Run(string[] options, TextWriter output, TextWriter error)
    {
        SoakOptions asked = SoakOptions.Parse(options);
        return asked.Name switch
        {
            "arithmetic" => Arithmetic(asked.Seed, output, error),
            "crash" => CrashSoakReport.Run(asked, output, error),
            "node-twin" => NodeTwinSoak.Run(asked.Seed, asked.For, asked.Rounds, output, error),
            "node" => NodeSoak.Run(asked.Seed, asked.For, asked.Rounds, output, error),
            "day" => NodeSoak.Day(asked.Target, options.Contains("--seed") ? asked.Seed : null, output, error),
            "fuzz" => FuzzSoak.Run(asked.Seed, asked.For, asked.Rounds, asked.Target, output, error),
            "reconcile" => Walks.Run(asked.Seed, asked.For, asked.Rounds, output, error),
            _ => throw new InvalidOperationException($"The soak {asked.Name} is listed and not written."),
        };
    }

    private static int Arithmetic(int seed, TextWriter output, TextWriter error)
    {
        Sweep rounding = Everywhere(ArithmeticSweep.Rounded, 0, uint.MaxValue);
        Report("Rounding.Nearest, every float", rounding);
        Sweep roots = Everywhere(ArithmeticSweep.Roots, 0, ArithmeticSweep.Infinity - 1)
            + Everywhere(ArithmeticSweep.Roots, ArithmeticSweep.Negative, ArithmeticSweep.Negative + ArithmeticSweep.Infinity - 1);
        Report("SquareRoot.Of, every finite float", roots);
        Sweep logarithms = Everywhere(ArithmeticSweep.Logarithms, 0, ArithmeticSweep.Infinity - 1);
        Report("Logarithm.Of, every positive finite float", logarithms);
        Sweep quotients = Enumerable.Range(0, Parts).AsParallel().Select(part => ArithmeticSweep.Quotients(seed + part, 250_000)).Aggregate((left, right) => left + right);
        Report($"Division.Float, a stream of pairs from seed {seed}", quotients);
        bool good = rounding.Wrong + roots.Wrong + quotients.Wrong == 0 && logarithms.Worst <= Logarithm.LargestError;
        if (!good)
        {
            error.WriteLine("error: not every result is as near to the exact one as it is said to be");
        }

        return good ? Verbs.Done : Verbs.Failed;

        void Report(string what, Sweep sweep) => output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: {sweep.Count:N0} arguments, {sweep.Wrong:N0} not correctly rounded{(sweep.Worst > 0 ? $", at most {sweep.Worst:F4} units in the last place off" : "")}{(sweep.Wrong > 0 ? $" (0x{sweep.At:x8})" : "")}"));
    }

    private static Sweep Everywhere(Func<uint, uint, Sweep> sweep, uint first, uint last)
    {
        ulong length = ((ulong)last - first + Parts) / Parts;
        return Enumerable.Range(0, Parts).AsParallel().AsOrdered()
            .Select(part => (From: first + ((ulong)part * length), To: Math.Min(first + (((ulong)part + 1) * length) - 1, last)))
            .Where(range => range.From <= range.To)
            .Select(range => sweep((uint)range.From, (uint)range.To))
            .Aggregate((left, right) => left + right);
    }
}
