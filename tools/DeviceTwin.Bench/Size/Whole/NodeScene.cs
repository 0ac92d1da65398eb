using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.SensorNode;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Provisioning;
using DeviceTwin.SensorNode.Simulator.Board;
using DeviceTwin.SensorNode.Simulator.Machines;
using DeviceTwin.SensorNode.Simulator.Network;
using DeviceTwin.SensorNode.Supervision;
using DeviceTwin.SensorNode.Twin;
using Mono.Cecil;

namespace DeviceTwin.Bench.Size.Whole;

/// <summary>
/// A node of a board from its first start on: provisioned over the serial port, connected, measuring, with everything switched on; and what its operations
/// allocate. Runs inside <see cref="AllocationWorld"/>, in virtual time; one loop at a time where an operation is measured.
/// </summary>
public sealed class NodeScene
{
    private const string Capture = "measure";
    private const string Talk = "talk";
    private const string Serial = "serial";
    private const long UtcAtStart = 1_790_000_000_000;
    private const int PemLines = 28;
    private const string Secret = "cHJvdmlzaW9uaW5nLXNlY3JldC0xMjM0NTY3ODkwMTI=";
    private const string Key = "bm9kZS1rZXktb2YtdGhpcnR5LXR3by1ieXRlcyEhISE=";

    private readonly BoardDescription _board;
    private readonly AllocationLedger _ledger = new();
    private readonly SimulatedClock _clock = new(UtcAtStart);
    private readonly SimulatedHub _hub;
    private readonly SimulatedFiles _files;
    private readonly SimulatedBoard _simulated;
    private readonly SerialPipe _pipe = new();
    private readonly SerialReceiver _receiver = new();
    private readonly List<HeapOperation> _operations = [];
    private NodeParts _parts = null!;
    private Node _node = null!;
    private SerialHost _host = null!;
    private WorkTurn _turn = new();
    private WatchedSession _session = null!;
    private readonly List<long> _bursts = [];
    private readonly List<long> _idleMeasure = [];
    private readonly List<long> _idleTalk = [];
    private long _nowMs;
    private long _measureDueMs;
    private long _talkDueMs;
    private long _serialDueMs;
    private int _request;
    private long _between;

    private NodeScene(string board)
    {
        _board = BoardCatalogue.Named(board);
        _hub = new SimulatedHub(_clock.UptimeMs, _clock.UtcMs, 1);
        AccelerometerModelOptions sensor = _board.Accelerometer == SensorName.Ism330dhcx ? new Ism330dhcxModelOptions() : new Iis3dwbModelOptions();
        _files = new SimulatedFiles(_board.FileSystemBytes);
        _simulated = new SimulatedBoard(MachineFactory.Create(MachineKind.OuterRace), _clock, sensor, _files);
    }

    /// <summary>Measures a board's node.</summary>
    /// <returns>A <see cref="NodeHeap"/> as JSON: types of this world mean nothing outside.</returns>
    public static string Measure(string board)
    {
        var scene = new NodeScene(board);
        AllocationLedger.Open = scene._ledger;
        try
        {
            return JsonSerializer.Serialize(scene.Measure());
        }
        finally
        {
            AllocationLedger.Open = null;
        }
    }

    private NodeHeap Measure()
    {
        Provision();
        Start();
        WarmUp();
        _ledger.Elsewhere = QueueBytes;
        long queueRoom = QueueRoom();
        Captures();
        Idle();
        Waveform();
        Outage();
        Operate(Talk, "report: one setting changed, applied, stored and acknowledged", 0, () => Desire("""{"detection":{"velocityTripDelaySeconds":7}}"""), IsTold);
        Operate(Talk, "reconnect: session and whole twin", 0, _hub.BreakConnections, IsTold);

        // By now there is everything that stays: what these operations took is what they had beyond it.
        Require(Run(60_000, true, true, IsAtRest), "the node does not come to rest: " + State());
        long alive = AliveAtRest();
        IReadOnlyList<HeapPart> parts = Parts();
        for (int index = 0; index < _operations.Count; index++)
        {
            HeapOperation one = _operations[index];
            _operations[index] = one with { Extra = Math.Max(0, one.Extra - alive), Between = Math.Max(0, one.Between - alive) };
        }

        Rehearse("every property set that the board is fitted for", LargestTwin.Fitted(_board), false);
        Rehearse("every property set, two forests of 4,092 bytes", LargestTwin.Valid(), true);
        Rehearse("every property wrong, two texts of 4,096 bytes, unknown names", LargestTwin.Wrong(true), true);
        Clear();
        long idle = AliveAtRest();
        OperateWaiting(idle);
        Operate(Serial, "request: identify", idle, () => Ask(SerialCommand.Identify, ""), () => true);
        Operate(Serial, "provisioning: three certificates of 1.9 KB staged and committed", idle, StageAndCommit, () => true);
        return new NodeHeap(_board.Name, parts, alive, _operations, queueRoom, Middle(_bursts), Middle(_idleMeasure), Middle(_idleTalk));
    }

    private static long Middle(List<long> values) => values.Order().ElementAt(values.Count / 2);

    // A tool at the other end of the serial port gives the node what it needs; a start reads it again.
    private void Provision()
    {
        var supervisor = new Supervisor(_simulated.Files, _simulated.Power, new HealthCounters(), TalkLoop.SettingsFile);
        supervisor.Start();
        _host = NewHost(supervisor, null);
        Ask(SerialCommand.WifiSet, """{"network":"plant","networkPassword":"pass word"}""");
        Ask(SerialCommand.IdentitySet, $$"""{"deviceId":"pump-7","key":"{{Key}}"}""");
        Ask(SerialCommand.HubSet, """{"hubHost":"hub.plant.example","hubPort":8883,"timeServer":"time.plant.example"}""");
        Put(StagedField.CertificateAuthority, Pem("CERTIFICATE"));
        Ask(SerialCommand.Commit, $$"""{"secret":"{{Secret}}"}""");
    }

    private void Start()
    {
        _session = new WatchedSession(_hub.NewSession());
        _parts = _simulated.Parts();
        _parts.Session = _session;
        _parts.Identity = new IdentityStore(_simulated.Files).Load() ?? throw new InvalidOperationException("the identity was not stored");
        _parts.BoardName = _board.Name;
        _parts.CaptureCapacity = _board.CaptureCapacity;
        _parts.DetectorWindow = _board.DetectorWindow;
        _parts.HasTrial = _board.HasTrial;
        _parts.HasForest = _board.HasForest;
        _parts.OutboxQueueBytes = _board.OutboxQueueBytes;
        _parts.OutboxFileBytes = _board.FileSystemBytes - BoardDescription.ReservedFileBytes;
        _parts.WaveformCapacity = _board.WaveformCapacity;
        _parts.Seed = 1;
        _node = new Node(_parts);
        _turn = _node.Turn;
        _host = NewHost(_node.Supervisor, new TechnicianSensors(_node.Sensors));
        _measureDueMs = _talkDueMs = _serialDueMs = _nowMs;
    }

    private SerialHost NewHost(Supervisor supervisor, IProvisioningSensors? sensors)
    {
        var facts = new ProvisioningFacts { Board = _board.Name, ChipId = "a0b1c2d3e4f5", Mac = "a0b1c2d3e4f5", Accelerometer = _board.Accelerometer, Thermometer = _board.TemperatureSensor };
        return new SerialHost(_pipe, _simulated.Files, supervisor, new SerialDialogue(_pipe, _simulated.Files, _clock, _simulated.Radio, sensors, facts), _turn);
    }

    // Everything that is made once is made: settings, trial, learned levels, a spectrum, an alarm, a waveform on its way.
    private void WarmUp()
    {
        Desire("""
            {"machine":{"shaftSpeedMilliHertz":29500,"bpfoMilliOrders":3585,"bpfiMilliOrders":5415,"bsfMilliOrders":2357,"ftfMilliOrders":398,"isoGroup":2,"isoSupport":1,"mounting":1},
             "sampling":{"captureIntervalSeconds":10},
             "detection":{"bearingScoreLimitMilli":500,"bearingTripDelaySeconds":0},
             "reporting":{"spectrumEveryCaptures":1,"telemetryIntervalSeconds":10},
             "shadow":{"enabled":true,"velocityLimitUmPerSecond":1000,"envelopeBandLowHertz":1200}}
            """);
        Require(Run(600_000, true, true, () => _node.Status().Captures >= 12 && IsTold() && _node.Outbox.Count() == 0), "the node does not come to rest: " + State());
        Ask(SerialCommand.Identify, "");
        Run(120_000, true, true, () => false);
        Require(Run(60_000, true, true, IsAtRest), "the node does not come to rest again: " + State());
    }

    private void Captures()
    {
        Observe("capture: analysis, features and spectrum", "telemetry: features and spectrum sent and confirmed");
        Tell("""{"detection":{"velocityLimitUmPerSecond":10}}""");
        Observe("capture: the same under a new limit", "telemetry: the same under a new limit");

        // An alarm that is active already is not raised again.
        Tell("""{"detection":{"velocityLimitUmPerSecond":0,"velocityTripDelaySeconds":0}}""");
        Require(Run(60_000, true, true, () => IsAtRest() && !_node.Status().Alarms.Contains("high")), "the alarm does not end: " + State());
        Tell("""{"detection":{"band1LowHertz":500,"band1HighHertz":2000,"band1LimitMilliG":1}}""");
        Observe("capture: the same with a new alarm", "telemetry: the same with a new alarm", "high");
        Tell("""{"detection":{"velocityLimitUmPerSecond":10,"velocityTripDelaySeconds":null,"band1LowHertz":null,"band1HighHertz":null,"band1LimitMilliG":null}}""");
        Require(Run(60_000, true, true, IsAtRest), "no rest: " + State());
    }

    private void Observe(string capture, string telemetry, string? alarm = null)
    {
        int before = _node.Status().Captures;
        Require(Run(60_000, true, true, () => _node.IsCapturing()), "no capture begins");
        Require(alarm is null || Look(() => !_node.Status().Alarms.Contains(alarm)), "the alarm is raised before the capture: " + State());
        Operate(Capture, capture, 0, () => { }, () => _node.Status().Captures > before);
        Require(alarm is null || Look(() => _node.Status().Alarms.Contains(alarm)), "the capture raises no alarm: " + State());
        Operate(Talk, telemetry, 0, () => { }, () => _node.Outbox.Count() == 0, isListening: true);
        Require(Run(60_000, true, true, IsAtRest), "no rest: " + State());
    }

    private void Tell(string settings)
    {
        Desire(settings);
        Require(Run(60_000, false, true, IsTold), "settings are not told");
    }

    // Whether an alarm brought one or somebody asked for it: compressed in pieces, each of which the hub confirms.
    private void Waveform()
    {
        Require(Run(200_000, false, true, () => _node.Shelf.Look() is null && IsTold()), "the waveform is not done: " + State());
        int before = _hub.Waveforms;
        _node.Shelf.Request();
        Require(Run(60_000, true, true, () => _node.IsCapturing()), "no capture begins");
        Require(Run(60_000, true, false, () => _node.Shelf.Look() is not null), "no waveform on the shelf");
        Require(Run(60_000, true, false, () => !_node.IsCapturing()), "the capture does not end");
        Operate(Talk, "waveform: hashed, compressed and sent", 0, () => { }, () => _hub.Waveforms > before, isListening: true);
        Require(Run(60_000, false, true, () => _node.Shelf.Look() is null && IsTold()), "the waveform stays");
    }

    // The hub is away long enough for features to go to the files; alarms go there at once. Then all of it is sent.
    private void Outage()
    {
        _hub.IsOutage = true;
        _hub.BreakConnections();
        OfferAlarm(1);
        Run(Outbox.PatienceMs + Outbox.GatherMs + 60_000, true, true, () => false);
        Run(40_000, true, false, () => false);
        Require(Run(60_000, true, false, () => !_node.IsCapturing()), "the capture does not end");
        OfferAlarm(2);
        int stored = _files.Contents.Values.Sum();
        long untilMs = 0;
        Operate(Talk, "outage: features and alarms written to the files", 0, () => { }, () =>
        {
            untilMs = untilMs == 0 && _files.Contents.Values.Sum() > stored ? _nowMs + 2000 : untilMs;
            return untilMs > 0 && _nowMs >= untilMs;
        });
        Operate(Talk, "outage over: session and whole twin", 0, () => _hub.IsOutage = false, () => _node.Status() is { IsConnected: true, TwinState: TwinState.Current });
        Operate(Talk, "outage over: what is on file is read and sent", 0, () => { }, () => _node.Outbox.Count() == 0 && IsTold(), isListening: true);
        Require(Run(60_000, true, true, () => _node.Outbox.Count() == 0 && IsTold() && !_node.IsCapturing()), "no rest after the outage: " + State());
    }

    // As long as one is; what it says does not matter here.
    private void OfferAlarm(int number)
    {
        string body = "{\"at\":" + _clock.UtcMs() + ",\"id\":\"outerRace-" + number + "\",\"alarm\":\"outerRace\",\"state\":\"raised\",\"causes\":[\"" + new string('x', 440) + "\"]}";
        var message = new TelemetryMessage("alarm", Encoding.UTF8.GetBytes(body), TelemetryMessage.Urgent, "1-a", 1_000_000 + number);
        AllocationLedger.Note(message);
        _node.Outbox.Offer(message);
    }

    // Messages that wait have their room.
    private long QueueBytes()
    {
        var model = new HeapModel();
        return _node is null ? 0 : ((TelemetryMessage?[])Held(_node, "_outbox._messages")!).OfType<TelemetryMessage>().Sum(message => model.Bytes(message) + model.Bytes(message.Payload));
    }

    // A technician asks while the talk loop has the turn: he is told to come again.
    private void OperateWaiting(long alive)
    {
        Require(_turn.Take(WorkTurn.Talk, _nowMs), "somebody has the turn");
        byte[] frame = new byte[SerialFrame.MaximumLength];
        _request = (_request % 255) + 1;
        int length = SerialFrame.Write(frame, SerialFrame.Request, _request, SerialCommand.Identify, [], 0);
        _pipe.Send(frame.AsSpan(0, length));
        _ledger.Begin();
        int answer = 0;
        for (int turn = 0; answer == 0 && turn < 100; turn++)
        {
            _host.Step(_nowMs, true, LinkFault.None);
            answer = _pipe.Receive().Length;
            _nowMs += 10;
            _clock.AdvanceToMs(_nowMs);
        }

        Require(answer > 0, "a technician is not answered while talk has the turn");
        _operations.Add(new HeapOperation(Serial, NodeHeap.Waiting, false, false, Math.Max(0, _ledger.Peak - alive), _ledger.Stack, 0, 0, _ledger.Allocated));
        _turn.Give(WorkTurn.Talk);
    }

    // Applied while the node runs, read again after a broken connection, and as the first thing after a restart, with the report that follows.
    private void Rehearse(string name, JsonObject desired, bool isExtreme)
    {
        Clear();
        long alive = AliveAtRest();
        Operate(Talk, $"twin applied: {name}", alive, () => _hub.Desire(desired), IsTold, isExtreme);
        Operate(Talk, $"reconnect: {name}", alive, _hub.BreakConnections, IsTold, isExtreme);
        Restart();
        Operate(Talk, $"first report after a restart: {name}", alive, () => { }, IsTold, isExtreme);
    }

    private long AliveAtRest()
    {
        // What the MQTT client holds of its last messages comes and goes.
        _session.Forget();
        for (int second = 0; second < 30; second++)
        {
            // Nor does what a technician's request leaves for a while.
            _nowMs += 1000;
            _clock.AdvanceToMs(_nowMs);
            _host.Step(_nowMs, true, LinkFault.None);
        }

        return _ledger.Alive();
    }

    // A node with nothing but defaults, at rest.
    private void Clear()
    {
        var nothing = new JsonObject();
        foreach ((string component, JsonNode? _) in _hub.Twin.Desired)
        {
            nothing[component] = null;
        }

        _hub.Desire(nothing);
        Require(Run(900_000, false, true, IsTold), "the defaults are not told: " + State());
        Restart();
        Require(Run(900_000, false, true, IsTold), "the restarted node does not come to rest: " + State());
    }

    private void Restart()
    {
        // A start that was meant: the supervisor must not take it for a loop.
        _node.Supervisor.Restart(ResetCause.Requested, _nowMs);
        _session.Close();
        _node = null!;
        _host = null!;
        _parts = null!;
        Start();
    }

    private void Idle()
    {
        for (int turn = 0; turn < 200; turn++)
        {
            _clock.AdvanceToMs(++_nowMs);
            long before = _ledger.Allocated;
            if (turn % 2 == 0)
            {
                _node.StepTalk(_nowMs);
                _idleTalk.Add(_ledger.Allocated - before);
            }
            else
            {
                _node.StepMeasure(_nowMs);
                _idleMeasure.Add(_ledger.Allocated - before);
            }
        }
    }

    private void Operate(string loop, string name, long alive, Action begin, Func<bool> isOver, bool isExtreme = false, bool isListening = false)
    {
        if (loop != Capture)
        {
            // A capture that was under way is over; no other begins, because its loop rests.
            Require(Run(60_000, true, false, () => !_node.IsCapturing()), "the capture does not end");
        }

        _session.Largest = 0;
        _session.Forget();
        _between = _ledger.Begin();
        begin();
        _talkDueMs = _nowMs;
        Require(Run(900_000, loop == Capture, loop == Talk, isOver), $"{name}: does not end: {State()}");
        (long allocated, long peak, long stack) = (_ledger.Allocated, _ledger.Peak, _ledger.Stack);
        if (alive > 0 && !isExtreme)
        {
            // Settings on trial stay, where the board is fitted for them; they are in the table of what lives all the time.
            alive = Math.Max(alive, AliveAtRest());
        }

        _operations.Add(new HeapOperation(
            loop, name, isExtreme, isListening, Math.Max(0, peak - alive), stack, Math.Max(0, _between - alive), _session.Largest, allocated));
    }

    private bool IsAtRest() => IsTold() && _node.Outbox.Count() == 0 && !_node.IsCapturing();

    private bool IsTold() => _node.Status() is { IsConnected: true, IsTwinSettled: true } status && status.DesiredVersion == _hub.Twin.DesiredVersion;

    private string State() => JsonSerializer.Serialize(_node.Status(), new JsonSerializerOptions { IncludeFields = true });

    private bool Run(long milliseconds, bool measure, bool talk, Func<bool> isOver)
    {
        long untilMs = _nowMs + milliseconds;
        while (_nowMs < untilMs)
        {
            if (measure && _measureDueMs <= _nowMs)
            {
                bool wasCapturing = _node.IsCapturing();
                long before = _ledger.Allocated;
                _measureDueMs = _node.StepMeasure(_nowMs);
                if (wasCapturing && _node.IsCapturing())
                {
                    _bursts.Add(_ledger.Allocated - before);
                }
            }

            if (talk && _talkDueMs <= _nowMs && !_node.IsCapturing())
            {
                _talkDueMs = Math.Min(_node.StepTalk(_nowMs), _nowMs + 1000);
                if (_turn.Holder() != WorkTurn.Talk && _ledger.MayBeAbove(_between))
                {
                    _between = Math.Max(_between, _ledger.Alive());
                }
            }

            if (Look(isOver))
            {
                return true;
            }

            long next = Math.Min(measure ? _measureDueMs : long.MaxValue, talk && !_node.IsCapturing() ? _talkDueMs : long.MaxValue);
            _nowMs = Math.Max(_nowMs + 1, Math.Min(next, _nowMs + 20));
            _clock.AdvanceToMs(_nowMs);
        }

        return Look(isOver);
    }

    // Whoever looks from outside allocates, too; that is not the node's.
    private bool Look(Func<bool> isOver)
    {
        AllocationLedger.Open = null;
        bool isSo = isOver();
        AllocationLedger.Open = _ledger;
        return isSo;
    }

    private void StageAndCommit()
    {
        JsonObject challenge = Ask(SerialCommand.Challenge, "");
        AllocationLedger.Open = null;
        byte[] answer = SessionLock.Sign(Convert.FromBase64String(Secret), Convert.FromHexString((string)challenge["challenge"]!), "a0b1c2d3e4f5");
        Ask(SerialCommand.Authenticate, $$"""{"answer":"{{Convert.ToHexStringLower(answer)}}"}""");
        Ask(SerialCommand.IdentitySet, """{"kind":"x509","deviceId":"pump-7","key":""}""");
        Put(StagedField.CertificateAuthority, Pem("CERTIFICATE"));
        Put(StagedField.Certificate, Pem("CERTIFICATE"));
        Put(StagedField.CertificateKey, Pem("PRIVATE KEY"));
        Ask(SerialCommand.Commit, $$"""{"secret":"{{Secret}}"}""");
    }

    private JsonObject Ask(int command, string payload) => Ask(command, Encoding.UTF8.GetBytes(payload));

    // The tool's side is not counted.
    private JsonObject Ask(int command, byte[] payload)
    {
        AllocationLedger.Open = null;
        try
        {
            return AskUncounted(command, payload);
        }
        finally
        {
            AllocationLedger.Open = _ledger;
        }
    }

    private JsonObject AskUncounted(int command, byte[] payload)
    {
        _request = (_request % 255) + 1;
        byte[] frame = new byte[SerialFrame.MaximumLength];
        int length = SerialFrame.Write(frame, SerialFrame.Request, _request, command, payload, payload.Length);
        _pipe.Send(frame.AsSpan(0, length));
        for (int turn = 0; turn < 100; turn++)
        {
            AllocationLedger.Open = _ledger;
            _host.Step(_nowMs, true, LinkFault.None);
            AllocationLedger.Open = null;
            foreach (byte next in _pipe.Receive())
            {
                _receiver.Add([next], 1, _nowMs);
                while (_receiver.Next(_nowMs) is var found and not SerialReceiver.Nothing)
                {
                    if (found == SerialReceiver.Frame && _receiver.Kind == SerialFrame.Response && _receiver.Number == _request)
                    {
                        string text = Encoding.UTF8.GetString(_receiver.Buffer, SerialFrame.HeaderLength, _receiver.PayloadLength);
                        var response = (JsonObject)JsonNode.Parse(text)!;
                        Require((int)response["status"]! == SerialStatus.Ok, $"{SerialCommand.Word(command)}: {text}");
                        return response;
                    }
                }
            }

            _nowMs += 10;
            _clock.AdvanceToMs(_nowMs);
        }

        throw new InvalidOperationException($"{SerialCommand.Word(command)} is not answered");
    }

    private void Put(int field, string text)
    {
        const int Piece = 200;
        for (int offset = 0; offset < text.Length; offset += Piece)
        {
            Ask(SerialCommand.Put, [(byte)field, (byte)offset, (byte)(offset >> 8), .. Encoding.ASCII.GetBytes(text.Substring(offset, Math.Min(Piece, text.Length - offset)))]);
        }
    }

    private void Desire(string patch) => _hub.Desire((JsonObject)JsonNode.Parse(patch)!);

    private static string Pem(string what) =>
        $"-----BEGIN {what}-----\n{string.Concat(Enumerable.Range(0, PemLines).Select(line => new string((char)('A' + (line % 26)), 64) + "\n"))}-----END {what}-----\n";

    private static void Require(bool isSo, string message)
    {
        if (!isSo)
        {
            throw new InvalidOperationException(message);
        }
    }

    private long QueueRoom()
    {
        // Bodies up to the limit; each message with its own object and the head of its body.
        var messages = (TelemetryMessage[])Held(_node, "_outbox._messages")!;
        long each = new HeapModel().Bytes(new TelemetryMessage("", [], 0, "", 0)) + new HeapModel().Bytes(Array.Empty<byte>());
        return _board.OutboxQueueBytes + (messages.Length * each);
    }

    private List<HeapPart> Parts()
    {
        var model = new HeapModel(belongs: NodeParcel.Belongs);
        Type[] types = [.. new[] { typeof(SensorNode.Signal.Capture).Assembly, typeof(Node).Assembly }.SelectMany(one => one.GetTypes()).Where(NodeParcel.Belongs)];
        long statics = model.AddStatics(types.Where(type => !type.ContainsGenericParameters)) + (HeapModel.LiteralBytes * Literals());
        List<HeapPart> parts = [new("static data", "tables, words and limits", statics)];
        Add("buffers", "capture: samples", "_measure._vibration._capture");
        Add("buffers", "raw words of the FIFO", "_measure._vibration._raw");
        Add("buffers", "workspace: transforms, shared by velocity, spectrum and envelope", "_measure._detector._bearing._workspace");
        Add("buffers", "detector: what it keeps between steps of an analysis", "_measure._detector");
        Add("buffers", "result with two spectra", "_measure._result");
        Add("buffers", "waveform shelf, upload and its encoder", "_shelf", "_outbox.<Upload>k__BackingField");
        Add("buffers", "outbox: frame, lanes and codecs", "_outbox");
        Add("buffers", "telemetry writer", "_measure._composer");
        Add("buffers", "trace ring", "<Supervisor>k__BackingField.<Trace>k__BackingField");
        Add("state", "monitor: baseline and alarms", "_measure._monitor");
        Add("state", "trial: its own monitor and result", "_measure._trial");
        Add("state", "settings, twin, facts", "_agent", "_measure._values", "_measure._settings", "_measure._mailbox");
        parts.Add(new("state", "identity with a certificate of 1.9 KB", model.Add(_parts.Identity)));
        parts.Add(new("state", "acquisition, link, methods, supervision, the rest", model.Add(_node)));
        parts.Add(new("buffers", "serial dialogue", model.Add(_host)));
        return parts;

        void Add(string group, string name, params string[] paths) => parts.Add(new(group, name, paths.Sum(path => model.Add(Held(_node, path)))));
    }

    // The compiler's own fields stand in no namespace of the firmware; they are found where they are used.
    private static int Literals()
    {
        string folder = Path.GetDirectoryName(typeof(NodeScene).Assembly.Location)!;
        return new[] { typeof(SensorNode.Signal.Capture), typeof(Node) }.Sum(type =>
        {
            using ModuleDefinition module = ModuleDefinition.ReadModule(Path.Combine(folder, type.Assembly.GetName().Name + ".dll"));
            return PeModel.Literals(module.GetTypes().Where(one => NodeParcel.Belongs(OuterNamespace(one)))).Count();
        });
    }

    private static string? OuterNamespace(TypeDefinition type) => type.DeclaringType is { } outer ? OuterNamespace(outer) : type.Namespace;

    private static object? Held(object root, string path)
    {
        object? one = root;
        foreach (string name in path.Split('.'))
        {
            FieldInfo field = one!.GetType().GetField(name, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                ?? throw new InvalidOperationException($"{one.GetType().Name} has no {name}");
            one = field.GetValue(one);
        }

        return one;
    }
}
