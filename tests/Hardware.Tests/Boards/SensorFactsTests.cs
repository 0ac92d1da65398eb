using System.Reflection;
using DeviceTwin.Bench.Generation.Hardware;
using DeviceTwin.SensorNode.Acquisition;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Tests.Hardware.Boards;

/// <summary>What the board files say of a sensor is what its driver computes with.</summary>
public sealed class SensorFactsTests
{
    private static readonly Assembly Firmware = typeof(Iis3dwb).Assembly;

    private static IEnumerable<BoardFile> DrivenBoards => BoardFiles.All.Where(board => Driver(board) is not null);

    [TestCaseSource(nameof(DrivenBoards))]
    public void Rate_fifo_and_noise_are_those_of_the_driver(BoardFile board)
    {
        Type driver = Driver(board)!;

        Assert.Multiple(() =>
        {
            Assert.That(Constant(driver, "NominalRateMilliHertz"), Is.EqualTo(board.Accelerometer.RateMilliHertz));
            Assert.That(Constant(driver, "FifoWords"), Is.EqualTo(board.Accelerometer.FifoWords));
            Assert.That(Constant(driver, "NoiseNanoGPerRootHertz"), Is.EqualTo(board.Accelerometer.NoiseNanoGPerRootHertz));
        });
    }

    [TestCaseSource(nameof(DrivenBoards))]
    public void The_driver_has_every_range_and_no_other(BoardFile board)
    {
        MethodInfo weight = Driver(board)!.GetMethod("MicroGPerCount", [typeof(int)])!;

        Assert.That(Enumerable.Range(0, 65).Where(range => (int)weight.Invoke(null, [range])! != 0), Is.EqualTo(board.Accelerometer.RangesG));
    }

    [Test]
    public void The_first_board_has_a_driver()
    {
        Assert.That(DrivenBoards.Select(board => board.Name), Does.Contain(BoardFiles.OfTheSchematic.Name));
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

    // A driver is named after its part.
    private static Type? Driver(BoardFile board) =>
        Firmware.GetTypes().SingleOrDefault(type => type.Namespace == typeof(Iis3dwb).Namespace && type.Name.Equals(board.Accelerometer.Sensor, StringComparison.OrdinalIgnoreCase));

    private static object? Constant(Type driver, string name) => driver.GetField(name)?.GetRawConstantValue();
}
