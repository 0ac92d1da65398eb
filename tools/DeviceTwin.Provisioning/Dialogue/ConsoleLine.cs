namespace DeviceTwin.Provisioning.Dialogue;

/// <summary>A line of text that a node printed between frames.</summary>
/// <param name="Text">The line without its end; bytes that are no printable ASCII are shown as dots.</param>
public sealed record ConsoleLine(string Text)
{
    /// <summary>The number of a line of the firmware's catalogue (<c>DT10 running</c> has 10, see <see cref="SensorNode.Supervision.BootLine"/>); -1 of other text.</summary>
    public int Number => Text.Length >= 4 && Text[0] == 'D' && Text[1] == 'T' && char.IsAsciiDigit(Text[2]) && char.IsAsciiDigit(Text[3])
        ? ((Text[2] - '0') * 10) + Text[3] - '0'
        : -1;

    /// <summary>What the line says behind its word; empty for nothing.</summary>
    public string Detail => Number >= 0 && Text.IndexOf(": ", StringComparison.Ordinal) is >= 0 and var at ? Text[(at + 2)..] : "";
}
