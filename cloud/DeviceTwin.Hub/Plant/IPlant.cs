using DeviceTwin.Storage.Plant;

namespace DeviceTwin.Hub.Plant;

/// <summary>
/// The machine tree: site, line, machine, measuring point, and the nodes at the points. A task completes only after the change it made
/// is durable. Every refusal is a <see cref="HubException"/>.
/// </summary>
public interface IPlant
{
    /// <summary>The item, or null where there is none.</summary>
    PlantItem? Find(PlantLevel level, string id);

    /// <summary>Creates (when <paramref name="ifMatch"/> is null) or updates an item.</summary>
    Task<PlantItem> Put(PlantItem item, string? ifMatch, string author, CancellationToken cancellation);

    /// <summary>Deletes an item that has nothing below it and no node at it.</summary>
    Task Delete(PlantLevel level, string id, string? ifMatch, string author, CancellationToken cancellation);

    /// <summary>Puts all of these items, or none: those above come first.</summary>
    Task Import(IReadOnlyList<PlantItem> items, string author, CancellationToken cancellation);

    /// <summary>Puts a node at a point that has none.</summary>
    Task<Assignment> Assign(string point, string deviceId, string? reason, string author, CancellationToken cancellation);

    /// <summary>Takes the node at a point away.</summary>
    Task<Assignment> Unassign(string point, string? reason, string author, CancellationToken cancellation);

    /// <summary>
    /// Another node takes a point over. The point's history goes on; what people have set on the old node, and its tags, come to the new
    /// one; the old one's alarms end. Durable in one step; what is left to do to the two devices is done after a restart, if need be.
    /// </summary>
    /// <param name="disable">Take the old node's access away.</param>
    Task<Assignment> Replace(string point, string deviceId, bool disable, string? reason, string author, CancellationToken cancellation);

    /// <summary>What changes of the plant asked of devices and their twins refused, with the reason: it waits until that is mended.</summary>
    IReadOnlyList<PlantTask> Refused();

    /// <summary>Tries a refused task again.</summary>
    /// <returns>The task where it was refused again; null where it is done.</returns>
    Task<PlantTask?> Retry(long number, CancellationToken cancellation);

    /// <summary>Gives a refused task up.</summary>
    Task Dismiss(long number, string author, CancellationToken cancellation);

    /// <summary>
    /// Which nodes measured a machine or a point, and when, by time: what a query over a machine has to read. Intervals include their
    /// beginning and exclude their end; null bounds are open. Also of points and machines that are gone.
    /// </summary>
    IReadOnlyList<Assignment> Assignments(PlantLevel level, string id, DateTimeOffset? from, DateTimeOffset? to);
}
