using System.Collections.Immutable;

namespace DeviceTwin.Storage;

/// <summary>Keeps which desired properties a device's twin has no more.</summary>
/// <param name="Removed">Path to the version that took it away.</param>
public sealed record PutDesiredRemovals(string DeviceId, ImmutableSortedDictionary<string, long> Removed) : StoreChange;

/// <summary>The desired properties that twins had once.</summary>
public interface IDesiredRemovalStore
{
    /// <summary>Device id to its removed paths. Called once, at start.</summary>
    IReadOnlyDictionary<string, ImmutableSortedDictionary<string, long>> LoadDesiredRemovals();
}
