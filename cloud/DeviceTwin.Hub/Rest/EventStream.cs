using System.Text.Json.Nodes;
using System.Threading.Channels;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Logging;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Rest;

/// <summary>
/// <c>GET /api/v1/devices/{id}/events</c>: server-sent events, beginning with a snapshot's versions. A reader that falls behind is
/// cut off after a <c>gap</c> event: it connects again and reads the twin anew, rather than miss a change unknowingly.
/// </summary>
internal static class EventStream
{
    private const int Capacity = 256;
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    public static void MapEvents(this IEndpointRouteBuilder routes) => routes.MapGet("devices/{id}/events", Follow).Needs(Role.Viewer, Permission.ServiceConnect);

    private static async Task Follow(
        string id, HttpContext context, IFleet fleet, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<TwinWatch> logger)
    {
        var events = Channel.CreateBounded<FleetEvent>(new BoundedChannelOptions(Capacity) { SingleReader = true });
        var lost = 0L;

        // Subscribed before the snapshot is read: what happens in between is in both, and told apart by its version.
        using var subscription = fleet.Subscribe(happened =>
        {
            if (happened.DeviceId == id && happened is not FleetEvent.TelemetryReceived && !events.Writer.TryWrite(happened))
            {
                Interlocked.Increment(ref lost);
                events.Writer.TryComplete();
            }
        });
        var twin = fleet.FindTwin(id) ?? throw FleetErrors.DeviceNotFound(id);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            await Write(context, fleet, time, events.Reader, twin, end.Token);
            if (Interlocked.Read(ref lost) > 0)
            {
                logger.StreamFellBehind(id, lost);
                await context.Response.WriteAsync("event: gap\ndata: {}\n\n", end.Token);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The reader has gone, or the hub is stopping.
        }
    }

    private static async Task Write(
        HttpContext context, IFleet fleet, TimeProvider time, ChannelReader<FleetEvent> events, TwinDocument twin, CancellationToken end)
    {
        var watch = new TwinWatch(twin, fleet.FindConvergence(twin.DeviceId)?.State);
        Begin(context.Response);
        await Send(context.Response, watch.Snapshot(twin.DeviceId, time.GetUtcNow()), end);
        while (await WaitForEvent(context.Response, time, events, end))
        {
            while (events.TryRead(out var happened))
            {
                if (watch.Take(happened) is { } told)
                {
                    await Send(context.Response, told, end);
                    if ((string?)told["section"] == TwinWatch.Deleted)
                    {
                        return;
                    }
                }
            }
        }
    }

    /// <summary>True when there is an event to read; comments in between keep the line open.</summary>
    public static async Task<bool> WaitForEvent<T>(HttpResponse response, TimeProvider time, ChannelReader<T> events, CancellationToken end)
    {
        var waiting = events.WaitToReadAsync(end).AsTask();
        while (true)
        {
            try
            {
                return await waiting.WaitAsync(KeepAlive, time, end);
            }
            catch (TimeoutException)
            {
                await response.WriteAsync(": still here\n\n", end);
                await response.Body.FlushAsync(end);
            }
        }
    }

    /// <summary>Says that events follow.</summary>
    public static void Begin(HttpResponse response)
    {
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-store";
    }

    /// <summary>Sends one event at once.</summary>
    public static async Task Send(HttpResponse response, string name, JsonObject told, CancellationToken end)
    {
        await response.WriteAsync($"event: {name}\ndata: {told.ToJsonString(Json.Relaxed)}\n\n", end);
        await response.Body.FlushAsync(end);
    }

    private static Task Send(HttpResponse response, JsonObject told, CancellationToken end) => Send(response, (string?)told["section"] ?? "message", told, end);
}
