namespace DeviceTwin.Bench.Il;

/// <summary>A public operation of the firmware and what it may cost.</summary>
/// <param name="Name">Room, part and size, joined by dots.</param>
/// <param name="Budget">Most IL instructions it may execute.</param>
/// <param name="Prepare">Builds what the operation needs, with inputs that are always the same, and returns the operation, to be run once.</param>
public sealed record Operation(string Name, long Budget, Func<Action> Prepare);
