using System.Globalization;

namespace DeviceTwin.Dashboard.Fleet;

/// <summary>Numbers and times as the pages write them: always with a unit, always with a dot.</summary>
public static class Words
{
    /// <summary>What stands where there is no value.</summary>
    public const string Absent = "–";

    /// <summary>µm/s as mm/s with two decimals, the unit of ISO 20816.</summary>
    public static string Velocity(int? umPerSecond) =>
        umPerSecond is { } value ? (value / 1000.0).ToString("0.00", CultureInfo.InvariantCulture) : Absent;

    /// <summary>Hundredths of a degree as degrees with one decimal.</summary>
    public static string Temperature(int? centiCelsius) =>
        centiCelsius is { } value ? (value / 100.0).ToString("0.0", CultureInfo.InvariantCulture) : Absent;

    /// <summary>Thousandths with two decimals.</summary>
    public static string Milli(int? milli) =>
        milli is { } value ? (value / 1000.0).ToString("0.00", CultureInfo.InvariantCulture) : Absent;

    /// <summary>Hertz with as many decimals as help: 29.95, 107.4, 2400.</summary>
    public static string Hertz(double hertz) =>
        hertz.ToString(hertz < 100 ? "0.00" : hertz < 1000 ? "0.0" : "0", CultureInfo.InvariantCulture);

    /// <summary>How long ago, in the largest unit that fits: <c>now, 12 s, 3 min, 5 h, 2 d</c>.</summary>
    public static string Ago(DateTimeOffset? at, DateTimeOffset now)
    {
        if (at is not { } moment)
        {
            return "never";
        }

        var age = now - moment;
        return age < TimeSpan.FromSeconds(2) ? "now"
            : age < TimeSpan.FromMinutes(2) ? $"{(int)age.TotalSeconds} s ago"
            : age < TimeSpan.FromHours(2) ? $"{(int)age.TotalMinutes} min ago"
            : age < TimeSpan.FromDays(2) ? $"{(int)age.TotalHours} h ago"
            : $"{(int)age.TotalDays} d ago";
    }

    /// <summary>A time span in the unit that fits: <c>12 ms, 1.4 s, 3 min, 5 h, 2 d</c>.</summary>
    public static string Lasting(TimeSpan span) =>
        span < TimeSpan.FromSeconds(1) ? $"{(int)span.TotalMilliseconds} ms"
            : span < TimeSpan.FromMinutes(2) ? $"{span.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s"
            : span < TimeSpan.FromHours(2) ? $"{(int)span.TotalMinutes} min"
            : span < TimeSpan.FromDays(2) ? $"{(int)span.TotalHours} h"
            : $"{(int)span.TotalDays} d";

    /// <summary>HTML of a dotted path that may break at its dots.</summary>
    public static string Breakable(string path) => System.Net.WebUtility.HtmlEncode(path).Replace(".", ".<wbr>", StringComparison.Ordinal);
}
