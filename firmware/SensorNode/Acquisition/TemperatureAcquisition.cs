namespace DeviceTwin.SensorNode.Acquisition;

/// <summary>Reads the temperature in its own rhythm. A stepped room: it never waits and never throws.</summary>
public sealed class TemperatureAcquisition
{
    /// <summary>What <see cref="CentiCelsius"/> says while no temperature is known.</summary>
    public const int Unknown = int.MinValue;

    private const int RetryMilliseconds = 5000;

    private readonly Mcp9808Sensor _sensor;
    private long _intervalMs = 30000;
    private bool _started;
    private long _lastMs;
    private bool _identified;
    private int _fault;
    private int _centiCelsius = Unknown;

    /// <param name="sensor">The temperature sensor; owned by this room from now on.</param>
    public TemperatureAcquisition(Mcp9808Sensor sensor)
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
        long dueMs = DueMs(nowMs);
        if (nowMs < dueMs)
        {
            return dueMs;
        }

        _started = true;
        _lastMs = nowMs;
        if (!_identified)
        {
            _fault = _sensor.Identify();
            _identified = _fault == AcquisitionFault.None;
        }

        if (_identified)
        {
            _fault = _sensor.Read();
        }

        if (_fault == AcquisitionFault.None)
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
