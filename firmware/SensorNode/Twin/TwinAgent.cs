using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode.Twin;

/// <summary>
/// The node's side of its twin: reads it after each connection, follows desired patches, applies, acknowledges and
/// reports, whatever is lost, doubled or reordered on the way. Driven by events; holds no clock and sends nothing
/// itself: the link takes <see cref="TakeRequest"/> and brings what arrives. Follows <see cref="TwinTable"/>.
/// </summary>
public sealed class TwinAgent
{
    /// <summary>How long an answer of the hub may take, in milliseconds.</summary>
    public const int AnswerTimeoutMs = 30000;

    /// <summary>
    /// How long after a reading the twin is read again although nothing happened: a last patch that got lost on a living
    /// connection leaves no gap to notice.
    /// </summary>
    public const int RefreshMs = 3600000;

    // After a patch was refused for its content the next ones hold one item; with each that is taken they grow again.
    private const int SinglePatch = 1;
    private const int SmallPatch = 512;

    /// <summary><see cref="NextWakeMs"/> where only an event can change anything.</summary>
    public const long Never = long.MaxValue;

    private readonly Backoff _backoff;
    private readonly TwinDocument _document = new TwinDocument();
    private TwinRequest _request;
    private int _lastRequestId;
    private int _readId = -1;
    private int _reportId = -1;
    private int _notedVersion;
    private long _refreshAtMs;
    private int _reportedVersion = -1;
    private bool _sawOlderTwin;
    private bool _adopted;
    private bool _isSomethingLeftOut;
    private int _patchLength = ReportWriter.PatchLength;
    private int _patchLimit = ReportWriter.PatchLength;
    private byte[] _payload;

    /// <param name="values">Settings in force at the start.</param>
    /// <param name="textRule">Judges texts.</param>
    /// <param name="alarmWords">Words of the alarms by bit number.</param>
    /// <param name="backoff">Waits after failures; belongs to the agent from now on.</param>
    /// <param name="firstRequestId">Where request numbers begin; should differ from boot to boot.</param>
    public TwinAgent(SettingsValues values, TextRule textRule, string[] alarmWords, Backoff backoff, int firstRequestId)
    {
        Book = new PropertyBook(values, textRule);
        Facts = new TwinFacts(alarmWords);
        _backoff = backoff;
        _lastRequestId = firstRequestId & 0xFFFFFF;
    }

    /// <summary>Desired, applied and acknowledged properties.</summary>
    public PropertyBook Book { get; }

    /// <summary>The node's read-only reported properties.</summary>
    public TwinFacts Facts { get; }

    /// <summary>How the node itself fares.</summary>
    public HealthFacts Health { get; } = new HealthFacts();

    /// <summary>Where the conversation stands.</summary>
    public TwinState State { get; private set; }

    /// <summary>Version of the desired properties applied last; -1 before the first.</summary>
    public int DesiredVersion { get; private set; } = -1;

    /// <summary>Version of the reported properties as the hub last confirmed it; -1 where not known.</summary>
    public int ReportedVersion => _reportedVersion;

    /// <summary>Requests in a row that the hub did not answer in time; from 2 on the connection is to be taken for dead.</summary>
    public int Unanswered { get; private set; }

    /// <summary>Documents refused because they were not JSON or had no version.</summary>
    public int Malformed { get; private set; }

    /// <summary>Where the last of them stopped being JSON, as a byte offset.</summary>
    public int MalformedAt { get; private set; } = -1;

    /// <summary>Requests that the hub answered with an error.</summary>
    public int Refusals { get; private set; }

    /// <summary>Items that the hub refused even by themselves: not reported until they change or the twin is read again.</summary>
    public int Unreportable { get; private set; }

    /// <summary>Status of the last error, 0 where there was none.</summary>
    public int LastErrorStatus { get; private set; }

    /// <summary>When <see cref="Step"/> next has something to do.</summary>
    public long NextWakeMs { get; private set; } = Never;

    /// <summary>Whether desired and reported are as far as the node knows: read, applied, and everything reported confirmed.</summary>
    public bool IsSettled => State == TwinState.Current && !HasNews();

    /// <summary>
    /// While it is true nothing is reported: what was applied is not durable yet, and what is acknowledged must be.
    /// </summary>
    public bool IsHeld { get; set; }

    /// <summary>Length in bytes from which a patch takes nothing more up. Before the first report.</summary>
    public void LimitPatches(int length)
    {
        _patchLength = length;
        _patchLimit = length;
    }

    /// <summary>The connection is there and the twin's topics are subscribed.</summary>
    public void Connected(long nowMs)
    {
        Unanswered = 0;
        Handle(TwinEvent.Connected, nowMs);
    }

    /// <summary>Asks for the twin again on the connection there is: whoever doubts that the hub still listens learns it from the answer.</summary>
    public void Ask(long nowMs)
    {
        if (State != TwinState.Offline)
        {
            Handle(TwinEvent.Connected, nowMs);
        }
    }

    /// <summary>The connection is gone.</summary>
    public void Disconnected(long nowMs)
    {
        Handle(TwinEvent.Disconnected, nowMs);
    }

    /// <summary>The hub answered a request.</summary>
    /// <param name="status">200 with the twin, 204 for a report, or an error.</param>
    /// <param name="requestId">The number given back.</param>
    /// <param name="version">The new reported version, or -1 where the answer has none.</param>
    /// <param name="payload">The body.</param>
    public void Answered(int status, int requestId, int version, byte[] payload, long nowMs)
    {
        if (requestId == _readId)
        {
            _readId = -1;
            Unanswered = 0;
            AnsweredRead(status, payload, nowMs);
        }
        else if (requestId == _reportId)
        {
            _reportId = -1;
            Unanswered = 0;
            if (status == 204)
            {
                // One more than before is this report alone. Else something came in between, be it an older report that arrived once more: what
                // it wrote over must be said again.
                bool isAlone = version < 0 || _reportedVersion < 0 || version == _reportedVersion + 1;
                _reportedVersion = version;
                _patchLimit = _patchLimit < SmallPatch ? SmallPatch
                    : _patchLimit > _patchLength >> 1 ? _patchLength
                    : _patchLimit << 1;
                Handle(TwinEvent.ReportAccepted, nowMs);
                if (!isAlone)
                {
                    MarkAll();
                }
            }
            else
            {
                CountError(status);
                ReportRefused(status, nowMs);
            }
        }
    }

    // 429 and what begins with 5 passes: the same again after a wait. 412: the twin is not as the node thinks. 400 and 413: the content,
    // which will be as bad the next time; one item that the hub does not take must not keep the others back.
    private void ReportRefused(int status, long nowMs)
    {
        if (status == 412)
        {
            Handle(TwinEvent.PatchGap, nowMs);
            return;
        }

        bool isContent = status == 400 || status == 413;
        if (isContent && _patchLimit == SinglePatch)
        {
            Unreportable++;
            _isSomethingLeftOut = true;
            Book.Confirm();
            Facts.Confirm();
            Health.Confirm();
            Handle(HasNews() ? TwinEvent.ReportFailed : TwinEvent.ReportAccepted, nowMs);
            return;
        }

        _patchLimit = isContent ? SinglePatch : _patchLimit;
        Handle(TwinEvent.ReportFailed, nowMs);
    }

    /// <summary>The hub sent a desired patch.</summary>
    public void Desired(byte[] payload, long nowMs)
    {
        if (!_document.LookAtPatch(payload))
        {
            CountMalformed();
            Handle(TwinEvent.PatchGap, nowMs);
            return;
        }

        _payload = payload;
        int version = _document.DesiredVersion;
        Handle(
            version <= DesiredVersion ? TwinEvent.PatchOld : version == DesiredVersion + 1 ? TwinEvent.PatchNext : TwinEvent.PatchGap,
            nowMs);
        _payload = null;
        _document.Leave();
    }

    /// <summary>Lets time pass: unanswered requests, waits that are over, and reports that are due.</summary>
    public void Step(long nowMs)
    {
        if (nowMs >= NextWakeMs && !(IsHeld && State == TwinState.ReportPause))
        {
            switch (State)
            {
                case TwinState.Reading:
                    Unanswered++;
                    Handle(TwinEvent.ReadFailed, nowMs);
                    break;
                case TwinState.Reporting:
                    Unanswered++;
                    Handle(TwinEvent.ReportFailed, nowMs);
                    break;
                case TwinState.ReadPause:
                case TwinState.ReportPause:
                case TwinState.Current:
                    Handle(TwinEvent.TimeIsUp, nowMs);
                    break;
            }
        }

        if (State == TwinState.Current && !IsHeld && HasNews())
        {
            Handle(TwinEvent.ReportDue, nowMs);
        }
    }

    /// <summary>What is to be sent now, or null. Each request is given once.</summary>
    public TwinRequest TakeRequest()
    {
        TwinRequest request = _request;
        _request = null;
        return request;
    }

    private bool HasNews()
    {
        return Book.HasNews() || Facts.HasNews() || Health.HasNews();
    }

    private void AnsweredRead(int status, byte[] payload, long nowMs)
    {
        if (status != 200)
        {
            CountError(status);
            Handle(TwinEvent.ReadFailed, nowMs);
            return;
        }

        if (!_document.LookAtTwin(payload))
        {
            CountMalformed();
            Handle(TwinEvent.ReadFailed, nowMs);
            return;
        }

        if (_document.DesiredVersion < DesiredVersion && !_sawOlderTwin)
        {
            // Never an older version over a newer one, unless the hub says so twice: then the identity was made anew
            // or the hub was set back, and its numbers count.
            _sawOlderTwin = true;
            Handle(TwinEvent.ReadFailed, nowMs);
            return;
        }

        _payload = payload;
        Handle(TwinEvent.TwinArrived, nowMs);
        _payload = null;
        _document.Leave();
    }

    private void Handle(TwinEvent happened, long nowMs)
    {
        TwinAction action = TwinTable.Action(State, happened);
        State = TwinTable.Next(State, happened);
        switch (action)
        {
            case TwinAction.Read:
                Abandon();
                _notedVersion = 0;
                _readId = NewRequestId();
                _request = new TwinRequest(_readId, null);
                NextWakeMs = nowMs + AnswerTimeoutMs;
                break;
            case TwinAction.ApplyTwin:
                ApplyTwin(nowMs);
                break;
            case TwinAction.ApplyPatch:
                Apply(_document.Enter(_payload), false, false);
                break;
            case TwinAction.NotePatch:
                // An unreadable patch has version -1: nobody knows what it brought, so any twin that arrives now may be older.
                int version = _document.DesiredVersion < 0 ? int.MaxValue : _document.DesiredVersion;
                _notedVersion = version > _notedVersion ? version : _notedVersion;
                break;
            case TwinAction.Report:
                Book.Abandon();
                Facts.Abandon();
                Health.Abandon();
                // Not kept: between reports there are minutes.
                var writer = new JsonWriter(1024, ReportWriter.MaximumLength);
                ReportWriter.Write(writer, Book, Facts, Health, _patchLimit);
                _reportId = NewRequestId();
                _request = new TwinRequest(_reportId, writer.ToArray());
                NextWakeMs = nowMs + AnswerTimeoutMs;
                break;
            case TwinAction.Confirm:
                Book.Confirm();
                Facts.Confirm();
                Health.Confirm();
                _backoff.Reset();
                NextWakeMs = _refreshAtMs;
                break;
            case TwinAction.Pause:
                NextWakeMs = nowMs + _backoff.Next();
                break;
            case TwinAction.Forget:
                Abandon();
                _readId = -1;
                NextWakeMs = Never;
                break;
        }
    }

    private void ApplyTwin(long nowMs)
    {
        _refreshAtMs = nowMs + RefreshMs;
        NextWakeMs = _refreshAtMs;
        _sawOlderTwin = false;
        bool isGap = _notedVersion > _document.DesiredVersion;
        bool isOther = _document.DesiredVersion != DesiredVersion;
        if (_document.ReportedVersion != _reportedVersion || _isSomethingLeftOut)
        {
            _isSomethingLeftOut = false;
            isOther = true;
            // Someone else's hand, a lost confirmation, a hub set back or a new boot: report everything.
            _reportedVersion = _document.ReportedVersion;
            MarkAll();
        }

        if (!_adopted)
        {
            _adopted = true;
            Book.AdoptStrays(_document.Enter(_payload, "reported"));
        }

        // Also where the versions say that nothing changed: a twin made anew may by chance have come to the same ones.
        Apply(_document.Enter(_payload, "desired"), true, !isOther);

        if (isGap)
        {
            Handle(TwinEvent.PatchGap, nowMs);
        }
        else
        {
            _backoff.Reset();
        }
    }

    private void Apply(JsonReader reader, bool isWhole, bool isRepeat)
    {
        DesiredVersion = _document.DesiredVersion;
        Book.Apply(reader, isWhole, DesiredVersion, isRepeat);
        Facts.SetUnacknowledged(Book.Unacknowledged);
    }

    private void MarkAll()
    {
        Book.MarkAll();
        Facts.MarkAll();
        Health.MarkAll();
    }

    private void Abandon()
    {
        Book.Abandon();
        Facts.Abandon();
        Health.Abandon();
        _reportId = -1;
        _request = null;
    }

    private int NewRequestId()
    {
        _lastRequestId++;
        return _lastRequestId;
    }

    private void CountError(int status)
    {
        Refusals++;
        LastErrorStatus = status;
    }

    private void CountMalformed()
    {
        Malformed++;
        MalformedAt = _document.MalformedAt;
    }
}
