using System.Collections.Immutable;
using System.Text.Json.Nodes;
using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Twins;

/// <summary>
/// The next version of a configuration beside the one that holds: admitted devices have it, the others keep the version before. It ends by
/// <em>completion</em>, which makes it the version of all, or by <em>rollback</em>, which brings every admitted device back to the exact values that stood before.
/// </summary>
/// <param name="Next">The version that is being rolled out. Its id names the stage: a configuration has one at a time.</param>
/// <param name="Number">Tells this stage from others of the same configuration.</param>
/// <param name="RollingBack">A rollback has begun; what is left of it goes on after a restart.</param>
public sealed record ConfigurationStage(Configuration Next, string StagedBy, DateTimeOffset StagedAt, long Number, bool RollingBack);

/// <summary>One path that the staged version wrote on an admitted device.</summary>
/// <param name="Before">The value that stood there; null = there was none.</param>
/// <param name="BeforeBy">What had been applied there, and by which configuration; null = no configuration had set it.</param>
/// <param name="Version">The desired version that our write got; a path that we took away has none in the metadata.</param>
public sealed record JournalEntry(string Path, JsonNode? Before, AppliedSetting? BeforeBy, long Version);

/// <summary>An admitted device.</summary>
/// <param name="Stage">The number of the stage that it belongs to.</param>
/// <param name="Journal">What was written there, by path.</param>
/// <param name="Rollback">What was brought back; null while nothing was.</param>
public sealed record AdmittedDevice(
    string ConfigurationId, long Stage, string DeviceId, DateTimeOffset AdmittedAt, ImmutableSortedDictionary<string, JournalEntry> Journal, DeviceRollback? Rollback)
{
    /// <summary>No paths.</summary>
    public static readonly ImmutableSortedDictionary<string, JournalEntry> Empty = ImmutableSortedDictionary.Create<string, JournalEntry>(StringComparer.Ordinal);
}

/// <summary>What a rollback did on one device.</summary>
/// <param name="Restored">Paths that have again what stood before.</param>
/// <param name="Kept">Paths that somebody else has written since, with the value that stays.</param>
public sealed record DeviceRollback(string DeviceId, IReadOnlyList<string> Restored, IReadOnlyList<KeptPath> Kept);

/// <summary>A path that a rollback left alone.</summary>
/// <param name="Value">What stands there; null = nothing.</param>
/// <param name="Why">In words.</param>
public sealed record KeptPath(string Path, JsonNode? Value, string Why);

/// <summary>Whether a device was admitted.</summary>
/// <param name="Refusal">Why not, in words; null where it was.</param>
public sealed record AdmissionResult(string DeviceId, string? Refusal);

/// <summary>What a rollback did, device by device.</summary>
public sealed record RollbackReport(string ConfigurationId, IReadOnlyList<DeviceRollback> Devices);

/// <summary>The journal of a staged version, and the way back.</summary>
public static class Staging
{
    /// <summary>The journal after a plan was carried out on an admitted device.</summary>
    /// <param name="before">The twin before it.</param>
    /// <param name="after">The twin after it.</param>
    /// <param name="configurationId">The staged configuration.</param>
    public static ImmutableSortedDictionary<string, JournalEntry> Note(
        ImmutableSortedDictionary<string, JournalEntry> journal, TwinDocument before, TwinDocument after, string configurationId)
    {
        var concerned = before.Applied.Concat(after.Applied).Where(setting => setting.Value.ConfigurationId == configurationId).Select(setting => setting.Key)
            .Concat(journal.Keys).ToHashSet(StringComparer.Ordinal);

        // Where a value gives way to an object, it is the value that has to come back.
        concerned.UnionWith(concerned.SelectMany(Winners.ParentsOf).Where(parent => Json.At(before.Desired.Properties, parent) is not (null or JsonObject)).ToArray());
        foreach (var path in concerned)
        {
            var there = Json.At(before.Desired.Properties, path);
            if (Json.Same(there, Json.At(after.Desired.Properties, path)))
            {
                continue;
            }

            journal = journal.TryGetValue(path, out var known) && IsOurs(before, known)
                ? journal.SetItem(path, known with { Version = after.Desired.Version })
                : journal.SetItem(path, new JournalEntry(path, there?.DeepClone(), before.Applied.GetValueOrDefault(path), after.Desired.Version));
        }

        return journal;
    }

    /// <summary>The patch that brings a device back.</summary>
    /// <param name="plan">What configurations and overrides ask for without the staged version.</param>
    public static (ConfigurationPlan Plan, DeviceRollback Report) Back(
        TwinDocument twin, ImmutableSortedDictionary<string, JournalEntry> journal, ConfigurationPlan plan)
    {
        var patch = (JsonObject)plan.Patch.DeepClone();
        var restored = new List<string>();
        var kept = new List<KeptPath>();
        foreach (var (path, entry) in journal)
        {
            if (Winners.ParentsOf(path).Any(restored.Contains))
            {
                // It went when what stood above it came back.
                restored.Add(path);
                continue;
            }

            var now = Json.At(twin.Desired.Properties, path);
            var winner = plan.Applied.GetValueOrDefault(path);
            if (!IsOurs(twin, entry))
            {
                ConfigurationPlanner.TakeOut(patch, path);
                kept.Add(new KeptPath(path, now?.DeepClone(), $"Somebody else has written it since, in version {TwinMetadata.VersionAt(twin.Desired, path)} or by taking it away."));
            }
            else if (winner is not null && !SameSetting(winner, entry.BeforeBy))
            {
                // Who wins the path now says something else than what stood before.
                kept.Add(new KeptPath(path, winner.Value.DeepClone(), $"{winner.ConfigurationId} sets it now."));
            }
            else
            {
                ConfigurationPlanner.TakeOut(patch, path);
                if (!Json.Same(now, entry.Before))
                {
                    ConfigurationPlanner.SetAt(patch, path, entry.Before);
                }

                restored.Add(path);
            }
        }

        ConfigurationPlanner.RemoveEmptyParents(twin.Desired.Properties, patch, restored);
        return (plan with { Patch = patch }, new DeviceRollback(twin.DeviceId, restored, kept));
    }

    private static bool SameSetting(AppliedSetting left, AppliedSetting? right) =>
        right is not null && left.ConfigurationId == right.ConfigurationId && Json.Same(left.Value, right.Value);

    /// <summary>A path is ours while nobody has written it since: its version is the one that our write got; one that we took away is still away.</summary>
    private static bool IsOurs(TwinDocument twin, JournalEntry entry) =>
        TwinMetadata.VersionAt(twin.Desired, entry.Path) is var version && (version == entry.Version || (version == 0 && Json.At(twin.Desired.Properties, entry.Path) is null));
}
