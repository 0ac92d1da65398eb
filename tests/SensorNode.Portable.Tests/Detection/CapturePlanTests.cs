using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Tests.SensorNode.Portable.Detection;

public sealed class CapturePlanTests
{
    private const int Rate = 26667000;

    [TestCase(0, 0, 32768, Description = "nothing known: a velocity capture")]
    [TestCase(29950, 3585, 32768, Description = "16 revolutions take less than the velocity")]
    [TestCase(10000, 3585, 42668, Description = "600 rpm: 1.6 s")]
    [TestCase(10000, 0, 32768, Description = "no bearing asked for")]
    [TestCase(1000, 3585, 65536, Description = "60 rpm: held to the largest capture")]
    public void A_capture_is_as_long_as_its_features_need(int shaftMilliHertz, int bpfoMilliOrders, int expected)
    {
        var settings = new DetectorSettings { ShaftSpeedMilliHertz = shaftMilliHertz, BpfoMilliOrders = bpfoMilliOrders };

        Assert.That(CapturePlan.SamplesFor(settings, Rate), Is.EqualTo(expected));
    }

    [TestCase(29950, 14247)]
    [TestCase(53333, 8001)]
    [TestCase(53334, 8001)]
    [TestCase(100000, 8001)]
    [TestCase(1000000, 8001)]
    [TestCase(1, 426672000)]
    public void A_bearing_capture_covers_16_revolutions_and_three_tenths_of_a_second(int shaftMilliHertz, int expected)
    {
        var settings = new DetectorSettings { ShaftSpeedMilliHertz = shaftMilliHertz, BpfiMilliOrders = 5415 };

        int samples = CapturePlan.BearingSamplesFor(settings, Rate);

        Assert.That(samples, Is.EqualTo(expected));
        Assert.That(samples / (Rate / 1000.0), Is.GreaterThanOrEqualTo(0.3));
    }

    [TestCase(26667000, 32001)]
    [TestCase(6667000, 8001)]
    [TestCase(12000000, 14400)]
    [TestCase(51200000, 61440)]
    [TestCase(0, 0)]
    [TestCase(-5, 0)]
    public void A_velocity_takes_1_2_seconds(int rateMilliHertz, int expected)
    {
        Assert.That(CapturePlan.VelocitySamplesFor(rateMilliHertz), Is.EqualTo(expected));
    }

    [TestCase(6667000, 8192)]
    [TestCase(12000000, 16384)]
    [TestCase(24000000, 32768)]
    [TestCase(26667000, 32768)]
    [TestCase(27306666, 32768)]
    [TestCase(27307000, 32769)]
    [TestCase(30000000, 36000)]
    [TestCase(51200000, 65536)]
    [TestCase(110000000, 65536)]
    public void A_capture_is_filled_up_to_one_block_of_the_velocity(int rateMilliHertz, int expected)
    {
        Assert.That(CapturePlan.SamplesFor(new DetectorSettings(), rateMilliHertz), Is.EqualTo(expected));
    }

    [TestCase(9999, 1, 53334)]
    [TestCase(10000, 1, 32768)]
    [TestCase(9999, 0, 32768)]
    public void The_zone_of_a_slow_machine_takes_2_seconds(int shaftMilliHertz, int group, int expected)
    {
        var settings = new DetectorSettings { ShaftSpeedMilliHertz = shaftMilliHertz, IsoGroup = group };

        Assert.That(CapturePlan.SamplesFor(settings, Rate), Is.EqualTo(expected));
    }

    [Test]
    public void Any_order_asks_for_a_bearing_verdict_but_the_cage_alone_does_not()
    {
        Assert.That(CapturePlan.AsksForBearing(new DetectorSettings { BsfMilliOrders = 1 }), Is.True);
        Assert.That(CapturePlan.AsksForBearing(new DetectorSettings { FtfMilliOrders = 398 }), Is.False);
    }
}
