using System.Globalization;

namespace DeviceTwin.Hub.Rest;

/// <summary>Times that callers write.</summary>
internal static class Instants
{
    /// <summary>A time from the query string; null where there is none.</summary>
    public static DateTimeOffset? Instant(this HttpRequest request, string name) =>
        request.Query[name].ToString() is { Length: > 0 } text ? Parse(name, text) : null;

    /// <exception cref="HubException">It is no time.</exception>
    public static DateTimeOffset Parse(string name, string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
            ? at
            : throw new HubException(HubError.ArgumentInvalid, $"{name} takes a time like 2026-11-22T08:00:00Z, not \"{text}\".");
}
