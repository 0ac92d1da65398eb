using System.Text;

namespace DeviceTwin.Bench.Compatibility;

/// <summary>The table of what clients of Azure IoT Hub may expect, from the promises and the results of the tests that prove them.</summary>
public static class CompatibilityTable
{
    /// <summary>What contradicts the promises: a promise of which no test passed, a failed test, a test of an unknown promise.</summary>
    public static IEnumerable<string> Problems(IReadOnlyList<CompatibilityRow> rows, IReadOnlyList<TestOutcome> outcomes)
    {
        foreach (var row in rows)
        {
            var own = outcomes.Where(outcome => outcome.Id == row.Id).ToArray();
            if (own.FirstOrDefault(outcome => outcome.Outcome is not (TestOutcome.Passed or TestOutcome.NotRun)) is { } failed)
            {
                yield return $"{row.Id}: a test ended with {failed.Outcome}";
            }
            else if (row.NotYet is null && row.ByHand is null && own.Length == 0)
            {
                yield return $"{row.Id}: no test is named after it";
            }
            else if (own.Length > 0 && own.All(outcome => outcome.Outcome == TestOutcome.NotRun))
            {
                yield return $"{row.Id}: none of its {own.Length} tests was run";
            }
        }

        foreach (var id in outcomes.Select(outcome => outcome.Id).Distinct().Except(rows.Select(row => row.Id)))
        {
            yield return $"{id}: tests are named after it, but the list of promises does not have it";
        }
    }

    /// <summary>The tests of unmodified clients that were not run: a table that names them is written only where they are.</summary>
    public static IEnumerable<string> Unshown(IReadOnlyList<TestOutcome> outcomes) =>
        from outcome in outcomes
        where outcome.Unshown
        group outcome by outcome.Client into client
        orderby client.Key
        select $"{client.Count()} proofs with the {client.Key} were not run: {string.Join(", ", client.Select(outcome => outcome.Id).Distinct().Order(StringComparer.Ordinal))}";

    /// <summary>The table, Markdown.</summary>
    public static string Write(IReadOnlyList<CompatibilityRow> rows, IReadOnlyList<TestOutcome> outcomes)
    {
        var table = new StringBuilder("| | Azure IoT Hub's behaviour | Here | Proven by |\n|---|---|---|---|\n");
        foreach (var row in rows)
        {
            var own = outcomes.Where(outcome => outcome.Id == row.Id).ToArray();
            table.Append($"| {row.Id} | {row.Says} | {State(row)} | {Proof(row, own)} |\n");
        }

        return table.ToString();
    }

    private static string State(CompatibilityRow row) =>
        row.NotYet is { } reason ? $"not yet: {reason}"
        : row.Deviates is { } deviation ? $"deviates on purpose: {deviation}"
        : "compatible";

    private static string Proof(CompatibilityRow row, TestOutcome[] own)
    {
        if (row.ByHand is { } hand)
        {
            return hand;
        }

        // Where a client could not be installed its tests are skipped; the table still says what proves the row.
        var clients = own.GroupBy(outcome => outcome.Client).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => $"{group.Key}, {group.Count()}");
        return string.Join("; ", clients);
    }
}
