using DeviceTwin.Hub.Provisioning;

namespace DeviceTwin.Hub.Certificates;

/// <summary>Says once each in the log that a certificate ends in 60, 30 and 7 days, and daily that it has ended.</summary>
internal sealed class CertificateWatch(CertificateInventory inventory, TimeProvider time, ILogger<CertificateWatch> logger) : IHostedService, IDisposable
{
    private static readonly int[] Steps = [7, 30, 60];

    private readonly Dictionary<string, int> told = [];
    private ITimer? timer;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Look();
        timer = time.CreateTimer(_ => Look(), null, TimeSpan.FromDays(1), TimeSpan.FromDays(1));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => timer?.Dispose();

    private void Look()
    {
        try
        {
            Tell();
        }
        catch (Exception error)
        {
            // On a timer's thread nobody else would take it.
            logger.WatchFailed(error);
        }
    }

    private void Tell()
    {
        foreach (CertificateItem item in inventory.List())
        {
            if (item.DaysLeft < 0)
            {
                logger.Expired(item.What, item.NotAfter, item.Advice);
                continue;
            }

            int step = Array.Find(Steps, days => item.DaysLeft < days);
            if (step > 0 && told.GetValueOrDefault(item.Thumbprint, int.MaxValue) > step)
            {
                told[item.Thumbprint] = step;
                logger.Expires(item.What, item.DaysLeft, item.NotAfter, item.Advice);
            }
        }
    }
}
