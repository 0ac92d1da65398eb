using DeviceTwin.SensorNode.Acquisition;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.Tests.SensorNode.Simulator.Board;

namespace DeviceTwin.Tests.SensorNode.Simulator.Acquisition;

/// <summary>MCP9808 driver and the temperature room, against the register model.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class TemperatureTests
{
    private readonly SimulatedClock _clock = new();
    private readonly TestMachine _machine = TestMachine.Still();
    private readonly Mcp9808Model _model;
    private readonly Mcp9808Sensor _sensor;
    private readonly TemperatureAcquisition _room;

    public TemperatureTests()
    {
        _model = new Mcp9808Model(_clock, _machine);
        _sensor = new Mcp9808Sensor(SimulatedBus.I2c(_model));
        _room = new TemperatureAcquisition(_sensor);
    }

    [TestCase(25.25, 2525)]
    [TestCase(80.0, 8000)]
    [TestCase(0.0, 0)]
    [TestCase(0.0625, 6)]
    [TestCase(-0.0625, -6)]
    [TestCase(-12.5, -1250)]
    [TestCase(125.0, 12500)]
    [TestCase(-40.0, -4000)]
    public void A_temperature_is_read_in_hundredths_of_a_degree(double celsius, int centiCelsius)
    {
        _machine.Celsius = celsius;
        Assert.That(_sensor.Read(), Is.EqualTo(AcquisitionFault.None));
        Assert.That(_sensor.CentiCelsius(), Is.EqualTo(centiCelsius));
    }

    [TestCase(126.0)]
    [TestCase(-41.0)]
    public void A_temperature_the_part_cannot_measure_is_refused(double celsius)
    {
        _machine.Celsius = celsius;
        Assert.That(AcquisitionFault.Word(_sensor.Read()), Is.EqualTo("implausibleValue"));
    }

    [Test]
    public void Any_silicon_revision_is_accepted_and_another_maker_is_not()
    {
        _model.Revision = 3;
        Assert.That(_sensor.Identify(), Is.EqualTo(AcquisitionFault.None));
        _model.Manufacturer = 0x0104;
        Assert.That(AcquisitionFault.Word(_sensor.Identify()), Is.EqualTo("wrongDevice"));
    }

    [Test]
    public void The_room_reads_in_its_rhythm()
    {
        _room.Plan(30);
        Assert.That(_room.CentiCelsius(), Is.EqualTo(TemperatureAcquisition.Unknown), "before the first reading");
        Assert.That(_room.Step(100), Is.EqualTo(30_100));
        Assert.That(_room.CentiCelsius(), Is.EqualTo(2000));
        _machine.Celsius = 40;
        _clock.AdvanceToMs(29_000);
        Assert.That(_room.Step(29_000), Is.EqualTo(30_100));
        Assert.That(_room.CentiCelsius(), Is.EqualTo(2000), "not due");
        _room.Plan(10);
        Assert.That(_room.Step(29_000), Is.EqualTo(39_000));
        Assert.That(_room.CentiCelsius(), Is.EqualTo(4000));
    }

    [Test]
    public void A_sensor_off_the_bus_is_no_temperature_and_one_that_returns_is_found()
    {
        _room.Step(0);
        _model.Absent = true;
        _clock.AdvanceToMs(30_000);
        Assert.That(_room.Step(30_000), Is.EqualTo(35_000), "tried again sooner than the plan");
        Assert.That(_room.CentiCelsius(), Is.EqualTo(TemperatureAcquisition.Unknown));
        Assert.That(AcquisitionFault.Word(_room.Fault()), Is.EqualTo("busFailure"));
        _model.Absent = false;
        _clock.AdvanceToMs(35_000);
        _room.Step(35_000);
        Assert.That((_room.CentiCelsius(), _room.Fault()), Is.EqualTo((2000, AcquisitionFault.None)));
    }

    [Test]
    public void Another_chip_at_the_address_is_no_temperature()
    {
        _model.Manufacturer = 0x1234;
        _room.Step(0);
        Assert.That(_room.CentiCelsius(), Is.EqualTo(TemperatureAcquisition.Unknown));
        Assert.That(AcquisitionFault.Word(_room.Fault()), Is.EqualTo("wrongDevice"));
    }

    [TestCase(StuckLine.Low)]
    [TestCase(StuckLine.High)]
    public void A_data_line_that_does_not_move_is_no_temperature_and_found_again(StuckLine line)
    {
        _model.Sda = line;
        _room.Step(0);
        Assert.That((_room.CentiCelsius(), AcquisitionFault.Word(_room.Fault())), Is.EqualTo((TemperatureAcquisition.Unknown, "busFailure")));
        _model.Sda = StuckLine.None;
        _model.DataOut = line;
        _clock.AdvanceToMs(5000);
        _room.Step(5000);
        Assert.That((_room.CentiCelsius(), AcquisitionFault.Word(_room.Fault())), Is.EqualTo((TemperatureAcquisition.Unknown, "lineStuck")));
        _model.DataOut = StuckLine.None;
        _clock.AdvanceToMs(10_000);
        _room.Step(10_000);
        Assert.That((_room.CentiCelsius(), _room.Fault()), Is.EqualTo((2000, AcquisitionFault.None)));
    }

    [Test]
    public void A_bus_that_does_not_answer_holds_the_host_up_for_as_long_as_its_driver_waits()
    {
        Mcp9808Sensor sensor = new(SimulatedBus.I2c(new TimedI2c(_model, _clock, new HostTiming())));
        sensor.Read();
        Assert.That(_clock.NowMicroseconds, Is.LessThan(500));
        _model.Sda = StuckLine.Low;
        sensor.Read();
        Assert.That(_clock.NowMicroseconds, Is.GreaterThan(1_000_000));
    }
}
