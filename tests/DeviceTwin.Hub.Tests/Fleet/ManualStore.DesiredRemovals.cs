using System.Collections.Immutable;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>Nothing was removed from any twin.</summary>
internal partial class ManualStore
{
    public virtual IReadOnlyDictionary<string, ImmutableSortedDictionary<string, long>> LoadDesiredRemovals() =>
        new Dictionary<string, ImmutableSortedDictionary<string, long>>();
}
