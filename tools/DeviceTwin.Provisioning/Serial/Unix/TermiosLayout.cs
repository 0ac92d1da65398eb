using System.Buffers.Binary;

namespace DeviceTwin.Provisioning.Serial.Unix;

/// <summary>Where a system has what in its <c>struct termios</c>, and the bits of a raw line. Pure: bytes in, bytes out.</summary>
internal sealed record TermiosLayout
{
    /// <summary>Room for the structure of either system.</summary>
    public const int Bytes = 128;

    /// <summary>glibc and musl: four 32-bit words, a line discipline, the control characters.</summary>
    public static TermiosLayout Linux { get; } = new()
    {
        WordBytes = 4,
        ControlCharacters = 17,
        Minimum = 6,
        Time = 5,
        EightBits = 0x30,
        Receive = 0x80,
        Local = 0x800,
    };

    /// <summary>macOS: four 64-bit words, the control characters.</summary>
    public static TermiosLayout MacOS { get; } = new()
    {
        WordBytes = 8,
        ControlCharacters = 32,
        Minimum = 16,
        Time = 17,
        EightBits = 0x300,
        Receive = 0x800,
        Local = 0x8000,
    };

    /// <summary>That of this system.</summary>
    public static TermiosLayout Current => OperatingSystem.IsMacOS() ? MacOS : Linux;

    public required int WordBytes { get; init; }

    public required int ControlCharacters { get; init; }

    public required int Minimum { get; init; }

    public required int Time { get; init; }

    public required uint EightBits { get; init; }

    public required uint Receive { get; init; }

    public required uint Local { get; init; }

    /// <summary>
    /// Makes settings those of a raw line: 8 data bits, no parity, 1 stop bit, no handshake, nothing translated, echoed or turned into a signal; modem lines are not looked
    /// at, and closing does not drop DTR, which would restart boards with a reset circuit. A read that finds nothing says so; one that finds the line dead finds nothing, too, and says it otherwise.
    /// </summary>
    /// <param name="settings">What <c>tcgetattr</c> gave; the speeds stay.</param>
    public void MakeRaw(Span<byte> settings)
    {
        SetWord(settings, 0, 0);
        SetWord(settings, 1, 0);
        SetWord(settings, 2, EightBits | Receive | Local);
        SetWord(settings, 3, 0);
        settings[ControlCharacters + Minimum] = 1;
        settings[ControlCharacters + Time] = 0;
    }

    private void SetWord(Span<byte> settings, int word, uint value)
    {
        if (WordBytes == 4)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(settings[(word * 4)..], value);
        }
        else
        {
            BinaryPrimitives.WriteUInt64LittleEndian(settings[(word * 8)..], value);
        }
    }
}
