using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

namespace DeviceTwin.Twins.Rollouts;

/// <summary>What a rollback did to a path of a device.</summary>
public enum PathOutcome
{
    /// <summary>The value that stood before is back, or the path is gone again.</summary>
    Restored,

    /// <summary>Somebody wrote it since: it stays as it is.</summary>
    Kept,

    /// <summary>The device has been deleted, or its twin does not take the old value: see the reason.</summary>
    Failed,
}

/// <summary>A path of a device after a rollback.</summary>
/// <param name="Previous">What stood before the change; null where there was nothing.</param>
/// <param name="Now">What stands now; null where there is nothing.</param>
/// <param name="Why">Whose the value is, or why it failed; empty where it was restored.</param>
public sealed record RestoredPath(string DeviceId, string Path, PathOutcome Outcome, JsonNode? Previous, JsonNode? Now, string Why);

/// <param name="Size">Devices of the group.</param>
/// <param name="Admitted">Devices of it to which the change was sent.</param>
public sealed record GroupReport(string Group, int Size, int Admitted);

/// <summary>Why a change ended as it did: what was known at the decision, whom it touched, and what became of each path.</summary>
/// <param name="Gates">The judgement at the decision; null where none was made.</param>
/// <param name="Affected">Devices to which it was sent, sorted.</param>
/// <param name="Excluded">Devices that the plan left out, sorted.</param>
public sealed record RolloutReport(
    string ChangeId,
    string Title,
    ChangeState State,
    DateTimeOffset DecidedAt,
    string DecidedBy,
    string Why,
    GateReport? Gates,
    ImmutableArray<GroupReport> Groups,
    ImmutableArray<string> Affected,
    ImmutableArray<string> Excluded,
    ImmutableArray<RejectionGroup> Rejections,
    ImmutableArray<RestoredPath> Paths,
    ImmutableArray<ChangeStep> History)
{
    /// <summary>The report of a change that has ended.</summary>
    /// <param name="paths">From the rollback; empty where there was none.</param>
    /// <exception cref="ArgumentException">It has not ended.</exception>
    public static RolloutReport Of(Change change, Assignment groups, GateLedger ledger, GateReport? gates, IEnumerable<RestoredPath> paths)
    {
        var end = change.History.FirstOrDefault(step => step.From != step.To && step.To == change.State && Ended(step.To.Phase))
            ?? throw new ArgumentException($"{change.Id} is {change.State} and has not ended.");
        var admitted = ledger.Admitted.ToHashSet(StringComparer.Ordinal);
        var stages = new List<GroupReport> { Group("canary", groups.Canary, admitted) };
        for (var wave = 1; wave <= groups.Waves; wave++)
        {
            stages.Add(Group($"wave {wave}", [.. groups.InWave(wave).Except(groups.Control)], admitted));
        }

        stages.Add(Group("control", groups.Control, admitted));
        return new RolloutReport(
            change.Id,
            change.Title,
            change.State,
            end.At,
            end.By,
            end.Why,
            gates,
            [.. stages.Where(stage => stage.Size > 0)],
            [.. ledger.Admitted],
            [.. groups.Excluded],
            [.. RejectionGroup.Of(ledger.Rejections)],
            [.. paths.OrderBy(path => path.DeviceId, StringComparer.Ordinal).ThenBy(path => path.Path, StringComparer.Ordinal)],
            change.History);
    }

    /// <summary>In words, a sentence a line.</summary>
    public IEnumerable<string> Sentences()
    {
        yield return $"\"{Title}\" ({ChangeId}) is {State}, decided by {DecidedBy} at {DecidedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)}.";
        yield return $"Why: {Why}";
        yield return $"It was sent to {Affected.Length} of {Groups.Sum(group => group.Size) + Excluded.Length} devices: "
            + $"{string.Join(", ", Groups.Select(group => $"{group.Admitted} of {group.Size} of {group.Group}"))}.";
        if (Excluded.Length > 0)
        {
            yield return $"Left out because they were offline: {string.Join(", ", Excluded)}.";
        }

        foreach (var group in Rejections)
        {
            yield return $"{group}.";
        }

        foreach (var gate in Gates?.Gates ?? [])
        {
            yield return $"{RolloutWords.Of(gate.Gate)} {RolloutWords.Of(gate.Outcome)}: {gate.Words}";
        }

        foreach (var paths in Paths.GroupBy(path => path.Outcome).OrderBy(paths => paths.Key))
        {
            yield return $"{paths.Count()} {(paths.Count() == 1 ? "path" : "paths")} {RolloutWords.Of(paths.Key)}.";
        }

        foreach (var path in Paths.Where(path => path.Outcome != PathOutcome.Restored))
        {
            yield return $"{path.DeviceId} {path.Path} {RolloutWords.Of(path.Outcome)}: {path.Why}";
        }
    }

    private static bool Ended(ChangePhase phase) => phase is ChangePhase.Done or ChangePhase.RolledBack or ChangePhase.Aborted;

    private static GroupReport Group(string name, IReadOnlyList<string> devices, HashSet<string> admitted) =>
        new(name, devices.Count, devices.Count(admitted.Contains));
}
