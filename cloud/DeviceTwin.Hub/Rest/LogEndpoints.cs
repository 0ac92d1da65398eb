using System.Text.Json.Nodes;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Logging;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Rest;

/// <summary><c>/api/v1/logs</c>: the last log lines, for admins: they name devices, people and addresses.</summary>
internal static class LogEndpoints
{
    private const int StandardLimit = 100;

    public static void MapLogs(this IEndpointRouteBuilder routes) => routes.MapGet("/api/v1/logs", (HttpRequest request, LogRing ring) =>
    {
        var level = request.Text("level") is { } word ? Level(word) : LogLevel.Trace;

        // Asked for first: a line that comes in between is read the next time.
        var last = ring.Last;
        var lines = ring.Read(request.Number("after", "the number of a line") ?? 0, level, request.Count("limit", StandardLimit, LogRing.StandardCapacity));
        return new JsonResult(new JsonObject
        {
            ["last"] = lines.Count > 0 ? Math.Max(last, lines[^1].Number) : last,
            ["lines"] = new JsonArray([.. lines.Select(line => (JsonNode)new JsonObject
            {
                ["number"] = line.Number,
                ["at"] = Json.Timestamp(line.At),
                ["level"] = line.Level.ToString().ToLowerInvariant(),
                ["event"] = line.Event,
                ["category"] = line.Category,
                ["text"] = line.Text,
            })]),
        });
    }).Needs(Role.Admin, Permission.None);

    private static LogLevel Level(string word) => Enum.TryParse<LogLevel>(word, ignoreCase: true, out var level) && level < LogLevel.None && Enum.IsDefined(level) && !char.IsAsciiDigit(word[0])
        ? level
        : throw new HubException(HubError.ArgumentInvalid, $"level takes trace, debug, information, warning, error or critical, not \"{word}\".");
}
