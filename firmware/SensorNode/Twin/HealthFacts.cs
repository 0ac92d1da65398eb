namespace DeviceTwin.SensorNode.Twin;

/// <summary>
/// The read-only component <c>health</c> of the twin: how the node itself fares. A report costs bytes and the hub's attention, so a value
/// that wavers is reported when it has moved by its step; whatever else has moved goes with it.
/// </summary>
public sealed class HealthFacts
{
    /// <summary>The component's name.</summary>
    public const string Component = "health";

    /// <summary>Least free managed memory seen since the start, in bytes.</summary>
    public const int HeapLowWaterBytes = 0;

    /// <summary>Strength of the network's signal in dBm; absent where the board cannot tell.</summary>
    public const int SignalDbm = 1;

    /// <summary>Messages waiting.</summary>
    public const int OutboxDepth = 2;

    /// <summary>Messages dropped for want of room, over the node's life.</summary>
    public const int Dropped = 3;

    /// <summary>By how much the calendar was off when it was last set, in milliseconds.</summary>
    public const int ClockOffsetMs = 4;

    /// <summary>Number of the newest trace event.</summary>
    public const int TraceSequence = 5;

    /// <summary>Refused writes over the node's life.</summary>
    public const int FileFailures = 6;

    /// <summary>Exceptions that a loop caught, over the node's life.</summary>
    public const int LoopFailures = 7;

    /// <summary>Starts over the node's life.</summary>
    public const int Starts = 8;

    /// <summary>Starts in a row that were not meant and did not become healthy.</summary>
    public const int UnhealthyStarts = 9;

    /// <summary>Alarms, and features with a new verdict, among the dropped messages.</summary>
    public const int DroppedUrgent = 10;

    /// <summary>Features among the dropped messages.</summary>
    public const int DroppedNormal = 11;

    /// <summary>Spectra among the dropped messages.</summary>
    public const int DroppedLow = 12;

    /// <summary>Number of numeric values.</summary>
    public const int Numbers = 13;

    /// <summary>A number that is not known: it is not reported, or leaves the twin.</summary>
    public const int NotKnown = int.MinValue;

    private readonly int[] _values = new int[Numbers];
    private readonly int[] _told = new int[Numbers];
    private readonly bool[] _isKnown = new bool[Numbers];
    private string[] _causes = new string[0];
    private int[] _reboots = new int[0];
    private string _mode;
    private bool _modeIsNews;
    private bool _rebootsAreNews;
    private bool _isDirty;
    private bool _isInFlight;
    private bool _isWhole = true;

    /// <summary>The name of a numeric value.</summary>
    public static string Name(int number)
    {
        switch (number)
        {
            case HeapLowWaterBytes:
                return "heapLowWaterBytes";
            case SignalDbm:
                return "signalDbm";
            case OutboxDepth:
                return "outboxDepth";
            case Dropped:
                return "dropped";
            case ClockOffsetMs:
                return "clockOffsetMs";
            case TraceSequence:
                return "traceSequence";
            case FileFailures:
                return "fileFailures";
            case LoopFailures:
                return "loopFailures";
            case Starts:
                return "starts";
            case UnhealthyStarts:
                return "unhealthyStarts";
            case DroppedUrgent:
                return "droppedUrgent";
            case DroppedNormal:
                return "droppedNormal";
            default:
                return "droppedLow";
        }
    }

    /// <summary>By how much a value must move to be worth a report.</summary>
    public static int Step(int number)
    {
        // Half of a radio's fading, two allocation units, and so on: what nobody would act upon is not worth a report.
        switch (number)
        {
            case HeapLowWaterBytes:
                return 4096;
            case SignalDbm:
                return 8;
            case OutboxDepth:
            case TraceSequence:
                return 32;
            case ClockOffsetMs:
                return 2000;
            default:
                return 1;
        }
    }

    /// <summary>Sets how much of itself the node runs; always worth a report.</summary>
    public void SetMode(string word)
    {
        if (_mode != word)
        {
            _mode = word;
            _modeIsNews = true;
            _isDirty = true;
        }
    }

    /// <summary>Sets the starts by cause. They do not change while the node runs.</summary>
    /// <param name="causes">Words of the causes.</param>
    /// <param name="counts">Starts for each; a cause without one is not reported.</param>
    public void SetReboots(string[] causes, int[] counts)
    {
        _causes = causes;
        _reboots = counts;
        _rebootsAreNews = true;
        _isDirty = true;
    }

    /// <summary>Sets a number.</summary>
    public void Set(int number, int value)
    {
        _values[number] = value;
        if (value == _told[number] && _isKnown[number])
        {
            return;
        }

        bool isNews = !_isKnown[number] ? value != NotKnown : value == NotKnown || _told[number] == NotKnown || Differs(value, _told[number], Step(number));
        _isDirty |= isNews;
        _isKnown[number] |= isNews;
    }

    /// <summary>Everything counts as not reported.</summary>
    public void MarkAll()
    {
        _isWhole = true;
        _isDirty = _mode != null;
    }

    /// <summary>Whether something is worth a report.</summary>
    public bool HasNews()
    {
        return _isDirty;
    }

    /// <summary>Writes the component into a report; nothing where there is no news.</summary>
    public void Write(Json.JsonWriter writer)
    {
        if (!_isDirty)
        {
            return;
        }

        writer.Name(Component);
        writer.StartObject();
        writer.Member("__t", "c");
        if (_mode != null && (_isWhole || _modeIsNews))
        {
            writer.Member("mode", _mode);
        }

        for (int number = 0; number < Numbers; number++)
        {
            if (_isKnown[number] && (_isWhole || _values[number] != _told[number]))
            {
                writer.Name(Name(number));
                if (_values[number] == NotKnown)
                {
                    writer.Null();
                }
                else
                {
                    writer.Value(_values[number]);
                }

                _told[number] = _values[number];
            }
        }

        if (_isWhole || _rebootsAreNews)
        {
            writer.Name("reboots");
            writer.StartObject();
            for (int cause = 0; cause < _causes.Length; cause++)
            {
                if (_reboots[cause] > 0)
                {
                    writer.Member(_causes[cause], _reboots[cause]);
                }
            }

            writer.EndObject();
        }

        writer.EndObject();
        _isDirty = false;
        _isInFlight = true;
        _modeIsNews = false;
        _rebootsAreNews = false;
        _isWhole = false;
    }

    /// <summary>The report under way arrived.</summary>
    public void Confirm()
    {
        _isInFlight = false;
    }

    /// <summary>The report under way may not have arrived: all of it goes again.</summary>
    public void Abandon()
    {
        if (_isInFlight)
        {
            _isInFlight = false;
            MarkAll();
        }
    }

    private static bool Differs(int one, int other, int step)
    {
        long difference = (long)one - other;
        return difference >= step || difference <= -step;
    }
}
