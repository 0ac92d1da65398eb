using DeviceTwin.Twins.Jobs;

namespace DeviceTwin.Hub.Jobs;

/// <summary>A job that has not ended, in memory. What it shows is durable, but for which devices are worked on.</summary>
internal sealed class JobRun(Job job)
{
    private readonly Lock gate = new();
    private readonly Queue<string> pending = new();
    private Job job = job;
    private bool held;
    private long answers;

    /// <summary>Whoever has it may begin, cancel or end the job.</summary>
    public SemaphoreSlim Turn { get; } = new(1, 1);

    /// <summary>Carries it out; null as long as nobody does. Set by who has the service's turn.</summary>
    public Task? Carrying { get; set; }

    /// <summary>Whether an earlier hub had begun it.</summary>
    public bool IsResumed { get; init; }

    public Job Job
    {
        get
        {
            lock (gate)
            {
                return job;
            }
        }
    }

    /// <summary>Takes over a step that is durable.</summary>
    public void Adopt(Func<Job, Job> step)
    {
        lock (gate)
        {
            job = step(job);
        }
    }

    /// <summary>Devices that wait for it.</summary>
    public void Add(IEnumerable<string> deviceIds)
    {
        lock (gate)
        {
            foreach (var deviceId in deviceIds)
            {
                pending.Enqueue(deviceId);
            }
        }
    }

    /// <summary>The next device; null where none may begin now.</summary>
    public DeviceJob? TryStart(DateTimeOffset at)
    {
        lock (gate)
        {
            if (held || !job.MayStart(at))
            {
                return null;
            }

            (job, var device) = job.Start(pending.Dequeue(), at);
            return device;
        }
    }

    /// <summary>Work on a device has not come to anything, for reasons of the hub's own.</summary>
    public void Withdraw(DeviceJob device)
    {
        lock (gate)
        {
            if (job.Withdraw(out job))
            {
                pending.Enqueue(device.DeviceId);
            }
        }
    }

    /// <summary>No device begins until the result is disposed.</summary>
    public IDisposable Hold()
    {
        lock (gate)
        {
            held = true;
        }

        return new Holding(this);
    }

    /// <summary>Whether so many more characters of answers may be kept.</summary>
    public bool TryKeep(int characters, int most)
    {
        if (Interlocked.Add(ref answers, characters) <= most)
        {
            return true;
        }

        Interlocked.Add(ref answers, -characters);
        return false;
    }

    private sealed class Holding(JobRun run) : IDisposable
    {
        public void Dispose()
        {
            lock (run.gate)
            {
                run.held = false;
            }
        }
    }
}
