using DeviceTwin.Storage.Rollouts;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>Nothing is changed.</summary>
internal partial class ManualStore
{
    public IReadOnlyList<StoredChange> LoadChanges() => [];

    public IReadOnlyList<string> ReadObservations(string changeId) => [];

    public IReadOnlyList<string> ListReplayReports() => [];

    public byte[]? FindReplayReport(string hash) => null;
}
