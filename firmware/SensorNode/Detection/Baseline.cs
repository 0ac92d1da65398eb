using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Detection;

/// <summary>
/// What a machine looks like when it is well: location and scale of each <see cref="BaselineFeature"/>, learned apart for each state of the
/// machine. A state is a class of shaft speed: a capture belongs to the first state whose speed is within an eighth of its own. The speed is
/// the one set, else the one estimated where the estimate is sure enough, else unknown (a state of its own). There are at most
/// <see cref="MaximumStates"/>; a further speed takes the place of a state that has not finished its warm-up, or is not learned at all.
/// </summary>
public sealed class Baseline
{
    /// <summary>Most states of a machine.</summary>
    public const int MaximumStates = 4;

    /// <summary>An estimated shaft speed counts from this confidence on, in thousandths.</summary>
    public const int SpeedConfidencePermille = 500;

    /// <summary>Answer of <see cref="ExcessMilliSigma"/> where there is none.</summary>
    public const int NotAvailable = DetectorResult.NotAvailable;

    /// <summary>Smallest standard deviation of a level that is believed, in thousandths of its natural logarithm (0.43 dB).</summary>
    public const int LeastLevelScale = 50;

    /// <summary>
    /// Largest standard deviation of a level that is believed, in thousandths of its natural logarithm (0.87 dB): with the default limit of
    /// eight, a level at 2.2 times what was learned (7 dB) is high however restless the machine was in its warm-up.
    /// </summary>
    public const int LargestLevelScale = 100;

    /// <summary>Largest standard deviation of a score or of impulsiveness that is believed, in thousandths.</summary>
    public const int LargestScoreScale = 400;

    /// <summary>Smallest standard deviation of a score or of impulsiveness that is believed, in thousandths.</summary>
    public const int LeastScoreScale = 50;

    private const int Magic = 0x314C4244;
    private const int HeaderBytes = 12;
    private const int SpeedBytes = 4;
    private const int FeatureBytes = 3;
    private const int LearnedBytes = 12;
    private const int CrcBytes = 4;
    private const int Learned = 255;

    private readonly RobustLevel[][] _levels = new RobustLevel[MaximumStates][];
    private readonly int[] _speeds = new int[MaximumStates];
    private readonly int[] _values = new int[BaselineFeature.Count];
    private readonly int[] _sigmas = new int[BaselineFeature.Count];
    private int _states;
    private int _state = -1;
    private int _generation;
    private bool _hasGeneration;

    /// <summary>Nothing is learned.</summary>
    public Baseline()
    {
        Forget();
    }

    /// <summary>States of the machine met so far.</summary>
    public int States
    {
        get { return _states; }
    }

    /// <summary>Number of the state that the last capture belongs to, or -1.</summary>
    public int State
    {
        get { return _state; }
    }

    /// <summary>Captures learned in the state of the last capture.</summary>
    public int Captures
    {
        get { return _state < 0 ? 0 : _levels[_state][BaselineFeature.Acceleration].Count; }
    }

    /// <summary>Whether at least one feature of the last capture could be held against what was learned.</summary>
    public bool IsReady { get; private set; }

    /// <summary>Forgets everything.</summary>
    public void Forget()
    {
        for (int i = 0; i < MaximumStates; i++)
        {
            _levels[i] = null;
            _speeds[i] = 0;
        }

        for (int i = 0; i < BaselineFeature.Count; i++)
        {
            _values[i] = RobustLevel.NotAvailable;
            _sigmas[i] = RobustLevel.NotAvailable;
        }

        _states = 0;
        _state = -1;
        IsReady = false;
    }

    /// <summary>Starts anew where the generation asked for is another one than that learned.</summary>
    /// <returns>Whether it did.</returns>
    public bool Follow(int generation)
    {
        bool isNew = _hasGeneration && generation != _generation;
        if (isNew)
        {
            Forget();
        }

        _generation = generation;
        _hasGeneration = true;
        return isNew;
    }

    /// <summary>Holds a capture against what was learned. Learns nothing.</summary>
    public void Judge(DetectorResult result, DetectorSettings settings)
    {
        _state = StateOf(SpeedOf(result, settings));
        bool isReady = false;
        for (int i = 0; i < BaselineFeature.Count; i++)
        {
            int value = BaselineFeature.Of(result, i);
            int sigma = _state < 0 ? RobustLevel.NotAvailable : _levels[_state][i].MilliSigma(value);
            _values[i] = value;
            _sigmas[i] = sigma;
            if (sigma != RobustLevel.NotAvailable)
            {
                isReady = true;
            }
        }

        IsReady = isReady;
    }

    /// <summary>Learns the capture judged last.</summary>
    public void Learn(DetectorSettings settings)
    {
        if (_state < 0 || settings.BaselineWarmUpCaptures <= 0)
        {
            return;
        }

        RobustLevel[] levels = _levels[_state];
        for (int i = 0; i < BaselineFeature.Count; i++)
        {
            bool isLevel = BaselineFeature.IsLevel(i);
            levels[i].Learn(
                _values[i],
                settings.BaselineWarmUpCaptures,
                isLevel ? LeastLevelScale : LeastScoreScale,
                isLevel ? LargestLevelScale : LargestScoreScale);
        }
    }

    /// <summary>
    /// How far a feature of the last capture stands above what was learned, in thousandths of its standard deviation; 0 where it stands below,
    /// <see cref="NotAvailable"/> where there is no capture, no feature or no finished warm-up.
    /// </summary>
    public int ExcessMilliSigma(int feature)
    {
        int sigma = _sigmas[feature];
        return sigma == RobustLevel.NotAvailable ? NotAvailable : sigma < 0 ? 0 : sigma;
    }

    /// <summary>Signed distance from what was learned in thousandths of the standard deviation, or <see cref="RobustLevel.NotAvailable"/>.</summary>
    public int MilliSigma(int feature)
    {
        return _sigmas[feature];
    }

    /// <summary>What is learned of a feature in a state; null where the state does not exist.</summary>
    public RobustLevel Level(int state, int feature)
    {
        return state < 0 || state >= _states ? null : _levels[state][feature];
    }

    /// <summary>Forgets the last capture: it must neither be told nor learned.</summary>
    public void Skip()
    {
        for (int i = 0; i < BaselineFeature.Count; i++)
        {
            _values[i] = RobustLevel.NotAvailable;
            _sigmas[i] = RobustLevel.NotAvailable;
        }

        IsReady = false;
    }

    /// <summary>
    /// What was learned, as bytes that a node keeps over a reboot, warm-ups that are not over included: magic, generation, states; per state its
    /// speed and per feature count, location and scales or the stored values; CRC-32 of all that. Little endian. At most 5.6 KB, while four states
    /// warm up at once; 632 bytes when they have.
    /// </summary>
    public byte[] Encode()
    {
        int length = HeaderBytes + CrcBytes;
        for (int i = 0; i < _states; i++)
        {
            length += SpeedBytes;
            for (int j = 0; j < BaselineFeature.Count; j++)
            {
                length += FeatureBytes + (_levels[i][j].IsReady ? LearnedBytes : 2 * _levels[i][j].StoredCount);
            }
        }

        byte[] bytes = new byte[length];
        int at = Write(bytes, 0, Magic, 4);
        at = Write(bytes, at, _generation, 4);
        at = Write(bytes, at, _states, 1);
        at = Write(bytes, at, BaselineFeature.Count, 1);
        at = Write(bytes, at, _hasGeneration ? 1 : 0, 2);
        for (int i = 0; i < _states; i++)
        {
            at = Write(bytes, at, _speeds[i], SpeedBytes);
            for (int j = 0; j < BaselineFeature.Count; j++)
            {
                RobustLevel level = _levels[i][j];
                at = Write(bytes, at, level.Count, 2);
                at = Write(bytes, at, level.IsReady ? Learned : level.StoredCount, 1);
                if (level.IsReady)
                {
                    at = Write(bytes, at, level.LocationMilli, 4);
                    at = Write(bytes, at, level.ScaleMilli, 4);
                    at = Write(bytes, at, level.WarmUpScaleMilli, 4);
                    continue;
                }

                for (int k = 0; k < level.StoredCount; k++)
                {
                    at = Write(bytes, at, level.Stored(k), 2);
                }
            }
        }

        Write(bytes, at, Crc32.Of(bytes, at), CrcBytes);
        return bytes;
    }

    /// <summary>Takes over what <see cref="Encode"/> wrote. Bytes that are cut short, damaged or of another form leave nothing learned.</summary>
    /// <returns>Whether the bytes were taken over; where not, the baseline starts anew.</returns>
    public bool Decode(byte[] bytes)
    {
        Forget();
        _hasGeneration = false;
        if (bytes == null || bytes.Length < HeaderBytes + CrcBytes)
        {
            return false;
        }

        int end = bytes.Length - CrcBytes;
        if (Read(bytes, 0, 4) != Magic || Read(bytes, end, CrcBytes) != Crc32.Of(bytes, end) || bytes[9] != BaselineFeature.Count
            || bytes[8] > MaximumStates)
        {
            return false;
        }

        int at = HeaderBytes;
        for (int i = 0; i < bytes[8]; i++)
        {
            at = DecodeState(bytes, at, end, i);
            if (at < 0)
            {
                Forget();
                return false;
            }
        }

        _states = bytes[8];
        _generation = Read(bytes, 4, 4);
        _hasGeneration = bytes[10] != 0;
        return true;
    }

    private static int Write(byte[] bytes, int at, int value, int count)
    {
        for (int i = 0; i < count; i++)
        {
            bytes[at + i] = (byte)(value & 255);
            value >>= 8;
        }

        return at + count;
    }

    private static int Read(byte[] bytes, int at, int count)
    {
        int value = 0;
        for (int i = count - 1; i >= 0; i--)
        {
            value = (value << 8) | bytes[at + i];
        }

        return value;
    }

    /// <returns>Where the next state starts, or -1 where the bytes do not hold this one.</returns>
    private int DecodeState(byte[] bytes, int at, int end, int state)
    {
        if (at + SpeedBytes > end)
        {
            return -1;
        }

        _speeds[state] = Read(bytes, at, SpeedBytes);
        at += SpeedBytes;
        RobustLevel[] levels = NewLevels();
        for (int i = 0; i < BaselineFeature.Count; i++)
        {
            if (at + FeatureBytes > end)
            {
                return -1;
            }

            int count = Read(bytes, at, 2);
            int kind = bytes[at + 2];
            at += FeatureBytes;
            if (kind == Learned)
            {
                if (at + LearnedBytes > end)
                {
                    return -1;
                }

                levels[i].Restore(count, Read(bytes, at, 4), Read(bytes, at + 4, 4), Read(bytes, at + 8, 4));
                at += LearnedBytes;
                continue;
            }

            if (kind > RobustLevel.MaximumStored || at + (2 * kind) > end)
            {
                return -1;
            }

            for (int j = 0; j < kind; j++)
            {
                levels[i].RestoreStored(count, (short)Read(bytes, at, 2));
                at += 2;
            }
        }

        _levels[state] = levels;
        return at;
    }

    private static RobustLevel[] NewLevels()
    {
        RobustLevel[] levels = new RobustLevel[BaselineFeature.Count];
        for (int i = 0; i < BaselineFeature.Count; i++)
        {
            levels[i] = new RobustLevel();
        }

        return levels;
    }

    private static int SpeedOf(DetectorResult result, DetectorSettings settings)
    {
        if (settings.ShaftSpeedMilliHertz > 0)
        {
            return settings.ShaftSpeedMilliHertz;
        }

        return result.ShaftEstimateMilliHertz > 0 && result.ShaftEstimateConfidencePermille >= SpeedConfidencePermille ? result.ShaftEstimateMilliHertz : 0;
    }

    private int StateOf(int speed)
    {
        int free = -1;
        for (int i = 0; i < _states; i++)
        {
            long distance = (long)speed - _speeds[i];
            distance = distance < 0 ? -distance : distance;
            if (distance * 8 <= _speeds[i])
            {
                return i;
            }

            if (!_levels[i][BaselineFeature.Acceleration].IsReady && !_levels[i][BaselineFeature.Impulsiveness].IsReady)
            {
                free = i;
            }
        }

        if (_states < MaximumStates)
        {
            free = _states;
            _states++;
        }

        if (free >= 0)
        {
            _levels[free] = NewLevels();
            _speeds[free] = speed;
        }

        return free;
    }
}
