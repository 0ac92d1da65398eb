using System.Collections.Immutable;
using System.Text.Json.Nodes;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Configurations;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Hub.Fleet;

/// <summary>The next version of a configuration beside the one that holds, with its condition parsed.</summary>
internal sealed record StagedConfiguration(ConfigurationStage Stage, PreparedConfiguration Prepared);

/// <summary>Versions of configurations that are being rolled out.</summary>
internal sealed partial class FleetService
{
    /// <summary>By configuration, as writers see them; guarded by <see cref="gate"/>.</summary>
    private ImmutableDictionary<string, StagedConfiguration> workingStages = ImmutableDictionary<string, StagedConfiguration>.Empty;

    /// <summary>As readers see them.</summary>
    private ImmutableDictionary<string, StagedConfiguration> visibleStages = ImmutableDictionary<string, StagedConfiguration>.Empty;

    /// <summary>The devices admitted to each stage; guarded by <see cref="gate"/>.</summary>
    private readonly Dictionary<string, HashSet<string>> admitted = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ConfigurationStage? FindStage(string configurationId) => Volatile.Read(ref visibleStages).GetValueOrDefault(configurationId)?.Stage;

    /// <inheritdoc/>
    public IReadOnlyList<ConfigurationStage> ListStages() => [.. Volatile.Read(ref visibleStages).Values.Select(staged => staged.Stage).OrderBy(stage => stage.Next.Id, StringComparer.Ordinal)];

    /// <inheritdoc/>
    public IReadOnlyList<AdmittedDevice> ListAdmissions(string configurationId)
    {
        lock (gate)
        {
            return workingStages.TryGetValue(configurationId, out var staged) ? Admissions(staged.Stage) : [];
        }
    }

    /// <inheritdoc/>
    public async Task<ConfigurationStage> StageConfiguration(Configuration next, string author, CancellationToken cancellation)
    {
        var at = time.GetUtcNow();
        RefuseModules(next);
        Refusing(() => PreparedConfiguration.Prepare(next));
        ConfigurationStage stage;
        Task written;
        lock (gate)
        {
            RefuseStaged(next.Id);
            var before = Find(workingConfigurations, next.Id)?.Configuration;
            stage = new ConfigurationStage(
                next with
                {
                    ETag = before is null ? ETags.First : ETags.Next(before.ETag),
                    CreatedAt = before?.CreatedAt ?? at,
                    LastUpdatedAt = at,
                    Version = (before?.Version ?? 0) + 1,
                },
                author,
                at,
                ++lastStage,
                RollingBack: false);
            admitted[next.Id] = new HashSet<string>(StringComparer.Ordinal);
            written = StoreStage(stage, new AuditRow(at, author, null, "configuration.stage", next.Id, null, stage.Next.Version));
        }

        await Durable(written, cancellation).ConfigureAwait(false);
        return stage;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<AdmissionResult>> AdmitDevices(
        string configurationId, IReadOnlyCollection<string> deviceIds, string author, CancellationToken cancellation)
    {
        var results = new List<AdmissionResult>();
        var written = new List<Task>();
        foreach (var deviceId in deviceIds)
        {
            lock (gate)
            {
                var stage = StageOf(configurationId);
                results.Add(new AdmissionResult(deviceId, Admit(stage, deviceId, author, written)));
            }
        }

        await Durable(Task.WhenAll(written), cancellation).ConfigureAwait(false);
        return results;
    }

    /// <inheritdoc/>
    public async Task<Configuration> CompleteStage(string configurationId, string author, CancellationToken cancellation)
    {
        var at = time.GetUtcNow();
        var written = new List<Task>();
        PreparedConfiguration? before;
        PreparedConfiguration after;
        string[] members;
        lock (gate)
        {
            _ = StageOf(configurationId);
            after = workingStages[configurationId].Prepared;
            before = Find(workingConfigurations, configurationId);
            members = [.. admitted[configurationId]];
            admitted.Remove(configurationId);
            var configurations = Without(workingConfigurations, configurationId).Add(after).Sort(PreparedConfiguration.ByPrecedence);
            var stages = workingStages.Remove(configurationId);
            (workingConfigurations, workingStages) = (configurations, stages);
            written.Add(store.Write(
                [
                    new StoreChange.PutConfiguration(after.Configuration),
                    new DeleteStage(configurationId),
                    new StoreChange.AppendAudit(new AuditRow(at, author, null, "configuration.complete", configurationId, null, after.Configuration.Version)),
                ],
                () =>
                {
                    ImmutableInterlocked.InterlockedExchange(ref visibleConfigurations, configurations);
                    Volatile.Write(ref visibleStages, stages);
                }));
        }

        written.AddRange(ReconfigureMembers(before, after, members));
        await Durable(Task.WhenAll(written), cancellation).ConfigureAwait(false);
        FleetLog.ConfigurationWritten(logger, configurationId, author);
        return after.Configuration;
    }

    /// <inheritdoc/>
    public async Task<RollbackReport> RollbackStage(string configurationId, string author, CancellationToken cancellation)
    {
        var at = time.GetUtcNow();
        var written = new List<Task>();
        string[] members;
        lock (gate)
        {
            var staged = workingStages.GetValueOrDefault(configurationId) ?? throw FleetErrors.StageNotFound(configurationId);
            members = [.. admitted[configurationId].Order(StringComparer.Ordinal)];
            if (!staged.Stage.RollingBack)
            {
                written.Add(StoreStage(
                    staged.Stage with { RollingBack = true }, new AuditRow(at, author, null, "configuration.rollback", configurationId, null, staged.Stage.Next.Version)));
            }
        }

        foreach (var deviceId in members)
        {
            lock (gate)
            {
                if (working.GetValueOrDefault(deviceId) is { } state && workingStages.TryGetValue(configurationId, out var staged) && IsAdmitted(state, staged.Stage))
                {
                    written.Add(BringBack(state, configurationId, author));
                }
            }
        }

        // The stage goes only when every device is back for good: until then a restart goes on with it, and the report is complete.
        await Durable(Task.WhenAll(written), cancellation).ConfigureAwait(false);
        RollbackReport report;
        Task ended;
        lock (gate)
        {
            var staged = workingStages.GetValueOrDefault(configurationId) ?? throw FleetErrors.StageNotFound(configurationId);
            report = new RollbackReport(configurationId, [.. Admissions(staged.Stage).Select(admission => admission.Rollback).OfType<DeviceRollback>()]);
            var stages = workingStages.Remove(configurationId);
            workingStages = stages;
            admitted.Remove(configurationId);
            ended = store.Write([new DeleteStage(configurationId)], () => Volatile.Write(ref visibleStages, stages));
        }

        await Durable(ended, cancellation).ConfigureAwait(false);
        return report;
    }

    private Task BringBack(DeviceState state, string configurationId, string author)
    {
        var admission = state.Admissions[configurationId];
        var change = new DeviceChange(state, time.GetUtcNow());
        var layers = LayersOf(
            state with { Admissions = state.Admissions.Remove(configurationId) }, workingConfigurations, workingStages);
        change.RollBack(admission, layers, author);
        return Publish(change);
    }

    private string? Admit(ConfigurationStage stage, string deviceId, string author, List<Task> written)
    {
        if (working.GetValueOrDefault(deviceId) is not { } state)
        {
            return "There is no such device.";
        }

        if (IsAdmitted(state, stage))
        {
            return null;
        }

        var at = time.GetUtcNow();
        var change = new DeviceChange(state, at);
        change.Admit(new AdmittedDevice(stage.Next.Id, stage.Number, deviceId, at, AdmittedDevice.Empty, null), stage.Next.Version, author);
        if (ConfigureOr(change) is { } refusal)
        {
            return refusal;
        }

        admitted[stage.Next.Id].Add(deviceId);
        written.Add(Publish(change));
        return null;
    }

    /// <summary>A stage that can go on, inside the lock.</summary>
    private ConfigurationStage StageOf(string configurationId)
    {
        var stage = (workingStages.GetValueOrDefault(configurationId) ?? throw FleetErrors.StageNotFound(configurationId)).Stage;
        return !stage.RollingBack
            ? stage
            : throw new HubException(HubError.ConfigurationInRollout, $"Version {stage.Next.Version} of \"{configurationId}\" is being rolled back. Wait until that is done, then stage anew.");
    }

    /// <summary>Nobody writes a configuration while a version of it is being rolled out: what holds for the others must not change meanwhile.</summary>
    private void RefuseStaged(string configurationId)
    {
        if (workingStages.TryGetValue(configurationId, out var staged))
        {
            throw new HubException(
                HubError.ConfigurationInRollout,
                $"Version {staged.Stage.Next.Version} of \"{configurationId}\" is being rolled out by {staged.Stage.StagedBy}. Wait until it is done, or abort that change.");
        }
    }

    /// <summary>Versions are rolled out device by device.</summary>
    public static void RefuseModules(Configuration configuration)
    {
        if (configuration.ForModules)
        {
            throw new HubException(
                HubError.ArgumentInvalid, $"\"{configuration.Id}\" is for modules, and changes are rolled out to devices. Write the configuration itself: PUT /configurations/{configuration.Id}.");
        }
    }

    private List<AdmittedDevice> Admissions(ConfigurationStage stage) =>
    [
        .. admitted[stage.Next.Id].Order(StringComparer.Ordinal)
            .Select(deviceId => working.GetValueOrDefault(deviceId)?.Admissions.GetValueOrDefault(stage.Next.Id))
            .OfType<AdmittedDevice>()
            .Where(admission => admission.Stage == stage.Number),
    ];

    private Task StoreStage(ConfigurationStage stage, AuditRow audit)
    {
        var stages = workingStages.SetItem(stage.Next.Id, new StagedConfiguration(stage, PreparedConfiguration.Prepare(stage.Next)));
        workingStages = stages;
        return store.Write([new PutStage(stage), new StoreChange.AppendAudit(audit)], () => Volatile.Write(ref visibleStages, stages));
    }

    private void LoadStages(StoredConfigurationState stored)
    {
        foreach (var stage in stored.Stages)
        {
            lastStage = Math.Max(lastStage, stage.Number);
            workingStages = workingStages.SetItem(stage.Next.Id, new StagedConfiguration(stage, PreparedConfiguration.Prepare(stage.Next)));
        }

        visibleStages = workingStages;
    }

    /// <summary>After a start or a lost commit: who is admitted follows from the devices.</summary>
    private void CollectAdmitted()
    {
        admitted.Clear();
        foreach (var (id, staged) in workingStages)
        {
            admitted[id] = working.Values.Where(state => state.Admissions.TryGetValue(id, out var admission) && admission.Stage == staged.Stage.Number)
                .Select(state => state.Identity.DeviceId).ToHashSet(StringComparer.Ordinal);
        }
    }
}
