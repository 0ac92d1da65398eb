using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.SensorNode;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.SensorNode.Simulator.Machines;
using DeviceTwin.Tests.SensorNode.Simulator.Link;

namespace DeviceTwin.Tests.SensorNode.Simulator.Node;

/// <summary>
/// The power is cut at every single operation on files, three ways each, in scripts that write all the node writes: what was said to be durable is there
/// afterwards, nothing torn is read, no number is used twice.
/// </summary>
public sealed class PowerCutTests
{
    [TestCase(TalkLoop.SettingsFile)]
    [TestCase(TalkLoop.BaselineFile)]
    public void AFileHoldsWhatWasWrittenLastOrWhatWasBeingWritten(string name)
    {
        byte[][] contents = [[1], [.. Enumerable.Repeat((byte)2, 5000)], [], [.. Enumerable.Range(0, 300).Select(index => (byte)index)]];
        int cuts = 0;
        foreach ((int at, PowerCut cut) in Cuts(files => Write(files, [])))
        {
            var files = new SimulatedFiles { CutAt = at, Cut = cut };
            var done = new List<byte[]?> { null };
            Assert.Throws<PowerCutException>(() => Write(files, done));
            files.PowerOn();
            byte[]? found = files.Read(name);
            byte[]? next = done.Count <= contents.Length ? contents[done.Count - 1] : null;
            Assert.That(Same(found, done[^1]) || Same(found, next), $"operation {at}, {cut}: neither the old nor the new content");

            // The next start writes as if nothing had been.
            files.Write(name, [9, 9]);
            Assert.That(files.Read(name), Is.EqualTo(new byte[] { 9, 9 }));
            cuts++;
        }

        Assert.That(cuts, Is.EqualTo(3 * (2 + 4 + 2)));

        void Write(SimulatedFiles files, List<byte[]?> done)
        {
            foreach (byte[] content in contents)
            {
                files.Write(name, content);
                done.Add(content);
            }

            files.Delete(name);
        }
    }

    [Test]
    public void TheOutboxLosesNothingThatWasStoredAndSendsNothingThatWasNot()
    {
        int cuts = 0;
        foreach ((int at, PowerCut cut) in Cuts(files => new OutboxScript(files).Run()))
        {
            string where = $"operation {at}, {cut}";
            var files = new SimulatedFiles { CutAt = at, Cut = cut };
            var script = new OutboxScript(files);
            script.Run();
            Assert.That(files.IsOff, where);
            files.PowerOn();
            script.Restart();
            script.SendAll();
            Assert.That(script.Stored.Except(script.Received.Keys), Is.Empty, $"{where}: stored and lost");
            Assert.That(script.Received.All(message => script.Offered[message.Key] == message.Value), where);
            Assert.That(files.Contents, Is.Empty, $"{where}: files are left over");
            cuts++;
        }

        Assert.That(cuts, Is.GreaterThan(60));
    }

    /// <summary>A whole node: it starts, takes settings, alarms, learns; then the power goes, and it starts again with what is there.</summary>
    [Test]
    public void ANodeUsesNoNumberTwiceAndAcknowledgesNoSettingThatItThenForgets()
    {
        int cuts = 0;
        foreach ((int at, PowerCut cut) in Cuts(files => new NodeScript(files).Run()))
        {
            string where = $"operation {at}, {cut}";
            var files = new SimulatedFiles { CutAt = at, Cut = cut };
            var script = new NodeScript(files);
            bool isAcknowledged = script.Run();
            files.PowerOn();
            int[] intervals = script.Restart();
            Assert.That(intervals[1], Is.EqualTo(7).Or.EqualTo(isAcknowledged ? 7 : intervals[0]), $"{where}: an acknowledged setting is forgotten");
            Assert.That(script.Alarms, Does.Contain("raised"), where);
            cuts++;
        }

        TestContext.Out.WriteLine($"{cuts} cuts");
        Assert.That(cuts, Is.GreaterThan(20));
    }

    // Every operation of a script that is not cut, three ways each.
    private static IEnumerable<(int At, PowerCut Cut)> Cuts(Action<SimulatedFiles> script)
    {
        var files = new SimulatedFiles();
        script(files);
        for (int at = 1; at <= files.Operations; at++)
        {
            foreach (PowerCut cut in Enum.GetValues<PowerCut>())
            {
                yield return (at, cut);
            }
        }
    }

    private static bool Same(byte[]? one, byte[]? other) => one is null ? other is null : other is not null && one.AsSpan().SequenceEqual(other);

    /// <summary>Outages, alarms, a crowded memory, a hub that confirms; on few blocks, so that segments come and go.</summary>
    private sealed class OutboxScript(SimulatedFiles files)
    {
        private Outbox _outbox = new(16, 8192, files, 48 * Outbox.BlockSize);
        private int _starts = 1;
        private int _sequence;
        private long _nowMs;

        public Dictionary<(string, int), string> Offered { get; } = [];

        public Dictionary<(string, int), string> Received { get; } = [];

        /// <summary>Messages that were on file when a step had ended.</summary>
        public HashSet<(string, int)> Stored { get; } = [];

        public void Run()
        {
            for (int round = 0; round < 2 && !files.IsOff; round++)
            {
                for (int index = 0; index < 24 && !files.IsOff; index++)
                {
                    Offer(index % 6 == 5 ? TelemetryMessage.Urgent : TelemetryMessage.Normal);
                    Step(false);
                }

                SendAll();
                Offer(TelemetryMessage.Urgent);
                SendAll();
            }
        }

        public void Restart()
        {
            _starts++;
            _sequence = 0;
            _outbox = new Outbox(16, 8192, files, 48 * Outbox.BlockSize);
            Offer(TelemetryMessage.Normal);
        }

        public void SendAll()
        {
            Step(true);
            for (TelemetryMessage? message = _outbox.Peek(); message is not null && !files.IsOff; message = _outbox.Peek())
            {
                var number = (message.BootId, message.Sequence);
                string text = Encoding.ASCII.GetString(message.Payload);
                Assert.That(Received.GetValueOrDefault(number, text), Is.EqualTo(text), "a number twice");
                Received[number] = text;
                _outbox.Confirm();
            }
        }

        private void Step(bool isOnline)
        {
            _nowMs += 70_000;
            var waiting = Offered.Keys.Where(number => !Received.ContainsKey(number)).ToArray();
            _outbox.Step(_nowMs, isOnline, true);
            if (!files.IsOff && _outbox.Unsaved() == 0)
            {
                Stored.UnionWith(waiting);
            }
        }

        private void Offer(int priority)
        {
            if (files.IsOff)
            {
                return;
            }

            string boot = $"{_starts}-x";
            _sequence++;
            string text = $$"""{"bootId":"{{boot}}","seq":{{_sequence}},"text":"{{new string((char)('a' + (_sequence % 26)), _sequence * 37 % 900)}}"}""";
            Offered.Add((boot, _sequence), text);
            _outbox.Offer(new TelemetryMessage("features", Encoding.ASCII.GetBytes(text), priority, boot, _sequence));
        }
    }

    private sealed class NodeScript(SimulatedFiles files)
    {
        private readonly Dictionary<string, string> _said = [];
        private int _starts;

        public List<string> Alarms { get; } = [];

        /// <returns>Whether the node has acknowledged the setting.</returns>
        public bool Run()
        {
            var scene = Start(session => session.Desire("""{"sampling":{"captureIntervalSeconds":7},"detection":{"velocityLimitUmPerSecond":100}}"""));
            RunTo(scene, 12_000);
            Note(scene);
            return scene.Session.Twin.ReportedAt("sampling.captureIntervalSeconds.value")?.GetValue<int>() == 7;
        }

        /// <returns>The interval by default, and the one in force without a hub.</returns>
        public int[] Restart()
        {
            int standard = new SettingsProbe(new SimulatedFiles()).Interval();
            int inForce = new SettingsProbe(files).Interval();
            var scene = Start(session => session.Desire("""{"detection":{"velocityLimitUmPerSecond":100}}"""));
            RunTo(scene, 12_000);
            Note(scene);
            return [standard, inForce];
        }

        private NodeScene Start(Action<StubSession> desire)
        {
            var session = new StubSession();
            desire(session);
            files.WhenCut = () => session.IsClogged = true;
            _starts++;
            return new NodeScene(MachineKind.Unbalance, files: files, session: session, seed: _starts);
        }

        private void RunTo(NodeScene scene, long untilMs)
        {
            for (long nowMs = 0; nowMs <= untilMs && !files.IsOff; nowMs += 200)
            {
                scene.RunTo(nowMs);
            }
        }

        private void Note(NodeScene scene)
        {
            foreach (var message in scene.Session.Telemetry.Where(message => message.Topic.Contains("&seq=", StringComparison.Ordinal)))
            {
                string number = message.Topic[message.Topic.IndexOf("&bootId=", StringComparison.Ordinal)..];
                Assert.That(_said.GetValueOrDefault(number, message.Payload), Is.EqualTo(message.Payload), $"{number} says two things");
                _said[number] = message.Payload;
                if (message.Topic.Contains("&kind=alarm&", StringComparison.Ordinal))
                {
                    Alarms.Add((string)JsonNode.Parse(message.Payload)!["state"]!);
                }
            }
        }
    }

    private sealed class SettingsProbe(IFiles files)
    {
        public int Interval()
        {
            byte[]? content = files.Read(TalkLoop.SettingsFile);
            var values = content is null ? null : DeviceTwin.SensorNode.Twin.SettingsCodec.Read(content, new SettingsTextRule());
            return (values ?? new DeviceTwin.SensorNode.Twin.SettingsValues()).Numbers[DeviceTwin.SensorNode.Twin.TwinModel.SamplingCaptureIntervalSeconds];
        }
    }
}
