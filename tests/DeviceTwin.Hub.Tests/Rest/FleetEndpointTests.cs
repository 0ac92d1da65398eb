using System.Net;
using System.Text.Json.Nodes;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>What the command line and other programs read of the fleet.</summary>
public sealed class FleetEndpointTests : RestTests
{
    private const string Features = """
        {"bootId":"b1","seq":1,"t":1,"capture":1,"verdict":"outer","zone":"refused","alarms":["hot","misalignment","outer","cage"],"velocityUmPerSecond":8123,
         "accelerationMilliG":900,"temperatureCentiCelsius":8123,"scores":{"outer":5400,"inner":300,"ball":500},"coveragePermille":1000,
         "saturatedPermille":0,"overrun":false,"refusals":[],"settingsVersion":3,"settingsHash":"aa","fingerprint":"dt"}
        """;

    [Test]
    public async Task Without_a_bridge_its_status_says_so() =>
        Assert.That((await Hub.Get("/api/v1/bridge")).ToJsonString(), Is.EqualTo("""{"on":false,"devices":[]}"""));

    [Test]
    public async Task The_fleet_list_tells_the_last_verdict_and_the_twins_state()
    {
        await Hub.Register("listed");
        await Hub.Send(HttpMethod.Patch, "/twins/listed", """{"tags":{"machine":"Pump","line":"1","kind":"pump"},"properties":{"desired":{"detection":{"a":1}}}}""");
        await Hub.Tell("listed", "features", Features);
        var node = await Listed("listed");
        Assert.That(((string?)node["machine"], (string?)node["line"], (string?)node["verdict"], (string?)node["zone"]), Is.EqualTo(("Pump", "1", "outer", "refused")));
        Assert.That(node["alarms"]!.ToJsonString(), Is.EqualTo("""["outer","cage","misalignment","hot"]"""), "worst first");
        Assert.That(((int?)node["velocityUmPerSecond"], (int?)node["temperatureCentiCelsius"]), Is.EqualTo((8123, 8123)));
        Assert.That(((string?)node["state"], (bool?)node["connected"], (long?)node["desiredVersion"]), Is.EqualTo(("Unknown", false, 2L)));
        Assert.That((string?)node["lastTelemetryAt"], Does.EndWith("Z"));

        await Hub.Fleet.PatchReported("listed", (JsonObject)JsonNode.Parse("""{"detection":{"a":{"value":1,"ac":200,"av":2}}}""")!, null, CancellationToken.None);
        await Hub.Fleet.SetConnected("listed", "c1", null, CancellationToken.None);
        node = await Listed("listed");
        Assert.That(((string?)node["state"], (bool?)node["connected"], (long?)node["reportedVersion"]), Is.EqualTo(("InSync", true, 2L)));
    }

    [Test]
    public async Task The_node_page_shows_the_last_spectrum_and_the_history()
    {
        await Hub.Register("shown");
        var start = DateTimeOffset.UtcNow.AddMinutes(-5);
        for (var minute = 0; minute < 5; minute++)
        {
            await Hub.Tell("shown", "features", Features, start.AddMinutes(minute));
        }

        await Hub.Tell("shown", "spectrum", """
            {"velocity":{"binMilliHertz":1000,"unit":"um/s","values":[0,1,2]},"envelope":{"binMilliHertz":100000,"unit":"milliFloor","values":[0,1000,27000,0]},
             "shaftSpeedMilliHertz":29950,"orders":{"bpfo":3585,"bpfi":5415,"bsf":2357,"ftf":398}}
            """);
        var page = await Hub.Http.GetStringAsync("/nodes/shown");
        Assert.That(page, Does.Contain("data-testid=\"mark-outer-1\"").And.Contain("data-testid=\"score-outer\""));
        Assert.That(page, Does.Contain("data-values=\"8.123 8.123 8.123 8.123 8.123\""), "the trend in mm/s");
        await Hub.Tell("shown", "features", Features.Replace("8123", "1000"));
        Assert.That(await Hub.Http.GetStringAsync("/nodes/shown"), Does.Contain("8.123 1\""), "what comes later is added");
    }

    [Test]
    public async Task The_node_page_tells_the_features_the_trial_and_the_zone()
    {
        await Hub.Register("rich");
        await Hub.Tell("rich", "features", """
            {"bootId":"b1","seq":1,"t":1,"capture":1,"verdict":"normal","zone":"B","zoneEdition":"ISO 10816-3:2009","zoneRefusals":[],"alarms":[],
             "acknowledged":[],"causes":[],"velocityUmPerSecond":2100,"crestMilli":3456,"bandMicroG":[null,1500,null],
             "peaks":{"milliHertz":[29500,59000],"umPerSecond":[1900,300]},"running":true,"scores":{"outer":100,"inner":100,"ball":100,"cage":4200,"shaft":50},
             "refusals":["baselineWarmingUp"],"trial":{"verdict":"cage","zone":"B","alarms":["cage"],"settingsHash":"77aa"}}
            """);
        var page = await Hub.Http.GetStringAsync("/nodes/rich");
        Assert.That(page, Does.Contain("zone B by ISO 10816-3:2009").And.Contain("3.46").And.Contain("29.50 Hz (1.90 mm/s), 59.00 Hz"));
        Assert.That(page, Does.Contain("data-testid=\"score-cage\"").And.Contain("data-testid=\"trial-word\"").And.Contain("settings 77aa"));
        Assert.That(page, Does.Contain("still learns what is usual"));
    }

    [TestCase("not json at all")]
    [TestCase("""{"verdict":"normal","peaks":[1],"bandMicroG":{},"trial":{"verdict":3},"running":"yes","scores":[]}""", TestName = "A_device_that_sends_nonsense_beside_its_verdict_harms_nothing")]
    [TestCase("[1,2,3]")]
    [TestCase("""{"verdict":7,"alarms":"outer"}""")]
    public async Task A_device_that_sends_nonsense_harms_nothing(string body)
    {
        var id = "nonsense-" + TestContext.CurrentContext.Test.ID.Replace('.', '-');
        await Hub.Register(id);
        await Hub.Tell(id, "features", body);
        await Hub.Tell(id, "spectrum", body);
        Assert.That((string?)(await Listed(id))["verdict"], Is.EqualTo(body.Contains("normal") ? "normal" : null));
        Assert.That((await Hub.Send(HttpMethod.Get, $"/nodes/{id}")).Response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Convergence_is_told_per_path_with_the_nodes_reason()
    {
        await Hub.Register("rejects");
        await Hub.Send(HttpMethod.Patch, "/twins/rejects", """{"properties":{"desired":{"detection":{"velocityLimitUmPerSecond":200000}}}}""");
        await Hub.Fleet.PatchReported(
            "rejects",
            (JsonObject)JsonNode.Parse("""{"detection":{"velocityLimitUmPerSecond":{"value":7100,"ac":400,"av":2,"ad":"aboveMaximum: takes 0 to 100000 um/s"}}}""")!,
            null,
            CancellationToken.None);
        var convergence = await Hub.Get("/api/v1/devices/rejects/convergence");
        var path = convergence["paths"]![0]!;
        Assert.That((string?)convergence["state"], Is.EqualTo("Rejected"));
        Assert.That(((string?)path["path"], (int?)path["desired"], (int?)path["reported"], (string?)path["state"]), Is.EqualTo(("detection.velocityLimitUmPerSecond", 200000, 7100, "Rejected")));
        Assert.That(((string?)path["reason"], (int?)path["code"], (long?)path["acknowledgedVersion"]), Is.EqualTo(("aboveMaximum: takes 0 to 100000 um/s", 400, 2L)));
    }

    [Test]
    public async Task Telemetry_is_read_newest_first_by_kind()
    {
        await Hub.Register("talks");
        await Hub.Tell("talks", "features", """{"seq":1}""");
        await Hub.Tell("talks", "spectrum", """{"seq":2}""");
        await Hub.Tell("talks", "features", """{"seq":3}""");
        await Hub.Tell("talks", "features", "\u0001");
        var all = (JsonArray)await Hub.Get("/api/v1/devices/talks/telemetry?limit=3");
        Assert.That(all.Select(message => (int?)message!["body"]?["seq"]), Is.EqualTo(new int?[] { null, 3, 2 }));
        Assert.That((string?)all[0]!["bodyBase64"], Is.EqualTo("AQ=="));
        var features = (JsonArray)await Hub.Get("/api/v1/devices/talks/telemetry?kind=features&limit=2");
        Assert.That((string?)features[1]!["kind"], Is.EqualTo("features"));
    }

    [Test]
    public async Task Totals_count_what_is_durable()
    {
        var before = await Hub.Get("/api/v1/totals");
        await Hub.Register("counted");
        await Hub.Tell("counted", "features", Features);
        await Hub.Send(HttpMethod.Patch, "/twins/counted", """{"properties":{"desired":{"a":1}}}""");
        await Hub.Fleet.PatchReported("counted", new JsonObject { ["a"] = 1 }, null, CancellationToken.None);
        var after = await Hub.Get("/api/v1/totals");
        foreach (var name in new[] { "telemetry", "reportedPatches", "desiredPatches" })
        {
            Assert.That((long)after[name]! - (long)before[name]!, Is.EqualTo(1), name);
        }
    }

    [Test]
    public async Task Statistics_and_health_are_told()
    {
        await Hub.Register("statistic");
        Assert.That((int?)(await Hub.Get("/statistics/devices"))["totalDeviceCount"], Is.GreaterThanOrEqualTo(1));
        Assert.That((await Hub.Get("/statistics/service"))["connectedDeviceCount"], Is.Not.Null);
        Assert.That((string?)(await Hub.Get("/healthz"))["status"], Is.EqualTo("ok"));
    }

    [Test]
    public async Task Unknown_devices_and_silly_limits_are_refused()
    {
        foreach (var what in new[] { "convergence", "telemetry", "events", "audit" })
        {
            AssertRefused(await Hub.Send(HttpMethod.Get, $"/api/v1/devices/nobody/{what}"), HttpStatusCode.NotFound, "DeviceNotFound", 404001);
        }

        await Hub.Register("limited");
        AssertRefused(await Hub.Send(HttpMethod.Get, "/api/v1/devices/limited/telemetry?limit=1000000"), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "limit");
    }

    private async Task<JsonNode> Listed(string id) => ((JsonArray)await Hub.Get("/api/v1/fleet")).First(node => (string?)node!["deviceId"] == id)!;
}
