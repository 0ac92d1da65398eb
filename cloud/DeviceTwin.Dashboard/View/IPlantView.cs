using DeviceTwin.Dashboard.Fleet;
using DeviceTwin.Twins;

namespace DeviceTwin.Dashboard.View;

/// <summary>What the plant page needs of the hub.</summary>
public interface IPlantView
{
    /// <summary>The sites, with everything below.</summary>
    IReadOnlyList<PlantPart> Sites();

    /// <summary>What nodes should have been told of their place, and refused.</summary>
    IReadOnlyList<PlantRefusal> Refused();

    /// <summary>Calls back after each change, on a thread of the hub's: the callback must not block.</summary>
    IDisposable Subscribe(Action changed);
}

/// <param name="Reason">A sentence that says what to do.</param>
public sealed record PlantRefusal(long Number, string DeviceId, string Reason);

/// <summary>A part of the plant with the state of everything below it.</summary>
/// <param name="Level"><c>site</c>, <c>line</c>, <c>machine</c> or <c>point</c>.</param>
/// <param name="Detail">What else is known of it, in short.</param>
/// <param name="Severity">The gravest below.</param>
/// <param name="Zone">The worst below.</param>
/// <param name="State">Of the twin that is furthest from what is desired; null where there is no node.</param>
/// <param name="DeviceId">The node at a point.</param>
/// <param name="Verdict">Its verdict.</param>
public sealed record PlantPart(
    string Level,
    string Id,
    string Name,
    string? Detail,
    Severity Severity,
    string? Zone,
    ConvergenceState? State,
    int ActiveAlarms,
    int UnacknowledgedAlarms,
    int Nodes,
    int Offline,
    string? DeviceId,
    string? Verdict,
    IReadOnlyList<PlantPart> Parts);
