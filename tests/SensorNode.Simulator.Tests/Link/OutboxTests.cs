using DeviceTwin.SensorNode.Link;

namespace DeviceTwin.Tests.SensorNode.Simulator.Link;

/// <summary>What is dropped first, what goes first, and that nothing is lost or doubled between two threads.</summary>
public sealed class OutboxTests
{
    [Test]
    public void WithinAPriorityTheOldestGoesFirst()
    {
        var outbox = new Outbox(4, 1000);
        Offer(outbox, "a", TelemetryMessage.Normal);
        Offer(outbox, "b", TelemetryMessage.Normal);
        Assert.That(TakeAll(outbox), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(outbox.Peek(), Is.Null);
    }

    [Test]
    public void WhenFullTheOldestOfTheLeastUrgentIsDropped()
    {
        var outbox = new Outbox(3, 1000);
        Offer(outbox, "s1", TelemetryMessage.Low);
        Offer(outbox, "f1", TelemetryMessage.Normal);
        Offer(outbox, "s2", TelemetryMessage.Low);
        Offer(outbox, "f2", TelemetryMessage.Normal);
        Offer(outbox, "u1", TelemetryMessage.Urgent);
        Offer(outbox, "u2", TelemetryMessage.Urgent);
        Assert.That(outbox.Dropped(), Is.EqualTo(3));
        Assert.That(TakeAll(outbox), Is.EqualTo(new[] { "u1", "u2", "f2" }));
    }

    [Test]
    public void AMessageLessUrgentThanAllOthersIsDroppedItself()
    {
        var outbox = new Outbox(2, 1000);
        Offer(outbox, "u1", TelemetryMessage.Urgent);
        Offer(outbox, "u2", TelemetryMessage.Urgent);
        Offer(outbox, "f1", TelemetryMessage.Normal);
        Assert.That(outbox.Dropped(), Is.EqualTo(1));
        Assert.That(TakeAll(outbox), Is.EqualTo(new[] { "u1", "u2" }));
    }

    [Test]
    public void BytesAreBounded()
    {
        var outbox = new Outbox(100, 10);
        Offer(outbox, "aaaa", TelemetryMessage.Low);
        Offer(outbox, "bbbb", TelemetryMessage.Low);
        Offer(outbox, "cccc", TelemetryMessage.Low);
        Offer(outbox, "longer than all", TelemetryMessage.Low);
        Assert.That(outbox.Count(), Is.Zero);
        Assert.That(outbox.Dropped(), Is.EqualTo(4));
    }

    [Test]
    public void DropsAreCountedByPriority()
    {
        var outbox = new Outbox(2, 1000);
        foreach (int priority in new[] { 0, 0, 1, 1, 1, 2, 2, 2, 0 })
        {
            Offer(outbox, "x", priority);
        }

        Assert.That((outbox.Dropped(0), outbox.Dropped(1), outbox.Dropped(2), outbox.Dropped()), Is.EqualTo((3, 3, 1, 7)));
    }

    [Test]
    public void AMessageUnderWayStaysUntilItIsConfirmed()
    {
        var outbox = new Outbox(2, 1000);
        Offer(outbox, "a", TelemetryMessage.Normal);
        Assert.That(outbox.Peek(), Is.SameAs(outbox.Peek()));
        Offer(outbox, "b", TelemetryMessage.Urgent);
        Offer(outbox, "c", TelemetryMessage.Urgent);
        Assert.That(outbox.Peek().Payload, Is.EqualTo("a"u8.ToArray()), "it is not dropped while it may be on the wire");
        Assert.That(outbox.Dropped(), Is.EqualTo(1));
        outbox.Release();
        Assert.That(TakeAll(outbox), Is.EqualTo(new[] { "c", "a" }), "nor lost with the connection");
    }

    [Test]
    public void AMessagePutBackLetsOthersGoFirst()
    {
        var outbox = new Outbox(4, 1000);
        Offer(outbox, "a", TelemetryMessage.Normal);
        Offer(outbox, "b", TelemetryMessage.Normal);
        outbox.Peek();
        outbox.PutBack();
        Assert.That(TakeAll(outbox), Is.EqualTo(new[] { "b", "a" }));
    }

    [Test]
    public void TwoThreadsLoseAndDoubleNothing()
    {
        var outbox = new Outbox(16, 1 << 20);
        const int Messages = 20000;
        int taken = 0;
        var producer = new Thread(() =>
        {
            for (int number = 0; number < Messages; number++)
            {
                Offer(outbox, "x", number % 3);
            }
        });
        producer.Start();
        while (producer.IsAlive || outbox.Count() > 0)
        {
            if (outbox.Peek() is not null)
            {
                outbox.Confirm();
                taken++;
            }
        }

        Assert.That(taken + outbox.Dropped(), Is.EqualTo(Messages));
    }

    private static void Offer(Outbox outbox, string payload, int priority) =>
        outbox.Offer(new TelemetryMessage("features", System.Text.Encoding.ASCII.GetBytes(payload), priority, "1-a", 1));

    private static List<string> TakeAll(Outbox outbox)
    {
        var taken = new List<string>();
        for (TelemetryMessage? message = outbox.Peek(); message is not null; message = outbox.Peek())
        {
            taken.Add(System.Text.Encoding.ASCII.GetString(message.Payload));
            outbox.Confirm();
        }

        return taken;
    }
}
