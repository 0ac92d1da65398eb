#nullable enable

using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.SensorNode.Simulator.Fleet;
using DeviceTwin.SensorNode.Simulator.Machines;
using DeviceTwin.SensorNode.Simulator.Network;
using DeviceTwin.SensorNode.Supervision;

namespace DeviceTwin.SensorNode.Simulator.Scenarios;

/// <summary>
/// Plays a scenario: whole nodes on simulated boards, half of them with the small sensor, each with a hub in memory, all in virtual time. Then the
/// weather clears, and node and hub must agree.
/// </summary>
public sealed class ScenarioRun : IDisposable
{
    /// <summary>Longest time that a node may take to settle in fair weather: the longest waits of link and twin, and another start.</summary>
    public const long SettleMs = 30 * 60_000;

    private const long SettleStepMs = 5000;
    private const string Key = "bm9kZS1rZXktb2YtdGhpcnR5LXR3by1ieXRlcyEhISE=";
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Scenario _scenario;
    private readonly SimulatedFleet _fleet;
    private readonly Place[] _places;
    private readonly IncrementalHash _trace = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly PriorityQueue<Action, (long Ms, int Order)> _ends = new();
    private int _order;

    public ScenarioRun(Scenario scenario)
    {
        _scenario = scenario;
        _fleet = SimulatedFleet.InVirtualTime(scenario.Seed, Start);
        _places = [.. Enumerable.Range(0, scenario.Nodes).Select(NewPlace)];
    }

    /// <summary>Plays a scenario to its end.</summary>
    public static ScenarioResult Play(Scenario scenario)
    {
        using var run = new ScenarioRun(scenario);
        return run.Play();
    }

    /// <summary>Plays it; once.</summary>
    public ScenarioResult Play()
    {
        foreach (ScenarioStep step in _scenario.Steps)
        {
            RunTo(step.AtMs);
            foreach (Place place in _places.Where(place => step.Node == 0 || step.Node == place.Number))
            {
                Apply(step, place);
            }
        }

        RunTo(_scenario.ForMs);
        while (_ends.TryDequeue(out Action? end, out _))
        {
            end();
        }

        foreach (Place place in _places)
        {
            place.Files.CutAt = 0;
        }

        long untilMs = _scenario.ForMs + SettleMs;
        while (_fleet.VirtualMs < untilMs && !_places.All(IsSettled))
        {
            _fleet.Advance(TimeSpan.FromMilliseconds(SettleStepMs));
        }

        return Result();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _fleet.Dispose();
        _trace.Dispose();
    }

    private ScenarioResult Result()
    {
        foreach (Place place in _places)
        {
            place.Ledger.Close(place.Node);
            if (!IsSettled(place))
            {
                DeviceTwin.SensorNode.NodeStatus status = place.Node.Firmware.Status();
                place.Ledger.Violations.Add(
                    $"node {place.Number}: not settled {SettleMs / 60_000} min after the weather cleared: link {status.LinkState}, twin {status.TwinState}, "
                    + $"desired version {status.DesiredVersion} of {place.Hub.Twin.DesiredVersion}, {status.TelemetryWaiting} messages wait");
            }
        }

        IReadOnlyList<Fleet.NodeStatus> statuses = _fleet.Snapshot();
        return new ScenarioResult(
            Convert.ToHexStringLower(_trace.GetHashAndReset()), [.. _places.SelectMany(place => place.Ledger.Violations)], _fleet.VirtualMs)
        {
            Captures = _places.Sum(place => place.Captures) + statuses.Sum(status => status.Captures),
            Starts = statuses.Sum(status => status.Starts),
            Made = _places.Sum(place => place.Ledger.Made),
            Received = _places.Sum(place => place.Ledger.Received),
            Dropped = _places.Sum(place => place.Ledger.Dropped),
            Forgotten = _places.Sum(place => place.Ledger.Forgotten),
            Alarms = _places.Sum(place => place.Ledger.Alarms),
            AlarmsForgotten = _places.Sum(place => place.Ledger.AlarmsForgotten),
            Waveforms = _places.Sum(place => place.Hub.Waveforms),
        };
    }

    // A node that fell back holds on to the settings that were good, and says so.
    private static bool IsSettled(Place place)
    {
        DeviceTwin.SensorNode.NodeStatus status = place.Node.Firmware.Status();
        return status.IsConnected && status.IsTwinSettled && place.Node.Firmware.Outbox.Count() == 0
            && status.DesiredVersion == place.Hub.Twin.DesiredVersion;
    }

    private void RunTo(long ms)
    {
        while (_ends.TryPeek(out Action? end, out (long Ms, int Order) due) && due.Ms <= ms)
        {
            _fleet.Advance(TimeSpan.FromMilliseconds(due.Ms - _fleet.VirtualMs));
            _ends.Dequeue();
            end();
        }

        _fleet.Advance(TimeSpan.FromMilliseconds(ms - _fleet.VirtualMs));
    }

    private Place NewPlace(int index)
    {
        int number = index + 1;
        ulong seed = Xoshiro256.Mix((ulong)_scenario.Seed, 1000 + (ulong)index);
        var hub = new SimulatedHub(() => _fleet.VirtualMs, () => Start.ToUnixTimeMilliseconds() + _fleet.VirtualMs, Xoshiro256.Mix(seed, 1));
        var files = new SimulatedFiles();
        var machine = new SwitchedMachine(MachineKind.Healthy, Xoshiro256.Mix(seed, 2));
        var error = new ClockError();
        string id = $"node-{number}";
        double rateError = 0.02 * ((2 * new Xoshiro256(Xoshiro256.Mix(seed, 3)).NextUniform()) - 1);
        int seconds = (int)(_scenario.CaptureMs / 1000);
        hub.Twin.Desire(new JsonObject
        {
            ["sampling"] = new JsonObject { ["captureIntervalSeconds"] = seconds },
            ["reporting"] = new JsonObject { ["telemetryIntervalSeconds"] = seconds },
            ["machine"] = new JsonObject
            {
                ["shaftSpeedMilliHertz"] = machine.ShaftSpeedMilliHertz,
                ["bpfoMilliOrders"] = machine.Orders.BpfoMilli,
                ["bpfiMilliOrders"] = machine.Orders.BpfiMilli,
                ["bsfMilliOrders"] = machine.Orders.BsfMilli,
                ["ftfMilliOrders"] = machine.Orders.FtfMilli,
            },
        });
        var ledger = new ScenarioLedger($"node {number}", hub, files, () => _fleet.VirtualMs);
        hub.Received = (topic, payload) =>
        {
            _trace.AppendData(Encoding.UTF8.GetBytes($"{number} {_fleet.VirtualMs} {topic} {payload.Length}\n"));
            _trace.AppendData(payload);
            ledger.Arrived(topic, payload);
        };
        _fleet.AddNode(new SimulatedNodeOptions
        {
            DeviceId = id,
            Machine = machine,
            HubHost = "hub",
            Key = Key,
            CertificateAuthority = "-----BEGIN CERTIFICATE-----",
            Session = _ => hub.NewSession(),
            Files = files,
            Timing = new HostTiming(),
            Host = HostModel.Normal(Xoshiro256.Mix(seed, 4)),
            ClockError = error,
            Accelerometer = number % 2 == 0
                ? new Ism330dhcxModelOptions { RateError = rateError, Seed = Xoshiro256.Mix(seed, 5) }
                : new Iis3dwbModelOptions { RateError = rateError, Seed = Xoshiro256.Mix(seed, 5) },
        });
        var place = new Place(number, _fleet.Node(id), hub, files, machine, error, ledger, seed);
        place.Node.Measured = ledger.Measured;
        place.Node.Ended = node =>
        {
            place.Captures += node.Firmware.Status().Captures;
            ledger.Ended(node);
        };
        place.Node.Board.Clock.TimeServer = () =>
        {
            if (place.Node.Board.Radio.InReach && !hub.IsOutage)
            {
                error.Set(UtcMs());
            }
        };
        return place;
    }

    private void Apply(ScenarioStep step, Place place)
    {
        SimulatedBoard board = place.Node.Board;
        switch (step.Act)
        {
            case ScenarioAct.RadioDown:
                During(step, place, isOn => board.Radio.InReach = !isOn);
                break;
            case ScenarioAct.Outage:
                During(step, place, isOn => place.Hub.IsOutage = isOn);
                break;
            case ScenarioAct.Latency:
                During(step, place, isOn => place.Hub.Weather = place.Hub.Weather with { LatencyMs = isOn ? (int)step.Amount : Weather.Fair.LatencyMs });
                break;
            case ScenarioAct.Loss:
                During(step, place, isOn => place.Hub.Weather = Lossy(isOn ? step.Amount / 100.0 : 0, place.Hub.Weather.LatencyMs));
                break;
            case ScenarioAct.HubRestart:
                place.Hub.BreakConnections();
                break;
            case ScenarioAct.PowerCut:
                place.Node.CutPower(_fleet.VirtualMs);
                break;
            case ScenarioAct.PowerCutAtFile:
                place.Files.Cut = Scenario.Cut(step.Word)!.Value;
                place.Files.CutAt = place.Files.Operations + (int)step.Amount;
                break;
            case ScenarioAct.FlashRefuses:
                During(step, place, isOn =>
                {
                    place.Files.Refuses = isOn;
                    place.Ledger.FlashRefusesSinceMs = isOn ? _fleet.VirtualMs : 0;
                });
                break;
            case ScenarioAct.ClockJump:
                place.ClockError.Jump(step.Amount);
                break;
            case ScenarioAct.ClockDrift:
                place.ClockError.Drift(step.Amount, UtcMs());
                break;
            case ScenarioAct.CollectorPause:
                During(step, place, isOn => place.Node.Host = isOn
                    ? new HostModel(Xoshiro256.Mix(place.Seed, (ulong)step.AtMs)) { CollectionShare = 0.1, CollectionMicroseconds = (int)step.Amount * 1000 }
                    : HostModel.Normal(Xoshiro256.Mix(place.Seed, (ulong)step.AtMs)));
                break;
            case ScenarioAct.AccelerometerStuck:
                During(step, place, isOn => board.Accelerometer.Miso = isOn ? StuckLine.Low : StuckLine.None);
                break;
            case ScenarioAct.AccelerometerSilent:
                During(step, place, isOn => board.Accelerometer.Silent = isOn);
                break;
            case ScenarioAct.ThermometerStuck:
                During(step, place, isOn =>
                {
                    board.Thermometer.Sda = isOn ? StuckLine.Low : StuckLine.None;
                    board.LineThermometer.Shorted = isOn;
                });
                break;
            case ScenarioAct.Machine:
                place.Machine.Become(Scenario.Kind(step.Word)!.Value);
                break;
            case ScenarioAct.Setting:
                string[] names = step.Word.Split('.');
                place.Ledger.Wanted(step.Word, step.Value);
                place.Hub.Desire(new JsonObject { [names[0]] = new JsonObject { [names[1]] = JsonNode.Parse(step.Value) } });
                break;
            default:
                place.Hub.Call(step.Word, "null");
                break;
        }
    }

    // Where two of a kind overlap, the later end ends both.
    private void During(ScenarioStep step, Place place, Action<bool> change)
    {
        place.Active[step.Act] = place.Active.GetValueOrDefault(step.Act) + 1;
        change(true);
        _ends.Enqueue(
            () =>
            {
                if (--place.Active[step.Act] == 0)
                {
                    change(false);
                }
            },
            (step.AtMs + step.ForMs, ++_order));
    }

    private static Weather Lossy(double chance, int latencyMs) => new()
    {
        LatencyMs = latencyMs,
        Unreachable = chance,
        Hanging = chance / 4,
        Unavailable = chance,
        Break = chance,
        HalfOpen = chance / 4,
        Refusal = chance,
        Silence = chance,
        LostConfirmation = chance,
        LateConfirmation = chance,
        Twice = chance,
    };

    private long UtcMs() => Start.ToUnixTimeMilliseconds() + _fleet.VirtualMs;

    private sealed record Place(
        int Number,
        SimulatedNode Node,
        SimulatedHub Hub,
        SimulatedFiles Files,
        SwitchedMachine Machine,
        ClockError ClockError,
        ScenarioLedger Ledger,
        ulong Seed)
    {
        public Dictionary<ScenarioAct, int> Active { get; } = [];

        public int Captures { get; set; }
    }
}
