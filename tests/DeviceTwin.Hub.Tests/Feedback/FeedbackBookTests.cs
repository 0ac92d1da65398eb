using DeviceTwin.Hub;
using DeviceTwin.Hub.Feedback;
using DeviceTwin.Hub.Gateway.Messaging;
using DeviceTwin.Hub.Operation;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Feedback;
using DeviceTwin.Tests.Hub.Fleet;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceTwin.Tests.Hub.Feedback;

/// <summary>What became of a message is durable with its end, is given to one taker at a time, and is bounded.</summary>
[TestFixture]
public sealed class FeedbackBookTests
{
    private const int Most = 200;
    private ManualStore store = null!;
    private FleetFixture fixture = null!;
    private HubMetrics metrics = null!;
    private FeedbackBook book = null!;
    private CloudToDeviceQueues queues = null!;

    [SetUp]
    public async Task SetUp()
    {
        store = new ManualStore();
        fixture = new FleetFixture(store);
        await fixture.Register("a");
        metrics = new HubMetrics();
        book = new FeedbackBook(store, fixture.Fleet, metrics, fixture.Time, NullLogger<FeedbackBook>.Instance, Most);
        queues = new CloudToDeviceQueues(store, fixture.Fleet, book, fixture.Time, NullLogger<CloudToDeviceQueues>.Instance);
    }

    [TearDown]
    public void TearDown()
    {
        queues.Dispose();
        book.Dispose();
        metrics.Dispose();
        fixture.Dispose();
    }

    [TestCase("none", "")]
    [TestCase("positive", "Success")]
    [TestCase("negative", "Expired,Purged")]
    [TestCase("Full", "Success,Expired,Purged")]
    public async Task C2D2_Each_end_of_a_message_is_told_to_those_who_asked_for_it(string acknowledge, string told)
    {
        string first = await Send(acknowledge, "one");
        string second = await Send(acknowledge, "two");
        fixture.Time.Advance(TimeSpan.FromMinutes(30));
        string third = await Send(acknowledge, null);
        Assert.That((first, second, third), Is.EqualTo(("one", "two", "c2d-3")));
        queues.Confirm("a", queues.Next("a", 0, out _)!.Sequence);
        fixture.Time.Advance(TimeSpan.FromMinutes(31));
        await queues.Purge("a", "operator");
        var records = book.Take()?.Records ?? [];
        Assert.That(string.Join(',', records.Select(record => record.Outcome)), Is.EqualTo(told));
        foreach (var record in records)
        {
            string id = record.Outcome switch { "Success" => first, "Expired" => second, _ => third };
            Assert.That((record.OriginalMessageId, record.Address, record.GenerationId), Is.EqualTo((id, "a", fixture.Fleet.FindIdentity("a")!.GenerationId)));
        }
    }

    [Test]
    public async Task C2D2_The_record_is_written_with_the_end_of_its_message_or_neither_is()
    {
        await Send("full", "one");
        store.Immediate = false;
        queues.Confirm("a", queues.Next("a", 0, out _)!.Sequence);
        Assert.That((store.Waiting, book.Count), Is.EqualTo((1, 0)), "one write");
        store.Fail();
        while (queues.Next("a", 0, out _) is null)
        {
            // Who waits for a failed write hears of it on a thread of his own.
            await Task.Yield();
        }

        Assert.That(book.Count, Is.Zero);
        queues.Confirm("a", 1);
        store.Commit();
        Assert.That((book.Count, store.Committed.OfType<FeedbackChange.Append>().Count()), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task C2D2_A_batch_is_one_taker_s_until_it_is_completed_given_back_or_its_time_is_over()
    {
        await Records(FeedbackBook.BatchSize + 1);
        var first = book.Take()!;
        var second = book.Take()!;
        Assert.That((first.Records.Count, second.Records.Count, book.Take()), Is.EqualTo((FeedbackBook.BatchSize, 1, (FeedbackBatch?)null)));
        Assert.That(first.Records.Select(record => record.Sequence), Is.Ordered.And.All.LessThan(second.Records[0].Sequence));

        await book.Complete($"{first.LockToken}", "taker");
        Assert.That(book.Count, Is.EqualTo(1));
        Assert.That(store.Committed.OfType<StoreChange.AppendAudit>().Last().Row, Is.EqualTo(new AuditRow(fixture.Time.GetUtcNow(), "taker", null, "feedback.complete", null, "64", null)));
        book.Abandon($"{second.LockToken}");
        var third = book.Take()!;
        Assert.That(third.Records, Is.EqualTo(second.Records));
        foreach (var lost in new[] { $"{first.LockToken}", $"{second.LockToken}", "", "x" })
        {
            Assert.That(Assert.Throws<HubException>(() => book.Abandon(lost))!.Error.Name, Is.EqualTo("DeviceMessageLockLost"));
        }

        fixture.Time.Advance(FeedbackBook.LockTime - TimeSpan.FromTicks(1));
        Assert.That(book.Take(), Is.Null);
        fixture.Time.Advance(TimeSpan.FromTicks(1));
        Assert.That((await Assert.ThrowsAsync<HubException>(() => book.Complete($"{third.LockToken}", "taker")))!.Error, Is.EqualTo(MessagingErrors.LockLost));
        Assert.That(book.Take()!.Records, Is.EqualTo(second.Records));
    }

    [Test]
    public async Task A_completion_that_was_lost_brings_the_records_again()
    {
        await Records(2);
        var batch = book.Take()!;
        store.Immediate = false;
        Task completed = book.Complete($"{batch.LockToken}", "taker");
        store.Fail();
        Assert.That((await Assert.ThrowsAsync<HubException>(() => completed))!.Error, Is.EqualTo(HubError.ServiceUnavailable));
        Assert.That(book.Take()!.Records, Is.EqualTo(batch.Records));
    }

    [Test]
    public async Task The_oldest_give_way_to_the_newest_and_the_store_forgets_them_too()
    {
        await Records(Most);
        Assert.That((book.Count, store.Committed.OfType<FeedbackChange.Remove>().Any()), Is.EqualTo((Most, false)));
        await Records(1);
        Assert.That(book.Count, Is.EqualTo(Most - FeedbackBook.BatchSize + 1));
        Assert.That(store.Committed.OfType<FeedbackChange.Remove>().Single().Sequences, Is.EqualTo(Enumerable.Range(1, FeedbackBook.BatchSize)));
        Assert.That(book.Take()!.Records[0].Sequence, Is.EqualTo(FeedbackBook.BatchSize + 1));
    }

    [Test]
    public async Task What_became_of_the_messages_of_a_deleted_device_is_forgotten()
    {
        await Records(3);
        await fixture.Fleet.DeleteIdentity("a", null, "operator", CancellationToken.None);
        Assert.That((book.Count, book.Take()), Is.EqualTo((0, (FeedbackBatch?)null)));
    }

    private Task<string> Send(string acknowledge, string? messageId)
    {
        var properties = new Dictionary<string, string?> { [CloudToDeviceMessage.AcknowledgeProperty] = acknowledge };
        if (messageId is not null)
        {
            properties["$.mid"] = messageId;
        }

        return queues.Enqueue("a", new CloudToDeviceDraft(properties, "x"u8.ToArray()), "operator");
    }

    /// <summary>Sends so many messages, which the device takes.</summary>
    private async Task Records(int count)
    {
        for (int number = 0; number < count; number++)
        {
            await Send("positive", null);
            queues.Confirm("a", queues.Next("a", 0, out _)!.Sequence);
        }
    }
}
