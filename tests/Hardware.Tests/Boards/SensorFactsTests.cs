using DeviceTwin.Bench.Generation.Hardware;
using DeviceTwin.SensorNode;
using DeviceTwin.SensorNode.Acquisition;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.SensorNode.Simulator.Machines;

namespace DeviceTwin.Tests.Hardware.Boards;

/// <summary>What the board files say of a sensor is what its driver computes with, and the simulator has the part.</summary>
public sealed class SensorFactsTests
{
    private static readonly SimulatedBoard[] Simulated = [Simulate(null), Simulate(new Ism330dhcxModelOptions())];

    [TestCaseSource(typeof(BoardFiles), nameof(BoardFiles.All))]
    public void The_simulator_has_a_board_with_these_sensors(BoardFile board)
    {
        Assert.That(Simulated.Count(candidate => IsOf(candidate, board)), Is.EqualTo(1));
    }

    [TestCaseSource(typeof(BoardFiles), nameof(BoardFiles.All))]
    public void Rate_and_noise_are_those_of_the_driver(BoardFile board)
    {
        DeviceTwin.SensorNode.Acquisition.AccelerometerFacts facts = Driver(board).Facts();

        Assert.Multiple(() =>
        {
            Assert.That(facts.NominalRateMilliHertz, Is.EqualTo(board.Accelerometer.RateMilliHertz));
            Assert.That(facts.NoiseNanoGPerRootHertz, Is.EqualTo(board.Accelerometer.NoiseNanoGPerRootHertz));
        });
    }

    [TestCaseSource(typeof(BoardFiles), nameof(BoardFiles.All))]
    public void The_fifo_is_that_of_the_driver_and_lasts_as_long_as_it_says(BoardFile board)
    {
        Assert.That(board.Accelerometer.FifoWords, Is.EqualTo(StAccelerometer.FifoWords));
        Assert.That(board.Accelerometer.FifoWords * 1000000L / board.Accelerometer.RateMilliHertz, Is.EqualTo(Driver(board).Facts().FifoMilliseconds));
    }

    [TestCaseSource(typeof(BoardFiles), nameof(BoardFiles.All))]
    public void The_driver_has_every_range_and_no_other(BoardFile board)
    {
        IAccelerometer driver = Driver(board);

        Assert.That(Enumerable.Range(0, 65).Where(range => driver.MicroGPerCount(range) != 0), Is.EqualTo(board.Accelerometer.RangesG));
    }

    [TestCaseSource(typeof(BoardFiles), nameof(BoardFiles.All))]
    public void The_thermometer_has_a_driver(BoardFile board)
    {
        SimulatedBoard simulated = Simulated.Single(candidate => IsOf(candidate, board));

        Assert.That(SensorCatalogue.Thermometer(board.Temperature.Sensor, simulated.TemperatureBus, simulated.TemperatureLine), Is.Not.Null);
    }

    [TestCaseSource(typeof(BoardFiles), nameof(BoardFiles.All))]
    public void Captures_and_windows_are_such_as_the_firmware_takes(BoardFile board)
    {
        Assert.That(board.Memory.CaptureSamples, Is.InRange(1, CapturePlan.MaximumSamples));
        Assert.That(board.Memory.DetectorWindowSamples, Is.AnyOf(1024, 2048, 4096, Detector.LongestWindow));
        Assert.That(board.Memory.CaptureSamples, Is.GreaterThanOrEqualTo(board.Memory.DetectorWindowSamples));
    }

    [TestCaseSource(typeof(BoardFiles), nameof(BoardFiles.All))]
    public void The_band_ends_below_half_the_rate(BoardFile board)
    {
        Assert.That(board.Accelerometer.BandHertz, Is.LessThan(board.Accelerometer.RateMilliHertz / 2000));
    }

    private static IAccelerometer Driver(BoardFile board) =>
        SensorCatalogue.Accelerometer(board.Accelerometer.Sensor, Simulated.Single(candidate => IsOf(candidate, board)).AccelerometerBus);

    private static SimulatedBoard Simulate(AccelerometerModelOptions? sensor) =>
        new(MachineFactory.Create(MachineKind.Healthy), new SimulatedClock(0), sensor);

    private static bool IsOf(SimulatedBoard simulated, BoardFile board) =>
        simulated.AccelerometerWord == board.Accelerometer.Sensor && simulated.TemperatureWord == board.Temperature.Sensor;
}
