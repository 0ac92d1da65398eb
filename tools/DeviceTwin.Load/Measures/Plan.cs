namespace DeviceTwin.Load.Measures;

/// <summary>How long and how often.</summary>
/// <param name="FirstMessages">
/// Sent to every server before anything is measured: a hub runs for months, and what its runtime spends on compiling in the first
/// seconds is no part of that.
/// </param>
/// <param name="FirstReports">The same for reported patches.</param>
/// <param name="Repeats">Interleaved: every server once, then all again. The median counts.</param>
internal sealed record Plan(
    int Repeats, long FirstMessages, long FirstReports, TimeSpan WarmUp, TimeSpan Duration, Profile Pipelined, Profile Lockstep, int IdleConnections, TimeSpan Settling, int FanOutConnections, Profile Reports)
{
    public static readonly Plan Full = new(
        3, 300_000, 150_000, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4), Profile.Pipelined, Profile.Lockstep, 3000, TimeSpan.FromSeconds(45), 5000, new Profile("reports", 100, 10));

    public static readonly Plan Quick = Full with { Repeats = 1, Settling = TimeSpan.FromSeconds(20) };

    /// <summary>Devices that have to be registered.</summary>
    public int Devices => Math.Max(Math.Max(IdleConnections, FanOutConnections), Math.Max(Math.Max(Pipelined.Connections, Lockstep.Connections), Reports.Connections));

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
