using DeviceTwin.Twins.Jobs;

namespace DeviceTwin.Hub.Jobs;

/// <summary>How many jobs there may be, and how they are carried out.</summary>
internal sealed record JobOptions
{
    /// <summary>Jobs that are carried out at the same time.</summary>
    public int AtOnce { get; init; } = 10;

    /// <summary>Jobs that wait for their time or their turn.</summary>
    public int MostWaiting { get; init; } = 100;

    /// <summary>Devices of a job that are worked on at the same time: few beside what the gateway and the store can do.</summary>
    public int DevicesAtOnce { get; init; } = 64;

    /// <summary>What is kept of jobs that have ended.</summary>
    public JobHistory History { get; init; } = new(TimeSpan.FromDays(30), 10_000, 1_000_000);

    /// <summary>How often it is looked whether jobs leave.</summary>
    public TimeSpan ForgetEvery { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Characters of answers that are kept of one job; of those above only the status is.</summary>
    public int MostAnswers { get; init; } = 4 * 1024 * 1024;

    /// <summary>After a start of the hub all nodes come back: so long a job that goes on waits for a device that is not there.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>After the store has failed, until a job goes on.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(10);
}
