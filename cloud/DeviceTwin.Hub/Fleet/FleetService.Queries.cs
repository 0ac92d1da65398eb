using System.Text.Json.Nodes;
using DeviceTwin.Storage;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;
using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Hub.Fleet;

/// <summary>Queries over devices.</summary>
internal sealed partial class FleetService
{
    /// <inheritdoc/>
    public TwinPage Query(string query, string? continuation, int size)
    {
        var (twins, next) = Page(query, continuation, size, store.FindTwins, twin => twin.DeviceId);
        return new TwinPage(twins, next);
    }

    /// <inheritdoc/>
    public TwinTextPage QueryTexts(string query, string? continuation, int size)
    {
        var (twins, next) = Page(query, continuation, size, store.FindTwinTexts, twin => twin.DeviceId);
        return new TwinTextPage(twins, next);
    }

    /// <inheritdoc/>
    public RowPage QueryRows(string query, string? continuation, int size)
    {
        var parsed = Refusing(() => TwinQuery.Parse(query));
        var paths = parsed.Columns!.Select(column => column.Path!).ToArray();
        var (rows, next) = Page(query, continuation, size, Find, row => row.DeviceId);
        return new RowPage([.. rows.Select(row => row.Row)], next);

        // What SQL cannot put together is made of the twins.
        IReadOnlyList<(string DeviceId, JsonObject Row)> Find(TwinSearch search) => store.FindValues(search, paths) is { } found
            ? [.. found.Select(twin => (twin.DeviceId, parsed.Row(twin.Values)))]
            : [.. store.FindTwins(search).Select(twin => (twin.DeviceId, parsed.Project(SubjectOf(twin))))];
    }

    private (IReadOnlyList<T> Twins, string? Continuation) Page<T>(
        string query, string? continuation, int size, Func<TwinSearch, IReadOnlyList<T>> find, Func<T, string> id) => Refusing(() =>
    {
        var parsed = TwinQuery.Parse(query);
        RefuseUnlessDevices(parsed);
        var token = ContinuationToken.Read(continuation, query, parsed.Top);
        var left = Math.Min(size, token.Left);
        var twins = find(new TwinSearch(parsed.Condition, token.After, left + 1, Presence) { Parts = PartsOf(parsed) });
        var more = twins.Count > left && token.Left > left;
        return twins.Count <= left
            ? (twins, default(string))
            : ([.. twins.Take(left)], more ? token.Next(id(twins[left - 1]), left).Write() : null);
    });

    /// <inheritdoc/>
    public IReadOnlyList<QueryGroup> FindGroups(TwinQuery query) => Refusing(() => store.FindGroups(query, Presence));

    private ConditionSubject SubjectOf(TwinDocument twin) => visible.GetValueOrDefault(twin.DeviceId) is { } state
        ? Asked(twin, state)
        : new ConditionSubject(twin);

    /// <summary>A query that must select devices, whatever it shows of them.</summary>
    private static void RefuseUnlessDevices(TwinQuery query)
    {
        if (query.Source != QuerySource.Devices || query.Aggregates)
        {
            throw new HubException(HubError.ArgumentInvalid, "This query must select devices: write SELECT * FROM devices WHERE …, without aggregates and GROUP BY.");
        }
    }

    private static TwinParts PartsOf(TwinQuery query)
    {
        var parts = TwinParts.None;
        foreach (var column in query.Columns ?? [])
        {
            parts |= column.Path!.Path switch
            {
                ["tags", ..] => TwinParts.Tags,
                ["properties", "desired", ..] => TwinParts.Desired,
                ["properties", "reported", ..] => TwinParts.Reported,
                ["properties"] => TwinParts.Desired | TwinParts.Reported,
                _ => TwinParts.None,
            };
        }

        return query.Columns is null ? TwinParts.All : parts;
    }

    private PresenceFact? Presence(string deviceId) => visible.GetValueOrDefault(deviceId) is { } state
        ? new PresenceFact(state.Presence.Connected, state.Presence.LastActivityAt)
        {
            QueuedMessages = state.Presence.QueuedMessages,
            ConfigurationStatus = id => ConfigurationStatus(state, id),
        }
        : null;

    /// <summary>Azure's word for what a configuration is to a device, as readers see both.</summary>
    private string? ConfigurationStatus(DeviceState state, string id) =>
        Find(visibleConfigurations, id) is not { } prepared || !prepared.Targets(Subject(state)) ? null
        : IsApplied(prepared, state) ? "Applied"
        : "Targeted";

    /// <summary>Whether all settings of a configuration hold on a device: none yields to another, was overwritten since, or found no room.</summary>
    private static bool IsApplied(PreparedConfiguration prepared, DeviceState state) => prepared.Settings.All(setting =>
        state.Twin.Applied.GetValueOrDefault(setting.Key)?.ConfigurationId == prepared.Configuration.Id
        && Json.Same(Json.At(state.Twin.Desired.Properties, setting.Key), setting.Value));

    /// <summary>All that can be asked of a device.</summary>
    private ConditionSubject Asked(TwinDocument twin, DeviceState state) => new(twin, state.Identity.Enabled)
    {
        DeviceETag = state.Identity.ETag,
        AuthenticationType = state.Identity.Authentication.Word(),
        PrimaryThumbprint = state.Identity.PrimaryThumbprint,
        SecondaryThumbprint = state.Identity.SecondaryThumbprint,
        StatusReason = state.Identity.StatusReason,
        StatusUpdatedAt = state.Identity.StatusUpdatedAt,
        ConfigurationStatus = id => ConfigurationStatus(state, id),
    };
}
