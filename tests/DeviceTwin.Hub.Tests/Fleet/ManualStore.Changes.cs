using DeviceTwin.Storage;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>No feed is kept.</summary>
internal partial class ManualStore
{
    public TwinChangePage ReadChanges(TwinChangeSearch search) => new([], 0, 0);
}
