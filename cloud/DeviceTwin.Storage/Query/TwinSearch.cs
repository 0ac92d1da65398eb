using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;

namespace DeviceTwin.Storage;

/// <summary>One page of the twins that satisfy a condition, in the order of their device ids.</summary>
/// <param name="After">The device id after which the page begins; null at the first.</param>
/// <param name="Presence">
/// Who is connected and when devices were last heard of, which no store keeps. Asked once for each device that it matters of; a device it
/// knows nothing of counts as never seen. Null where the answer does not depend on it.
/// </param>
public sealed record TwinSearch(TwinCondition Condition, string? After, int Limit, Func<string, PresenceFact?>? Presence)
{
    /// <summary>The parts that the answer's twins must have; the others are empty.</summary>
    public TwinParts Parts { get; init; } = TwinParts.All;
}

/// <summary>Parts of a twin that are read one by one.</summary>
[Flags]
public enum TwinParts
{
    /// <summary>The facts.</summary>
    None = 0,
    Tags = 1,
    Desired = 2,
    Reported = 4,
    All = Tags | Desired | Reported,
}

/// <summary>What the hub alone knows of a device.</summary>
public sealed record PresenceFact(bool Connected, DateTimeOffset? LastActivityAt)
{
    /// <summary>Messages that wait for the device.</summary>
    public int QueuedMessages { get; init; }

    /// <summary>Azure's word for what a configuration, by id, is to the device; null where it is nothing.</summary>
    public Func<string, string?>? ConfigurationStatus { get; init; }
}

/// <summary>A twin with its documents as JSON text in UTF-8.</summary>
public sealed record TwinText(
    string DeviceId, string ETag, long Version, ReadOnlyMemory<byte> Tags, SectionText Desired, SectionText Reported, string? ModelId, PresenceFact Presence);

/// <summary>What a twin has at some paths, in their order: JSON text, or null.</summary>
public sealed record TwinValues(string DeviceId, IReadOnlyList<string?> Values);

/// <summary>Desired or reported properties as JSON text in UTF-8.</summary>
public sealed record SectionText(ReadOnlyMemory<byte> Properties, long Version, ReadOnlyMemory<byte> Metadata);

/// <summary>Finds twins by their contents.</summary>
public interface ITwinQueries
{
    /// <summary>
    /// Durable twins: whatever was acknowledged before the call is in the answer. Connection state, activity and waiting messages are those of
    /// <see cref="TwinSearch.Presence"/> where it is given.
    /// </summary>
    IReadOnlyList<TwinDocument> FindTwins(TwinSearch search);

    /// <summary>The same for those who pass the twins on as they are: nothing is parsed.</summary>
    IReadOnlyList<TwinText> FindTwinTexts(TwinSearch search);

    /// <summary>
    /// Of the twins that <see cref="FindTwins"/> would find only what is at some paths, as JSON text; null where there is nothing. Null in place of it all
    /// where one of the paths names a part that has no value of its own.
    /// </summary>
    IReadOnlyList<TwinValues>? FindValues(TwinSearch search, IReadOnlyList<PathOperand> paths);

    /// <summary>The groups of a query that aggregates device twins, by key; durable as <see cref="FindTwins"/>.</summary>
    IReadOnlyList<QueryGroup> FindGroups(TwinQuery query, Func<string, PresenceFact?>? presence);

    /// <summary>Durable devices' ids, in order.</summary>
    /// <param name="after">The id after which they begin; null for the first.</param>
    IReadOnlyList<string> FindDeviceIds(string? after, int limit);
}
