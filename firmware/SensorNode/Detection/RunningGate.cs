namespace DeviceTwin.SensorNode.Detection;

/// <summary>
/// Whether the machine runs: it stands still below the limit and runs again at a quarter above it, so that a machine that idles at the limit
/// does not come and go. Where the acceleration is not known (no unit), the machine counts as running: nobody can tell.
/// </summary>
public sealed class RunningGate
{
    /// <summary>Whether the machine ran in the last capture; true before the first.</summary>
    public bool IsRunning { get; private set; } = true;

    /// <summary>Takes a capture.</summary>
    /// <returns>Whether the machine runs.</returns>
    public bool Step(DetectorResult result, DetectorSettings settings)
    {
        long limit = settings.RunningLimitMilliG;
        if (limit <= 0 || result.Running == DetectorResult.NotAvailable && result.AccelerationMilliG <= 0)
        {
            IsRunning = true;
            return true;
        }

        long level = result.AccelerationMilliG;
        IsRunning = IsRunning ? level >= limit : level * 4 >= limit * 5;
        return IsRunning;
    }
}
