namespace DeviceTwin.SensorNode.Boards;

/// <summary>A board as data: which sensor hangs on which pins, and what fits into its memory.</summary>
public sealed class BoardDescription
{
    /// <summary>Reported as <c>board</c>.</summary>
    public string Name;

    /// <summary>Name of the nanoFramework firmware image for this board.</summary>
    public string Target;

    /// <summary>Number of the SPI bus of the accelerometer, as nanoFramework counts.</summary>
    public int SpiBus;

    public int SpiMosi;
    public int SpiMiso;
    public int SpiClock;

    /// <summary>Chip select of the accelerometer.</summary>
    public int SpiSelect;

    /// <summary>Number of the I2C bus of the temperature sensor, as nanoFramework counts.</summary>
    public int I2cBus;

    public int I2cData;
    public int I2cClock;

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
}
