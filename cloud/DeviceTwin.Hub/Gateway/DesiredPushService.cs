using DeviceTwin.Hub.Fleet;

namespace DeviceTwin.Hub.Gateway;

/// <summary>Carries the fleet's changes to the live connections, from the start of the application to its end.</summary>
internal sealed class DesiredPushService(GatewayServices services, IFleet fleet) : IHostedService, IDisposable
{
    private IDisposable? subscription;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        subscription = fleet.Subscribe(services.Registry.Handle, modules: true);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        subscription?.Dispose();
        subscription = null;
    }
}
