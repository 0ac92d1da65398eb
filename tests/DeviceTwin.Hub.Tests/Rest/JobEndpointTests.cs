using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using DeviceTwin.Mqtt;
using DeviceTwin.Tests.Hub.Gateway;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>Azure's jobs on many devices, over HTTP, with devices at the other end.</summary>
public sealed class JobEndpointTests : RestTests
{
    private const string Twin = """{"type":"scheduleUpdateTwin","updateTwin":{"etag":"*","tags":{"x":1},"properties":{"desired":{"rate":5}}},"queryCondition":"deviceId = 'none'"}""";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Test]
    public async Task JO1_A_twin_job_as_the_SDKs_send_it_is_carried_out_on_the_devices_of_its_condition()
    {
        await Register("twin-a", "twins");
        await Register("twin-b", "twins");
        await Register("twin-c", "other");

        // As azure-iothub's JobClient writes it.
        var (response, asked) = await Put(
            "job1",
            """{"jobId":"job1","type":"scheduleUpdateTwin","updateTwin":{"etag":"*","tags":{"x":1},"properties":{"desired":{"rate":5},"reported":{}}},"startTime":"2020-11-22T02:23:09.908Z","maxExecutionTimeInSeconds":60,"queryCondition":"tags.group='twins'"}""");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), asked?.ToJsonString());
        Assert.That(((string?)asked!["jobId"], (string?)asked["type"], (string?)asked["status"], (int?)asked["maxExecutionTimeInSeconds"]), Is.EqualTo(("job1", "scheduleUpdateTwin", "queued", 60)));
        Assert.That(((string?)asked["queryCondition"], (string?)asked["startTime"], (string?)asked["updateTwin"]!["etag"]), Is.EqualTo(("tags.group='twins'", "2020-11-22T02:23:09.9080000Z", "*")));

        var job = await Until("job1", "completed");
        Assert.That(job["deviceJobStatistics"]!.ToJsonString(), Is.EqualTo("""{"deviceCount":2,"failedCount":0,"succeededCount":2,"runningCount":0,"pendingCount":0}"""));
        Assert.That((string?)job["endTime"], Does.EndWith("Z"));
        Assert.That(job["failureReason"] ?? job["statusMessage"] ?? job["cloudToDeviceMethod"], Is.Null);
        foreach (var id in new[] { "twin-a", "twin-b" })
        {
            var twin = await Hub.Get($"/twins/{id}");
            Assert.That(((int?)twin["tags"]!["x"], (int?)twin["properties"]!["desired"]!["rate"]), Is.EqualTo((1, 5)), "no device was there, and none had to be");
        }

        Assert.That((await Hub.Get("/twins/twin-c"))["tags"]!["x"], Is.Null);
    }

    [Test]
    public async Task JO1_A_method_job_has_the_answer_of_each_device_and_what_is_wrong_with_those_that_give_none()
    {
        await Register("method-away", "methods");
        await using var device = await Takes("method-here", "methods");
        await Put(
            "job2",
            """{"jobId":"job2","type":"scheduleDeviceMethod","cloudToDeviceMethod":{"methodName":"reboot","payload":{"delay":5},"responseTimeoutInSeconds":30},"startTime":"2020-11-22T02:23:09.908Z","maxExecutionTimeInSeconds":60,"queryCondition":"tags.group = 'methods'"}""");
        var request = await device.Next<MqttPublish>();
        Assert.That((request.Topic.StartsWith("$iothub/methods/POST/reboot/", StringComparison.Ordinal), Wire.Text(request)), Is.EqualTo((true, """{"delay":5}""")));
        await Until("job2", "running", job => (int?)job["deviceJobStatistics"]!["failedCount"] == 1);
        Assert.That((await Job("job2"))["deviceJobStatistics"]!.ToJsonString(), Is.EqualTo("""{"deviceCount":2,"failedCount":1,"succeededCount":0,"runningCount":1,"pendingCount":0}"""));
        Assert.That((string?)(await Rows("jobId = 'job2' AND deviceId = 'method-here'"))[0]!["status"], Is.EqualTo("running"));
        await Answer(device, request, 418, """{"why":"Tee"}""");

        // A device that answers, whatever its status, has done what the job asked.
        var job = await Until("job2", "completed");
        Assert.That(job["deviceJobStatistics"]!.ToJsonString(), Is.EqualTo("""{"deviceCount":2,"failedCount":1,"succeededCount":1,"runningCount":0,"pendingCount":0}"""));
        Assert.That((string?)job["cloudToDeviceMethod"]!["methodName"], Is.EqualTo("reboot"));
        var rows = await Rows("devices.jobs.jobId = 'job2'");
        Assert.That(rows.Select(row => $"{row!["deviceId"]} {row["jobType"]} {row["status"]}"), Is.EqualTo(new[] { "method-away scheduleDeviceMethod failed", "method-here scheduleDeviceMethod completed" }));
        Assert.That((rows[0]!["outcome"]!.ToJsonString(), (string?)rows[0]!["error"]!["code"]), Is.EqualTo(("{}", "DeviceNotOnline")));
        Assert.That((string?)rows[0]!["error"]!["description"], Does.Contain("not connected"));
        Assert.That(rows[1]!["outcome"]!["deviceMethodResponse"]!.ToJsonString(), Is.EqualTo("""{"status":418,"payload":{"why":"Tee"}}"""));
        Assert.That(rows[1]!["error"], Is.Null);
        foreach (var time in new[] { "startTimeUtc", "endTimeUtc", "createdDateTimeUtc", "lastUpdatedDateTimeUtc" })
        {
            Assert.That((string?)rows[1]![time], Does.EndWith("Z"), time);
        }
    }

    [Test]
    public async Task JO1_A_job_whose_time_has_not_come_is_scheduled_and_may_be_cancelled()
    {
        var (_, asked) = await Put("later", Twin[..^1] + $$""","startTime":"{{DateTime.UtcNow.AddHours(1):O}}","maxExecutionTimeInSeconds":120}""");
        Assert.That((string?)asked!["status"], Is.EqualTo("queued"), "clients of Azure look for this");
        await Until("later", "scheduled");
        var (response, cancelled) = await Hub.Send(HttpMethod.Post, "/jobs/v2/later/cancel?api-version=2021-04-12");
        Assert.That((response.StatusCode, (string?)cancelled!["status"]), Is.EqualTo((HttpStatusCode.OK, "cancelled")));
        Assert.That(((string?)cancelled["statusMessage"], cancelled["deviceJobStatistics"]), Is.EqualTo(("Cancelled by rest.", default(JsonNode))));
        Assert.That((string?)(await Job("later"))["status"], Is.EqualTo("cancelled"));
        var (again, body) = await Hub.Send(HttpMethod.Post, "/jobs/v2/later/cancel");
        Assert.That((again.StatusCode, (string?)body!["status"]), Is.EqualTo((HttpStatusCode.OK, "cancelled")), "nothing is left to cancel, and that is no error");
    }

    [Test]
    public async Task JO1_What_is_cancelled_begins_no_more_and_what_has_begun_is_finished()
    {
        // More than a job works on at once.
        await using var first = await Takes("cancel-000", "cancel");
        for (var index = 1; index <= 70; index++)
        {
            await Register($"cancel-{index:000}", "cancel");
        }

        await Put("cancelled", Method("tags.group = 'cancel'", ",\"connectTimeoutInSeconds\":300"));
        var request = await first.Next<MqttPublish>();
        var (_, cancelled) = await Hub.Send(HttpMethod.Post, "/jobs/v2/cancelled/cancel");
        var numbers = cancelled!["deviceJobStatistics"]!;
        Assert.That(((string?)cancelled["status"], (int?)numbers["deviceCount"], (int?)numbers["runningCount"], (int?)numbers["pendingCount"], (int?)numbers["canceledCount"]), Is.EqualTo(("cancelled", 71, 64, 0, 7)));
        Assert.That(cancelled["endTime"], Is.Null, "some are still worked on");
        Assert.That(await Rows("jobId = 'cancelled' AND status = 'canceled'"), Has.Count.EqualTo(7));
        await Answer(first, request, 200, "1");
        await Until("cancelled", "cancelled", job => (int?)job["deviceJobStatistics"]!["succeededCount"] == 1);
        Assert.That((string?)(await Rows("jobId = 'cancelled' AND deviceId = 'cancel-000'"))[0]!["status"], Is.EqualTo("completed"));
    }

    [Test]
    public async Task JO1_Refusals_have_Azure_s_names_and_numbers()
    {
        await Put("taken", Twin);
        AssertRefused(await Put("taken", Twin), HttpStatusCode.Conflict, "JobAlreadyExists", 409104, "Choose another id");
        await Until("taken", "completed");
        AssertRefused(await Put("taken", Twin), HttpStatusCode.Conflict, "JobAlreadyExists", 409104);
        AssertRefused(await Hub.Send(HttpMethod.Get, "/jobs/v2/nothing"), HttpStatusCode.NotFound, "JobNotFound", 404002, "/jobs/v2/query");
        AssertRefused(await Hub.Send(HttpMethod.Post, "/jobs/v2/nothing/cancel"), HttpStatusCode.NotFound, "JobNotFound", 404002);
        AssertRefused(await Put("etag", Twin.Replace("\"*\"", "\"AAAAAAAAAAE=\"")), HttpStatusCode.PreconditionFailed, "PreconditionFailed", 412001, "PATCH /twins/ID");
    }

    [TestCase(64, true)]
    [TestCase(65, false)]
    public async Task JO1_An_id_has_64_characters_at_most(int length, bool taken)
    {
        var answer = await Put(new string('i', length), Twin);
        Assert.That(answer.Response.StatusCode, Is.EqualTo(taken ? HttpStatusCode.OK : HttpStatusCode.BadRequest));
    }

    [TestCase("""{"type":"scheduleTwinUpdate","updateTwin":{},"queryCondition":"*"}""", "scheduleUpdateTwin or scheduleDeviceMethod")]
    [TestCase("""{"type":"export","queryCondition":"*"}""", "POST /devices")]
    [TestCase("""{"updateTwin":{},"queryCondition":"*"}""", "type is missing")]
    [TestCase("""{"type":"scheduleUpdateTwin","queryCondition":"*"}""", "updateTwin is missing")]
    [TestCase("""{"type":"scheduleUpdateTwin","updateTwin":{"tags":{"a.b":1}},"queryCondition":"*"}""", "a.b")]
    [TestCase("""{"type":"scheduleUpdateTwin","updateTwin":{},"queryCondition":""}""", "queryCondition is missing")]
    [TestCase("""{"type":"scheduleUpdateTwin","updateTwin":{},"queryCondition":"tags.x ="}""", "column")]
    [TestCase("""{"type":"scheduleUpdateTwin","updateTwin":{},"queryCondition":"tags.x = 1 GROUP BY tags.x"}""", "column")]
    [TestCase("""{"type":"scheduleUpdateTwin","updateTwin":{},"queryCondition":"FROM devices.modules WHERE tags.x = 1"}""", "Jobs do not run on modules")]
    [TestCase("""{"type":"scheduleUpdateTwin","updateTwin":{},"queryCondition":"SELECT * FROM devices"}""", "behind WHERE")]
    [TestCase("""{"type":"scheduleUpdateTwin","updateTwin":{},"queryCondition":"*","jobId":"another"}""", "the address says")]
    [TestCase("""{"type":"scheduleUpdateTwin","updateTwin":{},"queryCondition":"*","startTime":"tomorrow"}""", "startTime takes")]
    [TestCase("""{"type":"scheduleUpdateTwin","updateTwin":{},"queryCondition":"*","startTime":"9999-01-01T00:00:00Z"}""", "startTime takes")]
    [TestCase("""{"type":"scheduleUpdateTwin","updateTwin":{},"queryCondition":"*","maxExecutionTimeInSeconds":-1}""", "from 1 to 2592000")]
    [TestCase("""{"type":"scheduleUpdateTwin","updateTwin":{},"queryCondition":"*","maxExecutionTimeInSeconds":2592001}""", "from 1 to 2592000")]
    [TestCase("""{"type":"scheduleDeviceMethod","cloudToDeviceMethod":{"payload":1},"queryCondition":"*"}""", "methodName")]
    [TestCase("""{"type":"scheduleDeviceMethod","cloudToDeviceMethod":{"methodName":"x","responseTimeoutInSeconds":4},"queryCondition":"*"}""", "from 5 to 300")]
    public async Task JO1_What_no_device_could_do_is_refused_before_the_job_is_taken_on(string body, string saying)
    {
        var answer = await Put("wrong", body);
        Assert.That(answer.Response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest), answer.Body!.ToJsonString());
        Assert.That((string?)answer.Body!["Message"], Does.Contain(saying));
        Assert.That((await Hub.Send(HttpMethod.Get, "/jobs/v2/wrong")).Response.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [TestCase("a_b")]
    [TestCase("a.b")]
    [TestCase("query")]
    public async Task JO1_Ids_that_Azure_does_not_take_are_refused(string id) => AssertRefused(await Put(id, Twin), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004);

    [Test]
    public async Task JO1_A_condition_may_be_as_long_as_a_query()
    {
        var longest = DeviceTwin.Hub.Jobs.JobJson.LongestCondition;
        foreach (var (length, taken) in new[] { (longest - 1, true), (longest, true), (longest + 1, false) })
        {
            var condition = "deviceId = '" + new string('x', length - 13) + "'";
            var id = $"long-{length}";
            var answer = await Put(id, Twin.Replace("deviceId = 'none'", condition));
            Assert.That(answer.Response.StatusCode, Is.EqualTo(taken ? HttpStatusCode.OK : HttpStatusCode.BadRequest), $"{length}");
            if (taken)
            {
                await Until(id, "completed");
            }
        }
    }

    [Test]
    public async Task JO1_A_job_as_the_CSharp_SDK_writes_it()
    {
        await Register("csharp", "csharp");
        await Put(
            "csharp-job",
            """{"jobId":"csharp-job","type":"scheduleUpdateTwin","cloudToDeviceMethod":null,"updateTwin":{"deviceId":null,"etag":"*","version":null,"tags":{"x":1},"properties":{"desired":{},"reported":{}}},"queryCondition":"DeviceId IN ['csharp']","startTime":"0001-01-01T00:00:00"}""");
        var job = await Until("csharp-job", "completed");
        Assert.That(((int?)job["deviceJobStatistics"]!["succeededCount"], (int?)job["maxExecutionTimeInSeconds"], (string?)job["startTime"]), Is.EqualTo((1, 3600, (string?)job["createdTime"])));
    }

    [Test]
    public async Task JO1_Jobs_are_listed_by_type_and_status_page_by_page()
    {
        await using var hub = await HubFixture.Start();
        foreach (var index in Enumerable.Range(0, 5))
        {
            await hub.Send(HttpMethod.Put, $"/jobs/v2/list-{index}", index == 3 ? Method("deviceId = 'none'") : Twin);
            await Until(hub, $"list-{index}", "completed");
        }

        await hub.Send(HttpMethod.Put, "/jobs/v2/waits", Twin[..^1] + $$""","startTime":"{{DateTime.UtcNow.AddHours(1):O}}"}""");
        await Until(hub, "waits", "scheduled");
        Assert.That(await Pages("", 2), Is.EqualTo("waits list-4|list-3 list-2|list-1 list-0"), "newest first");
        Assert.That(await Pages("jobType=scheduleUpdateTwin&jobStatus=completed", 3), Is.EqualTo("list-4 list-2 list-1|list-0"));
        Assert.That(await Pages("jobType=ScheduleDeviceMethod", 100), Is.EqualTo("list-3"), "as the C# SDK writes it");
        Assert.That(await Pages("jobStatus=Scheduled", 100), Is.EqualTo("waits"));
        Assert.That(await Pages("jobStatus=unknown", 100), Is.Empty);
        Assert.That(await Pages("jobType=import", 100), Is.Empty);
        AssertRefused(await hub.Send(HttpMethod.Get, "/jobs/v2/query?jobStatus=idle"), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "queued, scheduled, running");
        AssertRefused(await hub.Send(HttpMethod.Get, "/jobs/v2/query?jobType=idle"), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004);
        AssertRefused(await hub.Send(HttpMethod.Get, "/jobs/v2/query", null, null, ("x-ms-continuation", "no token")), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004);

        async Task<string> Pages(string filter, int size)
        {
            var pages = new List<string>();
            string? continuation = null;
            do
            {
                (string, string)[] headers = [("x-ms-max-item-count", $"{size}"), .. continuation is null ? Array.Empty<(string, string)>() : [("x-ms-continuation", continuation)]];
                var (response, body) = await hub.Send(HttpMethod.Get, $"/jobs/v2/query?api-version=2021-04-12&{filter}", null, null, headers);
                Assert.That(response.Headers.GetValues("x-ms-item-type"), Is.EqualTo(new[] { "JobResponse" }));
                pages.Add(string.Join(' ', ((JsonArray)body!).Select(job => (string?)job!["jobId"])));
                continuation = response.Headers.TryGetValues("x-ms-continuation", out var values) ? values.Single() : null;
            }
            while (continuation is not null);
            return string.Join('|', pages);
        }
    }

    [Test]
    public async Task JO1_QL4_What_jobs_did_on_devices_is_queried_page_by_page()
    {
        foreach (var id in new[] { "rows-1", "rows-2", "rows-3" })
        {
            await Register(id, "rows");
        }

        // Ids that sort otherwise where they are put together.
        foreach (var id in new[] { "rows", "rows-b" })
        {
            await Put(id, Twin.Replace("deviceId = 'none'", "tags.group = 'rows'"));
            await Until(id, "completed");
        }

        var seen = new List<string>();
        string? continuation = null;
        do
        {
            (string, string)[] headers = [("x-ms-max-item-count", "4"), .. continuation is null ? Array.Empty<(string, string)>() : [("x-ms-continuation", continuation)]];
            var (response, body) = await Hub.Send(HttpMethod.Post, "/devices/query", """{"query":"SELECT * FROM devices.jobs WHERE STARTSWITH(jobId, 'rows')"}""", null, headers);
            Assert.That(response.Headers.GetValues("x-ms-item-type"), Is.EqualTo(new[] { "DeviceJob" }));
            seen.AddRange(((JsonArray)body!).Select(row => $"{row!["jobId"]}/{row["deviceId"]}"));
            continuation = response.Headers.TryGetValues("x-ms-continuation", out var values) ? values.Single() : null;
        }
        while (continuation is not null);
        Assert.That(seen, Is.EqualTo(new[] { "rows/rows-1", "rows/rows-2", "rows/rows-3", "rows-b/rows-1", "rows-b/rows-2", "rows-b/rows-3" }));
        Assert.That((await Rows("devices.jobs.deviceId = 'rows-2'")).Select(row => (string?)row!["jobId"]), Is.EqualTo(new[] { "rows", "rows-b" }));
    }

    [Test]
    public async Task JO1_The_audit_log_has_the_job_and_whom_what_it_wrote_is_from()
    {
        await Register("audited", "audited");
        await Hub.Send(HttpMethod.Put, "/jobs/v2/audited", Twin.Replace("deviceId = 'none'", "deviceId = 'audited'"), null, ("X-DeviceTwin-Author", "dtwin"));
        await Until("audited", "completed");
        var rows = Hub.Fleet.ReadAudit(null, 1000).Where(row => row.Path == "audited" || row.DeviceId == "audited" && row.Action == "twin.patch" && row.Author != "rest").Reverse().ToArray();
        Assert.That(
            rows.Select(row => $"{row.Action} {row.Author}"),
            Is.EqualTo(new[] { "job.create rest/dtwin", "twin.patch job/audited of rest/dtwin", "twin.patch job/audited of rest/dtwin", "job.end job/audited of rest/dtwin" }));
        Assert.That((string?)JsonNode.Parse(rows[0].Value!)!["queryCondition"], Is.EqualTo("deviceId = 'audited'"));
        Assert.That(rows[^1].Value, Is.EqualTo("""{"status":"completed","devices":1,"succeeded":1,"failed":0,"running":0,"canceled":0}"""));
        await Put("audited-2", Twin[..^1] + $$""","startTime":"{{DateTime.UtcNow.AddHours(1):O}}"}""");
        await Hub.Send(HttpMethod.Post, "/jobs/v2/audited-2/cancel");
        Assert.That(Hub.Fleet.ReadAudit(null, 1)[0] is { Action: "job.cancel", Path: "audited-2", Author: "rest" }, Is.True);
    }

    [TestCase("POST", "/jobs/create")]
    [TestCase("GET", "/jobs")]
    [TestCase("GET", "/jobs/one")]
    [TestCase("DELETE", "/jobs/one")]
    public async Task JO1_Import_and_export_of_blobs_say_what_to_do_instead(string method, string path) =>
        AssertRefused(await Hub.Send(new HttpMethod(method), path + "?api-version=2021-04-12", method == "POST" ? "{}" : null), HttpStatusCode.NotImplemented, "NotImplemented", 501001, "POST /devices");

    private static string Method(string condition, string more = "") =>
        $$$"""{"type":"scheduleDeviceMethod","cloudToDeviceMethod":{"methodName":"m","payload":null,"responseTimeoutInSeconds":300{{{more}}}},"queryCondition":"{{{condition}}}"}""";

    private static Task Answer(Wire device, MqttPublish request, int status, string body) =>
        device.Publish($"$iothub/methods/res/{status}/?$rid={request.Topic[(request.Topic.LastIndexOf('=') + 1)..]}", body);

    private Task<(HttpResponseMessage Response, JsonNode? Body)> Put(string id, string body) => Hub.Send(HttpMethod.Put, $"/jobs/v2/{id}?api-version=2021-04-12", body);

    private Task<JsonNode> Job(string id) => Hub.Get($"/jobs/v2/{id}?api-version=2021-04-12");

    private Task<JsonNode> Until(string id, string status, Func<JsonNode, bool>? also = null) => Until(Hub, id, status, also);

    private static async Task<JsonNode> Until(HubFixture hub, string id, string status, Func<JsonNode, bool>? also = null)
    {
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            var job = await hub.Get($"/jobs/v2/{id}");
            if ((string?)job["status"] == status && also?.Invoke(job) != false)
            {
                return job;
            }

            Assert.That(Stopwatch.GetElapsedTime(begun), Is.LessThan(Patience), $"{id} does not come to be {status}: {job.ToJsonString()}");
        }
    }

    private async Task<JsonArray> Rows(string condition)
    {
        var (_, body) = await Hub.Send(HttpMethod.Post, "/devices/query", new JsonObject { ["query"] = $"SELECT * FROM devices.jobs WHERE {condition}" }.ToJsonString());
        return (JsonArray)body!;
    }

    private async Task Register(string id, string group)
    {
        await Hub.Register(id);
        await Hub.Send(HttpMethod.Patch, $"/twins/{id}", $$$"""{"tags":{"group":"{{{group}}}"}}""");
    }

    private async Task<Wire> Takes(string id, string group)
    {
        await Register(id, group);
        var wire = await Hub.Connect(id);
        await wire.Subscribe(1, ("$iothub/methods/POST/#", 0));
        return wire;
    }
}
