using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Gateway;
using DeviceTwin.Mqtt;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>Answers go out in the order of arrival, each when what it confirms is durable, and the loop is woken once for many.</summary>
public sealed class AnswerQueueTests
{
    private AnswerQueue queue = new();

    [SetUp]
    public void Empty() => queue = new AnswerQueue();

    [Test]
    public void What_came_later_waits_for_what_came_first()
    {
        var (first, second) = (new CommitReceipt(), new CommitReceipt());
        queue.Add(new Work(new MqttPublish("a", default, 1, 1), Receipt: first));
        queue.Add(new Work(new MqttPublish("a", default, 1, 2), Receipt: second));
        second.Settle(null);

        Assert.That(queue.TryTake(out _), Is.False);

        first.Settle(null);

        Assert.Multiple(() =>
        {
            Assert.That(Taken(), Is.EqualTo(1));
            Assert.That(Taken(), Is.EqualTo(2));
        });
    }

    [Test]
    public async Task The_loop_sleeps_until_the_oldest_can_be_answered()
    {
        var (first, second) = (Waited(1), Waited(2));
        ValueTask<bool> waiting = queue.Wait();
        second.Settle(null);
        second.Release();

        Assert.That(waiting.IsCompleted, Is.False);

        first.Settle(null);
        first.Release();

        Assert.That(await waiting, Is.True);
    }

    [Test]
    public async Task Other_things_to_send_do_not_wait_for_the_store()
    {
        Waited(1);
        ValueTask<bool> waiting = queue.Wait();

        queue.Nudge();

        Assert.That(await waiting, Is.True);
        Assert.That(queue.TryTake(out _), Is.False);
    }

    [Test]
    public async Task After_the_end_what_waits_is_still_answered()
    {
        var receipt = Waited(1);
        queue.Complete();
        ValueTask<bool> waiting = queue.Wait();
        Assert.That(waiting.IsCompleted, Is.False);

        receipt.Settle(null);
        receipt.Release();

        Assert.That(await waiting, Is.True);
        Assert.That(Taken(), Is.EqualTo(1));
        Assert.That(await queue.Wait(), Is.False);
    }

    [Test]
    public async Task A_second_delivery_on_another_connection_hears_of_the_same_message()
    {
        var other = new AnswerQueue();
        var receipt = Waited(1);
        receipt.Await(other);
        other.Add(new Work(new MqttPublish("a", default, 1, 1, Duplicate: true), Receipt: receipt));
        ValueTask<bool> waiting = other.Wait();

        receipt.Settle(null);
        receipt.Release();

        Assert.That(await waiting, Is.True);
    }

    private CommitReceipt Waited(int packetId)
    {
        var receipt = new CommitReceipt();
        receipt.Await(queue);
        queue.Add(new Work(new MqttPublish("a", default, 1, packetId), Receipt: receipt));
        return receipt;
    }

    private int? Taken() => queue.TryTake(out Work work) ? ((MqttPublish)work.Packet).PacketId : null;
}
