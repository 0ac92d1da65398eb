using DeviceTwin.Provisioning.Dialogue;
using DeviceTwin.Provisioning.Serial;
using DeviceTwin.SensorNode.Supervision;

namespace DeviceTwin.Provisioning.Tray;

/// <summary>A board at an open port. Hears when it starts anew without having been asked.</summary>
public sealed class OpenBoard : IDisposable
{
    private const string BrownOut = "Brownout detector";
    private readonly ISerialPort port;
    private readonly Action<OpenBoard> closed;
    private volatile bool isRestartExpected;
    private volatile bool hasRestarted;

    internal OpenBoard(ISerialPort port, string identity, BoardDialogue dialogue, BoardIdentification who, Action<OpenBoard> closed)
    {
        this.port = port;
        this.closed = closed;
        PortIdentity = identity;
        Dialogue = dialogue;
        Who = who;
        dialogue.LineReceived += Hear;
    }

    /// <summary>Its port.</summary>
    public string PortName => port.PortName;

    /// <summary>What stays of the port when cables are moved.</summary>
    public string PortIdentity { get; }

    /// <summary>The line to it.</summary>
    public BoardDialogue Dialogue { get; }

    /// <summary>What it says of itself.</summary>
    public BoardIdentification Who { get; }

    /// <summary>The last line of the console that says why something failed; empty for none.</summary>
    public string LastComplaint { get; private set; } = "";

    /// <summary>Whether it started by itself since the last call.</summary>
    public bool TakeRestart()
    {
        var restarted = hasRestarted;
        hasRestarted = false;
        return restarted;
    }

    /// <summary>The next start is one that was asked for.</summary>
    public void ExpectRestart() => isRestartExpected = true;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dialogue.LineReceived -= Hear;
        port.Dispose();
        closed(this);
    }

    private void Hear(ConsoleLine line)
    {
        if (line.Number == BootLine.Starting || line.Text.Contains(BrownOut, StringComparison.OrdinalIgnoreCase))
        {
            hasRestarted |= !isRestartExpected;
            isRestartExpected = false;
        }
        else if (line.Number is BootLine.IdentityRefused or BootLine.StartFailed or BootLine.BusFailed or BootLine.Stalled)
        {
            LastComplaint = line.Text;
        }
    }
}
