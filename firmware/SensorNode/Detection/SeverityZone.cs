namespace DeviceTwin.SensorNode.Detection;

/// <summary>
/// Severity zone of a machine by the velocity on its bearing housing: A new, B for long-term operation, C not for long-term operation, D
/// dangerous. The limits are those of ISO 10816-3:2009 for machines from above 15 kW to 50 MW at 120 to 15 000 r/min, measured in place.
/// ISO 20816-3:2022 supersedes it; whoever has agreed on that edition must hold the velocity against it. A zone is refused rather than
/// guessed where the machine, its support, the mounting or the measured band does not allow one.
/// </summary>
public static class SeverityZone
{
    /// <summary>The standard the limits come from.</summary>
    public const string Edition = "ISO 10816-3:2009";

    /// <summary>Zone A: newly commissioned machines.</summary>
    public const int A = 0;

    /// <summary>Zone B: unrestricted long-term operation.</summary>
    public const int B = 1;

    /// <summary>Zone C: not for long-term continuous operation.</summary>
    public const int C = 2;

    /// <summary>Zone D: may damage the machine.</summary>
    public const int D = 3;

    /// <summary>Group 1: large machines, above 300 kW; electrical machines of shaft height 315 mm and more.</summary>
    public const int LargeMachines = 1;

    /// <summary>Group 2: medium machines, above 15 up to 300 kW; electrical machines of shaft height 160 to below 315 mm.</summary>
    public const int MediumMachines = 2;

    /// <summary>Support whose lowest natural frequency lies at least 25 % above the main excitation.</summary>
    public const int Rigid = 1;

    /// <summary>Every other support.</summary>
    public const int Flexible = 2;

    /// <summary>Least rated power in watts.</summary>
    public const int LeastPowerWatts = 15000;

    /// <summary>Largest rated power of group 2 in watts.</summary>
    public const int MediumPowerWatts = 300000;

    /// <summary>Largest rated power of the standard in watts.</summary>
    public const int LargestPowerWatts = 50000000;

    /// <summary>Least shaft height in millimetres.</summary>
    public const int LeastShaftHeight = 160;

    /// <summary>Least shaft height of group 1 in millimetres.</summary>
    public const int LargeShaftHeight = 315;

    /// <summary>Speeds of the standard, 120 to 15 000 r/min, in millihertz.</summary>
    public const int LowestSpeedMilliHertz = 2000;

    /// <summary>See <see cref="LowestSpeedMilliHertz"/>.</summary>
    public const int HighestSpeedMilliHertz = 250000;

    /// <summary>Speed, 600 r/min in millihertz, below which the band begins at 2 instead of 10 Hz.</summary>
    public const int SlowSpeedMilliHertz = 10000;

    /// <summary>Upper limits of A, B and C in um/s RMS: group 1 rigid, group 1 flexible, group 2 rigid, group 2 flexible.</summary>
    private static readonly int[] Limits =
    {
        2300, 4500, 7100,
        3500, 7100, 11000,
        1400, 2800, 4500,
        2300, 4500, 7100,
    };

    /// <summary>Upper limit of a zone in um/s RMS.</summary>
    /// <param name="group"><see cref="LargeMachines"/> or <see cref="MediumMachines"/>.</param>
    /// <param name="support"><see cref="Rigid"/> or <see cref="Flexible"/>.</param>
    /// <param name="zone"><see cref="A"/>, <see cref="B"/> or <see cref="C"/>; D has none.</param>
    public static int UpperLimitUmPerSecond(int group, int support, int zone)
    {
        return Limits[((group - 1) * 6) + ((support - 1) * 3) + zone];
    }

    /// <summary>The zone of a velocity; a value at a limit belongs to the zone below it.</summary>
    public static int Of(int velocityUmPerSecond, int group, int support)
    {
        int zone = A;
        while (zone < D && velocityUmPerSecond > UpperLimitUmPerSecond(group, support, zone))
        {
            zone++;
        }

        return zone;
    }

    /// <summary>Sets <see cref="DetectorResult.Zone"/>, or <see cref="DetectorResult.ZoneRefusals"/>, from the velocities in the result.</summary>
    /// <param name="settings">What was declared of the machine.</param>
    /// <param name="velocityRefusals">Why there is no velocity; 0 where there is one.</param>
    /// <param name="result">Holds the velocities; receives the zone.</param>
    public static void Judge(DetectorSettings settings, int velocityRefusals, DetectorResult result)
    {
        result.Zone = DetectorResult.NotAvailable;
        int refusals = velocityRefusals | MachineRefusals(settings);
        int speed = settings.ShaftSpeedMilliHertz;
        bool slow = speed > 0 && speed < SlowSpeedMilliHertz;
        if (speed > 0 && (speed < LowestSpeedMilliHertz || speed > HighestSpeedMilliHertz))
        {
            refusals |= Refusal.VelocityBandNotCovered;
        }

        if (slow && velocityRefusals == 0 && result.SlowVelocityUmPerSecond == DetectorResult.NotAvailable)
        {
            refusals |= Refusal.VelocityBandNotCovered;
        }

        result.ZoneRefusals = refusals;
        if (refusals != 0)
        {
            return;
        }

        int velocity = slow ? result.SlowVelocityUmPerSecond : result.VelocityUmPerSecond;
        int zone = Of(velocity, settings.IsoGroup, settings.IsoSupport);
        if (speed <= 0 && result.SlowVelocityUmPerSecond != DetectorResult.NotAvailable
            && Of(result.SlowVelocityUmPerSecond, settings.IsoGroup, settings.IsoSupport) != zone)
        {
            // Which band counts depends on a speed that nobody gave.
            result.ZoneRefusals = Refusal.ShaftSpeedUnknown;
            return;
        }

        // Noise can only add: zone A stands whatever the sensor adds, any other does only where the machine makes more than the sensor.
        int noise = result.NoiseVelocityUmPerSecond;
        if (zone != A && noise > 0 && (long)velocity * velocity < 2L * noise * noise)
        {
            result.ZoneRefusals = Refusal.BelowNoiseFloor;
            return;
        }

        result.Zone = zone;
    }

    /// <summary>What of the declaration does not allow a zone.</summary>
    private static int MachineRefusals(DetectorSettings settings)
    {
        int refusals = 0;
        int group = settings.IsoGroup;
        if (group < LargeMachines || group > MediumMachines || settings.IsoSupport < Rigid || settings.IsoSupport > Flexible)
        {
            refusals |= Refusal.MachineGroupUnknown;
        }

        // Stud, adhesive and magnet carry 1000 Hz; a hand-held probe does not reliably (ISO 5348), and what is not declared may be one.
        if (settings.Mounting < 1 || settings.Mounting > 3)
        {
            refusals |= Refusal.MountingUnsuitable;
        }

        int power = settings.RatedPowerWatts;
        int height = settings.ShaftHeightMillimetres;
        if ((power > 0 && power < LeastPowerWatts) || (height > 0 && height < LeastShaftHeight))
        {
            refusals |= Refusal.MachineTooSmall;
        }
        else if (power > 0 || height > 0)
        {
            // Either one makes a machine large.
            bool large = power > MediumPowerWatts || height >= LargeShaftHeight;
            if (power > LargestPowerWatts || (group == LargeMachines && !large) || (group == MediumMachines && large))
            {
                refusals |= Refusal.MachineSizeContradicts;
            }
        }

        return refusals;
    }
}
