using System;
using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Link;

/// <summary>
/// Where measure lays a capture that is worth sending, and talk takes it from. On a board with room it is copied; on others the capture's own buffer is lent
/// and taken back when the next capture needs it. Both loops may call at once.
/// </summary>
public sealed class WaveformShelf
{
    private readonly object _gate = new object();
    private readonly int _capacity;
    private short[] _own;
    private Waveform _waveform;
    private bool _isRequested;

    /// <param name="capacity">Samples of the copy, made with the first waveform; 0 where captures are lent.</param>
    public WaveformShelf(int capacity)
    {
        _capacity = capacity;
    }

    /// <summary>Waveforms that were taken away before the hub had them.</summary>
    public int Abandoned { get; private set; }

    /// <summary>The next capture is worth sending whatever it shows (any loop).</summary>
    public void Request()
    {
        lock (_gate)
        {
            _isRequested = true;
        }
    }

    /// <summary>A capture is judged (measure). What lies on the shelf makes place for one that is worth sending.</summary>
    /// <param name="isAlarm">Whether it raised an alarm.</param>
    public void Offer(Capture capture, string bootId, bool isAlarm)
    {
        lock (_gate)
        {
            if (capture.Count == 0 || (!isAlarm && !_isRequested) || (_capacity > 0 && capture.Count > _capacity))
            {
                return;
            }

            _isRequested = false;
            TakeAway();
            short[] samples = capture.Samples;
            if (_capacity > 0)
            {
                if (_own == null)
                {
                    _own = new short[_capacity];
                }

                Array.Copy(samples, 0, _own, 0, capture.Count);
                samples = _own;
            }

            _waveform = new Waveform(samples, capture, bootId);
        }
    }

    /// <summary>The capture's buffer is about to be used again (measure).</summary>
    public void Reclaim()
    {
        if (_capacity == 0 && _waveform != null)
        {
            lock (_gate)
            {
                TakeAway();
            }
        }
    }

    /// <summary>What lies on the shelf, or null (talk).</summary>
    public Waveform Look()
    {
        lock (_gate)
        {
            return _waveform;
        }
    }

    /// <summary>The hub has it, or never will (talk).</summary>
    public void Clear(Waveform waveform)
    {
        lock (_gate)
        {
            if (_waveform == waveform)
            {
                _waveform = null;
            }
        }
    }

    private void TakeAway()
    {
        if (_waveform != null)
        {
            _waveform = null;
            Abandoned++;
        }
    }
}
