#nullable enable

using System;
using System.Buffers.Binary;
using DeviceTwin.SensorNode.Simulator.Machines;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>
/// Register model of ST's FIFO accelerometers, written from the tables of data sheets DS12569 and DS13012 and application note AN5444:
/// identity, reset, range, output rate, FIFO with tags, level and overrun flags, output registers, self-test stimulus, wake-up logic,
/// sensor noise, saturation, low-pass. The FIFO fills by the board's virtual time.
/// Not modelled: interrupt pins, timestamps, temperature words, the gyroscope.
/// </summary>
/// <remarks>
/// The machine is bolted to the z axis; x and y carry noise only, and what <see cref="Tap"/> adds. Samples are made lazily, when a register is
/// touched: no time is spent while the FIFO is off and nothing watches the level. The low-pass is a second-order Butterworth; the parts' own
/// filters are steeper.
/// </remarks>
public abstract class StAccelerometerModel : ISpiPeripheral
{
    /// <summary>How fast the output follows the stimulus of the self-test, in microseconds (1/e). The procedure waits 100 ms.</summary>
    private const double StimulusMicroseconds = 5_000;

    private const int FifoDepth = 512;
    private const int WordBytes = 7;
    private const int Block = 256;

    private readonly SimulatedClock _clock;
    private readonly IMachine _machine;
    private readonly AccelerometerModelOptions _options;
    private readonly byte[] _registers = new byte[128];
    private readonly short[] _fifoX = new short[FifoDepth];
    private readonly short[] _fifoY = new short[FifoDepth];
    private readonly short[] _fifoZ = new short[FifoDepth];
    private readonly float[] _block = new float[Block];
    private readonly SecondOrderLowPass _lowPass;
    private readonly double _rateHertz;
    private readonly double _nominalRateHertz;
    private readonly double[] _slow = new double[3];
    private readonly double _slowShare;
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
    private bool _filling;
    private bool _slowKnown;
    private int _wokeUp;
    private int _stimulusBefore;
    private long _stimulusSince;
    private long _sampleRead = -1;
    private readonly byte[] _sample = new byte[6];
    private int _tapAxis;
    private double _tapG;
    private double _tapHertz;
    private double _tapDecaySeconds;
    private double _tapAtSeconds = double.MaxValue;

    /// <param name="clock">Virtual time of the board.</param>
    /// <param name="machine">What the sensor is bolted to.</param>
    /// <param name="options">This part's own properties.</param>
    /// <param name="nominalRateHertz">Output rate of the type.</param>
    /// <param name="cornerHertz">Where the type's low-pass ends.</param>
    protected StAccelerometerModel(
        SimulatedClock clock, IMachine machine, AccelerometerModelOptions options, double nominalRateHertz, double cornerHertz)
    {
        _clock = clock;
        _machine = machine;
        _options = options;
        _nominalRateHertz = nominalRateHertz;
        _rateHertz = nominalRateHertz * (1 + _options.RateError);
        // FREQ_FINE: 0.15 % per step, eight bits, two's complement.
        _trim = (sbyte)Math.Clamp(Math.Round(_options.RateError / 0.0015), sbyte.MinValue, sbyte.MaxValue);
        _lowPass = new SecondOrderLowPass(cornerHertz, _rateHertz);
        _noise = new Xoshiro256(_options.Seed);
        // White noise of density d over half the output rate has the standard deviation d * sqrt(rate / 2).
        _noiseG = _options.NoiseMicroGPerRootHertz * 1e-6 * Math.Sqrt(_rateHertz / 2);
        // High-pass before the wake-up logic: a first order at a hundredth of the rate.
        _slowShare = 1 - Math.Exp(-2 * Math.PI / 100);
        LoadDefaults();
    }

    /// <summary>The part's true output rate in hertz.</summary>
    public double RateHertz => _rateHertz;

    /// <summary>While true, every transfer fails: the cable is off.</summary>
    public bool Broken { get; set; }

    /// <summary>While true, the part answers but makes no samples.</summary>
    public bool Silent { get; set; }

    /// <summary>A line that does not move: what the host reads is all zeros or all ones.</summary>
    public StuckLine Miso { get; set; }

    /// <summary>While true, the software reset does not end.</summary>
    public bool ResetHangs { get; set; }

    /// <summary>Somebody knocks on the mounting: from now on it rings along an axis.</summary>
    /// <param name="axis">0, 1, 2: x, y, z.</param>
    /// <param name="accelerationG">Amplitude at the start; its sign is the direction.</param>
    /// <param name="hertz">How it rings.</param>
    /// <param name="decaySeconds">Time in which it falls to 1/e.</param>
    public void Tap(int axis, double accelerationG, double hertz, double decaySeconds)
    {
        _tapAxis = axis;
        _tapG = accelerationG;
        _tapHertz = hertz;
        _tapDecaySeconds = decaySeconds;
        _tapAtSeconds = _clock.NowMicroseconds / 1e6;
    }

    /// <inheritdoc/>
    public void Transfer(ReadOnlySpan<byte> sent, Span<byte> received)
    {
        TransferWhole(sent, received);
        if (Miso != StuckLine.None)
        {
            received.Fill(Miso == StuckLine.Low ? (byte)0x00 : (byte)0xFF);
        }
    }

    /// <summary>Whether the registers say that samples come at the full rate.</summary>
    /// <param name="control">CTRL1_XL.</param>
    protected abstract bool IsFullRate(byte control);

    /// <summary>The rate of the output registers by CTRL1_XL; 0 = off.</summary>
    /// <param name="control">CTRL1_XL.</param>
    protected abstract double OutputRateHertz(byte control);

    private void TransferWhole(ReadOnlySpan<byte> sent, Span<byte> received)
    {
        if (Broken)
        {
            throw new InvalidOperationException("The simulated SPI bus is broken.");
        }

        if (_resetUntilMicroseconds >= 0 && !ResetHangs && _clock.NowMicroseconds >= _resetUntilMicroseconds)
        {
            _registers[0x12] &= 0xFE;
            _resetUntilMicroseconds = -1;
        }

        if (sent.IsEmpty)
        {
            return;
        }

        // Host and part may share the host's buffer: look at the command before anything is received.
        bool read = (sent[0] & 0x80) != 0;
        int address = sent[0] & 0x7F;
        Fill();
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
            case 0x1B:
                int wokeUp = _wokeUp;
                // LIR: what is latched is reset by reading it.
                _wokeUp = 0;
                return (byte)wokeUp;
            case 0x1E:
                return (byte)(HasOutput() ? 0x01 : 0x00);
            case >= 0x28 and <= 0x2D:
                return ReadOutput(address - 0x28);
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
            case 0x14:
                _stimulusBefore = StimulusDirection();
                _stimulusSince = _clock.NowMicroseconds;
                _registers[address] = value;
                return;
            case 0x0A:
            case 0x09:
            case 0x10:
            case 0x58:
                _registers[address] = value;
                Restart();
                return;
            case 0x0F:
            case 0x1B:
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

    /// <summary>FIFO or wake-up logic were configured: empty the FIFO where it is off, let samples come from now on where anybody wants them.</summary>
    private void Restart()
    {
        int mode = _registers[0x0A] & 0x07;
        bool isOn = IsFullRate(_registers[0x10]);
        bool batched = (_registers[0x09] & 0x0F) == 0x0A;
        bool fill = (mode == 0x06 || mode == 0x01) && isOn && batched;
        bool run = fill || (isOn && (_registers[0x58] & 0x80) != 0);
        if (mode == 0)
        {
            _head = 0;
            _count = 0;
            _tagCounter = 0;
            _overrunLatched = false;
        }

        if (run && (!_running || (fill && !_filling)))
        {
            _startMicroseconds = _clock.NowMicroseconds;
            _made = 0;
            BeginMachine();
        }

        _running = run;
        _filling = fill;
    }

    private void BeginMachine()
    {
        double atSeconds = (_startMicroseconds / 1e6) + (_made / _rateHertz);
        _machine.BeginCapture(atSeconds, _rateHertz);
        _machineEnded = false;
        _lowPass.Forget();
        _slowKnown = false;
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
            _overrunLatched = _filling;
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
        bool watches = (_registers[0x58] & 0x80) != 0;
        double perCount = CountsPerG();
        double noise = _noiseG * perCount;
        long number = _made;
        foreach (float sample in accelerationG)
        {
            double tap = TapG((_startMicroseconds / 1e6) + (number++ / _rateHertz));
            double alongZ = sample + _options.ZeroOffsetG + (_tapAxis == 2 ? tap : 0);
            short z = Quantise((_lowPass.Next(alongZ) * perCount) + (noise * _noise.NextGaussian()));
            // One draw for both: nobody looks at these axes closely.
            (double first, double second) = _noise.NextRoughPair();
            short x = Quantise((noise * first) + (_tapAxis == 0 ? tap * perCount : 0));
            short y = Quantise((noise * second) + (_tapAxis == 1 ? tap * perCount : 0));
            if (watches)
            {
                Watch(x, y, z);
            }

            if (!_filling)
            {
                continue;
            }

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

    private double TapG(double atSeconds)
    {
        double since = atSeconds - _tapAtSeconds;
        return since < 0 ? 0 : _tapG * Math.Exp(-since / _tapDecaySeconds) * Math.Sin(2 * Math.PI * _tapHertz * since);
    }

    /// <summary>WAKE_UP_THS in steps of a 64th of the range, or a 256th where WAKE_THS_W is set; the source register has one bit per axis.</summary>
    private void Watch(short x, short y, short z)
    {
        ReadOnlySpan<double> now = [x, y, z];
        double threshold = (_registers[0x5B] & 0x3F) * 32768.0 / ((_registers[0x5C] & 0x10) != 0 ? 256 : 64);
        for (int axis = 0; axis < 3; axis++)
        {
            _slow[axis] = _slowKnown ? _slow[axis] + (_slowShare * (now[axis] - _slow[axis])) : now[axis];
            if (Math.Abs(now[axis] - _slow[axis]) > threshold)
            {
                _wokeUp |= 0x08 | (0x04 >> axis);
            }
        }

        _slowKnown = true;
    }

    private int StimulusDirection() => (_registers[0x14] & 0x03) switch
    {
        1 => 1,
        2 => -1,
        _ => 0,
    };

    private double StimulusG()
    {
        double passed = Math.Exp(-(_clock.NowMicroseconds - _stimulusSince) / StimulusMicroseconds);
        double reached = StimulusDirection() + ((_stimulusBefore - StimulusDirection()) * passed);
        return reached * _options.SelfTestMilliG / 1000;
    }

    private long OutputNumber()
    {
        double rate = OutputRateHertz(_registers[0x10]) * _rateHertz / _nominalRateHertz;
        return rate <= 0 ? -1 : (long)(_clock.NowMicroseconds * rate / 1e6);
    }

    private bool HasOutput() => !Silent && OutputNumber() > _sampleRead;

    /// <summary>OUTX_L_A to OUTZ_H_A: the newest sample, whole from its first byte on (BDU).</summary>
    private byte ReadOutput(int at)
    {
        if (at == 0)
        {
            _sampleRead = OutputNumber();
            Span<float> one = stackalloc float[1];
            if (!_running)
            {
                // Nobody else listens to the machine now.
                _machine.BeginCapture(_clock.NowMicroseconds / 1e6, _rateHertz);
                _ = _machine.Read(one);
            }

            double perCount = CountsPerG();
            double noise = _noiseG * perCount;
            double stimulus = StimulusG() * perCount;
            (double first, double second) = _noise.NextRoughPair();
            short z = Quantise(((one[0] + _options.ZeroOffsetG) * perCount) + stimulus + (noise * _noise.NextGaussian()));
            BinaryPrimitives.WriteInt16LittleEndian(_sample.AsSpan(0), Quantise(stimulus + (noise * first)));
            BinaryPrimitives.WriteInt16LittleEndian(_sample.AsSpan(2), Quantise(stimulus + (noise * second)));
            BinaryPrimitives.WriteInt16LittleEndian(_sample.AsSpan(4), _options.StuckAxis ? Quantise(_options.ZeroOffsetG * perCount) : z);
        }

        return _sample[at];
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
