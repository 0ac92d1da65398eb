using System.Text.Json.Nodes;
using DeviceTwin.Analytics.Reports;
using DeviceTwin.Twins.Rollouts;

namespace DeviceTwin.Hub.Changes;

/// <summary>What somebody proposes.</summary>
/// <param name="Id">Null = made from the configuration's id and a number.</param>
/// <param name="Content">The whole new content of the configuration (dotted path to value); null where <paramref name="Settings"/> are given.</param>
/// <param name="Settings">Laid over the content that the configuration has: dotted path to value, null = taken out.</param>
/// <param name="BaseVersion">The version of the configuration that was read; null = the one that stands.</param>
public sealed record ChangeProposal(
    string? Id, string Title, string ConfigurationId, JsonObject? Content, JsonObject? Settings, RolloutPlan Plan, long? BaseVersion);

/// <summary>New content or plan of a change that has not started; null = as it was.</summary>
public sealed record ChangeEdit(JsonObject? Content, JsonObject? Settings, RolloutPlan? Plan, long? BaseVersion);

/// <summary>
/// Changes of configurations: proposed, replayed, approved, tried, rolled out and taken back. A task completes only after what it did is durable. Every
/// refusal is a <see cref="HubException"/>.
/// </summary>
public interface IChanges
{
    /// <summary>Every change as JSON, by id, without content, groups, gates and steps.</summary>
    Task<IReadOnlyList<JsonObject>> List(CancellationToken cancellation);

    /// <summary>A change as JSON, with how it stands.</summary>
    Task<JsonObject> Find(string id, CancellationToken cancellation);

    Task<JsonObject> Create(ChangeProposal proposal, string author, CancellationToken cancellation);

    /// <summary>Writes a change anew that has not started: evidence and approvals fall.</summary>
    Task<JsonObject> Edit(string id, ChangeEdit edit, string author, string why, CancellationToken cancellation);

    /// <summary>Removes a change that never touched a device.</summary>
    Task Delete(string id, string author, CancellationToken cancellation);

    /// <summary>Begins the replay of stored waveforms; it goes on in the background, and after a restart of the hub.</summary>
    /// <param name="from">Waveforms received at or after; null = all that are stored.</param>
    Task<JsonObject> Replay(string id, DateTimeOffset? from, string author, CancellationToken cancellation);

    Task<JsonObject> Approve(string id, string author, string why, CancellationToken cancellation);

    Task<JsonObject> Start(string id, string author, string why, CancellationToken cancellation);

    /// <summary>Lets a stage pass of which the gates have too little to say.</summary>
    Task<JsonObject> Pass(string id, string author, string why, CancellationToken cancellation);

    /// <summary>Gives a change up; what devices have of it is taken back before this returns.</summary>
    Task<JsonObject> Abort(string id, string author, string why, CancellationToken cancellation);

    /// <summary>Why a change ended as it did, as JSON.</summary>
    Task<JsonObject> Report(string id, CancellationToken cancellation);

    /// <summary>The replay that is attached.</summary>
    Task<ReplayReport> ReplayReport(string id, CancellationToken cancellation);

    /// <summary>Calls back with the id of each change of which something is new; the callback must not block.</summary>
    IDisposable Subscribe(Action<string> callback);
}
