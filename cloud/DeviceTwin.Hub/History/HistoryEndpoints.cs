using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Rest;
using DeviceTwin.Storage;
using DeviceTwin.Storage.History;

namespace DeviceTwin.Hub.History;

/// <summary>The history over HTTP, streamed: whatever its length, some hundred kilobytes of it are in memory.</summary>
internal static class HistoryEndpoints
{
    private const int FlushAt = 32 * 1024;
    private const int MessagesLookedAt = 50;

    public static void MapHistory(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/history", (HttpRequest request, IFleet fleet, IMeasuringPoints points, IHubStore store, TimeProvider time) =>
            new Answer(HistoryQuery.Read(request, fleet, points, time), store)).Needs(Role.Viewer);

        routes.MapGet("/api/v1/history/series", (string device, HttpRequest request, IFleet fleet) =>
        {
            _ = fleet.FindIdentity(device) ?? throw FleetErrors.DeviceNotFound(device);
            var kind = request.Query["kind"].ToString() is { Length: > 0 } given ? given : "features";
            var names = fleet.ReadTelemetry(device, kind, MessagesLookedAt)
                .SelectMany(message => SampleReader.Read(0, message.EnqueuedAt, message.Body.Span)?.Values ?? [])
                .GroupBy(value => value.Key, StringComparer.Ordinal)
                .OrderBy(series => series.Key, StringComparer.Ordinal);
            return new JsonResult(new JsonArray([.. names.Select(series => (JsonNode)new JsonObject
            {
                ["series"] = series.Key,
                ["kind"] = series.Any(value => value.Value.Kind == HistoryKind.Word) ? "word" : "number",
            })]));
        }).Needs(Role.Viewer);

        routes.MapGet("/api/v1/history/size", (IHubStore store) =>
        {
            var size = store.ReadHistorySize();
            return new JsonResult(new JsonObject
            {
                ["blocks"] = size.Blocks,
                ["messages"] = size.Rows,
                ["blockBytes"] = size.BlockBytes,
                ["rollupBytes"] = size.RollupBytes,
            });
        }).Needs(Role.Viewer);
    }

    private sealed class Answer(HistoryQuery query, IHubStore store) : IResult
    {
        public async Task ExecuteAsync(HttpContext context)
        {
            var (response, cancellation) = (context.Response, context.RequestAborted);
            using var lines = HistoryRows.Of(store, query).GetEnumerator();

            // Before anything is sent: what cannot be read is still an answer with a code.
            var more = Next(lines);
            response.Headers.CacheControl = "no-store";
            response.ContentType = query.Format switch
            {
                HistoryFormat.Csv => "text/csv; charset=utf-8",
                HistoryFormat.Lines => "application/x-ndjson; charset=utf-8",
                _ => JsonResult.ContentType,
            };
            if (query.Format == HistoryFormat.Csv)
            {
                response.Headers.ContentDisposition = "attachment; filename=\"history.csv\"";
            }

            var writer = response.BodyWriter;
            void Write(string text) => Encoding.UTF8.GetBytes(text, writer);

            Write(query.Format switch
            {
                HistoryFormat.Csv => HistoryRows.CsvHead(query),
                HistoryFormat.Lines => "",
                _ => $$"""{"resolution":"{{query.Resolution.ToString().ToLowerInvariant()}}","items":[""",
            });
            var position = default(HistoryPosition?);
            for (var count = 0; more && count < (query.Limit ?? int.MaxValue); count++)
            {
                if (query.Format == HistoryFormat.Csv)
                {
                    Write(HistoryRows.CsvLine(lines.Current, query.Series));
                }
                else
                {
                    Write(query.Format == HistoryFormat.Json && count > 0 ? "," : "");
                    HistoryRows.WriteJson(lines.Current, query.Series, writer);
                    Write(query.Format == HistoryFormat.Lines ? "\n" : "");
                }

                position = lines.Current.Position;
                if (writer.UnflushedBytes >= FlushAt)
                {
                    // A reader that is slow holds up nothing but its own answer.
                    await writer.FlushAsync(cancellation);
                }

                more = Next(lines);
            }

            if (query.Format == HistoryFormat.Json)
            {
                Write(more && position is { } last ? $$"""],"next":"{{query.Cursor(last)}}"}""" : "]}");
            }

            await writer.FlushAsync(cancellation);
        }

        private static bool Next(IEnumerator<HistoryLine> lines)
        {
            try
            {
                return lines.MoveNext();
            }
            catch (StorageException failure)
            {
                throw FleetErrors.Translate(failure);
            }
        }
    }
}
