namespace DeviceTwin.SensorNode.Boards;

/// <summary>
/// A board as data: which sensor hangs on which pins, and what fits into its memory. Pins are GPIO numbers; buses and UARTs are
/// counted from 1, as nanoFramework does. What a board does not have is <see cref="None"/>.
/// The same facts stand in <c>hardware/boards</c>, one JSON file per board; tests hold the two equal.
/// </summary>
public sealed class BoardDescription
{
    /// <summary>A pin or bus that the board does not have.</summary>
    public const int None = -1;

    /// <summary>Reported as <c>board</c>.</summary>
    public string Name;

    /// <summary>Names of the nanoFramework firmware images for this board: the present one first, then what older releases called it.</summary>
    public string[] Images;

    /// <summary>The accelerometer: a word of <see cref="SensorName"/>.</summary>
    public string Accelerometer;

    /// <summary>Number of the SPI bus of the accelerometer.</summary>
    public int SpiBus = None;

    public int SpiMosi = None;
    public int SpiMiso = None;
    public int SpiClock = None;

    /// <summary>Chip select of the accelerometer.</summary>
    public int SpiSelect = None;

    /// <summary>SPI clock in hertz; the bus runs in mode 3.</summary>
    public int SpiHertz;

    /// <summary>Pin of the accelerometer's first interrupt line.</summary>
    public int AccelerometerInterrupt = None;

    /// <summary>The temperature sensor: a word of <see cref="SensorName"/>.</summary>
    public string TemperatureSensor;

    /// <summary>Number of the I2C bus of the temperature sensor.</summary>
    public int I2cBus = None;

    public int I2cData = None;
    public int I2cClock = None;

    /// <summary>I2C clock in hertz.</summary>
    public int I2cHertz;

    /// <summary>Address of the temperature sensor on its I2C bus, 7 bits.</summary>
    public int I2cAddress = None;

    /// <summary>Number of the UART that makes the 1-Wire bus of the temperature sensor (3 = COM3: nanoFramework fixes it on the ESP32).</summary>
    public int OneWireUart = None;

    /// <summary>Open-drain output onto the 1-Wire bus; joined with <see cref="OneWireReceive"/> outside the chip.</summary>
    public int OneWireTransmit = None;

    public int OneWireReceive = None;

    /// <summary>Number of the UART of the technician's serial port.</summary>
    public int SerialUart = None;

    public int SerialTransmit = None;
    public int SerialReceive = None;

    /// <summary>Status LED, lit by a high level.</summary>
    public int StatusLed = None;

    /// <summary>Button, pressed at a low level; the board pulls it up.</summary>
    public int Button = None;

    /// <summary>Nominal supply voltage in millivolts.</summary>
    public int SupplyMillivolt;

    /// <summary>Samples of the longest capture that fits into memory together with the detector's buffers.</summary>
    public int CaptureCapacity;

    /// <summary>The file system of boards with 4 MB of flash.</summary>
    public const int SmallFileSystemBytes = 256 * 1024;

    /// <summary>What of a file system is not for messages: settings, baseline, what the runtime keeps, and room for the new version of a file beside the old.</summary>
    public const int ReservedFileBytes = 64 * 1024;

    /// <summary>Bytes of the internal file system.</summary>
    public int FileSystemBytes = SmallFileSystemBytes;

    /// <summary>Bytes of messages that wait in memory.</summary>
    public int OutboxQueueBytes = 16384;

    /// <summary>Samples of the copy from which a waveform is sent; 0 where there is no memory for one.</summary>
    public int WaveformCapacity;

    /// <summary>Samples of the detector's window that fits into memory: 1024, 2048, 4096 or 8192.</summary>
    public int DetectorWindow;

    /// <summary>Whether there is memory for settings on trial.</summary>
    public bool HasTrial = true;

    /// <summary>Whether there is memory for a forest: its text, the text's way there, and a second one while it is replaced.</summary>
    public bool HasForest = true;

    /// <summary>Whether a firmware image is one of this board's.</summary>
    public bool RunsOn(string image)
    {
        for (int index = 0; index < Images.Length; index++)
        {
            if (Images[index] == image)
            {
                return true;
            }
        }

        return false;
    }
}
