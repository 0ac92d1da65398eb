using System;
using System.Device.Spi;
using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Acquisition;

/// <summary>
/// What ST's FIFO accelerometers have in common: one register map, a FIFO of 512 words (tag, x, y, z: seven bytes) whose address goes back to
/// the tag after each word, so that one SPI transfer drains all of it, and a self-test.
/// </summary>
/// <remarks>
/// The sensor is mounted so that its z axis points along the vibration that is watched. SPI mode 0 or 3, at most 10 MHz. The bus is handed in.
/// A transfer makes two views of bytes (<c>SpanByte</c>, which the runtime keeps on the heap) and nothing else, so a burst, which looks at the
/// level and drains, makes four. Sending and receiving share one buffer: what goes out behind the address of a reading means nothing to the
/// part, so no zeros are kept for it. On the ESP32 the transfer is a single DMA transaction of full length; the runtime hands it both
/// buffers as they are, and a byte is sent before its place is overwritten.
/// </remarks>
public abstract class StAccelerometer : IAccelerometer
{
    /// <summary>Words the FIFO holds.</summary>
    public const int FifoWords = 512;

    private const int RateTrimStepPpm = 1500;
    private const int FourG = 4;

    private readonly SpiDevice _bus;
    private readonly AccelerometerFacts _facts;
    private readonly byte _deviceId;
    private readonly byte _selfTestControl;
    private readonly byte[] _sent = new byte[8];
    private readonly byte[] _received = new byte[8];
    private readonly short[] _sample = new short[3];
    private int _rangeG;
    private int _level;
    private bool _overrun;
    private bool _hasSample;
    private bool _wokeUp;
    private int _factoryRate;

    /// <param name="bus">SPI bus with the sensor's chip select, mode 0 or 3, at most 10 MHz.</param>
    /// <param name="facts">What the data sheet says of the type.</param>
    /// <param name="deviceId">Content of WHO_AM_I.</param>
    /// <param name="selfTestControl">CTRL1_XL during the self-test, without the range.</param>
    protected StAccelerometer(SpiDevice bus, AccelerometerFacts facts, byte deviceId, byte selfTestControl)
    {
        _bus = bus;
        _facts = facts;
        _deviceId = deviceId;
        _selfTestControl = (byte)(selfTestControl | StRegisters.Range4G);
        _factoryRate = facts.NominalRateMilliHertz;
    }

    /// <inheritdoc/>
    public AccelerometerFacts Facts()
    {
        return _facts;
    }

    /// <summary>Weight of one count in micro-g at a range of 2, 4, 8 or 16 g; 0 for any other range.</summary>
    public int MicroGPerCount(int rangeG)
    {
        switch (rangeG)
        {
            case 2: return 61;
            case 4: return 122;
            case 8: return 244;
            case 16: return 488;
            default: return 0;
        }
    }

    /// <inheritdoc/>
    public int Level()
    {
        return _level;
    }

    /// <inheritdoc/>
    public bool Overrun()
    {
        return _overrun;
    }

    /// <summary>
    /// Rate of this very part in millihertz according to its factory trim (INTERNAL_FREQ_FINE, steps of 0.15 %);
    /// nominal until <see cref="Configure"/> has read it.
    /// </summary>
    public int FactoryRateMilliHertz()
    {
        return _factoryRate;
    }

    /// <inheritdoc/>
    public int Identify()
    {
        if (!Read(StRegisters.WhoAmI, 1))
        {
            return AcquisitionFault.BusFailure;
        }

        byte answer = _received[1];
        if (answer == _deviceId)
        {
            return AcquisitionFault.None;
        }

        // A line that nobody drives reads as all zeros or all ones.
        return answer == 0x00 || answer == 0xFF ? AcquisitionFault.LineStuck : AcquisitionFault.WrongDevice;
    }

    /// <inheritdoc/>
    public int StartReset()
    {
        _factoryRate = _facts.NominalRateMilliHertz;
        return Write(StRegisters.Ctrl3C, StRegisters.SwReset) ? AcquisitionFault.None : AcquisitionFault.BusFailure;
    }

    /// <inheritdoc/>
    public int ResetDone()
    {
        if (!Read(StRegisters.Ctrl3C, 1))
        {
            return AcquisitionFault.BusFailure;
        }

        return (_received[1] & StRegisters.SwReset) == 0 ? AcquisitionFault.None : AcquisitionFault.ResetStuck;
    }

    /// <inheritdoc/>
    public int Configure(int rangeG)
    {
        int fullScale = FullScaleBits(rangeG);
        if (fullScale < 0)
        {
            return AcquisitionFault.ConfigurationNotHeld;
        }

        byte control = (byte)(StRegisters.FullRate | fullScale);
        bool sent = WriteBasics()
            && Write(StRegisters.InterruptsEn, 0)
            && Write(StRegisters.FifoCtrl1, 0)
            && Write(StRegisters.FifoCtrl2, 0)
            && Write(StRegisters.FifoCtrl3, StRegisters.BatchEverySample)
            && Write(StRegisters.Ctrl1Xl, control);
        if (!sent || !Read(StRegisters.Ctrl1Xl, 1))
        {
            return AcquisitionFault.BusFailure;
        }

        bool held = _received[1] == control;
        if (!Read(StRegisters.FifoCtrl3, 1))
        {
            return AcquisitionFault.BusFailure;
        }

        held = held && _received[1] == StRegisters.BatchEverySample;
        if (!Read(StRegisters.InternalFreqFine, 1))
        {
            return AcquisitionFault.BusFailure;
        }

        int trim = (sbyte)_received[1];
        int nominal = _facts.NominalRateMilliHertz;
        _factoryRate = (int)(nominal + ((long)nominal * trim * RateTrimStepPpm / 1000000));
        _rangeG = rangeG;
        return held ? AcquisitionFault.None : AcquisitionFault.ConfigurationNotHeld;
    }

    /// <inheritdoc/>
    public int StartFifo()
    {
        bool sent = Write(StRegisters.FifoCtrl4, StRegisters.FifoBypass)
            && Write(StRegisters.FifoCtrl4, StRegisters.FifoContinuous);
        return sent ? AcquisitionFault.None : AcquisitionFault.BusFailure;
    }

    /// <inheritdoc/>
    public int StopFifo()
    {
        bool sent = Write(StRegisters.FifoCtrl4, StRegisters.FifoBypass);
        return sent ? AcquisitionFault.None : AcquisitionFault.BusFailure;
    }

    /// <inheritdoc/>
    public int ReadLevel()
    {
        _level = 0;
        _overrun = false;

        // Both status bytes in one transfer: the pair is consistent, and reading the second clears the latched flag.
        if (!Read(StRegisters.FifoStatus1, 2))
        {
            return AcquisitionFault.BusFailure;
        }

        int level = _received[1] | ((_received[2] & StRegisters.LevelHighMask) << 8);
        if (level > FifoWords || (_received[2] & StRegisters.StatusUnused) != 0)
        {
            return AcquisitionFault.LineStuck;
        }

        _level = level;
        _overrun = (_received[2] & StRegisters.OverrunMask) != 0;
        return AcquisitionFault.None;
    }

    /// <inheritdoc/>
    public int Drain(byte[] raw, int word, int count)
    {
        if (count <= 0)
        {
            return AcquisitionFault.None;
        }

        // The byte that comes in while the address goes out lands on the last byte of the word before: keep that one aside.
        int start = word * RawWords.BytesPerWord;
        byte last = raw[start];
        raw[start] = StRegisters.FifoDataOutTag | StRegisters.ReadFlag;
        bool done = Transfer(raw, raw, start, 1 + (count * RawWords.BytesPerWord));
        raw[start] = last;
        return done ? AcquisitionFault.None : AcquisitionFault.BusFailure;
    }

    /// <inheritdoc/>
    public int StartSelfTest()
    {
        bool sent = WriteBasics()
            && Write(StRegisters.InterruptsEn, 0)
            && Write(StRegisters.Ctrl1Xl, _selfTestControl);
        if (!sent || !Read(StRegisters.Ctrl1Xl, 1))
        {
            return AcquisitionFault.BusFailure;
        }

        return _received[1] == _selfTestControl ? AcquisitionFault.None : AcquisitionFault.ConfigurationNotHeld;
    }

    /// <inheritdoc/>
    public int Stimulate(int direction)
    {
        int stimulus = direction == 0 ? 0 : direction > 0 ? StRegisters.StimulusUp : StRegisters.StimulusDown;
        return Write(StRegisters.Ctrl5C, stimulus) ? AcquisitionFault.None : AcquisitionFault.BusFailure;
    }

    /// <inheritdoc/>
    public int ReadSample()
    {
        _hasSample = false;
        if (!Read(StRegisters.StatusReg, 1))
        {
            return AcquisitionFault.BusFailure;
        }

        if (_received[1] == 0xFF)
        {
            return AcquisitionFault.LineStuck;
        }

        if ((_received[1] & StRegisters.NewSample) == 0)
        {
            return AcquisitionFault.None;
        }

        if (!Read(StRegisters.OutXLow, 6))
        {
            return AcquisitionFault.BusFailure;
        }

        for (int axis = 0; axis < 3; axis++)
        {
            _sample[axis] = (short)(_received[1 + axis + axis] | (_received[2 + axis + axis] << 8));
        }

        _hasSample = true;
        return AcquisitionFault.None;
    }

    /// <inheritdoc/>
    public bool HasSample()
    {
        return _hasSample;
    }

    /// <inheritdoc/>
    public int Sample(int axis)
    {
        return _sample[axis];
    }

    /// <inheritdoc/>
    public int SampleMicroG()
    {
        return MicroGPerCount(FourG);
    }

    /// <inheritdoc/>
    public int ArmWakeUp(int milliG)
    {
        // The finer of the two weights that reaches the level; the level is rounded up to its next step.
        int fullScale = _rangeG * 1000;
        int weight = StRegisters.FineThreshold;
        int steps = fullScale == 0 ? 63 : ((milliG * 256) + fullScale - 1) / fullScale;
        if (steps > 63)
        {
            weight = 0;
            steps = fullScale == 0 ? 63 : ((milliG * 64) + fullScale - 1) / fullScale;
        }

        steps = steps < 1 ? 1 : steps > 63 ? 63 : steps;
        bool sent = Write(StRegisters.InterruptsEn, 0)
            && Write(StRegisters.Ctrl8Xl, StRegisters.HighPassHundredth)
            && Write(StRegisters.SlopeEn, StRegisters.LatchedHighPass)
            && Write(StRegisters.WakeUpThs, steps)
            && Write(StRegisters.WakeUpDur, weight)
            && Write(StRegisters.InterruptsEn, StRegisters.WakeUpOn);
        return sent ? ReadWakeUp() : AcquisitionFault.BusFailure;
    }

    /// <inheritdoc/>
    public int ReadWakeUp()
    {
        _wokeUp = false;
        if (!Read(StRegisters.WakeUpSrc, 1))
        {
            return AcquisitionFault.BusFailure;
        }

        if (_received[1] == 0xFF)
        {
            return AcquisitionFault.LineStuck;
        }

        _wokeUp = (_received[1] & StRegisters.WakeUpFlag) != 0;
        return AcquisitionFault.None;
    }

    /// <inheritdoc/>
    public bool WokeUp()
    {
        return _wokeUp;
    }

    /// <summary>What a type wants written besides the registers that all have.</summary>
    /// <returns>False where the bus failed.</returns>
    protected virtual bool WriteExtras()
    {
        return true;
    }

    /// <summary>Writes one register.</summary>
    /// <returns>False where the bus failed.</returns>
    protected bool Write(byte register, int value)
    {
        _sent[0] = register;
        _sent[1] = (byte)value;
        return Transfer(_sent, _received, 0, 2);
    }

    private static int FullScaleBits(int rangeG)
    {
        // FS_XL, bits 3:2. The order is the parts' own.
        switch (rangeG)
        {
            case 2: return 0x00;
            case 16: return 0x04;
            case 4: return 0x08;
            case 8: return 0x0C;
            default: return -1;
        }
    }

    private bool WriteBasics()
    {
        return Write(StRegisters.Ctrl3C, StRegisters.Bdu | StRegisters.IfInc)
            && Write(StRegisters.Ctrl4C, StRegisters.I2cDisable)
            && Write(StRegisters.Ctrl5C, 0)
            && WriteExtras()
            && Write(StRegisters.FifoCtrl4, StRegisters.FifoBypass);
    }

    private bool Read(byte register, int count)
    {
        _sent[0] = (byte)(register | StRegisters.ReadFlag);
        return Transfer(_sent, _received, 0, 1 + count);
    }

    private bool Transfer(byte[] sent, byte[] received, int start, int length)
    {
        try
        {
            _bus.TransferFullDuplex(new SpanByte(sent, start, length), new SpanByte(received, start, length));
            return true;
        }
        catch (Exception)
        {
            // nanoFramework reports a failed transfer by various exceptions; to the rooms above all are one fact.
            return false;
        }
    }
}
