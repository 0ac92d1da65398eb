using System.Text.Json.Nodes;
using DeviceTwin.Cli.Hub;

namespace DeviceTwin.Cli.Changes;

/// <summary>A change replayed by the hub on its stored waveforms.</summary>
internal static class HubReplay
{
    /// <summary>Begins a replay and waits for its end.</summary>
    /// <param name="from">The first moment of the waveforms; null = all that are stored.</param>
    /// <param name="progress">Captures done and captures in all.</param>
    /// <exception cref="CommandFailedException">The hub refused; or <see cref="ExitCode.ReplayNotFinished"/>.</exception>
    public static async Task Run(HubClient client, string id, string? from, Action<long, long> progress, CancellationToken cancellation)
    {
        if (IsDone(id, await client.BeginReplay(id, from, cancellation), progress))
        {
            return;
        }

        await foreach (var (name, change) in client.FollowChange(id, cancellation))
        {
            if (name == "deleted")
            {
                throw NotFinished($"The change \"{id}\" was deleted while it was replayed.");
            }

            if (IsDone(id, change, progress))
            {
                return;
            }
        }
    }

    private static bool IsDone(string id, JsonObject change, Action<long, long> progress)
    {
        if (change["replay"] is JsonObject replay)
        {
            if ((string?)replay["failure"] is { } failure)
            {
                throw NotFinished($"The replay of \"{id}\" failed: {failure}");
            }

            progress((long?)replay["capturesDone"] ?? 0, (long?)replay["captures"] ?? 0);
            return false;
        }

        return change["evidence"] is not null ? true : throw NotFinished($"The replay of \"{id}\" was given up: the change was edited or aborted, it is {ChangeView.State(change)}.");
    }

    private static CommandFailedException NotFinished(string detail) => new(ExitCode.ReplayNotFinished, detail);
}
