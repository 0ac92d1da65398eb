namespace DeviceTwin.Twins.Rollouts;

/// <summary>A device that refused a key of the change.</summary>
/// <param name="Board">Kind of board as the node says it; empty where not known.</param>
/// <param name="Path">Dotted path below <c>properties.desired</c>.</param>
/// <param name="Code">Code of the acknowledgement.</param>
/// <param name="Reason">The node's words.</param>
public sealed record Rejection(string DeviceId, string Board, string Path, int Code, string Reason);

/// <summary>Refusals that say the same.</summary>
/// <param name="Devices">Sorted.</param>
public sealed record RejectionGroup(string Board, string Path, int Code, string Reason, IReadOnlyList<string> Devices)
{
    /// <summary>Grouped by board, path and reason; the most devices first.</summary>
    public static IReadOnlyList<RejectionGroup> Of(IEnumerable<Rejection> rejections) =>
    [
        .. rejections.GroupBy(rejection => (rejection.Board, rejection.Path, rejection.Code, rejection.Reason))
            .Select(group => new RejectionGroup(
                group.Key.Board,
                group.Key.Path,
                group.Key.Code,
                group.Key.Reason,
                [.. group.Select(rejection => rejection.DeviceId).Distinct().Order(StringComparer.Ordinal)]))
            .OrderByDescending(group => group.Devices.Count)
            .ThenBy(group => group.Board, StringComparer.Ordinal)
            .ThenBy(group => group.Path, StringComparer.Ordinal)
            .ThenBy(group => group.Reason, StringComparer.Ordinal),
    ];

    /// <summary>In words.</summary>
    public override string ToString() =>
        $"{Devices.Count} of board {(Board.Length > 0 ? Board : "unknown")} refuse {Path} ({Code}): {Reason}";
}

/// <summary>
/// What is known of a change's devices: who has it since when, what befell whom. The gates judge from this alone, so that a hub that starts
/// again and reads its rows comes to the same judgement.
/// </summary>
/// <remarks>
/// One ledger for the shadow, in which nobody is admitted, and another from the canary to the end. Facts are added in the order in which the
/// hub learns of them; a time before that of the last fact is taken as that of the last.
/// </remarks>
public sealed class GateLedger
{
    private readonly Dictionary<string, NodeBaseline> baselines = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> sent = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> applied = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> captures = new(StringComparer.Ordinal);
    private readonly List<GateFact> facts = [];
    private readonly List<Rejection> rejections = [];

    /// <param name="since">When the shadow or the canary began: windows are counted from here.</param>
    public GateLedger(DateTimeOffset since, IEnumerable<NodeBaseline> baselines)
    {
        Since = since;
        foreach (var baseline in baselines)
        {
            this.baselines.Add(baseline.DeviceId, baseline);
        }
    }

    public DateTimeOffset Since { get; }

    /// <summary>In the order learnt.</summary>
    public IReadOnlyList<GateFact> Facts => facts;

    public IReadOnlyList<Rejection> Rejections => rejections;

    /// <summary>To whom the change was sent, sorted.</summary>
    public IEnumerable<string> Admitted => sent.Keys.Order(StringComparer.Ordinal);

    /// <summary>The change was sent to a device; the first time counts.</summary>
    public void Admit(string deviceId, DateTimeOffset at) => sent.TryAdd(deviceId, at);

    /// <summary>A device has the change in force; the first time counts.</summary>
    public void Apply(string deviceId, DateTimeOffset at)
    {
        Admit(deviceId, at);
        applied.TryAdd(deviceId, at);
    }

    public void Add(GateFact fact) => facts.Add(facts.Count > 0 && fact.At < facts[^1].At ? fact with { At = facts[^1].At } : fact);

    public void Add(Rejection rejection) => rejections.Add(rejection);

    /// <summary>Captures of a device in this stage.</summary>
    public void Capture(string deviceId, int count = 1) => captures[deviceId] = captures.GetValueOrDefault(deviceId) + count;

    /// <summary>The sample of a stage begins: captures count from 0.</summary>
    public void BeginSample() => captures.Clear();

    /// <summary>When the change was sent to a device; null before.</summary>
    public DateTimeOffset? SentAt(string deviceId) => sent.TryGetValue(deviceId, out var at) ? at : null;

    /// <summary>When a device had the change in force; null before.</summary>
    public DateTimeOffset? AppliedAt(string deviceId) => applied.TryGetValue(deviceId, out var at) ? at : null;

    public NodeBaseline BaselineOf(string deviceId) => baselines.GetValueOrDefault(deviceId) ?? NodeBaseline.Unknown(deviceId);

    public int CapturesOf(string deviceId) => captures.GetValueOrDefault(deviceId);
}
