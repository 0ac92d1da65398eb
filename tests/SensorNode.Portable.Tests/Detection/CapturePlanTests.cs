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

    [TestCase(26667000, 32768)]
    [TestCase(27306666, 32768)]
    [TestCase(27307000, 32769)]
    [TestCase(30000000, 36000)]
    [TestCase(0, 32768)]
    [TestCase(-5, 32768)]
    public void A_velocity_capture_lasts_1_2_seconds_and_fills_a_block(int rateMilliHertz, int expected)
    {
        Assert.That(CapturePlan.VelocitySamplesFor(rateMilliHertz), Is.EqualTo(expected));
    }

    [Test]
    public void Any_order_asks_for_a_bearing_verdict_but_the_cage_alone_does_not()
    {
        Assert.That(CapturePlan.AsksForBearing(new DetectorSettings { BsfMilliOrders = 1 }), Is.True);
        Assert.That(CapturePlan.AsksForBearing(new DetectorSettings { FtfMilliOrders = 398 }), Is.False);
    }
}
