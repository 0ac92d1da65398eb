using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Options;
using DeviceTwin.Hub.Waveforms;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Waveforms;
using DeviceTwin.Tests.Hub.Gateway;
using DeviceTwin.Tests.Hub.Rest;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceTwin.Tests.Hub.Waveforms;

/// <summary>Devices bring waveforms over HTTP with their own token; people fetch them.</summary>
public sealed class EndpointTests : RestTests
{
    private const string Facts = "axis=z&rate=26667123&scale=488000&capture=7&bootId=b1&at=1763800000000";

    [Test]
    public async Task A_waveform_comes_in_pieces_and_is_fetched_whole()
    {
        var content = WaveformWorld.Content(1, 100);
        var (device, sha256) = (await Register("brings"), WaveformFiles.HashOf(content));
        Assert.That((string?)(await Offset(device, sha256))["state"], Is.EqualTo("absent"));
        var first = await Put(device, sha256, content, 40, 100);
        Assert.That((first.Response.StatusCode, Header(first, "Upload-Offset")), Is.EqualTo((HttpStatusCode.NoContent, "0")));
        var offset = await Offset(device, sha256);
        Assert.That(((string?)offset["state"], (int?)offset["next"], (int?)offset["length"], offset["ranges"]!.ToJsonString()), Is.EqualTo(("open", 0, 100, "[[40,100]]")));
        var last = await Put(device, sha256, content, 0, 50);
        Assert.That((last.Response.StatusCode, last.Response.Headers.Location?.ToString()), Is.EqualTo((HttpStatusCode.Created, $"/api/v1/waveforms/{sha256}")));
        Assert.That((await Put(device, sha256, content, 0, 1)).Response.StatusCode, Is.EqualTo(HttpStatusCode.Created), "again costs nothing");

        using var raw = await Hub.Http.GetAsync($"/api/v1/waveforms/{sha256}?format=raw");
        Assert.That(await raw.Content.ReadAsByteArrayAsync(), Is.EqualTo(content));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/waveforms/{sha256}?format=raw") { Headers = { Range = new RangeHeaderValue(10, 19) } };
        using var part = await Hub.Http.SendAsync(request);
        Assert.That((part.StatusCode, (await part.Content.ReadAsByteArrayAsync()).Length), Is.EqualTo((HttpStatusCode.PartialContent, 10)));
        var json = await Hub.Get($"/api/v1/waveforms/{sha256}");
        Assert.That(((string?)json["deviceId"], (long?)json["capture"], json["samples"]!["z"]!.AsArray().Count), Is.EqualTo(("brings", 7L, 50)));
        Assert.That((string?)json["takenAt"], Does.StartWith("2025-11-22T08:26:40"));
        foreach (var (accept, begin) in new[] { ("audio/wav", "RIFF"), ("text/csv", "z\n"), ("application/json", "{") })
        {
            var (response, _) = await Hub.Send(HttpMethod.Get, $"/api/v1/waveforms/{sha256}", null, null, ("Accept", accept));
            Assert.That(response.Content.Headers.ContentType!.MediaType, Is.EqualTo(accept));
            Assert.That(await response.Content.ReadAsStringAsync(), Does.StartWith(begin));
        }

        var listed = (JsonArray)await Hub.Get("/api/v1/waveforms?device=brings&from=2020-01-01T00:00:00Z");
        Assert.That(((string?)listed.Single()!["sha256"], (bool?)listed[0]!["keptByAlarm"]), Is.EqualTo((sha256, false)));
        Assert.That((JsonArray)await Hub.Get("/api/v1/waveforms?device=brings&to=2020-01-01T00:00:00Z"), Is.Empty);
    }

    [Test]
    public async Task A_small_client_reads_the_offset_from_a_header()
    {
        var content = WaveformWorld.Content(2, 10);
        var (device, sha256) = (await Register("small"), WaveformFiles.HashOf(content));
        await Put(device, sha256, content, 0, 4);
        foreach (var path in new[] { "", "/offset" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, $"/api/v1/devices/small/waveforms/{sha256}{path}");
            request.Headers.TryAddWithoutValidation("Authorization", Token(device));
            using var answer = await Hub.Http.SendAsync(request);
            Assert.That((answer.StatusCode, Header((answer, null), "Upload-Offset"), Header((answer, null), "Upload-State")), Is.EqualTo((HttpStatusCode.OK, "4", "open")));
        }
    }

    [Test]
    public async Task What_cannot_be_kept_is_refused_with_the_reason()
    {
        var (device, content) = (await Register("wrong"), WaveformWorld.Content(3, 10));
        var sha256 = WaveformFiles.HashOf(content);
        AssertRefused(await Put(device, WaveformFiles.HashOf([1]), content, 0, 10), HttpStatusCode.UnprocessableEntity, "WaveformHashDiffers", 422580, "thrown away");
        Assert.That((string?)(await Offset(device, WaveformFiles.HashOf([1])))["reason"], Is.EqualTo("hashDiffers"));
        await Put(device, sha256, content, 0, 6);
        AssertRefused(await Put(device, sha256, WaveformWorld.Content(4, 10), 4, 10), HttpStatusCode.Conflict, "WaveformConflict", 409580, "overlap and differ");
        await Put(device, sha256, content, 0, 10);
        AssertRefused(await Put(device, sha256, content, 0, 10, Facts.Replace("26667123", "1")), HttpStatusCode.Conflict, "WaveformConflict", 409580, "disagree");
        AssertRefused(await Hub.Send(HttpMethod.Get, $"/api/v1/waveforms/{WaveformFiles.HashOf([2])}"), HttpStatusCode.NotFound, "WaveformNotFound", 404580);
        AssertRefused(await Hub.Send(HttpMethod.Get, "/api/v1/waveforms/x"), HttpStatusCode.BadRequest, "WaveformMalformed", 400580);
        AssertRefused(await Hub.Send(HttpMethod.Get, $"/api/v1/waveforms/{sha256}?format=mp3"), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "json, wav, csv, raw");
        AssertRefused(await Hub.Send(HttpMethod.Get, "/api/v1/waveforms?from=yesterday"), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "from takes a time");
    }

    [TestCase("axis=z&rate=0&scale=1", 0, 10, "rate takes")]
    [TestCase("axis=z&rate=1&scale=-1", 0, 10, "scale takes")]
    [TestCase("axis=z&rate=1", 0, 10, "scale takes")]
    [TestCase("axis=z,z,z&rate=1&scale=1", 0, 10, "axis takes")]
    [TestCase("axis=x,y&rate=1&scale=1", 0, 10, "axis takes")]
    [TestCase("axis=z%0Aevil&rate=1&scale=1", 0, 10, "axis takes")]
    [TestCase("axis=z&rate=1&scale=1&format=f32", 0, 10, "format takes i16le")]
    [TestCase("axis=z&rate=1&scale=1", 2, 10, "offset takes", Description = "2 + 10 is beyond 10")]
    [TestCase("axis=z&rate=1&scale=1", 2147483640, 10, "offset takes")]
    [TestCase("axis=z&rate=1&scale=1", -1, 10, "offset takes")]
    [TestCase("axis=z&rate=1&scale=1", 0, 0, "A chunk has")]
    public async Task Headers_that_make_no_sense_are_refused(string facts, int offset, int size, string sentence)
    {
        var device = await Register("hostile");
        var sha256 = WaveformFiles.HashOf([9]);
        AssertRefused(
            await Send(device, sha256, new byte[size], $"offset={offset}&length=10&{facts}"), HttpStatusCode.BadRequest, "WaveformMalformed", 400580, sentence);
        Assert.That((string?)(await Offset(device, sha256))["state"], Is.EqualTo("absent"));
    }

    [TestCase("11", Description = "no whole sample")]
    [TestCase("4194306", Description = "beyond the largest")]
    [TestCase("99999999999")]
    [TestCase("")]
    public async Task Lengths_are_bounded(string length)
    {
        var device = await Register("long");
        AssertRefused(
            await Send(device, WaveformFiles.HashOf([9]), [1, 2], $"offset=0&length={length}&{Facts}"), HttpStatusCode.BadRequest, "WaveformMalformed", 400580, "length takes");
    }

    [Test]
    public async Task A_chunk_is_as_large_as_a_message_and_comes_as_it_is()
    {
        var device = await Register("large");
        var sha256 = WaveformFiles.HashOf([9]);
        AssertRefused(
            await Send(device, sha256, new byte[256 * 1024 + 1], $"offset=0&length=400000&{Facts}"), HttpStatusCode.RequestEntityTooLarge, "RequestEntityTooLarge", 413001, "262144");
        AssertRefused(
            await Send(device, sha256, [1, 2], $"offset=0&length=4&{Facts}", encoding: "gzip"), HttpStatusCode.BadRequest, "WaveformMalformed", 400580, "without Content-Encoding");
    }

    [Test]
    public async Task Only_the_device_itself_brings_and_asks()
    {
        var (device, other) = (await Register("mine"), await Register("other"));
        var content = WaveformWorld.Content(5, 10);
        var sha256 = WaveformFiles.HashOf(content);
        var path = $"/api/v1/devices/mine/waveforms/{sha256}";
        foreach (var authorization in new[] { null, Token(other), Token(device) + "x", Token(device, minutes: -5), "Bearer x" })
        {
            (string, string)[] headers = authorization is null ? [] : [("Authorization", authorization)];
            AssertRefused(await Hub.Send(HttpMethod.Put, $"{path}?offset=0&length=10&{Facts}", "0123456789", null, headers), HttpStatusCode.Unauthorized, "IotHubUnauthorizedAccess", 401002);
            AssertRefused(await Hub.Send(HttpMethod.Get, $"{path}/offset", null, null, headers), HttpStatusCode.Unauthorized, "IotHubUnauthorizedAccess", 401002);
        }

        AssertRefused(
            await Hub.Send(HttpMethod.Get, $"/api/v1/devices/nobody/waveforms/{sha256}/offset", null, null, ("Authorization", Token(device))),
            HttpStatusCode.Unauthorized, "IotHubUnauthorizedAccess", 401002);
    }

    [Test]
    public async Task A_damaged_file_is_said_and_the_node_may_send_it_again()
    {
        var content = WaveformWorld.Content(6, 10);
        var (device, sha256) = (await Register("damaged"), WaveformFiles.HashOf(content));
        await Put(device, sha256, content, 0, 10);
        await File.WriteAllTextAsync(Hub.Services.GetRequiredService<WaveformFiles>().PathOf(sha256), "x");
        AssertRefused(await Hub.Send(HttpMethod.Get, $"/api/v1/waveforms/{sha256}"), HttpStatusCode.InternalServerError, "WaveformDamaged", 500580, "Restore it from a backup");
        await Put(device, sha256, content, 0, 10);
        Assert.That((await Hub.Send(HttpMethod.Get, $"/api/v1/waveforms/{sha256}")).Response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task The_node_page_links_to_the_last_waveforms()
    {
        var content = WaveformWorld.Content(7, 10);
        var (device, sha256) = (await Register("paged"), WaveformFiles.HashOf(content));
        Assert.That(await Hub.Http.GetStringAsync("/nodes/paged"), Does.Not.Contain("data-testid=\"waveforms\""));
        await Put(device, sha256, content, 0, 10);
        var page = await Hub.Http.GetStringAsync("/nodes/paged");
        Assert.That(page, Does.Contain("data-testid=\"waveforms\"").And.Contain($"href=\"api/v1/waveforms/{sha256}?device=paged&amp;format=wav\""));
    }

    [Test]
    public async Task Beyond_loopback_a_devices_token_opens_its_own_waveforms_and_nothing_else()
    {
        await using var hub = await HubFixture.Start(IPAddress.Any);
        var identity = await hub.Fleet.PutIdentity(new DeviceIdentity("far", "", "", true, "", "", default), null, "test", CancellationToken.None);
        var sha256 = WaveformFiles.HashOf([9]);
        (string, string) authorization = ("Authorization", Token(identity));
        Assert.That((await hub.Send(HttpMethod.Get, $"/api/v1/devices/far/waveforms/{sha256}/offset", null, null, authorization)).Response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        foreach (var path in new[] { $"/api/v1/waveforms/{sha256}", "/api/v1/waveforms", "/devices/far", "/api/v1/devices/far/telemetry" })
        {
            Assert.That((await hub.Send(HttpMethod.Get, path, null, null, authorization)).Response.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized), path);
        }
    }

    internal static string Token(DeviceIdentity identity, int minutes = 60)
    {
        var scope = "localhost%2Fdevices%2F" + Uri.EscapeDataString(identity.DeviceId);
        var expiry = DateTimeOffset.UtcNow.AddMinutes(minutes).ToUnixTimeSeconds();
        return $"SharedAccessSignature sr={scope}&sig={Uri.EscapeDataString(GatewayHost.Sign(identity.PrimaryKey, scope, expiry))}&se={expiry}";
    }

    private static string? Header((HttpResponseMessage Response, JsonNode? Body) answer, string name) =>
        answer.Response.Headers.TryGetValues(name, out var values) ? values.Single() : null;

    [Test]
    public async Task A_quota_full_of_what_alarms_keep_refuses_with_its_reason_and_else_the_oldest_goes()
    {
        await using var hub = await HubFixture.Start(waveforms: new WaveformLimits(DeviceCount: 1, Neighbours: 0));
        await hub.Register("full");
        var device = hub.Fleet.FindIdentity("full")!;
        var (first, second, third) = (WaveformWorld.Content(21, 10), WaveformWorld.Content(22, 10), WaveformWorld.Content(23, 10));
        Assert.That((await Upload(first)).Response.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        Assert.That((await Upload(second)).Response.StatusCode, Is.EqualTo(HttpStatusCode.Created), "the first goes");
        Assert.That(await Kept(), Is.EqualTo(new[] { WaveformFiles.HashOf(second) }));

        await hub.Tell("full", "alarm", $$"""{"id":"1-1-outer-1","alarm":"outer","state":"raised","waveform":["{{WaveformFiles.HashOf(second)}}"]}""");
        AssertRefused(await Upload(third), HttpStatusCode.Forbidden, "WaveformQuotaExceeded", 403580, "full of waveforms that alarms keep");
        Assert.That(await Kept(), Is.EqualTo(new[] { WaveformFiles.HashOf(second) }));

        Task<(HttpResponseMessage Response, JsonNode? Body)> Upload(byte[] content) => Put(device, WaveformFiles.HashOf(content), content, 0, 10, at: hub);

        async Task<IEnumerable<string?>> Kept() => ((JsonArray)await hub.Get("/api/v1/waveforms?device=full")).Select(row => (string?)row!["sha256"]);
    }

    private async Task<DeviceIdentity> Register(string deviceId)
    {
        await Hub.Register(deviceId);
        return Hub.Fleet.FindIdentity(deviceId)!;
    }

    private async Task<JsonNode> Offset(DeviceIdentity device, string sha256)
    {
        var answer = await Hub.Send(HttpMethod.Get, $"/api/v1/devices/{device.DeviceId}/waveforms/{sha256}/offset", null, null, ("Authorization", Token(device)));
        Assert.That(answer.Response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        return answer.Body!;
    }

    private Task<(HttpResponseMessage Response, JsonNode? Body)> Put(DeviceIdentity device, string sha256, byte[] content, int start, int end, string facts = Facts, HubFixture? at = null) =>
        Send(device, sha256, content[start..end], $"offset={start}&length={content.Length}&{facts}", at: at);

    private async Task<(HttpResponseMessage Response, JsonNode? Body)> Send(DeviceIdentity device, string sha256, byte[] chunk, string query, string? encoding = null, HubFixture? at = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/devices/{device.DeviceId}/waveforms/{sha256}?{query}") { Content = new ByteArrayContent(chunk) };
        request.Headers.TryAddWithoutValidation("Authorization", Token(device));
        if (encoding is not null)
        {
            request.Content.Headers.ContentEncoding.Add(encoding);
        }

        var response = await (at ?? Hub).Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response, response.Content.Headers.ContentType?.MediaType == "application/json" ? JsonNode.Parse(text) : null);
    }
}
