using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Supervision;
using DeviceTwin.SensorNode.Twin;
using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode.Methods;

/// <summary>
/// Answers direct methods. What the talk side can do it does at once; what the measure side must do goes through
/// <see cref="IMeasureRequests"/>, and the answer waits for it. A call that arrives twice on one connection is carried out once and
/// answered twice. A stepped room; nothing of it throws.
/// </summary>
public sealed class MethodDesk : IMethodDesk
{
    /// <summary>Longest body of a call in bytes.</summary>
    public const int MaximumPayload = 1024;

    /// <summary>
    /// How long the answer may wait for the measure side. A hub waits 30 s unless the caller says otherwise; then the node says that it
    /// has begun.
    /// </summary>
    public const int MeasurePatienceMs = 20000;

    /// <summary>Time between the answer to <c>reboot</c> and the restart: the session sends on a thread of its own.</summary>
    public const int RestartDelayMs = 2000;

    /// <summary>The restart comes even where the answer cannot be sent.</summary>
    public const int RestartAtLatestMs = 10000;

    /// <summary>How long the number that <c>factoryReset</c> asks back is good.</summary>
    public const int NonceLifeMs = 120000;

    /// <summary>Longest time for <c>identify</c>.</summary>
    public const int MaximumIdentifySeconds = 300;

    /// <summary>Most events in one answer of <c>getTrace</c>.</summary>
    public const int MaximumEvents = 32;

    private const int StandardIdentifySeconds = 30;
    private const int StandardEvents = 16;
    private const int StandardTapSeconds = 15;
    private const int MaximumTapSeconds = 30;
    private const int BlinkMs = 250;
    private const int Remembered = 8;
    private const int MaximumAnswer = 6144;
    private const int Missing = -1;
    private const int Refused = -2;

    private readonly LinkOptions _options;
    private readonly IMeasureRequests _requests;
    private readonly TraceRing _trace;
    private readonly Jitter _jitter;
    private readonly string[] _alarmWords;
    private readonly string _bootId;
    private readonly bool _hasLamp;
    private readonly MethodArguments _arguments = new MethodArguments();
    private readonly TraceEntry _entry = new TraceEntry();

    // Made for each answer: there are hours between them.
    private JsonWriter _writer;

    // Calls of this connection, the answers to them where there are any yet, and whether these are to be sent.
    private readonly string[] _ids = new string[Remembered];
    private readonly string[] _names = new string[Remembered];
    private readonly int[] _digests = new int[Remembered];
    private readonly MethodAnswer[] _answers = new MethodAnswer[Remembered];
    private readonly bool[] _isDue = new bool[Remembered];
    private int _nextPlace;
    private int _waitingMethod;
    private int _waitingPlace = -1;
    private long _waitingUntilMs;
    private long _identifyUntilMs;
    private long _restartAtMs;
    private MethodAnswer _lastWords;
    private int _nonce = Missing;
    private long _nonceEndsMs;

    /// <param name="options">Whose <see cref="LinkOptions.DeviceId"/> confirms a factory reset.</param>
    /// <param name="bootId">Name of this start.</param>
    /// <param name="requests">The way to the measure side; null in safe mode, where nothing is measured.</param>
    /// <param name="alarmWords">Words of the alarms by bit number, null where the bit is no alarm.</param>
    /// <param name="hasLamp">Whether the board has a lamp.</param>
    public MethodDesk(
        LinkOptions options,
        string bootId,
        IMeasureRequests requests,
        TraceRing trace,
        string[] alarmWords,
        bool hasLamp,
        Jitter jitter)
    {
        _options = options;
        _bootId = bootId;
        _requests = requests;
        _trace = trace;
        _alarmWords = alarmWords;
        _hasLamp = hasLamp;
        _jitter = jitter;
    }

    /// <summary>Whether settings and what was learned are to be deleted when the restart is due.</summary>
    public bool IsResetAsked { get; private set; }

    /// <summary>Whether the node is to be restarted now.</summary>
    public bool IsRestartDue(long nowMs)
    {
        return _restartAtMs > 0 && nowMs >= _restartAtMs;
    }

    /// <summary>Whether the lamp shows which node it is.</summary>
    public bool IsIdentifying(long nowMs)
    {
        return nowMs < _identifyUntilMs;
    }

    /// <summary>Whether the lamp is to be on: four changes a second while it identifies the node.</summary>
    public bool IsLampOn(long nowMs)
    {
        return IsIdentifying(nowMs) && ((nowMs / BlinkMs) & 1) == 0;
    }

    /// <inheritdoc/>
    public void Connected()
    {
        for (int place = 0; place < Remembered; place++)
        {
            if (place != _waitingPlace)
            {
                _ids[place] = null;
                _answers[place] = null;
                _isDue[place] = false;
            }
        }

        // Whoever asked on an older connection does not wait any more; what was begun is finished.
        if (_waitingPlace >= 0)
        {
            _requests.Abandon();
            _ids[_waitingPlace] = null;
            _waitingPlace = -1;
        }
    }

    /// <inheritdoc/>
    public void Called(string name, string requestId, byte[] payload, long nowMs)
    {
        int digest = Digest(payload);
        for (int place = 0; place < Remembered; place++)
        {
            if (_ids[place] == requestId && _names[place] == name && _digests[place] == digest)
            {
                _isDue[place] = _answers[place] != null;
                return;
            }
        }

        int mine = Claim();
        if (mine < 0)
        {
            // More calls at once than anybody makes: the hub's own time-out answers.
            return;
        }

        _ids[mine] = requestId;
        _names[mine] = name;
        _digests[mine] = digest;
        _answers[mine] = null;
        int method = MethodCatalogue.Of(name);
        if (method == MethodCatalogue.Unknown)
        {
            Refuse(mine, method, MethodStatus.UnknownMethod, "the node has no such method", nowMs);
        }
        else if (payload != null && payload.Length > MaximumPayload)
        {
            Refuse(mine, method, MethodStatus.TooLong, "the body is longer than 1024 bytes", nowMs);
        }
        else if (!_arguments.Read(payload))
        {
            Refuse(mine, method, MethodStatus.BadPayload, "the body is no object of at most 4 numbers and texts", nowMs);
        }
        else
        {
            Do(mine, method, nowMs);
        }
    }

    /// <inheritdoc/>
    public void Step(long nowMs)
    {
        if (_waitingPlace < 0)
        {
            return;
        }

        MeasureResult result = _requests.TakeResult();
        if (result != null)
        {
            int place = _waitingPlace;
            _waitingPlace = -1;
            Answer(place, _waitingMethod, result.Status, result.Payload, nowMs);
        }
        else if (nowMs >= _waitingUntilMs)
        {
            _requests.Abandon();
            int place = _waitingPlace;
            _waitingPlace = -1;
            _writer = new JsonWriter(256, MaximumAnswer);
            _writer.StartObject();
            _writer.Member("state", "underWay");
            Finish(place, _waitingMethod, MethodStatus.Accepted, nowMs);
        }
    }

    /// <inheritdoc/>
    public MethodAnswer TakeAnswer(long nowMs)
    {
        for (int place = 0; place < Remembered; place++)
        {
            if (_isDue[place])
            {
                _isDue[place] = false;
                if (_answers[place] == _lastWords && nowMs + RestartDelayMs < _restartAtMs)
                {
                    _restartAtMs = nowMs + RestartDelayMs;
                }

                return _answers[place];
            }
        }

        return null;
    }

    private static int Digest(byte[] payload)
    {
        // FNV-1a: tells two calls of one number apart, no more.
        uint digest = 2166136261u;
        for (int index = 0; payload != null && index < payload.Length; index++)
        {
            digest = (digest ^ payload[index]) * 16777619u;
        }

        return (int)(long)digest;
    }

    // A place whose answer is neither awaited nor waiting to be sent, the oldest first.
    private int Claim()
    {
        for (int tried = 0; tried < Remembered; tried++)
        {
            int place = _nextPlace;
            _nextPlace = (_nextPlace + 1) & (Remembered - 1);
            if (place != _waitingPlace && !_isDue[place])
            {
                return place;
            }
        }

        return -1;
    }

    private void Do(int place, int method, long nowMs)
    {
        switch (method)
        {
            case MethodCatalogue.Identify:
                Identify(place, nowMs);
                break;
            case MethodCatalogue.Capture:
                Measure(place, method, MeasureRequest.Capture, 0, nowMs);
                break;
            case MethodCatalogue.SelfTest:
                Measure(place, method, MeasureRequest.SelfTest, 0, nowMs);
                break;
            case MethodCatalogue.TapTest:
                int seconds = _arguments.Number("seconds", 1, MaximumTapSeconds, StandardTapSeconds, Refused);
                Measure(place, method, MeasureRequest.TapTest, seconds, nowMs);
                break;
            case MethodCatalogue.RelearnBaseline:
                Measure(place, method, MeasureRequest.RelearnBaseline, 0, nowMs);
                break;
            case MethodCatalogue.AcknowledgeAlarm:
                Measure(place, method, MeasureRequest.AcknowledgeAlarms, Alarms(_arguments.Text("alarm")), nowMs);
                break;
            case MethodCatalogue.GetTrace:
                GetTrace(place, nowMs);
                break;
            case MethodCatalogue.Reboot:
                Reboot(place, nowMs);
                break;
            case MethodCatalogue.FactoryReset:
                FactoryReset(place, nowMs);
                break;
        }
    }

    private bool HasBadArguments(int place, int method, bool isBad, long nowMs)
    {
        if (!isBad && !_arguments.HasOthers())
        {
            return false;
        }

        Refuse(
            place,
            method,
            MethodStatus.BadPayload,
            isBad ? "a member is of the wrong type or out of its range" : "the method does not take all of these members",
            nowMs);
        return true;
    }

    private void Identify(int place, long nowMs)
    {
        int seconds = _arguments.Number("seconds", 0, MaximumIdentifySeconds, StandardIdentifySeconds, Refused);
        if (HasBadArguments(place, MethodCatalogue.Identify, seconds == Refused, nowMs))
        {
            return;
        }

        if (!_hasLamp)
        {
            Refuse(place, MethodCatalogue.Identify, MethodStatus.NotFitted, "the board has no lamp", nowMs);
            return;
        }

        _identifyUntilMs = nowMs + (seconds * 1000L);
        _writer = new JsonWriter(256, MaximumAnswer);
        _writer.StartObject();
        _writer.Member("seconds", seconds);
        Finish(place, MethodCatalogue.Identify, MethodStatus.Done, nowMs);
    }

    private void Measure(int place, int method, int request, int argument, long nowMs)
    {
        if (HasBadArguments(place, method, argument == Refused, nowMs))
        {
            return;
        }

        if (_requests == null)
        {
            Refuse(place, method, MethodStatus.Unavailable, "the node runs in safe mode and measures nothing", nowMs);
            return;
        }

        if (_waitingPlace >= 0 || !_requests.Post(request, argument))
        {
            Refuse(place, method, MethodStatus.Conflict, "another request is under way", nowMs);
            return;
        }

        _waitingPlace = place;
        _waitingMethod = method;
        _waitingUntilMs = nowMs + MeasurePatienceMs;
    }

    // Flags of the alarm with this word, of all alarms where there is none, Refused where it is no alarm.
    private int Alarms(string word)
    {
        int flags = 0;
        for (int bit = 0; bit < _alarmWords.Length; bit++)
        {
            if (_alarmWords[bit] != null && (word == null || word == _alarmWords[bit]))
            {
                flags |= 1 << bit;
            }
        }

        return flags == 0 ? Refused : flags;
    }

    private void GetTrace(int place, long nowMs)
    {
        int after = _arguments.Number("after", 0, int.MaxValue, Missing, Refused);
        int count = _arguments.Number("count", 1, MaximumEvents, StandardEvents, Refused);
        if (HasBadArguments(place, MethodCatalogue.GetTrace, after == Refused || count == Refused, nowMs))
        {
            return;
        }

        // Without a beginning the newest; with one, from there on, and how many were overwritten before they were read.
        int last = _trace.Last();
        int oldest = _trace.Oldest();
        int first = after == Missing ? last - count + 1 : after < last ? after + 1 : last + 1;
        int lost = after == Missing || first >= oldest ? 0 : oldest - first;
        first = first < oldest ? oldest : first;
        _writer = new JsonWriter(256, MaximumAnswer);
        _writer.StartObject();
        _writer.Member("bootId", _bootId);
        _writer.Member("last", last);
        _writer.Member("lost", lost);
        _writer.Name("events");
        _writer.StartArray();
        for (int number = first; number <= last && number < first + count; number++)
        {
            if (_trace.CopyTo(number, _entry))
            {
                _writer.StartObject();
                _writer.Member("number", _entry.Number);
                _writer.Member("uptimeMs", _entry.UptimeMs);
                _writer.Member("event", TraceEvent.Word(_entry.Event));
                _writer.Member("first", _entry.First);
                _writer.Member("second", _entry.Second);
                _writer.EndObject();
            }
        }

        _writer.EndArray();
        Finish(place, MethodCatalogue.GetTrace, MethodStatus.Done, nowMs);
    }

    private void Reboot(int place, long nowMs)
    {
        string boot = _arguments.Text("bootId");
        if (HasBadArguments(place, MethodCatalogue.Reboot, false, nowMs))
        {
            return;
        }

        if (boot != null && boot != _bootId)
        {
            // Whoever repeats the call after the restart has what he wanted.
            Refuse(place, MethodCatalogue.Reboot, MethodStatus.Conflict, "this is another start of the node", nowMs);
            return;
        }

        Restart(place, MethodCatalogue.Reboot, nowMs);
    }

    // Two calls: the first asks for a number, the second confirms with it. Neither a slip nor a repeated message can reset a node.
    private void FactoryReset(int place, long nowMs)
    {
        string device = _arguments.Text("deviceId");
        int nonce = _arguments.Number("nonce", 0, int.MaxValue, Missing, Refused);
        if (HasBadArguments(place, MethodCatalogue.FactoryReset, nonce == Refused, nowMs))
        {
            return;
        }

        bool isGood = nonce != Missing && nonce == _nonce && nowMs < _nonceEndsMs;
        _nonce = Missing;
        if (device == null || device != _options.DeviceId)
        {
            Refuse(place, MethodCatalogue.FactoryReset, MethodStatus.NotConfirmed, "deviceId must be the node's own", nowMs);
        }
        else if (isGood)
        {
            IsResetAsked = true;
            Restart(place, MethodCatalogue.FactoryReset, nowMs);
        }
        else if (nonce != Missing)
        {
            Refuse(place, MethodCatalogue.FactoryReset, MethodStatus.NotConfirmed, "the nonce is not the last one given, or too old", nowMs);
        }
        else
        {
            _nonce = 1 + _jitter.Below(1000000000);
            _nonceEndsMs = nowMs + NonceLifeMs;
            _writer = new JsonWriter(256, MaximumAnswer);
            _writer.StartObject();
            _writer.Member("nonce", _nonce);
            _writer.Member("validSeconds", NonceLifeMs / 1000);
            Finish(place, MethodCatalogue.FactoryReset, MethodStatus.Accepted, nowMs);
        }
    }

    private void Restart(int place, int method, long nowMs)
    {
        _restartAtMs = nowMs + RestartAtLatestMs;
        _writer = new JsonWriter(256, MaximumAnswer);
        _writer.StartObject();
        _writer.Member("bootId", _bootId);
        Finish(place, method, MethodStatus.Done, nowMs);
        _lastWords = _answers[place];
    }

    private void Refuse(int place, int method, int status, string message, long nowMs)
    {
        _writer = new JsonWriter(256, MaximumAnswer);
        _writer.StartObject();
        _writer.Member("error", MethodStatus.Word(status));
        _writer.Member("message", message);
        Finish(place, method, status, nowMs);
    }

    private void Finish(int place, int method, int status, long nowMs)
    {
        _writer.EndObject();
        byte[] payload = _writer.ToArray();
        _writer = null;
        Answer(place, method, status, payload, nowMs);
    }

    private void Answer(int place, int method, int status, byte[] payload, long nowMs)
    {
        _answers[place] = new MethodAnswer(_ids[place], status, payload);
        _isDue[place] = true;
        _trace.Add(TraceEvent.MethodAnswered, nowMs, method, status);
    }
}
