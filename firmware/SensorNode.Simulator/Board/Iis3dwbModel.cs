#nullable enable

using System;
using System.Buffers.Binary;
using DeviceTwin.SensorNode.Simulator.Machines;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>
/// Register model of the ST IIS3DWB, written from the tables of data sheet DS12569 and application note AN5444: identity, reset,
/// range, output rate, FIFO with tags, level and overrun flags, sensor noise, saturation, the 6.3 kHz low-pass.
/// The FIFO fills by the board's virtual time. Not modelled: interrupts, self test, wake-up logic, timestamps and temperature words.
/// </summary>
/// <remarks>
/// The machine is bolted to the z axis; x and y carry noise only. Samples are made lazily, when a register is touched:
/// no time is spent while the FIFO is off. The low-pass is a second-order Butterworth at 6.3 kHz, -3 dB where the data sheet has it;
/// the part's own filter is steeper.
/// </remarks>
public sealed class Iis3dwbModel : ISpiPeripheral
{
    private const double NominalRateHertz = 80000.0 / 3;
    private const int FifoDepth = 512;
    private const int WordBytes = 7;
    private const int Block = 256;

    private readonly SimulatedClock _clock;
    private readonly IMachine _machine;
    private readonly Iis3dwbModelOptions _options;
    private readonly byte[] _registers = new byte[128];
    private readonly short[] _fifoX = new short[FifoDepth];
    private readonly short[] _fifoY = new short[FifoDepth];
    private readonly short[] _fifoZ = new short[FifoDepth];
    private readonly float[] _block = new float[Block];
    private readonly SecondOrderLowPass _lowPass;
    private readonly double _rateHertz;
    private readonly sbyte _trim;
    private readonly Xoshiro256 _noise;
    private readonly double _noiseG;

    private int _head;
    private int _count;
    private bool _overrunLatched;
    private bool _running;
    private bool _machineEnded;
    private long _startMicroseconds;
    private long _made;
    private int _tagCounter;
    private long _resetUntilMicroseconds = -1;

    /// <param name="clock">Virtual time of the board.</param>
    /// <param name="machine">What the sensor is bolted to.</param>
    /// <param name="options">This part's own properties.</param>
    public Iis3dwbModel(SimulatedClock clock, IMachine machine, Iis3dwbModelOptions? options = null)
    {
        _clock = clock;
        _machine = machine;
        _options = options ?? new Iis3dwbModelOptions();
        _rateHertz = NominalRateHertz * (1 + _options.RateError);
        // FREQ_FINE: 0.15 % per step, eight bits, two's complement.
        _trim = (sbyte)Math.Clamp(Math.Round(_options.RateError / 0.0015), sbyte.MinValue, sbyte.MaxValue);
        _lowPass = new SecondOrderLowPass(6300, _rateHertz);
        _noise = new Xoshiro256(_options.Seed);
        // White noise of density d over half the output rate has the standard deviation d * sqrt(rate / 2).
        _noiseG = _options.NoiseMicroGPerRootHertz * 1e-6 * Math.Sqrt(_rateHertz / 2);
        LoadDefaults();
    }

    /// <summary>The part's true output rate in hertz.</summary>
    public double RateHertz => _rateHertz;

    /// <summary>While true, every transfer fails: the cable is off.</summary>
    public bool Broken { get; set; }

    /// <summary>While true, the part answers but makes no samples.</summary>
    public bool Silent { get; set; }

    /// <inheritdoc/>
    public void Transfer(ReadOnlySpan<byte> sent, Span<byte> received)
    {
        if (Broken)
        {
            throw new InvalidOperationException("The simulated SPI bus is broken.");
        }

        if (_resetUntilMicroseconds >= 0 && _clock.NowMicroseconds >= _resetUntilMicroseconds)
        {
            _registers[0x12] &= 0xFE;
            _resetUntilMicroseconds = -1;
        }

        if (sent.IsEmpty)
        {
            return;
        }

        Fill();
        bool read = (sent[0] & 0x80) != 0;
        int address = sent[0] & 0x7F;
        int length = Math.Max(sent.Length, received.Length);
        if (!received.IsEmpty)
        {
            received[0] = 0;
        }

        int first = 1;
        if (read && address == 0x78 && Next(0x7E) == 0x78)
        {
            // Whole FIFO words, which is what nearly every byte on this bus is: without going through the registers one by one.
            for (; first + WordBytes <= received.Length; first += WordBytes)
            {
                PopWord(received.Slice(first, WordBytes));
            }
        }

        for (int i = first; i < length; i++)
        {
            if (read)
            {
                byte value = ReadRegister(address);
                if (i < received.Length)
                {
                    received[i] = value;
                }
            }
            else if (i < sent.Length)
            {
                WriteRegister(address, sent[i]);
            }

            address = Next(address);
        }
    }

    private int Next(int address)
    {
        bool increment = (_registers[0x12] & 0x04) != 0;
        if (!increment)
        {
            return address;
        }

        // AN5444: after FIFO_DATA_OUT_Z_H the address goes back to FIFO_DATA_OUT_TAG, so that one burst reads many words.
        return address == 0x7E ? 0x78 : (address + 1) & 0x7F;
    }

    private byte ReadRegister(int address)
    {
        switch (address)
        {
            case 0x0F:
                return _options.Identity;
            case 0x3A:
                return (byte)_count;
            case 0x3B:
                return ReadFifoStatus2();
            case 0x63:
                return (byte)_trim;
            case 0x78:
                return _count == 0 ? (byte)0 : Tag();
            case 0x79:
            case 0x7A:
                return Half(_fifoX, address == 0x7A);
            case 0x7B:
            case 0x7C:
                return Half(_fifoY, address == 0x7C);
            case 0x7D:
                return Half(_fifoZ, false);
            case 0x7E:
                byte last = Half(_fifoZ, true);
                Pop();
                return last;
            default:
                return _registers[address];
        }
    }

    private byte ReadFifoStatus2()
    {
        int watermark = _registers[0x07] | ((_registers[0x08] & 0x01) << 8);
        int value = (_count >> 8) & 0x03;
        value |= _overrunLatched ? 0x08 : 0;
        value |= _count >= FifoDepth - 1 ? 0x20 : 0;
        value |= _count == FifoDepth ? 0x40 : 0;
        value |= watermark > 0 && _count >= watermark ? 0x80 : 0;
        // FIFO_OVR_LATCHED: reset when this register is read.
        _overrunLatched = false;
        return (byte)value;
    }

    private byte Tag()
    {
        // TAG_SENSOR 00010b = accelerometer, TAG_CNT = time slot, TAG_PARITY makes the number of ones even.
        int value = (0x02 << 3) | (((_tagCounter - _count) & 0x03) << 1);
        int ones = System.Numerics.BitOperations.PopCount((uint)value);
        return (byte)(value | (ones & 1));
    }

    private byte Half(short[] axis, bool high)
    {
        if (_count == 0)
        {
            return 0;
        }

        short value = axis[_head];
        return (byte)(high ? value >> 8 : value);
    }

    private void Pop()
    {
        if (_count > 0)
        {
            _head = (_head + 1) & (FifoDepth - 1);
            _count--;
        }
    }

    /// <summary>Tag and three axes as reading 0x78 to 0x7E gives them.</summary>
    private void PopWord(Span<byte> word)
    {
        if (_count == 0)
        {
            word.Clear();
            return;
        }

        word[0] = Tag();
        BinaryPrimitives.WriteInt16LittleEndian(word[1..], _fifoX[_head]);
        BinaryPrimitives.WriteInt16LittleEndian(word[3..], _fifoY[_head]);
        BinaryPrimitives.WriteInt16LittleEndian(word[5..], _fifoZ[_head]);
        Pop();
    }

    private void WriteRegister(int address, byte value)
    {
        switch (address)
        {
            case 0x12:
                if ((value & 0x01) != 0)
                {
                    LoadDefaults();
                    _registers[0x12] |= 0x01;
                    // Typical duration of the software reset: 50 microseconds.
                    _resetUntilMicroseconds = _clock.NowMicroseconds + 50;
                    return;
                }

                _registers[0x12] = value;
                return;
            case 0x0A:
            case 0x09:
            case 0x10:
                _registers[address] = value;
                Restart();
                return;
            case 0x0F:
            case 0x1E:
            case >= 0x20 and <= 0x2D:
            case 0x3A:
            case 0x3B:
            case 0x63:
            case >= 0x78:
                // Read-only.
                return;
            default:
                _registers[address] = value;
                return;
        }
    }

    private void LoadDefaults()
    {
        Array.Clear(_registers);
        // Data sheet default: IF_INC set, everything else 0.
        _registers[0x12] = 0x04;
        Restart();
    }

    /// <summary>The FIFO was configured: empty it where it is off, let it fill from now on where it is on.</summary>
    private void Restart()
    {
        int mode = _registers[0x0A] & 0x07;
        bool accelerometerOn = (_registers[0x10] >> 5) == 0x05;
        bool batched = (_registers[0x09] & 0x0F) == 0x0A;
        bool run = (mode == 0x06 || mode == 0x01) && accelerometerOn && batched;
        if (mode == 0)
        {
            _head = 0;
            _count = 0;
            _tagCounter = 0;
            _overrunLatched = false;
        }

        if (run && !_running)
        {
            _startMicroseconds = _clock.NowMicroseconds;
            _made = 0;
            BeginMachine();
        }

        _running = run;
    }

    private void BeginMachine()
    {
        double atSeconds = (_startMicroseconds / 1e6) + (_made / _rateHertz);
        _machine.BeginCapture(atSeconds, _rateHertz);
        _machineEnded = false;
        _lowPass.Forget();
    }

    /// <summary>Makes the samples that virtual time has brought since the last look.</summary>
    private void Fill()
    {
        if (!_running || Silent)
        {
            return;
        }

        long due = (long)((_clock.NowMicroseconds - _startMicroseconds) * (_rateHertz / 1e6));
        if (due - _made > FifoDepth * 8L)
        {
            // Nobody listened for long: only the newest words can still be in the FIFO. Do not compute what was overwritten.
            _made = due - FifoDepth;
            _overrunLatched = true;
            _head = 0;
            _count = 0;
            BeginMachine();
        }

        while (_made < due && !_machineEnded)
        {
            int wanted = (int)Math.Min(Block, due - _made);
            int got = _machine.Read(_block.AsSpan(0, wanted));
            _machineEnded = got < wanted;
            Push(_block.AsSpan(0, got));
            _made += got;
        }
    }

    private void Push(ReadOnlySpan<float> accelerationG)
    {
        bool stopWhenFull = (_registers[0x0A] & 0x07) == 0x01;
        double perCount = CountsPerG();
        double noise = _noiseG * perCount;
        foreach (float sample in accelerationG)
        {
            short z = Quantise((_lowPass.Next(sample + _options.ZeroOffsetG) * perCount) + (noise * _noise.NextGaussian()));
            // One draw for both: nobody looks at these axes closely.
            (double first, double second) = _noise.NextRoughPair();
            short x = Quantise(noise * first);
            short y = Quantise(noise * second);
            if (_count == FifoDepth)
            {
                if (stopWhenFull)
                {
                    continue;
                }

                Pop();
            }

            int at = (_head + _count) & (FifoDepth - 1);
            _fifoX[at] = x;
            _fifoY[at] = y;
            _fifoZ[at] = z;
            _count++;
            _tagCounter++;
            _overrunLatched |= _count == FifoDepth;
        }
    }

    private double CountsPerG()
    {
        // FS_XL: 00 = 2 g, 01 = 16 g, 10 = 4 g, 11 = 8 g; sensitivities of the mechanical characteristics table.
        return ((_registers[0x10] >> 2) & 0x03) switch
        {
            0 => 1 / 0.000061,
            1 => 1 / 0.000488,
            2 => 1 / 0.000122,
            _ => 1 / 0.000244,
        };
    }

    private static short Quantise(double counts) => (short)Math.Round(Math.Min(Math.Max(counts, short.MinValue), short.MaxValue));
}
