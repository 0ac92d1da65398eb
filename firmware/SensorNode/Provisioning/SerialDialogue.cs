using System;
using System.Security.Cryptography;
using System.Text;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode.Provisioning;

/// <summary>
/// The node's side of the conversation with a technician's tool. One request is under way at a time; each is answered, or told how far it
/// is, within <see cref="ScanMs"/> at most; a request that comes twice is answered twice and done once. <c>firmware/PROVISIONING.md</c> is
/// the specification.
/// </summary>
public sealed class SerialDialogue
{
    /// <summary>How soon a dialogue under way wants to be stepped again, in milliseconds.</summary>
    public const int BusyPeriodMs = 10;

    /// <summary>How soon a quiet one does.</summary>
    public const int QuietPeriodMs = 100;

    /// <summary>The longest sensor check in milliseconds.</summary>
    public const int SensorCheckMs = 10000;

    /// <summary>The longest scan for networks in milliseconds.</summary>
    public const int ScanMs = 15000;

    /// <summary>Time between two progress frames in milliseconds.</summary>
    public const int ProgressPeriodMs = 1000;

    /// <summary>A request that may not be served for so long (milliseconds) is answered with <see cref="SerialStatus.Busy"/>: within the second after which a tool asks again.</summary>
    public const int BusyAfterMs = 700;

    /// <summary>The longest measurement that can be asked for in milliseconds.</summary>
    public const int LongestMeasurementMs = 60000;

    private const int ShortestMeasurementMs = 1000;
    private const int StandardTapTestMs = 20000;
    private const int StandardNoiseMs = 5000;
    private const int MeasurementGraceMs = 5000;
    private const int RestartDelayMs = 500;
    private const int MostNetworks = 16;
    private const int PutHeader = 3;

    // Between the last byte of one request and the first of the next a tool thinks; a dialogue is under way for so long after a frame.
    private const int WakeMs = 2000;

    // A tool asks again after a second, twice; longer than this nobody waits for an answer that got lost.
    private const int RememberMs = 10000;

    // 2025-01-01; earlier is no date that a technician's computer would send.
    private const long EarliestUtcMs = 1735689600000;

    private readonly ISerialLink _link;
    private readonly IClock _clock;
    private readonly IRadio _radio;
    private readonly IProvisioningSensors _sensors;
    private readonly SerialReceiver _receiver = new SerialReceiver();
    private readonly RequestReader _request = new RequestReader();
    private readonly Staging _staging;

    // Made when something is to be said, and let go when nobody has asked for long.
    private JsonWriter _writer;

    // The answer to the last request, null before it is answered.
    private byte[] _last;
    private int _lastNumber = -1;
    private int _lastCrc;
    private int _number;
    private int _command;
    private long _heldSinceMs = -1;
    private bool _mayWork = true;
    private int _task;
    private int _taskState;
    private int _taskNumber;
    private long _taskUntilMs;
    private long _nextProgressMs;
    private long _awakeUntilMs = long.MinValue;
    private int _pending;
    private long _pendingAtMs;

    /// <param name="link">The line to the tool.</param>
    /// <param name="files">Where the configuration is stored.</param>
    /// <param name="clock">The calendar to set.</param>
    /// <param name="radio">Finds networks.</param>
    /// <param name="sensors">Measures; null where nothing can be measured.</param>
    /// <param name="facts">What to say of the node.</param>
    public SerialDialogue(ISerialLink link, IFiles files, IClock clock, IRadio radio, IProvisioningSensors sensors, ProvisioningFacts facts)
    {
        _link = link;
        _clock = clock;
        _radio = radio;
        _sensors = sensors;
        Facts = facts;
        _staging = new Staging(files);
        _staging.Start();
        _staging.Release();
    }

    /// <summary>What it says of the node.</summary>
    public ProvisioningFacts Facts { get; }

    /// <summary>Who may do what.</summary>
    public SessionLock Lock { get; } = new SessionLock();

    /// <summary>Configurations stored since the start.</summary>
    public int Commits { get; private set; }

    /// <summary>Frames that arrived garbled.</summary>
    public int Garbled { get; private set; }

    /// <summary>Requests served, repetitions left out.</summary>
    public int Served { get; private set; }

    /// <summary>Reads what arrived, answers, and lets a measurement under way go on. Never throws.</summary>
    /// <param name="nowMs">Monotonic time in milliseconds.</param>
    /// <returns>When it next wants to run.</returns>
    public long Step(long nowMs)
    {
        return Step(nowMs, true);
    }

    /// <summary>Reads what arrived.</summary>
    /// <returns>Whether there is something to do that takes memory.</returns>
    public bool Listen(long nowMs)
    {
        _receiver.Take(_link, nowMs);
        return _receiver.HasBytes || _task != 0;
    }

    /// <summary>The same as <see cref="Step(long)"/>.</summary>
    /// <param name="nowMs">Monotonic time in milliseconds.</param>
    /// <param name="mayWork">Whether there is memory for it; where there is none a request waits for <see cref="BusyAfterMs"/>, and then it is told to come again.</param>
    /// <returns>When it next wants to run.</returns>
    public long Step(long nowMs, bool mayWork)
    {
        _mayWork = mayWork;
        _receiver.Take(_link, nowMs);
        if (mayWork || !_receiver.HasBytes)
        {
            _heldSinceMs = -1;
        }
        else if (_heldSinceMs < 0)
        {
            _heldSinceMs = nowMs;
        }

        if (_heldSinceMs < 0 || nowMs - _heldSinceMs >= BusyAfterMs)
        {
            TakeAll(nowMs);
        }

        StepTask(nowMs);
        if (mayWork && nowMs >= _awakeUntilMs)
        {
            _staging.Release();
            if (_task == 0 && nowMs - _awakeUntilMs >= RememberMs)
            {
                Forget();
            }
        }

        return nowMs + (nowMs < _awakeUntilMs || _task != 0 || _heldSinceMs >= 0 ? BusyPeriodMs : QuietPeriodMs);
    }

    private void Forget()
    {
        _writer = null;
        _last = null;
        _lastNumber = -1;
    }

    private void StartText()
    {
        if (_writer == null)
        {
            _writer = new JsonWriter(SerialFrame.MaximumPayload, SerialFrame.MaximumPayload);
        }

        _writer.Clear();
        _writer.StartObject();
    }

    private void TakeAll(long nowMs)
    {
        int found = _receiver.Next(nowMs);
        while (found != SerialReceiver.Nothing)
        {
            _awakeUntilMs = nowMs + WakeMs;
            Take(found, nowMs);
            found = _receiver.Next(nowMs);
        }
    }

    /// <summary>What the host is to do now, once: a number of <see cref="DialogueRequest"/>. The answer has left by then.</summary>
    public int TakeRequest(long nowMs)
    {
        if (_pending == DialogueRequest.None || nowMs < _pendingAtMs)
        {
            return DialogueRequest.None;
        }

        int request = _pending;
        _pending = DialogueRequest.None;
        return request;
    }

    private void Take(int found, long nowMs)
    {
        if (found == SerialReceiver.Garbled)
        {
            // Nobody knows whose it was: number 0 belongs to no request.
            Garbled++;
            _number = 0;
            _command = 0;
            Begin(SerialStatus.Garbled);
            Send(SerialFrame.Response, false);
            return;
        }

        _number = _receiver.Number;
        _command = _receiver.Command;
        if (found == SerialReceiver.OtherVersion)
        {
            Begin(SerialStatus.OtherVersion);
            _writer.Member("version", SerialFrame.Version);
            Send(SerialFrame.Response, false);
            return;
        }

        if (_receiver.Kind != SerialFrame.Request || _number == 0)
        {
            return;
        }

        int length = _receiver.PayloadLength;
        int crc = SerialFrame.Crc16(_receiver.Buffer, 2, SerialFrame.HeaderLength - 2 + length);
        if (_number == _lastNumber && crc == _lastCrc)
        {
            // The answer got lost, or is under way.
            if (_last != null)
            {
                _link.Write(_last, 0, _last.Length);
            }

            return;
        }

        if ((_task != 0 || !_mayWork) && _command != SerialCommand.Cancel)
        {
            // Not remembered: asked again later, it is served.
            Begin(SerialStatus.Busy);
            Send(SerialFrame.Response, false);
            return;
        }

        _lastNumber = _number;
        _lastCrc = crc;
        _last = null;
        Served++;
        try
        {
            Serve(length, nowMs);
        }
        catch (Exception)
        {
            Answer(SerialStatus.Malformed);
        }

        _request.Release();
    }

    private void Serve(int length, long nowMs)
    {
        if (_command < 1 || _command >= SerialCommand.Count)
        {
            Answer(SerialStatus.UnknownCommand);
            return;
        }

        bool isOpenToAll = _command <= SerialCommand.Authenticate;
        if (!isOpenToAll && !Lock.IsOpen(_staging.IsProtected, nowMs))
        {
            // What somebody staged and left must not be there for the next one.
            ForgetStaged();
            Answer(SerialStatus.Locked);
            return;
        }

        Lock.Touch(nowMs);
        if (_command != SerialCommand.Put && !_request.Start(_receiver.Buffer, SerialFrame.HeaderLength, length))
        {
            Answer(SerialStatus.Malformed);
            return;
        }

        if (_command == SerialCommand.Status || !isOpenToAll)
        {
            _staging.Open();
        }

        switch (_command)
        {
            case SerialCommand.Identify:
                Identify();
                break;
            case SerialCommand.Status:
                TellStatus(nowMs);
                break;
            case SerialCommand.Challenge:
                Challenge(nowMs);
                break;
            case SerialCommand.Authenticate:
                Authenticate(nowMs);
                break;
            case SerialCommand.SensorCheck:
                Measure(ProvisioningMeasurement.SensorCheck, SensorCheckMs - MeasurementGraceMs, nowMs);
                break;
            case SerialCommand.TapTest:
                Measure(ProvisioningMeasurement.TapTest, StandardTapTestMs, nowMs);
                break;
            case SerialCommand.NoiseFloor:
                Measure(ProvisioningMeasurement.NoiseFloor, StandardNoiseMs, nowMs);
                break;
            case SerialCommand.WifiScan:
                _radio.StartScan();
                StartTask(nowMs, ScanMs);
                break;
            case SerialCommand.WifiSet:
            case SerialCommand.IdentitySet:
            case SerialCommand.HubSet:
                Stage();
                break;
            case SerialCommand.Put:
                Put(length);
                break;
            case SerialCommand.TimeSet:
                SetTime();
                break;
            case SerialCommand.Commit:
                Commit(nowMs);
                break;
            case SerialCommand.Discard:
                _staging.Load();
                Answer(SerialStatus.Ok);
                break;
            case SerialCommand.Reboot:
                Ask(Commits > 0 ? DialogueRequest.RestartProvisioned : DialogueRequest.Restart, nowMs);
                break;
            case SerialCommand.FactoryReset:
                FactoryReset(nowMs);
                break;
            case SerialCommand.Cancel:
                Cancel();
                break;
            case SerialCommand.Close:
                ForgetStaged();
                Lock.Close();
                Answer(SerialStatus.Ok);
                break;
        }
    }

    private void Identify()
    {
        Begin(SerialStatus.Ok);
        _writer.Member("board", Facts.Board);
        _writer.Member("firmware", Facts.Firmware);
        _writer.Member("protocol", SerialFrame.Version);
        _writer.Member("chipId", Facts.ChipId);
        _writer.Member("mac", Facts.Mac);
        _writer.Member("accelerometer", Facts.Accelerometer);
        _writer.Member("thermometer", Facts.Thermometer);
        Send(SerialFrame.Response, true);
    }

    private void TellStatus(long nowMs)
    {
        bool isOpen = Lock.IsOpen(_staging.IsProtected, nowMs);
        for (int field = 0; isOpen && field < StagedField.Count; field++)
        {
            if (_staging.Has(field))
            {
                TellField(field);
            }
        }

        Begin(SerialStatus.Ok);
        _writer.Member("protected", _staging.IsProtected);
        _writer.Member("open", isOpen);
        _writer.Member("staged", isOpen && _staging.IsChanged);
        _writer.Member("mode", Facts.Mode);
        _writer.Member("resetCause", Facts.ResetCause);
        _writer.Member("connected", Facts.IsConnected);
        _writer.Member("link", Facts.LinkFault);
        _writer.Member("utcMs", _clock.UtcMs());
        _writer.Member("uptimeMs", nowMs);
        if (isOpen)
        {
            _writer.Member("reason", _staging.Judge());
        }

        Send(SerialFrame.Response, true);
    }

    // Of a secret its length, and where it is long enough not to be guessed, a fingerprint: is it the key I think it is?
    private void TellField(int field)
    {
        string text = _staging.Text(field);
        StartText();
        _writer.Member("field", StagedField.Name(field));
        _writer.Member("length", text.Length);
        if (!StagedField.IsSecret(field) && text.Length <= 64)
        {
            _writer.Member("value", text);
        }
        else if (field != StagedField.NetworkPassword && field != StagedField.Secret)
        {
            _writer.Member("fingerprint", Fingerprint(text));
        }

        Send(SerialFrame.Progress, false);
    }

    private void Challenge(long nowMs)
    {
        if (!_staging.IsProtected)
        {
            Answer(SerialStatus.NotAvailable);
            return;
        }

        int wait = Lock.WaitMs(nowMs);
        Begin(wait > 0 ? SerialStatus.TooSoon : SerialStatus.Ok);
        if (wait > 0)
        {
            _writer.Member("retryAfterMs", wait);
        }
        else
        {
            byte[] challenge = Lock.Challenge(_staging.Text(StagedField.Secret), Facts.ChipId, Facts.Starts, nowMs, _clock.UtcMs());
            _writer.Member("challenge", Hexadecimal.Text(challenge, challenge.Length));
        }

        Send(SerialFrame.Response, true);
    }

    private void Authenticate(long nowMs)
    {
        if (!_staging.IsProtected)
        {
            Answer(SerialStatus.NotAvailable);
            return;
        }

        byte[] answer = Hexadecimal.Bytes(_request.Text("answer"));
        int status = Lock.Answer(_staging.Text(StagedField.Secret), Facts.ChipId, answer, nowMs);
        Begin(status);
        int wait = Lock.WaitMs(nowMs);
        if (status != SerialStatus.Ok && wait > 0)
        {
            _writer.Member("retryAfterMs", wait);
        }

        Send(SerialFrame.Response, true);
    }

    private void Stage()
    {
        string[] texts = new string[StagedField.Count];
        int wrong = _request.Fields(_command, texts);
        if (wrong >= 0)
        {
            Begin(SerialStatus.InvalidValue);
            _writer.Member("field", wrong == StagedField.Count ? "" : StagedField.Name(wrong));
            Send(SerialFrame.Response, true);
            return;
        }

        for (int field = 0; field < StagedField.Count; field++)
        {
            if (texts[field] != null)
            {
                _staging.Set(field, texts[field]);
            }
        }

        Answer(SerialStatus.Ok);
    }

    private void Put(int length)
    {
        if (length < PutHeader)
        {
            Answer(SerialStatus.Malformed);
            return;
        }

        byte[] frame = _receiver.Buffer;
        int at = SerialFrame.HeaderLength;
        int field = frame[at];
        int offset = frame[at + 1] | (frame[at + 2] << 8);
        int status = _staging.Put(field, offset, frame, at + PutHeader, length - PutHeader);
        Begin(status);
        _writer.Member("offset", _staging.Length(field));
        Send(SerialFrame.Response, true);
    }

    private void SetTime()
    {
        long utcMs = _request.Number("utcMs", 0);
        if (utcMs < EarliestUtcMs)
        {
            Begin(SerialStatus.InvalidValue);
            _writer.Member("field", "utcMs");
            Send(SerialFrame.Response, true);
            return;
        }

        _clock.SetUtcMs(utcMs);
        Begin(SerialStatus.Ok);
        _writer.Member("utcMs", _clock.UtcMs());
        Send(SerialFrame.Response, true);
    }

    private void Commit(long nowMs)
    {
        string secret = _request.Text("secret");
        if (secret == null && !_staging.IsProtected)
        {
            Refuse("provisioningSecretMissing");
            return;
        }

        if (secret != null && !Staging.IsSecret(secret))
        {
            Refuse("provisioningSecret");
            return;
        }

        string reason = _staging.Judge();
        if (reason.Length > 0)
        {
            Refuse(reason);
            return;
        }

        string before = _staging.Text(StagedField.Secret);
        if (secret != null)
        {
            _staging.Set(StagedField.Secret, secret);
        }

        if (!_staging.Commit())
        {
            _staging.Set(StagedField.Secret, before);
            Answer(SerialStatus.StorageFailed);
            return;
        }

        Commits++;

        // Whoever set the secret has shown that he knows it.
        Lock.OpenSigned(nowMs);
        Answer(SerialStatus.Ok);
    }

    private void FactoryReset(long nowMs)
    {
        // A word that nobody sends by accident.
        if (_request.Text("confirm") != "factoryReset")
        {
            Begin(SerialStatus.InvalidValue);
            _writer.Member("field", "confirm");
            Send(SerialFrame.Response, true);
        }
        else if (!_staging.Wipe())
        {
            Answer(SerialStatus.StorageFailed);
        }
        else
        {
            Ask(DialogueRequest.FactoryReset, nowMs);
        }
    }

    private void Cancel()
    {
        if (_task != 0)
        {
            int number = _number;
            StopMeasuring();
            Finish(SerialStatus.Cancelled);
            _number = number;
            _command = SerialCommand.Cancel;
        }

        Answer(SerialStatus.Ok);
    }

    private void Ask(int request, long nowMs)
    {
        _pending = request;
        _pendingAtMs = nowMs + RestartDelayMs;
        Answer(SerialStatus.Ok);
    }

    private void Measure(int measurement, int standardMs, long nowMs)
    {
        long duration = _request.Number("durationMs", standardMs);
        if (duration < ShortestMeasurementMs || duration > LongestMeasurementMs)
        {
            Begin(SerialStatus.InvalidValue);
            _writer.Member("field", "durationMs");
            Send(SerialFrame.Response, true);
        }
        else if (_sensors == null)
        {
            Answer(SerialStatus.NotAvailable);
        }
        else if (!_sensors.Begin(measurement, (int)duration, nowMs))
        {
            // Not remembered: asked again, it is tried again.
            _lastNumber = -1;
            Answer(SerialStatus.Busy);
        }
        else
        {
            StartTask(nowMs, (int)duration + MeasurementGraceMs);
        }
    }

    private void StartTask(long nowMs, int longestMs)
    {
        _task = _command;
        _taskState = ProvisioningMeasurement.Running;
        _taskNumber = _number;
        _taskUntilMs = nowMs + longestMs;
        _nextProgressMs = nowMs + ProgressPeriodMs;
    }

    private void StepTask(long nowMs)
    {
        if (_task == 0)
        {
            return;
        }

        // Watched all the time, told when there is memory for it.
        if (_task != SerialCommand.WifiScan && _taskState == ProvisioningMeasurement.Running)
        {
            _taskState = _sensors.Step(nowMs);
        }

        if (!_mayWork)
        {
            return;
        }

        if (_task == SerialCommand.WifiScan)
        {
            RadioNetwork[] found = _radio.Found();
            if (found != null)
            {
                TellNetworks(found);
                return;
            }
        }
        else
        {
            if (_taskState != ProvisioningMeasurement.Running)
            {
                TellFindings(_taskState == ProvisioningMeasurement.Done ? SerialStatus.Ok : SerialStatus.SensorFailed);
                return;
            }
        }

        if (nowMs >= _taskUntilMs)
        {
            StopMeasuring();
            Finish(SerialStatus.TimedOut);
        }
        else if (nowMs >= _nextProgressMs)
        {
            _nextProgressMs = nowMs + ProgressPeriodMs;
            Restore();
            StartText();
            if (_task != SerialCommand.WifiScan)
            {
                SensorFindings findings = _sensors.Findings();
                _writer.Member("percent", findings.Percent);
                TellNumber("taps", findings.Taps);
                TellNumber("peakMilliG", findings.PeakMilliG);
            }

            Send(SerialFrame.Progress, false);
        }
    }

    // One frame per network, the strongest first.
    private void TellNetworks(RadioNetwork[] found)
    {
        Restore();
        int told = 0;
        for (; told < found.Length && told < MostNetworks; told++)
        {
            int strongest = told;
            for (int index = told + 1; index < found.Length; index++)
            {
                strongest = found[index].SignalDbm > found[strongest].SignalDbm ? index : strongest;
            }

            RadioNetwork network = found[strongest];
            found[strongest] = found[told];
            found[told] = network;
            StartText();
            _writer.Member("network", network.Name);
            _writer.Member("signalDbm", network.SignalDbm);
            Send(SerialFrame.Progress, false);
        }

        _task = 0;
        Begin(SerialStatus.Ok);
        _writer.Member("networks", told);
        Send(SerialFrame.Response, true);
    }

    private void TellFindings(int status)
    {
        SensorFindings findings = _sensors.Findings();
        int task = _task;
        Restore();
        _task = 0;
        Begin(status);
        if (task == SerialCommand.SensorCheck || status != SerialStatus.Ok)
        {
            _writer.Member("accelerometer", findings.AccelerometerFault);
            _writer.Member("thermometer", findings.ThermometerFault);
        }

        TellNumber("accelerometerId", findings.AccelerometerId);
        TellNumber("thermometerId", findings.ThermometerId);
        TellNumber("selfTest", findings.SelfTestPassed);
        TellNumber("centiCelsius", findings.TemperatureCentiCelsius);
        TellNumber("taps", findings.Taps);
        TellNumber("resonanceHz", findings.ResonanceHertz);
        TellNumber("gravityXMilliG", findings.GravityXMilliG);
        TellNumber("gravityYMilliG", findings.GravityYMilliG);
        TellNumber("gravityZMilliG", findings.GravityZMilliG);
        TellNumber("noiseMicroG", findings.NoiseMicroG);
        TellNumber("peakMilliG", findings.PeakMilliG);
        Send(SerialFrame.Response, true);
    }

    private void TellNumber(string name, int value)
    {
        if (value != SensorFindings.NotMeasured)
        {
            _writer.Member(name, value);
        }
    }

    private void StopMeasuring()
    {
        if (_task != SerialCommand.WifiScan)
        {
            _sensors.Cancel();
        }
    }

    private void Finish(int status)
    {
        Restore();
        _task = 0;
        Answer(status);
    }

    // The answer to a measurement belongs to the request that began it.
    private void Restore()
    {
        _number = _taskNumber;
        _command = _task;
    }

    private void ForgetStaged()
    {
        if (_staging.IsChanged)
        {
            _staging.Load();
        }
    }

    private void Refuse(string reason)
    {
        Begin(SerialStatus.Incomplete);
        _writer.Member("reason", reason);
        Send(SerialFrame.Response, true);
    }

    private void Answer(int status)
    {
        Begin(status);
        Send(SerialFrame.Response, true);
    }

    private void Begin(int status)
    {
        StartText();
        _writer.Member("status", status);
        if (status != SerialStatus.Ok)
        {
            _writer.Member("word", SerialStatus.Word(status));
        }
    }

    private void Send(int kind, bool isRemembered)
    {
        _writer.EndObject();
        byte[] payload = _writer.Overflowed ? new byte[] { (byte)'{', (byte)'}' } : _writer.ToArray();
        byte[] frame = new byte[SerialFrame.LengthOf(payload.Length)];
        SerialFrame.Write(frame, kind, _number, _command, payload, payload.Length);
        if (isRemembered && _number == _lastNumber)
        {
            _last = frame;
        }

        _link.Write(frame, 0, frame.Length);
    }

    private static string Fingerprint(string text)
    {
        byte[] hash = HMACSHA256.HashData(Encoding.UTF8.GetBytes("devicetwin-fingerprint-1"), Encoding.UTF8.GetBytes(text));
        return Hexadecimal.Text(hash, 4);
    }
}
