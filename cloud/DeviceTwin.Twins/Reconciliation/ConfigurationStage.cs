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
/// <param name="RollingBack">A rollback has begun; asked for again, also after a restart, it goes on.</param>
public sealed record ConfigurationStage(Configuration Next, string StagedBy, DateTimeOffset StagedAt, long Number, bool RollingBack);

/// <summary>One path that stands otherwise on an admitted device than it would without the staged version.</summary>
/// <param name="Before">The value that would stand there: the one before, or what others have made of it since; null = none.</param>
/// <param name="BeforeBy">What would be applied there, and by whom; null = no configuration and no override.</param>
/// <param name="Version">The desired version in which the path was last written, or taken away, on the staged version's account.</param>
public sealed record JournalEntry(string Path, JsonNode? Before, AppliedSetting? BeforeBy, long Version)
{
    /// <summary>Whether <see cref="Before"/> is other than when the path was first written: another configuration, or an override, has changed meanwhile.</summary>
    public bool Moved { get; init; }
}

/// <summary>An admitted device.</summary>
/// <param name="Stage">The number of the stage that it belongs to.</param>
/// <param name="Journal">What stands there otherwise, by path.</param>
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

/// <summary>
/// The journal of a staged version, and the way back. The journal holds what an admitted device would have without the version: whatever others change
/// meanwhile is carried out on both, so that the way back leads to where everybody else is.
/// </summary>
public static class Staging
{
    /// <summary>The journal after a plan was carried out on an admitted device.</summary>
    /// <param name="before">The twin before it.</param>
    /// <param name="removedBefore">What it had once; see <see cref="RemovedPaths"/>.</param>
    /// <param name="after">The twin after it.</param>
    /// <param name="removedAfter">What it had once.</param>
    /// <param name="without">What asks something of the device but for the staged version.</param>
    /// <param name="returning">Values that return where an override ends.</param>
    /// <returns>The same object where it stays as it is.</returns>
    public static ImmutableSortedDictionary<string, JournalEntry> Note(
        ImmutableSortedDictionary<string, JournalEntry> journal,
        TwinDocument before,
        ImmutableSortedDictionary<string, long> removedBefore,
        TwinDocument after,
        ImmutableSortedDictionary<string, long> removedAfter,
        Layers without,
        IReadOnlyDictionary<string, JsonNode>? returning)
    {
        var other = Without(before, removedBefore, journal);
        var plan = ConfigurationPlanner.Plan(other, without, returning);
        var properties = TwinPatches.Apply(other.Desired.Properties, plan.Patch);
        var concerned = journal.Keys.Concat(before.Applied.Keys).Concat(after.Applied.Keys).Concat(plan.Applied.Keys).ToHashSet(StringComparer.Ordinal);

        // Where a value gives way to an object, it is the value that has to come back.
        concerned.UnionWith(concerned.SelectMany(Winners.ParentsOf).Where(parent => IsValue(after.Desired.Properties, parent) || IsValue(properties, parent)).ToArray());
        var next = AdmittedDevice.Empty.ToBuilder();
        foreach (var path in concerned)
        {
            var there = Json.At(properties, path);
            var by = plan.Applied.GetValueOrDefault(path);
            if (Json.Same(there, Json.At(after.Desired.Properties, path)) && SameSetting(by, after.Applied.GetValueOrDefault(path)))
            {
                continue;
            }

            var known = journal.GetValueOrDefault(path);
            var lost = known is not null && !IsOurs(before, removedBefore, known);
            var moved = known is not null && (known.Moved || (!lost && !Json.Same(known.Before, there)));

            // What somebody else has written is his until a plan writes the path again.
            var version = lost && Json.Same(Json.At(before.Desired.Properties, path), Json.At(after.Desired.Properties, path)) ? known!.Version : VersionOf(after, removedAfter, path);
            next[path] = known is not null && known.Version == version && known.Moved == moved && Json.Same(known.Before, there) && SameSetting(known.BeforeBy, by)
                ? known
                : new JournalEntry(path, there?.DeepClone(), by, version) { Moved = moved };
        }

        return next.Count == journal.Count && next.All(entry => ReferenceEquals(journal.GetValueOrDefault(entry.Key), entry.Value)) ? journal : next.ToImmutable();
    }

    /// <summary>The twin as it would be without the staged version; what somebody else has written since stays.</summary>
    public static TwinDocument Without(TwinDocument twin, ImmutableSortedDictionary<string, long> removed, ImmutableSortedDictionary<string, JournalEntry> journal)
    {
        var properties = (JsonObject)twin.Desired.Properties.DeepClone();
        var applied = twin.Applied.ToBuilder();
        foreach (var (path, entry) in journal)
        {
            if (entry.BeforeBy is { } by)
            {
                applied[path] = by;
            }
            else
            {
                applied.Remove(path);
            }

            if (!IsOurs(twin, removed, entry))
            {
                continue;
            }

            if (entry.Before is { } value)
            {
                ConfigurationPlanner.SetAt(properties, path, value);
            }
            else
            {
                ConfigurationPlanner.TakeOut(properties, path);
            }
        }

        return twin with { Desired = twin.Desired with { Properties = properties }, Applied = applied.ToImmutable() };
    }

    /// <summary>The patch that brings a device back, and what it does path by path.</summary>
    /// <param name="removed">What the twin had once.</param>
    /// <param name="without">What asks something of the device but for the staged version.</param>
    public static (ConfigurationPlan Plan, DeviceRollback Report) Back(
        TwinDocument twin, ImmutableSortedDictionary<string, long> removed, ImmutableSortedDictionary<string, JournalEntry> journal, Layers without)
    {
        var other = Without(twin, removed, journal);
        var plan = ConfigurationPlanner.Plan(other, without);
        var properties = TwinPatches.Apply(other.Desired.Properties, plan.Patch);
        var restored = new List<string>();
        var kept = new List<KeptPath>();
        foreach (var (path, entry) in journal)
        {
            var there = Json.At(properties, path);
            if (!IsOurs(twin, removed, entry))
            {
                kept.Add(new KeptPath(path, there?.DeepClone(), $"Somebody else has written it since, in version {VersionOf(twin, removed, path)}."));
            }
            else if (entry.Moved || !Json.Same(there, entry.Before))
            {
                kept.Add(new KeptPath(path, there?.DeepClone(), plan.Applied.TryGetValue(path, out var by) ? $"{by.ConfigurationId} sets it now." : "What had set it before is gone."));
            }
            else
            {
                restored.Add(path);
            }
        }

        return (plan with { Patch = TwinPatches.Between(twin.Desired.Properties, properties) }, new DeviceRollback(twin.DeviceId, restored, kept));
    }

    private static bool SameSetting(AppliedSetting? left, AppliedSetting? right) =>
        left is null || right is null ? left is null && right is null : left.ConfigurationId == right.ConfigurationId && Json.Same(left.Value, right.Value);

    private static bool IsValue(JsonObject properties, string path) => Json.At(properties, path) is not (null or JsonObject);

    /// <summary>A path is ours while nobody has written it, or taken it away, since.</summary>
    private static bool IsOurs(TwinDocument twin, ImmutableSortedDictionary<string, long> removed, JournalEntry entry) =>
        VersionOf(twin, removed, entry.Path) == entry.Version;

    /// <summary>The desired version in which a path was written or, where it is away, taken away; 0 where neither is known.</summary>
    private static long VersionOf(TwinDocument twin, ImmutableSortedDictionary<string, long> removed, string path) =>
        Json.At(twin.Desired.Properties, path) is null ? removed.GetValueOrDefault(path) : TwinMetadata.VersionAt(twin.Desired, path);
}
