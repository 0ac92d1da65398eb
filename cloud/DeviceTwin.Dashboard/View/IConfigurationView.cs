using System.Text.Json.Nodes;
using DeviceTwin.Twins;

namespace DeviceTwin.Dashboard.View;

/// <summary>What the pages of configurations need of the hub. Reads come from memory; every record that comes back is immutable.</summary>
public interface IConfigurationView
{
    /// <summary>Every configuration, by id.</summary>
    IReadOnlyList<ConfigurationRow> List();

    /// <summary>Devices and paths with their states: the devices that are furthest from what is desired first.</summary>
    PathGrid Read(PathGridQuery query);

    /// <summary>How long changes took from being written to being in sync.</summary>
    InSyncTimes Times { get; }

    /// <summary>Who sets which path of a device, path by path; null where the device is unknown.</summary>
    IReadOnlyList<WinnerRow>? FindWinners(string deviceId);

    /// <summary>Sets a path of one device against all configurations, until it ends.</summary>
    /// <param name="owner">Whose it is: <see cref="IPageCaller.Author"/>.</param>
    Task<ActionOutcome> PutOverride(
        string deviceId, string path, JsonNode value, string owner, string reason, DateTimeOffset expiresAt, CancellationToken cancellation);

    /// <summary>Ends an override: the winner among the configurations returns.</summary>
    Task<ActionOutcome> DeleteOverride(string deviceId, string path, string author, CancellationToken cancellation);
}

/// <param name="Paths">How many it sets.</param>
/// <param name="Targeted">Devices that satisfy its target condition.</param>
/// <param name="Succeeded">Of these, devices on which every setting that it won is in sync.</param>
/// <param name="Failed">Of these, devices that refuse a setting that it won, or have another value.</param>
/// <param name="Staged">The version that is being rolled out; null where none is.</param>
/// <param name="Admitted">Devices that have that version.</param>
public sealed record ConfigurationRow(
    string Id, long Version, int Priority, string TargetCondition, int Paths, int Targeted, int Succeeded, int Failed, long? Staged, int Admitted);

/// <param name="ConfigurationId">Only its paths and the devices that it sets something on; null for all.</param>
/// <param name="Text">Found anywhere in a device id, ignoring case; empty = all.</param>
/// <param name="NotInSync">Only devices that are not in sync.</param>
public sealed record PathGridQuery(string? ConfigurationId, string Text, bool NotInSync, int SkipDevices, int TakeDevices, int SkipPaths, int TakePaths);

/// <summary>A page of devices and paths.</summary>
/// <param name="Paths">The columns.</param>
/// <param name="PathCount">How many columns there are on all pages.</param>
/// <param name="DeviceCount">How many rows there are on all pages.</param>
public sealed record PathGrid(IReadOnlyList<string> Paths, int PathCount, IReadOnlyList<PathGridRow> Rows, int DeviceCount);

/// <param name="State">Of the whole node.</param>
/// <param name="Cells">By column; null where nothing is desired there.</param>
/// <param name="InSyncAfter">How long its last change took from being written to being in sync; null before one did.</param>
/// <param name="WaitingSince">When the change was written for which it is not in sync yet; null where it waits for none.</param>
public sealed record PathGridRow(
    string DeviceId, bool Connected, ConvergenceState State, IReadOnlyList<PathConvergence?> Cells, TimeSpan? InSyncAfter, DateTimeOffset? WaitingSince);

/// <param name="Changes">Changes of devices that came in sync since the hub started.</param>
/// <param name="Half">Half of the recent ones took no longer; null before one did.</param>
/// <param name="NinetyNine">99 of 100 recent ones took no longer; null before one did.</param>
public sealed record InSyncTimes(long Changes, TimeSpan? Half, TimeSpan? NinetyNine);

/// <summary>Who sets a path of a device.</summary>
/// <param name="Winner">The configuration's id with its version, or <c>override</c>.</param>
/// <param name="Why">Why it wins, in words.</param>
/// <param name="IsOverride">Whether it is an override.</param>
/// <param name="Value">What the winner wants, as JSON.</param>
/// <param name="Desired">What stands in desired where that is something else, as JSON; null where it is the winner's value.</param>
/// <param name="Owner">The override's owner; null for a configuration.</param>
/// <param name="Reason">The override's; null for a configuration.</param>
/// <param name="ExpiresAt">When the override ends; null for a configuration.</param>
/// <param name="Lost">Who else wanted it, and why they lost, in words.</param>
/// <param name="State">Of the path; null where it is not desired.</param>
public sealed record WinnerRow(
    string Path,
    string Winner,
    string Why,
    bool IsOverride,
    string Value,
    string? Desired,
    string? Owner,
    string? Reason,
    DateTimeOffset? ExpiresAt,
    IReadOnlyList<string> Lost,
    ConvergenceState? State);
