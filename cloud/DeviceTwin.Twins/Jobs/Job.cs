namespace DeviceTwin.Twins.Jobs;

/// <summary>How far a job is.</summary>
public enum JobStatus
{
    /// <summary>It waits for its turn.</summary>
    Queued,

    /// <summary>Its time has not come.</summary>
    Scheduled,

    /// <summary>Its devices are known, and worked on.</summary>
    Running,

    /// <summary>Every device has an end, good or bad.</summary>
    Completed,

    /// <summary>It never began: none of its devices heard of it.</summary>
    Failed,

    /// <summary>Nothing of it begins any more. Open as long as devices are worked on.</summary>
    Cancelled,
}

/// <summary>A job after a step on one device, and that device.</summary>
public readonly record struct JobStep(Job Job, DeviceJob Device);

/// <summary>
/// A job and how far it is: one thing after the other, without clock, store or devices. What cannot follow throws
/// <see cref="InvalidOperationException"/>. Who keeps it makes each step durable before others see it.
/// </summary>
/// <param name="Counts">Of its devices; all zero before it has begun.</param>
public sealed record Job(JobOrder Order, JobStatus Status, JobCounts Counts)
{
    /// <summary>What a device is told of that a hub which stopped had called.</summary>
    public static readonly JobError Unheard = new(
        "GatewayTimeout",
        "The hub stopped after the method may have been sent and before the answer was recorded. It may have been carried out, and is not called again. Look at the device.");

    /// <summary>What a device is told of to which the job did not come in time.</summary>
    public static readonly JobError TooLate = new(
        "JobRunPreconditionFailed", "The job did not come to this device within maxExecutionTimeInSeconds. Create another job for the devices that failed, with more time.");

    /// <summary>When its devices were selected; null where that has not been.</summary>
    public DateTimeOffset? BegunAt { get; init; }

    /// <summary>Null while there is something to come.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Why it failed, or who cancelled it; null otherwise.</summary>
    public string? Reason { get; init; }

    public string Id => Order.Id;

    /// <summary>Whether something is to come.</summary>
    public bool IsOpen => EndedAt is null;

    /// <summary>Whether it waits for its time or its turn.</summary>
    public bool Waits => Status is JobStatus.Queued or JobStatus.Scheduled;

    public static Job Create(JobOrder order) => new(order, JobStatus.Queued, default);

    /// <summary>Its time has not come.</summary>
    public Job Schedule()
    {
        Must(Status == JobStatus.Queued, "schedule");
        return this with { Status = JobStatus.Scheduled };
    }

    /// <summary>Its devices are selected.</summary>
    public Job Begin(int devices, DateTimeOffset at)
    {
        Must(Waits && devices >= 0, "begin");
        return this with { Status = JobStatus.Running, Counts = new JobCounts(devices, 0, 0, 0, 0), BegunAt = at };
    }

    /// <summary>It cannot begin.</summary>
    public Job Refuse(string reason, DateTimeOffset at)
    {
        Must(Waits, "be refused");
        return this with { Status = JobStatus.Failed, Reason = reason, EndedAt = at };
    }

    /// <summary>Whether work on another device may begin.</summary>
    public bool MayStart(DateTimeOffset at) => Status == JobStatus.Running && Counts.Pending > 0 && at < Order.Deadline;

    /// <summary>Work on a device begins.</summary>
    public JobStep Start(string deviceId, DateTimeOffset at)
    {
        Must(MayStart(at), "start");
        return new JobStep(Moved(DeviceJobStatus.Pending, DeviceJobStatus.Running), new DeviceJob(Id, deviceId, DeviceJobStatus.Running, at) { BegunAt = at });
    }

    /// <summary>Work on a device has ended.</summary>
    public Job Take(DeviceJob ended)
    {
        Must(ended.HasEnded && ended.BegunAt is not null, "take what has not ended");
        return Moved(DeviceJobStatus.Running, ended.Status);
    }

    /// <summary>Work on a device has not come to anything, for reasons of the hub's own: it is done again, or never where the job was cancelled.</summary>
    /// <returns>Whether it is done again.</returns>
    public bool Withdraw(out Job job)
    {
        var again = Status != JobStatus.Cancelled;
        job = Moved(DeviceJobStatus.Running, again ? DeviceJobStatus.Pending : DeviceJobStatus.Canceled);
        return again;
    }

    /// <summary>What has not begun does not; what has goes on.</summary>
    /// <param name="reason">Who cancelled it.</param>
    public Job Cancel(string reason, DateTimeOffset at)
    {
        Must(Waits || Status == JobStatus.Running, "be cancelled");
        return Moved(DeviceJobStatus.Pending, DeviceJobStatus.Canceled, Counts.Pending) with { Status = JobStatus.Cancelled, Reason = reason, EndedAt = Waits ? at : null };
    }

    /// <summary>Its time is over: what has not begun fails with <see cref="TooLate"/>.</summary>
    public Job Expire(DateTimeOffset at)
    {
        Must(Status == JobStatus.Running && at >= Order.Deadline, "expire");
        return Moved(DeviceJobStatus.Pending, DeviceJobStatus.Failed, Counts.Pending);
    }

    /// <summary>Whether every device has an end.</summary>
    public bool IsDone => IsOpen && !Waits && Counts.Open == 0;

    /// <summary>All is done.</summary>
    public Job End(DateTimeOffset at)
    {
        Must(IsDone, "end");
        return this with { Status = Status == JobStatus.Running ? JobStatus.Completed : Status, EndedAt = at };
    }

    /// <summary>Another hub goes on with it.</summary>
    /// <param name="stored">How far its devices were, by what is durable.</param>
    public Job Resume(JobCounts stored)
    {
        Must(IsOpen, "go on");
        return this with { Counts = Waits ? default : stored };
    }

    private Job Moved(DeviceJobStatus from, DeviceJobStatus to, int count = 1) => this with { Counts = Counts.Move(from, to, count) };

    private void Must(bool possible, string what)
    {
        if (!possible)
        {
            throw new InvalidOperationException($"Job {Id} is {Status} with {Counts}: it cannot {what}.");
        }
    }
}
