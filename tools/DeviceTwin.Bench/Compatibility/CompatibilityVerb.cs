using DeviceTwin.Bench.Generation;

namespace DeviceTwin.Bench.Compatibility;

/// <summary><c>compatibility</c>: writes the table of <c>cloud/README.md</c> from the results of a test run, or checks it.</summary>
public static class CompatibilityVerb
{
    private const string Page = "cloud/README.md";

    /// <param name="options">What follows the verb: <c>--results DIR</c>, <c>--check</c>, <c>--root DIR</c>.</param>
    /// <returns><see cref="Verbs.Failed"/> where a promise is not proven, or the page differs.</returns>
    public static int Run(string[] options, TextWriter output, TextWriter error)
    {
        var check = false;
        string? root = null;
        string? results = null;
        for (var index = 0; index < options.Length; index++)
        {
            switch (options[index])
            {
                case "--check":
                    check = true;
                    break;
                case "--root" when index + 1 < options.Length:
                    root = options[++index];
                    break;
                case "--results" when index + 1 < options.Length:
                    results = options[++index];
                    break;
                default:
                    throw new UsageException($"compatibility does not take '{options[index]}'");
            }
        }

        root ??= Checkout.Find();
        var outcomes = TestOutcome.Read(results ?? throw new UsageException("compatibility needs --results DIR: the folder of a test run's trx files"));
        try
        {
            var rows = CompatibilityRow.Load(root);
            var problems = CompatibilityTable.Problems(rows, outcomes).ToArray();
            foreach (var problem in problems)
            {
                error.WriteLine($"error: {problem}");
            }

            var unshown = CompatibilityTable.Unshown(outcomes).ToArray();
            foreach (var clients in unshown)
            {
                error.WriteLine($"{(check ? "note" : "error")}: {clients}");
            }

            if (!check && unshown.Length > 0)
            {
                error.WriteLine("error: the table is written only where every client that it calls unmodified was run");
                return Verbs.Failed;
            }

            var path = Path.Combine(root, Page);
            var before = File.ReadAllText(path);
            var after = GeneratedSection.Replace(before, "compatibility", CompatibilityTable.Write(rows, outcomes));
            if (check && before != after)
            {
                error.WriteLine($"error: the table in {Page} is not that of these results; write it with: compatibility --results DIR");
                return Verbs.Failed;
            }

            if (!check)
            {
                File.WriteAllText(path, after);
            }

            output.WriteLine($"{outcomes.Count} tests prove {rows.Count(row => row.NotYet is null)} of {rows.Count} rows");
            return problems.Length == 0 ? Verbs.Done : Verbs.Failed;
        }
        catch (ModelException exception)
        {
            error.WriteLine($"error: {exception.Message}");
            return Verbs.Failed;
        }
    }
}
