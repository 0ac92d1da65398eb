using System.Collections.Immutable;
using DeviceTwin.Dashboard.Fleet;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Plant;

/// <summary>What counts of one node for the things above it.</summary>
/// <param name="Verdict">Word of the last verdict; null before the first.</param>
/// <param name="Zone">A to D, or anything else where there is none.</param>
internal sealed record NodeFacts(string? Verdict, string? Zone, ConvergenceState State, bool Connected, int Active, int Unacknowledged)
{
    public Severity Severity => Verdicts.For(Verdict).Severity;

    /// <summary>Number of the zone, 1 = A to 4 = D; 0 where there is none.</summary>
    public int ZoneNumber => Zone is [>= 'A' and <= 'D'] ? Zone[0] - 'A' + 1 : 0;
}

/// <summary>
/// The state of everything below a part of the plant. It counts how many nodes are in each state, so that a node can be added and taken away
/// without looking at the others. Immutable.
/// </summary>
internal sealed record RollUp
{
    private static readonly int Severities = Enum.GetValues<Severity>().Length;
    private static readonly int States = Enum.GetValues<ConvergenceState>().Length;

    public static readonly RollUp Empty = new();

    private RollUp()
    {
    }

    public int Nodes { get; private init; }

    public int Connected { get; private init; }

    /// <summary>Active alarms.</summary>
    public int Active { get; private init; }

    /// <summary>Active alarms that nobody has acknowledged.</summary>
    public int Unacknowledged { get; private init; }

    public int Offline => Nodes - Connected;

    private ImmutableArray<int> BySeverity { get; init; } = [.. new int[Severities]];

    private ImmutableArray<int> ByZone { get; init; } = [0, 0, 0, 0, 0];

    private ImmutableArray<int> ByState { get; init; } = [.. new int[States]];

    /// <summary>The gravest severity below.</summary>
    public Severity Severity => (Severity)Worst(BySeverity);

    /// <summary>The worst zone below: A to D; null where none is known.</summary>
    public string? Zone => Worst(ByZone) is > 0 and var zone ? ((char)('A' + zone - 1)).ToString() : null;

    /// <summary>The worst state of a twin below; null where there is no node.</summary>
    public ConvergenceState? State => Nodes == 0 ? null : (ConvergenceState)First(ByState);

    public int Count(Severity severity) => BySeverity[(int)severity];

    public int Count(ConvergenceState state) => ByState[(int)state];

    public RollUp Plus(NodeFacts facts) => Add(facts, 1);

    public RollUp Minus(NodeFacts facts) => Add(facts, -1);

    private RollUp Add(NodeFacts facts, int sign) => new()
    {
        Nodes = Nodes + sign,
        Connected = Connected + (facts.Connected ? sign : 0),
        Active = Active + (sign * facts.Active),
        Unacknowledged = Unacknowledged + (sign * facts.Unacknowledged),
        BySeverity = BySeverity.SetItem((int)facts.Severity, BySeverity[(int)facts.Severity] + sign),
        ByZone = ByZone.SetItem(facts.ZoneNumber, ByZone[facts.ZoneNumber] + sign),
        ByState = ByState.SetItem((int)facts.State, ByState[(int)facts.State] + sign),
    };

    private static int Worst(ImmutableArray<int> counts)
    {
        var index = counts.Length - 1;
        while (index > 0 && counts[index] == 0)
        {
            index--;
        }

        return index;
    }

    private static int First(ImmutableArray<int> counts)
    {
        var index = 0;
        while (index < counts.Length - 1 && counts[index] == 0)
        {
            index++;
        }

        return index;
    }
}
