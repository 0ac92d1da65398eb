using System;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Methods;
using DeviceTwin.SensorNode.Provisioning;
using DeviceTwin.SensorNode.Supervision;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.SensorNode;

/// <summary>The node's conversation: network, hub, twin, outbox; and the settings' way to the measure loop and to the file. Runs at the wall clock's pace.</summary>
public sealed class TalkLoop
{
    /// <summary>Name of the file that keeps the applied settings.</summary>
    public const string SettingsFile = "settings";

    /// <summary>Name of the file that keeps what was learned of the machine.</summary>
    public const string BaselineFile = "baseline";

    private const int JoinPeriodMs = 30000;

    // While a waveform is hashed or compressed there is always something to do; the measure loop has its turn in between.
    private const int BusyPollMs = 10;

    // The time server is asked out of turn no more often than this.
    private const int SynchronizePeriodMs = 20000;

    // How soon the loop looks again where a technician's request is served just now.
    private const int NoTurnPollMs = 20;

    // A clock that was corrected by less was drift.
    private const int JumpMs = 2000;

    // While the settings cannot be written they are not acknowledged; after this time they are, because the hub's twin brings them back.
    private const int UnsavedPatienceMs = 60000;
    private const int SaveAgainMs = 5000;

    private readonly NodeParts _parts;
    private readonly LinkOptions _options;
    private readonly MethodDesk _desk;
    private readonly AssignmentStore _assignment;
    private readonly TraceRing _trace;
    private readonly TwinAgent _agent;
    private readonly HubLink _link;
    private readonly Outbox _outbox;
    private readonly SettingsMailbox _mailbox;
    private readonly BaselineMailbox _baselines;
    private readonly VerdictBoard _board;
    private readonly HealthCounters _health;
    private readonly Supervisor _supervisor;
    private readonly HealthReport _report;
    private readonly WorkTurn _turn;
    private int _savedChanges;
    private int _postedChanges;
    private int _postedVersion = -1;
    private long _nextJoinMs;
    private long _nextSynchronizeMs;
    private long _utcOffsetMs;
    private long _unsavedSinceMs = -1;
    private long _saveAgainMs;
    private int _assigned;
    private int _tracedFailures;
    private int _tracedFileFailures;
    private LinkState _tracedState;
    private bool _isToldLater;
    private bool _isLampOn;
    private bool _isRestarting;

    public TalkLoop(
        NodeParts parts,
        LinkOptions options,
        TwinAgent agent,
        HubLink link,
        MethodDesk desk,
        Outbox outbox,
        SettingsMailbox mailbox,
        BaselineMailbox baselines,
        VerdictBoard board,
        HealthCounters health,
        Supervisor supervisor,
        HealthReport report,
        WorkTurn turn)
    {
        _turn = turn;
        _parts = parts;
        _options = options;
        _desk = desk;
        _trace = supervisor.Trace;
        _assignment = new AssignmentStore(parts.Files);
        _agent = agent;
        _link = link;
        _outbox = outbox;
        _mailbox = mailbox;
        _baselines = baselines;
        _board = board;
        _health = health;
        _supervisor = supervisor;
        _report = report;
    }

    /// <summary>What keeps the node from its hub: a number of <see cref="Boards.LinkFault"/>. Any thread may ask.</summary>
    public int Fault { get; private set; }

    /// <summary>Does what is due.</summary>
    /// <param name="mayWrite">Whether no capture is disturbed by the flash being erased.</param>
    /// <returns>The time at which the loop wants to run again.</returns>
    public long Step(long nowMs, bool mayWrite)
    {
        if (!_turn.Take(WorkTurn.Talk, nowMs))
        {
            return nowMs + NoTurnPollMs;
        }

        long next = Talk(nowMs, mayWrite);
        GiveTurn();
        return next;
    }

    private void GiveTurn()
    {
        if (_link.IsExchanging)
        {
            return;
        }

        // What is on file is sent in one go as long as nobody else wants the room.
        bool isReading = _link.State == LinkState.Ready && _outbox.HoldsMemory;
        if (isReading && _turn.IsWanted())
        {
            _outbox.ReleaseFiles();
            isReading = false;
        }

        if (!isReading)
        {
            _turn.Give(WorkTurn.Talk);
        }
    }

    private long Talk(long nowMs, bool mayWrite)
    {
        bool isUp = _parts.Radio.IsUp();
        if (!isUp && _parts.Identity.Network != null && nowMs >= _nextJoinMs)
        {
            _nextJoinMs = nowMs + JoinPeriodMs;
            _parts.Radio.Join(_parts.Identity.Network, _parts.Identity.NetworkPassword);
        }

        long utcMs = _parts.Clock.UtcMs();
        _supervisor.NoteDropped(_outbox.Dropped(TelemetryMessage.Urgent), _outbox.Dropped(TelemetryMessage.Normal));
        _supervisor.Keep(nowMs, utcMs, _outbox.Dropped());
        _report.Step(nowMs, _outbox.Count(), mayWrite);
        NoteJump(nowMs, utcMs);
        _link.Receive(nowMs, utcMs, isUp);
        Fault = FaultNow(isUp, utcMs);
        SaveAssignment();
        SaveSettings(nowMs);
        PassSettingsOn(nowMs);
        if (mayWrite)
        {
            SaveBaseline();
        }

        _board.CopyTo(_agent.Facts);
        bool isReady = _link.State == LinkState.Ready;
        _outbox.Step(nowMs, isReady, mayWrite);
        bool isBusy = _outbox.Upload.Step(nowMs, isReady);
        long next = _link.Send(nowMs);
        SetClock(nowMs);
        ShowLamp(nowMs);
        NoteLink(nowMs);
        RestartWhereAsked(nowMs);
        return isBusy && next > nowMs + BusyPollMs ? nowMs + BusyPollMs : next;
    }

    private int FaultNow(bool isUp, long utcMs)
    {
        return _link.State == LinkState.Ready ? LinkFault.None
            : !isUp ? _parts.Radio.Fault()
            : utcMs <= 0 ? LinkFault.ClockUnset
            : _link.LastFailure == 0 ? LinkFault.None
            : _link.HasFailedRegistering ? LinkFault.RegistrationFailed
            : _link.LastFailure > 0 ? LinkFault.HubRefused
            : LinkFault.HubUnreachable;
    }

    // Before anything is acknowledged: an acknowledged setting must outlive a power cut.
    private void SaveSettings(long nowMs)
    {
        if (_agent.Book.Changes == _savedChanges)
        {
            return;
        }

        if (_supervisor.Holds(_agent.DesiredVersion))
        {
            // The node fell back from these: the file keeps them, and another version brings others.
            _savedChanges = _agent.Book.Changes;
            _unsavedSinceMs = -1;
            _agent.IsHeld = false;
            return;
        }

        if (_unsavedSinceMs < 0 || nowMs >= _saveAgainMs)
        {
            int changes = _agent.Book.Changes;
            if (Save(SettingsFile, SettingsCodec.Write(_agent.Book.Values)))
            {
                _savedChanges = changes;
                _unsavedSinceMs = -1;
                _agent.IsHeld = false;
                return;
            }

            _saveAgainMs = nowMs + SaveAgainMs;
            _unsavedSinceMs = _unsavedSinceMs < 0 ? nowMs : _unsavedSinceMs;
        }

        _agent.IsHeld = nowMs - _unsavedSinceMs < UnsavedPatienceMs;
    }

    private void PassSettingsOn(long nowMs)
    {
        if (_agent.Book.Changes != _postedChanges || _agent.DesiredVersion != _postedVersion)
        {
            Post(nowMs);
        }

        if (_isToldLater && _agent.Book.Changes == _savedChanges)
        {
            // Not before they are on file: a node that leaves safe mode for them must find them after the restart.
            _isToldLater = false;
            _supervisor.SettingsHold(_postedVersion, nowMs);
        }
    }

    private void Post(long nowMs)
    {
        bool isHeld = _supervisor.Holds(_agent.DesiredVersion);
        if (!isHeld && _agent.Book.Changes != _postedChanges)
        {
            _trace.Add(TraceEvent.SettingsApplied, nowMs, _agent.DesiredVersion, _agent.Book.Changes);
        }

        _postedChanges = _agent.Book.Changes;
        _postedVersion = _agent.DesiredVersion;
        _isToldLater = !isHeld;
        if (!isHeld)
        {
            _mailbox.Put(_agent.Book.Values, _agent.DesiredVersion);
        }
    }

    // Before the hub hears from the node: whoever knows its hub needs the provisioning service no more.
    private void SaveAssignment()
    {
        if (_link.Assignments != _assigned)
        {
            _assigned = _link.Assignments;
            if (!_assignment.Save(_options.HubHost, _options.HubPort, _options.DeviceId))
            {
                _health.FileFailures++;
            }
        }
    }

    private void NoteJump(long nowMs, long utcMs)
    {
        if (utcMs == 0)
        {
            return;
        }

        long offset = utcMs - nowMs;
        long jump = offset - _utcOffsetMs;
        if (_utcOffsetMs != 0 && (jump > JumpMs || jump < -JumpMs))
        {
            int bounded = jump > int.MaxValue ? int.MaxValue : jump < int.MinValue ? int.MinValue : (int)jump;
            _trace.Add(TraceEvent.ClockJumped, nowMs, bounded, 0);
        }

        _utcOffsetMs = offset;
    }

    private void SetClock(long nowMs)
    {
        if (nowMs >= _nextSynchronizeMs && _link.TakeClockDoubt())
        {
            _nextSynchronizeMs = nowMs + SynchronizePeriodMs;
            _trace.Add(TraceEvent.ClockDoubted, nowMs, _link.Counters.ClockDoubts, 0);
            _parts.Clock.Synchronize();
        }
    }

    private void ShowLamp(long nowMs)
    {
        bool isOn = _desk.IsLampOn(nowMs);
        if (_parts.Indicator != null && isOn != _isLampOn)
        {
            _isLampOn = isOn;
            _parts.Indicator.Show(isOn);
        }
    }

    private void NoteLink(long nowMs)
    {
        LinkState state = _link.State;
        LinkCounters counters = _link.Counters;
        if (counters.ConnectFailures != _tracedFailures)
        {
            _tracedFailures = counters.ConnectFailures;
            _trace.Add(TraceEvent.ConnectFailed, nowMs, _link.LastFailure, _tracedFailures);
        }

        if (_health.FileFailures != _tracedFileFailures)
        {
            _tracedFileFailures = _health.FileFailures;
            _trace.Add(TraceEvent.FileFailed, nowMs, _tracedFileFailures, 0);
        }

        if (state == _tracedState)
        {
            return;
        }

        if (state == LinkState.Ready)
        {
            _trace.Add(TraceEvent.LinkReady, nowMs, counters.Reconnects + 1, 0);
        }
        else if (_tracedState == LinkState.Ready)
        {
            _trace.Add(TraceEvent.LinkLost, nowMs, (int)_tracedState, counters.HalfOpen);
        }
        else if (_tracedState == LinkState.Registering && counters.Registrations > 0)
        {
            _trace.Add(TraceEvent.Registered, nowMs, counters.Registrations, 0);
        }

        _tracedState = state;
    }

    private void RestartWhereAsked(long nowMs)
    {
        if (_isRestarting || !_desk.IsRestartDue(nowMs))
        {
            return;
        }

        _isRestarting = true;
        if (_desk.IsResetAsked)
        {
            // The identity stays: without it nobody could reach the node any more.
            _trace.Add(TraceEvent.FactoryReset, nowMs, 0, 0);
            Delete(SettingsFile);
            Delete(BaselineFile);
            Delete(AssignmentStore.FileName);
            _supervisor.RestartWiped(nowMs);
        }
        else
        {
            _supervisor.Restart(ResetCause.Requested, nowMs);
        }
    }

    private void Delete(string name)
    {
        try
        {
            _parts.Files.Delete(name);
        }
        catch (Exception)
        {
            _health.FileFailures++;
        }
    }

    private void SaveBaseline()
    {
        byte[] content = _baselines.Take();
        if (content != null && !_isRestarting)
        {
            Save(BaselineFile, content);
        }
    }

    private bool Save(string name, byte[] content)
    {
        try
        {
            _parts.Files.Write(name, content);
            return true;
        }
        catch (Exception)
        {
            _health.FileFailures++;
            return false;
        }
    }
}
