using System.Text.Json.Nodes;
using DeviceTwin.SensorNode;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Provisioning;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.SensorNode.Simulator.Machines;
using DeviceTwin.Tests.SensorNode.Simulator.Link;
using SensorNodeStatus = DeviceTwin.SensorNode.NodeStatus;

namespace DeviceTwin.Tests.SensorNode.Simulator.Node;

/// <summary>A whole node on a simulated board with a stub hub, in virtual time.</summary>
internal sealed class NodeScene
{
    public const long StartUtcMs = 1_700_000_000_000;

    private readonly NodeParts _parts;
    private long _measureAtMs;
    private long _talkAtMs;

    public NodeScene(
        MachineKind kind = MachineKind.Healthy,
        IFiles? files = null,
        StubSession? session = null,
        int seed = 1,
        AccelerometerModelOptions? sensor = null,
        bool isSmall = false)
    {
        Session = session ?? new StubSession();
        Files = files ?? new MemoryFiles();
        Board = new SimulatedBoard(MachineFactory.Create(kind), new SimulatedClock(StartUtcMs), sensor, Files);
        _parts = Board.Parts();
        _parts.Session = Session;
        _parts.Identity = new NodeIdentity
        {
            DeviceId = "node-1",
            HubHost = "hub",
            Key = "bm9kZS1rZXktb2YtdGhpcnR5LXR3by1ieXRlcyEhISE=",
            CertificateAuthority = "-----BEGIN CERTIFICATE-----",
            Network = "plant",
        };
        _parts.HasTrial = !isSmall;
        _parts.HasForest = !isSmall;
        _parts.Seed = seed;
        Node = new DeviceTwin.SensorNode.Node(_parts);
    }

    public StubSession Session { get; }

    public IFiles Files { get; }

    public SimulatedBoard Board { get; }

    public DeviceTwin.SensorNode.Node Node { get; }

    public SensorNodeStatus Status => Node.Status();

    /// <summary>Features messages that reached the hub.</summary>
    public JsonObject[] Features => Messages("features");

    /// <summary>Spectrum messages that reached the hub.</summary>
    public JsonObject[] Spectra => Messages("spectrum");

    /// <summary>Alarm messages that reached the hub.</summary>
    public JsonObject[] Alarms => Messages("alarm");

    /// <summary>Steps both loops in one thread, each when it asks for it.</summary>
    public NodeScene RunTo(long untilMs)
    {
        while (Math.Min(_measureAtMs, _talkAtMs) <= untilMs)
        {
            long nowMs = Math.Min(_measureAtMs, _talkAtMs);
            Board.Clock.AdvanceToMs(nowMs);
            if (_measureAtMs <= nowMs)
            {
                _measureAtMs = Later(Node.StepMeasure(nowMs), nowMs);
            }

            if (_talkAtMs <= nowMs)
            {
                _talkAtMs = Later(Node.StepTalk(nowMs), nowMs);
            }
        }

        Board.Clock.AdvanceToMs(untilMs);
        return this;
    }

    private static long Later(long nextMs, long nowMs) => Math.Max(nextMs, nowMs + 1);

    private JsonObject[] Messages(string kind) => Session.Telemetry
        .Where(message => message.Topic.Contains("&kind=" + kind + "&", StringComparison.Ordinal))
        .Select(message => (JsonObject)JsonNode.Parse(message.Payload)!)
        .ToArray();
}
