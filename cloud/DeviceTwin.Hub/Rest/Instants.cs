using System.Globalization;

namespace DeviceTwin.Hub.Rest;

/// <summary>Times that callers write.</summary>
internal static class Instants
{
    /// <summary>A time from the query string; null where there is none.</summary>
    public static DateTimeOffset? Instant(this HttpRequest request, string name) =>
        request.Text(name) is { } text ? Parse(name, text) : null;

    /// <exception cref="HubException">It is no time, or one with which nobody could reckon.</exception>
    public static DateTimeOffset Parse(string name, string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
            && at.Year is > 1970 and < 9999
            ? at
            : throw new HubException(HubError.ArgumentInvalid, $"{name} takes a time of 1971 or later, e.g. 2026-11-22T08:00:00Z, not \"{text}\".");
}
