using DeviceTwin.Bench.Generation;
using DeviceTwin.Bench.Generation.Hardware;

namespace DeviceTwin.Tests.Hardware.Boards;

/// <summary>The pins of a board are such as its module can spare, and its limits those of its weakest part.</summary>
public sealed class PinTests
{
    [TestCaseSource(typeof(BoardFiles), nameof(BoardFiles.All))]
    public void No_pin_has_two_duties(BoardFile board)
    {
        Assert.That(board.Pins().Select(pin => pin.Gpio), Is.Unique);
    }

    [TestCaseSource(typeof(BoardFiles), nameof(BoardFiles.All))]
    public void Every_pin_comes_out_of_the_module(BoardFile board)
    {
        Assert.That(board.Pins().Select(pin => pin.Gpio), Is.SubsetOf(Module(board).GpioToPad.Keys));
    }

    [TestCaseSource(typeof(BoardFiles), nameof(BoardFiles.All))]
    public void No_pin_belongs_to_memory_usb_or_the_debugger(BoardFile board)
    {
        Assert.That(board.Pins().Select(pin => pin.Gpio).Intersect(Module(board).Taken.SelectMany(taken => taken.Pins)), Is.Empty);
    }

    [TestCaseSource(typeof(BoardFiles), nameof(BoardFiles.All))]
    public void No_part_decides_how_the_chip_starts(BoardFile board)
    {
        Assert.That(board.Pins().Select(pin => pin.Gpio).Intersect(Module(board).Strapping), Is.Empty);
    }

    [TestCaseSource(typeof(BoardFiles), nameof(BoardFiles.All))]
    public void No_output_is_on_a_pin_that_only_listens(BoardFile board)
    {
        Assert.That(board.Pins().Where(pin => pin.Driven).Select(pin => pin.Gpio).Intersect(Module(board).InputOnly), Is.Empty);
    }

    [Test]
    public void No_pad_of_a_module_is_named_twice()
    {
        foreach (ModuleFile module in BoardFiles.Modules.Values)
        {
            Assert.That(module.GpioToPad.Values, Is.Unique, module.Name);
        }
    }

    [Test]
    public void A_firmware_image_belongs_to_one_board()
    {
        Assert.That(BoardFiles.All.SelectMany(board => board.Images), Is.Unique);
    }

    [TestCaseSource(typeof(BoardFiles), nameof(BoardFiles.All))]
    public void Buses_run_no_faster_than_their_sensors(BoardFile board)
    {
        Assert.That(board.Accelerometer.Spi.ClockHertz, Is.InRange(1, 10000000), "ST DS12569, DS13012: SPI clock");
        Assert.That(board.Accelerometer.Spi.Mode, Is.EqualTo(3));
        if (board.Temperature.I2c is { } i2c)
        {
            Assert.That(i2c.ClockHertz, Is.InRange(1, 400000), "Microchip DS25095: I2C clock");
            Assert.That(i2c.Address, Is.InRange(0x18, 0x1F));
        }

        if (board.Temperature.OneWire is { } oneWire)
        {
            Assert.That(oneWire.Uart, Is.EqualTo(3), "nanoFramework's 1-Wire on the ESP32 is UART 2, COM3");
            Assert.That(new[] { oneWire.Transmit, oneWire.Receive }, Has.None.EqualTo(16).And.None.EqualTo(17), "direct pins of UART 2 bypass the open drain");
            Assert.That(board.Serial.Uart, Is.Not.EqualTo(oneWire.Uart));
        }

        Assert.That(board.Serial.Uart, Is.GreaterThan(1), "COM1 is nanoFramework's own");
    }

    [TestCaseSource(typeof(BoardFiles), nameof(BoardFiles.All))]
    public void The_air_is_no_hotter_than_a_part_stands(BoardFile board)
    {
        Assert.That(board.Ambient.MaximumCentiCelsius, Is.LessThanOrEqualTo(Math.Min(board.Accelerometer.MaximumCentiCelsius, board.Temperature.MaximumCentiCelsius)));
        Assert.That(board.Ambient.MinimumCentiCelsius, Is.GreaterThanOrEqualTo(Math.Max(board.Accelerometer.MinimumCentiCelsius, board.Temperature.MinimumCentiCelsius)));
        Assert.That(board.Supply.NominalMillivolt, Is.InRange(board.Supply.MinimumMillivolt, board.Supply.MaximumMillivolt));
        Assert.That(board.Supply.TypicalMilliwatt, Is.LessThan(board.Supply.PeakMilliwatt));
    }

    [TestCase("\"led\": 21,", "", "led")]
    [TestCase("\"led\": 21,", "\"led\": 21, \"lamp\": 3,", "lamp")]
    [TestCase("\"name\": \"esp32-s3-devkitc-1-n8r8\"", "\"name\": \"another\"", "describes a board named 'another'")]
    [TestCase("\"i2c\": { \"bus\": 1, \"clockHertz\": 400000, \"address\": 24, \"data\": 8, \"clock\": 9 },", "", "on i2c or on oneWire, one of them")]
    public void A_file_with_a_missing_an_unknown_or_a_contradicting_fact_is_refused(string committed, string changed, string says)
    {
        string folder = Directory.CreateTempSubdirectory("devicetwin-hardware-").FullName;
        try
        {
            string name = BoardFiles.OfTheSchematic.Name + ".json";
            string text = File.ReadAllText(TestFiles.InRepository($"{BoardFile.Folder}/{name}"));
            Assume.That(text, Does.Contain(committed));
            File.WriteAllText(Path.Combine(folder, name), text.Replace(committed, changed));

            Assert.That(() => BoardFile.Load(Path.Combine(folder, name)), Throws.TypeOf<ModelException>().With.Message.Contains(says));
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    private static ModuleFile Module(BoardFile board) => BoardFiles.Modules[board.Module];
}
