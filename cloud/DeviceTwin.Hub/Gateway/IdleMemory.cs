using System.Runtime.InteropServices;

namespace DeviceTwin.Hub.Gateway;

/// <summary>
/// Gives back what handshakes left behind. Thousands of devices that come together (after a restart, a power cut) leave garbage and gaps in the
/// native heap, where TLS lives, and then are silent: nothing else would ever make the runtime look at it.
/// </summary>
internal sealed class IdleMemory(ConnectionLimit connections) : BackgroundService
{
    /// <summary>Connections that come or go before it is worth while.</summary>
    private const int Worthwhile = 200;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        int trimmed = 0;
        int before = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                int now = connections.Open;

                // Only once they have stopped coming.
                if (Math.Abs(now - trimmed) >= Worthwhile && Math.Abs(now - before) < Worthwhile / 10)
                {
                    trimmed = now;
                    Trim();
                }

                before = now;
            }
        }
        catch (OperationCanceledException)
        {
            // The hub is stopping.
        }
    }

    private static void Trim()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        if (OperatingSystem.IsLinux())
        {
            try
            {
                _ = TrimNative(0);
            }
            catch (EntryPointNotFoundException)
            {
                // Not every C library has it, and none needs it.
            }
        }
    }

    [DllImport("libc", EntryPoint = "malloc_trim")]
    private static extern int TrimNative(nuint keep);
}
