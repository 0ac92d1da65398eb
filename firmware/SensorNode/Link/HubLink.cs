using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.SensorNode.Link;

/// <summary>
/// Keeps a connection to the hub and moves twin and telemetry over it. Connects when network and time of day are there,
/// returns after losses with backoff and full jitter, renews its token by reconnecting, and takes a connection for dead
/// when the hub leaves requests unanswered. A stepped room: <see cref="Receive"/>, then <see cref="Send"/>.
/// </summary>
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

    private const int PollMs = 50;
    private const int IdlePollMs = 200;
    private const int MessagesPerStep = 16;

    private readonly IMqttSession _session;
    private readonly LinkOptions _options;
    private readonly TwinAgent _agent;
    private readonly Outbox _outbox;
    private readonly Jitter _jitter;
    private readonly Backoff _backoff;
    private long _notBeforeMs;
    private long _deadlineMs;
    private long _renewAtUtcMs;
    private int _subscribeId;
    private TelemetryMessage _message;
    private int _messageId;
    private int _attempts;
    private long _sentMs;
    private long _heardMs;
    private bool _isProbing;
    private bool _wasReadyBefore;
    private bool _isProven;

    public HubLink(IMqttSession session, LinkOptions options, TwinAgent agent, Outbox outbox, Jitter jitter)
    {
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

    /// <summary>When the present token is renewed, UTC milliseconds; 0 without a connection.</summary>
    public long TokenRenewalUtcMs => _renewAtUtcMs;

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
                    Open(nowMs, utcMs);
                }

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

        if (State == LinkState.Ready)
        {
            _agent.Step(nowMs);
            if (_agent.Unanswered >= 2)
            {
                // Half open: the socket lives, the hub does not.
                Counters.HalfOpen++;
                Lose(nowMs, 0);
                return nowMs + PollMs;
            }

            SendRequest(nowMs);
            SendTelemetry(nowMs);
        }

        return nowMs + (State == LinkState.Ready && _message == null && _agent.IsSettled ? IdlePollMs : PollMs);
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
        session.Password = SasToken.Create(resource, _options.Key, (utcMs + lifeMs) / 1000);
        session.CleanSession = false;
        session.KeepAliveSeconds = KeepAliveSeconds;
        session.CertificateAuthority = _options.CertificateAuthority;

        // Between an eighth and a quarter of its life before it ends, so that a fleet does not renew all at once.
        int eighth = (int)(lifeMs >> 3);
        _renewAtUtcMs = utcMs + lifeMs - eighth - _jitter.Below(eighth);
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
        _subscribeId = _session.Subscribe(
            new string[] { HubDialect.AnswerFilter, HubDialect.DesiredFilter },
            new byte[] { 0, 0 });
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
        _messageId = 0;
        _attempts = 0;
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
        else if (utcMs >= _renewAtUtcMs)
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
        else
        {
            Counters.UnknownMessages++;
        }
    }

    private void Confirm(int packetId, long nowMs)
    {
        if (State == LinkState.Subscribing && packetId == _subscribeId)
        {
            BecomeReady(nowMs);
        }
        else if (_message != null && packetId == _messageId)
        {
            Counters.TelemetryConfirmed++;
            _outbox.Confirm();
            _message = null;
            _messageId = 0;
            _attempts = 0;
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

        if (_messageId != 0 && !IsToBeSentAgain(nowMs))
        {
            return;
        }

        if (_message == null)
        {
            _message = _outbox.Peek();
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

        _messageId = packetId;
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

        _messageId = 0;
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
        Counters.ConnectFailures++;
        int wait = _backoff.Next();
        bool isRefused = code == 1 || code == 2 || code == 4 || code == 5;
        if (isRefused)
        {
            Counters.ConnectRefusals++;
            wait += RefusedMinimumMs;
        }

        Lose(nowMs, wait);
    }

    private void Lose(long nowMs, int waitMs)
    {
        _session.Close();
        bool wasReady = State == LinkState.Ready;
        State = LinkState.Waiting;
        _renewAtUtcMs = 0;
        _outbox.Release();
        _message = null;
        _messageId = 0;
        _notBeforeMs = nowMs + waitMs;
        if (wasReady)
        {
            _agent.Disconnected(nowMs);
        }
    }
}
