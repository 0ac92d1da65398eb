namespace DeviceTwin.Twins.Jobs;

/// <summary>A job that has ended, for deciding how long it is kept.</summary>
/// <param name="Devices">As many rows it has.</param>
public sealed record EndedJob(string Id, DateTimeOffset EndedAt, int Devices);

/// <summary>What is kept of jobs that have ended.</summary>
/// <param name="Time">So long a job is kept after its end.</param>
/// <param name="Jobs">At most; the oldest leave first.</param>
/// <param name="Devices">Rows of devices at most, of all ended jobs together; the newest job is kept whatever it has.</param>
public sealed record JobHistory(TimeSpan Time, int Jobs, long Devices)
{
    /// <summary>The jobs that leave.</summary>
    public IReadOnlyList<string> Over(IEnumerable<EndedJob> ended, DateTimeOffset at)
    {
        var over = new List<string>();
        var (jobs, devices) = (0, 0L);
        foreach (var job in ended.OrderByDescending(job => job.EndedAt).ThenBy(job => job.Id, StringComparer.Ordinal))
        {
            jobs++;
            devices += job.Devices;
            if (at - job.EndedAt > Time || jobs > Jobs || (devices > Devices && jobs > 1))
            {
                over.Add(job.Id);
            }
        }

        return over;
    }
}
