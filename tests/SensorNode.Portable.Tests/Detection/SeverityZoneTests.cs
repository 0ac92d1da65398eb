using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Tests.SensorNode.Portable.Detection;

/// <summary>The zone of ISO 10816-3:2009, and every reason not to give one.</summary>
public sealed class SeverityZoneTests
{
    /// <summary>
    /// The twelve limits in mm/s as ISO 10816-3:2009 has them in its tables for machines of group 1 and 2, rigid and flexible. A table with
    /// 1.4, 2.8, 7.1 for group 2, which mixes its rows, is about; this one is held against two independent tellings of the standard.
    /// </summary>
    private static readonly double[][] Limits =
    [
        [SeverityZone.LargeMachines, SeverityZone.Rigid, 2.3, 4.5, 7.1],
        [SeverityZone.LargeMachines, SeverityZone.Flexible, 3.5, 7.1, 11.0],
        [SeverityZone.MediumMachines, SeverityZone.Rigid, 1.4, 2.8, 4.5],
        [SeverityZone.MediumMachines, SeverityZone.Flexible, 2.3, 4.5, 7.1],
    ];

    [TestCaseSource(nameof(Limits))]
    public void Below_and_at_a_limit_lies_the_better_zone_and_above_it_the_worse(double group, double support, double ab, double bc, double cd)
    {
        int zone = SeverityZone.A;
        foreach (double limit in new[] { ab, bc, cd })
        {
            int umPerSecond = (int)Math.Round(limit * 1000);
            Assert.That(SeverityZone.UpperLimitUmPerSecond((int)group, (int)support, zone), Is.EqualTo(umPerSecond));
            Assert.That(SeverityZone.Of(umPerSecond - 1, (int)group, (int)support), Is.EqualTo(zone));
            Assert.That(SeverityZone.Of(umPerSecond, (int)group, (int)support), Is.EqualTo(zone));
            Assert.That(SeverityZone.Of(umPerSecond + 1, (int)group, (int)support), Is.EqualTo(++zone));
        }

        Assert.That(SeverityZone.Of(int.MaxValue, (int)group, (int)support), Is.EqualTo(SeverityZone.D));
        Assert.That(SeverityZone.Of(0, (int)group, (int)support), Is.EqualTo(SeverityZone.A));
    }

    [Test]
    public void The_edition_is_named()
    {
        Assert.That(DetectorResult.ZoneEdition, Is.EqualTo("ISO 10816-3:2009"));
    }

    [TestCase(0, 1, Refusal.MachineGroupUnknown)]
    [TestCase(3, 1, Refusal.MachineGroupUnknown)]
    [TestCase(-1, 1, Refusal.MachineGroupUnknown)]
    [TestCase(1, 0, Refusal.MachineGroupUnknown)]
    [TestCase(2, 3, Refusal.MachineGroupUnknown)]
    [TestCase(1, 1, 0)]
    [TestCase(2, 2, 0)]
    public void Group_and_support_must_be_declared(int group, int support, int expected)
    {
        DetectorSettings settings = Machine();
        settings.IsoGroup = group;
        settings.IsoSupport = support;

        AssertRefusals(settings, expected);
    }

    [TestCase(0, Refusal.MountingUnsuitable, Description = "not declared")]
    [TestCase(1, 0, Description = "stud")]
    [TestCase(2, 0, Description = "adhesive")]
    [TestCase(3, 0, Description = "magnet")]
    [TestCase(4, Refusal.MountingUnsuitable, Description = "hand-held")]
    [TestCase(5, Refusal.MountingUnsuitable)]
    public void The_mounting_must_carry_the_band(int mounting, int expected)
    {
        DetectorSettings settings = Machine();
        settings.Mounting = mounting;

        AssertRefusals(settings, expected);
    }

    [TestCase(2, 14999, 0, Refusal.MachineTooSmall)]
    [TestCase(2, 15000, 0, 0)]
    [TestCase(2, 0, 159, Refusal.MachineTooSmall)]
    [TestCase(2, 0, 160, 0)]
    [TestCase(2, 20000, 132, Refusal.MachineTooSmall, Description = "one of both is enough")]
    [TestCase(2, 300000, 314, 0)]
    [TestCase(2, 300001, 0, Refusal.MachineSizeContradicts)]
    [TestCase(2, 0, 315, Refusal.MachineSizeContradicts)]
    [TestCase(1, 300000, 0, Refusal.MachineSizeContradicts)]
    [TestCase(1, 300001, 0, 0)]
    [TestCase(1, 0, 314, Refusal.MachineSizeContradicts)]
    [TestCase(1, 0, 315, 0)]
    [TestCase(1, 200000, 355, 0, Description = "an electrical machine is large by its shaft height")]
    [TestCase(1, 50000000, 0, 0)]
    [TestCase(1, 50000001, 0, Refusal.MachineSizeContradicts)]
    [TestCase(1, 0, 0, 0, Description = "the group itself is a declaration")]
    public void A_declared_size_must_fit_the_standard_and_the_group(int group, int watts, int millimetres, int expected)
    {
        DetectorSettings settings = Machine();
        settings.IsoGroup = group;
        settings.RatedPowerWatts = watts;
        settings.ShaftHeightMillimetres = millimetres;

        AssertRefusals(settings, expected);
    }

    [TestCase(1999, Refusal.VelocityBandNotCovered)]
    [TestCase(2000, 0)]
    [TestCase(250000, 0)]
    [TestCase(250001, Refusal.VelocityBandNotCovered)]
    public void The_standard_ends_at_120_and_at_15_000_turns_a_minute(int milliHertz, int expected)
    {
        DetectorSettings settings = Machine();
        settings.ShaftSpeedMilliHertz = milliHertz;

        AssertRefusals(settings, expected);
    }

    [TestCase(9999, 3000, SeverityZone.C)]
    [TestCase(10000, 3000, SeverityZone.A)]
    [TestCase(9999, DetectorResult.NotAvailable, DetectorResult.NotAvailable)]
    public void Below_600_turns_a_minute_the_band_from_2_hertz_counts(int milliHertz, int slowUmPerSecond, int expected)
    {
        DetectorSettings settings = Machine();
        settings.ShaftSpeedMilliHertz = milliHertz;
        var result = new DetectorResult { VelocityUmPerSecond = 1000, SlowVelocityUmPerSecond = slowUmPerSecond, NoiseVelocityUmPerSecond = -1 };

        SeverityZone.Judge(settings, 0, result);

        Assert.That(result.Zone, Is.EqualTo(expected));
        Assert.That(result.ZoneRefusals, Is.EqualTo(expected < 0 ? Refusal.VelocityBandNotCovered : 0));
    }

    [TestCase(1000, 1300, SeverityZone.A)]
    [TestCase(1000, 1500, DetectorResult.NotAvailable)]
    public void Without_a_speed_both_bands_must_say_the_same(int velocity, int slow, int expected)
    {
        var result = new DetectorResult { VelocityUmPerSecond = velocity, SlowVelocityUmPerSecond = slow, NoiseVelocityUmPerSecond = -1 };

        SeverityZone.Judge(Machine(), 0, result);

        Assert.That(result.Zone, Is.EqualTo(expected));
        Assert.That(result.ZoneRefusals, Is.EqualTo(expected < 0 ? Refusal.ShaftSpeedUnknown : 0));
    }

    [TestCase(1300, 5000, SeverityZone.A, Description = "noise can only add: A is A")]
    [TestCase(1500, 1062, DetectorResult.NotAvailable)]
    [TestCase(1500, 1060, SeverityZone.B)]
    public void What_the_sensors_own_noise_may_be_is_no_zone_but_A(int velocity, int noise, int expected)
    {
        var result = new DetectorResult { VelocityUmPerSecond = velocity, SlowVelocityUmPerSecond = -1, NoiseVelocityUmPerSecond = noise };

        SeverityZone.Judge(Machine(), 0, result);

        Assert.That(result.Zone, Is.EqualTo(expected));
        Assert.That(result.ZoneRefusals, Is.EqualTo(expected < 0 ? Refusal.BelowNoiseFloor : 0));
    }

    [TestCase(Refusal.UnitUnknown)]
    [TestCase(Refusal.CaptureTooShort)]
    [TestCase(Refusal.Saturated | Refusal.Overrun)]
    public void Without_a_velocity_there_is_no_zone_and_the_reasons_are_the_velocitys(int refusals)
    {
        var result = new DetectorResult();
        result.Clear();

        SeverityZone.Judge(Machine(), refusals, result);

        Assert.That(result.Zone, Is.EqualTo(DetectorResult.NotAvailable));
        Assert.That(result.ZoneRefusals, Is.EqualTo(refusals));
    }

    private static void AssertRefusals(DetectorSettings settings, int expected)
    {
        var result = new DetectorResult { VelocityUmPerSecond = 1000, SlowVelocityUmPerSecond = 1000, NoiseVelocityUmPerSecond = 37 };

        SeverityZone.Judge(settings, 0, result);

        Assert.That(result.ZoneRefusals, Is.EqualTo(expected));
        Assert.That(result.Zone, Is.EqualTo(expected == 0 ? SeverityZone.A : DetectorResult.NotAvailable));
    }

    private static DetectorSettings Machine() => new() { IsoGroup = 2, IsoSupport = 1, Mounting = 1 };
}
