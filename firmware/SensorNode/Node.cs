using System;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Methods;
using DeviceTwin.SensorNode.Provisioning;
using DeviceTwin.SensorNode.Supervision;
using DeviceTwin.SensorNode.Twin;
using DeviceTwin.SensorNode.Twin.Json;

namespace DeviceTwin.SensorNode;

/// <summary>
/// One sensor node: its rooms put together. Whoever hosts it calls <see cref="StepMeasure"/> and <see cref="StepTalk"/>,
/// from one thread or from two, each when it asked to be called or later. Neither waits (as far as the parts do not) nor throws.
/// </summary>
public sealed class Node
{
    /// <summary>Version of the firmware, as reported.</summary>
    public const string FirmwareVersion = "0.1.0";

    /// <summary>Name of the file that counts the starts.</summary>
    public const string BootsFile = "boots";

    // Whose room is small has few messages there: the smallest is an alarm of about 300 bytes.
    private const int OutboxMessages = 32;
    private const int BytesOfMessage = 256;

    // Twin requests are retried after 1 s at first, 5 minutes at most.
    private const int TwinRetryBaseMs = 1000;
    private const int TwinRetryMaximumMs = 300000;
    private const int TwinRetryMinimumMs = 250;

    // In safe mode the measure loop only shows that it lives.
    private const int SafePeriodMs = 1000;

    private readonly NodeParts _parts;
    private readonly Outbox _outbox;
    private readonly WaveformShelf _shelf;
    private readonly VerdictBoard _board = new VerdictBoard();
    private readonly TwinAgent _agent;
    private readonly HubLink _link;
    private readonly MeasureLoop _measure;
    private readonly TalkLoop _talk;
    private readonly string _bootId;

    public Node(NodeParts parts)
    {
        _parts = parts;
        Supervisor = new Supervisor(parts.Files, parts.Power, Health, TalkLoop.SettingsFile);
        Supervisor.Start();
        var jitter = new Jitter(parts.Seed);
        _bootId = CountBoot(jitter);
        var textRule = new SettingsTextRule(parts.HasTrial, parts.HasForest);
        SettingsValues values = LoadSettings(textRule);
        string[] alarmWords = AlarmWords();
        _agent = new TwinAgent(
            values,
            textRule,
            alarmWords,
            new Backoff(TwinRetryBaseMs, TwinRetryMaximumMs, TwinRetryMinimumMs, jitter),
            jitter.Below(1 << 20));
        _agent.LimitPatches(ReportWriter.SmallPatchLength);
        _agent.Facts.Set(TwinFacts.FirmwareVersion, FirmwareVersion);
        _agent.Facts.Set(TwinFacts.Board, parts.BoardName);
        _agent.Facts.Set(TwinFacts.BootId, _bootId);
        _agent.Facts.Set(TwinFacts.ResetCause, ResetCause.Word(Supervisor.Cause));
        _agent.Facts.Set(TwinFacts.Zone, TelemetryComposer.ZoneWord(DetectorResult.NotAvailable));
        _agent.Facts.Set(TwinFacts.ZoneEdition, DetectorResult.ZoneEdition);

        LinkOptions options = OptionsOf(parts.Identity);
        var assignment = new AssignmentStore(parts.Files);
        if (parts.Identity.Kind == IdentityKind.Dps && assignment.Load())
        {
            options.HubHost = assignment.HubHost;
            options.HubPort = assignment.HubPort;
            options.DeviceId = assignment.DeviceId;
        }

        int messages = parts.OutboxQueueBytes / BytesOfMessage;
        messages = messages < OutboxMessages ? messages : OutboxMessages;
        _outbox = new Outbox(messages, parts.OutboxQueueBytes, parts.Files, parts.OutboxFileBytes);
        _shelf = new WaveformShelf(parts.WaveformCapacity);
        _outbox.Upload = new WaveformUpload(_shelf, parts.WaveformCapacity > 0 ? WaveformUpload.PieceSamples : WaveformUpload.SmallPieceSamples);
        MeasureMailbox requests = null;
        var mailbox = new SettingsMailbox();
        mailbox.Put(values, -1);
        var baselines = new BaselineMailbox();
        if (Supervisor.Mode == NodeMode.Safe)
        {
            // Neither its memory nor its buses: what keeps the node from running may be there.
            _agent.Facts.Set(TwinFacts.Verdict, Verdict.Word(Verdict.Refused));
        }
        else
        {
            requests = new MeasureMailbox();
            _measure = new MeasureLoop(parts, _bootId, _outbox, _shelf, mailbox, baselines, requests, _board, Health, Supervisor.Trace);
            _measure.Restore(Read(TalkLoop.BaselineFile));
        }

        var desk = new MethodDesk(options, _bootId, requests, Supervisor.Trace, alarmWords, parts.Indicator != null, jitter);
        _link = new HubLink(parts.Session, options, _agent, _outbox, jitter, desk);
        var report = new HealthReport(Supervisor, parts.Power, parts.Radio, _agent.Health);
        _talk = new TalkLoop(parts, options, _agent, _link, desk, _outbox, mailbox, baselines, _board, Health, Supervisor, report, Turn);
    }

    /// <summary>Who may do something large: talk, or the dialogue with a technician.</summary>
    public WorkTurn Turn { get; } = new WorkTurn();

    /// <summary>What the node counts about itself.</summary>
    public HealthCounters Health { get; } = new HealthCounters();

    /// <summary>Liveness, restarts and what survives them.</summary>
    public Supervisor Supervisor { get; }

    /// <summary>What its link counts.</summary>
    public LinkCounters LinkCounters => _link.Counters;

    /// <summary>What waits for the hub, what was dropped, what failed.</summary>
    public Outbox Outbox => _outbox;

    /// <summary>The waveform that is on its way, and where one is asked for.</summary>
    public WaveformShelf Shelf => _shelf;

    /// <summary>Measures and judges.</summary>
    /// <param name="nowMs">Monotonic schedule time in milliseconds; a simulation may let it run faster than the wall clock.</param>
    /// <returns>When it next wants to run, in the same time.</returns>
    public long StepMeasure(long nowMs)
    {
        Supervisor.Loops.Beat(LoopWatch.Measure);
        return _measure == null ? nowMs + SafePeriodMs : _measure.Step(nowMs);
    }

    /// <summary>Whether a capture is under way: then a step must not be late.</summary>
    public bool IsCapturing()
    {
        return _measure != null && _measure.IsCapturing();
    }

    /// <summary>Messages made since the start, sent or not: what is neither with the hub nor here was dropped. Any thread may call it.</summary>
    public int MessagesMade()
    {
        return _measure == null ? 0 : _measure.MessagesMade();
    }

    /// <summary>What anybody may ask of the sensors beside the plan, or null in safe mode. Any thread may call it.</summary>
    public SensorDesk Sensors => _measure == null ? null : _measure.Sensors;

    /// <summary>Talks to the hub.</summary>
    /// <param name="nowMs">Monotonic wall time in milliseconds: time-outs and backoff are meant for a real network.</param>
    /// <returns>When it next wants to run, in the same time.</returns>
    public long StepTalk(long nowMs)
    {
        Supervisor.Loops.Beat(LoopWatch.Talk);
        return _talk.Step(nowMs, !IsCapturing());
    }

    /// <summary>Looks whether both loops live. Called by neither of them, now and then; restarts the node where one does not.</summary>
    /// <param name="nowMs">Monotonic time in milliseconds.</param>
    /// <returns>The loop that stands still (see <see cref="LoopWatch"/>), or -1.</returns>
    public int StepWatch(long nowMs)
    {
        return Supervisor.Watch(nowMs);
    }

    /// <summary>Whether twin and telemetry flow. Any thread may ask.</summary>
    public bool IsConnected => _link.State == LinkState.Ready;

    /// <summary>What keeps it from its hub: a number of <see cref="LinkFault"/>. Any thread may ask.</summary>
    public int LinkFault => _talk.Fault;

    /// <summary>A look from outside. Any thread may call it.</summary>
    public NodeStatus Status()
    {
        var status = new NodeStatus();
        _board.CopyTo(status, _agent.DesiredVersion);
        status.DeviceId = _parts.Identity.Name;
        status.DesiredVersion = _agent.DesiredVersion;
        status.ReportedVersion = _agent.ReportedVersion;
        status.LinkState = _link.State;
        status.TwinState = _agent.State;
        status.IsConnected = IsConnected;
        status.IsTwinSettled = _agent.IsSettled;
        status.Rejections = _agent.Book.Rejections;
        status.TelemetryConfirmed = _link.Counters.TelemetryConfirmed;
        status.TelemetryDropped = _outbox.Dropped();
        status.TelemetryWaiting = _outbox.Count();
        status.WaveformsSent = _outbox.Upload.Completed;
        status.WaveformsAbandoned = _shelf.Abandoned;
        status.ReportedPatches = _link.Counters.Reports;
        status.Reconnects = _link.Counters.Reconnects;
        status.LastConnectFailure = _link.LastFailure;
        status.BootId = _bootId;
        return status;
    }

    private static LinkOptions OptionsOf(NodeIdentity identity)
    {
        var options = new LinkOptions();
        if (identity.Kind == IdentityKind.Dps)
        {
            options.DpsHost = identity.DpsHost;
            options.DpsPort = identity.DpsPort;
            options.IdScope = identity.IdScope;
            options.RegistrationId = identity.RegistrationId;
        }
        else
        {
            options.DeviceId = identity.DeviceId;
            options.HubHost = identity.HubHost;
        }

        options.HubPort = identity.HubPort;
        options.Key = identity.Key;
        options.Pems = new IdentityPems(identity);
        options.TokenLifetimeSeconds = identity.TokenLifetimeSeconds;
        return options;
    }

    private static string[] AlarmWords()
    {
        string[] words = new string[Verdict.Count];
        for (int verdict = 0; verdict < Verdict.Count; verdict++)
        {
            bool isAlarm = verdict != Verdict.Normal && verdict != Verdict.NotRunning && verdict != Verdict.Refused;
            words[verdict] = isAlarm ? Verdict.Word(verdict) : null;
        }

        return words;
    }

    // The count names the start; the random part tells starts apart after the files were wiped.
    private string CountBoot(Jitter jitter)
    {
        int boots = 0;
        byte[] content = Read(BootsFile);
        for (int index = 0; content != null && index < content.Length && index < 9; index++)
        {
            int digit = content[index] - '0';
            boots = digit >= 0 && digit <= 9 ? (boots * 10) + digit : boots;
        }

        boots++;
        byte[] digits = new byte[Digits.MaximumLength];
        int count = Digits.Write(boots, digits, 0);
        byte[] updated = new byte[count];
        Array.Copy(digits, 0, updated, 0, count);
        try
        {
            _parts.Files.Write(BootsFile, updated);
        }
        catch (Exception)
        {
            Health.FileFailures++;
        }

        return Digits.Text(boots) + "-" + Digits.Text(100000 + jitter.Below(900000));
    }

    private SettingsValues LoadSettings(SettingsTextRule textRule)
    {
        byte[] content = Supervisor.Mode == NodeMode.LastGood ? Supervisor.LastGood() : Read(TalkLoop.SettingsFile);
        SettingsValues values = content == null ? null : SettingsCodec.Read(content, textRule);
        if (values == null)
        {
            return new SettingsValues();
        }

        textRule.Fit(values);
        return values;
    }

    private byte[] Read(string name)
    {
        try
        {
            return _parts.Files.Read(name);
        }
        catch (Exception)
        {
            Health.FileFailures++;
            return null;
        }
    }
}
