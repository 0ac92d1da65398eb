using System.Collections.Immutable;
using DeviceTwin.Storage.Alarms;
using DeviceTwin.Storage.Plant;

namespace DeviceTwin.Hub.Plant;

/// <summary>Sites, lines, machines and measuring points, and which node measures where since when. Immutable; every change is checked here.</summary>
internal sealed class PlantTree
{
    public static readonly PlantTree Empty = new(
        ImmutableSortedDictionary.Create<(PlantLevel, string), PlantItem>(Comparer<(PlantLevel, string)>.Create(
            (one, other) => one.Item1 != other.Item1 ? one.Item1.CompareTo(other.Item1) : string.CompareOrdinal(one.Item2, other.Item2))),
        ImmutableSortedDictionary<long, Assignment>.Empty,
        ImmutableDictionary.Create<string, Assignment>(StringComparer.Ordinal),
        ImmutableDictionary.Create<string, Assignment>(StringComparer.Ordinal));

    private readonly ImmutableSortedDictionary<(PlantLevel Level, string Id), PlantItem> items;
    private readonly ImmutableSortedDictionary<long, Assignment> assignments;
    private readonly ImmutableDictionary<string, Assignment> byPoint;
    private readonly ImmutableDictionary<string, Assignment> byDevice;

    private PlantTree(
        ImmutableSortedDictionary<(PlantLevel, string), PlantItem> items,
        ImmutableSortedDictionary<long, Assignment> assignments,
        ImmutableDictionary<string, Assignment> byPoint,
        ImmutableDictionary<string, Assignment> byDevice)
    {
        this.items = items;
        this.assignments = assignments;
        this.byPoint = byPoint;
        this.byDevice = byDevice;
    }

    /// <summary>Everything in it: sites first, then lines, machines, points, each by id.</summary>
    public IEnumerable<PlantItem> Items => items.Values;

    /// <summary>Nodes that are at a point now.</summary>
    public IEnumerable<Assignment> Present => byPoint.Values;

    /// <summary>The number that the next assignment gets.</summary>
    public long NextAssignment => assignments.IsEmpty ? 1 : assignments.Keys.Last() + 1;

    /// <summary>The tree as it was stored.</summary>
    public static PlantTree From(StoredPlant stored) => stored.Assignments.Aggregate(
        new PlantTree(
            Empty.items.AddRange(stored.Items.Select(item => KeyValuePair.Create((item.Level, item.Id), item))), Empty.assignments, Empty.byPoint, Empty.byDevice),
        (tree, assignment) => tree.With(assignment));

    public PlantItem? Find(PlantLevel level, string id) => items.GetValueOrDefault((level, id));

    /// <exception cref="HubException">There is none.</exception>
    public PlantItem Get(PlantLevel level, string id) => Find(level, id) ?? throw PlantErrors.NoItem(level, id);

    /// <summary>The item above; null for a site.</summary>
    public PlantItem? Parent(PlantItem item) => item.Level == PlantLevel.Site ? null : Find(item.Level - 1, item.Parent);

    /// <summary>The item and all above it, from below.</summary>
    public IEnumerable<PlantItem> Upwards(PlantItem item)
    {
        for (var next = item; next is not null; next = Parent(next))
        {
            yield return next;
        }
    }

    /// <summary>The node that is at a point now, or null.</summary>
    public Assignment? NodeAt(string point) => byPoint.GetValueOrDefault(point);

    /// <summary>The point at which a node is now, or null.</summary>
    public Assignment? PointOf(string deviceId) => byDevice.GetValueOrDefault(deviceId);

    /// <summary>Where a node is, by the ids of the whole way; null where it has no point.</summary>
    public AlarmPlace? PlaceOf(string deviceId)
    {
        if (PointOf(deviceId) is not { } assignment || Find(PlantLevel.Point, assignment.Point) is not { } point)
        {
            return null;
        }

        var machine = Parent(point)!;
        var line = Parent(machine)!;
        return new AlarmPlace(line.Parent, line.Id, machine.Id, point.Id);
    }

    /// <summary>
    /// Who measured a machine or point within a time, by when: intervals that begin with their first instant and end before the last. Null
    /// bounds are open.
    /// </summary>
    public IReadOnlyList<Assignment> Assignments(PlantLevel level, string id, DateTimeOffset? from, DateTimeOffset? to) =>
    [
        .. assignments.Values
            .Where(assignment => (level == PlantLevel.Point ? assignment.Point : assignment.Machine) == id)
            .Where(assignment => !(assignment.To <= from) && !(assignment.From >= to))
            .OrderBy(assignment => assignment.From),
    ];

    /// <summary>Adds or replaces an item.</summary>
    /// <exception cref="HubException">Its parent is missing, or a point would change its machine.</exception>
    public PlantTree Put(PlantItem item)
    {
        if (item.Level != PlantLevel.Site && !items.ContainsKey((item.Level - 1, item.Parent)))
        {
            throw PlantErrors.NoItem(item.Level - 1, item.Parent);
        }

        if (item.Level == PlantLevel.Point && Find(PlantLevel.Point, item.Id) is { } before && before.Parent != item.Parent)
        {
            // Its history belongs to the machine it was at.
            throw new HubException(
                PlantErrors.InUse, $"Point \"{item.Id}\" belongs to machine \"{before.Parent}\" for good. Make a new point at \"{item.Parent}\" and put the node there.");
        }

        return new PlantTree(items.SetItem((item.Level, item.Id), item), assignments, byPoint, byDevice);
    }

    /// <summary>Takes an item away; the history of a point's nodes stays.</summary>
    /// <exception cref="HubException">There is something below it, or a node at it.</exception>
    public PlantTree Remove(PlantItem item)
    {
        if (items.Values.FirstOrDefault(other => other.Level == item.Level + 1 && other.Parent == item.Id) is { } child)
        {
            throw new HubException(
                PlantErrors.InUse, $"{PlantWords.Of(item.Level)} \"{item.Id}\" still has {PlantWords.Of(child.Level)} \"{child.Id}\". Delete or move what is below it first.");
        }

        if (item.Level == PlantLevel.Point && NodeAt(item.Id) is { } node)
        {
            throw new HubException(
                PlantErrors.InUse, $"Node \"{node.DeviceId}\" is at point \"{item.Id}\". Take it away first: DELETE /api/v1/plant/points/{item.Id}/node.");
        }

        return new PlantTree(items.Remove((item.Level, item.Id)), assignments, byPoint, byDevice);
    }

    /// <summary>Adds an assignment, or replaces the one with its number.</summary>
    public PlantTree With(Assignment assignment)
    {
        var (points, devices) = (byPoint, byDevice);
        if (assignment.To is null)
        {
            (points, devices) = (points.SetItem(assignment.Point, assignment), devices.SetItem(assignment.DeviceId, assignment));
        }
        else
        {
            points = NodeAt(assignment.Point)?.Number == assignment.Number ? points.Remove(assignment.Point) : points;
            devices = PointOf(assignment.DeviceId)?.Number == assignment.Number ? devices.Remove(assignment.DeviceId) : devices;
        }

        return new PlantTree(items, assignments.SetItem(assignment.Number, assignment), points, devices);
    }
}
