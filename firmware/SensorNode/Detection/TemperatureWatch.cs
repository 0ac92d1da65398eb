using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Detection;

/// <summary>
/// A temperature beside its limit: whether the sensor can be believed, how fast the temperature rises (the median of the slopes between all
/// pairs of points of the last hour: H. Theil, P. K. Sen) and how far its mean over some hours stands from what was learned over days.
/// Works in points: means over five minutes. 13 points and five numbers are all its memory.
/// </summary>
public sealed class TemperatureWatch
{
    /// <summary>Argument of a node that has no reading, and answer where there is nothing to say.</summary>
    public const int NoTemperature = int.MinValue;

    /// <summary>Lowest reading believed, in hundredths of a degree Celsius: the sensors' own range.</summary>
    public const int LowestCentiCelsius = -4000;

    /// <summary>Highest reading believed, in hundredths of a degree Celsius: 25 degrees above the sensors' own range.</summary>
    public const int HighestCentiCelsius = 15000;

    /// <summary>How long a sensor that gave a reading outside its range is not believed, in milliseconds.</summary>
    public const int DistrustMs = 1800000;

    /// <summary>Length of a point in milliseconds.</summary>
    public const int PointMs = 300000;

    /// <summary>Points in the window of the rate of rise: one hour from the first to the last.</summary>
    public const int WindowPoints = 13;

    /// <summary>Fewest points a rate is computed from.</summary>
    public const int LeastRatePoints = 9;

    /// <summary>Time constant of the short mean, in points (12 hours).</summary>
    public const int ShortPoints = 144;

    /// <summary>Time constant of the learned mean once it is learned, in points (4 days).</summary>
    public const int LongPoints = 1152;

    /// <summary>Points learned before the distance from the learned mean is told (2 days).</summary>
    public const int WarmUpPoints = 576;

    /// <summary>Distance from the learned mean beyond which a point pulls no more than at this distance, in hundredths of a degree.</summary>
    public const int InfluenceCentiCelsius = 500;

    /// <summary>The means carry this many fractions of a hundredth of a degree.</summary>
    private const int Fractions = 1024;

    private readonly int[] _points = new int[WindowPoints];
    private readonly int[] _seconds = new int[WindowPoints];
    private readonly int[] _slopes = new int[WindowPoints * (WindowPoints - 1) / 2];
    private int _pointCount;
    private long _pointSum;
    private int _pointReadings;
    private long _pointStartMs;
    private long _windowStartMs;
    private long _faultMs;
    private int _short;
    private int _long;
    private int _learned;
    private bool _isHeld;

    /// <summary>The last reading, or <see cref="NoTemperature"/> where there is none or the sensor is not believed.</summary>
    public int CentiCelsius { get; private set; } = NoTemperature;

    /// <summary>Whether the sensor gave a reading outside its range and is not believed for the time being.</summary>
    public bool IsFaulty { get; private set; }

    /// <summary>Rate of rise in hundredths of a degree per hour, or <see cref="NoTemperature"/>.</summary>
    public int RateCentiCelsiusPerHour { get; private set; } = NoTemperature;

    /// <summary>Distance of the short mean from the learned one in hundredths of a degree, or <see cref="NoTemperature"/>.</summary>
    public int ResidualCentiCelsius { get; private set; } = NoTemperature;

    /// <summary>Takes a reading; the same one may come again.</summary>
    /// <param name="reading">The temperature in hundredths of a degree Celsius, or <see cref="NoTemperature"/>.</param>
    /// <param name="nowMs">Monotonic time in milliseconds.</param>
    /// <param name="isRunning">
    /// Whether the machine runs. While it stands still, nothing is learned; when it runs again, the short mean starts at the learned one, so
    /// that a machine that starts cold is not unusual for that alone.
    /// </param>
    public void Step(int reading, long nowMs, bool isRunning)
    {
        if (reading == NoTemperature)
        {
            CentiCelsius = NoTemperature;
            return;
        }

        if (reading < LowestCentiCelsius || reading > HighestCentiCelsius)
        {
            IsFaulty = true;
            _faultMs = nowMs;
        }
        else if (IsFaulty && (nowMs - _faultMs >= DistrustMs || nowMs < _faultMs))
        {
            // A clock that jumps back must not keep the sensor out for good.
            IsFaulty = nowMs < _faultMs;
            _faultMs = nowMs;
        }

        if (IsFaulty)
        {
            CentiCelsius = NoTemperature;
            Drop();
            return;
        }

        CentiCelsius = reading;
        if (!isRunning)
        {
            _isHeld = true;
            Drop();
            return;
        }

        if (_isHeld)
        {
            _isHeld = false;
            _short = _long;
        }

        Collect(reading, nowMs);
    }

    private void Collect(int reading, long nowMs)
    {
        long elapsed = nowMs - _pointStartMs;
        if (_pointReadings == 0 || elapsed < 0)
        {
            if (elapsed < 0)
            {
                Drop();
            }

            _pointStartMs = nowMs;
            _pointSum = 0;
            _pointReadings = 0;
        }
        else if (elapsed >= PointMs)
        {
            long periods = Division.LongNearest(elapsed, PointMs);
            Close(periods > ShortPoints ? ShortPoints : (int)periods);
            if (elapsed > (WindowPoints - 1) * (long)PointMs)
            {
                Drop();
            }

            _pointStartMs = nowMs;
            _pointSum = 0;
            _pointReadings = 0;
        }

        _pointSum += reading;
        _pointReadings++;
    }

    private void Close(int periods)
    {
        int point = (int)Division.LongNearest(_pointSum, _pointReadings);
        Rate(point);
        int value = point * Fractions;
        if (_learned == 0)
        {
            _short = value;
            _long = value;
        }

        _learned = _learned + periods > LongPoints ? LongPoints : _learned + periods;
        _short += (int)Division.LongNearest((long)(value - _short) * periods, ShortPoints);
        int distance = value - _long;
        int reach = InfluenceCentiCelsius * Fractions;
        distance = distance > reach ? reach : distance < -reach ? -reach : distance;
        _long += (int)Division.LongNearest((long)distance * periods, _learned);
        ResidualCentiCelsius = _learned < WarmUpPoints ? NoTemperature : (int)Division.LongNearest(_short - _long, Fractions);
    }

    private void Rate(int point)
    {
        if (_pointCount == 0)
        {
            _windowStartMs = _pointStartMs;
        }

        // Seconds since the first point; the hour before this one is kept.
        int seconds = (int)Division.LongNearest(_pointStartMs - _windowStartMs, 1000);
        int first = 0;
        while (first < _pointCount && (_pointCount - first == WindowPoints || seconds - _seconds[first] > (WindowPoints - 1) * (PointMs / 1000)))
        {
            first++;
        }

        if (first > 0)
        {
            int shift = first == _pointCount ? seconds : _seconds[first];
            for (int i = first; i < _pointCount; i++)
            {
                _points[i - first] = _points[i];
                _seconds[i - first] = _seconds[i] - shift;
            }

            _pointCount -= first;
            _windowStartMs += (long)shift * 1000;
            seconds -= shift;
        }

        _points[_pointCount] = point;
        _seconds[_pointCount] = seconds;
        _pointCount++;
        RateCentiCelsiusPerHour = _pointCount < LeastRatePoints ? NoTemperature : MedianSlope();
    }

    private int MedianSlope()
    {
        int count = 0;
        for (int i = 1; i < _pointCount; i++)
        {
            for (int j = 0; j < i; j++)
            {
                int slope = (int)Division.LongNearest((long)(_points[i] - _points[j]) * 3600, _seconds[i] - _seconds[j]);
                int k = count - 1;
                while (k >= 0 && _slopes[k] > slope)
                {
                    _slopes[k + 1] = _slopes[k];
                    k--;
                }

                _slopes[k + 1] = slope;
                count++;
            }
        }

        return _slopes[count >> 1];
    }

    /// <summary>Forgets the points: there is a hole in them, or they cannot be believed.</summary>
    private void Drop()
    {
        _pointCount = 0;
        _pointReadings = 0;
        RateCentiCelsiusPerHour = NoTemperature;
    }
}
