namespace DeviceTwin.Hub.Gateway.Shaping;

/// <summary>The pace at which the hub lets clients in, all together: after an outage a whole fleet knocks at once.</summary>
internal sealed class ConnectShaping(GatewayOptions options, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly TokenBucket connects = new(options.Connects, time.TimestampFrequency);

    /// <summary>Waits for its turn.</summary>
    /// <returns>False where that would take too long: the client should come again later.</returns>
    public async ValueTask<bool> Wait(CancellationToken cancellation)
    {
        TimeSpan? wait;
        lock (gate)
        {
            wait = connects.Take(time.GetTimestamp(), options.LongestConnectDelay);
        }

        if (wait is { } delay && delay > TimeSpan.Zero)
        {
            await Task.Delay(delay, time, cancellation);
        }

        return wait is not null;
    }
}
