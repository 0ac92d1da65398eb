namespace DeviceTwin.SensorNode.Signal;

/// <summary>Puts bits into bytes, the most significant first, and numbers as Golomb-Rice codes. Allocates nothing.</summary>
public sealed class BitWriter
{
    /// <summary>A quotient of this or more is not written as ones: this many ones are, and behind them the whole number.</summary>
    public const int LongestQuotient = 24;

    private byte[] _bytes;
    private int _position;
    private int _end;
    private int _free;
    private int _pending;

    /// <summary>Whether something did not fit; what was written since is worthless.</summary>
    public bool IsFull;

    /// <summary>Begins to write.</summary>
    /// <param name="bytes">Receives the bits.</param>
    /// <param name="position">First byte to write.</param>
    /// <param name="end">One behind the last byte there is room for, at most the length of <paramref name="bytes"/>.</param>
    public void Start(byte[] bytes, int position, int end)
    {
        _bytes = bytes;
        _position = position;
        _end = end;
        _free = 8;
        _pending = 0;
        IsFull = false;
    }

    /// <summary>Writes the low bits of a number.</summary>
    /// <param name="count">0 to 24.</param>
    public void Bits(int value, int count)
    {
        while (count > 0)
        {
            int take = count < _free ? count : _free;
            count -= take;
            int piece = (value >> (count & 31)) & ((1 << (take & 31)) - 1);
            _free -= take;
            _pending |= piece << (_free & 31);
            if (_free == 0)
            {
                Flush();
            }
        }
    }

    /// <summary>Writes a number from 0 as Golomb-Rice code.</summary>
    /// <param name="parameter">Bits of the remainder, 0 to 24.</param>
    /// <param name="width">Bits of the largest number there can be, 1 to 32: what is written behind a quotient that is too long.</param>
    public void Rice(uint value, int parameter, int width)
    {
        uint quotient = value >> (parameter & 31);
        int low = (int)value;
        if (quotient < LongestQuotient)
        {
            int ones = (int)quotient + 1;
            Bits((1 << (ones & 31)) - 2, ones);
            Bits(low, parameter);
            return;
        }

        Bits((1 << LongestQuotient) - 1, LongestQuotient);
        if (width > 16)
        {
            Bits(low >> 16, width - 16);
            width = 16;
        }

        Bits(low, width);
    }

    /// <summary>Fills the last byte with zeros.</summary>
    /// <returns>One behind the last byte written.</returns>
    public int Finish()
    {
        if (_free < 8)
        {
            Flush();
        }

        return _position;
    }

    private void Flush()
    {
        if (_position < _end)
        {
            _bytes[_position] = (byte)_pending;
            _position++;
        }
        else
        {
            IsFull = true;
        }

        _pending = 0;
        _free = 8;
    }
}
