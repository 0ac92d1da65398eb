namespace DeviceTwin.Provisioning.Tray;

/// <summary>Something in a plan that cannot be used.</summary>
/// <param name="Line">Line of the file, from 1.</param>
/// <param name="Column">Name of the column; empty where the whole line is meant.</param>
/// <param name="Problem">What is wrong, in one sentence.</param>
/// <param name="Instead">What to write instead, in one sentence.</param>
public sealed record PlanFault(int Line, string Column, string Problem, string Instead)
{
    /// <summary>As a person reads it.</summary>
    public override string ToString() => $"line {Line}{(Column.Length == 0 ? "" : $", {Column}")}: {Problem} {Instead}";
}
