using System.Diagnostics;
using System.Globalization;

namespace DeviceTwin.Bench.Soak.NodeTwin;

/// <summary><c>soak node-twin</c>: seeded rounds of <see cref="TwinRound"/>; the seed of a round is that of the soak plus its number.</summary>
internal static class NodeTwinSoak
{
    private const long StandardRounds = 10_000;
    private const int ShownViolations = 10;

    /// <returns><see cref="Verbs.Failed"/> where a round violated a property.</returns>
    public static int Run(int seed, TimeSpan? limit, long? rounds, TextWriter output, TextWriter error)
    {
        var watch = Stopwatch.StartNew();
        long most = rounds ?? (limit is null ? StandardRounds : long.MaxValue);
        long played = 0;
        long violations = 0;
        long messages = 0;
        long virtualMs = 0;
        for (; played < most && (limit is null || watch.Elapsed < limit); played++)
        {
            int mine = unchecked(seed + (int)played);
            var round = new TwinRound(mine);
            string? violation;
            try
            {
                violation = round.Play();
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                // Nothing of a node throws.
                violation = exception.ToString();
            }

            messages += round.Messages;
            virtualMs += round.NowMs;
            if (violation is not null && ++violations <= ShownViolations)
            {
                error.WriteLine($"error: seed {mine.ToString(CultureInfo.InvariantCulture)}: {violation}");
                error.WriteLine($"       again: soak node-twin --rounds 1 --seed {mine.ToString(CultureInfo.InvariantCulture)}");
            }
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"node-twin: {played:N0} rounds from seed {seed}, {virtualMs / 3_600_000.0:F1} h of virtual time and {messages:N0} messages in {watch.Elapsed.TotalSeconds:F1} s, {violations:N0} violations"));
        return violations == 0 ? Verbs.Done : Verbs.Failed;
    }
}
