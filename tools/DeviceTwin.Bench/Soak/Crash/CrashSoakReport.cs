using System.Text.Json.Nodes;

namespace DeviceTwin.Bench.Soak.Crash;

/// <summary><c>soak crash</c>: runs the soak and prints what it came to.</summary>
public static class CrashSoakReport
{
    private const int StandardRounds = 300;

    /// <returns><see cref="Verbs.Failed"/> where anything acknowledged was lost, or the hub itself.</returns>
    public static int Run(SoakOptions options, TextWriter output, TextWriter error)
    {
        var rounds = (int)Math.Min(options.Rounds ?? (options.For is null ? StandardRounds : int.MaxValue), int.MaxValue);
        var said = 0;
        CrashResult result;
        try
        {
            result = CrashSoak.Run(
                options.Seed, rounds, options.For ?? TimeSpan.MaxValue, Say, TimeProvider.System, options.StartTimeout ?? CrashSoak.StandardStartPatience).GetAwaiter().GetResult();
        }
        catch (CrashSoakException exception)
        {
            error.WriteLine($"error: {exception.Message} ({exception.Code}) {exception.NextStep}");
            return Verbs.Failed;
        }

        output.WriteLine(Write(result).ToJsonString());
        foreach (var left in result.Left)
        {
            error.WriteLine($"left out: {left}");
        }

        return result.Findings.Any ? Verbs.Failed : Verbs.Done;

        void Say(int round, CrashFindings findings)
        {
            foreach (var lost in findings.Lost.Skip(said))
            {
                error.WriteLine($"round {round}: lost {lost}");
            }

            said = findings.Lost.Count;
            if (round % 10 == 0 || findings.Any)
            {
                error.WriteLine($"round {round}: {findings.Losses} losses, {findings.ReusedVersions} reused versions, {findings.TornTwins} torn twins, {findings.Duplicates} duplicates");
            }
        }
    }

    private static JsonObject Write(CrashResult result) => new()
    {
        ["seed"] = result.Seed,
        ["rounds"] = result.Rounds.Values.Sum(),
        ["faults"] = new JsonObject(result.Rounds.Select(fault => KeyValuePair.Create(char.ToLowerInvariant(fault.Key.ToString()[0]) + fault.Key.ToString()[1..], (JsonNode?)fault.Value))),
        ["acknowledgedUpdates"] = result.AcknowledgedUpdates,
        ["refusedUpdates"] = result.Refused,
        ["losses"] = result.Findings.Losses,
        ["lost"] = new JsonArray([.. result.Findings.Lost.Select(lost => (JsonNode)lost)]),
        ["reusedVersions"] = result.Findings.ReusedVersions,
        ["tornTwins"] = result.Findings.TornTwins,
        ["duplicates"] = result.Findings.Duplicates,
    };
}
