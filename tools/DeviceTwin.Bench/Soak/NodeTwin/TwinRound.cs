using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.SensorNode;
using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.SensorNode.Simulator.Machines;
using DeviceTwin.SensorNode.Simulator.Network;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.Bench.Soak.NodeTwin;

/// <summary>
/// One round: some minutes of bad weather, during which an operator changes settings and calls methods, the node restarts, its flash
/// and its clock fail and the hub forgets; then fair weather, in which node and hub have to agree. All in virtual time, from one seed.
/// </summary>
internal sealed class TwinRound
{
    /// <summary>Longest time to agreement once messages get through: two requests unanswered, and the longest wait of link and twin.</summary>
    public const long AgreementMs = 15 * 60_000;

    /// <summary>Most messages of the node in that time.</summary>
    public const int AgreementMessages = 60;

    private const long UtcAtStart = 1_790_000_000_000;

    private static readonly string[] Values =
    [
        "1", "2", "10", "16", "100", "500", "5000", "9000", "100001", "-5000", "true", "false", "\"text\"", "\"not well formed\"", "null", "1.5", "{\"deep\":{\"er\":1}}", "[1,2]",
    ];

    private static readonly string[] Methods = ["acknowledgeAlarm", "relearnBaseline", "capture", "getTrace", "reboot", "factoryReset", "identify", "dance"];
    private static readonly SettingsTextRule Rule = new();

    private readonly int _seed;
    private readonly Xoshiro256 _random;
    private readonly SimulatedHub _hub;
    private readonly FickleFiles _files = new();
    private readonly SimulatedRadio _radio = new();
    private readonly SimulatedClock _clock;
    private TwinStand _stand;
    private long _nowMs;
    private long _clockErrorMs;
    private int _starts = 1;
    private int _newestApplied;
    private int _calls;
    private int _measured;
    private int _confirmed;
    private int _sequence;
    private bool _mayFall;
    private SimulatedTwin? _backup;
    private int _changes;
    private int _writes;
    private long _unsavedSinceMs = long.MaxValue;
    private string? _violation;

    public TwinRound(int seed)
    {
        _seed = seed;
        _random = new Xoshiro256((ulong)seed);
        _hub = new SimulatedHub(() => _nowMs, () => UtcAtStart + _nowMs, Xoshiro256.Mix((ulong)seed, 7)) { Weather = SomeWeather() };
        _clock = new SimulatedClock(() => _clockErrorMs == long.MinValue ? 0 : UtcAtStart + _nowMs + _clockErrorMs)
        {
            TimeServer = () => _clockErrorMs = _hub.IsOutage ? _clockErrorMs : 0,
        };
        _hub.Sending = WatchReport;
        _stand = NewStand();
    }

    /// <summary>Virtual time that the round took.</summary>
    public long NowMs => _nowMs;

    /// <summary>Messages that the node sent.</summary>
    public int Messages => _hub.Messages;

    /// <returns>What was violated, or null.</returns>
    public string? Play()
    {
        int acts = 10 + Below(30);
        for (int act = 0; act < acts && _violation is null; act++)
        {
            Act();
            Run(_nowMs + Below(Below(4) == 0 ? 30_000 : 3_000), () => false);
        }

        Clear();
        int before = _hub.Messages;
        Run(_nowMs + AgreementMs, () => _stand.Agent.IsSettled && _stand.Link.State == LinkState.Ready && _stand.Outbox.Count() == 0
            && _stand.Agent.DesiredVersion == _hub.Twin.DesiredVersion);
        Require(_stand.Agent.IsSettled && _stand.Link.State == LinkState.Ready, "node and hub do not come to rest");
        Require(_hub.Messages - before <= AgreementMessages, $"{_hub.Messages - before} messages until rest");
        Require(_hub.Messages <= 40 + (_nowMs / 250), $"{_hub.Messages} messages in {_nowMs / 1000} s");
        Require(_measured + _stand.Measured <= _calls, $"{_measured + _stand.Measured} requests carried out for {_calls} calls");
        Require(_confirmed + _stand.Link.Counters.TelemetryConfirmed <= _hub.Telemetry.Count, "telemetry is confirmed that the hub has not");
        if (_violation is null)
        {
            Agree();
        }

        return _violation;
    }

    private static JsonObject Patch(string path, string value)
    {
        string[] names = path.Split('.');
        return new JsonObject { [names[0]] = new JsonObject { [names[1]] = JsonNode.Parse(value) } };
    }

    private Weather SomeWeather()
    {
        double[] chances = [0, 0, 0.01, 0.05, 0.2];
        return new Weather
        {
            LatencyMs = 20 << Below(8),
            Unreachable = Chance(),
            Hanging = Chance() / 4,
            Unavailable = Chance(),
            Break = Chance() / 4,
            HalfOpen = Chance() / 8,
            Refusal = Chance(),
            Silence = Chance(),
            LostConfirmation = Chance(),
            LateConfirmation = Chance(),
            Twice = Chance(),
        };

        double Chance() => chances[Below(chances.Length)];
    }

    private void Act()
    {
        switch (Below(20))
        {
            case < 8:
                _hub.Desire(SomePatch());
                break;
            case 8:
                _hub.BreakConnections();
                break;
            case 9:
                _hub.IsOutage = !_hub.IsOutage;
                break;
            case 10:
                _radio.InReach = !_radio.InReach;
                break;
            case 11:
                Restart();
                break;
            case 12:
                _files.Fails = !_files.Fails;
                break;
            case 13:
                _clockErrorMs = Below(6) switch
                {
                    0 => long.MinValue,
                    1 => -3_600_000,
                    2 => 3_600_000,
                    3 => Below(600_000) - 300_000,
                    _ => 0,
                };
                break;
            case 14 when _backup is null || Below(4) == 0:
                _backup = _hub.Twin.Copy();
                break;
            case 14:
                if (Below(3) == 0)
                {
                    _hub.Twin.MakeAnew();
                }
                else
                {
                    _hub.Twin.Restore(_backup);
                }

                _hub.BreakConnections();
                _mayFall = true;
                break;
            case 15 or 16:
                string method = Methods[Below(Methods.Length)];
                _calls += _hub.Call(method, Below(5) == 0 ? "{\"seconds\":5}" : "null") is null ? 0 : 1;
                break;
            case 17:
                _stand.Agent.Facts.Set(TwinFacts.Verdict, "verdict" + Below(3));
                _stand.Agent.Facts.SetAlarms(TwinFacts.Alarms, Below(64));
                break;
            case 18:
                _stand.Outbox.Offer(new TelemetryMessage("features", "{}"u8.ToArray(), Below(3), _stand.BootId, ++_sequence));
                break;
            default:
                _hub.Weather = SomeWeather();
                break;
        }
    }

    private JsonObject SomePatch()
    {
        var patch = new JsonObject();
        for (int count = 1 + Below(4); count > 0; count--)
        {
            int index = Below(TwinModel.Count + 3);
            string path = index < TwinModel.Count ? TwinModel.Path(index)
                : index == TwinModel.Count ? "sampling.colour"
                : index == TwinModel.Count + 1 ? "other.thing"
                : "detection.envelopeBandLowHertz";
            string[] names = path.Split('.');
            JsonObject one = Patch(path, Values[Below(Values.Length)]);
            if (patch[names[0]] is JsonObject component)
            {
                component[names[1]] = one[names[0]]![names[1]]!?.DeepClone();
            }
            else
            {
                patch[names[0]] = one[names[0]]!.DeepClone();
            }
        }

        if (Below(15) == 0)
        {
            patch[TwinModel.Component(Below(TwinModel.ComponentCount))] = Below(2) == 0 ? null : JsonValue.Create(3);
        }

        return patch;
    }

    /// <summary>The node is switched off at any moment, and starts with its files.</summary>
    private void Restart()
    {
        _measured += _stand.Measured;
        _confirmed += _stand.Link.Counters.TelemetryConfirmed;
        _starts++;
        _changes = 0;
        _unsavedSinceMs = long.MaxValue;
        _newestApplied = 0;
        _stand = NewStand();
    }

    private TwinStand NewStand() => new(_hub, _files, _clock, _radio, _starts, (int)(Xoshiro256.Mix((ulong)_seed, 100 + (ulong)_starts) & 0xFFFFFF));

    /// <summary>Fair weather from now on.</summary>
    private void Clear()
    {
        _hub.Weather = Weather.Fair;
        _hub.IsOutage = false;
        _radio.InReach = true;
        _files.Fails = false;
        if (_stand.Agent.Unreportable > 0)
        {
            // What the hub refused for its content is told again when the twin is read again.
            _hub.BreakConnections();
            Run(_nowMs + 2000, () => false);
        }

        _clockErrorMs = _clockErrorMs == long.MinValue ? 0 : _clockErrorMs;
    }

    private void Run(long untilMs, Func<bool> isEnough)
    {
        while (_nowMs < untilMs && _violation is null && !isEnough())
        {
            long next = _stand.Step(_nowMs);
            Watch();
            if (_stand.Power.Restarts > 0)
            {
                Restart();
            }

            // A loop is called when it asked for it, or later: another thread had the processor.
            long late = Below(8) == 0 ? Below(900) : Below(60);
            _nowMs = Math.Min(Math.Max(next, _nowMs + 1) + late, untilMs);
        }
    }

    private void Watch()
    {
        int applied = _stand.Agent.DesiredVersion;
        if (applied >= 0 && applied < _newestApplied)
        {
            // Only a twin that was made anew, or set back, may be older than what is applied.
            Require(_mayFall, $"desired version {applied} over {_newestApplied}");
            _mayFall = false;
            _newestApplied = applied;
        }

        _newestApplied = Math.Max(_newestApplied, applied);
        Require(Rules.AreGood(_stand.Agent.Book.Values, Rule), "settings in force are not good");
        if (_files.Writes != _writes)
        {
            _unsavedSinceMs = long.MaxValue;
        }
        else if (_stand.Agent.Book.Changes != _changes && _unsavedSinceMs == long.MaxValue)
        {
            _unsavedSinceMs = _nowMs;
        }

        _writes = _files.Writes;
        _changes = _stand.Agent.Book.Changes;
    }

    /// <summary>What is reported is in force, and in the file: a power cut right now changes nothing of it.</summary>
    private void WatchReport(JsonObject patch)
    {
        // After a minute without a working flash the node acknowledges what the hub's twin will bring back.
        bool isExcused = _nowMs - _unsavedSinceMs >= 59_000;
        byte[]? content = _files.Read(TalkLoop.SettingsFile);
        SettingsValues saved = (content is null ? null : SettingsCodec.Read(content, Rule)) ?? new SettingsValues();
        for (int index = 0; index < TwinModel.Count; index++)
        {
            string[] names = TwinModel.Path(index).Split('.');
            if ((patch[names[0]] as JsonObject)?[names[1]] is not JsonObject told)
            {
                continue;
            }

            string value = told["value"]?.ToJsonString() ?? "absent";
            Require(value == Text(_stand.Agent.Book.Values, index), $"{TwinModel.Path(index)}: {value} is reported, {Text(_stand.Agent.Book.Values, index)} in force");
            Require(isExcused || value == Text(saved, index), $"{TwinModel.Path(index)}: {value} is reported, {Text(saved, index)} in the file");
        }
    }

    private static string Text(SettingsValues values, int index) =>
        !values.IsSet(index) ? "absent"
        : TwinModel.TypeOf(index) == TwinModel.TextType ? JsonValue.Create(values.Texts[TwinModel.TextOf(index)])!.ToJsonString()
        : TwinModel.TypeOf(index) == TwinModel.BooleanType ? values.Numbers[index] == 0 ? "false" : "true"
        : values.Numbers[index].ToString(System.Globalization.CultureInfo.InvariantCulture);

    private void Agree()
    {
        Require(_stand.Agent.DesiredVersion == _hub.Twin.DesiredVersion, $"desired version {_stand.Agent.DesiredVersion}, the hub has {_hub.Twin.DesiredVersion}");
        Require(_stand.Agent.ReportedVersion == _hub.Twin.ReportedVersion, $"reported version {_stand.Agent.ReportedVersion}, the hub has {_hub.Twin.ReportedVersion}");
        for (int index = 0; index < TwinModel.Count; index++)
        {
            string path = TwinModel.Path(index);
            JsonNode? desired = SimulatedTwin.At(_hub.Twin.Desired, path);
            var reported = SimulatedTwin.At(_hub.Twin.Reported, path) as JsonObject;
            string inForce = Text(_stand.Agent.Book.Values, index);
            if (reported is null)
            {
                Require(inForce == "absent" && desired is null, $"{path} is not reported");
                continue;
            }

            string value = reported["value"]?.ToJsonString() ?? "absent";
            Require(value == inForce, $"{path}: {value} is reported, {inForce} in force");
            int code = reported["ac"]!.GetValue<int>();
            Require(code != 200 || value == desired?.ToJsonString(), $"{path}: acknowledged {value}, desired {desired?.ToJsonString()}");
            Require(code == 200 || code >= 400 || desired is null, $"{path}: {code}, desired {desired?.ToJsonString()}");
        }

        foreach (string stray in new[] { "sampling.colour", "other" })
        {
            bool isDesired = SimulatedTwin.At(_hub.Twin.Desired, stray) is not null;
            Require((SimulatedTwin.At(_hub.Twin.Reported, stray + ".ac") is not null) == isDesired, $"{stray}: desired {isDesired}");
        }
    }

    private int Below(int bound) => (int)(_random.NextUniform() * bound);

    private void Require(bool holds, string violation)
    {
        if (!holds && _violation is null)
        {
            _violation = $"after {_nowMs} ms, start {_starts}: {violation}";
        }
    }
}
