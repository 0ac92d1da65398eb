using DeviceTwin.SensorNode.Boards;

namespace DeviceTwin.SensorNode.Supervision;

/// <summary>
/// Why the node starts, as numbers for the ledger and as words for the twin and the boot lines. Numbers and words are stable;
/// <c>firmware/DEPLOY.md</c> prints the same table.
/// </summary>
/// <remarks>
/// nanoFramework does not tell why the chip was reset. What the firmware does itself it writes down before it does it; everything else is
/// what the board says (<see cref="Boards.IPower.LastResetCause"/>), and where the board says nothing, <see cref="Unknown"/>.
/// </remarks>
public static class ResetCause
{
    /// <summary>Nobody wrote anything down, and the board does not say: a power cut, a brown-out, or a crash below the firmware.</summary>
    public const int Unknown = 0;

    /// <summary>The board says that power came back.</summary>
    public const int PowerOn = 1;

    /// <summary>The board says that software restarted it, and nobody wrote down why.</summary>
    public const int Software = 2;

    /// <summary>The board says that a watchdog of the chip bit.</summary>
    public const int Watchdog = 3;

    /// <summary>The board woke from deep sleep.</summary>
    public const int DeepSleep = 4;

    /// <summary>The measure loop stood still for longer than its bound.</summary>
    public const int MeasureStalled = 5;

    /// <summary>The talk loop stood still for longer than its bound.</summary>
    public const int TalkStalled = 6;

    /// <summary>Somebody asked for it: direct method or technician.</summary>
    public const int Requested = 7;

    /// <summary>The technician's tool stored another configuration.</summary>
    public const int Provisioned = 8;

    /// <summary>Everything that the node keeps was wiped on request.</summary>
    public const int FactoryReset = 9;

    /// <summary>Safe mode was left, on request, because the settings changed, or to try again.</summary>
    public const int SafeModeLeft = 10;

    /// <summary>Number of causes.</summary>
    public const int Count = 11;

    private const string Words =
        "unknown powerOn software watchdog deepSleep measureStalled talkStalled requested provisioned factoryReset safeModeLeft";

    /// <summary>The stable word; <c>unknown</c> for a number that is none of this class.</summary>
    public static string Word(int cause)
    {
        return cause < 0 || cause >= Count ? WordList.At(Words, Unknown) : WordList.At(Words, cause);
    }

    /// <summary>The number of a word of the board; <see cref="Unknown"/> where there is none.</summary>
    public static int Of(string word)
    {
        for (int cause = 0; cause < Count; cause++)
        {
            if (WordList.At(Words, cause) == word)
            {
                return cause;
            }
        }

        return Unknown;
    }

    /// <summary>Whether the node meant to restart: such a start says nothing about its health.</summary>
    public static bool IsOrderly(int cause)
    {
        return cause >= Requested || cause == DeepSleep;
    }
}
