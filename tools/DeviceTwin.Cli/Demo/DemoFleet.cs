using DeviceTwin.SensorNode.Recordings;
using DeviceTwin.SensorNode.Simulator.Machines;

namespace DeviceTwin.Cli.Demo;

/// <summary>Which machines a demo watches.</summary>
internal static class DemoFleet
{
    private static readonly (MachineKind Kind, string Name, string Line, double ShaftHertz)[] Plant =
    [
        (MachineKind.Healthy, "Pump 1", "cooling", 29.5),
        (MachineKind.Unbalance, "Fan 2", "paint shop", 24.6),
        (MachineKind.OuterRace, "Conveyor 3", "packing", 29.2),
        (MachineKind.InnerRace, "Mixer 4", "kitchen", 24.8),
        (MachineKind.Overheating, "Compressor 5", "air", 49.2),
        (MachineKind.Degrading, "Pump 6", "cooling", 29.6),
    ];

    /// <summary>Six machines of a small plant: one healthy, four with a fault each, one that gets worse while it is watched.</summary>
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
            Recording: null)),
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
            throw new CommandFailedException(ExitCode.RecordingsUnusable, $"{error.Message} ({error.Code})");
        }
    }

    private static IMachine Play(RecordingItem item) => RecordingMachine.IsLongEnough(item) ? new RecordingMachine(item) : new RefusedRecording(item);
}
