using DeviceTwin.Hub.Access;

namespace DeviceTwin.Hub.Operation;

/// <summary>
/// Says in <see cref="HubPhase"/> where the process stands. When it is told to stop it refuses new connections at once and goes on listening
/// for a while, so that who watches <c>/readyz</c> can send its callers elsewhere; what is under way then ends in good order.
/// </summary>
internal sealed class DrainService(HubPhase phase, OperationOptions options, TimeProvider time, ILogger<DrainService> logger) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        phase.Started();
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        phase.Drain();
        if (options.Drain > TimeSpan.Zero)
        {
            logger.Draining(options.Drain.TotalSeconds);
            try
            {
                await Task.Delay(options.Drain, time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // The host has no more patience: it stops now.
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
