using DeviceTwin.Analytics.Replays;
using DeviceTwin.Analytics.Reports;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Rollouts;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Changes;

/// <summary>Replays of stored waveforms, in the background.</summary>
internal sealed partial class ChangeService
{
    /// <summary>Captures after which whoever watches is told how far a replay is.</summary>
    private const int TellEvery = 32;

    /// <inheritdoc/>
    public Task<System.Text.Json.Nodes.JsonObject> Replay(string id, DateTimeOffset? from, string author, CancellationToken cancellation) => Do(
        id,
        async run =>
        {
            var at = time.GetUtcNow();

            // Whether one could be attached: what is refused then is refused now.
            _ = run.Change.AttachReplay(new string('0', 64), author, at);
            if (run.Replaying is not null)
            {
                return;
            }

            var order = new ReplayOrder(author, at, from, at, null);
            var file = run.File with { Replay = order };
            _ = Question(run, order);
            await Write(new PutChange(Stored(file)), Audit(at, author, "change.replay", id, ""));
            run.File = file;
            BeginReplay(run, order);
            Tell(id);
        },
        cancellation);

    /// <inheritdoc/>
    public Task<ReplayReport> ReplayReport(string id, CancellationToken cancellation) => WithTurn(
        () => Run(id).Change.Evidence is { } hash && store.FindReplayReport(hash) is { } content
            ? Analytics.Reports.ReplayReport.Parse(content)
            : throw new HubException(ChangeErrors.ReportNotFound, $"The change \"{id}\" has no replay. POST /api/v1/rollouts/{id}/replay begins one."),
        cancellation);

    private ReplayRequest Question(ChangeRun run, ReplayOrder order)
    {
        try
        {
            return replays.Request(run.Change, Targeted(Live(run.Change.ConfigurationId)).Select(device => device.DeviceId), order.From, order.Until);
        }
        catch (ReplayException problem)
        {
            throw new HubException(HubError.ArgumentInvalid, $"It cannot be replayed: {problem.Message}");
        }
    }

    private void BeginReplay(ChangeRun run, ReplayOrder order)
    {
        var end = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
        run.Replaying = end;
        (run.ReplayCaptures, run.ReplayDone) = (0, 0);
        _ = Task.Run(() => RunReplay(run, order, end));
    }

    private async Task RunReplay(ChangeRun run, ReplayOrder order, CancellationTokenSource end)
    {
        string? failure = null;
        try
        {
            var request = Question(run, order);
            run.ReplayCaptures = request.Captures;
            Directory.CreateDirectory(options.Folder);
            var path = Path.Combine(options.Folder, $"{request.Hash}.journal");
            var report = await Analytics.Replays.Replay.RunAsync(
                request,
                replays,
                new ReplayOptions { Parallelism = Math.Clamp(Environment.ProcessorCount / 2, 1, 256), Journal = new FileReplayJournal(path), Progress = new Teller(this, run) },
                end.Token);
            await Finished(run, order, async () => await Step(
                run,
                run.Change.AttachReplay(report.ResultHash, order.By, time.GetUtcNow(), report.Captures.Replayed),
                file => file with { Replay = null },
                new PutReplayReport(report.ResultHash, report.ToJson())));
            File.Delete(path);
        }
        catch (OperationCanceledException)
        {
            // The hub is stopping, and goes on with it at its next start; or the change was edited, and nobody asks any more.
        }
        catch (Exception problem) when (problem is HubException or StorageException or TwinException or ReplayException or IOException or UnauthorizedAccessException)
        {
            failure = problem.Message;
        }

        if (failure is not null)
        {
            ChangeLog.ReplayFailed(logger, run.File.Id, failure);
            await Finished(run, order, async () =>
            {
                var file = run.File with { Replay = order with { Failure = failure } };
                await Write(new PutChange(Stored(file)));
                run.File = file;
                Tell(file.Id);
            });
        }

        await Finished(run, null, () =>
        {
            run.Replaying = run.Replaying == end ? null : run.Replaying;
            end.Dispose();
            return Task.CompletedTask;
        });
    }

    /// <summary>With the turn, where the order still stands.</summary>
    private async Task Finished(ChangeRun run, ReplayOrder? order, Func<Task> act)
    {
        try
        {
            await WithTurn(() => order is null || run.File.Replay == order ? act() : Task.CompletedTask, CancellationToken.None);
        }
        catch (StorageException problem)
        {
            ChangeLog.ReplayFailed(logger, run.File.Id, problem.Message);
        }
    }

    private sealed class Teller(ChangeService service, ChangeRun run) : IProgress<ReplayProgress>
    {
        public void Report(ReplayProgress value)
        {
            run.ReplayDone = value.CapturesDone;
            if (value.CapturesDone % TellEvery == 0)
            {
                service.Tell(run.File.Id);
            }
        }
    }
}
