namespace DeviceTwin.SensorNode.Acquisition;

/// <summary>
/// Addresses and bit fields of the ST IIS3DWB that the driver touches (data sheet DS12569, register map;
/// same names and values as in ST's reference driver iis3dwb_reg.h).
/// </summary>
internal static class Iis3dwbRegisters
{
    /// <summary>First bit of an SPI transfer: 1 = read.</summary>
    public const byte ReadFlag = 0x80;

    public const byte FifoCtrl1 = 0x07;
    public const byte FifoCtrl2 = 0x08;
    public const byte FifoCtrl3 = 0x09;
    public const byte FifoCtrl4 = 0x0A;
    public const byte WhoAmI = 0x0F;
    public const byte Ctrl1Xl = 0x10;
    public const byte Ctrl3C = 0x12;
    public const byte Ctrl4C = 0x13;
    public const byte FifoStatus1 = 0x3A;
    public const byte InternalFreqFine = 0x63;
    public const byte FifoDataOutTag = 0x78;

    /// <summary>Content of WHO_AM_I.</summary>
    public const byte DeviceId = 0x7B;

    /// <summary>CTRL3_C: software reset; clears itself when done.</summary>
    public const byte SwReset = 0x01;

    /// <summary>CTRL3_C: the address moves on within a burst.</summary>
    public const byte IfInc = 0x04;

    /// <summary>CTRL3_C: output registers stay until both bytes are read.</summary>
    public const byte Bdu = 0x40;

    /// <summary>CTRL4_C: the I2C interface is off, so bus noise cannot address the part.</summary>
    public const byte I2cDisable = 0x04;

    /// <summary>CTRL1_XL, XL_EN = 101b: accelerometer on at 26.7 kHz.</summary>
    public const byte XlEnable = 0xA0;

    /// <summary>FIFO_CTRL3, BDR_XL = 1010b: every acceleration sample goes into the FIFO.</summary>
    public const byte BatchEverySample = 0x0A;

    /// <summary>FIFO_CTRL4, FIFO_MODE = 000b: FIFO off and emptied.</summary>
    public const byte FifoBypass = 0x00;

    /// <summary>FIFO_CTRL4, FIFO_MODE = 110b: continuous, the newest sample overwrites the oldest.</summary>
    public const byte FifoContinuous = 0x06;

    /// <summary>FIFO_STATUS2: high bits of DIFF_FIFO.</summary>
    public const byte LevelHighMask = 0x03;

    /// <summary>FIFO_STATUS2: FIFO_OVR_IA (bit 6) or FIFO_OVR_LATCHED (bit 3).</summary>
    public const byte OverrunMask = 0x48;
}
