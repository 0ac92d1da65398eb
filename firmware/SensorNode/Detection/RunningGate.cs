namespace DeviceTwin.SensorNode.Detection;

/// <summary>
/// Whether the machine runs: it stands still below the limit and runs again at a quarter above it, so that a machine that idles at the limit
/// does not come and go. Where the unit is not known, the machine counts as running: nobody can tell. A capture that says nothing of the level changes
/// nothing.
/// </summary>
public sealed class RunningGate
{
    private const int Unsaid = Refusal.NoSignal | Refusal.ScaleUnknown;

    /// <summary>Whether the machine ran in the last capture; true before the first.</summary>
    public bool IsRunning { get; private set; } = true;

    /// <summary>Takes a capture.</summary>
    /// <returns>Whether the machine runs.</returns>
    public bool Step(DetectorResult result, DetectorSettings settings)
    {
        // The zone's refusals hold what speaks against any amplitude, asked for or not.
        int refusals = result.Refusals | result.ZoneRefusals;
        long limit = settings.RunningLimitMilliG;
        if (limit <= 0 || (refusals & Refusal.UnitUnknown) != 0)
        {
            IsRunning = true;
            return true;
        }

        if ((refusals & Unsaid) != 0)
        {
            return IsRunning;
        }

        long level = result.AccelerationMilliG;
        IsRunning = IsRunning ? level >= limit : level * 4 >= limit * 5;
        return IsRunning;
    }
}
