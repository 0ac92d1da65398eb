using System;
using DeviceTwin.SensorNode.Boards;

namespace DeviceTwin.SensorNode.Provisioning;

/// <summary>
/// Finds frames in a stream of bytes that may begin anywhere, be torn, or hold text between frames. Whatever it takes for a frame and is
/// none costs one marker: the bytes behind it are looked at again.
/// </summary>
public sealed class SerialReceiver
{
    /// <summary>Nothing yet.</summary>
    public const int Nothing = 0;

    /// <summary>A whole frame stands at the beginning of <see cref="Buffer"/>.</summary>
    public const int Frame = 1;

    /// <summary>Something that looked like a frame had a wrong checksum or an impossible length; it is passed over.</summary>
    public const int Garbled = 2;

    /// <summary>A whole frame of another version of the protocol.</summary>
    public const int OtherVersion = 3;

    /// <summary>A frame whose bytes stop for so long (milliseconds) is given up.</summary>
    public const int GapMs = 500;

    private readonly byte[] _buffer = new byte[SerialFrame.MaximumLength];
    private int _used;
    private int _taken;
    private long _lastMs;

    /// <summary>The frame found last, from its marker on.</summary>
    public byte[] Buffer => _buffer;

    /// <summary>Bytes of text or noise passed over.</summary>
    public int Skipped { get; private set; }

    /// <summary>Kind of the frame found last.</summary>
    public int Kind => _buffer[3];

    /// <summary>Number of the frame found last.</summary>
    public int Number => _buffer[4];

    /// <summary>Command of the frame found last.</summary>
    public int Command => _buffer[5];

    /// <summary>Length of the payload found last; it begins at <see cref="SerialFrame.HeaderLength"/>.</summary>
    public int PayloadLength => _buffer[6];

    /// <summary>Whether there are bytes that nobody has looked at.</summary>
    public bool HasBytes => _used > _taken;

    /// <summary>Bytes that still fit; never 0 after <see cref="Next"/> has answered <see cref="Nothing"/>.</summary>
    public int Room => _buffer.Length - _used;

    /// <summary>Adds bytes that arrived: at most <see cref="Room"/>.</summary>
    public void Add(byte[] bytes, int count, long nowMs)
    {
        if (count > 0)
        {
            Array.Copy(bytes, 0, _buffer, _used, count);
            _used += count;
            _lastMs = nowMs;
        }
    }

    /// <summary>Takes what has arrived and fits.</summary>
    public void Take(ISerialLink link, long nowMs)
    {
        int count = link.Read(_buffer, _used, Room);
        if (count > 0)
        {
            _used += count;
            _lastMs = nowMs;
        }
    }

    /// <summary>Looks for the next frame. The one found before is gone then.</summary>
    /// <returns>What there is: <see cref="Nothing"/> where more bytes are needed.</returns>
    public int Next(long nowMs)
    {
        Drop(_taken);
        _taken = 0;
        while (true)
        {
            SkipToMarker();
            if (_used < SerialFrame.HeaderLength)
            {
                return GiveUp(nowMs) ? Garbled : Nothing;
            }

            int length = _buffer[6];
            if (length > SerialFrame.MaximumPayload)
            {
                PassOver();
                return Garbled;
            }

            int whole = SerialFrame.HeaderLength + length + 2;
            if (_used < whole)
            {
                return GiveUp(nowMs) ? Garbled : Nothing;
            }

            int crc = _buffer[whole - 2] | (_buffer[whole - 1] << 8);
            if (crc != SerialFrame.Crc16(_buffer, 2, whole - 4))
            {
                PassOver();
                return Garbled;
            }

            _taken = whole;
            return _buffer[2] == SerialFrame.Version ? Frame : OtherVersion;
        }
    }

    // A torn frame must not hold up those behind it.
    private bool GiveUp(long nowMs)
    {
        if (_used == 0 || nowMs - _lastMs < GapMs)
        {
            return false;
        }

        PassOver();
        return true;
    }

    private void PassOver()
    {
        Skipped++;
        Drop(1);
    }

    private void SkipToMarker()
    {
        int at = 0;
        while (at < _used && !(_buffer[at] == SerialFrame.Marker1 && (at + 1 == _used || _buffer[at + 1] == SerialFrame.Marker2)))
        {
            at++;
        }

        Skipped += at;
        Drop(at);
    }

    private void Drop(int count)
    {
        if (count > 0)
        {
            _used -= count;
            Array.Copy(_buffer, count, _buffer, 0, _used);
        }
    }
}
