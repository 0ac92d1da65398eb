using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Gateway.Messaging;
using DeviceTwin.Hub.History;
using DeviceTwin.Hub.Operation;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Jobs;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Jobs;

namespace DeviceTwin.Hub.Jobs;

/// <summary>
/// Keeps jobs and carries them out. What is acknowledged is durable, and a hub that stops at any point goes on where it was: devices that are done are
/// not done again.
/// </summary>
internal sealed partial class JobService : IHostedService, IDisposable
{
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly ConcurrentDictionary<string, JobRun> runs = new(StringComparer.Ordinal);
    private readonly Channel<bool> news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource stopping = new();
    private readonly IHubStore store;
    private readonly IFleet fleet;
    private readonly IMethodCaller methods;
    private readonly JobOptions options;
    private readonly TimeProvider time;
    private readonly HubMetrics metrics;
    private readonly ILogger<JobService> logger;
    private readonly RetentionClock clock;
    private Task looking = Task.CompletedTask;
    private DateTimeOffset startedAt;

    public JobService(IHubStore store, IFleet fleet, IMethodCaller methods, JobOptions options, TimeProvider time, HubMetrics metrics, ILogger<JobService> logger)
    {
        (this.store, this.fleet, this.methods, this.options) = (store, fleet, methods, options);
        (this.time, this.metrics, this.logger, clock) = (time, metrics, logger, new RetentionClock(time));
        startedAt = time.GetUtcNow();
        foreach (var job in store.LoadOpenJobs())
        {
            runs[job.Id] = new JobRun(job.Waits ? job : job.Resume(store.CountDeviceJobs(job.Id))) { IsResumed = !job.Waits };
        }

        Count();
    }

    /// <summary>Takes a job on; it begins when its time has come and others leave it room.</summary>
    /// <exception cref="HubException">There is one of this id, or too many wait.</exception>
    public Task<Job> Create(JobOrder order) => WithTurn(async () =>
    {
        if (runs.ContainsKey(order.Id) || store.FindJob(order.Id) is not null)
        {
            throw JobErrors.Exists(order.Id);
        }

        if (runs.Values.Count(run => run.Job.Waits) >= options.MostWaiting)
        {
            throw new HubException(
                JobErrors.TooMany, $"{options.MostWaiting} jobs wait for their time or their turn, as many as may. Create this one when some have begun, or cancel some.");
        }

        var job = Job.Create(order);
        await store.Write([new PutJob(job), Audit(order.Author, "job.create", order.Id, Asked(order))]);
        runs[job.Id] = new JobRun(job);
        JobLog.Created(logger, job.Id, JobWords.Of(order.Type), order.Author);
        Count();
        LookAgain();
        return job;
    });

    /// <summary>A job as it stands.</summary>
    public Job Find(string id) => runs.GetValueOrDefault(id)?.Job ?? Refusing(() => store.FindJob(id)) ?? throw JobErrors.NoJob(id);

    /// <summary>Newest first.</summary>
    public IReadOnlyList<Job> Find(JobSearch search) => [.. Refusing(() => store.FindJobs(search)).Select(job => runs.GetValueOrDefault(job.Id)?.Job ?? job)];

    /// <summary>What has not begun does not; what has is finished. A job that has ended stays as it is.</summary>
    public async Task<Job> Cancel(string id, string author)
    {
        if (!runs.TryGetValue(id, out var run))
        {
            return Find(id);
        }

        using var mine = await Mine(run);
        if (!run.Job.IsOpen || run.Job.Status == JobStatus.Cancelled)
        {
            return run.Job;
        }

        // From here on nobody begins; whoever has begun may end in between, so the step is taken twice.
        using var holding = run.Hold();
        var at = time.GetUtcNow();
        var reason = $"Cancelled by {author}.";
        var next = run.Job.Cancel(reason, at);
        await Write(new PutJob(next), new EndPendingDeviceJobs(id, DeviceJobStatus.Canceled, null, at), Audit(author, "job.cancel", id, Numbers(next)));
        run.Adopt(job => job.Cancel(reason, at));
        JobLog.Cancelled(logger, id, author);
        metrics.JobDevices(JobWords.Of(next.Order.Type), "canceled", next.Counts.Canceled);
        if (!run.Job.IsOpen)
        {
            Forget(run);
        }

        LookAgain();
        return run.Job;
    }

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        startedAt = time.GetUtcNow();
        foreach (var run in runs.Values.Where(run => run.IsResumed))
        {
            await Resume(run);
        }

        looking = Task.Run(LookAgainAndAgain, CancellationToken.None);
    }

    /// <summary>Begins nothing more. Calls on their way are left as they are: the next start says so.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        await looking;
        await Task.WhenAll(runs.Values.Select(run => run.Carrying ?? Task.CompletedTask));
    }

    /// <inheritdoc/>
    public void Dispose() => stopping.Cancel();

    /// <summary>Goes on with a job that an earlier hub had begun.</summary>
    private async Task Resume(JobRun run)
    {
        var unheard = 0;
        string? after = null;
        while (true)
        {
            var page = store.FindDeviceJobs(new DeviceJobSearch(run.Job.Id, null, null, after is null ? null : (run.Job.Id, after), PlanPage));
            foreach (var device in page.Select(row => row.Device).Where(device => device.Status == DeviceJobStatus.Running))
            {
                var ended = device.Fail(Job.Unheard, time.GetUtcNow());
                await store.Write([new PutDeviceJob(ended)]);
                run.Adopt(job => job.Take(ended));
                unheard++;
            }

            run.Add(page.Select(row => row.Device).Where(device => device.Status == DeviceJobStatus.Pending).Select(device => device.DeviceId));
            if (page.Count < PlanPage)
            {
                break;
            }

            after = page[^1].Device.DeviceId;
        }

        JobLog.Resumed(logger, run.Job.Id, run.Job.Counts.Open, unheard);
    }

    private static JsonObject Asked(JobOrder order)
    {
        var value = new JsonObject
        {
            ["type"] = JobWords.Of(order.Type),
            ["queryCondition"] = order.Condition,
            ["startTime"] = Json.Timestamp(order.StartAt),
            ["maxExecutionTimeInSeconds"] = (long)order.Longest.TotalSeconds,
        };
        if (order.Body.Length <= DirectMethods.LargestAudited)
        {
            value[JobWords.BodyOf(order.Type)] = Json.Parse(order.Body);
        }

        return value;
    }

    private static JsonObject Numbers(Job job) => new()
    {
        ["status"] = JobWords.Of(job.Status),
        ["devices"] = job.Counts.Devices,
        ["succeeded"] = job.Counts.Completed,
        ["failed"] = job.Counts.Failed,
        ["running"] = job.Counts.Running,
        ["canceled"] = job.Counts.Canceled,
    };

    private StoreChange.AppendAudit Audit(string author, string action, string id, JsonObject value) =>
        new(new AuditRow(time.GetUtcNow(), author, null, action, id, value.ToJsonString(Json.Relaxed), null));

    private async Task<T> WithTurn<T>(Func<Task<T>> act)
    {
        await turn.WaitAsync();
        try
        {
            return await act();
        }
        catch (StorageException failure)
        {
            throw FleetErrors.Translate(failure);
        }
        finally
        {
            turn.Release();
        }
    }

    private static T Refusing<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (StorageException failure)
        {
            throw FleetErrors.Translate(failure);
        }
    }

    private async Task Write(params StoreChange[] changes)
    {
        try
        {
            await store.Write(changes);
        }
        catch (StorageException failure)
        {
            throw FleetErrors.Translate(failure);
        }
    }

    /// <summary>The turn of a job, until the result is disposed.</summary>
    private static async Task<IDisposable> Mine(JobRun run)
    {
        await run.Turn.WaitAsync();
        return new Releasing(run.Turn);
    }

    private void Forget(JobRun run)
    {
        runs.TryRemove(run.Job.Id, out _);
        Count();
    }

    private void Count()
    {
        var waiting = runs.Values.Count(run => run.Job.Waits);
        metrics.Jobs(waiting, runs.Count - waiting);
    }

    private void LookAgain() => news.Writer.TryWrite(true);

    private sealed class Releasing(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
