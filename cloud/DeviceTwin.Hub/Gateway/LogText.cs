namespace DeviceTwin.Hub.Gateway;

/// <summary>Text of a client's on its way into the log: short, and on one line.</summary>
internal static class LogText
{
    private const int Longest = 200;

    public static string Of(string? text)
    {
        if (text is null)
        {
            return "";
        }

        string shortened = text.Length <= Longest ? text : text[..Longest] + "…";
        return shortened.Any(char.IsControl)
            ? string.Create(shortened.Length, shortened, static (span, source) =>
            {
                for (int i = 0; i < span.Length; i++)
                {
                    span[i] = char.IsControl(source[i]) ? '?' : source[i];
                }
            })
            : shortened;
    }
}
