using System.Globalization;
using System.Text;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Rest;
using DeviceTwin.Storage.History;
using Microsoft.AspNetCore.WebUtilities;

namespace DeviceTwin.Hub.History;

/// <summary>In which form the answer leaves.</summary>
internal enum HistoryFormat
{
    Json,
    Lines,
    Csv,
}

/// <summary>Where a page ended: part of the answer, and the message's number or the bucket's time in it.</summary>
internal readonly record struct HistoryPosition(int Part, long Last);

/// <summary>A question to the history, read from a request and checked.</summary>
/// <param name="Parts">Whose history from when to when; one after the other they are the answer.</param>
/// <param name="Limit">Rows of the answer at most; null = all of them.</param>
/// <param name="After">Where the page before ended.</param>
internal sealed record HistoryQuery(
    IReadOnlyList<PointAssignment> Parts,
    string Kind,
    IReadOnlyList<string> Series,
    DateTimeOffset From,
    DateTimeOffset To,
    HistoryResolution Resolution,
    HistoryFormat Format,
    int? Limit,
    HistoryPosition? After)
{
    public const int MostSeries = 32;
    private const int StandardLimit = 1000;
    private const int LargestLimit = 100_000;

    /// <summary>What is shown where nobody says which series.</summary>
    private static readonly string[] StandardSeries = ["verdict", "zone", "velocityUmPerSecond", "accelerationMilliG", "temperatureCentiCelsius"];

    /// <summary>Few enough rows for a screen, many enough to see something: some 400 to 4000.</summary>
    public static HistoryResolution Suit(TimeSpan span) =>
        span <= TimeSpan.FromHours(6) ? HistoryResolution.Raw
        : span <= TimeSpan.FromDays(3) ? HistoryResolution.Minute
        : span <= TimeSpan.FromDays(120) ? HistoryResolution.Hour
        : HistoryResolution.Day;

    /// <exception cref="HubException">Something in the request is not as it must be; the message says what.</exception>
    public static HistoryQuery Read(HttpRequest request, IFleet fleet, IMeasuringPoints points, TimeProvider time)
    {
        var format = FormatOf(request);
        var kind = request.Text("kind") ?? "features";
        var series = (request.Text("series")?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? StandardSeries)
            .Distinct(StringComparer.Ordinal).ToArray();
        if (series.Length is 0 or > MostSeries)
        {
            throw Invalid($"series takes 1 to {MostSeries} names, separated by commas, e.g. series=verdict,velocityUmPerSecond.");
        }

        var limit = request.Text("limit") is null && format != HistoryFormat.Json ? default(int?) : request.Count("limit", StandardLimit, LargestLimit);
        var to = request.Instant("to") ?? time.GetUtcNow().AddMilliseconds(1);
        var from = request.Instant("from") ?? to.AddDays(-1);
        var resolution = request.Text("resolution") switch
        {
            null or "auto" => Suit(to - from),
            "raw" => HistoryResolution.Raw,
            "minute" => HistoryResolution.Minute,
            "hour" => HistoryResolution.Hour,
            "day" => HistoryResolution.Day,
            var other => throw Invalid($"resolution takes raw, minute, hour, day or auto, not \"{other}\"."),
        };
        HistoryPosition? after = null;
        if (request.Text("after") is { } cursor)
        {
            // The times belong to the cursor: "until now" must mean the same on every page.
            (after, resolution, from, to) = ReadCursor(cursor);
        }

        if (from >= to)
        {
            throw Invalid("from must be before to.");
        }

        return new HistoryQuery(Places(request, fleet, points, from, to), kind, series, from, to, resolution, format, limit, after);
    }

    /// <summary>What to ask for to get the next page.</summary>
    public string Cursor(HistoryPosition position) => WebEncoders.Base64UrlEncode(Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"{position.Part}:{position.Last}:{(int)Resolution}:{From.ToUnixTimeMilliseconds()}:{To.ToUnixTimeMilliseconds()}")));

    private static (HistoryPosition After, HistoryResolution Resolution, DateTimeOffset From, DateTimeOffset To) ReadCursor(string cursor)
    {
        try
        {
            var parts = Encoding.ASCII.GetString(WebEncoders.Base64UrlDecode(cursor)).Split(':')
                .Select(part => long.Parse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)).ToArray();
            if (parts.Length == 5 && parts[0] is >= 0 and < int.MaxValue && Enum.IsDefined((HistoryResolution)(int)parts[2]))
            {
                return (
                    new HistoryPosition((int)parts[0], parts[1]),
                    (HistoryResolution)(int)parts[2],
                    DateTimeOffset.FromUnixTimeMilliseconds(parts[3]),
                    DateTimeOffset.FromUnixTimeMilliseconds(parts[4]));
            }
        }
        catch (Exception failure) when (failure is FormatException or OverflowException or ArgumentOutOfRangeException)
        {
            // Said below.
        }

        throw Invalid("after takes the \"next\" of the page before, as it came.");
    }

    private static IReadOnlyList<PointAssignment> Places(
        HttpRequest request, IFleet fleet, IMeasuringPoints points, DateTimeOffset from, DateTimeOffset to)
    {
        var (machine, point) = (request.Text("machine"), request.Text("point"));
        if (request.Text("device") is { } devices)
        {
            if (machine is not null || point is not null)
            {
                throw Invalid("Ask for device, or for machine and point; not for both.");
            }

            var ids = devices.Split(',', StringSplitOptions.RemoveEmptyEntries);
            return [.. ids.Select(id => new PointAssignment((fleet.FindIdentity(id) ?? throw FleetErrors.DeviceNotFound(id)).DeviceId, from, to))];
        }

        if (machine is null && point is null)
        {
            throw Invalid("Say whose history: device=, or machine= and point=.");
        }

        var assignments = points.Assignments(machine, point, from, to);
        return assignments.Count > 0 ? assignments : throw new HubException(
            HubError.MeasuringPointNotFound,
            $"No node measures, or has measured, at machine \"{machine}\"{(point is null ? "" : $", point \"{point}\"")}. Check the spelling, or assign a node.");
    }

    private static HistoryFormat FormatOf(HttpRequest request)
    {
        var accept = request.Headers.Accept.ToString();
        return request.Text("format") switch
        {
            "json" => HistoryFormat.Json,
            "ndjson" => HistoryFormat.Lines,
            "csv" => HistoryFormat.Csv,
            null => accept.Contains("text/csv", StringComparison.OrdinalIgnoreCase) ? HistoryFormat.Csv
                : accept.Contains("application/x-ndjson", StringComparison.OrdinalIgnoreCase) ? HistoryFormat.Lines
                : HistoryFormat.Json,
            var other => throw Invalid($"format takes json, ndjson or csv, not \"{other}\"."),
        };
    }

    private static HubException Invalid(string message) => new(HubError.ArgumentInvalid, message);
}
