using System.Globalization;
using DeviceTwin.Bench.Soak.Fuzz;
using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Bench.Soak;

/// <summary><c>soak</c>: checks that are too long for every build.</summary>
public static class SoakVerb
{
    private const int Parts = 4096;

    /// <param name="options">What follows the verb: the soak's name, <c>--seed S</c>, for how long or how much.</param>
    /// <returns><see cref="Verbs.Failed"/> where something was found wrong.</returns>
    public static int Run(string[] options, TextWriter output, TextWriter error)
    {
        int seed = 1;
        string? name = null;
        TimeSpan? time = null;
        long? inputs = null;
        string? only = null;
        for (int index = 0; index < options.Length; index++)
        {
            switch (options[index])
            {
                case "--seed" when index + 1 < options.Length && int.TryParse(options[index + 1], CultureInfo.InvariantCulture, out seed):
                    index++;
                    break;
                case "--for" when name == "fuzz" && index + 1 < options.Length && Duration(options[index + 1]) is { } duration:
                    time = duration;
                    index++;
                    break;
                case "--inputs" when name == "fuzz" && index + 1 < options.Length
                    && long.TryParse(options[index + 1], NumberStyles.None, CultureInfo.InvariantCulture, out long count) && count > 0:
                    inputs = count;
                    index++;
                    break;
                case "--target" when name == "fuzz" && index + 1 < options.Length:
                    only = options[++index];
                    break;
                case "arithmetic" or "fuzz" when name is null:
                    name = options[index];
                    break;
                default:
                    throw new UsageException($"soak does not take '{options[index]}'");
            }
        }

        return name switch
        {
            "arithmetic" => Arithmetic(seed, output, error),
            "fuzz" => FuzzSoak.Run(seed, time, inputs, only, output, error),
            _ => throw new UsageException("soak what? there is: arithmetic, fuzz"),
        };
    }

    /// <summary><c>90s</c>, <c>10m</c>, <c>2h</c>.</summary>
    private static TimeSpan? Duration(string text)
    {
        if (text.Length < 2 || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int count))
        {
            return null;
        }

        return text[^1] switch
        {
            's' => TimeSpan.FromSeconds(count),
            'm' => TimeSpan.FromMinutes(count),
            'h' => TimeSpan.FromHours(count),
            _ => null,
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
