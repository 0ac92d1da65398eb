using System.Text;
using DeviceTwin.SensorNode.Twin;
using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode.Link;

/// <summary>Where a registration stands.</summary>
public enum DpsState
{
    /// <summary>None is under way.</summary>
    Idle = 0,

    /// <summary>TCP, TLS and CONNECT.</summary>
    Opening = 1,

    /// <summary>The confirmation of the subscription is awaited.</summary>
    Subscribing = 2,

    /// <summary>The answer to the request is awaited.</summary>
    Asking = 3,

    /// <summary>The service is assigning; it is asked again after the wait that it named.</summary>
    Waiting = 4,

    /// <summary>The service named a hub.</summary>
    Assigned = 5,

    /// <summary>It did not come about.</summary>
    Failed = 6,
}

/// <summary>
/// Asks the device provisioning service which hub the node belongs to and what its name there is. A stepped room over the session
/// that the link uses afterwards: one attempt from <see cref="Start"/> to <see cref="DpsState.Assigned"/> or <see cref="DpsState.Failed"/>.
/// </summary>
public sealed class DpsRegistration
{
    /// <summary>Longest time for TCP, TLS and CONNECT.</summary>
    public const int OpenTimeoutMs = 60000;

    /// <summary>Longest wait for the confirmation of the subscription; then the node goes on.</summary>
    public const int SubscribeTimeoutMs = 10000;

    /// <summary>Longest wait for an answer.</summary>
    public const int AnswerTimeoutMs = 30000;

    /// <summary>Longest time that a whole attempt may take.</summary>
    public const int AttemptTimeoutMs = 300000;

    /// <summary>Longest wait between two questions, whatever the service says.</summary>
    public const int LongestRetryAfterSeconds = 60;

    /// <summary>Life of the token in seconds: it is for one attempt.</summary>
    public const int TokenLifetimeSeconds = 3600;

    private const int KeepAliveSeconds = 60;
    private const int MessagesPerStep = 4;
    private const int StandardRetryAfterSeconds = 2;

    private readonly IMqttSession _session;
    private readonly LinkOptions _options;
    private readonly JsonReader _reader = new JsonReader();
    private int _lastRequestId;
    private int _requestId;
    private int _subscribeId;
    private string _operationId;
    private long _deadlineMs;
    private long _attemptEndsMs;

    /// <param name="session">Not open while this room works.</param>
    /// <param name="options">Scope, name, key or certificate. Read only.</param>
    /// <param name="firstRequestId">Where request numbers begin.</param>
    public DpsRegistration(IMqttSession session, LinkOptions options, int firstRequestId)
    {
        _session = session;
        _options = options;
        _lastRequestId = firstRequestId & 0xFFFFFF;
    }

    /// <summary>Where it stands.</summary>
    public DpsState State { get; private set; }

    /// <summary>The hub that the service named; null before.</summary>
    public string HubHost { get; private set; }

    /// <summary>The hub's port where the service named one, else 0.</summary>
    public int HubPort { get; private set; }

    /// <summary>The node's name at that hub.</summary>
    public string DeviceId { get; private set; }

    /// <summary>
    /// Why the last attempt failed: the CONNACK code (1 to 5), the status of the service's answer (100 and more), -1 where the service
    /// was not reached or did not answer.
    /// </summary>
    public int Failure { get; private set; }

    /// <summary>Begins an attempt.</summary>
    public void Start(long nowMs, long utcMs)
    {
        string resource = DpsDialect.Resource(_options.IdScope, _options.RegistrationId);
        var session = new MqttSessionOptions();
        session.Host = _options.DpsHost;
        session.Port = _options.DpsPort;
        session.ClientId = _options.RegistrationId;
        session.UserName = DpsDialect.UserName(_options.IdScope, _options.RegistrationId);
        session.CleanSession = true;
        session.KeepAliveSeconds = KeepAliveSeconds;
        _options.FillIn(session, _options.Key != null);
        if (_options.Key != null)
        {
            session.Password = SasToken.Create(resource, _options.Key, (utcMs / 1000) + TokenLifetimeSeconds, DpsDialect.Policy);
        }

        _operationId = null;
        _attemptEndsMs = nowMs + AttemptTimeoutMs;
        _deadlineMs = nowMs + OpenTimeoutMs;
        State = DpsState.Opening;
        _session.Open(session);
    }

    /// <summary>Does what is due.</summary>
    public void Step(long nowMs)
    {
        if (State == DpsState.Idle || State >= DpsState.Assigned)
        {
            return;
        }

        MqttSessionState state = _session.State();
        if (State == DpsState.Opening)
        {
            if (state == MqttSessionState.Open)
            {
                Subscribe(nowMs);
                return;
            }

            if (state == MqttSessionState.Closed)
            {
                Fail(_session.ConnectReturnCode());
                return;
            }
        }
        else
        {
            Receive(nowMs);
            if (State < DpsState.Assigned && state != MqttSessionState.Open)
            {
                Fail(-1);
            }
        }

        if (State < DpsState.Assigned && (nowMs >= _deadlineMs || nowMs >= _attemptEndsMs))
        {
            TimeIsUp(nowMs);
        }
    }

    /// <summary>Gives up.</summary>
    public void Stop()
    {
        if (State != DpsState.Idle)
        {
            _session.Close();
            State = DpsState.Idle;
        }
    }

    private void TimeIsUp(long nowMs)
    {
        if (nowMs < _attemptEndsMs && State == DpsState.Subscribing)
        {
            Ask(nowMs);
        }
        else if (nowMs < _attemptEndsMs && State == DpsState.Waiting)
        {
            Ask(nowMs);
        }
        else
        {
            Fail(-1);
        }
    }

    private void Subscribe(long nowMs)
    {
        _subscribeId = _session.Subscribe(new string[] { DpsDialect.AnswerFilter }, new byte[] { 1 });
        if (_subscribeId < 0)
        {
            Fail(-1);
            return;
        }

        _deadlineMs = nowMs + SubscribeTimeoutMs;
        State = DpsState.Subscribing;
    }

    private void Ask(long nowMs)
    {
        _lastRequestId++;
        _requestId = _lastRequestId;
        bool isFirst = _operationId == null;
        string topic = isFirst ? DpsDialect.RegisterTopic(_requestId) : DpsDialect.StatusTopic(_requestId, _operationId);
        if (_session.Publish(topic, isFirst ? Request() : new byte[0], 1) < 0)
        {
            Fail(-1);
            return;
        }

        _deadlineMs = nowMs + AnswerTimeoutMs;
        State = DpsState.Asking;
    }

    private byte[] Request()
    {
        return Encoding.UTF8.GetBytes(
            "{\"registrationId\":\"" + _options.RegistrationId + "\",\"payload\":{\"modelId\":\"" + TwinModel.ModelId + "\"}}");
    }

    private void Receive(long nowMs)
    {
        for (int confirmed = _session.NextConfirmed(); confirmed != 0; confirmed = _session.NextConfirmed())
        {
            // The confirmation of a request says nothing: the answer does.
            if (State == DpsState.Subscribing && confirmed == _subscribeId)
            {
                Ask(nowMs);
            }
        }

        for (int count = 0; count < MessagesPerStep && State < DpsState.Assigned; count++)
        {
            MqttMessage message = _session.Receive();
            if (message == null)
            {
                break;
            }

            if (State == DpsState.Asking && DpsDialect.IsAnswer(message.Topic) && HubDialect.Parameter(message.Topic, "$rid") == _requestId)
            {
                Take(message, nowMs);
            }
        }
    }

    private void Take(MqttMessage message, long nowMs)
    {
        int status = DpsDialect.Status(message.Topic);
        if (status == 202)
        {
            int seconds = HubDialect.Parameter(message.Topic, "retry-after");
            seconds = seconds < 1 ? StandardRetryAfterSeconds : seconds > LongestRetryAfterSeconds ? LongestRetryAfterSeconds : seconds;
            string operation = Text(message.Payload, "operationId", false);
            if (operation == null)
            {
                Fail(status);
                return;
            }

            _operationId = operation;
            _deadlineMs = nowMs + (seconds * 1000L);
            State = DpsState.Waiting;
            return;
        }

        if (status != 200 || Text(message.Payload, "status", false) != "assigned" || !TakeAssignment(message.Payload))
        {
            Fail(status < 100 ? -1 : status);
        }
    }

    private bool TakeAssignment(byte[] payload)
    {
        string hub = Text(payload, "assignedHub", true);
        string device = Text(payload, "deviceId", true);
        if (hub == null || device == null || hub.Length == 0 || device.Length == 0)
        {
            return false;
        }

        // The service may name a port to clients that understand one.
        int colon = hub.IndexOf(':');
        int port = 0;
        if (colon >= 0)
        {
            port = Digits.Parse(hub.Substring(colon + 1));
            hub = hub.Substring(0, colon);
            if (port < 1 || port > 65535 || hub.Length == 0)
            {
                return false;
            }
        }

        HubHost = hub;
        HubPort = port;
        DeviceId = device;
        _session.Close();
        State = DpsState.Assigned;
        return true;
    }

    // A text member of the answer, or of its member registrationState; null where it is missing or the answer is no JSON.
    private string Text(byte[] payload, string name, bool isInState)
    {
        _reader.Start(payload, payload.Length);
        string found = null;
        bool isInside = false;
        JsonToken token = _reader.Next();
        if (token != JsonToken.ObjectStart)
        {
            return null;
        }

        for (token = _reader.Next(); token != JsonToken.End; token = _reader.Next())
        {
            if (token == JsonToken.Malformed)
            {
                return null;
            }

            if (token == JsonToken.ObjectEnd)
            {
                isInside = false;
                continue;
            }

            if (token != JsonToken.Name)
            {
                continue;
            }

            bool isName = _reader.TextIs(name) && isInside == isInState;
            bool isState = _reader.Depth == 1 && _reader.TextIs("registrationState");
            token = _reader.Next();
            if (isState && token == JsonToken.ObjectStart)
            {
                isInside = true;
                continue;
            }

            if (isName && token == JsonToken.String)
            {
                found = _reader.Text();
            }

            if (!_reader.Skip(token))
            {
                return null;
            }
        }

        return found;
    }

    private void Fail(int code)
    {
        Failure = code;
        _session.Close();
        State = DpsState.Failed;
    }
}
