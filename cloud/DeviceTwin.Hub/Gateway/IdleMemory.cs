using System.Runtime.InteropServices;

namespace DeviceTwin.Hub.Gateway;

/// <summary>
/// Gives back what handshakes left behind. Thousands of devices that come together (after a restart, a power cut) leave garbage and gaps in the
/// native heap, where TLS lives, and then are silent: nothing else would ever make the runtime look at it. Compacting stops everything for a
/// moment, so it waits for silence; a hub that is never silent gets the collection that runs beside its work.
/// </summary>
internal sealed class IdleMemory(ConnectionLimit connections) : BackgroundService
{
    /// <summary>Connections that come or go before it is worth while.</summary>
    private const int Worthwhile = 200;

    /// <summary>Intervals to wait for silence.</summary>
    private const int Patience = 24;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        int trimmed = 0;
        int before = 0;
        int collections = 0;
        int waited = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                int now = connections.Open;

                // Who works allocates, and so collects by itself.
                bool silent = GC.CollectionCount(0) == collections;

                // Only once they have stopped coming.
                if (Math.Abs(now - trimmed) >= Worthwhile && Math.Abs(now - before) < Worthwhile / 10 && (silent || ++waited > Patience))
                {
                    trimmed = now;
                    waited = 0;
                    Trim(silent);
                }

                before = now;
                collections = GC.CollectionCount(0);
            }
        }
        catch (OperationCanceledException)
        {
            // The hub is stopping.
        }
    }

    /// <param name="stopping">Everything may stand still meanwhile.</param>
    private static void Trim(bool stopping)
    {
        if (!stopping)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
            return;
        }

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
