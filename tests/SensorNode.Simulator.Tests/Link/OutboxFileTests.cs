using System.Text;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.SensorNode.Simulator.Machines;
using DeviceTwin.Tests.SensorNode.Simulator.Node;

namespace DeviceTwin.Tests.SensorNode.Simulator.Link;

/// <summary>What waits on files: what goes there and when, what outlives the power, how much there is room for, and what is dropped where there is none.</summary>
public sealed class OutboxFileTests
{
    private const int SmallFileBytes = BoardDescription.SmallFileSystemBytes - BoardDescription.ReservedFileBytes;

    [Test]
    public void WithAHubThatListensOnlyWhatIsUrgentTouchesTheFlash()
    {
        var files = new SimulatedFiles();
        var outbox = Make(files);
        for (int index = 1; index <= 200; index++)
        {
            Offer(outbox, TelemetryMessage.Normal, index);
            outbox.Step(index * 60_000L, true, true);
            Assert.That(TakeAll(outbox), Is.EqualTo(new[] { index }));
        }

        Assert.That(files.Operations, Is.Zero);
        Offer(outbox, TelemetryMessage.Urgent, 201);
        outbox.Step(13_000_000, true, true);
        Assert.That(outbox.Unsaved(), Is.Zero, "stored before it is sent");
        Assert.That(files.Contents, Has.Count.EqualTo(1));
        Assert.That(TakeAll(outbox), Is.EqualTo(new[] { 201 }));
        Assert.That(files.Contents, Is.Empty, "and gone when it is confirmed");
    }

    [Test]
    public void WhileACaptureRunsNothingIsWritten()
    {
        var files = new SimulatedFiles();
        var outbox = Make(files);
        Offer(outbox, TelemetryMessage.Urgent, 1);
        outbox.Step(0, false, false);
        Assert.That(files.Operations, Is.Zero);
        outbox.Step(1, false, true);
        Assert.That(files.Operations, Is.EqualTo(2));
        outbox.Step(2, true, false);
        Assert.That(TakeAll(outbox), Is.EqualTo(new[] { 1 }));
        Assert.That(files.Operations, Is.EqualTo(2), "nor removed");
        outbox.Step(3, true, true);
        Assert.That(outbox.Peek(), Is.Null);
        Assert.That(files.Contents, Is.Empty);
    }

    [Test]
    public void WhatIsStoredOutlivesThePowerWithItsBootAndNumberInTheOrderOfUrgency()
    {
        var files = new SimulatedFiles();
        var outbox = Make(files);
        for (int index = 1; index <= 100; index++)
        {
            Offer(outbox, index % 10 == 0 ? TelemetryMessage.Urgent : TelemetryMessage.Normal, index);
            outbox.Step(index * 60_000L, false, true);
        }

        RunTo(outbox, 6_100_000, 6_700_000, false);
        Assert.That(outbox.Unsaved(), Is.Zero);
        var restarted = Make(files);
        Offer(restarted, TelemetryMessage.Normal, 1, "2-b");
        var taken = new List<TelemetryMessage>();
        for (TelemetryMessage? message = restarted.Peek(); message is not null; message = restarted.Peek())
        {
            taken.Add(message);
            restarted.Confirm();
        }

        Assert.That(taken.Take(10).Select(message => message.Sequence), Is.EqualTo(Enumerable.Range(1, 10).Select(index => index * 10)));
        Assert.That(taken.Skip(10).Take(90).Select(message => message.Sequence), Is.EqualTo(Enumerable.Range(1, 100).Where(index => index % 10 != 0)));
        Assert.That(taken.Take(100).All(message => message.BootId == "1-a" && message.Kind == "features" && Sequence(message) == message.Sequence));
        Assert.That(taken[100].BootId, Is.EqualTo("2-b"));
        Assert.That(files.Contents, Is.Empty);
    }

    [Test]
    public void WhatWasNotConfirmedIsSentAgainAfterARestartAndWhatWasPutBackComesBack()
    {
        var files = new SimulatedFiles();
        var outbox = Make(files);
        for (int index = 1; index <= 5; index++)
        {
            Offer(outbox, TelemetryMessage.Urgent, index);
        }

        outbox.Step(0, true, true);
        Assert.That(outbox.Peek().Sequence, Is.EqualTo(1));
        outbox.Confirm();
        Assert.That(outbox.Peek().Sequence, Is.EqualTo(2));
        outbox.Release();
        Assert.That(outbox.Peek().Sequence, Is.EqualTo(2), "a lost connection loses no message");
        outbox.PutBack();
        Assert.That(TakeAll(outbox), Is.EqualTo(new[] { 3, 4, 5 }));
        Assert.That(files.Contents, Has.Count.EqualTo(1), "the file stays for the one that was put back");
        outbox.Step(Outbox.PutBackWaitMs - 1, true, true);
        Assert.That(outbox.Peek(), Is.Null);
        Assert.That(TakeAll(Make(files)), Is.EqualTo(new[] { 1, 2, 3, 4, 5 }), "after a restart nobody knows what was confirmed; the hub knows the numbers");
        Assert.That(files.Contents, Is.Empty);
    }

    [Test]
    public void WhatWasPutBackOnFileComesBackInTime()
    {
        var outbox = Make(new SimulatedFiles());
        Offer(outbox, TelemetryMessage.Urgent, 1);
        outbox.Step(0, true, true);
        outbox.Peek();
        outbox.PutBack();
        Assert.That(outbox.Peek(), Is.Null);
        outbox.Step(Outbox.PutBackWaitMs, true, true);
        Assert.That(TakeAll(outbox), Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void WithoutRoomTheOldestFeaturesGoFirstAndEveryDropIsCounted()
    {
        const int Room = 8 * Outbox.BlockSize;
        var files = new SimulatedFiles();
        var outbox = Make(files, Room);
        var random = new Random(3);
        int normals = 0;
        int urgents = 0;
        for (int index = 1; index <= 3000; index++)
        {
            bool isUrgent = random.Next(20) == 0;
            normals += isUrgent ? 0 : 1;
            urgents += isUrgent ? 1 : 0;
            Offer(outbox, isUrgent ? TelemetryMessage.Urgent : TelemetryMessage.Normal, index, noise: 60);
            outbox.Step(index * 60_000L, false, true);
            Assert.That(files.BlocksUsed, Is.LessThanOrEqualTo(8 + 4));
        }

        int lostNormals = outbox.Dropped(TelemetryMessage.Normal);
        int lostUrgents = outbox.Dropped(TelemetryMessage.Urgent);
        int[] taken = TakeAll(outbox);
        Assert.That(taken.Distinct().Count(), Is.EqualTo(taken.Length));
        Assert.That(taken, Has.Length.EqualTo(normals - lostNormals + urgents - lostUrgents), "every drop is counted, and nothing but drops is missing");
        Assert.That(lostNormals, Is.GreaterThan(0));
        Assert.That(lostUrgents, Is.Zero);
        Assert.That(outbox.FileFailures, Is.Zero);
    }

    [Test]
    public void AfterARestartDropsAreCountedTooAndAlarmsMakeRoomForAlarms()
    {
        const int Room = 8 * Outbox.BlockSize;
        var files = new SimulatedFiles();
        var outbox = Make(files, Room);
        int offered = 0;
        int dropped = 0;
        for (int start = 0; start < 4; start++)
        {
            for (int index = 1; index <= 400; index++)
            {
                Offer(outbox, TelemetryMessage.Urgent, ++offered, noise: 100);
                outbox.Step(index * 1000L, false, true);
            }

            dropped += outbox.Dropped();
            outbox = Make(files, Room);
        }

        Assert.That(TakeAll(outbox), Has.Length.EqualTo(offered - dropped));
        Assert.That(dropped, Is.GreaterThan(0));
    }

    [Test]
    public void FilesThatFailCostNothingButTheirRoom()
    {
        var files = new SimulatedFiles { Refuses = true };
        var outbox = Make(files);
        for (int index = 1; index <= 10; index++)
        {
            Offer(outbox, TelemetryMessage.Urgent, index);
            outbox.Step(index * 1000L, true, true);
        }

        Assert.That(outbox.FileFailures, Is.EqualTo(1), "they are left alone for a while");
        Assert.That(TakeAll(outbox), Is.EqualTo(Enumerable.Range(1, 10)));
        files.Refuses = false;
        Offer(outbox, TelemetryMessage.Urgent, 11);
        outbox.Step(11_000, true, true);
        Assert.That(outbox.Unsaved(), Is.Zero);
    }

    [Test]
    public void ADamagedFrameEndsItsSegmentAndNothingTornIsSent()
    {
        var files = new SimulatedFiles();
        var outbox = Make(files);
        for (int index = 1; index <= 3; index++)
        {
            Offer(outbox, TelemetryMessage.Urgent, index);
            outbox.Step(index, false, true);
        }

        int length = files.Contents["out.a1.s"];
        for (int position = 0; position < length; position++)
        {
            files.Spoil("out.a1.s", position, 0x10);
            var copy = new Outbox(32, 16384, new ReadOnly(files), SmallFileBytes);
            int[] taken = TakeAll(copy);
            Assert.That(taken, Is.EqualTo(Enumerable.Range(1, taken.Length)).And.Length.LessThan(3), $"byte {position}");
            Assert.That(copy.Damaged, Is.EqualTo(1));
            files.Spoil("out.a1.s", position, 0x10);
        }
    }

    /// <summary>The messages of a real node by default settings, all day long; and on the way the numbers that the description states.</summary>
    [TestCase(32, 16384)]
    [TestCase(16, 4096)]
    public void TheSmallBoardHoldsADayOfFeaturesAndAlarms(int messages, int queueBytes)
    {
        byte[][] real = RealFeatures(MachineKind.OuterRace);
        var files = new SimulatedFiles();
        var outbox = new Outbox(messages, queueBytes, files, SmallFileBytes);
        const int Day = 24 * 60;
        byte[] alarm = Encoding.ASCII.GetBytes($$"""{"bootId":"1-123456","seq":5,"t":1700000000000,"capture":3,"id":"1-123456-outer-1","alarm":"outer","state":"raised","verdict":"outer","zone":"B","settingsHash":"{{new string('a', 64)}}","fingerprint":"{{new string('b', 64)}}","at":1700000000}""");
        int alarms = 0;
        for (int minute = 1; minute <= Day; minute++)
        {
            outbox.Offer(new TelemetryMessage("features", real[minute % real.Length], TelemetryMessage.Normal, "1-123456", 2 * minute));
            if (minute % 30 == 0)
            {
                // An alarm comes or goes, and features with it.
                alarms++;
                outbox.Offer(new TelemetryMessage("alarm", alarm, TelemetryMessage.Urgent, "1-123456", 10_000 + (2 * minute)));
                outbox.Offer(new TelemetryMessage("features", real[(minute + 7) % real.Length], TelemetryMessage.Urgent, "1-123456", 10_001 + (2 * minute)));
            }

            outbox.Step(minute * 60_000L, false, true);
        }

        RunTo(outbox, Day * 60_000L, (Day + 10) * 60_000L, false);
        int stored = files.Contents.Values.Sum();
        TestContext.Out.WriteLine(
            $"features {real.Average(message => message.Length):0} bytes as they are; {stored} bytes in {files.BlocksUsed} blocks of files, "
            + $"{(double)stored / (Day + (2 * alarms)):0} per message; {files.BlocksWritten} blocks written");
        Assert.That(outbox.Dropped(), Is.Zero);
        Assert.That(TakeAll(Make(files)), Has.Length.EqualTo(Day + (2 * alarms)));
    }

    private static byte[][] RealFeatures(MachineKind kind)
    {
        var scene = new NodeScene(kind).RunTo(5000);
        scene.Session.Desire("""{"machine":{"shaftSpeedMilliHertz":29500,"bpfoMilliOrders":3585,"bpfiMilliOrders":5415,"bsfMilliOrders":2357,"ftfMilliOrders":398}}""");
        scene.RunTo(15 * 60_000);
        return [.. scene.Session.Telemetry.Where(message => message.Topic.Contains("&kind=features&", StringComparison.Ordinal)).Skip(3).Select(message => Encoding.UTF8.GetBytes(message.Payload))];
    }

    private static Outbox Make(SimulatedFiles files, int room = SmallFileBytes) => new(32, 16384, files, room);

    private static void Offer(Outbox outbox, int priority, int sequence, string bootId = "1-a", int noise = 0)
    {
        var random = new Random(sequence);
        string values = string.Join(',', Enumerable.Range(0, noise).Select(_ => random.Next(10_000)));
        outbox.Offer(new TelemetryMessage("features", Encoding.ASCII.GetBytes($$"""{"bootId":"{{bootId}}","seq":{{sequence}},"values":[{{values}}]}"""), priority, bootId, sequence));
    }

    private static int Sequence(TelemetryMessage message) => (int)System.Text.Json.Nodes.JsonNode.Parse(message.Payload)!["seq"]!;

    private static void RunTo(Outbox outbox, long fromMs, long untilMs, bool isOnline)
    {
        for (long nowMs = fromMs; nowMs <= untilMs; nowMs += 1000)
        {
            outbox.Step(nowMs, isOnline, true);
        }
    }

    private static int[] TakeAll(Outbox outbox)
    {
        var taken = new List<int>();
        for (TelemetryMessage? message = outbox.Peek(); message is not null; message = outbox.Peek())
        {
            taken.Add(message.Sequence);
            outbox.Confirm();
        }

        return [.. taken];
    }

    /// <summary>Files from which nothing goes.</summary>
    private sealed class ReadOnly(IFiles files) : IFiles
    {
        public byte[] Read(string name) => files.Read(name);

        public void Write(string name, byte[] content)
        {
        }

        public void Delete(string name)
        {
        }

        public void Append(string name, byte[] bytes, int count)
        {
        }

        public int ReadAt(string name, int position, byte[] buffer, int count) => files.ReadAt(name, position, buffer, count);

        public int Length(string name) => files.Length(name);

        public string[] List() => files.List();
    }
}
