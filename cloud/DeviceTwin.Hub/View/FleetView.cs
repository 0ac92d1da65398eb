using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Dashboard.Fleet;
using DeviceTwin.Dashboard.View;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.History;
using DeviceTwin.Hub.Logging;
using DeviceTwin.Hub.Sequence;
using DeviceTwin.Hub.Waveforms;
using DeviceTwin.Storage.Waveforms;
using DeviceTwin.Storage;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.View;

/// <summary>
/// The fleet as the pages see it. Summaries are made once per change and shared by all pages: a redraw of a thousand nodes
/// costs what the changed ones cost.
/// </summary>
internal sealed class FleetView : IFleetView, IDisposable
{
    private static readonly string[] AlarmOrder = [.. Verdicts.AlarmOrder];

    private readonly IFleet fleet;
    private readonly SequenceSubject sequence;
    private readonly IHubStore store;
    private readonly TimeProvider time;
    private readonly ILogger<FleetView> logger;
    private readonly WaveformKeeper waveforms;
    private readonly IDisposable subscription;
    private readonly ConcurrentDictionary<string, NodeMemory> memories = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, NodeSummary> summaries = new(StringComparer.Ordinal);
    private ImmutableArray<Action<string>> subscribers = [];

    public FleetView(IFleet fleet, WaveformKeeper waveforms, SequenceSubject sequence, IHubStore store, TimeProvider time, ILogger<FleetView> logger)
    {
        this.fleet = fleet;
        this.waveforms = waveforms;
        this.sequence = sequence;
        this.store = store;
        this.time = time;
        this.logger = logger;
        subscription = fleet.Subscribe(Take);
    }

    /// <inheritdoc/>
    public IReadOnlyList<NodeSummary> List() => [.. fleet.ListIdentities().Select(identity => Summary(identity.DeviceId)).OfType<NodeSummary>()];

    /// <inheritdoc/>
    public NodeDetail? Find(string deviceId)
    {
        if (Summary(deviceId) is not { } summary || fleet.FindTwin(deviceId) is not { } twin || fleet.FindConvergence(deviceId) is not { } convergence)
        {
            return null;
        }

        var memory = Memory(deviceId);
        var reported = twin.Reported.Properties;
        var history = memory.History();
        return new NodeDetail(
            summary,
            convergence,
            reported,
            history,
            memory.Spectrum(),
            [.. Facts(twin, history.Length > 0 ? history[^1] : null), .. SequenceText.Facts(sequence.Find(deviceId))],
            IsTrue(Json.At(reported, "maintenance.alarmsInhibited")))
        {
            Waveforms = [.. waveforms.Latest(deviceId).Select(Row)],
        };
    }

    /// <inheritdoc/>
    public Task<NodeTrend> ReadTrend(string deviceId, TimeSpan span, CancellationToken cancellation) =>
        Task.FromResult(HistoryTrend.Read(store, deviceId, time.GetUtcNow(), span));

    /// <inheritdoc/>
    public async Task<SettingOutcome> SetDesired(string deviceId, string path, JsonNode? value, string author, CancellationToken cancellation)
    {
        try
        {
            var patch = new JsonObject { ["properties"] = new JsonObject { ["desired"] = Nest(path.Split('.'), value?.DeepClone()) } };
            var twin = await fleet.PatchTwin(deviceId, patch, null, author, cancellation);
            return SettingOutcome.Written(twin.Desired.Version);
        }
        catch (HubException refusal)
        {
            return SettingOutcome.Refused(refusal.Error.Name, refusal.Message);
        }
    }

    /// <inheritdoc/>
    public IDisposable Subscribe(Action<string> changed)
    {
        ImmutableInterlocked.Update(ref subscribers, static (list, added) => list.Add(added), changed);
        return new Unsubscriber(() => ImmutableInterlocked.Update(ref subscribers, static (list, gone) => list.Remove(gone), changed));
    }

    /// <inheritdoc/>
    public void Dispose() => subscription.Dispose();

    private static WaveformRow Row(StoredWaveform waveform)
    {
        var facts = waveform.Head.Facts;
        var rate = facts.RateMilliHertz / 1000.0;
        return new WaveformRow(
            waveform.Head.Sha256, waveform.ReceivedAt, waveform.Head.Capture.Capture, facts.Axes, rate, facts.Frames / rate, waveform.Damaged);
    }

    private void Take(FleetEvent happened)
    {
        switch (happened)
        {
            case FleetEvent.TelemetryReceived { Message: var message } when !Memory(happened.DeviceId).Take(message):
                logger.TelemetryUnreadable(happened.DeviceId, "it is no features message of the kind this hub knows");
                break;
            case FleetEvent.IdentityDeleted:
                waveforms.Changed(happened.DeviceId);
                memories.TryRemove(happened.DeviceId, out _);
                break;
        }

        summaries.TryRemove(happened.DeviceId, out _);
        foreach (var subscriber in subscribers)
        {
            subscriber(happened.DeviceId);
        }
    }

    private NodeMemory Memory(string deviceId) => memories.GetOrAdd(deviceId, id => new NodeMemory(id, fleet));

    private NodeSummary? Summary(string deviceId)
    {
        if (summaries.TryGetValue(deviceId, out var known))
        {
            return known;
        }

        if (fleet.FindTwin(deviceId) is not { } twin)
        {
            return null;
        }

        var (last, at) = Memory(deviceId).Latest();
        var summary = new NodeSummary(
            deviceId,
            Text(twin.Tags, "machine"),
            Text(twin.Tags, "line"),
            Text(twin.Tags, "kind"),
            last?.Verdict ?? Text(twin.Reported.Properties, "verdict"),
            last?.Zone ?? Text(twin.Reported.Properties, "zone"),
            [.. (last?.Alarms ?? []).OrderBy(alarm => (uint)Array.IndexOf(AlarmOrder, alarm))],
            last?.VelocityUmPerSecond,
            last?.TemperatureCentiCelsius,
            fleet.FindConvergence(deviceId)?.State ?? ConvergenceState.Unknown,
            twin.Connected,
            twin.Desired.Version,
            twin.Reported.Version,
            at);
        summaries[deviceId] = summary;

        // A change may have passed between reading and remembering: then the summary would stay old until the next change.
        if (!ReferenceEquals(fleet.FindTwin(deviceId)?.Reported, twin.Reported) || !ReferenceEquals(fleet.FindTwin(deviceId)?.Desired, twin.Desired)
            || !ReferenceEquals(Memory(deviceId).Latest().Last, last))
        {
            summaries.TryRemove(deviceId, out _);
        }

        return summary;
    }

    private static List<KeyValuePair<string, string>> Facts(TwinDocument twin, FeatureSample? last)
    {
        var reported = twin.Reported.Properties;
        (string Name, string? Value)[] facts =
        [
            ("Firmware", Text(reported, "firmwareVersion")),
            ("Board", Text(reported, "board")),
            ("Model", twin.ModelId),
            ("Boot", Text(reported, "bootId") ?? last?.BootId),
            ("Detector fingerprint", last?.Fingerprint ?? Text(reported, "detectorFingerprint")),
            ("Settings hash", last?.SettingsHash ?? Text(reported, "settingsHash")),
            ("Settings hash of the trial", Text(reported, "shadowSettingsHash")),
            ("Zones by", last?.ZoneEdition ?? Text(reported, "zoneEdition")),
            ("Verdict computed with settings version", last?.SettingsVersion?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            ("Capture", last?.Capture?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ];
        return [.. facts.Where(fact => !string.IsNullOrEmpty(fact.Value)).Select(fact => KeyValuePair.Create(fact.Name, fact.Value!))];
    }

    private static JsonObject Nest(ReadOnlySpan<string> path, JsonNode? value) =>
        path.Length == 1 ? new JsonObject { [path[0]] = value } : new JsonObject { [path[0]] = Nest(path[1..], value) };

    private static string? Text(JsonObject parent, string name) =>
        parent[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    private static bool IsTrue(JsonNode? node) => (node is JsonObject acknowledgement ? acknowledgement["value"] : node)?.GetValueKind() == JsonValueKind.True;

    private sealed class Unsubscriber(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
