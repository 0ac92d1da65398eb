using DeviceTwin.Storage;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>Nothing is found.</summary>
internal partial class ManualStore
{
    public IReadOnlyList<TwinDocument> FindTwins(TwinSearch search) => [];

    public IReadOnlyList<TwinText> FindTwinTexts(TwinSearch search) => [];

    public IReadOnlyList<TwinValues>? FindValues(TwinSearch search, IReadOnlyList<PathOperand> paths) => [];

    public IReadOnlyList<QueryGroup> FindGroups(TwinQuery query, Func<string, PresenceFact?>? presence) => [];

    public IReadOnlyList<string> FindDeviceIds(string? after, int limit) => [];
}
