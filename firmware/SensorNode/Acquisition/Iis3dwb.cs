using System;
using System.Device.Spi;
using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Acquisition;

/// <summary>
/// Driver of the ST IIS3DWB vibration sensor: 26.7 kHz, 16 bit, a FIFO of 512 words that is drained in bursts.
/// Every call is a few SPI transfers long and never waits; a failure is a number of <see cref="AcquisitionFault"/>, never an exception.
/// </summary>
/// <remarks>
/// The sensor is mounted so that its z axis points along the vibration that is watched; only that axis is kept.
/// SPI mode 0 or 3, at most 10 MHz. The bus is handed in.
/// </remarks>
public sealed class Iis3dwb
{
    /// <summary>Words the FIFO holds: 19 ms at the nominal rate.</summary>
    public const int FifoWords = 512;

    /// <summary>Nominal output rate: 26 667 Hz. A real part is off by some percent.</summary>
    public const int NominalRateMilliHertz = 26667000;

    /// <summary>Time from switching the accelerometer on or changing its range to good samples (data sheet: turn-on time 10 ms).</summary>
    public const int SettlingMilliseconds = 10;

    /// <summary>Bytes of a FIFO word: tag, x, y, z.</summary>
    public const int BytesPerWord = RawWords.BytesPerWord;

    private const int RateTrimStepPpm = 1500;

    /// <summary>Noise density with all three axes on, in nano-g per root hertz (data sheet, typical).</summary>
    public const int NoiseNanoGPerRootHertz = 75000;

    private readonly SpiDevice _bus;
    private readonly byte[] _sent = new byte[1 + FifoWords * BytesPerWord];
    private readonly byte[] _received = new byte[8];
    private int _level;
    private bool _overrun;
    private int _factoryRate = NominalRateMilliHertz;

    /// <param name="bus">SPI bus with the sensor's chip select, mode 0 or 3, at most 10 MHz.</param>
    public Iis3dwb(SpiDevice bus)
    {
        _bus = bus;
    }

    /// <summary>Weight of one count in micro-g at a range of 2, 4, 8 or 16 g; 0 for any other range.</summary>
    public static int MicroGPerCount(int rangeG)
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

    /// <summary>Words waiting in the FIFO when <see cref="ReadLevel"/> last looked, 0 to 512.</summary>
    public int Level()
    {
        return _level;
    }

    /// <summary>Whether <see cref="ReadLevel"/> last found that the FIFO had filled up: samples may be lost before the waiting ones.</summary>
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

    /// <summary>Checks that an IIS3DWB answers.</summary>
    /// <returns><see cref="AcquisitionFault.None"/>, BusFailure or WrongDevice.</returns>
    public int Identify()
    {
        if (!Read(Iis3dwbRegisters.WhoAmI, 1))
        {
            return AcquisitionFault.BusFailure;
        }

        return _received[1] == Iis3dwbRegisters.DeviceId ? AcquisitionFault.None : AcquisitionFault.WrongDevice;
    }

    /// <summary>Starts the software reset; look with <see cref="ResetDone"/> some 0.1 ms later.</summary>
    public int StartReset()
    {
        _factoryRate = NominalRateMilliHertz;
        return Write(Iis3dwbRegisters.Ctrl3C, Iis3dwbRegisters.SwReset) ? AcquisitionFault.None : AcquisitionFault.BusFailure;
    }

    /// <returns>None when the sensor is through its reset, ResetStuck while it is not, BusFailure.</returns>
    public int ResetDone()
    {
        if (!Read(Iis3dwbRegisters.Ctrl3C, 1))
        {
            return AcquisitionFault.BusFailure;
        }

        return (_received[1] & Iis3dwbRegisters.SwReset) == 0 ? AcquisitionFault.None : AcquisitionFault.ResetStuck;
    }

    /// <summary>
    /// Switches the accelerometer on at a range and prepares the FIFO (off, every sample batched), then reads back what it wrote.
    /// Samples are good <see cref="SettlingMilliseconds"/> later.
    /// </summary>
    /// <param name="rangeG">2, 4, 8 or 16.</param>
    /// <returns>None, BusFailure, or ConfigurationNotHeld (also for a range that the sensor does not have).</returns>
    public int Configure(int rangeG)
    {
        int fullScale = FullScaleBits(rangeG);
        if (fullScale < 0)
        {
            return AcquisitionFault.ConfigurationNotHeld;
        }

        byte control = (byte)(Iis3dwbRegisters.XlEnable | fullScale);
        bool sent = Write(Iis3dwbRegisters.Ctrl3C, Iis3dwbRegisters.Bdu | Iis3dwbRegisters.IfInc)
            && Write(Iis3dwbRegisters.Ctrl4C, Iis3dwbRegisters.I2cDisable)
            && Write(Iis3dwbRegisters.FifoCtrl4, Iis3dwbRegisters.FifoBypass)
            && Write(Iis3dwbRegisters.FifoCtrl1, 0)
            && Write(Iis3dwbRegisters.FifoCtrl2, 0)
            && Write(Iis3dwbRegisters.FifoCtrl3, Iis3dwbRegisters.BatchEverySample)
            && Write(Iis3dwbRegisters.Ctrl1Xl, control);
        if (!sent)
        {
            return AcquisitionFault.BusFailure;
        }

        if (!Read(Iis3dwbRegisters.Ctrl1Xl, 1))
        {
            return AcquisitionFault.BusFailure;
        }

        bool held = _received[1] == control;
        if (!Read(Iis3dwbRegisters.FifoCtrl3, 1))
        {
            return AcquisitionFault.BusFailure;
        }

        held = held && _received[1] == Iis3dwbRegisters.BatchEverySample;
        if (!Read(Iis3dwbRegisters.InternalFreqFine, 1))
        {
            return AcquisitionFault.BusFailure;
        }

        int trim = (sbyte)_received[1];
        _factoryRate = (int)(NominalRateMilliHertz + (long)NominalRateMilliHertz * trim * RateTrimStepPpm / 1000000);
        return held ? AcquisitionFault.None : AcquisitionFault.ConfigurationNotHeld;
    }

    /// <summary>Empties the FIFO, clears its flags and lets it fill from now on.</summary>
    public int StartFifo()
    {
        bool sent = Write(Iis3dwbRegisters.FifoCtrl4, Iis3dwbRegisters.FifoBypass)
            && Write(Iis3dwbRegisters.FifoCtrl4, Iis3dwbRegisters.FifoContinuous);
        return sent ? AcquisitionFault.None : AcquisitionFault.BusFailure;
    }

    /// <summary>Switches the FIFO off; what it held is lost.</summary>
    public int StopFifo()
    {
        bool sent = Write(Iis3dwbRegisters.FifoCtrl4, Iis3dwbRegisters.FifoBypass);
        return sent ? AcquisitionFault.None : AcquisitionFault.BusFailure;
    }

    /// <summary>Looks how many words wait and whether the FIFO overran since the last look.</summary>
    public int ReadLevel()
    {
        // Both status bytes in one transfer: the pair is consistent, and reading the second clears the latched flag.
        if (!Read(Iis3dwbRegisters.FifoStatus1, 2))
        {
            _level = 0;
            _overrun = false;
            return AcquisitionFault.BusFailure;
        }

        _level = _received[1] | ((_received[2] & Iis3dwbRegisters.LevelHighMask) << 8);
        _overrun = (_received[2] & Iis3dwbRegisters.OverrunMask) != 0;
        return AcquisitionFault.None;
    }

    /// <summary>
    /// Takes words out of the FIFO in one burst, as they come. Ask for no more than <see cref="Level"/> says.
    /// </summary>
    /// <param name="raw">Receives <see cref="BytesPerWord"/> bytes a word; one byte longer than all its words (see <see cref="RawBytes"/>).</param>
    /// <param name="word">Number of the first word in it; words before it are kept.</param>
    /// <param name="count">Words to take, 0 to 512.</param>
    public int Drain(byte[] raw, int word, int count)
    {
        if (count <= 0)
        {
            return AcquisitionFault.None;
        }

        // The byte that comes in while the address goes out lands on the last byte of the word before: keep that one aside.
        int start = word * BytesPerWord;
        byte last = raw[start];
        _sent[0] = (byte)(Iis3dwbRegisters.FifoDataOutTag | Iis3dwbRegisters.ReadFlag);
        bool done = Transfer(raw, start, 1 + count * BytesPerWord);
        raw[start] = last;
        return done ? AcquisitionFault.None : AcquisitionFault.BusFailure;
    }

    /// <summary>Length of a buffer for so many raw words.</summary>
    public static int RawBytes(int words)
    {
        return 1 + words * BytesPerWord;
    }

    /// <summary>
    /// Where a word of a buffer that <see cref="Drain"/> filled begins. The words are read later (<see cref="RawWords"/>), because at
    /// 26.7 kHz an interpreted loop over every sample takes as long as the samples themselves: during a capture the bus fills memory by
    /// itself, afterwards there is time.
    /// </summary>
    public static int RawPosition(int word)
    {
        return 1 + word * BytesPerWord;
    }

    private static int FullScaleBits(int rangeG)
    {
        // FS_XL, bits 3:2. The order is the part's own.
        switch (rangeG)
        {
            case 2: return 0x00;
            case 16: return 0x04;
            case 4: return 0x08;
            case 8: return 0x0C;
            default: return -1;
        }
    }

    private bool Write(byte register, int value)
    {
        _sent[0] = register;
        _sent[1] = (byte)value;
        bool done = Transfer(_received, 0, 2);
        _sent[1] = 0;
        return done;
    }

    private bool Read(byte register, int count)
    {
        _sent[0] = (byte)(register | Iis3dwbRegisters.ReadFlag);
        return Transfer(_received, 0, 1 + count);
    }

    private bool Transfer(byte[] received, int start, int length)
    {
        try
        {
            _bus.TransferFullDuplex(new SpanByte(_sent, 0, length), new SpanByte(received, start, length));
            return true;
        }
        catch (Exception)
        {
            // nanoFramework reports a failed transfer by various exceptions; to the rooms above all are one fact.
            return false;
        }
    }
}
