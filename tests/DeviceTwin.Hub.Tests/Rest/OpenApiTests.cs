using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DeviceTwin.Hub.Rest.OpenApi;
using DeviceTwin.Twins;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>The OpenAPI document is that of the repository and of the routes, is valid, and the hub's answers are what it says.</summary>
public sealed partial class OpenApiTests : RestTests
{
    private const string File = "cloud/openapi.json";

    private static JsonObject Document => Json.ParseObject(System.IO.File.ReadAllText(TestFiles.InRepository(File)));

    [Test]
    public async Task The_repository_has_what_the_hub_serves()
    {
        using var response = await Hub.Http.GetAsync(OpenApiDocument.Address);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(response.Content.Headers.ContentType!.ToString(), Is.EqualTo("application/json; charset=utf-8"));
        Assert.That(
            await response.Content.ReadAsStringAsync(),
            Is.EqualTo(System.IO.File.ReadAllText(TestFiles.InRepository(File))),
            $"{File} is out of date: dotnet run -c Release --project tools/DeviceTwin.Bench -- generate");
    }

    [Test]
    public void Every_address_of_ours_is_in_it_with_whom_it_is_for_and_nothing_else()
    {
        var table = AccessRow().Matches(System.IO.File.ReadAllText(TestFiles.InRepository("cloud/ACCESS.md")))
            .Where(row => row.Groups["path"].Value.StartsWith("/api/v1/", StringComparison.Ordinal)
                || row.Groups["path"].Value is "/healthz" or "/readyz" or "/metrics"
                || row.Groups["path"].Value.EndsWith("/messages/deviceBound", StringComparison.Ordinal))
            .SelectMany(row => row.Groups["methods"].Value.Split(", ").Select(method => $"{method} {row.Groups["path"].Value}: {row.Groups["role"].Value}, {row.Groups["permission"].Value}"));
        var told = Document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(operation =>
            $"{operation.Key.ToUpperInvariant()} {path.Key}: {Role(operation.Value!)}, {Permissions(operation.Value!)}"));
        Assert.That(told, Is.EquivalentTo(table));

        static string Role(JsonNode operation) => IsOpen(operation) ? "everybody" : (string?)operation["x-role"] ?? "none";

        static string Permissions(JsonNode operation) =>
            IsOpen(operation) ? "everybody" : operation["x-permissions"] is JsonArray list ? string.Join(", ", list.Select(one => (string?)one)) : "none";

        static bool IsOpen(JsonNode operation) => operation["security"] is JsonArray { Count: 0 };
    }

    [Test]
    public void It_is_valid()
    {
        var read = Microsoft.OpenApi.OpenApiDocument.Parse(System.IO.File.ReadAllText(TestFiles.InRepository(File)), "json");
        Assert.That(read.Diagnostic!.Errors.Concat(read.Diagnostic.Warnings).Select(problem => $"{problem.Pointer}: {problem.Message}"), Is.Empty);
        Assert.That(read.Diagnostic.SpecificationVersion, Is.EqualTo(Microsoft.OpenApi.OpenApiSpecVersion.OpenApi3_1));
        var operations = read.Document!.Paths.SelectMany(path => path.Value.Operations!.Values).ToArray();
        Assert.That(operations.Select(operation => operation.OperationId), Is.Unique);
        Assert.That(operations.Where(operation => string.IsNullOrEmpty(operation.Summary)).Select(operation => operation.OperationId), Is.Empty);
        var schemas = (JsonObject)Document["components"]!["schemas"]!;
        var named = Reference().Matches(Document.ToJsonString()).Select(match => match.Groups["name"].Value).ToHashSet();
        Assert.That(schemas.Select(schema => schema.Key), Is.EquivalentTo(named), "each schema is used, and each that is used is there");
    }

    [Test]
    public async Task The_answers_of_a_hub_are_what_it_says()
    {
        await Fill();
        var document = Document;
        foreach (var path in (string[])
        [
            "/api/v1/fleet", "/api/v1/totals", "/api/v1/convergence", "/api/v1/devices/{id}/convergence", "/api/v1/devices/{id}/telemetry", "/api/v1/devices/{id}/winners",
            "/api/v1/devices/{id}/overrides", "/api/v1/devices/{id}/overrides/{path}", "/api/v1/devices/{id}/audit", "/api/v1/devices/{id}/sequence", "/api/v1/audit", "/api/v1/audit/head",
            "/api/v1/audit/verify", "/api/v1/changes", "/api/v1/alarms", "/api/v1/alarms/counts", "/api/v1/findings", "/api/v1/history", "/api/v1/history/series?device=api-1",
            "/api/v1/history/size", "/api/v1/logs", "/api/v1/me", "/api/v1/me/tokens", "/api/v1/users", "/api/v1/policies", "/api/v1/backup", "/api/v1/certificates", "/api/v1/plant",
            "/api/v1/plant/export", "/api/v1/plant/sites", "/api/v1/plant/machines", "/api/v1/plant/points", "/api/v1/plant/points/{id}", "/api/v1/plant/points/{id}/assignments",
            "/api/v1/plant/tasks", "/api/v1/bridge", "/api/v1/provisioning", "/api/v1/rollouts", "/api/v1/sequence", "/api/v1/waveforms", "/healthz", "/readyz", "/api/v1/openapi.json",
        ])
        {
            var (told, address) = (path.Split('?')[0], path.Replace("{id}", path.Contains("/plant/") ? "pt-1" : "api-1").Replace("{path}", "rate"));
            if (path == "/api/v1/history")
            {
                address += "?device=api-1&series=velocityUmPerSecond,verdict&resolution=minute";
            }

            var answer = await Hub.Get(address);
            var schema = (JsonObject)document["paths"]![told]!["get"]!["responses"]!["200"]!["content"]!["application/json"]!["schema"]!;
            Assert.That(Problems(document, schema, answer), Is.Empty, path);
        }

        var (refused, body) = await Hub.Send(HttpMethod.Get, "/api/v1/devices/nobody-there/telemetry");
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(Problems(document, (JsonObject)document["components"]!["responses"]!["Refusal"]!["content"]!["application/json"]!["schema"]!, body), Is.Empty);
    }

    private static IReadOnlyList<string> Problems(JsonObject document, JsonObject schema, JsonNode? answer)
    {
        var whole = (JsonObject)schema.DeepClone();
        whole["$defs"] = document["components"]!["schemas"]!.DeepClone();
        return JsonSchemaCheck.Problems(answer, whole);
    }

    /// <summary>Something of everything that the answers tell of.</summary>
    private async Task Fill()
    {
        await Hub.Register("api-1");
        await Hub.Send(HttpMethod.Patch, "/twins/api-1", """{"tags":{"line":"l-1"},"properties":{"desired":{"rate":5,"limit":{"high":7}}}}""");
        await Hub.Send(HttpMethod.Put, "/configurations/api", """{"id":"api","targetCondition":"*","priority":5,"content":{"deviceContent":{"properties.desired.rate":6}}}""");
        await Hub.Send(HttpMethod.Put, "/api/v1/devices/api-1/overrides/rate", $$"""{"value":9,"reason":"run-in","expiresAt":"{{DateTimeOffset.UtcNow.AddHours(1):O}}"}""");
        await Hub.Fleet.PatchReported("api-1", Json.ParseObject("""{"rate":{"value":5,"ac":400,"av":2,"ad":"too slow"}}"""), null, CancellationToken.None);
        await Hub.Tell("api-1", "features", """{"velocityUmPerSecond":1200,"verdict":"normal"}""");
        await Hub.Tell("api-1", "note", "no JSON");
        await Hub.Tell("api-1", "alarm", """{"id":"1-1-outer-1","alarm":"outer","state":"raised","verdict":"outer","zone":"B"}""");
        await Hub.Send(HttpMethod.Put, "/api/v1/plant/sites/s-1", """{"name":"Works"}""");
        await Hub.Send(HttpMethod.Put, "/api/v1/plant/lines/l-1", """{"site":"s-1"}""");
        await Hub.Send(HttpMethod.Put, "/api/v1/plant/machines/m-1", """{"line":"l-1","class":"pump","isoGroup":2,"shaftSpeedMinimumMilliHertz":24000}""");
        await Hub.Send(HttpMethod.Put, "/api/v1/plant/points/pt-1", """{"machine":"m-1","position":"drive end","axes":{"x":"radial"}}""");
        await Hub.Send(HttpMethod.Put, "/api/v1/plant/points/pt-1/node", """{"deviceId":"api-1","reason":"first"}""");
        var alarm = (string)(await Hub.Get("/api/v1/alarms"))["alarms"]![0]!["id"]!;
        var (found, _) = await Hub.Send(HttpMethod.Post, $"/api/v1/alarms/{Uri.EscapeDataString(alarm)}/findings", """{"kind":"outer","text":"spalling"}""");
        Assert.That(found.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        Assert.That((await Hub.Send(HttpMethod.Post, "/api/v1/backup")).Response.StatusCode, Is.EqualTo(HttpStatusCode.Created));
    }

    [GeneratedRegex(@"^\| (?<methods>[A-Z, ]+) \| `(?<path>/[^`]*)` \| (?<role>\w+) \| (?<permission>[\w, ]+) \|$", RegexOptions.Multiline)]
    private static partial Regex AccessRow();

    [GeneratedRegex("#/components/schemas/(?<name>\\w+)")]
    private static partial Regex Reference();
}
