using System.Globalization;

namespace DeviceTwin.Bench.Size.Whole;

/// <summary>What a node may take of its board's heap, and what it takes.</summary>
public static class NodeBudgets
{
    /// <summary>The board without PSRAM.</summary>
    public const string LowCost = "esp32-devkitc-32e";

    /// <summary>The board with PSRAM.</summary>
    public const string Large = "esp32-s3-devkitc-1-n8r8";

    /// <summary>What the board without PSRAM shall take at most, all at once, by the specification. It does not yet: see its budget.</summary>
    public const long LowCostGoal = 70_000;

    private static readonly Lazy<IReadOnlyList<NodeHeap>> Measured = new(Measure);

    /// <summary>Budgets that both boards have: what is allocated, in bytes.</summary>
    private static readonly (string Name, long Budget, Func<NodeHeap, long> Bytes)[] Both =
    [
        ("allocated by a burst of the sensor's FIFO (4 structures), whatever the number of its samples", 192, node => node.Burst),
        ("allocated by a step of the measure loop between captures", 0, node => node.IdleMeasure),
        ("allocated by a step of the talk loop with nothing to say", 0, node => node.IdleTalk),
    ];

    private static readonly Dictionary<string, (string Name, long Budget, Func<NodeHeap, long> Bytes)[]> Own = new()
    {
        [LowCost] =
        [
            ("steady", 51_400, node => node.Steady),
            ("peak, all at once", 76_900, node => node.Peak),
            ("peak with the largest twins", 131_200, node => node.LargestPeak),
            ("allocated by a capture with its telemetry", 6_200, node => Allocated(node, "capture: analysis, features and spectrum")),
            ("allocated by a capture that raises an alarm", 7_400, node => Allocated(node, "capture: the same with a new alarm")),
            ("allocated by sending features and spectrum", 4_100, node => Allocated(node, "telemetry: features and spectrum sent and confirmed")),
            ("allocated by a report", 14_900, node => Allocated(node, "report: one setting changed, applied, stored and acknowledged")),
        ],
        [Large] =
        [
            ("steady", 865_500, node => node.Steady),
            ("peak, all at once", 960_500, node => node.Peak),
            ("peak with the largest twins", 1_010_000, node => node.LargestPeak),
            ("allocated by a capture with its telemetry", 37_000, node => Allocated(node, "capture: analysis, features and spectrum")),
            ("allocated by a capture that raises an alarm", 38_200, node => Allocated(node, "capture: the same with a new alarm")),
            ("allocated by sending features and spectrum", 6_300, node => Allocated(node, "telemetry: features and spectrum sent and confirmed")),
            ("allocated by a report", 14_900, node => Allocated(node, "report: one setting changed, applied, stored and acknowledged")),
        ],
    };

    /// <summary>The nodes of both boards; measured once.</summary>
    public static IReadOnlyList<NodeHeap> Nodes => Measured.Value;

    /// <summary>Every budget with what is taken of it.</summary>
    public static IReadOnlyList<BudgetLine> Lines() =>
    [
        .. Nodes.SelectMany(node => Own[node.Board].Concat(Both).Select(row => new BudgetLine(node.Board, row.Name, row.Bytes(node), row.Budget))),
        .. AssemblySizes.All().Select(one => new BudgetLine(one.Assembly, "IL", one.Size.Code, PeModel.LargestTable)),
    ];

    private static long Allocated(NodeHeap node, string operation) => node.Named(operation).Allocated;

    private static IReadOnlyList<NodeHeap> Measure()
    {
        var world = new AllocationWorld();
        return [world.Measure(LowCost), world.Measure(Large)];
    }
}

/// <summary>A budget.</summary>
/// <param name="Of">Board or assembly.</param>
/// <param name="Name">What is taken.</param>
/// <param name="Bytes">How much.</param>
/// <param name="Budget">Most that it may be.</param>
public sealed record BudgetLine(string Of, string Name, long Bytes, long Budget)
{
    /// <summary>Whether it is kept.</summary>
    public bool Holds => Bytes <= Budget;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Of}, {Name}: {Bytes} bytes, budget {Budget}");
}
