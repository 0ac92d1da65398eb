namespace DeviceTwin.SensorNode.Twin;

/// <summary>The read-only reported properties at the root of the twin: what the node knows about itself.</summary>
public sealed class TwinFacts
{
    /// <summary>Version of the firmware.</summary>
    public const int FirmwareVersion = 0;

    /// <summary>Kind of board.</summary>
    public const int Board = 1;

    /// <summary>New at each start.</summary>
    public const int BootId = 2;

    /// <summary>The verdict's word.</summary>
    public const int Verdict = 3;

    /// <summary>The ISO zone's word.</summary>
    public const int Zone = 4;

    /// <summary>Hash of the detector's settings.</summary>
    public const int SettingsHash = 5;

    /// <summary>Build and settings of the detector.</summary>
    public const int DetectorFingerprint = 6;

    /// <summary>Why the node last started.</summary>
    public const int ResetCause = 7;

    /// <summary>The standard and edition whose zones are meant.</summary>
    public const int ZoneEdition = 8;

    /// <summary>The verdict's word by the shadow's settings.</summary>
    public const int ShadowVerdict = 9;

    /// <summary>Hash of the shadow's settings.</summary>
    public const int ShadowSettingsHash = 10;

    /// <summary>Active alarms, an object of words.</summary>
    public const int Alarms = 11;

    /// <summary>Acknowledged ones among the active alarms, an object of words.</summary>
    public const int AcknowledgedAlarms = 12;

    /// <summary>Alarms that the shadow's settings would raise, an object of words.</summary>
    public const int ShadowAlarms = 13;

    /// <summary>Number of strays without an acknowledgement of their own.</summary>
    public const int Unacknowledged = 14;

    /// <summary>Number of facts: texts, from <see cref="Alarms"/> on sets of alarms, and last a number.</summary>
    public const int Count = 15;

    private readonly string[] _texts = new string[Alarms];
    private readonly bool[] _isKnown = new bool[Count];
    private readonly bool[] _isDirty = new bool[Count];
    private readonly bool[] _isInFlight = new bool[Count];
    private readonly string[] _alarmWords;
    private readonly int[] _flags = new int[Unacknowledged];
    private int _unacknowledged;

    /// <param name="alarmWords">Word of each alarm flag by bit number, null where the bit is no alarm.</param>
    public TwinFacts(string[] alarmWords)
    {
        _alarmWords = alarmWords;
    }

    /// <summary>The name of a fact.</summary>
    public static string Name(int fact)
    {
        switch (fact)
        {
            case FirmwareVersion:
                return "firmwareVersion";
            case Board:
                return "board";
            case BootId:
                return "bootId";
            case Verdict:
                return "verdict";
            case Zone:
                return "zone";
            case SettingsHash:
                return "settingsHash";
            case DetectorFingerprint:
                return "detectorFingerprint";
            case ResetCause:
                return "resetCause";
            case ZoneEdition:
                return "zoneEdition";
            case ShadowVerdict:
                return "shadowVerdict";
            case ShadowSettingsHash:
                return "shadowSettingsHash";
            case Alarms:
                return "alarms";
            case AcknowledgedAlarms:
                return "acknowledgedAlarms";
            case ShadowAlarms:
                return "shadowAlarms";
            default:
                return "unacknowledged";
        }
    }

    /// <summary>Sets a fact that is a text; it is reported where it differs from before. With null it leaves the twin.</summary>
    public void Set(int fact, string text)
    {
        if (!_isKnown[fact] || _texts[fact] != text)
        {
            _texts[fact] = text;
            Touch(fact);
        }
    }

    /// <summary>Sets a fact that is a set of alarms.</summary>
    /// <param name="fact"><see cref="Alarms"/>, <see cref="AcknowledgedAlarms"/> or <see cref="ShadowAlarms"/>.</param>
    /// <param name="flags">One bit per alarm, in the order of the words given to the constructor.</param>
    public void SetAlarms(int fact, int flags)
    {
        if (!_isKnown[fact] || _flags[fact] != flags)
        {
            _flags[fact] = flags;
            Touch(fact);
        }
    }

    /// <summary>Sets the number of strays without an acknowledgement of their own.</summary>
    public void SetUnacknowledged(int count)
    {
        if (!_isKnown[Unacknowledged] || _unacknowledged != count)
        {
            _unacknowledged = count;
            Touch(Unacknowledged);
        }
    }

    /// <summary>Everything that is known counts as not reported.</summary>
    public void MarkAll()
    {
        for (int fact = 0; fact < Count; fact++)
        {
            _isDirty[fact] = _isKnown[fact];
        }
    }

    /// <summary>Whether something is to be reported.</summary>
    public bool HasNews()
    {
        for (int fact = 0; fact < Count; fact++)
        {
            if (_isDirty[fact])
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether this fact is to be reported.</summary>
    public bool IsDirty(int fact)
    {
        return _isDirty[fact];
    }

    /// <summary>A text fact.</summary>
    public string Text(int fact)
    {
        return _texts[fact];
    }

    /// <summary>Number of <see cref="AlarmWord"/>.</summary>
    public int AlarmCount()
    {
        return _alarmWords.Length;
    }

    /// <summary>Word of an alarm, or null.</summary>
    public string AlarmWord(int bit)
    {
        return _alarmWords[bit];
    }

    /// <summary>Whether an alarm belongs to a set.</summary>
    public bool IsAlarm(int fact, int bit)
    {
        return (_flags[fact] & (1 << (bit & 31))) != 0;
    }

    /// <summary>The value of <see cref="Unacknowledged"/>.</summary>
    public int UnacknowledgedCount()
    {
        return _unacknowledged;
    }

    /// <summary>The fact is in the report under way.</summary>
    public void Took(int fact)
    {
        _isDirty[fact] = false;
        _isInFlight[fact] = true;
    }

    /// <summary>The report under way arrived.</summary>
    public void Confirm()
    {
        for (int fact = 0; fact < Count; fact++)
        {
            _isInFlight[fact] = false;
        }
    }

    /// <summary>The report under way may not have arrived.</summary>
    public void Abandon()
    {
        for (int fact = 0; fact < Count; fact++)
        {
            _isDirty[fact] |= _isInFlight[fact];
            _isInFlight[fact] = false;
        }
    }

    private void Touch(int fact)
    {
        _isKnown[fact] = true;
        _isDirty[fact] = true;
    }
}
