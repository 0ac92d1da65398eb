using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Access;
using DeviceTwin.Mqtt;
using DeviceTwin.Tests.Hub.Gateway;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>
/// A session of the npm package azure-iothub 1.16.6 as it was recorded, call by call: the same addresses, headers and bodies in the same
/// order. What runs the package itself needs port 443; this does not. Where the recording's server was scripted to refuse, the refusal is
/// provoked.
/// </summary>
[TestFixture]
public sealed class ServiceCallTests
{
    private const string Version = "?api-version=2021-04-12";
    private const string EmptyKeys = """
        "authentication":{"type":"sas","symmetricKey":{"primaryKey":"","secondaryKey":""}}
        """;

    private static readonly string[] DeviceMembers =
    [
        "deviceId", "generationId", "etag", "connectionState", "status", "statusReason", "connectionStateUpdatedTime", "statusUpdatedTime",
        "lastActivityTime", "cloudToDeviceMessageCount", "authentication", "capabilities",
    ];

    private static readonly string[] TwinMembers =
    [
        "deviceId", "etag", "deviceEtag", "status", "statusUpdateTime", "connectionState", "lastActivityTime", "cloudToDeviceMessageCount",
        "authenticationType", "x509Thumbprint", "modelId", "version", "tags", "properties", "capabilities",
    ];

    private static readonly string[] ConfigurationMembers =
    [
        "id", "schemaVersion", "labels", "content", "targetCondition", "createdTimeUtc", "lastUpdatedTimeUtc", "priority", "systemMetrics", "metrics", "etag",
    ];

    private HubFixture hub = null!;

    [OneTimeSetUp]
    public async Task Start() => hub = await HubFixture.Start();

    [OneTimeTearDown]
    public async Task Stop() => await hub.DisposeAsync();

    [Test]
    public async Task RE1_RE3_RE4_CF1_JO1_A_session_of_the_service_SDK_call_by_call()
    {
        await DeviceIdentities();
        await TwinsQueriesAndStatistics();
        await Configurations();
        await ModulesAndMethods();
        await Jobs();
        await DigitalTwins();
        await RefusalsAndASignatureWithAnotherKey();
    }

    private async Task DeviceIdentities()
    {
        const string Device = $$"""{"deviceId":"dev1",{{EmptyKeys}}}""";
        JsonNode made = await Ok(HttpMethod.Put, "/devices/dev1", Device, null, DeviceMembers);
        await Refused(409, "DeviceAlreadyExists", HttpMethod.Put, "/devices/dev1", Device);
        JsonNode signed = await Ok(
            HttpMethod.Put, "/devices/devx", """{"deviceId":"devx","authentication":{"x509Thumbprint":{"primaryThumbprint":"ABABABABABABABABABABABABABABABABABABABAB"},"type":"selfSigned"}}""", null, DeviceMembers);
        Assert.That(signed["authentication"]!["x509Thumbprint"]!.ToJsonString(), Is.EqualTo("""{"primaryThumbprint":"ABABABABABABABABABABABABABABABABABABABAB","secondaryThumbprint":null}"""));
        Assert.That(signed["authentication"]!["symmetricKey"]!.ToJsonString(), Is.EqualTo("""{"primaryKey":null,"secondaryKey":null}"""));
        JsonNode read = await Ok(HttpMethod.Get, "/devices/dev1", null, null, DeviceMembers);
        Assert.That(read["authentication"]!.ToJsonString(), Is.EqualTo(made["authentication"]!.ToJsonString()));
        await Refused(404, "DeviceNotFound", HttpMethod.Get, "/devices/nodev");
        JsonNode disabled = await Ok(HttpMethod.Put, "/devices/dev1", $$"""{"deviceId":"dev1","status":"disabled","statusReason":"x",{{EmptyKeys}}}""", "\"*\"", DeviceMembers);
        Assert.That(((string?)disabled["status"], disabled["authentication"]!.ToJsonString()), Is.EqualTo(("disabled", made["authentication"]!.ToJsonString())));
        await Ok(HttpMethod.Put, "/devices/dev1", $$"""{"deviceId":"dev1","status":"enabled",{{EmptyKeys}}}""", "\"*\"", DeviceMembers);
        JsonArray all = (await Ok(HttpMethod.Get, "/devices/")).AsArray();
        Assert.That(all.Select(one => (string?)one!["deviceId"]), Is.EqualTo(new[] { "dev1", "devx" }));

        JsonNode bulk = await Ok(HttpMethod.Post, "/devices", $$"""[{"id":"b1","importMode":"create",{{EmptyKeys}}},{"id":"b2","importMode":"create",{{EmptyKeys}}}]""");
        Assert.That(bulk.ToJsonString(), Is.EqualTo("""{"isSuccessful":true,"errors":[],"warnings":[]}"""));
        await Ok(HttpMethod.Post, "/devices", $$"""[{"id":"b1","importMode":"Update",{{EmptyKeys}}}]""", null, "isSuccessful", "errors", "warnings");

        // The recording's server took any etag.
        JsonNode stale = await Refused(400, "BulkRegistryOperationFailure", HttpMethod.Post, "/devices", $$"""[{"etag":"x","id":"b2","importMode":"DeleteIfMatchETag",{{EmptyKeys}}}]""");
        Assert.That((bool?)stale["isSuccessful"], Is.False);
        JsonNode failure = stale["errors"]!.AsArray().Single()!;
        Assert.That(((string?)failure["deviceId"], (string?)failure["errorCode"], (string?)failure["operation"]), Is.EqualTo(("b2", "PreconditionFailed", "deleteIfMatchETag")));
        await Ok(HttpMethod.Post, "/devices", $$"""[{"id":"b2","importMode":"Delete",{{EmptyKeys}}}]""");
    }

    private async Task TwinsQueriesAndStatistics()
    {
        JsonNode fresh = await Ok(HttpMethod.Get, "/twins/dev1", null, null, TwinMembers);
        JsonNode patched = await Ok(HttpMethod.Patch, "/twins/dev1", """{"tags":{"site":"A"},"properties":{"desired":{"interval":5}}}""", "\"*\"", TwinMembers);
        await Refused(412, "PreconditionFailed", HttpMethod.Patch, "/twins/dev1", """{"tags":{"site":"B"}}""", $"\"{fresh["etag"]}\"");
        JsonNode read = await Ok(HttpMethod.Get, "/twins/dev1", null, null, TwinMembers);
        Assert.That((string?)read["etag"], Is.EqualTo((string?)patched["etag"]));
        JsonNode changed = await Ok(
            HttpMethod.Patch, "/twins/dev1", """{"tags":{"site":"B"},"properties":{"desired":{"interval":null,"cfg":{"a":1}}}}""", $"\"{read["etag"]}\"", TwinMembers);
        Assert.That(changed["properties"]!["desired"]!.AsObject().Select(pair => pair.Key), Is.EquivalentTo(new[] { "cfg", "$metadata", "$version" }));

        const string Query = """{"query":"SELECT * FROM devices"}""";
        var (first, page) = await Send(HttpMethod.Post, "/devices/query", Query, null, ("x-ms-max-item-count", "2"));
        Assert.That((Ids(page), Header(first, "x-ms-item-type")), Is.EqualTo(("b1 dev1", "Twin")));
        var (last, rest) = await Send(
            HttpMethod.Post, "/devices/query", Query, null, ("x-ms-continuation", Header(first, "x-ms-continuation")!), ("x-ms-max-item-count", "2"));
        Assert.That((Ids(rest), Header(last, "x-ms-item-type"), Header(last, "x-ms-continuation")), Is.EqualTo(("devx", "Twin", (string?)null)));
        var (counted, count) = await Send(HttpMethod.Post, "/devices/query", """{"query":"SELECT COUNT() AS n FROM devices"}""");
        Assert.That((count!.ToJsonString(), Header(counted, "x-ms-item-type")), Is.EqualTo(("""[{"n":3}]""", "Raw")));
        JsonNode statistics = await Ok(HttpMethod.Get, "/statistics/devices");
        Assert.That(statistics.ToJsonString(), Is.EqualTo("""{"totalDeviceCount":3,"enabledDeviceCount":3,"disabledDeviceCount":0}"""));
    }

    private async Task Configurations()
    {
        JsonNode made = await Ok(
            HttpMethod.Put,
            "/configurations/cfg1",
            """{"id":"cfg1","content":{"deviceContent":{"properties.desired.vib":{"rate":100}}},"targetCondition":"tags.site='B'","priority":10,"metrics":{"queries":{"ok":"SELECT deviceId FROM devices WHERE properties.reported.vib.status='ok'"}},"labels":{"v":"1"},"schemaVersion":"1.0"}""",
            null,
            ConfigurationMembers);
        Assert.That(made["systemMetrics"]!["queries"]!.AsObject().Select(pair => pair.Key), Is.EquivalentTo(new[] { "targetedCount", "appliedCount" }));
        await Ok(HttpMethod.Get, "/configurations/cfg1", null, null, ConfigurationMembers);
        Assert.That((await Ok(HttpMethod.Get, "/configurations")).AsArray().Select(one => (string?)one!["id"]), Is.EqualTo(new[] { "cfg1" }));
        await Ok(
            HttpMethod.Put, "/configurations/cfg1", $$"""{"id":"cfg1","etag":"{{made["etag"]}}","content":{"deviceContent":{} },"targetCondition":"*","priority":1,"schemaVersion":"1.0"}""", "\"*\"", ConfigurationMembers);
        await Nothing(HttpMethod.Post, "/devices/dev1/applyConfigurationContent", """{"deviceContent":{}}""");
        await Nothing(HttpMethod.Delete, "/configurations/cfg1");
    }

    private async Task ModulesAndMethods()
    {
        await Ok(HttpMethod.Put, "/devices/dev1/modules/m1", $$"""{"deviceId":"dev1","moduleId":"m1",{{EmptyKeys}}}""", null, "deviceId", "moduleId", "generationId", "etag", "authentication");
        const string Call = """{"methodName":"reboot","payload":{"d":1},"responseTimeoutInSeconds":5,"connectTimeoutInSeconds":0}""";
        await Refused(404, "DeviceNotOnline", HttpMethod.Post, "/twins/dev1/methods", Call);
        await using Wire device = await hub.Connect("dev1");
        await device.Subscribe(1, ("$iothub/methods/POST/#", 0));
        Task<JsonNode> answer = Ok(HttpMethod.Post, "/twins/dev1/methods", Call);
        MqttPublish request = await device.Next<MqttPublish>();
        Assert.That((request.Topic[..request.Topic.IndexOf('?')], Wire.Text(request)), Is.EqualTo(("$iothub/methods/POST/reboot/", """{"d":1}""")));
        await device.Publish($"$iothub/methods/res/201/{request.Topic[request.Topic.IndexOf('?')..]}", """{"echo":{"d":1}}""");
        Assert.That((await answer).ToJsonString(), Is.EqualTo("""{"status":201,"payload":{"echo":{"d":1}}}"""));
    }

    private async Task Jobs()
    {
        string now = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fffZ");
        string later = DateTime.UtcNow.AddHours(1).ToString("yyyy-MM-ddTHH:mm:ss.fffZ");
        await Ok(
            HttpMethod.Put,
            "/jobs/v2/job1",
            $$"""{"jobId":"job1","type":"scheduleUpdateTwin","updateTwin":{"etag":"*","tags":{"x":1} },"startTime":"{{now}}","maxExecutionTimeInSeconds":60,"queryCondition":"tags.site='B'"}""",
            null,
            "jobId", "type", "updateTwin", "startTime", "maxExecutionTimeInSeconds", "queryCondition", "status", "createdTime");
        await Ok(
            HttpMethod.Put,
            "/jobs/v2/job2",
            $$"""{"jobId":"job2","type":"scheduleDeviceMethod","cloudToDeviceMethod":{"methodName":"reboot","payload":{},"responseTimeoutInSeconds":5},"startTime":"{{later}}","maxExecutionTimeInSeconds":60,"queryCondition":"deviceId='dev1'"}""",
            null,
            "jobId", "type", "cloudToDeviceMethod", "startTime", "maxExecutionTimeInSeconds", "queryCondition", "status", "createdTime");
        var patience = Stopwatch.StartNew();
        JsonNode job;
        do
        {
            job = await Ok(HttpMethod.Get, "/jobs/v2/job1", null, null, "jobId", "type", "status", "createdTime");
        }
        while ((string?)job["status"] != "completed" && patience.Elapsed < GatewayHost.Patience);

        Assert.That(job["deviceJobStatistics"]!.ToJsonString(), Is.EqualTo("""{"deviceCount":1,"failedCount":0,"succeededCount":1,"runningCount":0,"pendingCount":0}"""));
        Assert.That(job["endTime"], Is.Not.Null);
        var (listed, jobs) = await Send(HttpMethod.Get, "/jobs/v2/query?jobStatus=completed&jobType=scheduleUpdateTwin", headers: ("x-ms-max-item-count", "10"));
        Assert.That(((int)listed.StatusCode, string.Join(' ', jobs!.AsArray().Select(one => (string?)one!["jobId"]))), Is.EqualTo((200, "job1")));
        Assert.That((string?)(await Ok(HttpMethod.Post, "/jobs/v2/job2/cancel"))["status"], Is.EqualTo("cancelled"));

        // The recording's server pretended to import and export.
        await Refused(501, "NotImplemented", HttpMethod.Post, "/jobs/create", """{"type":"import","inputBlobContainerUri":"https://in","outputBlobContainerUri":"https://out"}""");
        await Refused(501, "NotImplemented", HttpMethod.Post, "/jobs/create", """{"type":"export","outputBlobContainerUri":"https://out","excludeKeysInExport":true}""");
        await Refused(501, "NotImplemented", HttpMethod.Get, "/jobs");
        await Refused(501, "NotImplemented", HttpMethod.Get, "/jobs/imp1");
    }

    private async Task DigitalTwins()
    {
        JsonNode twin = await Ok(HttpMethod.Get, "/digitaltwins/dev1");
        Assert.That(((string?)twin["$dtId"], (string?)twin["$metadata"]!["$model"]), Is.EqualTo(("dev1", "")));
        var (response, _) = await Send(HttpMethod.Patch, "/digitaltwins/dev1", """[{"op":"add","path":"/targetTemperature","value":30}]""");
        Assert.That(((int)response.StatusCode, response.Headers.Location?.ToString(), response.Headers.ETag), Is.EqualTo((202, "/digitaltwins/dev1", response.Headers.ETag)));
        Assert.That(response.Headers.ETag, Is.Not.Null);
        Assert.That((int?)(await Ok(HttpMethod.Get, "/twins/dev1"))["properties"]!["desired"]!["targetTemperature"], Is.EqualTo(30));
    }

    private async Task RefusalsAndASignatureWithAnotherKey()
    {
        await Refused(400, "ArgumentInvalid", HttpMethod.Patch, "/twins/dev1", """{"tags":{"a.b":1}}""");
        await Refused(404, "DeviceNotFound", HttpMethod.Get, "/twins/nodev");
        await Refused(412, "PreconditionFailed", HttpMethod.Put, "/devices/dev1", $$"""{"deviceId":"dev1",{{EmptyKeys}}}""", "\"stale\"");
        var (response, body) = await SignedSend(HttpMethod.Get, "/devices/dev1", Convert.ToBase64String(new byte[32]), null, null, []);
        AssertRefusal(response, body, 401, "IotHubUnauthorizedAccess");
    }

    private static string Ids(JsonNode? page) => string.Join(' ', page!.AsArray().Select(twin => (string?)twin!["deviceId"]));

    private static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? values.Single() : null;

    private static void AssertRefusal(HttpResponseMessage response, JsonNode? body, int status, string name)
    {
        Assert.That(((int)response.StatusCode, Header(response, "iothub-errorcode")), Is.EqualTo((status, name)), body?.ToJsonString());
        Assert.That((string?)body!["Message"], Does.Match($"^ErrorCode:{name};[^;]+$"));
        Assert.That((string?)body["ExceptionMessage"], Does.StartWith("Tracking ID:"));
    }

    private async Task<JsonNode> Ok(HttpMethod method, string path, string? body = null, string? ifMatch = null, params string[] members)
    {
        var (response, answer) = await Send(method, path, body, ifMatch);
        Assert.That((int)response.StatusCode, Is.EqualTo(200), $"{method} {path}: {answer?.ToJsonString()}");
        Assert.That(response.Content.Headers.ContentType?.ToString(), Is.EqualTo("application/json; charset=utf-8"), "else the package hands back nothing");
        if (members.Length > 0)
        {
            Assert.That(answer!.AsObject().Select(pair => pair.Key), Is.SupersetOf(members), $"{method} {path}");
        }

        if (answer is JsonObject { } one && one["etag"] is { } etag)
        {
            Assert.That(response.Headers.ETag?.Tag, Is.EqualTo($"\"{etag}\""), "quoted in the header, bare in the body");
        }

        return answer!;
    }

    private async Task<JsonNode> Refused(int status, string name, HttpMethod method, string path, string? body = null, string? ifMatch = null)
    {
        var (response, answer) = await Send(method, path, body, ifMatch);
        AssertRefusal(response, answer, status, name);
        return answer!;
    }

    private async Task Nothing(HttpMethod method, string path, string? body = null)
    {
        var (response, answer) = await Send(method, path, body);
        Assert.That(((int)response.StatusCode, response.Content.Headers.ContentType), Is.EqualTo((204, (MediaTypeHeaderValue?)null)), answer?.ToJsonString());
    }

    private async Task<(HttpResponseMessage Response, JsonNode? Body)> Send(
        HttpMethod method, string path, string? body = null, string? ifMatch = null, params (string Name, string Value)[] headers) =>
        await SignedSend(method, path, hub.Services.GetRequiredService<IServicePolicies>().Find("iothubowner")!.PrimaryKey, body, ifMatch, headers);

    private async Task<(HttpResponseMessage Response, JsonNode? Body)> SignedSend(
        HttpMethod method, string path, string key, string? body, string? ifMatch, (string Name, string Value)[] headers)
    {
        long expiry = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds();
        string signature = Uri.EscapeDataString(GatewayHost.Sign(key, "localhost", expiry));
        using var request = new HttpRequestMessage(method, path + (path.Contains('?') ? Version.Replace('?', '&') : Version));
        request.Headers.TryAddWithoutValidation("Authorization", $"SharedAccessSignature sr=localhost&sig={signature}&skn=iothubowner&se={expiry}");
        request.Headers.TryAddWithoutValidation("Request-Id", Guid.NewGuid().ToString());
        request.Headers.TryAddWithoutValidation("User-Agent", "azure-iothub/1.16.6");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = MediaTypeHeaderValue.Parse("application/json; charset=utf-8") } };
        }

        var response = await hub.Http.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        return (response, response.Content.Headers.ContentType?.MediaType == "application/json" ? JsonNode.Parse(text) : null);
    }
}
