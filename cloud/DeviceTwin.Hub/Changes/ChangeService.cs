using System.Collections.Immutable;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Alarms;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.History;
using DeviceTwin.Hub.Operation;
using DeviceTwin.Hub.Plant;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Rollouts;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Reconciliation;
using DeviceTwin.Twins.Rollouts;

namespace DeviceTwin.Hub.Changes;

/// <summary>
/// Carries out changes. Every step is durable before anything is done about it, and whatever is done may be done twice: a hub that stops at any point finds the
/// step when it starts again, and does all of its actions. One at a time has the turn, people and the hub's own look alike.
/// </summary>
internal sealed partial class ChangeService : IChanges, IHostedService, IDisposable
{
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly SortedDictionary<string, ChangeRun> runs = new(StringComparer.Ordinal);
    private readonly IHubStore store;
    private readonly IFleet fleet;
    private readonly AlarmBook alarms;
    private readonly PlantMemory plant;
    private readonly ChangeReplays replays;
    private readonly ChangeOptions options;
    private readonly TimeProvider time;
    private readonly HubMetrics metrics;
    private readonly ILogger<ChangeService> logger;
    private readonly CancellationTokenSource stopping = new();
    private ImmutableArray<Action<string>> subscribers = [];
    private Task looking = Task.CompletedTask;

    public ChangeService(
        IHubStore store,
        IFleet fleet,
        AlarmBook alarms,
        PlantMemory plant,
        ChangeReplays replays,
        ChangeOptions options,
        TimeProvider time,
        HubMetrics metrics,
        ILogger<ChangeService> logger)
    {
        (this.metrics, clock) = (metrics, new RetentionClock(time));
        (this.store, this.fleet, this.alarms, this.plant, this.replays) = (store, fleet, alarms, plant, replays);
        (this.options, this.time, this.logger) = (options, time, logger);
        foreach (var stored in store.LoadChanges())
        {
            try
            {
                var run = new ChangeRun(ChangeJson.FromText(stored.Document));
                run.Watch = run.File.IsOpen ? ChangeWatch.From(store.ReadObservations(stored.Id), run.Change.Plan) : null;
                runs.Add(stored.Id, run);
            }
            catch (Exception problem) when (problem is FormatException or System.Text.Json.JsonException or NullReferenceException or InvalidOperationException or ArgumentException)
            {
                ChangeLog.Unreadable(logger, stored.Id, problem.Message);
            }
        }

        Count();
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<JsonObject>> List(CancellationToken cancellation) =>
        WithTurn<IReadOnlyList<JsonObject>>(() => [.. runs.Values.Select(run => ChangeJson.Short(Status(run)))], cancellation);

    /// <inheritdoc/>
    public Task<JsonObject> Find(string id, CancellationToken cancellation) => Do(id, _ => Task.CompletedTask, cancellation);

    /// <inheritdoc/>
    public Task<JsonObject> Create(ChangeProposal proposal, string author, CancellationToken cancellation) => WithTurn(
        () => Refusing(async () =>
        {
            var live = Live(proposal.ConfigurationId);
            var id = proposal.Id ?? FreeId(proposal.ConfigurationId);
            if (runs.ContainsKey(id))
            {
                throw ChangeErrors.Exists(id);
            }

            var at = time.GetUtcNow();
            var content = Content(live, proposal.Content, proposal.Settings)
                ?? throw new HubException(HubError.ArgumentInvalid, "content or settings is missing: what the configuration is to set.");
            var change = Change.Draft(id, proposal.Title, author, at, live.Id, proposal.BaseVersion ?? live.Version, content, proposal.Plan, live.DeviceContent);
            var run = new ChangeRun(new ChangeFile(change));
            await Write(new PutChange(Stored(run.File)), Audit(at, author, "change.create", id, change.Title));
            runs.Add(id, run);
            Tell(id);
            return Status(run);
        }),
        cancellation);

    /// <inheritdoc/>
    public Task<JsonObject> Edit(string id, ChangeEdit edit, string author, string why, CancellationToken cancellation) => Do(
        id,
        async run =>
        {
            var live = Live(run.Change.ConfigurationId);
            var next = run.Change.Edit(
                author, why, time.GetUtcNow(), Content(live, edit.Content, edit.Settings) ?? run.Change.Content, edit.Plan ?? run.Change.Plan, edit.BaseVersion ?? live.Version, live.DeviceContent);
            run.Replaying?.Cancel();
            await Step(run, next, file => file with { Replay = null });
        },
        cancellation);

    /// <inheritdoc/>
    public Task Delete(string id, string author, CancellationToken cancellation) => WithTurn(
        () => Refusing(async () =>
        {
            var run = Run(id);
            if (run.Change.History.Any(step => step.To.IsUnderWay))
            {
                throw new HubException(ChangeErrors.StepNotPossible, $"The change \"{id}\" is {run.Change.State} and has been on devices: it is kept for the record.");
            }

            run.Replaying?.Cancel();
            await Write(new DeleteChange(id), Audit(time.GetUtcNow(), author, "change.delete", id, run.Change.Title));
            runs.Remove(id);
            Tell(id);
            return true;
        }),
        cancellation);

    /// <inheritdoc/>
    public Task<JsonObject> Approve(string id, string author, string why, CancellationToken cancellation) =>
        Do(id, run => Step(run, run.Change.Approve(author, why, time.GetUtcNow())), cancellation);

    /// <inheritdoc/>
    public Task<JsonObject> Start(string id, string author, string why, CancellationToken cancellation) => Do(
        id,
        async run =>
        {
            var live = Live(run.Change.ConfigurationId);
            var devices = Targeted(live);
            var ids = devices.Select(device => device.DeviceId).ToHashSet(StringComparer.Ordinal);
            var others = runs.Values.Where(other => other != run && other.Change.HoldsDevices)
                .Select(other => (other.Change, Devices: (IReadOnlySet<string>)other.File.Devices.Select(device => device.DeviceId).ToHashSet(StringComparer.Ordinal))).ToArray();
            var next = run.Change.Start(author, why, time.GetUtcNow(), live.Version, ids, others);
            if (next.Actions.HasFlag(ChangeActions.AdmitShadow)
                && others.FirstOrDefault(other => fleet.FindStage(ShadowSettings.IdOf(other.Change)) is not null && other.Devices.Any(ids.Contains)).Change is { } tried)
            {
                throw new HubException(
                    ChangeErrors.Overlaps, $"\"{tried.Id}\" ({tried.Title}) is {tried.State}: a node has one shadow slot. Start this change when that has left the shadow, or without one.");
            }

            if (fleet.FindStage(live.Id) is { } stage)
            {
                throw new HubException(HubError.ConfigurationInRollout, $"Version {stage.Next.Version} of \"{live.Id}\" is being rolled out by {stage.StagedBy}. Wait until it is done.");
            }

            await Step(run, next, file => file with { Devices = [.. devices] });
            await CarryOutOrLater(run);
        },
        cancellation);

    /// <inheritdoc/>
    public Task<JsonObject> Pass(string id, string author, string why, CancellationToken cancellation) => Do(
        id, run => Step(run, run.Change.Happened(ChangeEvent.PassedByHand, author, why, time.GetUtcNow())), cancellation);

    /// <inheritdoc/>
    public Task<JsonObject> Abort(string id, string author, string why, CancellationToken cancellation) => Do(
        id,
        async run =>
        {
            var next = run.Change.Happened(ChangeEvent.AbortAsked, author, why, time.GetUtcNow());
            run.Replaying?.Cancel();
            await Step(run, next, file => file with { Replay = null });
            await CarryOutOrLater(run);
        },
        cancellation);

    /// <inheritdoc/>
    public Task<JsonObject> Report(string id, CancellationToken cancellation) => WithTurn(
        () =>
        {
            var run = Run(id);
            return (JsonObject?)run.File.Report?.DeepClone() ?? throw new HubException(
                ChangeErrors.ReportNotFound, $"The change \"{id}\" is {run.Change.State}; its report is written when it has ended. GET /api/v1/rollouts/{id} shows how it stands.");
        },
        cancellation);

    /// <inheritdoc/>
    public IDisposable Subscribe(Action<string> callback)
    {
        ImmutableInterlocked.Update(ref subscribers, static (list, added) => list.Add(added), callback);
        return new Subscription(() => ImmutableInterlocked.Update(ref subscribers, static (list, gone) => list.Remove(gone), callback));
    }

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Listen();
        await Resume();
        looking = Task.Run(LookAgainAndAgain, CancellationToken.None);
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        await looking;
        try
        {
            await WithTurn(
                async () =>
                {
                    TakeIn();
                    foreach (var run in runs.Values)
                    {
                        await Flush(run);
                    }
                },
                CancellationToken.None);
        }
        catch (StorageException problem)
        {
            ChangeLog.Stuck(logger, "of this hub", problem.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        stopping.Cancel();
        foreach (var listening in listenings)
        {
            listening.Dispose();
        }
    }

    /// <summary>The settings of a configuration with others laid over them, or other content; null where neither is given.</summary>
    private static ImmutableSortedDictionary<string, JsonNode?>? Content(Configuration live, JsonObject? content, JsonObject? settings)
    {
        const string Root = "properties.desired.";
        if (content is not null && settings is not null)
        {
            throw new HubException(HubError.ArgumentInvalid, "content and settings are both given. Give the whole content, or the settings that differ.");
        }

        if (settings is null)
        {
            return content?.ToImmutableSortedDictionary(entry => entry.Key, entry => entry.Value?.DeepClone(), StringComparer.Ordinal);
        }

        var next = PreparedConfiguration.Prepare(live).Settings.ToImmutableSortedDictionary(setting => Root + setting.Key, setting => (JsonNode?)setting.Value.DeepClone(), StringComparer.Ordinal).ToBuilder();
        foreach (var (name, value) in settings)
        {
            var path = name.StartsWith(Root, StringComparison.Ordinal) ? name : Root + name;
            if (value is null)
            {
                next.Remove(path);
            }
            else
            {
                next[path] = value.DeepClone();
            }
        }

        return next.ToImmutable();
    }

    private static StoreChange Audit(DateTimeOffset at, string author, string action, string id, string why) =>
        new StoreChange.AppendAudit(new AuditRow(at, author, null, action, id, why.Length == 0 ? null : JsonValue.Create(why).ToJsonString(Json.Relaxed), null));

    private static StoredChange Stored(ChangeFile file) => new(file.Id, ChangeJson.ToText(file));

    private static async Task<T> Refusing<T>(Func<Task<T>> act)
    {
        try
        {
            return await act();
        }
        catch (TwinException refusal)
        {
            throw FleetErrors.Translate(refusal);
        }
        catch (StorageException failure)
        {
            throw FleetErrors.Translate(failure);
        }
    }

    /// <summary>People and the hub's own look, one after the other.</summary>
    private async Task<T> WithTurn<T>(Func<Task<T>> act, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            return await act();
        }
        finally
        {
            turn.Release();
        }
    }

    private Task<T> WithTurn<T>(Func<T> read, CancellationToken cancellation) => WithTurn(() => Task.FromResult(read()), cancellation);

    private Task WithTurn(Func<Task> act, CancellationToken cancellation) => WithTurn(
        async () =>
        {
            await act();
            return true;
        },
        cancellation);

    private Task<JsonObject> Do(string id, Func<ChangeRun, Task> act, CancellationToken cancellation) => WithTurn(
        () => Refusing(async () =>
        {
            var run = Run(id);
            await act(run);
            return Status(run);
        }),
        cancellation);

    private ChangeRun Run(string id) => runs.GetValueOrDefault(id) ?? throw ChangeErrors.NoChange(id);

    private Configuration Live(string configurationId)
    {
        var live = fleet.FindConfiguration(configurationId) ?? throw FleetErrors.ConfigurationNotFound(configurationId);
        FleetService.RefuseModules(live);
        return live;
    }

    private string FreeId(string configurationId)
    {
        var stem = string.Concat(configurationId.Select(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) ? character : '-'));
        var number = 1;
        while (runs.ContainsKey($"{stem}-{number}"))
        {
            number++;
        }

        return $"{stem}-{number}";
    }

    private JsonObject Status(ChangeRun run) => ChangeJson.Status(
        run, run.File.Devices.Count(device => fleet.FindTwin(device.DeviceId)?.Connected == true), run.Change.State.IsUnderWay ? Judge(run, time.GetUtcNow()) : null);

    /// <summary>Makes a step durable, with what is known by then; then it is what holds, and its actions are to be done.</summary>
    private async Task Step(ChangeRun run, ChangeTransition next, Func<ChangeFile, ChangeFile>? with = null, params StoreChange[] besides)
    {
        var file = run.File with { Change = next.Change };
        file = with?.Invoke(file) ?? file;
        var steps = next.Change.History.Skip(run.Change.History.Length).ToArray();
        var rows = run.Watch?.TakeRows() ?? [];
        try
        {
            await Write(
            [
                .. besides,
                .. rows.Count > 0 ? [new AppendObservations(file.Id, rows)] : Array.Empty<StoreChange>(),
                new PutChange(Stored(file)),
                .. steps.Select(step => Audit(step.At, step.By, $"change.{RolloutWords.Of(step.Event)}", file.Id, step.Why)),
            ]);
        }
        catch
        {
            run.Watch?.PutBack(rows);
            throw;
        }

        var moved = run.Change.State != next.Change.State;
        run.File = file;

        // Before anything is done about it: what a node answers at once must find somebody who listens.
        isWatching |= next.Change.State.IsUnderWay;
        run.Left = moved ? next.Actions : run.Left | next.Actions;
        foreach (var step in steps)
        {
            ChangeLog.Step(logger, file.Id, RolloutWords.Of(step.Event), step.To.ToString(), step.By, step.Why);
            Count(run, step);
        }

        Count();

        Tell(file.Id);
    }

    private void Count() => metrics.ChangesUnderWay(runs.Values.Where(run => run.Change.State.IsUnderWay).Select(run => RolloutWords.Of(run.Change.State.Phase)));

    private void Count(ChangeRun run, ChangeStep step)
    {
        switch (step.Event)
        {
            case ChangeEvent.DeviceRejected:
                metrics.GateFailed(RolloutWords.Of(GateKind.RejectedKeys));
                break;
            case ChangeEvent.GateFailed:
                foreach (var gate in run.Gates?.Gates.Where(gate => gate.Outcome == GateOutcome.Tripped) ?? [])
                {
                    metrics.GateFailed(RolloutWords.Of(gate.Gate));
                }

                break;
        }

        if (step.From.IsUnderWay && step.To.Phase is ChangePhase.RolledBack or ChangePhase.Aborted)
        {
            metrics.RolledBack(step.By == Change.Hub ? "hub" : "person");
        }
    }

    private Task Write(params StoreChange[] changes) => store.Write(changes);

    private void Tell(string id)
    {
        foreach (var subscriber in subscribers)
        {
            subscriber(id);
        }
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
