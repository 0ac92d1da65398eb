using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Detection;

/// <summary>How many samples a capture needs for what is asked of it.</summary>
public static class CapturePlan
{
    /// <summary>Largest capture the detector takes, in samples (2.46 s at 26 667 Hz).</summary>
    public const int MaximumSamples = 65536;

    /// <summary>Revolutions a bearing capture is planned for.</summary>
    public const int BearingRevolutions = 16;

    /// <summary>
    /// Revolutions a bearing is judged from at least: in six, the lines that tell the families apart stand two and a half line widths from the
    /// nearest shaft order (0.415 orders for a 6205), and a defect has struck often enough to make a comb. On the recordings of 600 rpm machines
    /// windows of 6.4 revolutions are all judged right.
    /// </summary>
    public const int LeastBearingRevolutions = 6;

    private const int VelocityMilliseconds = 1200;
    private const int SlowVelocityMilliseconds = 2000;
    private const int BearingMilliseconds = 300;

    /// <summary>
    /// Samples to capture so that every feature the settings ask for can be judged: 16 revolutions and 0.3 s for the bearing; for the velocity
    /// (always measured: it is shown even where it has no limit) 1.2 s, filled up to one block of the velocity meter where that is shorter, or
    /// 2 s where a slow machine's zone is asked for; never more than <see cref="MaximumSamples"/>.
    /// </summary>
    public static int SamplesFor(DetectorSettings settings, int sampleRateMilliHertz)
    {
        int velocity = VelocitySamplesFor(sampleRateMilliHertz);
        int block = VelocityMeter.LongestBlock << (VelocityDecimator.Halvings(sampleRateMilliHertz) & 31);
        if (velocity < block && sampleRateMilliHertz > 0)
        {
            velocity = block;
        }

        int speed = settings.ShaftSpeedMilliHertz;
        if (settings.IsoGroup > 0 && speed > 0 && speed < SeverityZone.SlowSpeedMilliHertz)
        {
            int slow = SlowVelocitySamplesFor(sampleRateMilliHertz);
            velocity = slow > velocity ? slow : velocity;
        }

        int bearing = BearingSamplesFor(settings, sampleRateMilliHertz);
        int samples = bearing > velocity ? bearing : velocity;
        return samples > MaximumSamples ? MaximumSamples : samples;
    }

    /// <summary>Samples of the shortest capture a velocity is computed from: 1.2 s, twelve periods of 10 Hz.</summary>
    public static int VelocitySamplesFor(int sampleRateMilliHertz)
    {
        return SamplesIn(VelocityMilliseconds, sampleRateMilliHertz);
    }

    /// <summary>Samples of the shortest capture the velocity of a slow machine is computed from: 2 s, four periods of 2 Hz.</summary>
    public static int SlowVelocitySamplesFor(int sampleRateMilliHertz)
    {
        return SamplesIn(SlowVelocityMilliseconds, sampleRateMilliHertz);
    }

    /// <summary>
    /// Samples of a capture that a bearing is judged well from: 0.3 s and 16 revolutions; 0 where no bearing is asked for or the shaft speed is
    /// not known. May exceed <see cref="MaximumSamples"/>: then the longest capture has to do, as long as it holds
    /// <see cref="LeastBearingRevolutions"/>.
    /// </summary>
    public static int BearingSamplesFor(DetectorSettings settings, int sampleRateMilliHertz)
    {
        return RevolutionSamples(settings, sampleRateMilliHertz, BearingRevolutions);
    }

    /// <summary>Samples of the shortest capture a bearing verdict is computed from: 0.3 s and 6 revolutions; 0 where none is asked for.</summary>
    public static int LeastBearingSamplesFor(DetectorSettings settings, int sampleRateMilliHertz)
    {
        return RevolutionSamples(settings, sampleRateMilliHertz, LeastBearingRevolutions);
    }

    /// <summary>Whether any bearing order is set.</summary>
    public static bool AsksForBearing(DetectorSettings settings)
    {
        return settings.BpfoMilliOrders > 0 || settings.BpfiMilliOrders > 0 || settings.BsfMilliOrders > 0;
    }

    private static int RevolutionSamples(DetectorSettings settings, int sampleRateMilliHertz, int revolutions)
    {
        if (settings.ShaftSpeedMilliHertz <= 0 || !AsksForBearing(settings))
        {
            return 0;
        }

        int least = SamplesIn(BearingMilliseconds, sampleRateMilliHertz);
        long samples = Division.LongCeiling((long)sampleRateMilliHertz * revolutions, settings.ShaftSpeedMilliHertz);
        if (samples > int.MaxValue)
        {
            return int.MaxValue;
        }

        return samples > least ? (int)samples : least;
    }

    /// <summary>Whether any band has a limit.</summary>
    public static bool AsksForBands(DetectorSettings settings)
    {
        return (settings.Band1HighHertz > 0 && settings.Band1LimitMilliG > 0)
            || (settings.Band2HighHertz > 0 && settings.Band2LimitMilliG > 0)
            || (settings.Band3HighHertz > 0 && settings.Band3LimitMilliG > 0);
    }

    private static int SamplesIn(int milliseconds, int sampleRateMilliHertz)
    {
        return sampleRateMilliHertz <= 0 ? 0 : (int)Division.LongCeiling((long)sampleRateMilliHertz * milliseconds, 1000000);
    }
}
