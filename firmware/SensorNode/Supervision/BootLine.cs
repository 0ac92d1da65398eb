using DeviceTwin.SensorNode.Boards;

namespace DeviceTwin.SensorNode.Supervision;

/// <summary>
/// The lines that a node prints for a person, each with a number that stays: <c>DT07 mode: safeMode</c>. <c>firmware/DEPLOY.md</c> says what
/// each means and what to do. They are plain ASCII and end with CR LF; on the provisioning port they may stand between two frames.
/// </summary>
public static class BootLine
{
    /// <summary>Version of the firmware.</summary>
    public const int Starting = 1;

    /// <summary>Kind of board and its firmware image.</summary>
    public const int Board = 2;

    /// <summary>The image is none of a board that this firmware knows.</summary>
    public const int BoardUnknown = 3;

    /// <summary>Why the node starts.</summary>
    public const int Cause = 4;

    /// <summary>The identity is good: name of the device and of the hub.</summary>
    public const int Identity = 5;

    /// <summary>There is no good identity: why.</summary>
    public const int IdentityRefused = 6;

    /// <summary>How much of itself the node runs.</summary>
    public const int Mode = 7;

    /// <summary>The provisioning port is open.</summary>
    public const int PortOpen = 8;

    /// <summary>The provisioning port could not be opened.</summary>
    public const int PortFailed = 9;

    /// <summary>Both loops run.</summary>
    public const int Running = 10;

    /// <summary>A loop stands still; the node restarts.</summary>
    public const int Stalled = 11;

    /// <summary>The node restarts: why.</summary>
    public const int Restarting = 12;

    /// <summary>The node waits for the technician's tool.</summary>
    public const int Waiting = 13;

    /// <summary>The node could not be put together; it restarts in a minute: why.</summary>
    public const int StartFailed = 14;

    /// <summary>A sensor's bus could not be opened: why.</summary>
    public const int BusFailed = 15;

    /// <summary>One more than the last number.</summary>
    public const int Count = 16;

    private const string Words =
        " starting board boardUnknown cause identity identityRefused mode portOpen portFailed running stalled restarting "
        + "waiting startFailed busFailed";

    /// <summary>The stable word.</summary>
    public static string Word(int number)
    {
        return WordList.At(Words, number);
    }

    /// <summary>The whole line without its end.</summary>
    /// <param name="number">A number of this class.</param>
    /// <param name="detail">What it says; null or empty for nothing.</param>
    public static string Text(int number, string detail)
    {
        string line = "DT" + (char)('0' + (number / 10)) + (char)('0' + (number % 10)) + " " + WordList.At(Words, number);
        return detail == null || detail.Length == 0 ? line : line + ": " + detail;
    }
}
