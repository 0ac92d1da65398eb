namespace DeviceTwin.Load.Measures;

/// <summary>One line of the comparison.</summary>
/// <param name="Unit">Of <paramref name="Ours"/> and <paramref name="Peer"/>.</param>
/// <param name="Ratio">Above 1 the hub is better, whatever is measured.</param>
/// <param name="Target">What <paramref name="TargetOf"/> has to reach; null where there is no target.</param>
/// <param name="TargetOf"><c>ratio</c>: at least the target; <c>ours</c>: at most the target.</param>
internal sealed record Row(
    string Measure, string Unit, double Ours, double Peer, string PeerName, double Ratio, double? Target, string? TargetOf)
{
    public bool? Met => Target is not { } target ? null : TargetOf == "ours" ? Ours <= target : Ratio >= target;

    /// <summary>A figure that is better when it is larger.</summary>
    public static Row More(string measure, string unit, double ours, double peer, string peerName, double? target = null) =>
        new(measure, unit, ours, peer, peerName, ours / peer, target, target is null ? null : "ratio");

    /// <summary>A figure that is better when it is smaller, with or without a target for the ratio.</summary>
    public static Row Less(string measure, string unit, double ours, double peer, string peerName, double? target = null) =>
        new(measure, unit, ours, peer, peerName, peer / ours, target, target is null ? null : "ratio");

    /// <summary>A figure that must not pass a bound.</summary>
    public static Row AtMost(string measure, string unit, double ours, double peer, string peerName, double bound) =>
        new(measure, unit, ours, peer, peerName, peer / ours, bound, "ours");
}
