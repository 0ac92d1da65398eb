using System.Text.Json;
using DeviceTwin.Twins;

namespace DeviceTwin.Storage.Plant;

/// <summary>The levels of a plant, from the whole to the part.</summary>
public enum PlantLevel
{
    Site,
    Line,
    Machine,
    Point,
}

/// <summary>A site, line, machine or measuring point. Its id is unique on its level and never changes; nor does a point's machine.</summary>
/// <param name="Parent">Id of the item above; empty for a site.</param>
/// <param name="Name">What people call it.</param>
public sealed record PlantItem(PlantLevel Level, string Id, string Parent, string Name, string ETag)
{
    /// <summary>What is known of a machine; null on other levels.</summary>
    public MachineFacts? Machine { get; init; }

    /// <summary>What is known of a measuring point; null on other levels.</summary>
    public PointFacts? Point { get; init; }

    /// <summary>The item as it is kept.</summary>
    public string ToText() => JsonSerializer.Serialize(this, Json.Relaxed);

    public static PlantItem FromText(string text) =>
        JsonSerializer.Deserialize<PlantItem>(text, Json.Relaxed) ?? throw new FormatException("null where a plant item is expected");
}

/// <param name="Class">What sort of machine: <c>pump</c>, <c>fan</c>, …</param>
/// <param name="IsoGroup">Group of ISO 20816-3 (or 10816-3).</param>
/// <param name="IsoSupport"><c>rigid</c> or <c>flexible</c>.</param>
/// <param name="ShaftSpeedMinimumMilliHertz">Lowest speed in use.</param>
/// <param name="ShaftSpeedMaximumMilliHertz">Highest speed in use.</param>
/// <param name="Bearing">Designation of the bearing.</param>
public sealed record MachineFacts(
    string? Class, int? IsoGroup, string? IsoSupport, int? ShaftSpeedMinimumMilliHertz, int? ShaftSpeedMaximumMilliHertz, string? Bearing)
{
    public static readonly MachineFacts None = new(null, null, null, null, null, null);
}

/// <param name="Position">Where on the machine: <c>drive end</c>, …</param>
/// <param name="AxisX">What the sensor's axis points to: <c>horizontal</c>, …</param>
public sealed record PointFacts(string? Position, string? AxisX, string? AxisY, string? AxisZ)
{
    public static readonly PointFacts None = new(null, null, null, null);
}

/// <summary>A node at a measuring point, for a time.</summary>
/// <param name="To">When it was taken away; null while it is there.</param>
/// <param name="By">Who put it there.</param>
/// <param name="Reason">Why, in that person's words.</param>
/// <param name="EndedBy">Who took it away.</param>
public sealed record Assignment(
    long Number, string Machine, string Point, string DeviceId, DateTimeOffset From, DateTimeOffset? To, string By, string? Reason, string? EndedBy);

/// <summary>
/// What remains to be done to a device after a change of the plant. It is kept until it is done, so that a hub that stops in between goes on
/// where it was. Doing it twice does no harm.
/// </summary>
/// <param name="Tags">Merge patch of the tags, as JSON.</param>
/// <param name="Desired">Merge patch of the desired properties, as JSON, written after the tags; null where there is none.</param>
/// <param name="Disable">Take the device's access away as well.</param>
/// <param name="Refusal">Why the twin would not take it; it then waits until somebody has mended that. Null while it was not refused.</param>
public sealed record PlantTask(long Number, string DeviceId, string Tags, string? Desired, bool Disable, string Author, string? Refusal = null);

/// <summary>The plant as it was stored.</summary>
public sealed record StoredPlant(IReadOnlyList<PlantItem> Items, IReadOnlyList<Assignment> Assignments, IReadOnlyList<PlantTask> Tasks)
{
    public static readonly StoredPlant None = new([], [], []);
}

/// <summary>The machine tree, who measured where, and what remains to be done.</summary>
public interface IPlantStore
{
    StoredPlant LoadPlant();
}

public sealed record PutPlantItem(PlantItem Item) : StoreChange;

public sealed record DeletePlantItem(PlantLevel Level, string Id) : StoreChange;

public sealed record PutAssignment(Assignment Assignment) : StoreChange;

public sealed record PutPlantTask(PlantTask Task) : StoreChange;

public sealed record DeletePlantTask(long Number) : StoreChange;
