using System.Text.Json.Nodes;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.History;

/// <summary>Who measured at a machine, or at one of its points, from when to when.</summary>
public interface IMeasuringPoints
{
    /// <summary>In the order of time; empty where the machine or point is unknown.</summary>
    /// <param name="machine">Null where only a point is named.</param>
    /// <param name="point">Null for the whole machine.</param>
    IReadOnlyList<PointAssignment> Assignments(string? machine, string? point, DateTimeOffset from, DateTimeOffset to);
}

/// <summary>A node at a point.</summary>
public sealed record PointAssignment(string DeviceId, DateTimeOffset From, DateTimeOffset To);

/// <summary>Without a plant: the nodes whose tags <c>machine</c> and <c>point</c> say so now, as if they had been there all the time.</summary>
internal sealed class TaggedPoints(IFleet fleet) : IMeasuringPoints
{
    /// <inheritdoc/>
    public IReadOnlyList<PointAssignment> Assignments(string? machine, string? point, DateTimeOffset from, DateTimeOffset to) =>
    [
        .. fleet.ListIdentities().Select(identity => fleet.FindTwin(identity.DeviceId)).OfType<TwinDocument>()
            .Where(twin => Is(twin.Tags, "machine", machine) && Is(twin.Tags, "point", point))
            .Select(twin => new PointAssignment(twin.DeviceId, from, to)),
    ];

    private static bool Is(JsonObject tags, string name, string? wanted) =>
        wanted is null || (tags[name] is JsonValue value && value.TryGetValue<string>(out var text) && text == wanted);
}
