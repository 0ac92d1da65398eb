using DeviceTwin.Bench.Generation.Hardware;
using DeviceTwin.SensorNode.Boards;

namespace DeviceTwin.Tests.Hardware.Boards;

/// <summary>The firmware's boards are those of <c>hardware/boards</c>, fact by fact.</summary>
public sealed class FirmwareTests
{
    [Test]
    public void Both_know_the_same_boards()
    {
        Assert.That(BoardCatalogue.All().Select(board => board.Name), Is.EquivalentTo(BoardFiles.All.Select(board => board.Name)));
    }

    [TestCaseSource(typeof(BoardFiles), nameof(BoardFiles.All))]
    public void Every_fact_is_the_same(BoardFile file)
    {
        BoardDescription board = BoardCatalogue.Named(file.Name);
        I2cPins? i2c = file.Temperature.I2c;
        OneWirePins? oneWire = file.Temperature.OneWire;

        // The names are the description's: a fact that is added there is missing here, and the test says so.
        var expected = new Dictionary<string, object?>
        {
            [nameof(board.Name)] = file.Name,
            [nameof(board.Images)] = file.Images.ToArray(),
            [nameof(board.Accelerometer)] = file.Accelerometer.Sensor,
            [nameof(board.SpiBus)] = file.Accelerometer.Spi.Bus,
            [nameof(board.SpiMosi)] = file.Accelerometer.Spi.Mosi,
            [nameof(board.SpiMiso)] = file.Accelerometer.Spi.Miso,
            [nameof(board.SpiClock)] = file.Accelerometer.Spi.Clock,
            [nameof(board.SpiSelect)] = file.Accelerometer.Spi.Select,
            [nameof(board.SpiHertz)] = file.Accelerometer.Spi.ClockHertz,
            [nameof(board.AccelerometerInterrupt)] = file.Accelerometer.Interrupt,
            [nameof(board.TemperatureSensor)] = file.Temperature.Sensor,
            [nameof(board.I2cBus)] = i2c?.Bus ?? BoardDescription.None,
            [nameof(board.I2cData)] = i2c?.Data ?? BoardDescription.None,
            [nameof(board.I2cClock)] = i2c?.Clock ?? BoardDescription.None,
            [nameof(board.I2cHertz)] = i2c?.ClockHertz ?? 0,
            [nameof(board.I2cAddress)] = i2c?.Address ?? BoardDescription.None,
            [nameof(board.OneWireUart)] = oneWire?.Uart ?? BoardDescription.None,
            [nameof(board.OneWireTransmit)] = oneWire?.Transmit ?? BoardDescription.None,
            [nameof(board.OneWireReceive)] = oneWire?.Receive ?? BoardDescription.None,
            [nameof(board.SerialUart)] = file.Serial.Uart,
            [nameof(board.SerialTransmit)] = file.Serial.Transmit,
            [nameof(board.SerialReceive)] = file.Serial.Receive,
            [nameof(board.StatusLed)] = file.Led,
            [nameof(board.Button)] = file.Button,
            [nameof(board.SupplyMillivolt)] = file.Supply.NominalMillivolt,
            [nameof(board.CaptureCapacity)] = file.Memory.CaptureSamples,
            [nameof(board.DetectorWindow)] = file.Memory.DetectorWindowSamples,
            [nameof(board.WaveformCapacity)] = file.Memory.WaveformSamples,
            [nameof(board.HasTrial)] = file.Memory.Trial,
            [nameof(board.HasForest)] = file.Memory.Forest,
            [nameof(board.FileSystemBytes)] = file.Memory.FileSystemBytes,
            [nameof(board.OutboxQueueBytes)] = file.Memory.OutboxQueueBytes,
        };
        var facts = typeof(BoardDescription).GetFields().Where(field => !field.IsLiteral).ToDictionary(field => field.Name, field => field.GetValue(board));

        Assert.That(facts, Is.EquivalentTo(expected));
    }

    [TestCaseSource(typeof(BoardFiles), nameof(BoardFiles.All))]
    public void Each_firmware_image_leads_to_its_board(BoardFile file)
    {
        Assert.That(file.Images.Select(image => BoardCatalogue.ForTarget(image)?.Name), Has.All.EqualTo(file.Name));
    }

    [TestCase("ESP32_S3_QUAD")]
    [TestCase("")]
    [TestCase(null)]
    public void An_image_of_no_board_is_not_guessed(string? image)
    {
        Assert.That(BoardCatalogue.ForTarget(image), Is.Null);
    }

    [Test]
    public void A_board_nobody_knows_has_no_description()
    {
        Assert.That(BoardCatalogue.Named("esp32-devkitc-wrover-e"), Is.Null);
    }

    [Test]
    public void The_sensors_of_all_boards_have_a_word()
    {
        var words = typeof(SensorName).GetFields().Select(field => (string)field.GetRawConstantValue()!).ToArray();

        Assert.That(BoardFiles.All.SelectMany(board => new[] { board.Accelerometer.Sensor, board.Temperature.Sensor }).Distinct(), Is.EquivalentTo(words));
    }
}
