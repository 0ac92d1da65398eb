using DeviceTwin.SensorNode.Acquisition;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.Tests.SensorNode.Simulator.Board;

namespace DeviceTwin.Tests.SensorNode.Simulator.Acquisition;

/// <summary>DS18B20 driver and the temperature room, against the model of the part, bit by bit.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class Ds18b20Tests
{
    private readonly SimulatedClock _clock = new();
    private readonly TestMachine _machine = TestMachine.Still();
    private readonly Ds18b20Model _model;
    private readonly Ds18b20Sensor _sensor;
    private readonly TemperatureAcquisition _room;

    public Ds18b20Tests()
    {
        _model = new Ds18b20Model(_clock, _machine);
        _sensor = new Ds18b20Sensor(SimulatedBus.OneWire(_model));
        _room = new TemperatureAcquisition(_sensor);
        _room.Plan(30);
    }

    [TestCase(25.0625, 2506)]
    [TestCase(125.0, 12500)]
    [TestCase(10.125, 1013)]
    [TestCase(0.5, 50)]
    [TestCase(0.0, 0)]
    [TestCase(-0.5, -50)]
    [TestCase(-10.125, -1013)]
    [TestCase(-25.0625, -2506)]
    [TestCase(-40.0, -4000)]
    [TestCase(-55.0, -5500)]
    public void The_table_of_the_data_sheet_is_read_in_hundredths_of_a_degree(double celsius, int centiCelsius)
    {
        _machine.Celsius = celsius;
        RunTo(800);
        Assert.That((_room.CentiCelsius(), _room.Fault()), Is.EqualTo((centiCelsius, AcquisitionFault.None)));
    }

    [Test]
    public void A_reading_starts_in_one_step_and_ends_in_a_later_one()
    {
        Assert.That(_room.Step(0), Is.EqualTo(751));
        Assert.That(_room.CentiCelsius(), Is.EqualTo(TemperatureAcquisition.Unknown));
        _clock.AdvanceToMs(500);
        Assert.That(_room.Step(500), Is.EqualTo(751), "too early");
        _clock.AdvanceToMs(751);
        Assert.That(_room.Step(751), Is.EqualTo(30_000));
        Assert.That(_room.CentiCelsius(), Is.EqualTo(2000));
    }

    [Test]
    public void Every_fault_has_its_word_and_is_over_when_it_is_over()
    {
        (string Word, Action Harm, Action Mend)[] faults =
        [
            ("busFailure", () => _model.Absent = true, () => _model.Absent = false),
            ("lineStuck", () => _model.Shorted = true, () => _model.Shorted = false),
            ("checksumWrong", () => _model.Noisy = true, () => _model.Noisy = false),
            ("wrongDevice", () => _model.Family = 0x10, () => _model.Family = 0x28),
        ];
        long now = RunTo(800);
        foreach ((string word, Action harm, Action mend) in faults)
        {
            Assert.That(_room.CentiCelsius(), Is.EqualTo(2000));
            harm();
            now = RunTo(now + 60_000);
            Assert.That((AcquisitionFault.Word(_room.Fault()), _room.CentiCelsius()),
                Is.EqualTo((word == "wrongDevice" ? "none" : word, word == "wrongDevice" ? 2000 : TemperatureAcquisition.Unknown)),
                "a part is asked for its name after a fault only");
            if (word == "wrongDevice")
            {
                _model.Absent = true;
                now = RunTo(now + 40_000);
                _model.Absent = false;
                now = RunTo(now + 10_000);
                Assert.That(AcquisitionFault.Word(_room.Fault()), Is.EqualTo("wrongDevice"));
            }

            mend();
            now = RunTo(now + 10_000);
        }

        Assert.That((_room.CentiCelsius(), _room.Fault()), Is.EqualTo((2000, AcquisitionFault.None)));
    }

    [Test]
    public void The_85_degrees_of_a_part_that_lost_its_supply_are_no_temperature()
    {
        _room.Step(0);
        _clock.AdvanceToMs(400);
        _model.LosePower();
        _clock.AdvanceToMs(751);
        _room.Step(751);
        Assert.That((AcquisitionFault.Word(_room.Fault()), _room.CentiCelsius()), Is.EqualTo(("implausibleValue", TemperatureAcquisition.Unknown)));
        RunTo(10_000);
        Assert.That((_room.CentiCelsius(), _room.Fault()), Is.EqualTo((2000, AcquisitionFault.None)));
    }

    [TestCase(79.9375, "implausibleValue")]
    [TestCase(80.0, "none")]
    [TestCase(90.0, "none")]
    [TestCase(90.0625, "implausibleValue")]
    public void Exactly_85_degrees_count_on_a_machine_that_was_near_it(double before, string word)
    {
        _machine.Celsius = before;
        RunTo(800);
        _machine.Celsius = 85;
        RunTo(31_000);
        Assert.That(AcquisitionFault.Word(_room.Fault()), Is.EqualTo(word));
    }

    [TestCase(84.9375, 8494)]
    [TestCase(85.0625, 8506)]
    public void Next_to_85_degrees_everything_counts(double celsius, int centiCelsius)
    {
        _machine.Celsius = celsius;
        RunTo(800);
        Assert.That(_room.CentiCelsius(), Is.EqualTo(centiCelsius));
    }

    [Test]
    public void A_part_that_does_not_take_its_resolution_is_refused()
    {
        OneWireMessage(0x4E, 0, 0, 0x1F);
        _model.Deaf = true;
        Assert.That(AcquisitionFault.Word(_sensor.Identify()), Is.EqualTo("configurationNotHeld"));
        _model.Deaf = false;
        Assert.That(_sensor.Identify(), Is.EqualTo(AcquisitionFault.None), "9 bits are set to 12");
    }

    [Test]
    public void A_reading_makes_no_object()
    {
        RunTo(800);
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        _sensor.StartReading();
        long made = GC.GetAllocatedBytesForCurrentThread() - bytes;
        Assert.That(made, Is.Zero);
    }

    [Test]
    public void A_reading_takes_9_ms_of_the_line_and_a_new_acquaintance_21()
    {
        Ds18b20Sensor sensor = new(SimulatedBus.OneWire(new TimedOneWire(_model, _clock, new HostTiming())));
        sensor.StartReading();
        long started = _clock.NowMicroseconds;
        sensor.Read();
        Assert.That((started, _clock.NowMicroseconds - started), Is.EqualTo((1042 + (16 * 87L), 1042 + (88 * 87L))));
        started = _clock.NowMicroseconds;
        sensor.Identify();
        Assert.That(_clock.NowMicroseconds - started, Is.LessThan(21_000));
    }

    private long RunTo(long untilMs)
    {
        long now = _clock.UptimeMs();
        while (now < untilMs)
        {
            long next = _room.Step(now);
            now = Math.Min(Math.Max(next, now + 1), untilMs);
            _clock.AdvanceToMs(now);
        }

        _room.Step(now);
        return now;
    }

    private void OneWireMessage(params byte[] bytes)
    {
        var line = SimulatedBus.OneWire(_model);
        line.TouchReset();
        line.WriteByte(0xCC);
        foreach (byte value in bytes)
        {
            line.WriteByte(value);
        }
    }
}
