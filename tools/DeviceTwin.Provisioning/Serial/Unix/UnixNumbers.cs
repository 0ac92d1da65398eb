namespace DeviceTwin.Provisioning.Serial.Unix;

/// <summary>
/// The constants of a C library: those of Linux (asm-generic: x64 and ARM64 have the same, in glibc and musl) and those of macOS.
/// </summary>
internal sealed record UnixNumbers
{
    public const int ReadWrite = 2;
    public const short PollIn = 1;
    public const short PollOut = 4;
    public const short PollErrorHangUpInvalid = 0x8 | 0x10 | 0x20;
    public const int LockExclusiveNow = 2 | 4;
    public const int DataTerminalReady = 2;
    public const int RequestToSend = 4;

    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int InputOutput = 5;
    public const int NoSuchAddress = 6;
    public const int AccessDenied = 13;
    public const int Busy = 16;
    public const int NoDevice = 19;
    public const int NotADirectory = 20;
    public const int IsADirectory = 21;

    public static UnixNumbers Linux { get; } = new()
    {
        NoControlTerminal = 0x100,
        NonBlocking = 0x800,
        CloseOnExecute = 0x80000,
        TryAgain = 11,
        Exclusive = 0x540C,
        GetLines = 0x5415,
        SetLines = 0x5416,
        ClearLines = 0x5417,
        OutputQueue = 0x5411,
        FlushInput = 0,
        FlushOutput = 1,
        Speed115200 = 0x1002,
    };

    public static UnixNumbers MacOS { get; } = new()
    {
        NoControlTerminal = 0x20000,
        NonBlocking = 0x4,
        CloseOnExecute = 0x1000000,
        TryAgain = 35,
        Exclusive = 0x2000740D,
        GetLines = 0x4004746A,
        SetLines = 0x8004746C,
        ClearLines = 0x8004746B,
        OutputQueue = 0x40047473,
        FlushInput = 1,
        FlushOutput = 2,
        Speed115200 = 115200,
    };

    /// <summary>Those of this system.</summary>
    public static UnixNumbers Current => OperatingSystem.IsMacOS() ? MacOS : Linux;

    public required int NoControlTerminal { get; init; }

    public required int NonBlocking { get; init; }

    public required int CloseOnExecute { get; init; }

    public required int TryAgain { get; init; }

    public required uint Exclusive { get; init; }

    public required uint GetLines { get; init; }

    public required uint SetLines { get; init; }

    public required uint ClearLines { get; init; }

    public required uint OutputQueue { get; init; }

    public required int FlushInput { get; init; }

    public required int FlushOutput { get; init; }

    public required uint Speed115200 { get; init; }
}
