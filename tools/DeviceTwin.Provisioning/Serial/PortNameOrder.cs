namespace DeviceTwin.Provisioning.Serial;

/// <summary>The order in which a person counts ports: <c>COM9</c> before <c>COM10</c>.</summary>
internal sealed class PortNameOrder : IComparer<string>
{
    /// <summary>The only one.</summary>
    public static PortNameOrder Natural { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        (string text, long number) = Split(x ?? "");
        (string otherText, long otherNumber) = Split(y ?? "");
        int order = string.CompareOrdinal(text, otherText);
        return order != 0 ? order : number != otherNumber ? number.CompareTo(otherNumber) : string.CompareOrdinal(x, y);
    }

    private static (string Text, long Number) Split(string name)
    {
        int at = name.Length;
        while (at > 0 && name.Length - at < 18 && char.IsAsciiDigit(name[at - 1]))
        {
            at--;
        }

        return (name[..at], at < name.Length ? long.Parse(name.AsSpan(at)) : -1);
    }
}
