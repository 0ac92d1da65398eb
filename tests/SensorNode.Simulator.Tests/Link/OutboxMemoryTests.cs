using System.Text;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.Tests.SensorNode.Simulator.Link;

/// <summary>What an outbox on files has in memory, when it lets it go, and that nothing is lost or doubled by it.</summary>
public sealed class OutboxMemoryTests
{
    private const int Messages = 120;

    [Test]
    public void LetGoAtAnyMessageTheRestIsReadInOrderAndNothingTwice([Values(1, 2, 7, 8, 9, 31)] int every)
    {
        Outbox outbox = Backlog(new SimulatedFiles(), out int[] expected);
        var taken = new List<int>();
        for (int steps = 0; taken.Count < expected.Length; steps++)
        {
            Assert.That(steps, Is.LessThan(expected.Length * 40), "it comes to an end");
            TelemetryMessage? message = outbox.Peek();
            if (message is null)
            {
                continue;
            }

            if (taken.Count % every == 0)
            {
                outbox.ReleaseFiles();
                Assert.That(outbox.HoldsMemory, Is.False);
                Assert.That(outbox.Peek(), Is.SameAs(message), "what is under way stays so");
            }

            taken.Add(message.Sequence);
            outbox.Confirm();
        }

        Assert.That(taken, Is.EqualTo(expected));
    }

    [Test]
    public void ALostConnectionLeavesNothingOfAReaderInMemoryAndTellsWhatWasUnderWayAgain()
    {
        var files = new SimulatedFiles();
        Outbox outbox = Backlog(files, out int[] expected);
        outbox.ReleaseFiles();
        var random = new Random(5);
        var taken = new List<int>();
        for (int steps = 0; taken.Count < expected.Length && steps < 100_000; steps++)
        {
            TelemetryMessage? message = outbox.Peek();
            if (message is not null && random.Next(3) == 0)
            {
                outbox.Release();
                Assert.That(outbox.HoldsMemory, Is.False);
                continue;
            }

            if (message is not null)
            {
                taken.Add(message.Sequence);
                outbox.Confirm();
            }
        }

        Assert.That(taken, Is.EqualTo(expected));
        outbox.Step(100_000_000, true, true);
        for (int steps = 0; steps < 1000; steps++)
        {
            Assert.That(outbox.Peek(), Is.Null);
        }

        Assert.That(files.Contents, Is.Empty, "and the files go");
    }

    [Test]
    public void WhileTheyAreClosedNoFileIsTouchedAndMemoryIsSentAllTheSame()
    {
        var files = new SimulatedFiles();
        Outbox outbox = Backlog(files, out int[] expected);
        outbox.AreFilesClosed = true;
        Assert.That(outbox.HoldsMemory, Is.False);
        int before = files.Operations;
        Offer(outbox, TelemetryMessage.Urgent, 1000);
        outbox.Step(100_000_000, true, true);
        Assert.That(outbox.Peek().Sequence, Is.EqualTo(1000));
        outbox.Confirm();
        Assert.That(outbox.Peek(), Is.Null);
        Assert.That(files.Operations, Is.EqualTo(before));
        Assert.That(outbox.HoldsMemory, Is.False);
        outbox.AreFilesClosed = false;
        Assert.That(outbox.Peek().Sequence, Is.EqualTo(expected[0]));
    }

    [Test]
    public void WhatWasPutBackComesBackAlthoughTheMemoryWasLetGo()
    {
        var files = new SimulatedFiles();
        var outbox = Make(files);
        for (int index = 1; index <= 5; index++)
        {
            Offer(outbox, TelemetryMessage.Urgent, index);
        }

        outbox.Step(0, true, true);
        Assert.That(outbox.Peek().Sequence, Is.EqualTo(1));
        outbox.ReleaseFiles();
        outbox.PutBack();
        Assert.That(outbox.Peek().Sequence, Is.EqualTo(2));
        outbox.ReleaseFiles();
        outbox.Step(Outbox.PutBackWaitMs, true, true);
        var taken = new List<int>();
        for (TelemetryMessage? message = outbox.Peek(); message is not null; message = outbox.Peek())
        {
            taken.Add(message.Sequence);
            outbox.Confirm();
        }

        Assert.That(taken, Is.EqualTo(new[] { 2, 1, 2, 3, 4, 5 }), "first what is under way, then all of the file once more: the hub knows the numbers");
    }

    [Test]
    public void TheTwinIsAskedForWithoutTheFilesMemories()
    {
        var scene = new LinkScene();
        scene.RunUntil(() => scene.Agent.State == TwinState.Reading);
        Assert.That(scene.Link.IsExchanging, Is.True);
        Assert.That(scene.Outbox.AreFilesClosed, Is.True);
        scene.RunUntil(() => scene.Agent.IsSettled && !scene.Link.IsExchanging);
        scene.RunTo(scene.NowMs + 1000);
        Assert.That(scene.Outbox.AreFilesClosed, Is.False);
    }

    // Writers that let their memory go now and then, so that there are segments of all lengths.
    private static Outbox Backlog(SimulatedFiles files, out int[] expected)
    {
        Outbox outbox = Make(files);
        long nowMs = 0;
        for (int index = 1; index <= Messages; index++)
        {
            Offer(outbox, index % 5 == 0 ? TelemetryMessage.Urgent : TelemetryMessage.Normal, index);
            for (int second = 0; second < 60; second++)
            {
                nowMs += 1000;
                outbox.Step(nowMs, false, true);
            }

            if (index % 50 == 0)
            {
                outbox.ReleaseFiles();
            }
        }

        for (int second = 0; second < 600; second++)
        {
            nowMs += 1000;
            outbox.Step(nowMs, false, true);
        }

        Assert.That(outbox.Unsaved(), Is.Zero);
        expected = [.. Enumerable.Range(1, Messages).Where(index => index % 5 == 0), .. Enumerable.Range(1, Messages).Where(index => index % 5 != 0)];
        return outbox;
    }

    private static Outbox Make(SimulatedFiles files) => new(32, 16384, files, BoardDescription.SmallFileSystemBytes - BoardDescription.ReservedFileBytes);

    private static void Offer(Outbox outbox, int priority, int sequence) =>
        outbox.Offer(new TelemetryMessage("features", Encoding.ASCII.GetBytes($$"""{"bootId":"1-a","seq":{{sequence}},"values":[1,2,3]}"""), priority, "1-a", sequence));
}
