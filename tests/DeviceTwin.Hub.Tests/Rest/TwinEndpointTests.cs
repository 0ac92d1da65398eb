using System.Net;
using System.Text.Json.Nodes;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>Twins as Azure's service clients use them.</summary>
public sealed class TwinEndpointTests : RestTests
{
    private static readonly HttpMethod Patch = HttpMethod.Patch;

    [Test]
    public async Task A_patch_merges_and_answers_with_the_whole_twin()
    {
        await Hub.Register("merge");
        await Hub.Send(Patch, "/twins/merge", """{"tags":{"line":"1","machine":"pump"},"properties":{"desired":{"detection":{"a":1,"b":2}}}}""");
        var (response, twin) = await Hub.Send(Patch, "/twins/merge", """{"tags":{"line":"2"},"properties":{"desired":{"detection":{"a":null,"c":3}}}}""");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(twin!["tags"]!.ToJsonString(), Is.EqualTo("""{"line":"2","machine":"pump"}"""));
        Assert.That(twin["properties"]!["desired"]!["detection"]!.ToJsonString(), Is.EqualTo("""{"b":2,"c":3}"""));
        Assert.That((long)twin["properties"]!["desired"]!["$version"]!, Is.EqualTo(3));
        Assert.That((string?)twin["properties"]!["desired"]!["$metadata"]!["detection"]!["c"]!["$lastUpdated"], Does.EndWith("Z"));
        Assert.That((long)twin["properties"]!["reported"]!["$version"]!, Is.EqualTo(1));
    }

    [Test]
    public async Task A_put_replaces_the_sections_that_are_present()
    {
        await Hub.Register("replace");
        await Hub.Send(Patch, "/twins/replace", """{"tags":{"line":"1"},"properties":{"desired":{"a":1}}}""");
        var (_, twin) = await Hub.Send(HttpMethod.Put, "/twins/replace", """{"properties":{"desired":{"b":2}}}""");
        Assert.That((int?)twin!["properties"]!["desired"]!["b"], Is.EqualTo(2));
        Assert.That(twin["properties"]!["desired"]!["a"], Is.Null);
        Assert.That(twin["tags"]!.ToJsonString(), Is.EqualTo("""{"line":"1"}"""));
    }

    [TestCase("\"*\"")]
    [TestCase("*")]
    [TestCase("\"{0}\"")]
    [TestCase("W/\"{0}\"")]
    public async Task TW5_If_match_is_taken_in_every_form_that_clients_send(string form)
    {
        var id = "match-" + TestContext.CurrentContext.Test.ID.Replace('.', '-');
        await Hub.Register(id);
        var etag = (string)(await Hub.Get($"/twins/{id}"))["etag"]!;
        var (response, twin) = await Hub.Send(Patch, $"/twins/{id}", """{"tags":{"a":1}}""", form.Replace("{0}", etag));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(response.Headers.ETag!.Tag, Is.EqualTo($"\"{(string)twin!["etag"]!}\"").And.Not.EqualTo($"\"{etag}\""));
    }

    [Test]
    public async Task TW5_Of_two_writers_with_the_same_etag_one_is_told_to_read_again()
    {
        await Hub.Register("race");
        var etag = (string)(await Hub.Get("/twins/race"))["etag"]!;
        var answers = await Task.WhenAll(
            Hub.Send(Patch, "/twins/race", """{"tags":{"a":1}}""", $"\"{etag}\""),
            Hub.Send(Patch, "/twins/race", """{"tags":{"a":2}}""", $"\"{etag}\""));
        Assert.That(answers.Select(answer => (int)answer.Response.StatusCode), Is.EquivalentTo(new[] { 200, 412 }));
        AssertRefused(answers.Single(answer => (int)answer.Response.StatusCode == 412), HttpStatusCode.PreconditionFailed, "PreconditionFailed", 412001);
    }

    [Test]
    public async Task Every_refusal_is_coded()
    {
        await Hub.Register("strict");
        AssertRefused(await Hub.Send(HttpMethod.Get, "/twins/nobody"), HttpStatusCode.NotFound, "DeviceNotFound", 404001, "nobody");
        AssertRefused(await Hub.Send(Patch, "/twins/nobody", "{}"), HttpStatusCode.NotFound, "DeviceNotFound", 404001);
        AssertRefused(await Hub.Send(Patch, "/twins/strict", "{\"tags\":"), HttpStatusCode.BadRequest, "IotHubFormatError", 400006, "JSON");
        AssertRefused(await Hub.Send(Patch, "/twins/strict", "[1]"), HttpStatusCode.BadRequest, "IotHubFormatError", 400006);
        AssertRefused(await Hub.Send(Patch, "/twins/strict", ""), HttpStatusCode.BadRequest, "IotHubFormatError", 400006);
        AssertRefused(await Hub.Send(Patch, "/twins/strict", """{"tags":{"a":1,"a":2}}"""), HttpStatusCode.BadRequest, "IotHubFormatError", 400006);
        AssertRefused(await Hub.Send(Patch, "/twins/strict", new string('[', 100_000)), HttpStatusCode.BadRequest, "IotHubFormatError", 400006);
        AssertRefused(await Hub.Send(HttpMethod.Post, "/twins/strict", "{}"), HttpStatusCode.MethodNotAllowed, "MethodNotAllowed", 405001);
        AssertRefused(await Hub.Send(HttpMethod.Get, "/no/such/thing"), HttpStatusCode.NotFound, "ResourceNotFound", 404000);
        Assert.That((long?)(await Hub.Get("/twins/strict"))["version"], Is.EqualTo(1), "nothing of all this has left a trace");
    }

    [Test]
    public async Task A_request_that_no_twin_could_hold_is_refused_before_it_is_read()
    {
        await Hub.Register("huge");
        var body = "{\"tags\":{\"a\":\"" + new string('x', 600 * 1024) + "\"}}";
        AssertRefused(await Hub.Send(Patch, "/twins/huge", body), HttpStatusCode.RequestEntityTooLarge, "RequestEntityTooLarge", 413001);
    }

    [TestCase("tags")]
    [TestCase("properties.desired")]
    public async Task TW3_Ten_objects_below_a_section_and_not_eleven(string section)
    {
        var id = "deep-" + section.Replace('.', '-');
        await Hub.Register(id);
        string Body(int levels) => section == "tags"
            ? $$"""{"tags":{{Nested.Objects(levels)}}}"""
            : $$$"""{"properties":{"desired":{{{Nested.Objects(levels)}}}}}""";
        var (_, twin) = await Hub.Send(Patch, $"/twins/{id}", Body(10));
        var written = section == "tags" ? twin!["tags"]! : twin!["properties"]!["desired"]!;
        Assert.That(Nested.DeepestOf(written), Is.EqualTo(1));
        AssertRefused(
            await Hub.Send(Patch, $"/twins/{id}", Body(11)), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "l10.l11 lies deeper than 10 levels");
        AssertRefused(await Hub.Send(HttpMethod.Put, $"/twins/{id}", Body(11)), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004);
        Assert.That((long?)(await Hub.Get($"/twins/{id}"))["version"], Is.EqualTo(2));
    }

    [TestCase("7B2274616773223A7B2261223A22FFFE227D7D", TestName = "Bytes that are no UTF-8 in a value")]
    [TestCase("7B2274616773223A7B22FFFE223A317D7D", TestName = "Bytes that are no UTF-8 in a key")]
    [TestCase("7B2274616773223A7B2261223A225C7544383030227D7D", TestName = "Half a surrogate pair in a value")]
    [TestCase("7B2274616773223A7B225C7544383030223A317D7D", TestName = "Half a surrogate pair in a key")]
    public async Task What_is_no_text_is_the_callers_mistake(string bytes)
    {
        using var body = new ByteArrayContent(Convert.FromHexString(bytes));
        using var request = new HttpRequestMessage(Patch, "/twins/anyone") { Content = body };
        var response = await Hub.Http.SendAsync(request);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(response.Headers.GetValues("iothub-errorcode"), Is.EqualTo(new[] { "IotHubFormatError" }));
    }

    [Test]
    public async Task What_the_hub_writes_escapes_nothing_that_need_not_be()
    {
        await Hub.Register("umlaut");
        await Hub.Send(Patch, "/twins/umlaut", """{"tags":{"machine":"Kühlpumpe <1> & 'co' +"}}""");
        var text = await Hub.Http.GetStringAsync("/twins/umlaut");
        Assert.That(text, Does.Contain("Kühlpumpe <1> & 'co' +"));
    }

    [Test]
    public async Task The_author_of_a_change_is_kept()
    {
        await Hub.Register("audit");
        await Hub.Send(Patch, "/twins/audit", """{"properties":{"desired":{"a":1}}}""", null, ("X-DeviceTwin-Author", "dtwin"));
        var rows = (JsonArray)await Hub.Get("/api/v1/devices/audit/audit");
        Assert.That(((string?)rows[0]!["author"], (string?)rows[0]!["action"]), Is.EqualTo(("rest/dtwin", "twin.patch")));
    }
}
