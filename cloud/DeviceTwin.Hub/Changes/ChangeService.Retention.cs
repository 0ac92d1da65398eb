using DeviceTwin.Hub.History;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Rollouts;
using DeviceTwin.Twins.Rollouts;

namespace DeviceTwin.Hub.Changes;

/// <summary>What is kept of changes that have ended, and how long.</summary>
internal sealed partial class ChangeService
{
    private static readonly TimeSpan ForgetEvery = TimeSpan.FromHours(6);

    private readonly RetentionClock clock;
    private readonly HashSet<string> forgotten = new(StringComparer.Ordinal);
    private DateTimeOffset? forgotAt;

    /// <summary>
    /// Removes what was seen of the devices of changes that ended long ago, and reports of replays on which no change rests. A change itself with its
    /// steps and its report, and the replay that it was approved on, stay; so does everything of one with which the hub is not done.
    /// </summary>
    internal Task Forget() => WithTurn(
        async () =>
        {
            // A clock in doubt removes nothing; whoever compacts the history says so in the log.
            if (clock.Now(store.ReadHistorySize().NewestAt, out _) is not { } now)
            {
                return;
            }

            var since = now - options.Kept;
            var over = runs.Values
                .Where(run => run.Change.State.HasEnded && !run.File.IsOpen && run.Left == ChangeActions.None && run.Change.History[^1].At < since)
                .Select(run => run.File.Id).Where(id => !forgotten.Contains(id)).ToArray();
            var named = runs.Values.Select(run => run.Change.Evidence).OfType<string>().ToHashSet(StringComparer.Ordinal);
            var recent = runs.Values.SelectMany(run => run.Change.History).Where(step => step.Event == ChangeEvent.ReplayAttached && step.At >= since).Select(step => step.Why).ToArray();
            var reports = store.ListReplayReports().Where(hash => !named.Contains(hash) && !recent.Any(why => why.EndsWith(hash, StringComparison.Ordinal))).ToArray();
            if (over.Length + reports.Length > 0)
            {
                await Write([.. over.Select(id => new ForgetObservations(id)), new ForgetReplayReports(reports)]);
                forgotten.UnionWith(over);
                ChangeLog.Forgotten(logger, over.Length, reports.Length);
            }
        },
        CancellationToken.None);

    private async Task ForgetNowAndThen()
    {
        var at = time.GetUtcNow();
        if (forgotAt is { } last && at - last < ForgetEvery)
        {
            return;
        }

        forgotAt = at;
        try
        {
            await Forget();
        }
        catch (StorageException problem)
        {
            ChangeLog.Stuck(logger, "of this hub", problem.Message);
        }
    }
}
