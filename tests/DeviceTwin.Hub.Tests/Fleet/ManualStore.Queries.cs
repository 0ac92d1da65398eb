using DeviceTwin.Storage;
using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>Nothing is found.</summary>
internal partial class ManualStore
{
    public IReadOnlyList<TwinDocument> FindTwins(TwinSearch search) => [];
}
