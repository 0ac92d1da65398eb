using DeviceTwin.Hub.Fleet;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Jobs;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;
using DeviceTwin.Twins.Jobs;

namespace DeviceTwin.Hub.Jobs;

/// <summary>From a job's turn to its end.</summary>
internal sealed partial class JobService
{
    /// <summary>Before the condition of a job it is the query for its devices.</summary>
    public const string Selecting = "SELECT deviceId FROM devices WHERE ";

    private const int PlanPage = 1000;

    private DateTimeOffset? forgotAt;

    private async Task LookAgainAndAgain()
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var next = await Look();
                await ForgetNowAndThen();
                using var enough = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
                await Task.WhenAny(news.Reader.WaitToReadAsync(enough.Token).AsTask(), Task.Delay(next, time, enough.Token));
                await enough.CancelAsync();
                news.Reader.TryRead(out _);
            }
            catch (OperationCanceledException)
            {
                // The hub stops.
            }
            catch (Exception problem) when (problem is not OperationCanceledException)
            {
                JobLog.Stuck(logger, "of this hub", problem.Message);
                await Pause();
            }
        }
    }

    /// <summary>Has jobs begin whose time has come.</summary>
    /// <returns>How long until there is something to see to, if nothing happens.</returns>
    private Task<TimeSpan> Look() => WithTurn(async () =>
    {
        var next = options.ForgetEvery;
        foreach (var run in runs.Values.OrderBy(run => run.Job.Order.StartAt).ThenBy(run => run.Job.Order.CreatedAt).ThenBy(run => run.Job.Id, StringComparer.Ordinal))
        {
            if (run.Carrying is not null)
            {
                continue;
            }

            var (order, now) = (run.Job.Order, time.GetUtcNow());
            if (run.Job.Waits && order.StartAt > now)
            {
                await Schedule(run);
                next = Shorter(next, order.StartAt - now);
            }
            else if (runs.Values.Count(other => other.Carrying is not null) < options.AtOnce || (run.Job.Waits && order.Deadline <= now))
            {
                run.Carrying = Task.Run(() => Carry(run), CancellationToken.None);
            }
            else if (run.Job.Waits)
            {
                next = Shorter(next, order.Deadline - now);
            }
        }

        Count();
        return next;
    });

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private async Task Schedule(JobRun run)
    {
        using var mine = await Mine(run);
        if (run.Job.Status == JobStatus.Queued)
        {
            await store.Write([new PutJob(run.Job.Schedule())]);
            run.Adopt(job => job.Schedule());
        }
    }

    /// <summary>Carries a job out to its end, or until the hub stops. Never faults.</summary>
    private async Task Carry(JobRun run)
    {
        while (run.Job.IsOpen && !stopping.IsCancellationRequested)
        {
            try
            {
                await Begin(run);
                var work = new JobWork(fleet, methods, time, run.Job.Order);
                await Task.WhenAll(Enumerable.Range(0, Math.Min(options.DevicesAtOnce, run.Job.Counts.Pending)).Select(_ => WorkOff(run, work)));
                await Finish(run);
            }
            catch (OperationCanceledException)
            {
                // The hub stops.
            }
            catch (Exception problem)
            {
                JobLog.Stuck(logger, run.Job.Id, problem.Message);
                await Pause();
            }
        }

        if (!run.Job.IsOpen)
        {
            Forget(run);
            LookAgain();
        }
    }

    /// <summary>Selects the devices. They are durable before the job has begun, and those of an attempt that failed are gone.</summary>
    private async Task Begin(JobRun run)
    {
        using var mine = await Mine(run);
        if (!run.Job.Waits)
        {
            return;
        }

        var at = time.GetUtcNow();
        if (at >= run.Job.Order.Deadline)
        {
            await Refuse(run, "The job did not begin within maxExecutionTimeInSeconds: the hub was down, or other jobs ran. Create it again, with more time.", at);
            return;
        }

        List<string> devices;
        try
        {
            devices = Select(run.Job.Order.Condition);
        }
        catch (HubException refusal) when (refusal.Error != HubError.ServiceUnavailable)
        {
            await Refuse(run, refusal.Message, at);
            return;
        }

        var id = run.Job.Id;
        await store.Write([new DeleteDeviceJobs(id)]);
        foreach (var part in devices.Chunk(PlanPage))
        {
            await store.Write([new AddDeviceJobs(id, part, at)]);
        }

        await store.Write([new PutJob(run.Job.Begin(devices.Count, at))]);
        run.Adopt(job => job.Begin(devices.Count, at));
        run.Add(devices);
        JobLog.Begun(logger, id, devices.Count);
    }

    private async Task Refuse(JobRun run, string reason, DateTimeOffset at)
    {
        var failed = run.Job.Refuse(reason, at);
        await store.Write([new PutJob(failed), Audit(JobWork.Author(failed.Order), "job.end", failed.Id, Numbers(failed))]);
        run.Adopt(_ => failed);
        JobLog.Refused(logger, failed.Id, reason);
    }

    private List<string> Select(string condition)
    {
        var query = TwinCondition.Parse(condition, ConditionScope.Query).Text.Trim() == "*" ? "SELECT deviceId FROM devices" : Selecting + condition;
        var devices = new List<string>();
        string? continuation = null;
        do
        {
            var page = fleet.QueryRows(query, continuation, PlanPage);
            devices.AddRange(page.Rows.Select(row => (string)row["deviceId"]!));
            continuation = page.Continuation;
        }
        while (continuation is not null);
        return devices;
    }

    /// <summary>One device after the other, as long as there is one that may begin.</summary>
    private async Task WorkOff(JobRun run, JobWork work)
    {
        while (!stopping.IsCancellationRequested && run.TryStart(time.GetUtcNow()) is { } device)
        {
            var left = startedAt + options.Settle - time.GetUtcNow();
            try
            {
                var (ended, isDurable) = await work.Do(
                    device, run.IsResumed && left > TimeSpan.Zero ? left : TimeSpan.Zero, characters => run.TryKeep(characters, options.MostAnswers), stopping.Token);
                await Take(run, ended, isDurable);
            }
            catch (HubException refusal)
            {
                run.Withdraw(device);
                JobLog.Stuck(logger, run.Job.Id, refusal.Message);
                await Pause();
            }
            catch (Exception problem) when (problem is not OperationCanceledException)
            {
                // A fault of the hub's own is this device's end and nobody else's.
                JobLog.DeviceFailed(logger, problem, run.Job.Id, device.DeviceId);
                await Take(run, device.Fail(new JobError(HubError.ServerError.Name, "The hub failed; its log has the details."), time.GetUtcNow()), isDurable: false);
            }
        }
    }

    /// <summary>Takes over how a device ended, as soon as that is durable.</summary>
    private async Task Take(JobRun run, DeviceJob ended, bool isDurable)
    {
        while (!isDurable)
        {
            try
            {
                await store.Write([new PutDeviceJob(ended)]);
                isDurable = true;
            }
            catch (StorageException problem)
            {
                // What the device did is not undone by that.
                JobLog.Stuck(logger, run.Job.Id, problem.Message);
                await Pause();
                stopping.Token.ThrowIfCancellationRequested();
            }
        }

        run.Adopt(job => job.Take(ended));
        metrics.JobDevices(JobWords.Of(run.Job.Order.Type), JobWords.Of(ended.Status), 1);
    }

    private async Task Finish(JobRun run)
    {
        using var mine = await Mine(run);
        var at = time.GetUtcNow();
        if (run.Job is { Status: JobStatus.Running, Counts.Pending: > 0 and var late } && at >= run.Job.Order.Deadline)
        {
            await store.Write([new EndPendingDeviceJobs(run.Job.Id, DeviceJobStatus.Failed, Job.TooLate, at)]);
            run.Adopt(job => job.Expire(at));
            metrics.JobDevices(JobWords.Of(run.Job.Order.Type), JobWords.Of(DeviceJobStatus.Failed), late);
        }

        if (run.Job.IsDone)
        {
            var ended = run.Job.End(at);
            await store.Write([new PutJob(ended), Audit(JobWork.Author(ended.Order), "job.end", ended.Id, Numbers(ended))]);
            run.Adopt(_ => ended);
            JobLog.Ended(logger, ended.Id, JobWords.Of(ended.Status), ended.Counts.Completed, ended.Counts.Failed, ended.Counts.Canceled);
        }
    }

    /// <summary>Removes jobs that ended long ago.</summary>
    private async Task ForgetNowAndThen()
    {
        var at = time.GetUtcNow();
        if (forgotAt is { } last && at - last < options.ForgetEvery)
        {
            return;
        }

        forgotAt = at;

        // A clock in doubt removes nothing; whoever compacts the history says so in the log.
        if (clock.Now(store.ReadHistorySize().NewestAt, out _) is not { } now || options.History.Over(store.ListEndedJobs(), now) is not { Count: > 0 } over)
        {
            return;
        }

        foreach (var id in over)
        {
            await store.Write([new DeleteJob(id)]);
        }

        JobLog.Forgotten(logger, over.Count);
    }

    private async Task Pause()
    {
        try
        {
            await Task.Delay(options.RetryAfter, time, stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // The hub stops.
        }
    }
}
