using System.Globalization;

namespace DeviceTwin.Bench.Soak.Fuzz;

/// <summary><c>soak fuzz</c>: spoilt inputs for every parser.</summary>
internal static class FuzzSoak
{
    public static int Run(int seed, TimeSpan? time, long? inputs, string? only, TextWriter output, TextWriter error)
    {
        FuzzTarget[] targets = [.. FuzzTargets.All.Where(target => only is null || target.Name == only)];
        if (targets.Length == 0)
        {
            throw new UsageException($"there is no parser '{only}'; there are: {string.Join(", ", FuzzTargets.All.Select(target => target.Name))}");
        }

        var fuzzer = new Fuzzer(targets, seed);
        IReadOnlyList<FuzzResult> results = fuzzer.Run(inputs ?? (time is null ? 10_000_000 : long.MaxValue), time ?? TimeSpan.MaxValue, Environment.ProcessorCount);
        foreach (FuzzResult result in results)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Target.Name}: {result.Inputs:N0} inputs, at most {result.WorstShare * 100:F0} % of {result.Target.BytesPerByte} bytes per byte and {result.Target.BytesBesides:N0} besides, longest {result.Longest.TotalMilliseconds:F1} ms"));
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"all: {results.Sum(result => result.Inputs):N0} inputs from seed {seed}, {fuzzer.Failures.Count} failures"));
        foreach (FuzzFailure failure in fuzzer.Failures)
        {
            error.WriteLine($"error: {Describe(failure)}");
        }

        return fuzzer.Failures.Count == 0 ? Verbs.Done : Verbs.Failed;
    }

    /// <summary>What happened, and with what it happens again.</summary>
    public static string Describe(FuzzFailure failure) => string.Create(
        CultureInfo.InvariantCulture,
        $"{failure.Target.Name} {failure.What} (seed {failure.Seed}, input {failure.Number}, smallest: {Convert.ToHexString(failure.Input)})");
}
