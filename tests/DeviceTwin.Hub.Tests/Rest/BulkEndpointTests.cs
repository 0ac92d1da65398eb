using System.Net;
using System.Text.Json.Nodes;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>Many identities in one request, as Azure's service clients write them.</summary>
public sealed class BulkEndpointTests : RestTests
{
    [Test]
    public async Task RE2_Devices_are_created_updated_and_deleted_together()
    {
        var (response, body) = await Bulk(
            """{"id":"b1","importMode":"create","status":"enabled","authentication":{"type":"sas","symmetricKey":{"primaryKey":"","secondaryKey":""}}}""",
            """{"id":"b2","importMode":"Create","status":"disabled","tags":{"line":"A"},"properties":{"desired":{"x":1}}}""");
        Assert.That((response.StatusCode, body!.ToJsonString()), Is.EqualTo((HttpStatusCode.OK, """{"isSuccessful":true,"errors":[],"warnings":[]}""")));
        Assert.That((string?)(await Hub.Get("/devices/b1"))["authentication"]!["symmetricKey"]!["primaryKey"], Has.Length.GreaterThan(40), "empty keys are made");
        var twin = await Hub.Get("/twins/b2");
        Assert.That(((string?)twin["status"], (string?)twin["tags"]!["line"], (int)twin["properties"]!["desired"]!["x"]!, (int)twin["properties"]!["desired"]!["$version"]!), Is.EqualTo(("disabled", "A", 1, 2)));

        var etag = (string)(await Hub.Get("/devices/b1"))["etag"]!;
        (response, body) = await Bulk(
            $$"""{"id":"b1","importMode":"updateIfMatchETag","eTag":"{{etag}}","status":"disabled"}""",
            """{"id":"b2","importMode":"updateTwin","tags":{"line":"B"}}""");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), body!.ToJsonString());
        Assert.That(((string?)(await Hub.Get("/devices/b1"))["status"], (string?)(await Hub.Get("/twins/b2"))["tags"]!["line"]), Is.EqualTo(("disabled", "B")));

        (response, body) = await Bulk("""{"id":"b1","importMode":"Delete"}""", """{"id":"b2","importMode":"delete"}""");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), body!.ToJsonString());
        Assert.That((await Hub.Send(HttpMethod.Get, "/devices/b1")).Response.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task RE2_What_fails_is_listed_and_the_others_are_done()
    {
        await Hub.Register("there");
        var answer = await Bulk(
            """{"id":"there","importMode":"create"}""",
            """{"id":"fresh","importMode":"create"}""",
            """{"id":"nobody","importMode":"update"}""",
            """{"id":"there","importMode":"updateIfMatchETag","eTag":"AAAAAAAAAGM="}""",
            """{"id":"there","importMode":"deleteIfMatchETag"}""",
            """{"id":"not allowed","importMode":"create"}""",
            """{"id":"there","moduleId":"m","importMode":"update"}""",
            """{"id":"there","importMode":"updateTwin","tags":{"a.b":1}}""");
        AssertRefused(answer, HttpStatusCode.BadRequest, "BulkRegistryOperationFailure", 400013, "7 of 8");
        Assert.That((bool)answer.Body!["isSuccessful"]!, Is.False);
        Assert.That(
            ((JsonArray)answer.Body["errors"]!).Select(error => $"{error!["deviceId"]} {error["moduleId"]} {error["errorCode"]} {error["operation"]}"),
            Is.EqualTo(new[]
            {
                "there  DeviceAlreadyExists create", "nobody  DeviceNotFound update", "there  PreconditionFailed updateIfMatchETag",
                "there  ArgumentInvalid deleteIfMatchETag", "not allowed  ArgumentInvalid create", "there m ModuleNotFound update", "there  ArgumentInvalid updateTwin",
            }));
        Assert.That(((JsonArray)answer.Body["errors"]!).Select(error => (string?)error!["errorStatus"]), Has.All.Length.GreaterThan(20));
        Assert.That((string?)(await Hub.Get("/devices/fresh"))["deviceId"], Is.EqualTo("fresh"));
    }

    [Test]
    public async Task RE2_An_item_sees_what_those_before_it_did()
    {
        var (response, body) = await Bulk(
            """{"id":"seq","importMode":"createOrUpdate","status":"disabled","tags":{"n":1}}""",
            """{"id":"seq","importMode":"createOrUpdate","status":"enabled","tags":{"m":2}}""",
            """{"id":"seq"}""",
            """{"id":"gone","importMode":"create"}""",
            """{"id":"gone","importMode":"delete"}""");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), body!.ToJsonString());
        var twin = await Hub.Get("/twins/seq");
        Assert.That(((string?)twin["status"], twin["tags"]!.ToJsonString()), Is.EqualTo(("enabled", """{"n":1,"m":2}""")));
        Assert.That((await Hub.Send(HttpMethod.Get, "/devices/gone")).Response.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [TestCase("{}", "IotHubFormatError", 400006, "a JSON array")]
    [TestCase("[]", "ArgumentInvalid", 400004, "1 to 100 identities")]
    [TestCase("[7]", "ArgumentInvalid", 400004, "is an object")]
    [TestCase("""[{"importMode":"create"}]""", "ArgumentInvalid", 400004, "names its device")]
    [TestCase("""[{"id":"a","importMode":"replace"}]""", "ArgumentInvalid", 400004, "createOrUpdateIfMatchETag")]
    [TestCase("""[{"id":"a","importMode":"1"}]""", "ArgumentInvalid", 400004, "importMode")]
    public async Task RE2_What_is_no_bulk_request_does_nothing(string body, string name, int code, string saying) =>
        AssertRefused(await Hub.Send(HttpMethod.Post, "/devices?api-version=2021-04-12", body), HttpStatusCode.BadRequest, name, code, saying);

    [TestCase(100, HttpStatusCode.OK)]
    [TestCase(101, HttpStatusCode.BadRequest)]
    public async Task RE2_A_request_has_a_hundred_at_most(int count, HttpStatusCode status)
    {
        var many = Enumerable.Range(0, count).Select(number => $$$"""{"id":"many-{{{count}}}-{{{number}}}","importMode":"create","tags":{"text":"{{{new string('x', 4000)}}}","more":"{{{new string('y', 3900)}}}"}}""");
        var (response, body) = await Bulk([.. many]);
        Assert.That(response.StatusCode, Is.EqualTo(status), body!.ToJsonString());
    }

    [Test]
    public async Task RE2_The_list_goes_on_for_those_who_ask()
    {
        await Bulk([.. Enumerable.Range(0, 7).Select(number => $$"""{"id":"zz-{{number}}"}""")]);
        var seen = new List<string?>();
        var continuation = "";
        do
        {
            var (response, page) = await Hub.Send(HttpMethod.Get, "/devices?top=3", null, null, ("x-ms-continuation", continuation));
            seen.AddRange(((JsonArray)page!).Select(device => (string?)device!["deviceId"]));
            continuation = response.Headers.TryGetValues("x-ms-continuation", out var values) ? values.Single() : "";
        }
        while (continuation.Length > 0);

        var listed = ((JsonArray)await Hub.Get("/devices")).Single(device => (string?)device!["deviceId"] == "zz-0");
        Assert.That(listed!.ToJsonString(), Is.EqualTo((await Hub.Get("/devices/zz-0")).ToJsonString()), "as it is read by itself");
        Assert.That(seen, Is.EqualTo(seen.Order(StringComparer.Ordinal)).And.Unique);
        Assert.That(seen.Where(id => id!.StartsWith("zz-", StringComparison.Ordinal)), Has.Exactly(7).Items);
    }

    private Task<(HttpResponseMessage Response, JsonNode? Body)> Bulk(params string[] items) =>
        Hub.Send(HttpMethod.Post, "/devices?api-version=2021-04-12", $"[{string.Join(',', items)}]");
}
