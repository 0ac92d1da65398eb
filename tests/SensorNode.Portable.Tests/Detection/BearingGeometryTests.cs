using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Tests.SensorNode.Portable.Detection;

/// <summary>Bearing orders from geometry, in integers.</summary>
public sealed class BearingGeometryTests
{
    [Test]
    public void The_6205_vector()
    {
        // 9 balls, d = 7.938 mm, D = 38.5 mm at 1800 rpm: r = 0.206182.
        DetectorSettings orders = Orders(9, 7938, 38500, 0);

        Assert.That(
            (orders.BpfoMilliOrders, orders.BpfiMilliOrders, orders.BsfMilliOrders, orders.FtfMilliOrders), Is.EqualTo((3572, 5428, 2322, 397)));
        Assert.That(orders.BpfoMilliOrders * 30 / 1000.0, Is.EqualTo(107.17).Within(0.02), "hertz at 1800 rpm");
        Assert.That(orders.BpfiMilliOrders * 30 / 1000.0, Is.EqualTo(162.83).Within(0.02), "hertz at 1800 rpm");
    }

    [Test]
    public void Orders_are_within_half_a_thousandth_of_the_formulas()
    {
        var random = new Random(6205);
        for (int i = 0; i < 5000; i++)
        {
            int elements = random.Next(3, BearingGeometry.MostElements + 1);
            int pitch = (int)Math.Exp(random.NextDouble() * Math.Log(BearingGeometry.LargestPitchUm - 2)) + 2;
            int element = random.Next(1, pitch);
            int angle = random.Next(BearingGeometry.LargestAngleMilliDegrees + 1);
            double ratio = (double)element / pitch * Math.Cos(angle * Math.PI / 180000);
            DetectorSettings orders = Orders(elements, element, pitch, angle);

            string bearing = $"{elements} x {element} on {pitch} at {angle}";
            Assert.That(orders.BpfoMilliOrders, Is.EqualTo(500.0 * elements * (1 - ratio)).Within(0.501), bearing);
            Assert.That(orders.BpfiMilliOrders, Is.EqualTo(500.0 * elements * (1 + ratio)).Within(0.501), bearing);
            Assert.That(orders.FtfMilliOrders, Is.EqualTo(500.0 * (1 - ratio)).Within(0.501), bearing);
            double spin = 500.0 * pitch / element * (1 - (ratio * ratio));
            Assert.That(orders.BsfMilliOrders, Is.EqualTo(spin).Within(0.501 + (spin * 1e-8)), bearing);
        }
    }

    [Test]
    public void The_cosine_is_good_to_a_hundred_millionth_at_every_tenth_of_a_degree()
    {
        for (int angle = 0; angle <= BearingGeometry.LargestAngleMilliDegrees; angle += 100)
        {
            Assert.That(BearingGeometry.Cosine(angle) / (double)(1 << 30), Is.EqualTo(Math.Cos(angle * Math.PI / 180000)).Within(1e-8), $"{angle}");
        }
    }

    [Test]
    public void Cage_and_races_belong_together()
    {
        // Without rounding n FTF = BPFO and BPFO + BPFI = n.
        DetectorSettings orders = Orders(16, 8407, 71501, 15170);

        Assert.That(orders.BpfoMilliOrders + orders.BpfiMilliOrders, Is.EqualTo(16000).Within(1));
        Assert.That(orders.FtfMilliOrders * 16, Is.EqualTo(orders.BpfoMilliOrders).Within(8));
    }

    [TestCase(2, 7938, 38500, 0)]
    [TestCase(201, 7938, 38500, 0)]
    [TestCase(9, 0, 38500, 0)]
    [TestCase(9, 38500, 38500, 0)]
    [TestCase(9, 7938, 2000001, 0)]
    [TestCase(9, 7938, 38500, -1)]
    [TestCase(9, 7938, 38500, 90001)]
    [TestCase(int.MinValue, int.MinValue, int.MinValue, int.MinValue)]
    [TestCase(int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue)]
    public void What_cannot_be_a_bearing_leaves_the_settings_alone(int elements, int element, int pitch, int angle)
    {
        var settings = new DetectorSettings { BpfoMilliOrders = 1, BpfiMilliOrders = 2, BsfMilliOrders = 3, FtfMilliOrders = 4 };

        Assert.That(BearingGeometry.Orders(elements, element, pitch, angle, settings), Is.False);
        Assert.That(
            (settings.BpfoMilliOrders, settings.BpfiMilliOrders, settings.BsfMilliOrders, settings.FtfMilliOrders), Is.EqualTo((1, 2, 3, 4)));
    }

    private static DetectorSettings Orders(int elements, int element, int pitch, int angle)
    {
        var settings = new DetectorSettings();
        Assert.That(BearingGeometry.Orders(elements, element, pitch, angle, settings), Is.True);
        return settings;
    }
}
