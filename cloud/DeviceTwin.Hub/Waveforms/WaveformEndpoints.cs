using System.Globalization;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Rest;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Waveforms;
using Microsoft.Net.Http.Headers;

namespace DeviceTwin.Hub.Waveforms;

/// <summary>Devices bring waveforms with their own token; people fetch them.</summary>
internal static class WaveformEndpoints
{
    private const int StandardLimit = 100;
    private const int LargestLimit = 1000;
    private static readonly string[] Formats = ["json", "wav", "csv", "raw"];

    public static void MapWaveforms(this IEndpointRouteBuilder routes)
    {
        var own = routes.MapGroup("/api/v1/devices/{id}/waveforms/{sha256}");

        own.MapPut("", Put).NeedsDevice();
        own.MapMethods("offset", [HttpMethods.Get, HttpMethods.Head], Offset).NeedsDevice();
        own.MapMethods("", [HttpMethods.Head], Offset).NeedsDevice();

        var all = routes.MapGroup("/api/v1/waveforms");
        all.MapGet("", List).Needs(Role.Viewer);
        all.MapGet("{sha256}", Get).Needs(Role.Viewer);
    }

    private static async Task<IResult> Put(
        string id, string sha256, HttpRequest request, IFleet fleet, IHubStore store, WaveformKeeper keeper, TimeProvider time)
    {
        if (request.Headers.ContentEncoding.Count > 0)
        {
            throw new HubException(WaveformErrors.Malformed, "Send the chunk as it is, without Content-Encoding.");
        }

        var body = await ReadChunk(request, keeper.Options.LargestChunk);
        var properties = request.Query.ToDictionary(entry => entry.Key, entry => (string?)entry.Value.ToString(), StringComparer.Ordinal);
        properties["kind"] = WaveformWords.Kind;
        properties[WaveformWords.Hash] = sha256;

        // Only a message of the device's session has a place in its sequence.
        properties.Remove("seq");
        if (WaveformWords.Parse(id, properties, body, keeper.Options, out var problem) is not var (head, _, _))
        {
            throw new HubException(WaveformErrors.Malformed, problem);
        }

        await fleet.AppendTelemetry(new TelemetryMessage(id, time.GetUtcNow(), properties, body), CancellationToken.None);
        var status = store.ReadWaveformStatus(id, head.Sha256);
        if (status.State == WaveformState.Verifying)
        {
            await keeper.Verify(id, head.Sha256);
            status = store.ReadWaveformStatus(id, head.Sha256);
        }

        if (status is { State: WaveformState.Discarded, Reason: { } reason })
        {
            throw WaveformErrors.Discarded(reason);
        }

        if (status.State == WaveformState.Complete && store.FindWaveforms(head.Sha256).FirstOrDefault(stored => stored.Head.DeviceId == id)?.Head.Facts != head.Facts)
        {
            throw WaveformErrors.Discarded(DiscardReason.FactsDiffer);
        }

        Tell(request.HttpContext.Response, status);
        return status.State == WaveformState.Complete ? Results.Created($"/api/v1/waveforms/{head.Sha256}", null) : Results.NoContent();
    }

    private static IResult Offset(string id, string sha256, HttpRequest request, IFleet fleet, IHubStore store)
    {
        _ = fleet.FindIdentity(id) ?? throw FleetErrors.DeviceNotFound(id);
        var hash = RequireHash(sha256);
        var status = store.ReadWaveformStatus(id, hash);
        Tell(request.HttpContext.Response, status);
        return new JsonResult(WaveformWords.Write(hash, status));
    }

    private static JsonResult List(HttpRequest request, IHubStore store, WaveformKeeper keeper, IAlarmWaveforms alarms)
    {
        var device = request.Query["device"].ToString();
        var found = store.ReadWaveforms(
            device.Length == 0 ? null : device, request.Instant("from"), request.Instant("to"), request.Count("limit", StandardLimit, LargestLimit));
        var kept = found.Select(waveform => waveform.Head.DeviceId).Distinct().ToDictionary(
            deviceId => deviceId,
            deviceId => WaveformRetention.Kept(
                [.. store.ReadWaveforms(deviceId, null, null, int.MaxValue).Reverse()], alarms.Of(deviceId), keeper.Options.Neighbours));
        return new JsonResult(new JsonArray(
            [.. found.Select(waveform => (JsonNode)WaveformFormats.Facts(waveform, kept[waveform.Head.DeviceId].Contains(waveform.Head.Sha256)))]));
    }

    private static async Task<IResult> Get(string sha256, HttpRequest request, IHubStore store, WaveformKeeper keeper)
    {
        var hash = RequireHash(sha256);
        var device = request.Query["device"].ToString();
        var waveform = store.FindWaveforms(hash).FirstOrDefault(stored => device.Length == 0 || stored.Head.DeviceId == device) ?? throw WaveformErrors.Missing(hash);
        var format = Format(request);
        var content = await keeper.Read(waveform) ?? throw new HubException(
            WaveformErrors.Damaged, $"The file of waveform {hash} is lost or damaged. Restore it from a backup, or let its node send it again.");
        var name = $"{waveform.Head.DeviceId}-{hash[..12]}";
        var headers = request.HttpContext.Response.Headers;

        // A content never changes, but may be gone tomorrow.
        headers.CacheControl = "private, no-cache";
        return format switch
        {
            "wav" => Results.Bytes(WaveformFormats.Wav(waveform.Head, content), "audio/wav", $"{name}.wav"),
            "csv" => Results.Bytes(WaveformFormats.Csv(waveform.Head, content), "text/csv; charset=utf-8", $"{name}.csv"),
            "raw" => Results.Bytes(
                content, "application/octet-stream", $"{name}.i16", enableRangeProcessing: true, entityTag: new EntityTagHeaderValue($"\"{hash}\"")),
            _ => Results.Bytes(WaveformFormats.JsonText(waveform, content), JsonResult.ContentType),
        };
    }

    /// <summary><c>format=</c>, else what the caller accepts, else JSON.</summary>
    private static string Format(HttpRequest request)
    {
        var asked = request.Query["format"].ToString();
        if (asked.Length > 0)
        {
            return Formats.Contains(asked) ? asked : throw new HubException(HubError.ArgumentInvalid, $"format takes {string.Join(", ", Formats)}, not \"{asked}\".");
        }

        foreach (var accepted in request.GetTypedHeaders().Accept.OrderByDescending(type => type.Quality ?? 1))
        {
            switch (accepted.MediaType.Value)
            {
                case "audio/wav" or "audio/x-wav" or "audio/wave" or "audio/vnd.wave":
                    return "wav";
                case "text/csv":
                    return "csv";
                case "application/octet-stream":
                    return "raw";
                case "application/json":
                    return "json";
            }
        }

        return "json";
    }

    /// <summary>For clients that would rather read a header than JSON.</summary>
    private static void Tell(HttpResponse response, WaveformStatus status)
    {
        response.Headers["Upload-Offset"] = status.Next.ToString(CultureInfo.InvariantCulture);
        response.Headers["Upload-State"] = WaveformWords.Word(status.State.ToString());
    }

    private static string RequireHash(string sha256) => WaveformWords.HashOf(sha256)
        ?? throw new HubException(WaveformErrors.Malformed, "A waveform is named by the 64 hexadecimal digits of its SHA-256.");

    private static async Task<byte[]> ReadChunk(HttpRequest request, int most)
    {
        if (request.ContentLength > most)
        {
            throw TooLarge(most);
        }

        var buffer = new byte[Math.Min(most, request.ContentLength ?? most) + 1];
        var read = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, request.HttpContext.RequestAborted);
        return read <= most && read < buffer.Length ? buffer[..read] : throw TooLarge(most);
    }

    private static HubException TooLarge(int most) => new(HubError.RequestEntityTooLarge, $"A chunk has at most {most} bytes. Send less at a time.");
}
