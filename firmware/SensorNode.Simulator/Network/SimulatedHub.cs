#nullable enable

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Simulator.Machines;

namespace DeviceTwin.SensorNode.Simulator.Network;

/// <summary>
/// A hub and the network to it, in memory and in virtual time: what a node's session sees, message by message, in any <see cref="Weather"/>.
/// Same seed and same calls, same bytes. One node; a restarted node gets a new session of the same hub with <see cref="NewSession"/>.
/// </summary>
public sealed class SimulatedHub
{
    private static readonly int[] Errors = [429, 500, 503, 400, 404, 412, 413];

    private readonly Func<long> _nowMs;
    private readonly Func<long> _utcMs;
    private readonly Xoshiro256 _random;
    private readonly Dictionary<string, (int Next, int Length)> _waveforms = new(StringComparer.Ordinal);
    private Connection? _connection;
    private int _lastCall;

    /// <param name="nowMs">Virtual time; never goes back.</param>
    /// <param name="utcMs">UTC as the hub has it.</param>
    public SimulatedHub(Func<long> nowMs, Func<long> utcMs, ulong seed)
    {
        _nowMs = nowMs;
        _utcMs = utcMs;
        _random = new Xoshiro256(seed);
    }

    public SimulatedTwin Twin { get; } = new();

    public Weather Weather { get; set; } = Weather.Fair;

    /// <summary>Nothing gets through, and no new connection comes about.</summary>
    public bool IsOutage { get; set; }

    /// <summary>Telemetry that arrived, by its <c>bootId</c> and <c>seq</c>, with how often it came.</summary>
    public Dictionary<string, int> Telemetry { get; } = new(StringComparer.Ordinal);

    /// <summary>Answers to methods: the number of the call, and the status.</summary>
    public List<(string RequestId, int Status, string Body)> Answers { get; } = [];

    /// <summary>Messages that the node sent, connections included.</summary>
    public int Messages { get; private set; }

    /// <summary>Attempts to connect.</summary>
    public int Connects { get; private set; }

    /// <summary>Called with each reported patch at the moment the node sends it.</summary>
    public Action<JsonObject>? Sending { get; set; }

    /// <summary>Called with topic and body of each message at the moment it arrives.</summary>
    public Action<string, byte[]>? Received { get; set; }

    /// <summary>Waveforms that arrived as a whole.</summary>
    public int Waveforms { get; private set; }

    /// <summary>Whether a node that subscribed is connected, as far as the hub knows.</summary>
    public bool IsListening => _connection is { IsHubSideOpen: true, IsSubscribed: true };

    /// <summary>A session for a node that starts.</summary>
    public IMqttSession NewSession() => new Session(this);

    /// <summary>The operator changes something.</summary>
    public void Desire(JsonObject patch)
    {
        byte[] pushed = Twin.Desire(patch);
        if (IsListening)
        {
            for (int copy = Occurs(Weather.Twice) ? 2 : 1; copy > 0; copy--)
            {
                _connection!.ToNode($"$iothub/twin/PATCH/properties/desired/?$version={Twin.DesiredVersion}", pushed);
            }
        }
    }

    /// <summary>The operator calls a method.</summary>
    /// <returns>The number of the call, or null where no node listens.</returns>
    public string? Call(string method, string payload)
    {
        if (!IsListening)
        {
            return null;
        }

        string requestId = (++_lastCall).ToString("X", CultureInfo.InvariantCulture);
        for (int copy = Occurs(Weather.Twice) ? 2 : 1; copy > 0; copy--)
        {
            _connection!.ToNode($"$iothub/methods/POST/{method}/?$rid={requestId}", Encoding.UTF8.GetBytes(payload));
        }

        return requestId;
    }

    /// <summary>Every connection breaks at once.</summary>
    public void BreakConnections() => _connection?.Break();

    private bool Occurs(double chance) => chance > 0 && _random.NextUniform() < chance;

    private long Delay() => (Weather.LatencyMs / 10) + (long)(_random.NextUniform() * Weather.LatencyMs * 0.9);

    private sealed class Session(SimulatedHub hub) : IMqttSession
    {
        private Connection? _mine;

        public MqttSessionState State()
        {
            _mine?.Advance();
            return _mine?.State ?? MqttSessionState.Closed;
        }

        public int ConnectReturnCode() => _mine?.ReturnCode ?? -1;

        public bool SessionPresent() => false;

        public void Open(MqttSessionOptions options)
        {
            _mine?.Leave();
            hub.Connects++;
            hub.Messages++;
            _mine = new Connection(hub, options);
        }

        public int Publish(string topic, byte[] payload, int qos) => _mine?.Publish(topic, payload, qos) ?? -1;

        public int Subscribe(string[] filters, byte[] qos) => _mine?.Subscribe() ?? -1;

        public MqttMessage? Receive() => _mine?.Receive();

        public int NextConfirmed() => _mine?.NextConfirmed() ?? 0;

        public void Close()
        {
            _mine?.Leave();
            _mine = null;
        }
    }

    private sealed class Connection
    {
        /// <summary>The client asks for a sign of life each 60 s and gives up 30 s later.</summary>
        private const long KeepAliveMs = 90000;

        private readonly SimulatedHub _hub;
        private readonly PriorityQueue<Action, (long Ms, int Order)> _events = new();
        private readonly Queue<MqttMessage> _inbound = new();
        private readonly Queue<int> _confirmed = new();
        private long _lastToHubMs;
        private long _lastToNodeMs;
        private int _order;
        private int _packet;
        private bool _isHalfOpen;
        private bool _isLeft;

        public Connection(SimulatedHub hub, MqttSessionOptions options)
        {
            _hub = hub;
            State = MqttSessionState.Opening;
            if (hub.Occurs(hub.Weather.Hanging))
            {
                return;
            }

            bool isReached = !hub.IsOutage && !hub.Occurs(hub.Weather.Unreachable);
            bool isBusy = hub.Occurs(hub.Weather.Unavailable);
            After(isReached ? 3 * hub.Delay() : 3000, () =>
            {
                ReturnCode = !isReached || hub.IsOutage ? -1 : isBusy ? 3 : Judge(options);
                if (ReturnCode != 0)
                {
                    State = MqttSessionState.Closed;
                    return;
                }

                // The older connection of the same device is taken over.
                hub._connection?.Break();
                hub._connection = this;
                IsHubSideOpen = true;
                State = MqttSessionState.Open;
            });
        }

        public MqttSessionState State { get; private set; }

        public int ReturnCode { get; private set; } = -1;

        public bool IsHubSideOpen { get; private set; }

        public bool IsSubscribed { get; private set; }

        /// <summary>What is due happens.</summary>
        public void Advance()
        {
            while (_events.TryPeek(out _, out (long Ms, int Order) due) && due.Ms <= _hub._nowMs())
            {
                _events.Dequeue()();
            }
        }

        public void Break()
        {
            IsHubSideOpen = false;
            State = MqttSessionState.Closed;
            _events.Clear();
        }

        /// <summary>The node closes; what it has not sent through is lost.</summary>
        public void Leave()
        {
            Advance();
            _isLeft = true;
            IsHubSideOpen &= _isHalfOpen;
            State = MqttSessionState.Closed;
            _events.Clear();
        }

        public int Publish(string topic, byte[] payload, int qos)
        {
            Advance();
            if (State != MqttSessionState.Open)
            {
                return -1;
            }

            _hub.Messages++;
            bool isReport = topic.StartsWith("$iothub/twin/PATCH/properties/reported/", StringComparison.Ordinal);
            if (isReport && _hub.Sending is { } watch)
            {
                watch((JsonObject)JsonNode.Parse(payload)!);
            }

            int packetId = qos == 0 ? 0 : NextPacket();
            ToHub(() => Arrive(topic, payload, packetId));
            return packetId;
        }

        public int Subscribe()
        {
            Advance();
            if (State != MqttSessionState.Open)
            {
                return -1;
            }

            int packetId = NextPacket();
            _hub.Messages++;
            ToHub(() =>
            {
                IsSubscribed = true;
                Confirm(packetId);
            });
            return packetId;
        }

        public MqttMessage? Receive()
        {
            Advance();
            return _inbound.TryDequeue(out MqttMessage? message) ? message : null;
        }

        public int NextConfirmed() => _confirmed.TryDequeue(out int packetId) ? packetId : 0;

        public void ToNode(string topic, byte[] payload)
        {
            if (Passes())
            {
                _lastToNodeMs = Math.Max(_lastToNodeMs, _hub._nowMs() + _hub.Delay());
                At(_lastToNodeMs, () => _inbound.Enqueue(new MqttMessage(topic, payload)));
            }
        }

        private int NextPacket() => _packet = (_packet % 65535) + 1;

        private int Judge(MqttSessionOptions options)
        {
            int mark = options.Password?.IndexOf("&se=", StringComparison.Ordinal) ?? -1;
            return options.Password is null ? options.ClientCertificate is null ? 5 : 0
                : mark >= 0 && long.Parse(options.Password[(mark + 4)..], CultureInfo.InvariantCulture) * 1000 > _hub._utcMs() ? 0 : 5;
        }

        private void ToHub(Action arrival)
        {
            if (Passes())
            {
                _lastToHubMs = Math.Max(_lastToHubMs, _hub._nowMs() + _hub.Delay());
                At(_lastToHubMs, arrival);
            }
        }

        /// <summary>Whether a message gets on its way, or is what shows that the connection does not work any more.</summary>
        private bool Passes()
        {
            if (_isHalfOpen || _isLeft || !IsHubSideOpen)
            {
                return false;
            }

            if (_hub.IsOutage || _hub.Occurs(_hub.Weather.HalfOpen))
            {
                _isHalfOpen = true;
                After(KeepAliveMs, Break);
                return false;
            }

            if (_hub.Occurs(_hub.Weather.Break))
            {
                Break();
                return false;
            }

            return true;
        }

        private void Arrive(string topic, byte[] payload, int packetId)
        {
            _hub.Received?.Invoke(topic, payload);
            if (topic.StartsWith("$iothub/twin/GET/", StringComparison.Ordinal))
            {
                AnswerTwin(topic, () => (200, "", _hub.Twin.Get()));
            }
            else if (topic.StartsWith("$iothub/twin/PATCH/properties/reported/", StringComparison.Ordinal))
            {
                AnswerTwin(topic, () => (204, $"&$version={_hub.Twin.Report((JsonObject)JsonNode.Parse(payload)!)}", []));
            }
            else if (topic.StartsWith("$iothub/methods/res/", StringComparison.Ordinal))
            {
                string[] parts = topic.Split('/');
                _hub.Answers.Add((parts[4][(parts[4].IndexOf('=') + 1)..], int.Parse(parts[3], CultureInfo.InvariantCulture), Encoding.UTF8.GetString(payload)));
            }
            else if (topic.Contains("kind=waveform&", StringComparison.Ordinal))
            {
                TakeWaveform(topic["devices/".Length..].Split('/')[3]);
            }
            else
            {
                string name = topic[topic.IndexOf("&bootId=", StringComparison.Ordinal)..];
                _hub.Telemetry[name] = _hub.Telemetry.GetValueOrDefault(name) + 1;
            }

            if (packetId != 0)
            {
                Confirm(packetId);
            }
        }

        // Pieces in their order only; what is in them nobody looks at.
        private void TakeWaveform(string properties)
        {
            Dictionary<string, string> facts = [];
            foreach (string pair in properties.Split('&'))
            {
                facts[pair.Split('=')[0]] = pair.Split('=')[1];
            }

            string name = facts["sha256"];
            (int next, int length) = _hub._waveforms.GetValueOrDefault(name, (0, -1));
            if (facts.TryGetValue("offset", out string? offset))
            {
                length = int.Parse(facts["length"], CultureInfo.InvariantCulture);
                if (int.Parse(offset, CultureInfo.InvariantCulture) == next && next < length)
                {
                    next += int.Parse(facts["size"], CultureInfo.InvariantCulture);
                    _hub.Waveforms += next >= length ? 1 : 0;
                }

                _hub._waveforms[name] = (next, length);
            }
            else if (facts.TryGetValue("rid", out string? request))
            {
                string body = length < 0 ? """{"state":"absent"}""" : next < length ? $$"""{"state":"open","next":{{next}}}""" : """{"state":"complete"}""";
                ToNode($"$iothub/twin/res/200/?$rid={request}", Encoding.UTF8.GetBytes(body));
            }
        }

        private void AnswerTwin(string topic, Func<(int Status, string More, byte[] Body)> act)
        {
            string request = topic[(topic.IndexOf('?') + 1)..];
            if (_hub.Occurs(_hub.Weather.Refusal))
            {
                int error = Errors[(int)(_hub._random.NextUniform() * Errors.Length)];
                ToNode($"$iothub/twin/res/{error}/?{request}", Encoding.UTF8.GetBytes($$"""{"errorCode":{{error}}000,"message":"no"}"""));
                return;
            }

            (int status, string more, byte[] body) = act();
            if (!_hub.Occurs(_hub.Weather.Silence))
            {
                ToNode($"$iothub/twin/res/{status}/?{request}{more}", body);
            }
        }

        private void Confirm(int packetId)
        {
            if (_hub.Occurs(_hub.Weather.LostConfirmation))
            {
                return;
            }

            for (int copy = _hub.Occurs(_hub.Weather.Twice) ? 2 : 1; copy > 0; copy--)
            {
                long wait = _hub.Occurs(_hub.Weather.LateConfirmation) ? (long)(_hub._random.NextUniform() * 40000) : _hub.Delay();
                After(wait, () => _confirmed.Enqueue(packetId));
            }
        }

        private void After(long waitMs, Action act) => At(_hub._nowMs() + waitMs, act);

        private void At(long ms, Action act) => _events.Enqueue(act, (ms, ++_order));
    }
}
