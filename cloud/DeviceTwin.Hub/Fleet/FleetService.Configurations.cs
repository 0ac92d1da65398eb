using System.Collections.Immutable;
using System.Text.Json.Nodes;
using DeviceTwin.Storage;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;
using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Hub.Fleet;

/// <summary>Configurations, and their way into the desired properties.</summary>
internal sealed partial class FleetService
{
    /// <inheritdoc/>
    public Configuration? FindConfiguration(string id) => Find(visibleConfigurations, id)?.Configuration;

    /// <inheritdoc/>
    public IReadOnlyList<Configuration> ListConfigurations() =>
        [.. visibleConfigurations.Select(prepared => prepared.Configuration).OrderBy(configuration => configuration.Id, StringComparer.Ordinal)];

    /// <inheritdoc/>
    public ConfigurationMetrics? FindConfigurationMetrics(string id)
    {
        if (Find(visibleConfigurations, id) is not { } prepared)
        {
            return null;
        }

        IReadOnlyCollection<string> candidates;
        lock (gate)
        {
            candidates = tags.Candidates(prepared.Condition);
        }

        var queries = prepared.Configuration.MetricQueries.Select(query => (Name: query.Key, Refusing(() => TwinQuery.Parse(query.Value)).Condition)).ToArray();
        var results = queries.ToDictionary(query => query.Name, _ => 0, StringComparer.Ordinal);
        var (targeted, applied, succeeded, failed) = (0, 0, 0, 0);
        foreach (var state in candidates.Select(deviceId => visible.GetValueOrDefault(deviceId)).OfType<DeviceState>())
        {
            if (!prepared.Condition.Matches(Subject(state)))
            {
                continue;
            }

            targeted++;
            applied += IsApplied(prepared, state) ? 1 : 0;
            var won = prepared.Settings.Where(setting => state.Twin.Applied.GetValueOrDefault(setting.Key)?.ConfigurationId == id)
                .Select(setting => state.Reconciliation.StateOf(setting.Key)).ToArray();
            succeeded += won.Length > 0 && Array.TrueForAll(won, stands => stands == ConvergenceState.InSync) ? 1 : 0;
            failed += Array.Exists(won, stands => stands is ConvergenceState.Rejected or ConvergenceState.Drifted) ? 1 : 0;
            foreach (var (name, condition) in queries)
            {
                results[name] += condition.Matches(Asked(state.Seen, state)) ? 1 : 0;
            }
        }

        return new ConfigurationMetrics(targeted, applied) { Succeeded = succeeded, Failed = failed, Indexed = TagIndex.CanLookUp(prepared.Condition), Results = results };
    }

    /// <inheritdoc/>
    public async Task<Configuration> PutConfiguration(
        Configuration configuration, string? ifMatch, string author, CancellationToken cancellation)
    {
        var at = time.GetUtcNow();
        Refusing(() => PreparedConfiguration.Prepare(configuration));
        foreach (var query in configuration.MetricQueries.Values)
        {
            RefuseUnlessDevices(Refusing(() => TwinQuery.Parse(query)));
        }

        Configuration result;
        List<Task> written = [];
        PreparedConfiguration? before;
        PreparedConfiguration after;
        lock (gate)
        {
            RefuseStaged(configuration.Id);
            before = Find(workingConfigurations, configuration.Id);
            if (ifMatch is null && before is not null)
            {
                throw new HubException(
                    HubError.ConfigurationAlreadyExists,
                    $"There is a configuration \"{configuration.Id}\" already. To update it, send If-Match with its ETag or \"*\".");
            }

            if (ifMatch is not null)
            {
                FleetErrors.CheckMatch(ifMatch, (before ?? throw FleetErrors.ConfigurationNotFound(configuration.Id)).Configuration.ETag);
            }

            result = configuration with
            {
                ETag = before is null ? ETags.First : ETags.Next(before.Configuration.ETag),
                CreatedAt = before?.Configuration.CreatedAt ?? at,
                LastUpdatedAt = at,
                Version = (before?.Configuration.Version ?? 0) + 1,
            };
            after = PreparedConfiguration.Prepare(result);
            var action = before is null ? "configuration.create" : "configuration.update";
            written.Add(StoreConfigurations(
                Without(workingConfigurations, result.Id).Add(after).Sort(PreparedConfiguration.ByPrecedence),
                new StoreChange.PutConfiguration(result),
                new AuditRow(at, author, null, action, result.Id, null, null)));
        }

        written.AddRange(ReconfigureMembers(before, after, []));
        await Durable(Task.WhenAll(written), cancellation).ConfigureAwait(false);
        FleetLog.ConfigurationWritten(logger, result.Id, author);
        return result;
    }

    /// <inheritdoc/>
    public async Task DeleteConfiguration(string id, string? ifMatch, string author, CancellationToken cancellation)
    {
        var at = time.GetUtcNow();
        List<Task> written = [];
        PreparedConfiguration before;
        lock (gate)
        {
            RefuseStaged(id);
            before = Find(workingConfigurations, id) ?? throw FleetErrors.ConfigurationNotFound(id);
            FleetErrors.CheckMatch(ifMatch, before.Configuration.ETag);
            written.Add(StoreConfigurations(
                Without(workingConfigurations, id),
                new StoreChange.DeleteConfiguration(id),
                new AuditRow(at, author, null, "configuration.delete", id, null, null)));
        }

        written.AddRange(ReconfigureMembers(before, null, []));
        await Durable(Task.WhenAll(written), cancellation).ConfigureAwait(false);
        FleetLog.ConfigurationDeleted(logger, id, author);
    }

    private Task StoreConfigurations(ImmutableArray<PreparedConfiguration> configurations, StoreChange change, AuditRow audit)
    {
        workingConfigurations = configurations;
        return store.Write(
            [change, new StoreChange.AppendAudit(audit)],
            () => ImmutableInterlocked.InterlockedExchange(ref visibleConfigurations, configurations));
    }

    /// <summary>
    /// Brings the devices concerned to the configurations that hold now: those that a configuration had or has, found by their tags. The lock is given
    /// back between devices, so that a large fleet does not hold up everybody else; whoever changes a device in between already sees the new configurations.
    /// </summary>
    /// <param name="others">Devices that are concerned whatever the conditions say.</param>
    private List<Task> ReconfigureMembers(PreparedConfiguration? before, PreparedConfiguration? after, IReadOnlyCollection<string> others)
    {
        var concerned = new HashSet<string>(others, StringComparer.Ordinal);
        lock (gate)
        {
            foreach (var configuration in new[] { before, after }.OfType<PreparedConfiguration>())
            {
                concerned.UnionWith(tags.Candidates(configuration.Condition));
            }
        }

        var written = new List<Task>();
        foreach (var deviceId in concerned)
        {
            lock (gate)
            {
                if (working.GetValueOrDefault(deviceId) is { } state
                    && (others.Contains(deviceId) || IsMember(before, state) || IsMember(after, state)))
                {
                    written.Add(Reconfigure(deviceId));
                }
            }
        }

        return written;
    }

    private bool IsMember(PreparedConfiguration? configuration, DeviceState state)
    {
        if (configuration is null)
        {
            return false;
        }

        Interlocked.Increment(ref evaluations);
        return configuration.Condition.Matches(Subject(state));
    }

    /// <summary>Brings one device to its configurations, inside the lock; nothing is written where nothing changes.</summary>
    private Task Reconfigure(string deviceId)
    {
        var before = working[deviceId];
        var change = new DeviceChange(before, time.GetUtcNow());
        Configure(change);

        // What others change may change nothing here, and yet what would stand here without a version that is being rolled out.
        return ReferenceEquals(change.State.Twin, before.Twin) && ReferenceEquals(change.State.Admissions, before.Admissions) ? Task.CompletedTask : Publish(change);
    }

    /// <summary>Configurations, tags or the device itself changed: what the table asks for is done on top of the change.</summary>
    private void Configure(DeviceChange change, IReadOnlyDictionary<string, JsonNode>? returning = null)
    {
        if (ConfigureOr(change, returning) is { } reason)
        {
            FleetLog.ConfigurationNotApplied(logger, change.State.Identity.DeviceId, reason);
        }
    }

    /// <summary>The same; returns why the device cannot take its configurations, or null.</summary>
    private string? ConfigureOr(DeviceChange change, IReadOnlyDictionary<string, JsonNode>? returning = null)
    {
        change.Happened(PathEvent.ConfigurationChanged);
        return (change.Actions & ReconciliationActions.Plan) == 0 ? null : change.Configure(LayersOf(change.State, workingConfigurations, workingStages), returning);
    }

    private static ConditionSubject Subject(DeviceState state) => new(state.Twin, state.Identity.Enabled);

    private static PreparedConfiguration? Find(ImmutableArray<PreparedConfiguration> configurations, string id) =>
        configurations.FirstOrDefault(prepared => prepared.Configuration.Id == id);

    private static ImmutableArray<PreparedConfiguration> Without(ImmutableArray<PreparedConfiguration> configurations, string id) =>
        configurations.RemoveAll(prepared => prepared.Configuration.Id == id);
}
