using System.Text.Json.Nodes;

namespace DeviceTwin.Dashboard.View;

/// <summary>
/// What the pages need of the hub, and all that they know of it. Reads are cheap (they come from memory) and may be made from any
/// thread; every record that comes back is immutable.
/// </summary>
public interface IFleetView
{
    /// <summary>Every node, ordered by device id.</summary>
    IReadOnlyList<NodeSummary> List();

    /// <summary>One node with its history, or null where the device is unknown.</summary>
    NodeDetail? Find(string deviceId);

    /// <summary>
    /// A longer past than <see cref="NodeDetail.History"/>, in the resolution that suits its length. Reads the disk: when somebody asks for
    /// it, not with every redraw.
    /// </summary>
    Task<NodeTrend> ReadTrend(string deviceId, TimeSpan span, CancellationToken cancellation);

    /// <summary>Writes one desired property; completes when the change is durable or refused.</summary>
    /// <param name="path">Dotted path below <c>properties.desired</c>, e.g. <c>detection.velocityLimitUmPerSecond</c>.</param>
    /// <param name="value">The new value, or null to remove the path from what is desired.</param>
    /// <param name="author">Who wants it: <see cref="IPageCaller.Author"/>.</param>
    Task<SettingOutcome> SetDesired(string deviceId, string path, JsonNode? value, string author, CancellationToken cancellation);

    /// <summary>
    /// Calls back with the device id after each change of a node, on a thread of the hub's: the callback must not block.
    /// </summary>
    IDisposable Subscribe(Action<string> changed);
}

/// <summary>The hub's answer to a desired change.</summary>
/// <param name="Version">The desired version that holds the change; null where it was refused.</param>
/// <param name="Code">The hub's error name where it was refused, e.g. <c>DeviceNotFound</c>.</param>
/// <param name="Message">Why it was refused, in a sentence.</param>
public sealed record SettingOutcome(long? Version, string? Code, string? Message)
{
    public bool Accepted => Version is not null;

    public static SettingOutcome Written(long version) => new(version, null, null);

    public static SettingOutcome Refused(string code, string message) => new(null, code, message);
}
