namespace DeviceTwin.SensorNode.Acquisition;

/// <summary>
/// Reads the temperature in its own rhythm: a thermometer that takes time to measure is asked in one step and read in a later one.
/// A stepped room: it never waits and never throws.
/// </summary>
public sealed class TemperatureAcquisition
{
    /// <summary>What <see cref="CentiCelsius"/> says while no temperature is known.</summary>
    public const int Unknown = int.MinValue;

    private const int RetryMilliseconds = 5000;

    private readonly ITemperatureSensor _sensor;
    private long _intervalMs = 30000;
    private bool _started;
    private long _lastMs;
    private bool _identified;
    private bool _measuring;
    private long _measuredAtMs;
    private int _fault;
    private int _centiCelsius = Unknown;

    /// <param name="sensor">The temperature sensor; owned by this room from now on.</param>
    public TemperatureAcquisition(ITemperatureSensor sensor)
    {
        _sensor = sensor;
    }

    /// <summary>The newest temperature in hundredths of a degree Celsius, or <see cref="Unknown"/> where the last attempt failed.</summary>
    public int CentiCelsius()
    {
        return _centiCelsius;
    }

    /// <summary>Why there is no temperature, a number of <see cref="AcquisitionFault"/>.</summary>
    public int Fault()
    {
        return _fault;
    }

    /// <summary>Sets the period of readings, in seconds, at least 1.</summary>
    public void Plan(int intervalSeconds)
    {
        _intervalMs = (intervalSeconds < 1 ? 1 : intervalSeconds) * 1000L;
    }

    /// <summary>Reads where a reading is due.</summary>
    /// <param name="nowMs">Uptime in milliseconds.</param>
    /// <returns>The uptime at which the room wants to run again.</returns>
    public long Step(long nowMs)
    {
        if (_measuring)
        {
            return nowMs < _measuredAtMs ? _measuredAtMs : Finish(_sensor.Read(), nowMs);
        }

        long dueMs = DueMs(nowMs);
        if (nowMs < dueMs)
        {
            return dueMs;
        }

        _started = true;
        _lastMs = nowMs;
        int fault = _identified ? AcquisitionFault.None : _sensor.Identify();
        _identified = fault == AcquisitionFault.None;
        if (fault == AcquisitionFault.None)
        {
            fault = _sensor.StartReading();
        }

        int conversion = _sensor.ConversionMilliseconds();
        if (fault == AcquisitionFault.None && conversion > 0)
        {
            // One more than the part needs: the clock's millisecond may just have begun.
            _measuring = true;
            _measuredAtMs = nowMs + conversion + 1;
            return _measuredAtMs;
        }

        return Finish(fault == AcquisitionFault.None ? _sensor.Read() : fault, nowMs);
    }

    private long Finish(int fault, long nowMs)
    {
        _measuring = false;
        _fault = fault;
        if (fault == AcquisitionFault.None)
        {
            _centiCelsius = _sensor.CentiCelsius();
        }
        else
        {
            // An old temperature is no temperature; and whatever answers next must say again what it is.
            _centiCelsius = Unknown;
            _identified = false;
        }

        return DueMs(nowMs);
    }

    private long DueMs(long nowMs)
    {
        if (!_started)
        {
            return nowMs;
        }

        return _lastMs + (_fault != AcquisitionFault.None && _intervalMs > RetryMilliseconds ? RetryMilliseconds : _intervalMs);
    }
}
