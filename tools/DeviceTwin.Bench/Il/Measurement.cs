namespace DeviceTwin.Bench.Il;

/// <summary>What an operation executes.</summary>
/// <param name="Operation">Name of the operation.</param>
/// <param name="Il">Executed IL instructions.</param>
/// <param name="Budget">Most that it may execute.</param>
public sealed record Measurement(string Operation, long Il, long Budget)
{
    /// <summary>Whether the budget is kept.</summary>
    public bool Holds => Il <= Budget;
}
