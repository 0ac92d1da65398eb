using DeviceTwin.Twins.Jobs;

namespace DeviceTwin.Tests.Twins.Jobs;

/// <summary>What may follow what in a job, and that its numbers add up whatever happens.</summary>
public sealed class JobTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    private static readonly JobOrder Order = new("j", JobType.DeviceMethod, "*", "{}", Start, Longest, "mara", Start);

    [Test]
    public void JO1_A_job_goes_from_queued_over_scheduled_and_running_to_completed()
    {
        var job = Job.Create(Order);
        Assert.That((job.Status, job.Waits, job.IsOpen), Is.EqualTo((JobStatus.Queued, true, true)));
        job = job.Schedule();
        Assert.That((job.Status, job.Waits), Is.EqualTo((JobStatus.Scheduled, true)));
        job = job.Begin(2, Start);
        Assert.That((job.Status, job.Counts), Is.EqualTo((JobStatus.Running, new JobCounts(2, 0, 0, 0, 0))));
        (job, var one) = job.Start("a", Start);
        (job, var two) = job.Start("b", Start);
        Assert.That((job.Counts, job.IsDone), Is.EqualTo((new JobCounts(0, 2, 0, 0, 0), false)));
        job = job.Take(one.Complete(new JobAnswer(200, "1"), Start)).Take(two.Fail(Job.Unheard, Start));
        Assert.That((job.Counts, job.IsDone, job.IsOpen), Is.EqualTo((new JobCounts(0, 0, 1, 1, 0), true, true)));
        job = job.End(Start.AddSeconds(3));
        Assert.That((job.Status, job.EndedAt, job.IsOpen), Is.EqualTo((JobStatus.Completed, (DateTimeOffset?)Start.AddSeconds(3), false)));
    }

    [Test]
    public void JO1_A_job_without_devices_is_done_at_once() =>
        Assert.That(Job.Create(Order).Begin(0, Start).End(Start).Status, Is.EqualTo(JobStatus.Completed));

    [Test]
    public void JO1_What_waits_is_cancelled_at_once_and_what_runs_is_open_until_the_last_device_has_ended()
    {
        Assert.That(Job.Create(Order).Cancel("why", Start) is { Status: JobStatus.Cancelled, IsOpen: false, Reason: "why" }, Is.True);
        var (job, device) = Job.Create(Order).Begin(3, Start).Start("a", Start);
        job = job.Cancel("why", Start);
        Assert.That((job.Status, job.Counts, job.IsOpen, job.IsDone, job.MayStart(Start)), Is.EqualTo((JobStatus.Cancelled, new JobCounts(0, 1, 0, 0, 2), true, false, false)));
        job = job.Take(device.Complete(null, Start)).End(Start);
        Assert.That((job.Status, job.Counts), Is.EqualTo((JobStatus.Cancelled, new JobCounts(0, 0, 1, 0, 2))));
    }

    [TestCase(-1, true)]
    [TestCase(0, false)]
    [TestCase(1, false)]
    public void JO1_From_its_deadline_on_nothing_begins(int ticks, bool may)
    {
        var job = Job.Create(Order).Begin(2, Start);
        var at = Start + Longest + TimeSpan.FromTicks(ticks);
        Assert.That(job.MayStart(at), Is.EqualTo(may));
        if (may)
        {
            Assert.That(() => job.Expire(at), Throws.InvalidOperationException);
        }
        else
        {
            Assert.That(() => job.Start("a", at), Throws.InvalidOperationException);
            Assert.That(job.Expire(at).Counts, Is.EqualTo(new JobCounts(0, 0, 0, 2, 0)));
        }
    }

    [Test]
    public void JO1_The_time_of_a_job_runs_from_its_start_or_its_creation_whichever_is_later()
    {
        Assert.That(Order.Deadline, Is.EqualTo(Start + Longest));
        Assert.That((Order with { StartAt = Start.AddHours(1) }).Deadline, Is.EqualTo(Start.AddHours(1) + Longest));
        Assert.That((Order with { StartAt = Start.AddHours(-1) }).Deadline, Is.EqualTo(Start + Longest));
    }

    [Test]
    public void JO1_What_came_to_nothing_is_done_again_or_never_where_the_job_was_cancelled()
    {
        var (job, _) = Job.Create(Order).Begin(1, Start).Start("a", Start);
        Assert.That(job.Withdraw(out var again), Is.True);
        Assert.That(again.Counts, Is.EqualTo(new JobCounts(1, 0, 0, 0, 0)));
        Assert.That(job.Cancel("why", Start).Withdraw(out var never), Is.False);
        Assert.That((never.Counts, never.IsDone), Is.EqualTo((new JobCounts(0, 0, 0, 0, 1), true)));
    }

    [Test]
    public void JO1_What_cannot_follow_is_refused()
    {
        var job = Job.Create(Order);
        var running = job.Begin(1, Start);
        var ended = running.Start("a", Start) is var (started, device) ? started.Take(device.Complete(null, Start)).End(Start) : job;
        Action[] wrong =
        [
            () => job.Schedule().Schedule(), () => running.Begin(1, Start), () => running.Refuse("why", Start), () => running.End(Start), () => job.End(Start), () => job.Start("a", Start),
            () => ended.Cancel("why", Start), () => ended.Resume(default), () => ended.Begin(1, Start), () => ended.End(Start), () => running.Take(new DeviceJob("j", "a", DeviceJobStatus.Running, Start)),
            () => new DeviceJob("j", "a", DeviceJobStatus.Pending, Start).Complete(null, Start), () => running.Cancel("why", Start).Cancel("why", Start),
        ];
        Assert.That(wrong.Select((act, index) => (act, index)).Where(one => !Throws(one.act)).Select(one => one.index), Is.Empty);

        static bool Throws(Action act)
        {
            try
            {
                act();
                return false;
            }
            catch (InvalidOperationException)
            {
                return true;
            }
        }
    }

    /// <summary>Beside the job runs a list of its devices; whatever happens in whatever order, both say the same.</summary>
    [Test]
    public void JO1_The_counts_always_add_up_to_the_devices([Range(1, 40)] int seed)
    {
        var random = new Random(seed);
        var at = Start;
        var job = Job.Create(Order);
        if (random.Next(2) == 0)
        {
            job = job.Schedule();
        }

        var devices = Enumerable.Range(0, random.Next(8)).Select(index => $"d{index}").ToDictionary(id => id, id => new DeviceJob("j", id, DeviceJobStatus.Pending, at));
        job = job.Begin(devices.Count, at);
        var cancelled = false;
        while (!job.IsDone)
        {
            at = at.AddSeconds(random.Next(6));
            var running = devices.Values.Where(device => device.Status == DeviceJobStatus.Running).ToArray();
            var pending = devices.Values.Where(device => device.Status == DeviceJobStatus.Pending).ToArray();
            switch (random.Next(10))
            {
                case < 4 when job.MayStart(at):
                    (job, var started) = job.Start(pending[random.Next(pending.Length)].DeviceId, at);
                    devices[started.DeviceId] = started;
                    break;
                case < 6 when running.Length > 0:
                    End(running[random.Next(running.Length)].Complete(random.Next(2) == 0 ? null : new JobAnswer(200, null), at));
                    break;
                case 6 when running.Length > 0:
                    End(running[random.Next(running.Length)].Fail(Job.TooLate, at));
                    break;
                case 7 when running.Length > 0:
                    var one = running[random.Next(running.Length)];
                    var again = job.Withdraw(out job);
                    devices[one.DeviceId] = one with { Status = again ? DeviceJobStatus.Pending : DeviceJobStatus.Canceled };
                    break;
                case 8 when !cancelled && random.Next(4) == 0:
                    cancelled = true;
                    job = job.Cancel("why", at);
                    EndAll(pending, DeviceJobStatus.Canceled);
                    break;
                case 9 when random.Next(2) == 0:
                    // The hub is killed, and another goes on by what was written: whoever was called is not called again.
                    job = job.Resume(Counted());
                    foreach (var called in running)
                    {
                        End(called.Fail(Job.Unheard, at));
                    }

                    break;
                default:
                    if (job.Status == JobStatus.Running && at >= Order.Deadline)
                    {
                        job = job.Expire(at);
                        EndAll(pending, DeviceJobStatus.Failed);
                    }

                    break;
            }

            Assert.That((job.Counts, job.Counts.Devices, job.IsOpen), Is.EqualTo((Counted(), devices.Count, true)));
        }

        job = job.End(at);
        Assert.That((job.Status, job.Counts.Open, job.Counts), Is.EqualTo((cancelled ? JobStatus.Cancelled : JobStatus.Completed, 0, Counted())));

        void End(DeviceJob ended)
        {
            devices[ended.DeviceId] = ended;
            job = job.Take(ended);
        }

        void EndAll(DeviceJob[] pending, DeviceJobStatus status)
        {
            foreach (var device in pending)
            {
                devices[device.DeviceId] = device with { Status = status };
            }
        }

        JobCounts Counted() => devices.Values.Aggregate(default(JobCounts), (counts, device) => counts.Plus(device.Status, 1));
    }

    [Test]
    public void JO1_History_leaves_by_age_by_number_and_by_rows()
    {
        var kept = new JobHistory(TimeSpan.FromDays(30), 3, 100);
        EndedJob Ended(string id, double days, int devices = 1) => new(id, Start.AddDays(-days), devices);
        Assert.That(kept.Over([Ended("a", 30), Ended("b", 30.001)], Start), Is.EqualTo(new[] { "b" }));
        Assert.That(kept.Over([Ended("a", 1), Ended("b", 4), Ended("c", 3), Ended("d", 2)], Start), Is.EqualTo(new[] { "b" }));
        Assert.That(kept.Over([Ended("a", 1, 99), Ended("b", 2, 1), Ended("c", 3, 1)], Start), Is.EqualTo(new[] { "c" }));
        Assert.That(kept.Over([Ended("a", 1, 101)], Start), Is.Empty, "the newest job can always be read");
        Assert.That(kept.Over([], Start), Is.Empty);
    }
}
