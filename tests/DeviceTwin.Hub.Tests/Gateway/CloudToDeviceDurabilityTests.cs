using DeviceTwin.Hub;
using DeviceTwin.Hub.Feedback;
using DeviceTwin.Hub.Gateway.Messaging;
using DeviceTwin.Hub.Operation;
using DeviceTwin.Storage;
using DeviceTwin.Tests.Hub.Fleet;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>A message is there once it is durable, and gone once that is.</summary>
[TestFixture]
public sealed class CloudToDeviceDurabilityTests
{
    private ManualStore store = null!;
    private FleetFixture fixture = null!;
    private HubMetrics metrics = null!;
    private FeedbackBook feedback = null!;
    private CloudToDeviceQueues queues = null!;
    private int arrived;

    [SetUp]
    public async Task SetUp()
    {
        store = new ManualStore();
        fixture = new FleetFixture(store);
        await fixture.Register("a");
        feedback = new FeedbackBook(store, fixture.Fleet, metrics = new HubMetrics(), fixture.Time, NullLogger<FeedbackBook>.Instance);
        queues = new CloudToDeviceQueues(store, fixture.Fleet, feedback, fixture.Time, NullLogger<CloudToDeviceQueues>.Instance);
        arrived = 0;
        queues.Arrived += _ => arrived++;
        store.Immediate = false;
    }

    [TearDown]
    public void TearDown()
    {
        queues.Dispose();
        feedback.Dispose();
        metrics.Dispose();
        fixture.Dispose();
    }

    private int Waiting => fixture.Fleet.FindTwin("a")!.CloudToDeviceMessageCount;

    [Test]
    public async Task Nobody_sees_a_message_before_it_is_durable()
    {
        Task queued = Enqueue();
        Assert.That((queued.IsCompleted, arrived, Waiting, queues.Next("a", 0, out _)), Is.EqualTo((false, 0, 0, (CloudToDeviceMessage?)null)));
        store.Commit();
        await queued;
        Assert.That((arrived, Waiting, queues.Next("a", 0, out _)!.Sequence), Is.EqualTo((1, 1, 1L)));
    }

    [Test]
    public async Task One_that_could_not_be_kept_is_refused_and_leaves_no_trace()
    {
        Task lost = Enqueue();
        store.Fail();
        HubException refusal = (await Assert.ThrowsAsync<HubException>(() => lost))!;
        Assert.That(refusal.Error, Is.EqualTo(HubError.ServiceUnavailable));
        Assert.That((arrived, Waiting), Is.EqualTo((0, 0)));
        store.Immediate = true;
        for (int i = 0; i < CloudToDeviceQueues.MaximumDepth; i++)
        {
            await Enqueue();
        }
    }

    [Test]
    public async Task A_confirmation_that_is_not_durable_yet_holds_the_message_back_and_one_that_was_lost_brings_it_again()
    {
        Task queued = Enqueue();
        store.Commit();
        await queued;
        Assert.That(queues.Next("a", 0, out bool again)!.Sequence, Is.EqualTo(1));
        Assert.That(again, Is.False);
        queues.Confirm("a", 1);
        queues.Confirm("a", 1);
        Assert.That(store.Waiting, Is.EqualTo(1), "confirmed twice, removed once");
        Assert.That((queues.Next("a", 0, out _), Waiting), Is.EqualTo(((CloudToDeviceMessage?)null, 1)));

        store.Fail();
        CloudToDeviceMessage? back;
        while ((back = queues.Next("a", 0, out again)) is null)
        {
            // Who waits for a failed write hears of it on a thread of his own.
            await Task.Yield();
        }

        Assert.That((back.Sequence, again), Is.EqualTo((1L, true)));
        queues.Confirm("a", 1);
        store.Commit();
        Assert.That(Waiting, Is.Zero);
        Assert.That(store.Committed.OfType<CloudToDeviceChange.Remove>().Select(change => change.Sequence), Is.EqualTo(new[] { 1L }));
    }

    [Test]
    public async Task A_device_that_is_deleted_and_made_anew_meanwhile_does_not_get_its_predecessors_message()
    {
        Task deleted = fixture.Fleet.DeleteIdentity("a", null, "operator", CancellationToken.None);
        Task queued = Enqueue();
        store.Commit(1);
        await deleted;
        Task made = fixture.Register("a");
        store.Commit();
        await Task.WhenAll(queued, made);
        Assert.That((Waiting, queues.Next("a", 0, out _)), Is.EqualTo((0, (CloudToDeviceMessage?)null)));
    }

    [Test]
    public async Task What_expires_is_counted()
    {
        Task queued = Enqueue();
        store.Commit();
        await queued;
        fixture.Time.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(2));
        store.Commit();
        Assert.That(Waiting, Is.Zero);
        Assert.That(store.Committed, Does.Contain(new StoreChange.Count(CloudToDeviceQueues.ExpiredCounter, 1)));
    }

    private Task Enqueue() => queues.Enqueue("a", new CloudToDeviceDraft(new Dictionary<string, string?>(), "x"u8.ToArray()), "operator");
}
