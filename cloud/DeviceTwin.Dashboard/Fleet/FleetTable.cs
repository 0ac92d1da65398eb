using DeviceTwin.Dashboard.View;
using DeviceTwin.Twins;

namespace DeviceTwin.Dashboard.Fleet;

/// <summary>The column that rows are ordered by.</summary>
public enum FleetColumn
{
    Attention,
    Device,
    Machine,
    Line,
    Verdict,
    Zone,
    Velocity,
    Temperature,
    State,
    Connected,
    LastSeen,
}

/// <summary>What the operator asked to see.</summary>
/// <param name="Text">Found anywhere in device, machine, line, kind, verdict or alarms, ignoring case; empty = all.</param>
/// <param name="Group">A tile's subset.</param>
/// <param name="Line">One line, or null for all.</param>
public sealed record FleetFilter(string Text = "", FleetGroup Group = FleetGroup.All, string? Line = null);

/// <summary>The subsets that the tiles count and select.</summary>
public enum FleetGroup
{
    All,
    Faults,
    Warnings,
    Refused,
    NotInSync,
    Offline,
}

/// <summary>Counts for the tiles.</summary>
public sealed record FleetCounts(int All, int Faults, int Warnings, int Refused, int NotInSync, int Offline)
{
    public int Of(FleetGroup group) => group switch
    {
        FleetGroup.Faults => Faults,
        FleetGroup.Warnings => Warnings,
        FleetGroup.Refused => Refused,
        FleetGroup.NotInSync => NotInSync,
        FleetGroup.Offline => Offline,
        _ => All,
    };
}

/// <summary>Selection and order of the fleet table. Pure.</summary>
public static class FleetTable
{
    /// <summary>The rows that pass the filter, in the order asked for; device id breaks ties so that rows never dance.</summary>
    public static IReadOnlyList<NodeSummary> Select(IReadOnlyList<NodeSummary> nodes, FleetFilter filter, FleetColumn column, bool descending)
    {
        var rows = nodes.Where(node => BelongsTo(node, filter.Group) && OnLine(node, filter.Line) && Matches(node, filter.Text.Trim()));
        var ordered = descending
            ? rows.OrderByDescending(node => KeyOf(node, column), Comparer<object?>.Create(Compare))
            : rows.OrderBy(node => KeyOf(node, column), Comparer<object?>.Create(Compare));
        return [.. ordered.ThenBy(node => node.DeviceId, StringComparer.Ordinal)];
    }

    /// <summary>Whether a click on a column for the first time should show the largest value first.</summary>
    public static bool StartsDescending(FleetColumn column) =>
        column is FleetColumn.Attention or FleetColumn.Verdict or FleetColumn.Velocity or FleetColumn.Temperature or FleetColumn.LastSeen;

    /// <summary>One pass over the fleet.</summary>
    public static FleetCounts Count(IReadOnlyList<NodeSummary> nodes) => new(
        nodes.Count,
        nodes.Count(node => BelongsTo(node, FleetGroup.Faults)),
        nodes.Count(node => BelongsTo(node, FleetGroup.Warnings)),
        nodes.Count(node => BelongsTo(node, FleetGroup.Refused)),
        nodes.Count(node => BelongsTo(node, FleetGroup.NotInSync)),
        nodes.Count(node => BelongsTo(node, FleetGroup.Offline)));

    /// <summary>The lines there are, ordered, for the filter.</summary>
    public static IReadOnlyList<string> Lines(IReadOnlyList<NodeSummary> nodes) =>
        [.. nodes.Select(node => node.Line).OfType<string>().Distinct().Order(StringComparer.CurrentCultureIgnoreCase)];

    private static bool BelongsTo(NodeSummary node, FleetGroup group) => group switch
    {
        FleetGroup.Faults => Verdicts.For(node.Verdict).Severity == Severity.Fault,
        FleetGroup.Warnings => Verdicts.For(node.Verdict).Severity == Severity.Warning,
        FleetGroup.Refused => Verdicts.For(node.Verdict).Severity is Severity.Refused or Severity.None,
        FleetGroup.NotInSync => node.State != ConvergenceState.InSync,
        FleetGroup.Offline => !node.Connected,
        _ => true,
    };

    private static bool OnLine(NodeSummary node, string? line) => string.IsNullOrEmpty(line) || node.Line == line;

    private static bool Matches(NodeSummary node, string text)
    {
        return text.Length == 0 || Has(node.DeviceId) || Has(node.Machine) || Has(node.Line) || Has(node.Kind) || Has(node.Verdict)
            || Has(node.State.ToString()) || node.Alarms.Any(Has);

        bool Has(string? field) => field is not null && field.Contains(text, StringComparison.CurrentCultureIgnoreCase);
    }

    private static object? KeyOf(NodeSummary node, FleetColumn column) => column switch
    {
        FleetColumn.Machine => node.Machine,
        FleetColumn.Line => node.Line,
        FleetColumn.Verdict => (int)Verdicts.For(node.Verdict).Severity,
        FleetColumn.Zone => node.Zone,
        FleetColumn.Velocity => node.VelocityUmPerSecond,
        FleetColumn.Temperature => node.TemperatureCentiCelsius,
        FleetColumn.State => (int)node.State,
        FleetColumn.Connected => node.Connected ? 0 : 1,
        FleetColumn.LastSeen => node.LastTelemetryAt,
        FleetColumn.Device => node.DeviceId,
        _ => Attention(node),
    };

    /// <summary>Severity first, then trouble with the settings, then the link.</summary>
    private static int Attention(NodeSummary node) =>
        ((int)Verdicts.For(node.Verdict).Severity * 100) + ((ConvergenceState.InSync - node.State) * 10) + (node.Connected ? 0 : 1);

    /// <summary>Unknown values stand below every known one.</summary>
    private static int Compare(object? left, object? right) => (left, right) switch
    {
        (null, null) => 0,
        (null, _) => -1,
        (_, null) => 1,
        (string one, string other) => StringComparer.CurrentCultureIgnoreCase.Compare(one, other),
        _ => Comparer<object>.Default.Compare(left, right),
    };
}
