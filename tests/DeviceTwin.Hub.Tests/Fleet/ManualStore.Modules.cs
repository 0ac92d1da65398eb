using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>No device has modules.</summary>
internal partial class ManualStore
{
    public IReadOnlyList<TwinDocument> ReadModuleTwins() => [];
}
