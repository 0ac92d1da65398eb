using DeviceTwin.SensorNode.Simulator.Machines;

namespace DeviceTwin.Tests.SensorNode.Simulator.Machines;

public class ThermalTests
{
    [Test]
    public void A_cold_machine_is_63_percent_up_after_one_time_constant()
    {
        FirstOrderThermal thermal = new(20, 50, 600, 0);
        Assert.That(thermal.At(0), Is.EqualTo(20).Within(1e-9));
        Assert.That(thermal.At(600), Is.EqualTo(20 + (50 * 0.63212)).Within(0.001));
        Assert.That(thermal.At(1e6), Is.EqualTo(70).Within(1e-6));
    }

    [Test]
    public void It_says_when_it_reaches_a_temperature()
    {
        FirstOrderThermal thermal = new(24, 82, 600, 0.3);
        Assert.That(thermal.At(thermal.Reaches(80)), Is.EqualTo(80).Within(1e-9));
        Assert.That(thermal.Reaches(107), Is.EqualTo(double.PositiveInfinity));
        Assert.That(thermal.Reaches(30), Is.Zero);
    }

    [Test]
    public void An_overheating_motor_passes_80_degrees_and_a_healthy_one_stays_warm()
    {
        IMachine hot = MachineFactory.Create(MachineKind.Overheating);
        IMachine healthy = MachineFactory.Create(MachineKind.Healthy);
        Assert.That(hot.TemperatureCelsius(0), Is.LessThan(55));
        Assert.That(hot.TemperatureCelsius(1000), Is.GreaterThan(80));
        Assert.That(healthy.TemperatureCelsius(0), Is.EqualTo(41).Within(1e-9));
        Assert.That(healthy.TemperatureCelsius(10000), Is.EqualTo(41).Within(1e-9));
    }
}
