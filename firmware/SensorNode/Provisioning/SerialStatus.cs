using DeviceTwin.SensorNode.Boards;

namespace DeviceTwin.SensorNode.Provisioning;

/// <summary>How the node answers, by number. Numbers and words are stable; <c>firmware/PROVISIONING.md</c> prints the same table.</summary>
public static class SerialStatus
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>A frame arrived garbled: send it again.</summary>
    public const int Garbled = 1;

    /// <summary>The frame is of another version of the protocol; <c>version</c> is the node's.</summary>
    public const int OtherVersion = 2;

    /// <summary>There is no such command.</summary>
    public const int UnknownCommand = 3;

    /// <summary>The payload is not of the command's form.</summary>
    public const int Malformed = 4;

    /// <summary>The node is provisioned and the session is not open: authenticate first.</summary>
    public const int Locked = 5;

    /// <summary>The challenge was answered wrongly, or there was none.</summary>
    public const int WrongAnswer = 6;

    /// <summary>Too soon after a wrong answer; <c>retryAfterMs</c> says when.</summary>
    public const int TooSoon = 7;

    /// <summary>A measurement is under way.</summary>
    public const int Busy = 8;

    /// <summary>A value cannot be taken; <c>field</c> says which.</summary>
    public const int InvalidValue = 9;

    /// <summary>What is staged makes no identity; <c>reason</c> says why.</summary>
    public const int Incomplete = 10;

    /// <summary>A piece does not follow the one before; <c>offset</c> is what the node expects.</summary>
    public const int OutOfOrder = 11;

    /// <summary>The file system refused.</summary>
    public const int StorageFailed = 12;

    /// <summary>A sensor did not do its part; <c>fault</c> says why.</summary>
    public const int SensorFailed = 13;

    /// <summary>It took too long.</summary>
    public const int TimedOut = 14;

    /// <summary>It was cancelled.</summary>
    public const int Cancelled = 15;

    /// <summary>This node cannot do that.</summary>
    public const int NotAvailable = 16;

    /// <summary>One more than the last number.</summary>
    public const int Count = 17;

    private const string Words =
        "ok garbled otherVersion unknownCommand malformed locked wrongAnswer tooSoon busy invalidValue incomplete outOfOrder "
        + "storageFailed sensorFailed timedOut cancelled notAvailable";

    /// <summary>The stable word.</summary>
    public static string Word(int status)
    {
        return WordList.At(Words, status);
    }
}
