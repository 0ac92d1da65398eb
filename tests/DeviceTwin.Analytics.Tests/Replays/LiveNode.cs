using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using DeviceTwin.Analytics.Replays;
using DeviceTwin.SensorNode;
using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.SensorNode.Simulator.Machines;
using DeviceTwin.SensorNode.Supervision;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.Tests.Analytics.Replays;

/// <summary>The firmware's measuring loop on a simulated board, of which every capture is kept.</summary>
internal sealed class LiveNode
{
    /// <summary>Density of the simulated sensor's noise, as the firmware knows it.</summary>
    public const int NoiseNanoGPerRootHertz = 75_000;

    private const int Capacity = 65536;

    private readonly Outbox outbox = new(10_000, 100_000_000);
    private readonly WaveformShelf shelf = new(Capacity);
    private readonly SimulatedBoard board;
    private readonly MeasureLoop loop;
    private readonly Scene scene;
    private long nextMs;

    public LiveNode(Scene scene, ReplaySettings settings)
    {
        this.scene = scene;
        board = new SimulatedBoard(Machine, new SimulatedClock(Scene.Start.ToUnixTimeMilliseconds()));
        var values = new SettingsValues();
        foreach (var (path, value) in settings.Stated())
        {
            values.Numbers[Rules.IndexOf(path)] = int.Parse(value!, CultureInfo.InvariantCulture);
        }

        var mailbox = new SettingsMailbox();
        mailbox.Put(values, 1);
        var parts = board.Parts();
        parts.CaptureCapacity = Capacity;
        loop = new MeasureLoop(
            parts, "boot", outbox, shelf, mailbox, new BaselineMailbox(), new MeasureMailbox(), new VerdictBoard(), new HealthCounters(), new TraceRing());
    }

    public SwitchedMachine Machine { get; } = new(MachineKind.Healthy, 1);

    /// <summary>By their number within the boot, from 1.</summary>
    public SortedDictionary<int, StoredCapture> Captures { get; } = [];

    /// <summary>Everything it told, by kind.</summary>
    public List<(string Kind, JsonObject Body)> Told { get; } = [];

    /// <summary>Lives until it has taken so many captures more.</summary>
    public LiveNode Take(int captures)
    {
        for (var last = Captures.Count + captures; Captures.Count < last;)
        {
            board.Clock.AdvanceToMs(nextMs);
            shelf.Request();
            nextMs = Math.Max(loop.Step(nextMs), nextMs + 1);
            if (shelf.Look() is { } waveform && !Captures.ContainsKey(waveform.Capture))
            {
                Keep(waveform);
                shelf.Clear(waveform);
            }

            while (outbox.Peek() is { } message)
            {
                Told.Add((message.Kind, (JsonObject)JsonNode.Parse(message.Payload)!));
                outbox.Confirm();
            }
        }

        return this;
    }

    private void Keep(Waveform waveform)
    {
        var content = MemoryMarshal.AsBytes(waveform.Samples.AsSpan(0, waveform.Count)).ToArray();
        var second = (waveform.StartUtcMs - Scene.Start.ToUnixTimeMilliseconds()) / 1000.0;
        Captures[waveform.Capture] = scene.Store(second, content) with
        {
            RateMilliHertz = waveform.SampleRateMilliHertz,
            NanoGPerCount = waveform.NanoGPerCount,
            CoveragePermille = waveform.CoveragePermille,
            SaturatedCount = waveform.SaturatedCount,
            Overrun = waveform.Overrun,
        };
    }
}
