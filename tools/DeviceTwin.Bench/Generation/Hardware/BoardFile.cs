using System.Text.Json;
using System.Text.Json.Serialization;

namespace DeviceTwin.Bench.Generation.Hardware;

/// <summary>A board as <c>hardware/boards/NAME.json</c> tells it; <c>hardware/README.md</c> says what each name means and in which unit.</summary>
public sealed record BoardFile(
    string Name,
    string Title,
    string Module,
    IReadOnlyList<string> Images,
    BoardMemory Memory,
    AccelerometerFacts Accelerometer,
    TemperatureFacts Temperature,
    SerialPins Serial,
    int Led,
    int Button,
    SupplyFacts Supply,
    AmbientFacts Ambient)
{
    /// <summary>The folder of the files, from the root of the checkout.</summary>
    public const string Folder = "hardware/boards";

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>All boards of a checkout by name; none where it has no such folder.</summary>
    /// <exception cref="ModelException">A file lacks a fact, has an unknown one, or is not named after its board.</exception>
    public static IReadOnlyList<BoardFile> All(string root)
    {
        string folder = Path.Combine(root, Folder);
        return Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(Load)]
            : [];
    }

    /// <summary>Reads one file.</summary>
    /// <exception cref="ModelException">See <see cref="All"/>.</exception>
    public static BoardFile Load(string path)
    {
        BoardFile board = Read<BoardFile>(path);
        if (board.Name != Path.GetFileNameWithoutExtension(path))
        {
            throw new ModelException($"{Path.GetFileName(path)} describes a board named '{board.Name}'");
        }

        return board.Temperature.I2c is null == board.Temperature.OneWire is null
            ? throw new ModelException($"{board.Name}: the temperature sensor hangs on i2c or on oneWire, one of them")
            : board;
    }

    /// <summary>Each pin with what it does, the name of its net in schematic and drawing, and whether the module drives it.</summary>
    public IEnumerable<BoardPin> Pins()
    {
        SpiPins spi = Accelerometer.Spi;
        yield return new("accelerometer.spi.select", "SPI_CS", spi.Select, true);
        yield return new("accelerometer.spi.clock", "SPI_SCK", spi.Clock, true);
        yield return new("accelerometer.spi.mosi", "SPI_MOSI", spi.Mosi, true);
        yield return new("accelerometer.spi.miso", "SPI_MISO", spi.Miso, false);
        yield return new("accelerometer.interrupt", "ACC_INT1", Accelerometer.Interrupt, false);
        if (Temperature.I2c is { } i2c)
        {
            yield return new("temperature.i2c.data", "I2C_SDA", i2c.Data, true);
            yield return new("temperature.i2c.clock", "I2C_SCL", i2c.Clock, true);
        }

        if (Temperature.OneWire is { } oneWire)
        {
            yield return new("temperature.oneWire.transmit", "ONE_WIRE", oneWire.Transmit, true);
            yield return new("temperature.oneWire.receive", "ONE_WIRE", oneWire.Receive, false);
        }

        yield return new("serial.transmit", "SERIAL_TX", Serial.Transmit, true);
        yield return new("serial.receive", "SERIAL_RX", Serial.Receive, false);
        yield return new("led", "STATUS_LED", Led, true);
        yield return new("button", "BUTTON", Button, false);
    }

    /// <summary>The board's name: what a test or a message calls it.</summary>
    public override string ToString() => Name;

    internal static T Read<T>(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllText(path), Options) ?? throw new ModelException($"{Path.GetFileName(path)} is empty");
        }
        catch (JsonException exception)
        {
            throw new ModelException($"{Path.GetFileName(path)}: {exception.Message}");
        }
    }
}

/// <summary>A pin of a board.</summary>
/// <param name="Role">Where it stands in the JSON, e.g. <c>accelerometer.spi.mosi</c>.</param>
/// <param name="Net">Name of its net.</param>
/// <param name="Gpio">GPIO number.</param>
/// <param name="Driven">Whether the module drives it, at least at times.</param>
public sealed record BoardPin(string Role, string Net, int Gpio, bool Driven);

/// <summary>Memory, and what of the firmware fits into it.</summary>
public sealed record BoardMemory(
    int FlashBytes,
    int PsramBytes,
    int CaptureSamples,
    int DetectorWindowSamples,
    int WaveformSamples,
    bool Trial,
    bool Forest,
    int FileSystemBytes,
    int OutboxQueueBytes);

/// <summary>The accelerometer with its pins and limits.</summary>
public sealed record AccelerometerFacts(
    string Sensor,
    SpiPins Spi,
    int Interrupt,
    int RateMilliHertz,
    IReadOnlyList<int> RangesG,
    int FifoWords,
    int NoiseNanoGPerRootHertz,
    int BandHertz,
    int MinimumCentiCelsius,
    int MaximumCentiCelsius,
    string Source);

/// <summary>An SPI bus, counted from 1.</summary>
public sealed record SpiPins(int Bus, int Mode, int ClockHertz, int Mosi, int Miso, int Clock, int Select);

/// <summary>The temperature sensor with its pins and limits.</summary>
public sealed record TemperatureFacts(
    string Sensor,
    int MinimumCentiCelsius,
    int MaximumCentiCelsius,
    int AccuracyCentiCelsius,
    string Source,
    I2cPins? I2c = null,
    OneWirePins? OneWire = null);

/// <summary>An I²C bus, counted from 1, with the sensor's address (7 bits).</summary>
public sealed record I2cPins(int Bus, int ClockHertz, int Address, int Data, int Clock);

/// <summary>A 1-Wire bus made by a UART, counted from 1.</summary>
public sealed record OneWirePins(int Uart, int Transmit, int Receive);

/// <summary>The technician's serial port on a UART, counted from 1.</summary>
public sealed record SerialPins(int Uart, int Transmit, int Receive);

/// <summary>The supply at the board's terminals.</summary>
public sealed record SupplyFacts(int NominalMillivolt, int MinimumMillivolt, int MaximumMillivolt, int PeakMilliwatt, int TypicalMilliwatt);

/// <summary>The air around the board, and the part that limits it.</summary>
public sealed record AmbientFacts(int MinimumCentiCelsius, int MaximumCentiCelsius, string LimitedBy);
