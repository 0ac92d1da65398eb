using DeviceTwin.Storage;
using DeviceTwin.Storage.Jobs;
using DeviceTwin.Twins.Jobs;

namespace DeviceTwin.Tests.Storage;

/// <summary>Jobs and their devices in the database.</summary>
public sealed class JobStoreTests
{
    private static readonly DateTimeOffset At = StoreFolder.Start;

    [Test]
    public async Task What_is_written_of_a_job_is_there_after_the_process_has_died()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        var job = Order("reboot", JobType.DeviceMethod).Begin(3, At.AddSeconds(1));
        var (running, called) = job.Start("b", At.AddSeconds(2));
        var answered = running.Start("a", At.AddSeconds(2)).Device.Complete(new JobAnswer(418, "{\"why\":\"Tee\"}"), At.AddSeconds(3));
        await store.Write([new AddDeviceJobs("reboot", ["a", "b", "c"], At), new PutJob(job), new PutDeviceJob(called), new PutDeviceJob(answered)]);
        using var again = folder.OpenAsAfterACrash();
        Assert.That(again.FindJob("reboot"), Is.EqualTo(job));
        Assert.That(again.LoadOpenJobs(), Is.EqualTo(new[] { job }));
        Assert.That(again.CountDeviceJobs("reboot"), Is.EqualTo(new JobCounts(1, 1, 1, 0, 0)));
        Assert.That(Find(again).Select(row => row.Device), Is.EqualTo(new[] { answered, called, new DeviceJob("reboot", "c", DeviceJobStatus.Pending, At) }));
        Assert.That(Find(again).Select(row => (row.Type, row.CreatedAt)), Is.All.EqualTo((JobType.DeviceMethod, At)));
        await again.Write([new EndPendingDeviceJobs("reboot", DeviceJobStatus.Failed, Job.TooLate, At.AddSeconds(9)), new PutDeviceJob(called.Fail(Job.Unheard, At.AddSeconds(9)))]);
        Assert.That(again.CountDeviceJobs("reboot"), Is.EqualTo(new JobCounts(0, 0, 1, 2, 0)));
        Assert.That(Find(again)[2].Device, Is.EqualTo(new DeviceJob("reboot", "c", DeviceJobStatus.Failed, At.AddSeconds(9)) { EndedAt = At.AddSeconds(9), Error = Job.TooLate }));
    }

    [Test]
    public async Task Jobs_are_found_newest_first_by_type_and_status()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        Job[] jobs =
        [
            Order("a", JobType.UpdateTwin), Order("b", JobType.DeviceMethod), Order("c", JobType.UpdateTwin, 1).Schedule(),
            Order("d", JobType.UpdateTwin, 2).Begin(0, At).End(At.AddSeconds(2)), Order("e", JobType.UpdateTwin, 2).Cancel("why", At.AddSeconds(3)),
        ];
        await store.Write([.. jobs.Select(job => new PutJob(job))]);
        Assert.That(Ids(new JobSearch(null, null, null, 10)), Is.EqualTo("d e c a b"));
        Assert.That(Ids(new JobSearch(null, null, (At.AddSeconds(2), "d"), 3)), Is.EqualTo("e c a"));
        Assert.That(Ids(new JobSearch(JobType.UpdateTwin, JobStatus.Queued, null, 10)), Is.EqualTo("a"));
        Assert.That(Ids(new JobSearch(null, JobStatus.Cancelled, null, 10)), Is.EqualTo("e"));
        Assert.That(string.Join(' ', store.LoadOpenJobs().Select(job => job.Id)), Is.EqualTo("a b c"));
        Assert.That(store.ListEndedJobs(), Is.EquivalentTo(new[] { new EndedJob("d", At.AddSeconds(2), 0), new EndedJob("e", At.AddSeconds(3), 0) }));
        Assert.That(store.FindJob("E"), Is.Null);

        string Ids(JobSearch search) => string.Join(' ', store.FindJobs(search).Select(job => job.Id));
    }

    [Test]
    public async Task Devices_are_found_by_job_and_device_page_by_page_and_leave_with_their_job()
    {
        using var folder = new StoreFolder();
        using var store = folder.Open();
        await store.Write(
        [
            new PutJob(Order("j", JobType.UpdateTwin).Begin(2, At)), new AddDeviceJobs("j", ["x", "y"], At),
            new PutJob(Order("j-1", JobType.UpdateTwin).Begin(2, At)), new AddDeviceJobs("j-1", ["x", "z"], At),
            new PutJob(Order("k", JobType.UpdateTwin)), new AddDeviceJobs("k", ["x"], At),
        ]);
        Assert.That(Keys(new DeviceJobSearch(null, null, null, null, 10)), Is.EqualTo("j/x j/y j-1/x j-1/z"), "a job that has not begun has none");
        Assert.That(Keys(new DeviceJobSearch(null, null, null, ("j", "y"), 1)), Is.EqualTo("j-1/x"));
        Assert.That(Keys(new DeviceJobSearch(null, "x", null, ("j", "x"), 10)), Is.EqualTo("j-1/x"));
        Assert.That(Keys(new DeviceJobSearch("j", "y", DeviceJobStatus.Pending, null, 10)), Is.EqualTo("j/y"));
        Assert.That(Keys(new DeviceJobSearch(null, null, DeviceJobStatus.Failed, null, 10)), Is.Empty);
        await store.Write([new DeleteJob("j"), new DeleteDeviceJobs("j-1")]);
        Assert.That((store.FindJob("j"), store.CountDeviceJobs("j").Devices, store.FindJob("j-1")!.Id, store.CountDeviceJobs("j-1").Devices), Is.EqualTo((default(Job), 0, "j-1", 0)));

        string Keys(DeviceJobSearch search) => string.Join(' ', store.FindDeviceJobs(search).Select(row => $"{row.Device.JobId}/{row.Device.DeviceId}"));
    }

    private static IReadOnlyList<DeviceJobRow> Find(IHubStore store) => store.FindDeviceJobs(new DeviceJobSearch("reboot", null, null, null, 10));

    private static Job Order(string id, JobType type, int seconds = 0) =>
        Job.Create(new JobOrder(id, type, "tags.x = 1", "{\"methodName\":\"m\"}", At.AddHours(1), TimeSpan.FromMinutes(1), "mara", At.AddSeconds(seconds)));
}
