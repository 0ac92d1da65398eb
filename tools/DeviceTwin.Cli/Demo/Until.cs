using System.Globalization;

namespace DeviceTwin.Cli.Demo;

/// <summary>When a run ends: as soon as everything is settled (with a patience), or after a stated wall-clock time.</summary>
/// <param name="Settled">Whether the run ends when settled; then <paramref name="Limit"/> is its patience.</param>
internal sealed record Until(bool Settled, TimeSpan Limit)
{
    /// <summary>How long a run waits for machines that never settle.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Reads <c>settled</c>, or a duration such as <c>90s</c>, <c>2m</c>, <c>1h</c>.</summary>
    public static bool TryParse(string text, out Until until)
    {
        until = new Until(true, Patience);
        if (text == "settled")
        {
            return true;
        }

        var seconds = text.Length == 0 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 };
        if (seconds == 0
            || !double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
            || amount * seconds is <= 0 or > 86400 * 7)
        {
            return false;
        }

        until = new Until(false, TimeSpan.FromSeconds(amount * seconds));
        return true;
    }
}
