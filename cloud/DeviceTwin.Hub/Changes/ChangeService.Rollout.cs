using System.Collections.Immutable;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Alarms;
using DeviceTwin.Storage.Rollouts;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Rollouts;

namespace DeviceTwin.Hub.Changes;

/// <summary>From one stage to the next.</summary>
internal sealed partial class ChangeService
{
    /// <summary>Steps that one look may take: each follows from the one before.</summary>
    private const int MostSteps = 16;

    private DateTimeOffset? resumedAt;

    /// <summary>Goes on with what an earlier hub left.</summary>
    internal Task Resume() => WithTurn(
        async () =>
        {
            var at = time.GetUtcNow();
            foreach (var run in runs.Values.ToArray())
            {
                if (run.File.IsOpen)
                {
                    resumedAt = at;
                    run.Watch?.Expect(Expected(run), CaptureInterval(run), at);
                    TakeMissedAlarms(run);
                    run.Watch?.Dirty.UnionWith(run.Turn);
                    await Step(run, run.Change.Happened(ChangeEvent.HubRestarted, Change.Hub, "The hub has started.", at));
                }

                if (run.File.Replay is { Failure: null } order)
                {
                    BeginReplay(run, order);
                }
            }
        },
        CancellationToken.None);

    /// <summary>
    /// Alarms that an earlier hub had in its book, and not yet among what the gates judge: one that stays active is not told again. What is stored of a
    /// change is in the order in which it happened, so that they are newer than its last fact.
    /// </summary>
    private void TakeMissedAlarms(ChangeRun run)
    {
        if (run is { Watch: { } watch, Change.State.IsUnderWay: true })
        {
            var known = watch.Ledger.Facts.Count > 0 ? watch.Ledger.Facts[^1].At : watch.Ledger.Since;
            foreach (var row in store.ReadAlarms(new AlarmQuery(int.MaxValue) { From = known }).Where(row => row.RaisedAt > known).OrderBy(row => row.RaisedAt))
            {
                Take(watch, row);
            }
        }
    }

    /// <summary>Takes in what happened, and does what follows from it.</summary>
    internal Task Look() => WithTurn(
        async () =>
        {
            var isNews = TakeIn();
            foreach (var run in runs.Values.Where(run => run.File.IsOpen || run.Left != ChangeActions.None).ToArray())
            {
                try
                {
                    await Advance(run);
                    if (isNews)
                    {
                        Tell(run.File.Id);
                    }
                }
                catch (Exception problem) when (problem is not OperationCanceledException)
                {
                    // Whatever it is, the other changes go on, and this one is looked at again.
                    ChangeLog.Stuck(logger, run.File.Id, problem.Message);
                }
            }
        },
        CancellationToken.None);

    private async Task LookAgainAndAgain()
    {
        try
        {
            var asked = urgent.WaitAsync(stopping.Token);
            while (!stopping.IsCancellationRequested)
            {
                await Look();
                await ForgetNowAndThen();
                await Task.Delay(options.Shortest, time, stopping.Token);
                await Task.WhenAny(asked, Task.Delay(options.Tick, time, stopping.Token));
                asked = asked.IsCompleted ? urgent.WaitAsync(stopping.Token) : asked;
            }
        }
        catch (OperationCanceledException)
        {
            // The hub is stopping.
        }
    }

    private async Task Advance(ChangeRun run)
    {
        await CarryOut(run);
        for (var step = 0; step < MostSteps && run.Change.State.IsUnderWay && run.Watch is { } watch; step++)
        {
            var at = time.GetUtcNow();
            watch.CheckSilence(at);
            LookAtTwins(run, watch, at);
            var report = Judge(run, at)!;
            if (RolloutDecision.Of(run.Change, run.Groups, report, IsConverged(run, watch, at)) is not { } decision)
            {
                break;
            }

            run.Gates = report;
            await Step(run, run.Change.Happened(decision.Event, Change.Hub, decision.Why, at));
            await CarryOut(run);
        }

        await Flush(run, withCaptures: false);
    }

    private static GateReport? Judge(ChangeRun run, DateTimeOffset at) => run.Watch switch
    {
        null => null,
        { IsShadow: true } watch => Gates.JudgeShadow(run.Change.Plan, run.Groups, watch.Ledger, at),
        { } watch => Gates.Judge(run.Change.Plan, run.Groups, watch.Ledger, at),
    };

    /// <summary>
    /// Every device whose turn it is and that is online has answered; whoever does not in a whole window holds the others up no longer. Shortly after a
    /// start of the hub everybody is offline: then all must have answered.
    /// </summary>
    private bool IsConverged(ChangeRun run, ChangeWatch watch, DateTimeOffset at)
    {
        var waitsForAll = resumedAt is { } resumed && at - resumed < options.Settle;
        return (!waitsForAll && at - run.Change.StageSince > run.Change.Plan.Window)
            || run.Turn.All(id => watch.IsSettled(id) || (!waitsForAll && fleet.FindTwin(id) is not { Connected: true }));
    }

    /// <summary>For a person who waits for the answer: what cannot be done now is done by the next look.</summary>
    private async Task CarryOutOrLater(ChangeRun run)
    {
        try
        {
            await CarryOut(run);
        }
        catch (Exception problem) when (problem is HubException or StorageException)
        {
            ChangeLog.Stuck(logger, run.File.Id, problem.Message);
        }
    }

    /// <summary>Does what is left of the actions of the last step. Each is done as often as it takes.</summary>
    private async Task CarryOut(ChangeRun run)
    {
        await One(run, ChangeActions.EndShadow, EndShadow);
        await One(run, ChangeActions.AdmitShadow, AdmitShadow);
        await One(run, ChangeActions.AdmitCanary, () => Admit(run, run.Groups.Canary));
        await One(run, ChangeActions.AdmitWave, () => Admit(run, [.. run.Turn.Except(run.Groups.Canary)]));
        await One(run, ChangeActions.BeginSample, () =>
        {
            run.Watch?.BeginSample();
            return Task.CompletedTask;
        });
        await One(run, ChangeActions.AskPerson, () =>
        {
            ChangeLog.Undecided(logger, run.File.Id, run.Change.History[^1].Why);
            return Task.CompletedTask;
        });
        await One(run, ChangeActions.Complete, () =>
            fleet.FindStage(run.Change.ConfigurationId) is null ? Task.CompletedTask : fleet.CompleteStage(run.Change.ConfigurationId, By(run), CancellationToken.None));
        await One(run, ChangeActions.Rollback, () => RollBack(run));
        await One(run, ChangeActions.Report, () => Report(run));

        Task EndShadow() => TakeShadowBack(run);

        async Task AdmitShadow()
        {
            var id = ShadowSettings.IdOf(run.Change);
            await Begin(run, isShadow: true);

            // Nobody has it yet; but from now on nobody writes the configuration either, on whose version the change was written.
            await Stage(run);
            if (fleet.FindStage(id) is null)
            {
                await fleet.StageConfiguration(ShadowSettings.Of(run.Change, Live(run.Change.ConfigurationId), time.GetUtcNow()), By(run), CancellationToken.None);
            }

            await fleet.AdmitDevices(id, run.Groups.Canary.ToArray(), By(run), CancellationToken.None);
            run.Watch!.Dirty.UnionWith(run.Groups.Canary);
        }
    }

    private static async Task One(ChangeRun run, ChangeActions action, Func<Task> act)
    {
        if (run.Left.HasFlag(action))
        {
            await act();
            run.Left &= ~action;
        }
    }

    /// <summary>How the writes of a change are signed.</summary>
    private static string By(ChangeRun run) => $"change/{run.File.Id}";

    private Task TakeShadowBack(ChangeRun run) => fleet.FindStage(ShadowSettings.IdOf(run.Change)) is null
        ? Task.CompletedTask
        : fleet.RollbackStage(ShadowSettings.IdOf(run.Change), By(run), CancellationToken.None);

    private async Task Admit(ChangeRun run, IReadOnlyList<string> devices)
    {
        await Begin(run, isShadow: false);
        var (change, watch) = (run.Change, run.Watch!);
        await Stage(run);
        var results = await fleet.AdmitDevices(change.ConfigurationId, [.. devices], By(run), CancellationToken.None);
        var admitted = fleet.ListAdmissions(change.ConfigurationId).ToDictionary(admission => admission.DeviceId, admission => admission.AdmittedAt, StringComparer.Ordinal);
        foreach (var result in results)
        {
            if (admitted.TryGetValue(result.DeviceId, out var at))
            {
                watch.Admit(result.DeviceId, at);
            }
            else if (fleet.FindTwin(result.DeviceId) is not null)
            {
                // Its twin has no room for it, or the like: nothing that would get better with the next wave.
                watch.Reject(new Rejection(result.DeviceId, BoardOf(result.DeviceId), "properties.desired", 0, result.Refusal ?? "It could not be admitted."));
            }
        }

        await Flush(run);
    }

    private async Task Stage(ChangeRun run)
    {
        if (fleet.FindStage(run.Change.ConfigurationId) is null)
        {
            await fleet.StageConfiguration(Live(run.Change.ConfigurationId) with { DeviceContent = run.Change.Content }, By(run), CancellationToken.None);
        }
    }

    private async Task RollBack(ChangeRun run)
    {
        await TakeShadowBack(run);
        var configurationId = run.Change.ConfigurationId;
        var kept = new Dictionary<(string, string), string>();
        if (fleet.FindStage(configurationId) is { } stage && stage.StagedBy == By(run))
        {
            if (run.File.Before is null)
            {
                var file = run.File with
                {
                    Before =
                    [
                        .. fleet.ListAdmissions(configurationId).SelectMany(admission => admission.Journal.Values.Select(entry => new PreviousValue(admission.DeviceId, entry.Path, entry.Before?.DeepClone()))),
                    ],
                };
                await Write(new PutChange(Stored(file)));
                run.File = file;
            }

            var report = await fleet.RollbackStage(configurationId, By(run), CancellationToken.None);
            foreach (var device in report.Devices)
            {
                foreach (var path in device.Kept)
                {
                    kept[(device.DeviceId, path.Path)] = path.Why;
                }
            }
        }

        ImmutableArray<RestoredPath> paths = [.. (run.File.Before ?? []).Select(before => Restored(before, kept.GetValueOrDefault((before.DeviceId, before.Path))))];
        if (run.Change.History.All(step => step.Event != ChangeEvent.RollbackFinished))
        {
            await Step(
                run,
                run.Change.Happened(ChangeEvent.RollbackFinished, Change.Hub, $"{paths.Count(path => path.Outcome == PathOutcome.Restored)} of {paths.Length} paths restored.", time.GetUtcNow()),
                file => file with { Paths = paths });
        }
    }

    private RestoredPath Restored(PreviousValue before, string? kept)
    {
        if (fleet.FindTwin(before.DeviceId) is not { } twin)
        {
            return new RestoredPath(before.DeviceId, before.Path, PathOutcome.Failed, before.Value?.DeepClone(), null, "The device has been deleted.");
        }

        var now = Json.At(twin.Desired.Properties, before.Path)?.DeepClone();
        return kept is null && Json.Same(now, before.Value)
            ? new RestoredPath(before.DeviceId, before.Path, PathOutcome.Restored, before.Value?.DeepClone(), now, "")
            : new RestoredPath(before.DeviceId, before.Path, PathOutcome.Kept, before.Value?.DeepClone(), now, kept ?? "Somebody else has written it since.");
    }

    private async Task Report(ChangeRun run)
    {
        var end = run.Change.History.First(step => step.From != step.To && step.To == run.Change.State);
        var ledger = run.Watch?.Ledger ?? new GateLedger(run.Change.CreatedAt, []);
        var report = RolloutReport.Of(run.Change, run.Groups, ledger, run.Gates ?? Judge(run, end.At), run.File.Paths);
        var file = run.File with { Report = ChangeJson.Write(report) };
        await Write(new PutChange(Stored(file)));
        run.File = file;
        Tell(file.Id);
    }

    /// <summary>A part of the change begins to be watched; once.</summary>
    private async Task Begin(ChangeRun run, bool isShadow)
    {
        if (run.Watch is { } known && known.IsShadow == isShadow)
        {
            return;
        }

        await Flush(run);
        var at = time.GetUtcNow();
        string[] expected = [.. isShadow ? run.Groups.Canary : run.File.Devices.Select(device => device.DeviceId)];
        var watch = ChangeWatch.Begin(run.Change.Plan, isShadow, at, [.. expected.Select(id => Baseline(id, run, at))]);
        watch.Expect(expected, CaptureInterval(run), at);
        foreach (var id in expected.Where(id => fleet.FindTwin(id) is not { Connected: true }))
        {
            watch.Away(id, at);
        }

        run.Watch = watch;
        run.Gates = null;
        await Flush(run);
    }

    /// <summary>Stores what was seen.</summary>
    /// <param name="withCaptures">Captures too, whenever they were stored last.</param>
    private async Task Flush(ChangeRun run, bool withCaptures = true)
    {
        if (run.Watch is not { } watch || watch.TakeRows(withCaptures ? null : time.GetUtcNow()) is not { Count: > 0 } rows)
        {
            return;
        }

        try
        {
            await Write(new AppendObservations(run.File.Id, rows));
        }
        catch
        {
            watch.PutBack(rows);
            throw;
        }
    }
}
