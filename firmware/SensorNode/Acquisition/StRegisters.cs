namespace DeviceTwin.SensorNode.Acquisition;

/// <summary>
/// Addresses and bit fields of ST's FIFO accelerometers that the driver touches. IIS3DWB (data sheet DS12569) and ISM330DHCX (DS13012)
/// have the same ones here; names and values are also those of ST's reference drivers iis3dwb_reg.h and ism330dhcx_reg.h.
/// </summary>
internal static class StRegisters
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
    public const byte Ctrl5C = 0x14;
    public const byte Ctrl8Xl = 0x17;
    public const byte Ctrl9Xl = 0x18;
    public const byte WakeUpSrc = 0x1B;
    public const byte StatusReg = 0x1E;
    public const byte OutXLow = 0x28;
    public const byte FifoStatus1 = 0x3A;
    public const byte SlopeEn = 0x56;
    public const byte InterruptsEn = 0x58;
    public const byte WakeUpThs = 0x5B;
    public const byte WakeUpDur = 0x5C;
    public const byte InternalFreqFine = 0x63;
    public const byte FifoDataOutTag = 0x78;

    /// <summary>CTRL1_XL: accelerometer on at its highest rate (IIS3DWB XL_EN = 101b, ISM330DHCX ODR_XL = 1010b).</summary>
    public const byte FullRate = 0xA0;

    /// <summary>CTRL1_XL, FS_XL = 10b: 4 g, the range of the self-test.</summary>
    public const byte Range4G = 0x08;

    /// <summary>CTRL3_C: software reset; clears itself when done.</summary>
    public const byte SwReset = 0x01;

    /// <summary>CTRL3_C: the address moves on within a burst.</summary>
    public const byte IfInc = 0x04;

    /// <summary>CTRL3_C: output registers stay until both bytes are read.</summary>
    public const byte Bdu = 0x40;

    /// <summary>CTRL4_C: the I2C interface is off, so bus noise cannot address the part.</summary>
    public const byte I2cDisable = 0x04;

    /// <summary>CTRL5_C, ST_XL = 01b: the stimulus pushes up.</summary>
    public const byte StimulusUp = 0x01;

    /// <summary>CTRL5_C, ST_XL = 10b: the stimulus pushes down.</summary>
    public const byte StimulusDown = 0x02;

    /// <summary>CTRL8_XL, HPCF_XL = 100b: the high-pass before the wake-up logic lies at a hundredth of the output rate.</summary>
    public const byte HighPassHundredth = 0x80;

    /// <summary>CTRL9_XL of the ISM330DHCX: its defaults and DEVICE_CONF, which the data sheet wants set.</summary>
    public const byte DeviceConf = 0xE2;

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

    /// <summary>FIFO_STATUS2: bit 2 does not exist and reads 0.</summary>
    public const byte StatusUnused = 0x04;

    /// <summary>STATUS_REG, XLDA: a new acceleration sample.</summary>
    public const byte NewSample = 0x01;

    /// <summary>SLOPE_EN / TAP_CFG0: LIR latches what woke up until it is read; SLOPE_FDS takes the high-pass instead of the slope.</summary>
    public const byte LatchedHighPass = 0x11;

    /// <summary>INTERRUPTS_EN / TAP_CFG2, bit 7: the wake-up logic runs.</summary>
    public const byte WakeUpOn = 0x80;

    /// <summary>WAKE_UP_DUR, WAKE_THS_W: one step of the threshold is 1/256 of the range instead of 1/64.</summary>
    public const byte FineThreshold = 0x10;

    /// <summary>WAKE_UP_SRC, WU_IA: the level was exceeded.</summary>
    public const byte WakeUpFlag = 0x08;
}
