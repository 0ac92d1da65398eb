using DeviceTwin.SensorNode.Recordings;
using DeviceTwin.SensorNode.Simulator.Machines;

namespace DeviceTwin.Tests.SensorNode.Simulator.Machines;

public class BearingGeometryTests
{
    [Test]
    public void A_6205_at_1800_rpm_has_the_frequencies_of_the_textbooks()
    {
        // 9 balls of 7.938 mm on 38.5 mm, 30 Hz: the usual test vector of bearing calculators.
        BearingGeometry bearing = BearingGeometry.Type6205;
        Assert.That(bearing.Bpfo * 30, Is.EqualTo(107.17).Within(0.01));
        Assert.That(bearing.Bpfi * 30, Is.EqualTo(162.83).Within(0.01));
        Assert.That(bearing.Bsf * 30, Is.EqualTo(69.66).Within(0.01));
        Assert.That(bearing.Ftf * 30, Is.EqualTo(11.91).Within(0.01));
        Assert.That(bearing.Orders, Is.EqualTo(new BearingOrders(3572, 5428, 2322, 397)));
    }

    [Test]
    public void Every_ball_passes_both_races_once_per_turn_of_the_cage_against_them()
    {
        foreach (BearingGeometry bearing in new[] { BearingGeometry.Type6205, BearingGeometry.Type6309, new BearingGeometry(12, 10, 60, 15) })
        {
            Assert.That(bearing.Bpfo + bearing.Bpfi, Is.EqualTo(bearing.Balls).Within(1e-12));
            Assert.That(bearing.Bpfo, Is.EqualTo(bearing.Balls * bearing.Ftf).Within(1e-12));
        }
    }
}
