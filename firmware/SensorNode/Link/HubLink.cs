using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.SensorNode.Link;

/// <summary>
/// Keeps a connection to the hub and moves twin, direct methods and telemetry over it. Connects when network and time of day are there,
/// returns after losses with backoff and full jitter, renews its token by reconnecting, and takes a connection for dead
/// when the hub leaves requests unanswered. Where a provisioning service names the hub, asks it first, and again when the hub
/// refuses the node for good. A stepped room: <see cref="Receive"/>, then <see cref="Send"/>.
/// </summary>
/// <remarks>
/// The wall clock may jump. A token is renewed when either clock says so: the wall clock, because a jump forward may have made the token
/// old, and the monotonic one, because after a jump backward the wall clock would say so too late. A hub that refuses the node may mean
/// its clock: <see cref="TakeClockDoubt"/> tells the loop to ask the time server before the next attempt.
/// </remarks>
public sealed class HubLink
{
    /// <summary>Longest time for TCP, TLS and CONNECT.</summary>
    public const int OpenTimeoutMs = 60000;

    /// <summary>
    /// Longest wait for SUBACK. Then the node goes on: a lost confirmation is not a lost subscription, and if it was one,
    /// the unanswered request for the twin shows it.
    /// </summary>
    public const int SubscribeTimeoutMs = 10000;

    /// <summary>Longest wait for PUBACK before a message is sent again.</summary>
    public const int PublishTimeoutMs = 20000;

    /// <summary>How often a message is sent on connections that are alive before others go first.</summary>
    public const int PublishAttempts = 3;

    /// <summary>Keepalive of the session.</summary>
    public const int KeepAliveSeconds = 60;

    /// <summary>First and largest ceiling of the wait before connecting again.</summary>
    public const int ReconnectBaseMs = 2000;

    /// <summary>Largest ceiling of the wait before connecting again.</summary>
    public const int ReconnectMaximumMs = 120000;

    /// <summary>Shortest wait after the hub refused the node itself: it will not change its mind within seconds.</summary>
    public const int RefusedMinimumMs = 30000;

    /// <summary>Refusals of the node's identity in a row after which the provisioning service is asked again.</summary>
    public const int RefusalsBeforeRegistering = 3;

    /// <summary>Failures in a row without an answer of the hub that make the node doubt its clock: certificates have dates, too.</summary>
    public const int FailuresBeforeDoubt = 4;

    private const int PollMs = 50;
    private const int IdlePollMs = 200;
    private const int MessagesPerStep = 16;

    private readonly IMqttSession _session;
    private readonly LinkOptions _options;
    private readonly TwinAgent _agent;
    private readonly Outbox _outbox;
    private readonly Jitter _jitter;
    private readonly Backoff _backoff;
    private readonly IMethodDesk _desk;
    private readonly DpsRegistration _registration;
    private readonly PacketIds _sentIds = new PacketIds(PublishAttempts);
    private long _notBeforeMs;
    private long _deadlineMs;
    private long _renewAtUtcMs;
    private long _renewAtMs;
    private int _subscribeId;
    private int _refusals;
    private int _failures;
    private bool _doubtsClock;
    private TelemetryMessage _message;
    private int _attempts;
    private long _sentMs;
    private long _heardMs;
    private bool _isProbing;
    private bool _isWaiting;
    private bool _wasReadyBefore;
    private bool _isProven;

    public HubLink(IMqttSession session, LinkOptions options, TwinAgent agent, Outbox outbox, Jitter jitter)
        : this(session, options, agent, outbox, jitter, null)
    {
    }

    /// <param name="options">With a provisioning service, hub and device are written into it when it names them.</param>
    /// <param name="desk">Answers direct methods; null where there are none.</param>
    public HubLink(IMqttSession session, LinkOptions options, TwinAgent agent, Outbox outbox, Jitter jitter, IMethodDesk desk)
    {
        _desk = desk;
        _registration = options.DpsHost == null ? null : new DpsRegistration(session, options, jitter.Below(1 << 20));
        _session = session;
        _options = options;
        _agent = agent;
        _outbox = outbox;
        _jitter = jitter;
        _backoff = new Backoff(ReconnectBaseMs, ReconnectMaximumMs, 100, jitter);
    }

    /// <summary>What the link counts.</summary>
    public LinkCounters Counters { get; } = new LinkCounters();

    /// <summary>Where the connection stands.</summary>
    public LinkState State { get; private set; }

    /// <summary>CONNACK code of the last refusal, -1 where the hub was not reached, 0 where there was no failure yet.</summary>
    public int LastFailure { get; private set; }

    /// <summary>Whether the last failure was one of the provisioning service.</summary>
    public bool HasFailedRegistering { get; private set; }

    /// <summary>When the present token is renewed, UTC milliseconds; 0 without a connection or a token.</summary>
    public long TokenRenewalUtcMs => _renewAtUtcMs;

    /// <summary>
    /// Whether the hub owes an answer about the twin: the memory for it must be there at any moment. Not for ever: with the second one that does not come in time the connection ends.
    /// </summary>
    public bool IsExchanging =>
        State == LinkState.Ready && (_agent.State == TwinState.Reading || _agent.State == TwinState.Reporting || _agent.Unanswered > 0);

    /// <summary>Counts the assignments of the provisioning service; each is to be kept over a restart before anything is sent.</summary>
    public int Assignments => Counters.Registrations;

    /// <summary>Whether the wall clock is to be set anew before the next attempt. Says so once.</summary>
    public bool TakeClockDoubt()
    {
        bool doubts = _doubtsClock;
        _doubtsClock = false;
        return doubts;
    }

    /// <summary>Takes what arrived and lets time pass. Sends nothing, so that what was applied can be saved before it is acknowledged.</summary>
    /// <param name="nowMs">Monotonic time; this room needs the wall clock's pace.</param>
    /// <param name="utcMs">UTC in milliseconds, 0 where not known.</param>
    /// <param name="isNetworkUp">Whether an address is held.</param>
    public void Receive(long nowMs, long utcMs, bool isNetworkUp)
    {
        switch (State)
        {
            case LinkState.Waiting:
                if (isNetworkUp && utcMs > 0 && nowMs >= _notBeforeMs)
                {
                    Begin(nowMs, utcMs);
                }

                break;
            case LinkState.Registering:
                Register(nowMs);
                break;
            case LinkState.Opening:
                WatchOpening(nowMs);
                break;
            default:
                ReceiveAll(nowMs, utcMs, isNetworkUp);
                break;
        }
    }

    /// <summary>Sends what is due.</summary>
    /// <returns>The time at which the room wants to run again.</returns>
    public long Send(long nowMs)
    {
        if (State == LinkState.Waiting)
        {
            return nowMs < _notBeforeMs && _notBeforeMs - nowMs < IdlePollMs ? _notBeforeMs : nowMs + IdlePollMs;
        }

        if (_desk != null)
        {
            _desk.Step(nowMs);
        }

        if (State == LinkState.Ready)
        {
            _agent.Step(nowMs);

            // Before anything is asked: a twin and the files' memories are not there at once.
            _outbox.AreFilesClosed = IsExchanging;
            if (_agent.Unanswered >= 2)
            {
                // Half open: the socket lives, the hub does not.
                Counters.HalfOpen++;
                Lose(nowMs, 0);
                return nowMs + PollMs;
            }

            SendRequest(nowMs);
            SendAnswers(nowMs);
            SendTelemetry(nowMs);
        }

        return nowMs + (State == LinkState.Ready && _message == null && _agent.IsSettled ? IdlePollMs : PollMs);
    }

    private void Begin(long nowMs, long utcMs)
    {
        if (_registration != null && (_options.HubHost == null || _refusals >= RefusalsBeforeRegistering))
        {
            Counters.ConnectAttempts++;
            State = LinkState.Registering;
            _registration.Start(nowMs, utcMs);
        }
        else
        {
            Open(nowMs, utcMs);
        }
    }

    private void Register(long nowMs)
    {
        _registration.Step(nowMs);
        if (_registration.State == DpsState.Assigned)
        {
            _options.HubHost = _registration.HubHost;
            _options.DeviceId = _registration.DeviceId;
            if (_registration.HubPort > 0)
            {
                _options.HubPort = _registration.HubPort;
            }

            Counters.Registrations++;
            _refusals = 0;
            Lose(nowMs, 0);
        }
        else if (_registration.State == DpsState.Failed)
        {
            // A hub that is known already may take the node again before the service answers.
            _refusals = 0;
            Fail(nowMs, _registration.Failure);
        }
    }

    private void Open(long nowMs, long utcMs)
    {
        long lifeMs = _options.TokenLifetimeSeconds * 1000L;
        string resource = HubDialect.Resource(_options.HubHost, _options.DeviceId);
        var session = new MqttSessionOptions();
        session.Host = _options.HubHost;
        session.Port = _options.HubPort;
        session.ClientId = _options.DeviceId;
        session.UserName = HubDialect.UserName(_options.HubHost, _options.DeviceId, TwinModel.ModelId);
        session.CleanSession = false;
        session.KeepAliveSeconds = KeepAliveSeconds;
        _options.FillIn(session, _options.Key != null);

        if (_options.Key != null)
        {
            // Between an eighth and a quarter of its life before it ends, so that a fleet does not renew all at once.
            int eighth = lifeMs > int.MaxValue ? int.MaxValue >> 3 : (int)(lifeMs >> 3);
            long lasts = lifeMs - eighth - _jitter.Below(eighth);
            session.Password = SasToken.Create(resource, _options.Key, (utcMs + lifeMs) / 1000);
            _renewAtUtcMs = utcMs + lasts;
            _renewAtMs = nowMs + lasts;
        }
        else
        {
            // A certificate is not renewed by reconnecting.
            _renewAtUtcMs = 0;
            _renewAtMs = 0;
        }

        _deadlineMs = nowMs + OpenTimeoutMs;
        Counters.ConnectAttempts++;
        State = LinkState.Opening;
        _session.Open(session);
    }

    private void WatchOpening(long nowMs)
    {
        MqttSessionState state = _session.State();
        if (state == MqttSessionState.Open)
        {
            Subscribe(nowMs);
        }
        else if (state == MqttSessionState.Closed)
        {
            Fail(nowMs, _session.ConnectReturnCode());
        }
        else if (nowMs >= _deadlineMs)
        {
            Fail(nowMs, -1);
        }
    }

    // A hub that forgot the session would never send a patch again, so the node subscribes after each connect, whatever CONNACK says.
    private void Subscribe(long nowMs)
    {
        _subscribeId = _desk == null
            ? _session.Subscribe(new string[] { HubDialect.AnswerFilter, HubDialect.DesiredFilter }, new byte[] { 0, 0 })
            : _session.Subscribe(
                new string[] { HubDialect.AnswerFilter, HubDialect.DesiredFilter, HubDialect.MethodFilter },
                new byte[] { 0, 0, 0 });
        if (_subscribeId < 0)
        {
            Fail(nowMs, -1);
            return;
        }

        _deadlineMs = nowMs + SubscribeTimeoutMs;
        State = LinkState.Subscribing;
    }

    private void BecomeReady(long nowMs)
    {
        State = LinkState.Ready;
        if (_wasReadyBefore)
        {
            Counters.Reconnects++;
        }

        _wasReadyBefore = true;
        _isProven = false;
        _refusals = 0;
        _failures = 0;
        _sentIds.Clear();
        _attempts = 0;
        if (_desk != null)
        {
            _desk.Connected();
        }

        _agent.Connected(nowMs);
    }

    private void ReceiveAll(long nowMs, long utcMs, bool isNetworkUp)
    {
        for (int count = 0; count < MessagesPerStep; count++)
        {
            MqttMessage message = _session.Receive();
            if (message == null)
            {
                break;
            }

            _heardMs = nowMs;
            Take(message, nowMs);
        }

        for (int confirmed = _session.NextConfirmed(); confirmed != 0; confirmed = _session.NextConfirmed())
        {
            _heardMs = nowMs;
            Confirm(confirmed, nowMs);
        }

        if (_session.State() != MqttSessionState.Open || !isNetworkUp)
        {
            Lose(nowMs, _backoff.Next());
        }
        else if (State == LinkState.Subscribing && nowMs >= _deadlineMs)
        {
            BecomeReady(nowMs);
        }
        else if (_renewAtMs > 0 && (utcMs >= _renewAtUtcMs || nowMs >= _renewAtMs))
        {
            Counters.TokenRenewals++;
            Lose(nowMs, 0);
        }
    }

    private void Take(MqttMessage message, long nowMs)
    {
        if (_outbox.Upload != null && _outbox.Upload.IsAnswer(message.Topic))
        {
            _outbox.Upload.Answered(HubDialect.Status(message.Topic), message.Payload);
        }
        else if (HubDialect.IsAnswer(message.Topic))
        {
            _agent.Answered(
                HubDialect.Status(message.Topic),
                HubDialect.Parameter(message.Topic, "$rid"),
                HubDialect.Parameter(message.Topic, "$version"),
                message.Payload,
                nowMs);
            if (!_isProven && _agent.State == TwinState.Current)
            {
                // Only now is the hub known to work: a hub that takes connections and drops them must not be hammered.
                _isProven = true;
                _backoff.Reset();
            }
        }
        else if (HubDialect.IsDesired(message.Topic))
        {
            _agent.Desired(message.Payload, nowMs);
        }
        else if (_desk != null && HubDialect.IsMethod(message.Topic))
        {
            Call(message, nowMs);
        }
        else
        {
            Counters.UnknownMessages++;
        }
    }

    // A call without a number cannot be answered, so it is none.
    private void Call(MqttMessage message, long nowMs)
    {
        string requestId = HubDialect.TextParameter(message.Topic, "$rid");
        if (requestId == null || requestId.Length == 0)
        {
            Counters.UnknownMessages++;
            return;
        }

        Counters.MethodCalls++;
        _desk.Called(HubDialect.MethodName(message.Topic), requestId, message.Payload, nowMs);
    }

    private void Confirm(int packetId, long nowMs)
    {
        if (State == LinkState.Subscribing && packetId == _subscribeId)
        {
            BecomeReady(nowMs);
        }
        else if (_message != null && _sentIds.Contains(packetId))
        {
            // Also by an earlier transmission: its confirmation is late, but the hub has the message.
            Counters.TelemetryConfirmed++;
            _outbox.Confirm();
            _message = null;
            _sentIds.Clear();
            _isWaiting = false;
            _attempts = 0;
        }
        else
        {
            Counters.StrayConfirmations++;
        }
    }

    private void SendAnswers(long nowMs)
    {
        while (_desk != null && State == LinkState.Ready)
        {
            MethodAnswer answer = _desk.TakeAnswer(nowMs);
            if (answer == null)
            {
                return;
            }

            if (_session.Publish(HubDialect.MethodAnswerTopic(answer.Status, answer.RequestId), answer.Payload, 0) < 0)
            {
                Lose(nowMs, _backoff.Next());
                return;
            }

            Counters.MethodAnswers++;
        }
    }

    private void SendRequest(long nowMs)
    {
        TwinRequest request = _agent.TakeRequest();
        if (request == null)
        {
            return;
        }

        bool isRead = request.Patch == null;
        string topic = isRead ? HubDialect.TwinTopic(request.RequestId) : HubDialect.ReportTopic(request.RequestId);
        if (_session.Publish(topic, isRead ? new byte[0] : request.Patch, 0) < 0)
        {
            Lose(nowMs, _backoff.Next());
            return;
        }

        if (isRead)
        {
            Counters.TwinReads++;
        }
        else
        {
            Counters.Reports++;
        }
    }

    private void SendTelemetry(long nowMs)
    {
        if (State != LinkState.Ready)
        {
            return;
        }

        if (_isWaiting && !IsToBeSentAgain(nowMs))
        {
            return;
        }

        if (_message == null)
        {
            _message = _outbox.Peek();
            _sentIds.Clear();
            _attempts = 0;
            if (_message == null)
            {
                return;
            }
        }

        string topic = _message.Properties != null
            ? HubDialect.MessageTopic(_options.DeviceId, _message.Properties)
            : HubDialect.TelemetryTopic(_options.DeviceId, _message.Kind, _message.BootId, _message.Sequence);
        int packetId = _session.Publish(topic, _message.Payload, 1);
        if (packetId <= 0)
        {
            Lose(nowMs, _backoff.Next());
            return;
        }

        _sentIds.Add(packetId);
        _isWaiting = true;
        _attempts++;
        _sentMs = nowMs;
        _isProbing = false;
        _deadlineMs = nowMs + PublishTimeoutMs;
        Counters.TelemetrySent++;
    }

    // The message under way has no confirmation yet: is it to be sent again, or put back (then another one may go)?
    private bool IsToBeSentAgain(long nowMs)
    {
        bool isHubAlive = _heardMs > _sentMs;
        if (nowMs < _deadlineMs && !(_isProbing && isHubAlive))
        {
            return false;
        }

        if (!isHubAlive)
        {
            if (_isProbing)
            {
                Counters.HalfOpen++;
                Lose(nowMs, 0);
                return false;
            }

            // The confirmation may be lost, or the connection: asking for the twin tells which.
            _isProbing = true;
            _deadlineMs = nowMs + TwinAgent.AnswerTimeoutMs;
            _agent.Ask(nowMs);
            SendRequest(nowMs);
            return false;
        }

        _isWaiting = false;
        if (_attempts >= PublishAttempts)
        {
            Counters.TelemetryUnconfirmed++;
            _outbox.PutBack();
            _message = null;
        }

        return true;
    }

    private void Fail(long nowMs, int code)
    {
        LastFailure = code;
        HasFailedRegistering = State == LinkState.Registering;
        Counters.ConnectFailures++;
        int wait = _backoff.Next();
        bool isRefused = code == 1 || code == 2 || code == 4 || code == 5;
        _failures++;
        if (isRefused)
        {
            Counters.ConnectRefusals++;
            wait += RefusedMinimumMs;
            _refusals = code == 1 || State == LinkState.Registering ? _refusals : _refusals + 1;
        }
        else if (code >= 400 && code < 429)
        {
            // The provisioning service knows the node, or does not, and will not change its mind within seconds either.
            wait += RefusedMinimumMs;
        }

        if (code == 4 || code == 5 || (code == -1 && _failures >= FailuresBeforeDoubt))
        {
            Counters.ClockDoubts++;
            _failures = 0;
            _doubtsClock = true;
        }

        Lose(nowMs, wait);
    }

    private void Lose(long nowMs, int waitMs)
    {
        _session.Close();
        bool wasReady = State == LinkState.Ready;
        State = LinkState.Waiting;
        _renewAtUtcMs = 0;
        _outbox.AreFilesClosed = false;
        _outbox.Release();
        _message = null;
        _renewAtMs = 0;
        _sentIds.Clear();
        _isWaiting = false;
        _notBeforeMs = nowMs + waitMs;
        if (wasReady)
        {
            _agent.Disconnected(nowMs);
        }
    }
}
