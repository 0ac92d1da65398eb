using System.Text.Json.Nodes;
using DeviceTwin.Analytics.Replays;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Plant;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Alarms;
using DeviceTwin.Storage.Plant;
using DeviceTwin.Storage.Waveforms;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Rollouts;
using Assignment = DeviceTwin.Storage.Plant.Assignment;
using WaveformState = DeviceTwin.Analytics.Replays.WaveformState;

namespace DeviceTwin.Hub.Changes;

/// <summary>What a change asks of the past: the stored waveforms of the devices that it targets, by their settings and by those proposed.</summary>
internal sealed class ChangeReplays(IHubStore store, IFleet fleet, PlantMemory plant, WaveformFiles files) : IWaveformSource
{
    /// <summary>Samples of the detector's window by the kind of board; of a board that is not known, the longest.</summary>
    private static readonly Dictionary<string, int> Windows = new(StringComparer.Ordinal)
    {
        ["esp32-s3-devkitc-1-n8r8"] = 8192,
        ["esp32-devkitc-32e"] = 1024,
    };

    private const int LongestWindow = 8192;

    /// <summary>Density of the noise of the sensor that nodes have, the IIS3DWB, in nano-g per root hertz.</summary>
    private const int SensorNoise = 75_000;

    private static readonly HashSet<string> Faults =
    [
        .. new[]
        {
            Verdict.Outer, Verdict.Inner, Verdict.Ball, Verdict.Cage, Verdict.Unbalance, Verdict.Misalignment, Verdict.Looseness, Verdict.High, Verdict.Hot,
        }.Select(Verdict.Word),
    ];

    /// <summary>The question. Of the same waveforms, settings and findings it is the same whenever it is asked.</summary>
    /// <exception cref="ReplayException">The settings are none that a node would take.</exception>
    public ReplayRequest Request(Change change, IEnumerable<string> devices, DateTimeOffset? from, DateTimeOffset until)
    {
        var mounted = Mounted();
        var proposed = Proposed(change);
        var series = new List<ReplaySeries>();
        foreach (var deviceId in devices)
        {
            if (fleet.FindTwin(deviceId) is not { } twin)
            {
                continue;
            }

            var old = ReplaySettings.Defaults.With(Known(twin.Reported.Properties), unknownToo: true);
            var next = old.With((JsonObject)proposed.DeepClone(), unknownToo: true);
            var window = Text(twin, "board") is { } board && Windows.TryGetValue(board, out var samples) ? samples : LongestWindow;
            foreach (var place in store.ReadWaveforms(deviceId, from, until, int.MaxValue).GroupBy(waveform => Place(twin, mounted, waveform)))
            {
                series.Add(new ReplaySeries(place.Key.Machine, place.Key.Point, deviceId, [.. place.Select(Capture).DistinctBy(capture => (capture.Sha256, capture.TakenAt))], old, next)
                {
                    DetectorWindow = window,
                    NoiseNanoGPerRootHertz = SensorNoise,
                });
            }
        }

        return new ReplayRequest(series, Findings(series.Select(one => one.Machine)));
    }

    /// <inheritdoc/>
    public ValueTask<WaveformRead> ReadAsync(StoredCapture capture, Memory<byte> content, CancellationToken cancellation)
    {
        if (files.Read(capture.Sha256, capture.Length) is not { } bytes)
        {
            return ValueTask.FromResult(File.Exists(files.PathOf(capture.Sha256)) ? WaveformRead.Damaged : WaveformRead.Missing);
        }

        bytes.CopyTo(content);
        return ValueTask.FromResult(new WaveformRead(WaveformState.Read));
    }

    private static JsonObject Proposed(Change change)
    {
        var document = new JsonObject();
        foreach (var (path, value) in change.Settings)
        {
            var keys = path.Split('.');
            var parent = document;
            foreach (var key in keys[..^1])
            {
                parent = parent[key] as JsonObject ?? (JsonObject)(parent[key] = new JsonObject());
            }

            parent[keys[^1]] = value.DeepClone();
        }

        return Known(document);
    }

    /// <summary>Only components: plain members of the root are no settings.</summary>
    private static JsonObject Known(JsonObject section) =>
        new(section.Where(member => member.Value is JsonObject).Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));

    private static StoredCapture Capture(StoredWaveform waveform)
    {
        var (facts, capture) = (waveform.Head.Facts, waveform.Head.Capture);
        var axis = facts.AxisNames.ToList().IndexOf("z");
        return new StoredCapture(
            waveform.Head.Sha256,
            capture.TakenAt ?? waveform.ReceivedAt,
            facts.Length,
            facts.RateMilliHertz,
            facts.NanoGPerCount,
            capture.CoveragePermille,
            capture.SaturatedCount,
            capture.Overrun)
        {
            AxisCount = facts.AxisNames.Count,
            Axis = Math.Max(0, axis),
            IsArrivalTime = capture.TakenAt is null,
        };
    }

    private static (string Machine, string Point) Place(TwinDocument twin, ILookup<string, Assignment> mounted, StoredWaveform waveform)
    {
        var at = waveform.Head.Capture.TakenAt ?? waveform.ReceivedAt;
        return mounted[twin.DeviceId].LastOrDefault(place => place.From <= at && (place.To is not { } end || at < end)) is { } place
            ? (place.Machine, place.Point)
            : (Tag(twin, "machine") ?? twin.DeviceId, Tag(twin, "point") ?? "");
    }

    private static string? Tag(TwinDocument twin, string name) => twin.Tags[name] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0 ? text : null;

    private static string? Text(TwinDocument twin, string path) =>
        Json.At(twin.Reported.Properties, path) is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private ILookup<string, Assignment> Mounted()
    {
        var tree = plant.Current;
        return tree.Items.Where(item => item.Level == PlantLevel.Point)
            .SelectMany(point => tree.Assignments(PlantLevel.Point, point.Id, null, null))
            .OrderBy(assignment => assignment.Number)
            .ToLookup(assignment => assignment.DeviceId, StringComparer.Ordinal);
    }

    private IEnumerable<ReplayFinding> Findings(IEnumerable<string> machines) => machines.Distinct(StringComparer.Ordinal)
        .SelectMany(machine => store.ReadFindings(new FindingQuery(int.MaxValue) { Machine = machine }))
        .Where(finding => !finding.Amended && (finding.Kind == Finding.NoFault || Faults.Contains(finding.Kind)))
        .Select(finding => new ReplayFinding(finding.Machine!, finding.Point ?? "", finding.Kind, finding.From, finding.To ?? finding.FoundAt));
}
