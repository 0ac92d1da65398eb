namespace DeviceTwin.Twins.Jobs;

/// <summary>How far a job is on one device.</summary>
public enum DeviceJobStatus
{
    /// <summary>Nothing has been done about it.</summary>
    Pending,

    /// <summary>The change is on its way to the disk, or the call on its way to the device.</summary>
    Running,

    /// <summary>The twin has the change, or the device has answered, whatever its status.</summary>
    Completed,

    /// <summary>It could not be done, or nobody knows whether it was.</summary>
    Failed,

    /// <summary>The job was cancelled before it began.</summary>
    Canceled,
}

/// <summary>What a device answered.</summary>
/// <param name="Payload">JSON text; null where it was not kept.</param>
public sealed record JobAnswer(int Status, string? Payload);

/// <summary>Why a job did not do its work on a device.</summary>
/// <param name="Code">A name of the error catalogue.</param>
public sealed record JobError(string Code, string Description);

/// <summary>A job on one device.</summary>
/// <param name="UpdatedAt">When its status became what it is.</param>
public sealed record DeviceJob(string JobId, string DeviceId, DeviceJobStatus Status, DateTimeOffset UpdatedAt)
{
    /// <summary>When work on the device began; null where it never did.</summary>
    public DateTimeOffset? BegunAt { get; init; }

    /// <summary>Null while there is something to come.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Null where the device was not asked, or has not answered.</summary>
    public JobAnswer? Answer { get; init; }

    /// <summary>Null where nothing went wrong.</summary>
    public JobError? Error { get; init; }

    /// <summary>Whether nothing comes any more.</summary>
    public bool HasEnded => Status is DeviceJobStatus.Completed or DeviceJobStatus.Failed or DeviceJobStatus.Canceled;

    /// <summary>The work is done.</summary>
    /// <param name="answer">Of a method.</param>
    /// <param name="loss">Why not all of the answer is kept; null where it is.</param>
    public DeviceJob Complete(JobAnswer? answer, DateTimeOffset at, JobError? loss = null) => End(DeviceJobStatus.Completed, at) with { Answer = answer, Error = loss };

    /// <summary>The work cannot be done.</summary>
    public DeviceJob Fail(JobError error, DateTimeOffset at) => End(DeviceJobStatus.Failed, at) with { Error = error };

    private DeviceJob End(DeviceJobStatus status, DateTimeOffset at) => Status == DeviceJobStatus.Running
        ? this with { Status = status, UpdatedAt = at, EndedAt = at }
        : throw new InvalidOperationException($"Job {JobId} is {Status} on {DeviceId}: it cannot become {status}.");
}

/// <summary>How many devices of a job are how far.</summary>
public readonly record struct JobCounts(int Pending, int Running, int Completed, int Failed, int Canceled)
{
    public int Devices => Pending + Running + Completed + Failed + Canceled;

    /// <summary>Devices with which the job is not done.</summary>
    public int Open => Pending + Running;

    /// <summary>The same with so many more, or fewer, of one status.</summary>
    public JobCounts Plus(DeviceJobStatus status, int by) => status switch
    {
        DeviceJobStatus.Pending => this with { Pending = Pending + by },
        DeviceJobStatus.Running => this with { Running = Running + by },
        DeviceJobStatus.Completed => this with { Completed = Completed + by },
        DeviceJobStatus.Failed => this with { Failed = Failed + by },
        _ => this with { Canceled = Canceled + by },
    };

    /// <summary>The same after devices went from one status to another.</summary>
    /// <exception cref="InvalidOperationException">There are not so many in the first.</exception>
    public JobCounts Move(DeviceJobStatus from, DeviceJobStatus to, int count = 1)
    {
        var moved = Plus(from, -count).Plus(to, count);
        return Math.Min(moved.Pending, moved.Running) >= 0 ? moved : throw new InvalidOperationException($"{count} devices cannot go from {from} to {to}: {this}");
    }
}
