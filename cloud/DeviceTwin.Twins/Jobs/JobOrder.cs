namespace DeviceTwin.Twins.Jobs;

/// <summary>What a job does to each of its devices.</summary>
public enum JobType
{
    /// <summary>Merges a patch into the twin.</summary>
    UpdateTwin,

    /// <summary>Calls a method.</summary>
    DeviceMethod,
}

/// <summary>What is to be done, as it was asked for. It never changes.</summary>
/// <param name="Id">Chosen by the caller; unique among the jobs that are kept.</param>
/// <param name="Condition">The WHERE text that selects the devices when the job begins.</param>
/// <param name="Body">The patch or the method, JSON text in the words of the interfaces.</param>
/// <param name="StartAt">Not to begin before.</param>
/// <param name="Longest">So long after it may begin, work begins on devices.</param>
/// <param name="Author">Who asked for it.</param>
public sealed record JobOrder(
    string Id, JobType Type, string Condition, string Body, DateTimeOffset StartAt, TimeSpan Longest, string Author, DateTimeOffset CreatedAt)
{
    /// <summary>From then on nothing of it begins any more; what has begun is finished.</summary>
    public DateTimeOffset Deadline => (StartAt > CreatedAt ? StartAt : CreatedAt) + Longest;
}
