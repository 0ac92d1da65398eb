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
    /// <summary>Azure's, per hub.</summary>
    public const int MaximumConfigurations = 100;

    /// <summary>Azure's: queries of one's own per configuration.</summary>
    public const int MaximumMetrics = 5;

    private static readonly QueryColumn[] Counted = [new QueryColumn("count", null, AggregateFunction.Count)];

    private readonly MetricResults metricResults;

    /// <inheritdoc/>
    public Configuration? FindConfiguration(string id) => Find(visibleConfigurations, id)?.Configuration;

    /// <inheritdoc/>
    public IReadOnlyList<Configuration> ListConfigurations() =>
        [.. visibleConfigurations.Select(prepared => prepared.Configuration).OrderBy(configuration => configuration.Id, StringComparer.Ordinal)];

    /// <inheritdoc/>
    public string? FindConfigurationStatus(string deviceId, string configurationId) => Visible(deviceId) is { } state ? ConfigurationStatus(state, configurationId) : null;

    /// <inheritdoc/>
    public ConfigurationMetrics? FindConfigurationMetrics(string id, bool evaluate = true)
    {
        if (Find(visibleConfigurations, id) is not { } prepared)
        {
            return null;
        }

        var (targeted, applied, succeeded, failed) = (0, 0, 0, 0);
        foreach (var state in Candidates(prepared))
        {
            if (!prepared.Targets(Subject(state)))
            {
                continue;
            }

            targeted++;
            applied += IsApplied(prepared, state) ? 1 : 0;
            var won = prepared.Settings.Where(setting => state.Twin.Applied.GetValueOrDefault(setting.Key)?.ConfigurationId == id)
                .Select(setting => state.Reconciliation.StateOf(setting.Key)).ToArray();
            succeeded += won.Length > 0 && Array.TrueForAll(won, stands => stands == ConvergenceState.InSync) ? 1 : 0;
            failed += Array.Exists(won, stands => stands is ConvergenceState.Rejected or ConvergenceState.Drifted) ? 1 : 0;
        }

        var results = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, query) in prepared.Configuration.MetricQueries)
        {
            if ((evaluate ? metricResults.Of(query, CountOf) : metricResults.Known(query)) is { } result)
            {
                results.Add(name, result);
            }
        }

        return new ConfigurationMetrics(targeted, applied)
        {
            Succeeded = succeeded,
            Failed = failed,
            Indexed = !prepared.Configuration.ForModules && TagIndex.CanLookUp(prepared.Condition),
            Results = results,
        };
    }

    /// <summary>How many devices, or modules, a metric's query selects: those that are durable.</summary>
    private long CountOf(string text) => Refusing(() =>
    {
        var query = TwinQuery.Parse(text);
        var count = query.Source == QuerySource.Modules
            ? visibleModules.SelectMany(device => device.Value.Values).LongCount(state => query.Condition.Matches(Asked(state.Seen, state)))
            : store.FindGroups(query with { Columns = Counted }, Presence) is [{ Aggregates: [{ Value: long found }] }] ? found : 0;
        return Math.Min(count, query.Top ?? count);
    });

    /// <inheritdoc/>
    public async Task ApplyContent(string deviceId, ConfigurationContent content, string author, CancellationToken cancellation)
    {
        var at = time.GetUtcNow();
        var parts = content.Modules.Select(module => (Address: TwinAddress.Of(deviceId, module.Key), Content: module.Value)).Prepend((Address: deviceId, Content: content.Device))
            .Select(part => (part.Address, Document: Refusing(() => PreparedConfiguration.Content(part.Content))))
            .ToArray();
        Task written;
        lock (gate)
        {
            var changes = new List<DeviceChange>();
            foreach (var (address, document) in parts)
            {
                var change = new DeviceChange(Working(address), at);
                change.Operate(Refusing(() => TwinUpdates.PatchDesired(change.State.Twin, document, at)), author, "twin.patch");
                changes.Add(change);
            }

            written = Publish(changes);
        }

        await Durable(written, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<Configuration> PutConfiguration(
        Configuration configuration, string? ifMatch, string author, CancellationToken cancellation)
    {
        var at = time.GetUtcNow();
        Refusing(() => PreparedConfiguration.Prepare(configuration));
        if (configuration.MetricQueries.Count > MaximumMetrics)
        {
            throw new HubException(
                HubError.ArgumentInvalid, $"metrics.queries has {configuration.MetricQueries.Count} queries, {MaximumMetrics} are allowed. Ask the others of POST /devices/query.");
        }

        foreach (var (name, query) in configuration.MetricQueries)
        {
            if (MetricRefusal(query) is { } refusal)
            {
                throw new HubException(HubError.ArgumentInvalid, $"metrics.queries.{name}: {refusal}");
            }
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

            if (before is null && ifMatch is null && workingConfigurations.Length >= MaximumConfigurations)
            {
                throw new HubException(
                    HubError.QuotaExceeded, $"There are {workingConfigurations.Length} configurations already, {MaximumConfigurations} are allowed. Delete one, or bring the settings into another.");
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
                concerned.UnionWith(configuration.Configuration.ForModules ? ModuleAddresses() : tags.Candidates(configuration.Condition));
            }
        }

        var written = new List<Task>();
        foreach (var deviceId in concerned)
        {
            lock (gate)
            {
                if (FindWorking(deviceId) is { } state
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
        return configuration.Targets(Subject(state));
    }

    /// <summary>Devices, or modules, among which are all that a configuration targets, as readers see them.</summary>
    private IEnumerable<DeviceState> Candidates(PreparedConfiguration prepared)
    {
        if (prepared.Configuration.ForModules)
        {
            return visibleModules.SelectMany(device => device.Value.Values);
        }

        lock (gate)
        {
            return tags.Candidates(prepared.Condition).Select(deviceId => visible.GetValueOrDefault(deviceId)).OfType<DeviceState>();
        }
    }

    /// <summary>Brings one device, or module, to its configurations, inside the lock; nothing is written where nothing changes.</summary>
    private Task Reconfigure(string deviceId)
    {
        var before = Working(deviceId);
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
            FleetLog.ConfigurationNotApplied(logger, change.State.Identity.Address, reason);
        }
    }

    /// <summary>The same; returns why the device cannot take its configurations, or null.</summary>
    private string? ConfigureOr(DeviceChange change, IReadOnlyDictionary<string, JsonNode>? returning = null)
    {
        change.Happened(PathEvent.ConfigurationChanged);
        return (change.Actions & ReconciliationActions.Plan) == 0 ? null : change.Configure(LayersOf(change.State, workingConfigurations, workingStages), returning);
    }

    /// <summary>Why a text is no query of a configuration's metric; null where it is one.</summary>
    public static string? MetricRefusal(string text)
    {
        try
        {
            var query = TwinQuery.Parse(text);
            return query.Source == QuerySource.Jobs || query.Aggregates
                ? "A metric counts the devices, or modules, that its query selects: write SELECT deviceId FROM devices WHERE …, without aggregates and GROUP BY."
                : null;
        }
        catch (TwinException refusal)
        {
            return refusal.Message;
        }
    }

    private static ConditionSubject Subject(DeviceState state) => new(state.Twin, state.Identity.Enabled);

    private static PreparedConfiguration? Find(ImmutableArray<PreparedConfiguration> configurations, string id) =>
        configurations.FirstOrDefault(prepared => prepared.Configuration.Id == id);

    private static ImmutableArray<PreparedConfiguration> Without(ImmutableArray<PreparedConfiguration> configurations, string id) =>
        configurations.RemoveAll(prepared => prepared.Configuration.Id == id);
}
