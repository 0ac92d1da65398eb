using System.Net;
using System.Text.Json.Nodes;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>Queries over twins, page by page.</summary>
public sealed class QueryEndpointTests : RestTests
{
    [OneTimeSetUp]
    public async Task Populate()
    {
        for (var index = 0; index < 5; index++)
        {
            await Hub.Register($"q-{index}");
            await Hub.Send(HttpMethod.Patch, $"/twins/q-{index}", $$$"""{"tags":{"line":"{{{index % 2}}}"}}""");
        }
    }

    [TestCase("SELECT * FROM devices", new[] { "q-0", "q-1", "q-2", "q-3", "q-4" })]
    [TestCase("select * from devices where tags.line = '1'", new[] { "q-1", "q-3" })]
    [TestCase("SELECT * FROM devices WHERE STARTSWITH(deviceId, 'q-4')", new[] { "q-4" })]
    [TestCase("SELECT * FROM devices WHERE(tags.line = '0' AND NOT deviceId = 'q-0')", new[] { "q-2", "q-4" })]
    [TestCase("  SELECT  *  FROM  devices\nWHERE connectionState = 'Connected'  ", new string[0])]
    public async Task QL1_A_condition_selects_twins(string query, string[] expected)
    {
        var (response, page) = await Query(query);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), page?.ToJsonString());
        Assert.That(Ids(page), Is.EqualTo(expected));
        Assert.That(response.Headers.GetValues("x-ms-item-type"), Is.EqualTo(new[] { "Twin" }));
        Assert.That(response.Headers.Contains("x-ms-continuation"), Is.False, "clients ask on for as long as it is there");
    }

    [Test]
    public async Task QL3_Pages_together_are_the_answer()
    {
        var all = new List<string?>();
        var continuation = "";
        var pages = 0;
        do
        {
            var (response, page) = await Query("SELECT * FROM devices", ("x-ms-max-item-count", "2"), ("x-ms-continuation", continuation));
            all.AddRange(Ids(page));
            continuation = response.Headers.TryGetValues("x-ms-continuation", out var values) ? values.Single() : "";
            pages++;
        }
        while (continuation.Length > 0);

        Assert.That(all, Is.EqualTo(new[] { "q-0", "q-1", "q-2", "q-3", "q-4" }));
        Assert.That(pages, Is.EqualTo(3));
    }

    [TestCase("SELECT * FROM devices", "Twin", 5)]
    [TestCase("SELECT deviceId FROM devices", "Raw", 5)]
    [TestCase("SELECT COUNT() AS n FROM devices", "Raw", 1)]
    [TestCase("SELECT tags.line, COUNT() AS n FROM devices GROUP BY tags.line", "Raw", 2)]
    [TestCase("SELECT * FROM devices.modules", "Twin", 0)]
    [TestCase("SELECT moduleId FROM devices.modules", "Raw", 0)]
    [TestCase("SELECT * FROM devices.jobs", "DeviceJob", 0)]
    public async Task QL4_What_the_rows_are_stands_in_a_header(string query, string type, int rows)
    {
        var (response, page) = await Query(query);
        Assert.That((response.StatusCode, ((JsonArray)page!).Count), Is.EqualTo((HttpStatusCode.OK, rows)), page.ToJsonString());
        Assert.That(response.Headers.GetValues("x-ms-item-type"), Is.EqualTo(new[] { type }));
    }

    [TestCase("SELECT DeviceId, Status FROM devices WHERE tags.line = '1'", """[{"deviceId":"q-1","status":"enabled"},{"deviceId":"q-3","status":"enabled"}]""")]
    [TestCase("SELECT tags.line AS line, COUNT() AS numberOfDevices FROM devices GROUP BY tags.line", """[{"line":"0","numberOfDevices":3},{"line":"1","numberOfDevices":2}]""")]
    [TestCase("SELECT TOP 1 tags, authenticationType, capabilities FROM devices", """[{"tags":{"line":"0"},"authenticationType":"sas","capabilities":{"iotEdge":false}}]""")]
    [TestCase("SELECT COUNT(), MAX(deviceId) AS last FROM devices", """[{"$1":5,"last":"q-4"}]""")]
    public async Task QL4_Projections_and_aggregates_over_HTTP(string query, string expected) =>
        Assert.That((await Query(query)).Body!.ToJsonString(), Is.EqualTo(expected));

    [Test]
    public async Task QL1_A_twin_is_found_as_it_is_read()
    {
        await Hub.Send(HttpMethod.Patch, "/twins/q-3", """{"properties":{"desired":{"ä":[1.50,"/"],"deep":{"x":null,"y":{}}}}}""");
        await Hub.Fleet.PatchReported("q-3", new JsonObject { ["z"] = 1e30, ["t"] = "\u0000\"<" }, null, CancellationToken.None);
        var (_, found) = await Query("SELECT * FROM devices WHERE deviceId IN ['q-3', 'q-4']");
        foreach (var twin in (JsonArray)found!)
        {
            Assert.That(twin!.ToJsonString(), Is.EqualTo((await Hub.Get($"/twins/{(string?)twin["deviceId"]}")).ToJsonString()));
        }
    }

    [Test]
    public async Task QL4_Groups_come_in_pages_too()
    {
        const string Query = "SELECT deviceId, COUNT() AS n FROM devices GROUP BY deviceId";
        var (response, first) = await this.Query(Query, ("x-ms-max-item-count", "3"));
        var (end, second) = await this.Query(Query, ("x-ms-max-item-count", "3"), ("x-ms-continuation", response.Headers.GetValues("x-ms-continuation").Single()));
        Assert.That(Ids(first).Concat(Ids(second)), Is.EqualTo(new[] { "q-0", "q-1", "q-2", "q-3", "q-4" }));
        Assert.That(end.Headers.Contains("x-ms-continuation"), Is.False);
    }

    [TestCase("SELECT * FROM devices WHERE tags.line = ")]
    [TestCase("SELECT * FROM devices WHERE")]
    [TestCase("SELECT * FROM devicesWHERE tags.line = '1'")]
    [TestCase("SELECT COUNT() FROM devices.jobs")]
    [TestCase("SELECT deviceId, COUNT() FROM devices")]
    [TestCase("DROP TABLE devices")]
    public async Task QL2_A_malformed_query_is_refused(string query)
    {
        var answer = await Query(query);
        AssertRefused(answer, HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "Query, column ");
        AssertRefused(answer, HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "Hint: ");
    }

    [Test]
    public async Task Wrong_headers_and_bodies_are_refused()
    {
        AssertRefused(await Query("SELECT * FROM devices", ("x-ms-max-item-count", "many")), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004);
        AssertRefused(await Query("SELECT * FROM devices", ("x-ms-continuation", "%%%")), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004);
        AssertRefused(await Hub.Send(HttpMethod.Post, "/devices/query", "{}"), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "query");
        AssertRefused(await Hub.Send(HttpMethod.Post, "/devices/query", """{"query":7}"""), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004);
    }

    private static IEnumerable<string?> Ids(JsonNode? page) => ((JsonArray)page!).Select(twin => (string?)twin!["deviceId"]);

    private Task<(HttpResponseMessage Response, JsonNode? Body)> Query(string query, params (string, string)[] headers) =>
        Hub.Send(HttpMethod.Post, "/devices/query?api-version=2021-04-12", new JsonObject { ["query"] = query }.ToJsonString(), null, headers);
}
