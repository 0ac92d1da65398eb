using System;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Link;
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

    private readonly NodeParts _parts;
    private readonly TwinAgent _agent;
    private readonly HubLink _link;
    private readonly Outbox _outbox;
    private readonly SettingsMailbox _mailbox;
    private readonly BaselineMailbox _baselines;
    private readonly VerdictBoard _board;
    private readonly HealthCounters _health;
    private readonly Supervisor _supervisor;
    private readonly HealthReport _report;
    private int _savedChanges;
    private int _postedVersion = -1;
    private long _nextJoinMs;

    public TalkLoop(
        NodeParts parts,
        TwinAgent agent,
        HubLink link,
        Outbox outbox,
        SettingsMailbox mailbox,
        BaselineMailbox baselines,
        VerdictBoard board,
        HealthCounters health,
        Supervisor supervisor,
        HealthReport report)
    {
        _parts = parts;
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

    /// <summary>Does what is due.</summary>
    /// <param name="mayWrite">Whether no capture is disturbed by the flash being erased.</param>
    /// <returns>The time at which the loop wants to run again.</returns>
    public long Step(long nowMs, bool mayWrite)
    {
        bool isUp = _parts.Radio.IsUp();
        if (!isUp && _parts.Identity.Network != null && nowMs >= _nextJoinMs)
        {
            _nextJoinMs = nowMs + JoinPeriodMs;
            _parts.Radio.Join(_parts.Identity.Network, _parts.Identity.NetworkPassword);
        }

        long utcMs = _parts.Clock.UtcMs();
        _supervisor.Keep(nowMs, utcMs, _outbox.Dropped());
        _report.Step(nowMs, _outbox.Count(), mayWrite);
        _link.Receive(nowMs, utcMs, isUp);
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
        return isBusy && next > nowMs + BusyPollMs ? nowMs + BusyPollMs : next;
    }

    // Before anything is acknowledged: an acknowledged setting must outlive a power cut.
    private void PassSettingsOn(long nowMs)
    {
        if (_agent.Book.Changes == _savedChanges && _agent.DesiredVersion == _postedVersion)
        {
            return;
        }

        if (_supervisor.Holds(_agent.DesiredVersion))
        {
            // The node fell back from these: the file keeps them, and another version brings others.
            _savedChanges = _agent.Book.Changes;
            _postedVersion = _agent.DesiredVersion;
            return;
        }

        if (_agent.Book.Changes != _savedChanges)
        {
            // Where this fails the settings are in force all the same; the hub's twin brings them back after a restart.
            Save(SettingsFile, SettingsCodec.Write(_agent.Book.Values));
            _savedChanges = _agent.Book.Changes;
        }

        _postedVersion = _agent.DesiredVersion;
        _mailbox.Put(_agent.Book.Values, _agent.DesiredVersion);
        _supervisor.SettingsHold(_agent.DesiredVersion, nowMs);
    }

    private void SaveBaseline()
    {
        byte[] content = _baselines.Take();
        if (content != null)
        {
            Save(BaselineFile, content);
        }
    }

    private void Save(string name, byte[] content)
    {
        try
        {
            _parts.Files.Write(name, content);
        }
        catch (Exception)
        {
            _health.FileFailures++;
        }
    }
}
