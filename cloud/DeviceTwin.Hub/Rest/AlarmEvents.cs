using System.Text.Json.Nodes;
using System.Threading.Channels;
using DeviceTwin.Hub.Alarms;
using DeviceTwin.Storage.Alarms;

namespace DeviceTwin.Hub.Rest;

/// <summary>
/// <c>GET /api/v1/alarms/events</c>: server-sent events, beginning with a snapshot of the active alarms; then one <c>alarm</c> event per change,
/// with the whole row. A reader that falls behind is cut off after a <c>gap</c> event: it connects again and begins with a snapshot.
/// </summary>
internal static class AlarmEvents
{
    private const int Capacity = 256;

    public static async Task Follow(HttpContext context, IAlarms alarms, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<AlarmIntake> logger)
    {
        var events = Channel.CreateBounded<AlarmRow>(new BoundedChannelOptions(Capacity) { SingleReader = true });
        var lost = 0L;

        // Subscribed before the snapshot is read: what happens in between is in both, and a row told twice says the same.
        using var subscription = alarms.Subscribe(row =>
        {
            if (!events.Writer.TryWrite(row))
            {
                Interlocked.Increment(ref lost);
                events.Writer.TryComplete();
            }
        });
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            await Write(context, alarms, time, events.Reader, end.Token);
            AlarmLog.StreamFellBehind(logger, Interlocked.Read(ref lost));
            await context.Response.WriteAsync("event: gap\ndata: {}\n\n", end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The reader has gone, or the hub is stopping.
        }
    }

    private static async Task Write(HttpContext context, IAlarms alarms, TimeProvider time, ChannelReader<AlarmRow> events, CancellationToken end)
    {
        EventStream.Begin(context.Response);
        var active = new JsonArray([.. alarms.Active().Select(row => (JsonNode)AlarmJson.Write(row))]);
        await EventStream.Send(context.Response, "snapshot", new JsonObject { ["active"] = active, ["counts"] = AlarmJson.Write(alarms.Counts) }, end);
        while (await EventStream.WaitForEvent(context.Response, time, events, end))
        {
            while (events.TryRead(out var row))
            {
                await EventStream.Send(context.Response, "alarm", AlarmJson.Write(row), end);
            }
        }
    }
}
