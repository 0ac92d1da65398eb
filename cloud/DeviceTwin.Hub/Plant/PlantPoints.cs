using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.History;
using DeviceTwin.Storage.Plant;

namespace DeviceTwin.Hub.Plant;

/// <summary>
/// History's view of the plant: a machine's past is that of the nodes that were mounted there, each for its time. A machine that only the tags
/// of nodes know has the past of these nodes.
/// </summary>
internal sealed class PlantPoints(IPlant plant, IFleet fleet) : IMeasuringPoints
{
    private readonly TaggedPoints tagged = new(fleet);

    /// <inheritdoc/>
    public IReadOnlyList<PointAssignment> Assignments(string? machine, string? point, DateTimeOffset from, DateTimeOffset to)
    {
        var (level, id) = point is null ? (PlantLevel.Machine, machine) : (PlantLevel.Point, point);
        var known = id is null ? [] : plant.Assignments(level, id, from, to);
        PointAssignment[] mounted =
        [
            .. known.Where(assignment => machine is null || assignment.Machine == machine)
                .Select(assignment => new PointAssignment(
                    assignment.DeviceId, assignment.From > from ? assignment.From : from, assignment.To is { } end && end < to ? end : to)),
        ];
        return mounted.Length > 0 ? mounted : tagged.Assignments(machine, point, from, to);
    }
}
