using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.Tests.SensorNode.Portable.Twin;

/// <summary>
/// Whatever is lost, doubled or overtaken, whenever the node restarts: once messages get through, node and hub agree,
/// with a bounded number of messages. Each round is a random history with its seed in the message. In every other round
/// a connection loses nothing as long as it lives; then agreement must not even need a new connection.
/// </summary>
public sealed class TwinConvergenceTests
{
    private const int Rounds = 400;

    private static readonly string[] Values = ["1", "2", "10", "100", "500", "5000", "100001", "-5000", "true", "\"text\"", "\"other\"", "\"not well formed\"", "null", "1.5"];

    [Test]
    public void EveryHistoryConverges()
    {
        for (int seed = 0; seed < Rounds; seed++)
        {
            new History(seed).Play();
        }
    }

    private sealed class History(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly TwinScene _scene = new();
        private readonly List<TwinRequest> _toHub = [];
        private readonly List<Action> _toNode = [];
        private readonly bool _losesOnlyWithTheConnection = (seed & 1) == 0;
        private bool _connected;
        private int _newestApplied;

        public void Play()
        {
            int steps = _random.Next(20, 120);
            for (int step = 0; step < steps; step++)
            {
                Act();
                Watch();
            }

            if (_connected && _losesOnlyWithTheConnection)
            {
                DeliverAll();
            }
            else
            {
                _scene.Agent.Disconnected(_scene.NowMs);
                _scene.Agent.Connected(_scene.NowMs);
            }

            int before = _scene.Requests.Count;
            for (int wait = 0; wait < 5 && !_scene.Agent.IsSettled; wait++)
            {
                _scene.Talk();
                _scene.NowMs += 60000;
            }

            Assert.That(_scene.Agent.IsSettled, Is.True, Say("is settled"));
            Assert.That(_scene.Requests.Count - before, Is.LessThanOrEqualTo(6), Say("bounded number of messages"));
            Agree();
        }

        private void Act()
        {
            switch (_random.Next(12))
            {
                case 0:
                    _connected = true;
                    _toHub.Clear();
                    _toNode.Clear();
                    _scene.Agent.Connected(_scene.NowMs);
                    break;
                case 1 when _random.Next(3) == 0:
                    _connected = false;
                    _scene.Agent.Disconnected(_scene.NowMs);
                    break;
                case 2 when _random.Next(4) == 0:
                    _connected = false;
                    _newestApplied = 0;
                    _scene.Restart();
                    break;
                case 3:
                    _scene.Agent.Facts.Set(TwinFacts.Verdict, "verdict" + _random.Next(3));
                    _scene.Agent.Facts.SetAlarms(TwinFacts.Alarms, _random.Next(64));
                    break;
                case 4 or 5 or 6:
                    byte[] patch = _scene.Hub.Desire(RandomPatch());
                    Queue(() => _scene.Agent.Desired(patch, _scene.NowMs));
                    break;
                case 7:
                    _scene.NowMs += _random.Next(60000);
                    break;
                case 8 or 9:
                    if (_scene.Next() is { } request && _connected)
                    {
                        _toHub.Add(request);
                    }

                    break;
                case 10:
                    HubWorks();
                    break;
                default:
                    NodeListens();
                    break;
            }
        }

        // Answers a request out of order, perhaps twice, perhaps with an error, perhaps not at all.
        private void HubWorks()
        {
            if (_toHub.Count == 0)
            {
                return;
            }

            TwinRequest request = _toHub[_random.Next(_toHub.Count)];
            if (_losesOnlyWithTheConnection || _random.Next(4) != 0)
            {
                _toHub.Remove(request);
            }

            switch (_random.Next(_losesOnlyWithTheConnection ? 1 : 0, 6))
            {
                case 0:
                    break;
                case 1:
                    Queue(() => _scene.Refuse(request, 429));
                    break;
                default:
                    if (request.Patch is null)
                    {
                        byte[] twin = _scene.Hub.Get();
                        Queue(() => _scene.Agent.Answered(200, request.RequestId, -1, twin, _scene.NowMs));
                    }
                    else
                    {
                        int version = _scene.Hub.Report(request.Patch);
                        Queue(() => _scene.Agent.Answered(204, request.RequestId, version, [], _scene.NowMs));
                    }

                    break;
            }
        }

        private void Queue(Action delivery)
        {
            int least = _losesOnlyWithTheConnection ? 1 : 0;
            for (int copies = _connected ? _random.Next(least, 3) : 0; copies > 0; copies--)
            {
                _toNode.Add(delivery);
            }
        }

        private void DeliverAll()
        {
            while (_toHub.Count + _toNode.Count > 0)
            {
                HubWorks();
                NodeListens();
                Watch();
            }
        }

        private void NodeListens()
        {
            if (_toNode.Count > 0)
            {
                int index = _random.Next(_toNode.Count);
                Action delivery = _toNode[index];
                _toNode.RemoveAt(index);
                delivery();
            }
        }

        private void Watch()
        {
            Assert.That(_scene.Agent.DesiredVersion, Is.GreaterThanOrEqualTo(_newestApplied - 1), Say("never an older version over a newer"));
            _newestApplied = Math.Max(_newestApplied, _scene.Agent.DesiredVersion);
            Assert.That(Rules.AreGood(_scene.Agent.Book.Values, new PlainTextRule()), Is.True, Say("settings in force are always good"));
        }

        private string RandomPatch()
        {
            var patch = new JsonObject();
            for (int count = _random.Next(1, 4); count > 0; count--)
            {
                int index = _random.Next(TwinModel.Count + 2);
                string path = index < TwinModel.Count ? TwinModel.Path(index) : index == TwinModel.Count ? "sampling.colour" : "other.thing";
                string[] names = path.Split('.');
                patch[names[0]] ??= new JsonObject();
                patch[names[0]]![names[1]] = JsonNode.Parse(Values[_random.Next(Values.Length)]);
            }

            return patch.ToJsonString();
        }

        private void Agree()
        {
            Assert.That(_scene.Agent.DesiredVersion, Is.EqualTo(_scene.Hub.DesiredVersion), Say("desired version"));
            Assert.That(_scene.Agent.ReportedVersion, Is.EqualTo(_scene.Hub.ReportedVersion), Say("reported version"));
            for (int index = 0; index < TwinModel.Count; index++)
            {
                Agree(index);
            }

            foreach (string stray in new[] { "sampling.colour", "other" })
            {
                bool isDesired = _scene.Hub.DesiredAt(stray) is not null;
                Assert.That(_scene.Hub.ReportedAt(stray + ".ac") is not null, Is.EqualTo(isDesired), Say(stray));
            }
        }

        private void Agree(int index)
        {
            string path = TwinModel.Path(index);
            JsonNode? desired = _scene.Hub.DesiredAt(path);
            JsonObject? reported = _scene.Hub.ReportedAt(path) as JsonObject;
            bool isSet = _scene.Agent.Book.Values.IsSet(index);
            if (reported is null)
            {
                Assert.That((isSet, desired is null), Is.EqualTo((false, true)), Say($"{path}: only what is absent is not reported"));
                return;
            }

            string value = reported["value"]?.ToJsonString() ?? "absent";
            int code = reported["ac"]!.GetValue<int>();
            int number = _scene.Agent.Book.Values.Numbers[index];
            string inForce = !isSet ? "absent"
                : TwinModel.TypeOf(index) == TwinModel.TextType ? $"\"{_scene.Agent.Book.Values.Texts[TwinModel.TextOf(index)]}\""
                : TwinModel.TypeOf(index) == TwinModel.IntegerType ? number.ToString()
                : number == 0 ? "false" : "true";
            Assert.That(value, Is.EqualTo(inForce), Say($"{path}: reported is what is in force"));
            if (code == 200)
            {
                Assert.That(value, Is.EqualTo(desired?.ToJsonString()), Say($"{path}: in sync means equal"));
            }
            else
            {
                Assert.That(code, Is.EqualTo(desired is null && reported["ad"]!.GetValue<string>() == "default" ? 203 : 400), Say(path));
            }
        }

        private string Say(string what) => $"seed {seed}: {what}";
    }
}
