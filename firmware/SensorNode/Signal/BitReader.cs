namespace DeviceTwin.SensorNode.Signal;

/// <summary>Reads what <see cref="BitWriter"/> wrote. Never reads outside its bytes: behind their end come zeros, and <see cref="IsOver"/> says so.</summary>
public sealed class BitReader
{
    private byte[] _bytes;
    private int _position;
    private int _end;
    private int _left;
    private int _current;

    /// <summary>Whether more was read than there is.</summary>
    public bool IsOver;

    /// <summary>Begins to read.</summary>
    /// <param name="position">First byte.</param>
    /// <param name="end">One behind the last byte.</param>
    public void Start(byte[] bytes, int position, int end)
    {
        _bytes = bytes;
        _position = position;
        _end = end;
        _left = 0;
        _current = 0;
        IsOver = false;
    }

    /// <summary>One behind the last byte that was touched.</summary>
    public int Position()
    {
        return _position;
    }

    /// <summary>Whether the bits behind those that were read fill the last byte only, with zeros.</summary>
    public bool IsAtEnd()
    {
        return !IsOver && _position == _end && (_current & ((1 << (_left & 31)) - 1)) == 0;
    }

    /// <summary>Reads a number.</summary>
    /// <param name="count">Its bits, 0 to 24.</param>
    public int Bits(int count)
    {
        int value = 0;
        while (count > 0)
        {
            if (_left == 0)
            {
                Next();
            }

            int take = count < _left ? count : _left;
            _left -= take;
            count -= take;
            value = (value << (take & 31)) | ((_current >> (_left & 31)) & ((1 << (take & 31)) - 1));
        }

        return value;
    }

    /// <summary>Reads a Golomb-Rice code.</summary>
    /// <param name="parameter">As it was written with.</param>
    /// <param name="width">As it was written with.</param>
    public uint Rice(int parameter, int width)
    {
        int quotient = 0;
        while (quotient < BitWriter.LongestQuotient && Bits(1) != 0)
        {
            quotient++;
        }

        if (quotient < BitWriter.LongestQuotient)
        {
            return ((uint)quotient << (parameter & 31)) | (uint)Bits(parameter);
        }

        uint high = 0;
        if (width > 16)
        {
            high = (uint)Bits(width - 16) << 16;
            width = 16;
        }

        return high | (uint)Bits(width);
    }

    private void Next()
    {
        _left = 8;
        if (_position < _end)
        {
            _current = _bytes[_position];
            _position++;
        }
        else
        {
            _current = 0;
            IsOver = true;
        }
    }
}
