using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Rest;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Audit;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Access;

/// <summary>Reads, exports and archives the audit log.</summary>
internal static class AuditEndpoints
{
    private const int StandardLimit = 100;
    private const int LargestLimit = 1000;

    public static void MapAudit(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/devices/{id}/audit", (string id, HttpRequest request, IHubStore store, IFleet fleet) =>
        {
            _ = fleet.FindIdentity(id) ?? throw FleetErrors.DeviceNotFound(id);
            return Answer(store, Query(request) with { DeviceId = id });
        }).Needs(Role.Viewer, Permission.RegistryRead | Permission.ServiceConnect);

        routes.MapGet("/api/v1/audit", (HttpRequest request, IHubStore store) => Answer(store, Query(request)))
            .Needs(Role.Engineer, Permission.RegistryRead);

        routes.MapGet("/api/v1/audit/export", (HttpRequest request, IHubStore store) =>
        {
            var csv = request.Query["format"].ToString() switch
            {
                "" or "ndjson" => false,
                "csv" => true,
                var other => throw new HubException(HubError.ArgumentInvalid, $"format takes ndjson or csv, not \"{other}\"."),
            };
            return new AuditExport(store, Query(request), csv);
        }).Needs(Role.Engineer, Permission.RegistryRead);

        routes.MapGet("/api/v1/audit/verify", (HttpRequest request, IHubStore store) => new JsonResult(Write(Reading(() => store.VerifyAudit(Kept(request))))))
            .Needs(Role.Engineer, Permission.RegistryRead);

        routes.MapGet("/api/v1/audit/head", (IHubStore store) => new JsonResult(Write(Reading(store.AuditHead))))
            .Needs(Role.Engineer, Permission.RegistryRead);

        routes.MapPost("/api/v1/audit/archive", async (HttpRequest request, AuditArchive archive) =>
        {
            var body = await RequestBody.ReadObject(request);
            var before = RequestBody.Text(body, "before") is { } text ? Instants.Parse("before", text) : throw new HubException(HubError.ArgumentInvalid, "before is missing: rows from before this time are moved to a file.");
            var archived = await archive.Archive(before, request.Author());
            return new JsonResult(archived is null
                ? new JsonObject { ["rows"] = 0 }
                : new JsonObject
                {
                    ["rows"] = archived.Rows,
                    ["first"] = archived.First,
                    ["last"] = archived.Last,
                    ["file"] = archived.File,
                    ["sha256"] = archived.Sha256,
                    ["previous"] = archived.Previous,
                    ["hash"] = archived.Hash,
                });
        }).Needs(Role.Admin, Permission.None);
    }

    private static JsonResult Answer(IHubStore store, AuditQuery query) => new(new JsonArray([.. Read(store, query).Select(entry => (JsonNode)Write(entry))]));

    internal static IReadOnlyList<AuditEntry> Read(IHubStore store, AuditQuery query) => Reading(() => store.ReadAudit(query));

    /// <summary>A head that somebody kept, by number and hash.</summary>
    private static AuditHead? Kept(HttpRequest request)
    {
        var hash = request.Text("hash");
        return (request.Number("id", "the id of a row"), hash) switch
        {
            (null, null) => null,
            ({ } id, { Length: 64 }) when hash.All(char.IsAsciiHexDigit) => new AuditHead(id, hash.ToLowerInvariant()),
            _ => throw new HubException(HubError.ArgumentInvalid, "A head is an id and a hash of 64 hexadecimal digits, as GET /api/v1/audit/head gave them."),
        };
    }

    private static JsonObject Write(AuditHead head) => new() { ["id"] = head.Id, ["hash"] = head.Hash };

    private static JsonObject Write(AuditProof proof) => new()
    {
        ["intact"] = proof.IsIntact,
        ["rows"] = proof.Rows,
        ["anchor"] = Write(proof.Anchor),
        ["head"] = Write(proof.Head),
        ["flaw"] = proof.Flaw is { } flaw ? new JsonObject { ["kind"] = flaw.Word, ["id"] = flaw.Id, ["sentence"] = flaw.Sentence } : null,
    };

    private static T Reading<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (StorageException failure)
        {
            throw FleetErrors.Translate(failure);
        }
    }

    private static AuditQuery Query(HttpRequest request) => new(
        request.Text("device"),
        request.Text("author"),
        request.Text("action"),
        request.Instant("from"),
        request.Instant("to"),
        request.Number("before", "the id of a row"),
        request.Number("after", "the id of a row"),
        request.Count("limit", StandardLimit, LargestLimit));

    /// <summary>The value, or its text where it is no JSON: rows of overrides were once written so, and no row is ever changed.</summary>
    private static JsonNode? Value(string? text)
    {
        try
        {
            return text is null ? null : JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }

    private static JsonObject Write(AuditEntry entry) => new()
    {
        ["id"] = entry.Id,
        ["at"] = Json.Timestamp(entry.Row.At),
        ["author"] = entry.Row.Author,
        ["deviceId"] = entry.Row.DeviceId,
        ["action"] = entry.Row.Action,
        ["path"] = entry.Row.Path,
        ["value"] = Value(entry.Row.Value),
        ["version"] = entry.Row.Version,
        ["previous"] = entry.Previous,
        ["hash"] = entry.Hash,
    };

    /// <summary>All rows that fit, oldest first, as a file. Read in pages: the log may be larger than memory.</summary>
    private sealed class AuditExport(IHubStore store, AuditQuery query, bool csv) : IResult
    {
        private const string Head = "id,at,author,deviceId,action,path,value,version\r\n";

        public async Task ExecuteAsync(HttpContext context)
        {
            var page = Read(store, Next(0));
            context.Response.ContentType = csv ? "text/csv; charset=utf-8" : "application/x-ndjson; charset=utf-8";
            context.Response.Headers.CacheControl = "no-store";
            context.Response.Headers.ContentDisposition = $"attachment; filename=\"audit.{(csv ? "csv" : "ndjson")}\"";
            if (csv)
            {
                await context.Response.WriteAsync(Head, context.RequestAborted);
            }

            while (page.Count > 0)
            {
                var text = new StringBuilder();
                foreach (var entry in page)
                {
                    text.Append(csv ? Line(entry) : entry.Line() + "\n");
                }

                await context.Response.WriteAsync(text.ToString(), context.RequestAborted);
                page = page.Count < LargestLimit ? [] : Read(store, Next(page[^1].Id));
            }
        }

        private AuditQuery Next(long after) => query with { After = Math.Max(after, query.After ?? 0), Limit = LargestLimit };

        private static string Line(AuditEntry entry)
        {
            var row = entry.Row;
            return string.Join(
                ',',
                entry.Id.ToString(CultureInfo.InvariantCulture),
                Json.Timestamp(row.At),
                Field(row.Author),
                Field(row.DeviceId),
                Field(row.Action),
                Field(row.Path),
                Field(row.Value),
                row.Version?.ToString(CultureInfo.InvariantCulture)) + "\r\n";
        }

        /// <summary>RFC 4180; what a spreadsheet would take for a formula is marked as text.</summary>
        private static string Field(string? text)
        {
            if (string.IsNullOrEmpty(text))
            {
                return "";
            }

            var safe = text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + text : text;
            return safe.AsSpan().ContainsAny(",\"\r\n") || safe != text ? $"\"{safe.Replace("\"", "\"\"")}\"" : safe;
        }
    }
}
