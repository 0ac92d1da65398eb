using System.Collections.Immutable;
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

        var targeted = States.Where(state => prepared.Condition.Matches(Subject(state))).ToArray();
        return new ConfigurationMetrics(targeted.Length, targeted.Count(state => prepared.Settings.All(setting =>
            state.Twin.Applied.GetValueOrDefault(setting.Key)?.ConfigurationId == id
            && Json.Same(Json.At(state.Twin.Desired.Properties, setting.Key), setting.Value))));
    }

    /// <inheritdoc/>
    public async Task<Configuration> PutConfiguration(
        Configuration configuration, string? ifMatch, string author, CancellationToken cancellation)
    {
        var at = time.GetUtcNow();
        Refusing(() => PreparedConfiguration.Prepare(configuration));
        Configuration result;
        List<Task> written = [];
        PreparedConfiguration? before;
        PreparedConfiguration after;
        lock (gate)
        {
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
            };
            after = PreparedConfiguration.Prepare(result);
            var action = before is null ? "configuration.create" : "configuration.update";
            written.Add(StoreConfigurations(
                Without(workingConfigurations, result.Id).Add(after).Sort(PreparedConfiguration.ByPrecedence),
                new StoreChange.PutConfiguration(result),
                new AuditRow(at, author, null, action, result.Id, null, null)));
        }

        written.AddRange(ReconfigureWhere(subject => after.Condition.Matches(subject) || before?.Condition.Matches(subject) == true));
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
            before = Find(workingConfigurations, id) ?? throw FleetErrors.ConfigurationNotFound(id);
            FleetErrors.CheckMatch(ifMatch, before.Configuration.ETag);
            written.Add(StoreConfigurations(
                Without(workingConfigurations, id),
                new StoreChange.DeleteConfiguration(id),
                new AuditRow(at, author, null, "configuration.delete", id, null, null)));
        }

        written.AddRange(ReconfigureWhere(before.Condition.Matches));
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
    /// Brings the devices concerned to the configurations that hold now. The lock is given back between devices, so that a large fleet
    /// does not hold up everybody else; whoever changes a device in between already sees the new configurations.
    /// </summary>
    private List<Task> ReconfigureWhere(Func<ConditionSubject, bool> concerned)
    {
        string[] deviceIds;
        lock (gate)
        {
            deviceIds = [.. working.Keys];
        }

        var written = new List<Task>();
        foreach (var deviceId in deviceIds)
        {
            lock (gate)
            {
                if (working.GetValueOrDefault(deviceId) is { } state && concerned(Subject(state)))
                {
                    written.Add(Reconfigure(deviceId));
                }
            }
        }

        return written;
    }

    /// <summary>Brings one device to its configurations, inside the lock; nothing is written where nothing changes.</summary>
    private Task Reconfigure(string deviceId)
    {
        var before = working[deviceId];
        var change = new DeviceChange(before, time.GetUtcNow());
        Configure(change);
        return ReferenceEquals(change.State.Twin, before.Twin) ? Task.CompletedTask : Publish(change);
    }

    /// <summary>Configurations, tags or the device itself changed: what the table asks for is done on top of the change.</summary>
    private void Configure(DeviceChange change)
    {
        change.Happened(PathEvent.ConfigurationChanged);
        if ((change.Actions & ReconciliationActions.Plan) != 0 && change.Configure(workingConfigurations) is { } reason)
        {
            FleetLog.ConfigurationNotApplied(logger, change.State.Identity.DeviceId, reason);
        }
    }

    private static ConditionSubject Subject(DeviceState state) => new(state.Twin, state.Identity.Enabled);

    private static PreparedConfiguration? Find(ImmutableArray<PreparedConfiguration> configurations, string id) =>
        configurations.FirstOrDefault(prepared => prepared.Configuration.Id == id);

    private static ImmutableArray<PreparedConfiguration> Without(ImmutableArray<PreparedConfiguration> configurations, string id) =>
        configurations.RemoveAll(prepared => prepared.Configuration.Id == id);
}
