namespace DeviceTwin.Bench.Il;

/// <summary>All operations whose IL is counted, room by room.</summary>
public static class Operations
{
    /// <summary>The whole table.</summary>
    public static IReadOnlyList<Operation> All =>
    [
        .. TransformOperations.Table,
        .. SignalOperations.Table,
        .. DetectionOperations.Table,
        .. TwinOperations.Table,
    ];

    /// <summary>The table in types that two copies of this program share.</summary>
    public static IEnumerable<(string Name, long Budget, Func<Action> Prepare)> Neutral() =>
        All.Select(operation => (operation.Name, operation.Budget, operation.Prepare));
}
