using System.Text.Json.Nodes;
using DeviceTwin.SensorNode;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Evidence;
using DeviceTwin.SensorNode.Signal;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.Tests;

/// <summary>A machine that shakes, judged by the node's own detector, monitor and composer: messages as a node sends them, without a node.</summary>
internal sealed class MeasuredMachine
{
    public const string BootId = "1-100";

    /// <summary>In millihertz.</summary>
    public const int Rate = 26_667_000;

    /// <summary>In nano-g per count.</summary>
    public const int Scale = 488_000;


    private readonly TelemetryComposer composer = new(BootId, null);
    private readonly DeviceTwin.SensorNode.Detection.Monitor monitor = new();
    private readonly DetectorResult result = new();
    private readonly DetectorSettings settings = new();
    private readonly Capture capture = new(32768);
    private readonly string fingerprint;

    public MeasuredMachine(Action<SettingsValues>? change = null)
    {
        var values = new SettingsValues();
        values.Numbers[TwinModel.MachineShaftSpeedMilliHertz] = 25_000;
        values.Numbers[TwinModel.MachineIsoGroup] = 2;
        values.Numbers[TwinModel.MachineIsoSupport] = 1;
        values.Numbers[TwinModel.MachineMounting] = 1;
        change?.Invoke(values);
        SettingsMap.Apply(values, settings);
        SettingsHash = Fingerprint.SettingsHash(settings);
        fingerprint = Fingerprint.Of(SettingsHash, 4096);
        Values = values;
    }

    public SettingsValues Values { get; }

    public string SettingsHash { get; }

    /// <summary>The number of the last capture.</summary>
    public int Number => capture.Sequence;

    public int Verdict => monitor.Verdict;

    public string AlarmId { get; private set; } = "";

    /// <summary>The samples of the last capture.</summary>
    public byte[] Content { get; private set; } = [];

    public string Sha256 => EvidenceDocument.HashOf(Content);

    /// <summary>What the node would report of its settings.</summary>
    public JsonObject Reported => new()
    {
        ["machine"] = new JsonObject
        {
            ["shaftSpeedMilliHertz"] = Acknowledged(TwinModel.MachineShaftSpeedMilliHertz),
            ["isoGroup"] = Acknowledged(TwinModel.MachineIsoGroup),
            ["isoSupport"] = Acknowledged(TwinModel.MachineIsoSupport),
            ["mounting"] = Acknowledged(TwinModel.MachineMounting),
        },
        ["detection"] = new JsonObject { ["velocityLimitUmPerSecond"] = Acknowledged(TwinModel.DetectionVelocityLimitUmPerSecond) },
    };

    /// <summary>Takes a capture and judges it.</summary>
    public void Measure(int number, double velocity = 12, int seed = 1)
    {
        var random = new Random(seed * 1000 + number);
        capture.Count = capture.Samples.Length;
        for (var index = 0; index < capture.Count; index++)
        {
            // 12 mm/s RMS at 25 Hz are 0.27 g of amplitude; a count is 488 millionths of g.
            var at = index / (Rate / 1000.0);
            var g = velocity * Math.Sqrt(2) * 2 * Math.PI * 25 / 9806.65 * Math.Sin(2 * Math.PI * 25 * at) + (random.NextDouble() - 0.5) * 0.02;
            capture.Samples[index] = (short)Math.Round(g / 0.000488);
        }

        capture.SampleRateMilliHertz = Rate;
        capture.NanoGPerCount = Scale;
        capture.NoiseNanoGPerRootHertz = 75_000;
        capture.CoveragePermille = 1000;
        capture.Sequence = number;
        Content = new byte[capture.Count * 2];
        Buffer.BlockCopy(capture.Samples, 0, Content, 0, Content.Length);
        new Detector(4096).Analyze(capture, settings, result);
        monitor.Step(result, 4000, number * 60_000L, settings);
    }

    public byte[] Alarm()
    {
        AlarmId = $"{BootId}-{DeviceTwin.SensorNode.Detection.Verdict.Word(monitor.Verdict)}-1";
        return composer.ComposeAlarm(monitor.Verdict, 1, AlarmState.Raised, monitor, capture.Sequence, 0, 0, SettingsHash, fingerprint);
    }

    public byte[] Features() => composer.ComposeFeatures(result, monitor, new Trial(), 0, 4000, 0, 0, 3, SettingsHash, fingerprint);

    private JsonObject Acknowledged(int index) => new() { ["value"] = Values.Numbers[index], ["ac"] = 200, ["av"] = 3 };
}
