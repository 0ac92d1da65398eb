using System.Net;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Changes;
using DeviceTwin.Tests.Hub.Rest;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceTwin.Tests.Hub.Changes;

/// <summary>Changes over HTTP, as cloud/CHANGES.md tells it.</summary>
public sealed class RolloutEndpointTests : RestTests
{
    private const string Address = "/api/v1/rollouts";
    private static readonly (string, string) Ada = ("X-DeviceTwin-Author", "ada");
    private static readonly (string, string) Grace = ("X-DeviceTwin-Author", "grace");

    [Test]
    public async Task A_change_is_proposed_replayed_approved_started_and_given_up()
    {
        await Configured("limits");
        var (made, change) = await Hub.Send(
            HttpMethod.Post,
            Address,
            """{"id":"c1","title":"Lower limit","configurationId":"limits","settings":{"detection.velocityLimitUmPerSecond":3500},"plan":{"shadowSeconds":0}}""",
            null,
            Ada);
        Assert.That(made.StatusCode, Is.EqualTo(HttpStatusCode.Created), change?.ToJsonString());
        Assert.That(((string?)change!["state"], (string?)change["author"], (int?)change["baseVersion"]), Is.EqualTo(("draft", "rest/ada", 1)));
        Assert.That(change["content"]!.ToJsonString(), Is.EqualTo("""{"properties.desired.detection.velocityLimitUmPerSecond":3500,"properties.desired.reporting.spectrumEveryCaptures":10}"""));
        AssertRefused(await Step("approve", Grace), HttpStatusCode.Conflict, "ChangeStepNotPossible", 409620);
        AssertRefused(await Hub.Send(HttpMethod.Get, $"{Address}/c1/replay"), HttpStatusCode.NotFound, "ChangeReportNotFound", 404621);
        Assert.That((await Step("replay", Ada)).Response.StatusCode, Is.EqualTo(HttpStatusCode.Accepted));
        await Until("replayed");
        AssertRefused(await Step("approve", Ada), HttpStatusCode.Forbidden, "ApprovalRefused", 403620);
        AssertRefused(await Step("approve", Grace), HttpStatusCode.BadRequest, "ChangeInvalid", 400620);
        Assert.That((string?)(await Hub.Send(HttpMethod.Post, $"{Address}/c1/approve", """{"reason":"no waveform is stored yet"}""", null, Grace)).Body!["state"], Is.EqualTo("approved"));
        AssertRefused(await Hub.Send(HttpMethod.Get, $"{Address}/c1/report"), HttpStatusCode.NotFound, "ChangeReportNotFound", 404621);
        Assert.That((string?)(await Step("start", Ada)).Body!["state"], Is.EqualTo("canary"));
        Assert.That((int?)(await Hub.Get("/twins/limits-a"))["properties"]!["desired"]!["detection"]!["velocityLimitUmPerSecond"], Is.AnyOf(3500, 4500));
        AssertRefused(await Hub.Send(HttpMethod.Delete, $"{Address}/c1"), HttpStatusCode.Conflict, "ChangeStepNotPossible", 409620);
        AssertRefused(await Hub.Send(HttpMethod.Post, $"{Address}/c1/abort", "{}"), HttpStatusCode.BadRequest, "ChangeInvalid", 400620);
        var (_, ended) = await Hub.Send(HttpMethod.Post, $"{Address}/c1/abort", """{"reason":"the press stands"}""", null, Grace);
        Assert.That((string?)ended!["state"], Is.EqualTo("aborted"));
        Assert.That((int?)(await Hub.Get("/twins/limits-a"))["properties"]!["desired"]!["detection"]!["velocityLimitUmPerSecond"], Is.EqualTo(4500));
        var report = await Hub.Get($"{Address}/c1/report");
        Assert.That(((string?)report["decidedBy"], (string?)report["why"]), Is.EqualTo(("rest/grace", "the press stands")));
        Assert.That(await Hub.Http.GetStringAsync($"{Address}/c1/report?format=html"), Does.StartWith("<!doctype html>").And.Contain("the press stands"));
        foreach (var format in new[] { "html", "csv", "text", "json" })
        {
            using var replay = await Hub.Http.GetAsync($"{Address}/c1/replay?format={format}");
            Assert.That(replay.StatusCode, Is.EqualTo(HttpStatusCode.OK), format);
        }

        AssertRefused(await Hub.Send(HttpMethod.Get, $"{Address}/c1/replay?format=xml"), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004);
        Assert.That((JsonArray)(await Hub.Get($"{Address}?state=aborted"))["changes"]!, Has.Count.EqualTo(1));
        Assert.That((JsonArray)(await Hub.Get($"{Address}?state=wave"))["changes"]!, Is.Empty);

        Task<(HttpResponseMessage Response, JsonNode? Body)> Step(string name, (string, string) by) => Hub.Send(HttpMethod.Post, $"{Address}/c1/{name}", null, null, by);

        async Task Until(string state)
        {
            using var news = new SemaphoreSlim(0);
            using var subscription = Hub.Services.GetRequiredService<IChanges>().Subscribe(_ => news.Release());
            while ((string?)(await Hub.Get($"{Address}/c1"))["state"] != state)
            {
                Assert.That(await news.WaitAsync(TimeSpan.FromSeconds(30)), Is.True, $"it does not come to be {state}");
            }
        }
    }

    [Test]
    public async Task What_is_wrong_is_refused_with_a_code()
    {
        await Configured("wrong");
        AssertRefused(await Propose("""{"title":"t","configurationId":"nothing","settings":{"a":1}}"""), HttpStatusCode.NotFound, "ConfigurationNotFound", 404011);
        AssertRefused(await Propose("""{"title":"t","configurationId":"wrong"}"""), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004);
        AssertRefused(await Propose("""{"configurationId":"wrong","settings":{"a":1}}"""), HttpStatusCode.BadRequest, "ChangeInvalid", 400620);
        AssertRefused(await Propose("""{"title":"t","configurationId":"wrong","settings":{"a":1},"plan":{"waves":[200]}}"""), HttpStatusCode.BadRequest, "ChangeInvalid", 400620);
        AssertRefused(await Propose("""{"title":"t","configurationId":"wrong","content":{"properties.desired.a":{"b":null}}}"""), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004);
        AssertRefused(await Hub.Send(HttpMethod.Get, $"{Address}/nothing"), HttpStatusCode.NotFound, "ChangeNotFound", 404620);
        AssertRefused(await Hub.Send(HttpMethod.Get, $"{Address}/nothing/events"), HttpStatusCode.NotFound, "ChangeNotFound", 404620);
        var (response, _) = await Propose("""{"id":"bad-limit","title":"t","configurationId":"wrong","settings":{"detection.velocityLimitUmPerSecond":-5}}""");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        AssertRefused(await Hub.Send(HttpMethod.Post, $"{Address}/bad-limit/replay"), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004);
        Assert.That((await Hub.Send(HttpMethod.Patch, $"{Address}/bad-limit", """{"settings":{"detection.velocityLimitUmPerSecond":5},"reason":"positive"}""")).Response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await Hub.Send(HttpMethod.Delete, $"{Address}/bad-limit")).Response.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));

        Task<(HttpResponseMessage Response, JsonNode? Body)> Propose(string body) => Hub.Send(HttpMethod.Post, Address, body);
    }

    [Test]
    public async Task Whoever_follows_a_change_is_told_how_it_stands_at_once_and_whenever_it_moves()
    {
        await Configured("followed");
        await Hub.Send(HttpMethod.Post, Address, """{"id":"followed","title":"t","configurationId":"followed","settings":{"a":1}}""");
        using var response = await Hub.Http.GetAsync($"{Address}/followed/events", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.That(await Next(), Is.EqualTo("change draft"));
        await Hub.Send(HttpMethod.Post, $"{Address}/followed/abort", """{"reason":"no"}""");
        var told = await Next();
        Assert.That(told, Is.EqualTo("change aborted"));
        await Hub.Send(HttpMethod.Delete, $"{Address}/followed");
        while (told == "change aborted")
        {
            told = await Next();
        }

        Assert.That(told, Is.EqualTo("deleted "));

        async Task<string> Next()
        {
            var name = (await reader.ReadLineAsync())!["event: ".Length..];
            var data = JsonNode.Parse((await reader.ReadLineAsync())!["data: ".Length..])!;
            await reader.ReadLineAsync();
            return $"{name} {(string?)data["state"]}";
        }
    }

    private async Task Configured(string id)
    {
        await Hub.Register($"{id}-a");
        await Hub.Send(
            HttpMethod.Put,
            $"/configurations/{id}",
            $$$$"""{"targetCondition":"deviceId = '{{{{id}}}}-a'","content":{"deviceContent":{"properties.desired.detection.velocityLimitUmPerSecond":4500,"properties.desired.reporting.spectrumEveryCaptures":10}}}""");
    }
}
