using DeviceTwin.Twins.Jobs;

namespace DeviceTwin.Storage.Jobs;

/// <summary>Jobs, and what each did on each of its devices.</summary>
public interface IJobStore
{
    /// <summary>The jobs that have not ended, by creation. Their counts are those of <see cref="CountDeviceJobs"/>, not stored with them.</summary>
    IReadOnlyList<Job> LoadOpenJobs();

    /// <summary>Null where there is none.</summary>
    Job? FindJob(string id);

    /// <summary>Newest first.</summary>
    IReadOnlyList<Job> FindJobs(JobSearch search);

    /// <summary>How many devices of a job are how far.</summary>
    JobCounts CountDeviceJobs(string jobId);

    /// <summary>By job and device, in ordinal order. A job that has not begun has none.</summary>
    IReadOnlyList<DeviceJobRow> FindDeviceJobs(DeviceJobSearch search);

    IReadOnlyList<EndedJob> ListEndedJobs();
}

/// <summary>Which jobs are wanted.</summary>
/// <param name="Before">Only jobs created before this one; of those created at the same time, those with greater ids. Null for all.</param>
public sealed record JobSearch(JobType? Type, JobStatus? Status, (DateTimeOffset CreatedAt, string Id)? Before, int Limit);

/// <summary>Which devices of jobs are wanted.</summary>
/// <param name="After">Only those behind this one; null for all.</param>
public sealed record DeviceJobSearch(string? JobId, string? DeviceId, DeviceJobStatus? Status, (string JobId, string DeviceId)? After, int Limit);

/// <summary>A job on one device, with what is told of the job.</summary>
public sealed record DeviceJobRow(DeviceJob Device, JobType Type, DateTimeOffset CreatedAt);

/// <summary>Writes a job over what was stored of it.</summary>
public sealed record PutJob(Job Job) : StoreChange;

/// <summary>Has devices wait for a job.</summary>
public sealed record AddDeviceJobs(string JobId, IReadOnlyList<string> DeviceIds, DateTimeOffset At) : StoreChange;

/// <summary>Writes how far a job is on a device.</summary>
public sealed record PutDeviceJob(DeviceJob Device) : StoreChange;

/// <summary>Ends every device of a job on which nothing has begun.</summary>
public sealed record EndPendingDeviceJobs(string JobId, DeviceJobStatus Status, JobError? Error, DateTimeOffset At) : StoreChange;

/// <summary>Removes the devices of a job.</summary>
public sealed record DeleteDeviceJobs(string JobId) : StoreChange;

/// <summary>Removes a job with its devices.</summary>
public sealed record DeleteJob(string Id) : StoreChange;
