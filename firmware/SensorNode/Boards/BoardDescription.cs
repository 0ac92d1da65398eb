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

    /// <summary>Number of the UART of the technician's serial port; -1 where there is none.</summary>
    public int SerialUart = -1;

    public int SerialTransmit = -1;
    public int SerialReceive = -1;

    /// <summary>Samples of the longest capture that fits into memory together with the detector's buffers.</summary>
    public int CaptureCapacity;

    /// <summary>Samples of the detector's window that fits into memory: 1024, 2048, 4096 or 8192.</summary>
    public int DetectorWindow;
}
