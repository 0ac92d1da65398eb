using DeviceTwin.Storage.Jobs;
using DeviceTwin.Twins.Jobs;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>There are no jobs.</summary>
internal partial class ManualStore
{
    public IReadOnlyList<Job> LoadOpenJobs() => [];

    public Job? FindJob(string id) => null;

    public IReadOnlyList<Job> FindJobs(JobSearch search) => [];

    public JobCounts CountDeviceJobs(string jobId) => default;

    public IReadOnlyList<DeviceJobRow> FindDeviceJobs(DeviceJobSearch search) => [];

    public IReadOnlyList<EndedJob> ListEndedJobs() => [];
}
