using DeviceTwin.SensorNode;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Methods;
using DeviceTwin.SensorNode.Provisioning;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.SensorNode.Simulator.Network;
using DeviceTwin.SensorNode.Supervision;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.Bench.Soak.NodeTwin;

/// <summary>The talk side of a node without its measure side: talk loop, link, twin and methods as <see cref="Node"/> puts them together.</summary>
internal sealed class TwinStand
{
    private readonly SimulatedClock _clock;
    private readonly MeasureMailbox _requests = new();
    private readonly MethodDesk _desk;
    private readonly TalkLoop _talk;

    /// <param name="files">What an earlier start left.</param>
    /// <param name="start">Number of the start.</param>
    public TwinStand(SimulatedHub hub, IFiles files, SimulatedClock clock, SimulatedRadio radio, int start, int seed)
    {
        _clock = clock;
        Power = new SimulatedPower();
        var parts = new NodeParts
        {
            Clock = clock,
            Files = files,
            Radio = radio,
            Session = hub.NewSession(),
            Power = Power,
            Identity = new NodeIdentity { DeviceId = "node-1", HubHost = "hub", Network = "plant" },
        };
        var options = new LinkOptions
        {
            DeviceId = "node-1",
            HubHost = "hub",
            HubPort = 8883,
            Key = "bm9kZS1rZXktb2YtdGhpcnR5LXR3by1ieXRlcyEhISE=",
            TokenLifetimeSeconds = 300,
        };
        var rule = new SettingsTextRule();
        var jitter = new Jitter(seed);
        byte[]? saved = files.Read(TalkLoop.SettingsFile);
        SettingsValues values = (saved is null ? null : SettingsCodec.Read(saved, rule)) ?? new SettingsValues();
        string?[] alarms = [.. Enumerable.Range(0, Verdict.Count).Select(verdict => verdict < 2 ? null : Verdict.Word(verdict))];
        Agent = new TwinAgent(values, rule, alarms!, new Backoff(1000, 300000, 250, jitter), jitter.Below(1 << 20));
        BootId = $"{start}-{seed}";
        Agent.Facts.Set(TwinFacts.BootId, BootId);
        var health = new HealthCounters();

        // On files of its own: a round restarts the node more often than supervision takes for health, and fallen back it would hold settings.
        var supervisor = new Supervisor(new MemoryFiles(), Power, health, TalkLoop.SettingsFile);
        supervisor.Start();
        var report = new HealthReport(supervisor, Power, radio, Agent.Health);
        Outbox.Upload = new WaveformUpload(new WaveformShelf(0));
        _desk = new MethodDesk(options, BootId, _requests, supervisor.Trace, alarms!, false, jitter);
        Link = new HubLink(parts.Session, options, Agent, Outbox, jitter, _desk);
        var settings = new SettingsMailbox();
        _talk = new TalkLoop(
            parts, options, Agent, Link, _desk, Outbox, settings, new BaselineMailbox(), new VerdictBoard(), health, supervisor, report, new WorkTurn());
    }

    public TwinAgent Agent { get; }

    public HubLink Link { get; }

    public Outbox Outbox { get; } = new(16, 65536);

    public SimulatedPower Power { get; }

    public string BootId { get; }

    /// <summary>Requests that reached the measure side.</summary>
    public int Measured { get; private set; }

    /// <returns>When the loop wants to run again.</returns>
    public long Step(long nowMs)
    {
        _clock.AdvanceToMs(nowMs);
        if (_requests.Take() != MeasureRequest.None)
        {
            Measured++;
            _requests.Answer(MethodStatus.Done, "{}"u8.ToArray());
        }

        return _talk.Step(nowMs, true);
    }
}
