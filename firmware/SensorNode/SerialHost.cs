using System;
using System.Text;
using DeviceTwin.SensorNode.Boards;
using DeviceTwin.SensorNode.Link;
using DeviceTwin.SensorNode.Provisioning;
using DeviceTwin.SensorNode.Supervision;

namespace DeviceTwin.SensorNode;

/// <summary>
/// Hosts the dialogue with a technician, beside a running node or where there is none yet: keeps its facts fresh, traces what happened, and
/// does what it asks for. Stepped by a loop of its own.
/// </summary>
public sealed class SerialHost
{
    private readonly ISerialLink _link;
    private readonly IFiles _files;
    private readonly Supervisor _supervisor;
    private readonly SerialDialogue _dialogue;
    private readonly WorkTurn _turn;
    private int _sessions;
    private int _wrongAnswers;
    private int _commits;

    /// <param name="link">The line to the tool.</param>
    /// <param name="files">The node's files.</param>
    /// <param name="supervisor">Started already.</param>
    /// <param name="dialogue">On the same line and files.</param>
    /// <param name="turn">The node's; one of its own where no node runs.</param>
    public SerialHost(ISerialLink link, IFiles files, Supervisor supervisor, SerialDialogue dialogue, WorkTurn turn)
    {
        _turn = turn;
        _link = link;
        _files = files;
        _supervisor = supervisor;
        _dialogue = dialogue;
        dialogue.Facts.Firmware = Node.FirmwareVersion;
        dialogue.Facts.ResetCause = ResetCause.Word(supervisor.Cause);
        dialogue.Facts.Starts = supervisor.Ledger.Starts;
    }

    /// <summary>The dialogue.</summary>
    public SerialDialogue Dialogue => _dialogue;

    /// <summary>Prints a line of <see cref="BootLine"/> for a person.</summary>
    public void Say(int number, string detail)
    {
        byte[] line = Encoding.UTF8.GetBytes(BootLine.Text(number, detail) + "\r\n");
        _link.Write(line, 0, line.Length);
    }

    /// <summary>Lets the dialogue go on, and does what it asks for.</summary>
    /// <param name="nowMs">Monotonic time in milliseconds.</param>
    /// <param name="isConnected">Whether the hub is reached.</param>
    /// <param name="linkFault">What keeps the node from it: a number of <see cref="LinkFault"/>.</param>
    /// <returns>When it next wants to run.</returns>
    public long Step(long nowMs, bool isConnected, int linkFault)
    {
        _dialogue.Facts.Mode = NodeMode.Word(_supervisor.Mode);
        _dialogue.Facts.IsConnected = isConnected;
        _dialogue.Facts.LinkFault = linkFault;
        bool isAsked = _dialogue.Listen(nowMs);
        long next = _dialogue.Step(nowMs, !isAsked || _turn.Take(WorkTurn.Serial, nowMs));
        _turn.Give(WorkTurn.Serial);
        Note(nowMs);
        int request = _dialogue.TakeRequest(nowMs);
        if (request == DialogueRequest.FactoryReset)
        {
            // What remains would be another machine's and another hub's. The identity is gone already.
            Delete(TalkLoop.SettingsFile);
            Delete(TalkLoop.BaselineFile);
            Delete(AssignmentStore.FileName);
            Outbox.DeleteFiles(_files);
            Say(BootLine.Restarting, ResetCause.Word(ResetCause.FactoryReset));
            _supervisor.RestartWiped(nowMs);
        }
        else if (request != DialogueRequest.None)
        {
            int cause = request == DialogueRequest.RestartProvisioned ? ResetCause.Provisioned : ResetCause.Requested;
            Say(BootLine.Restarting, ResetCause.Word(cause));
            _supervisor.Restart(cause, nowMs);
        }

        return next;
    }

    private void Note(long nowMs)
    {
        SessionLock sessions = _dialogue.Lock;
        if (sessions.Sessions != _sessions)
        {
            _sessions = sessions.Sessions;
            _supervisor.Trace.Add(TraceEvent.ProvisioningOpened, nowMs, sessions.OpenedBy, _wrongAnswers);
        }

        if (sessions.WrongAnswers != _wrongAnswers)
        {
            _wrongAnswers = sessions.WrongAnswers;
            if (_wrongAnswers > 0)
            {
                _supervisor.Trace.Add(TraceEvent.ProvisioningRefused, nowMs, _wrongAnswers, 0);
            }
        }

        if (_dialogue.Commits != _commits)
        {
            _commits = _dialogue.Commits;
            _supervisor.Trace.Add(TraceEvent.Provisioned, nowMs, 0, 0);
        }
    }

    private void Delete(string name)
    {
        try
        {
            _files.Delete(name);
        }
        catch (Exception)
        {
            // What cannot be deleted is judged again at the start.
        }
    }
}
