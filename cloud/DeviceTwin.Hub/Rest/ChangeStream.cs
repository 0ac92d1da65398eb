using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Logging;
using DeviceTwin.Storage;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Rest;

/// <summary>
/// The feed as server-sent events. An event's <c>id</c> is the change's number; whoever comes back with <c>Last-Event-ID</c> gets what
/// follows it, once, also from a hub that was started anew. Nothing is queued for a reader: each is at a place in the table and
/// reads on as fast as it takes what is sent. One that takes nothing for a while is cut off and may come back. Only where the
/// table has been shortened past its place does it hear of a <c>gap</c>.
/// </summary>
internal static class ChangeStream
{
    private const int BatchSize = 256;
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task Follow(
        HttpContext context, IFleet fleet, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<TwinWatch> logger)
    {
        // A browser that comes back sends the header besides the address it began with.
        var after = RestRequests.Number(context.Request.Headers["Last-Event-ID"].ToString(), "Last-Event-ID", ChangeEndpoints.What)
            ?? context.Request.Number("after", ChangeEndpoints.What);

        // Subscribed before the first look: what is committed after the look wakes the loop.
        var wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
        using var subscription = fleet.Subscribe(happened =>
        {
            if (happened is FleetEvent.TagsChanged or FleetEvent.DesiredChanged or FleetEvent.ReportedChanged)
            {
                wake.Writer.TryWrite(true);
            }
        }, modules: true);
        var search = ChangeEndpoints.Search(context.Request, after ?? 0, BatchSize);
        if (after is null)
        {
            search = search with { After = fleet.ReadChanges(search with { Limit = 1 }).Newest };
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            EventStream.Begin(context.Response);
            await Send(context, time, $": from {search.After}\n\n", end.Token);
            await Write(context, fleet, time, wake.Reader, search, end.Token);
        }
        catch (TimeoutException)
        {
            logger.ChangeStreamCutOff(context.Connection.RemoteIpAddress?.ToString() ?? "", Patience.TotalSeconds);
            context.Abort();
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The reader has gone, or the hub is stopping.
        }
    }

    private static async Task Write(
        HttpContext context, IFleet fleet, TimeProvider time, ChannelReader<bool> wake, TwinChangeSearch search, CancellationToken end)
    {
        var text = new StringBuilder();
        while (true)
        {
            wake.TryRead(out _);
            var page = fleet.ReadChanges(search);
            text.Clear();
            if (page.Newest < search.After)
            {
                // The database is an older one than that which gave out the number: a backup was restored.
                Gap(text, search.After, page.Newest, "the hub's database was restored from a backup; read the twins anew");
                search = search with { After = page.Newest };
            }
            else if (page.Oldest > search.After + 1 || (page.Oldest == 0 && page.Newest > search.After))
            {
                var last = page.Oldest == 0 ? page.Newest : page.Oldest - 1;
                Gap(text, search.After, last, "these changes are no longer kept; read the twins anew");
                search = search with { After = last };
            }

            foreach (var change in page.Changes)
            {
                text.Append(CultureInfo.InvariantCulture, $"id: {change.Sequence}\nevent: {ChangeEndpoints.NameOf(change.Row.Part)}\ndata: ")
                    .Append(ChangeEndpoints.Write(change).ToJsonString(Json.Relaxed))
                    .Append("\n\n");
                search = search with { After = change.Sequence };
            }

            if (page.Changes.Count < search.Limit && page.Newest > search.After)
            {
                // Others' changes: the place moves on, so that it is not lost to a shortening of the table.
                search = search with { After = page.Newest };
            }

            if (text.Length > 0)
            {
                await Send(context, time, text.ToString(), end);
            }

            if (page.Changes.Count < search.Limit)
            {
                await WaitForChange(context, time, wake, search.After, end);
            }
        }
    }

    private static void Gap(StringBuilder text, long after, long last, string why) =>
        text.Append(CultureInfo.InvariantCulture, $"id: {last}\nevent: gap\ndata: ")
            .Append(new JsonObject { ["after"] = after, ["last"] = last, ["reason"] = why }.ToJsonString(Json.Relaxed))
            .Append("\n\n");

    private static async Task WaitForChange(HttpContext context, TimeProvider time, ChannelReader<bool> wake, long after, CancellationToken end)
    {
        var waiting = wake.WaitToReadAsync(end).AsTask();
        while (true)
        {
            try
            {
                await waiting.WaitAsync(KeepAlive, time, end);
                return;
            }
            catch (TimeoutException)
            {
                // An id without data is no event, but it is what the reader comes back with: others' changes have moved its place on.
                await Send(context, time, string.Create(CultureInfo.InvariantCulture, $": still here\nid: {after}\n\n"), end);
            }
        }
    }

    private static async Task Send(HttpContext context, TimeProvider time, string text, CancellationToken end)
    {
        await context.Response.WriteAsync(text, end).WaitAsync(Patience, time, end);
        await context.Response.Body.FlushAsync(end).WaitAsync(Patience, time, end);
    }
}
