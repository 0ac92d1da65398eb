using System.Text.Json.Nodes;
using DeviceTwin.Dashboard.View;
using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Dashboard;

/// <summary>A fleet that a test writes down; changes of settings are kept for the test to see.</summary>
internal sealed class SampleFleet : IFleetView
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public List<NodeSummary> Nodes { get; } = [];

    public Dictionary<string, NodeDetail> Details { get; } = [];

    public List<(string DeviceId, string Path, string? Value)> Writes { get; } = [];

    public IReadOnlyList<NodeSummary> List() => [.. Nodes];

    public NodeDetail? Find(string deviceId) => Details.GetValueOrDefault(deviceId);

    public Task<NodeTrend> ReadTrend(string deviceId, TimeSpan span, CancellationToken cancellation) => Task.FromResult(new NodeTrend("hour", []));

    public Task<SettingOutcome> SetDesired(string deviceId, string path, JsonNode? value, string author, CancellationToken cancellation)
    {
        Writes.Add((deviceId, path, value?.ToJsonString()));
        return Task.FromResult(SettingOutcome.Written(8));
    }

    public IDisposable Subscribe(Action<string> changed) => new Nothing();

    public static NodeSummary Node(
        string deviceId = "vib-1",
        string? machine = "Cooling pump",
        string? line = "Line 1",
        string? verdict = "normal",
        ConvergenceState state = ConvergenceState.InSync,
        bool connected = true,
        int? velocity = 2345,
        int? temperature = 4567,
        DateTimeOffset? seen = null) => new(
            deviceId,
            machine,
            line,
            "pump",
            verdict,
            verdict is null ? null : "refused",
            verdict is null or "normal" or "refused" ? [] : [verdict],
            velocity,
            temperature,
            state,
            connected,
            7,
            12,
            seen ?? Noon);

    public static NodeDetail Detail(NodeSummary node, IReadOnlyList<PathConvergence>? paths = null, JsonObject? reported = null, SpectrumSample? spectrum = null, IReadOnlyList<FeatureSample>? history = null) => new(
        node,
        new NodeConvergence(node.DeviceId, node.State, paths ?? []),
        reported ?? [],
        history ?? [Features(Noon)],
        spectrum,
        [KeyValuePair.Create("Firmware", "0.1.0")],
        AlarmsInhibited: false);

    public static FeatureSample Features(DateTimeOffset at, int? velocity = 2345, BearingScores? scores = null, params string[] refusals) => new(
        at, "normal", "refused", [], velocity, 412, 4567, scores, 1000, 0, false, refusals, 1, "b1", 7, "9f2c", "dt-1+9f2c");

    private sealed class Nothing : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
