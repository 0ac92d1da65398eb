using DeviceTwin.SensorNode.Recordings;
using DeviceTwin.SensorNode.Simulator.Machines;

namespace DeviceTwin.Cli.Demo;

/// <summary>Which machines a demo watches.</summary>
internal static class DemoFleet
{
    private static readonly (MachineKind Kind, string Name, string Line, double ShaftHertz, DeclaredMachine Declared)[] Plant =
    [
        (MachineKind.Healthy, "Pump 1", "cooling", 29.5, new(2, Rigid, 37_000, 200)),
        (MachineKind.Unbalance, "Fan 2", "paint shop", 24.6, new(2, Flexible, 55_000, 225)),
        (MachineKind.OuterRace, "Conveyor 3", "packing", 29.2, new(2, Rigid, 22_000, 180)),
        (MachineKind.InnerRace, "Mixer 4", "kitchen", 24.8, new(2, Rigid, 30_000, 200)),
        (MachineKind.Overheating, "Compressor 5", "air", 49.2, new(2, Flexible, 75_000, 250)),
        (MachineKind.Degrading, "Pump 6", "cooling", 29.6, new(2, Rigid, 37_000, 200)),
        (MachineKind.Misalignment, "Blower 7", "air", 24.7, new(2, Flexible, 90_000, 280)),
        (MachineKind.Looseness, "Crusher 8", "quarry", 24.5, new(1, Rigid, 315_000, 355)),
        (MachineKind.Standing, "Pump 9", "cooling", 29.5, new(2, Rigid, 37_000, 200)),
    ];

    private const int Rigid = 1;
    private const int Flexible = 2;

    /// <summary>
    /// Nine machines of a small plant: one healthy, six with a fault each, one that gets worse while it is watched, and one in reserve that
    /// stands still.
    /// </summary>
    public static IReadOnlyList<DemoNode> Machines(int seed) =>
    [
        .. Plant.Select((machine, index) => new DemoNode(
            $"node-{index + 1:00}",
            machine.Line,
            MachineFactory.Create(new MachineOptions
            {
                Kind = machine.Kind,
                Name = machine.Name,
                ShaftHertz = machine.ShaftHertz,
                Seed = (ulong)(seed + index),
            }),
            Recording: null,
            machine.Declared)),
    ];

    /// <summary>One node per recording.</summary>
    /// <exception cref="CommandFailedException">No recording can be used.</exception>
    public static IReadOnlyList<DemoNode> Recordings(DirectoryInfo folder, string? select, int count, int seed)
    {
        try
        {
            var items = RecordingChoice.Choose(RecordingIndex.Read(folder.FullName), select, count, (ulong)seed);
            return [.. items.Select((item, index) => new DemoNode($"node-{index + 1:00}", item.Dataset, Play(item), item.File))];
        }
        catch (RecordingException error)
        {
            throw new CommandFailedException(error);
        }
    }

    private static IMachine Play(RecordingItem item) => RecordingMachine.IsLongEnough(item) ? new RecordingMachine(item) : new RefusedRecording(item);
}
