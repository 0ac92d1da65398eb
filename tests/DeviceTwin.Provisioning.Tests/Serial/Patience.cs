namespace DeviceTwin.Tests.Provisioning.Serial;

/// <summary>How tests wait for what other threads and processes do.</summary>
internal static class Patience
{
    /// <summary>Longer than anything takes on a computer with much else to do; who waits in vain fails.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    /// <summary>Asks until a condition holds.</summary>
    public static async Task Until(Func<bool> condition)
    {
        using var over = new CancellationTokenSource(Long);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition())
        {
            await tick.WaitForNextTickAsync(over.Token);
        }
    }
}
