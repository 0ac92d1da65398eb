using System.Net;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Plant;
using DeviceTwin.Storage.Plant;
using DeviceTwin.Tests.Hub.Rest;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceTwin.Tests.Hub.Plant;

/// <summary>The machine tree, the nodes at its points, and what happens when one is replaced.</summary>
public sealed class PlantTests
{
    private HubFixture hub = null!;

    [SetUp]
    public async Task StartHub() => hub = await HubFixture.Start();

    [TearDown]
    public async Task StopHub() => await hub.DisposeAsync();

    [Test]
    public async Task Items_are_made_read_changed_and_deleted()
    {
        await BuildTree();
        var machine = await hub.Get("/api/v1/plant/machines/pump-1");
        Assert.That(((string?)machine["name"], (string?)machine["line"], (int?)machine["isoGroup"]), Is.EqualTo(("Cooling pump", "line-1", 2)));
        var (response, changed) = await hub.Send(HttpMethod.Put, "/api/v1/plant/machines/pump-1", """{"name":"Pump","line":"line-1"}""", $"\"{machine["etag"]}\"");
        Assert.That((response.StatusCode, (string?)changed!["name"], response.Headers.ETag?.Tag), Is.EqualTo((HttpStatusCode.OK, "Pump", $"\"{changed["etag"]}\"")));
        await Refused(HttpMethod.Put, "/api/v1/plant/machines/pump-1", """{"line":"line-1"}""", "PlantItemAlreadyExists");
        await Refused(HttpMethod.Put, "/api/v1/plant/machines/pump-1", """{"line":"line-1"}""", "PreconditionFailed", $"\"{machine["etag"]}\"");
        await Refused(HttpMethod.Put, "/api/v1/plant/machines/pump-9", """{"line":"nowhere"}""", "PlantItemNotFound");
        await Refused(HttpMethod.Put, "/api/v1/plant/machines/pump-9", """{"line":"line-1","isoGroup":7,"colour":"red"}""", "ArgumentInvalid");
        await Refused(HttpMethod.Delete, "/api/v1/plant/machines/pump-1", null, "PlantItemInUse");
        Assert.That((await hub.Send(HttpMethod.Delete, "/api/v1/plant/points/pump-1-de")).Response.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        await Refused(HttpMethod.Get, "/api/v1/plant/points/pump-1-de", null, "PlantItemNotFound");
        var audit = (JsonArray)await hub.Get("/api/v1/audit");
        Assert.That(audit.Select(row => (string?)row!["action"]).Take(2), Is.EqualTo(new[] { "plant.point.delete", "plant.machine.update" }));
    }

    [Test]
    public async Task A_node_at_a_point_has_its_place_in_its_tags_so_that_configurations_find_it()
    {
        await BuildTree();
        await hub.Register("vib-1");
        await hub.Send(HttpMethod.Put, "/configurations/pumps", """{"targetCondition":"tags.machine = 'pump-1'","priority":1,"content":{"deviceContent":{"properties.desired.sampling.captureIntervalSeconds":60}}}""");
        var (response, _) = await hub.Send(HttpMethod.Put, "/api/v1/plant/points/pump-1-de/node", """{"deviceId":"vib-1","reason":"first"}""", null, ("X-DeviceTwin-Author", "ann"));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        var twin = hub.Fleet.FindTwin("vib-1")!;
        Assert.That(twin.Tags.ToJsonString(), Is.EqualTo("""{"site":"plant","line":"line-1","machine":"pump-1","point":"pump-1-de"}"""));
        Assert.That((long?)twin.Desired.Properties["sampling"]!["captureIntervalSeconds"], Is.EqualTo(60));

        await Refused(HttpMethod.Put, "/api/v1/plant/points/pump-1-de/node", """{"deviceId":"vib-1"}""", "PointOccupied");
        await Refused(HttpMethod.Put, "/api/v1/plant/points/pump-1-nde/node", """{"deviceId":"vib-1"}""", "NodeElsewhere");
        await Refused(HttpMethod.Put, "/api/v1/plant/points/pump-1-nde/node", """{"deviceId":"nobody"}""", "DeviceNotFound");
        await Refused(HttpMethod.Delete, "/api/v1/plant/points/pump-1-de", null, "PlantItemInUse");
        await hub.Send(HttpMethod.Put, "/api/v1/plant/lines/line-2", """{"site":"plant"}""");
        await hub.Send(HttpMethod.Put, "/api/v1/plant/machines/pump-1", """{"line":"line-2"}""", "*");
        Assert.That((string?)hub.Fleet.FindTwin("vib-1")!.Tags["line"], Is.EqualTo("line-2"), "a machine that moves takes its nodes along");

        await hub.Send(HttpMethod.Delete, "/api/v1/plant/points/pump-1-de/node");
        Assert.That(hub.Fleet.FindTwin("vib-1")!.Tags.ToJsonString(), Is.EqualTo("{}"));
        Assert.That(hub.Fleet.FindTwin("vib-1")!.Desired.Properties.ToJsonString(), Does.Not.Contain("60"));
        var history = (JsonArray)await hub.Get("/api/v1/plant/points/pump-1-de/assignments");
        Assert.That(history.Select(entry => ((string?)entry!["deviceId"], (string?)entry["by"], (string?)entry["reason"], entry["to"] is null)), Is.EqualTo(new[] { ("vib-1", "rest/ann", "first", false) }));
    }

    [Test]
    public async Task An_alarm_knows_the_machine_at_which_it_was_raised()
    {
        await BuildTree();
        await Assign("pump-1-de", "vib-1");
        await Alarm("vib-1", "1-1-outer-1", "outer", "raised");
        await hub.Send(HttpMethod.Delete, "/api/v1/plant/points/pump-1-de/node");
        await Alarm("vib-1", "1-1-outer-1", "outer", "cleared");
        var rows = (JsonArray)(await hub.Get("/api/v1/alarms?machine=pump-1"))["alarms"]!;
        Assert.That(((string?)rows[0]!["site"], (string?)rows[0]!["line"], (string?)rows[0]!["point"]), Is.EqualTo(("plant", "line-1", "pump-1-de")));
    }

    [Test]
    public async Task A_node_is_replaced_and_the_machine_keeps_settings_history_and_alarms()
    {
        await BuildTree();
        await hub.Send(HttpMethod.Put, "/configurations/pumps", """{"targetCondition":"tags.machine = 'pump-1'","priority":1,"content":{"deviceContent":{"properties.desired.sampling.captureIntervalSeconds":60,"properties.desired.detection.velocityLimitUmPerSecond":7000}}}""");
        await Assign("pump-1-de", "old");
        await hub.Send(HttpMethod.Patch, "/twins/old", """{"tags":{"kind":"pump"},"properties":{"desired":{"machine":{"shaftSpeedMilliHertz":29500},"detection":{"velocityLimitUmPerSecond":9000},"maintenance":{"acknowledgeGeneration":5}}}}""");
        await Alarm("old", "1-1-outer-1", "outer", "raised");
        await hub.Register("new");
        var (response, taken) = await hub.Send(
            HttpMethod.Post, "/api/v1/plant/points/pump-1-de/replace", """{"newDeviceId":"new","reason":"cable torn","disableOld":true}""", null, ("X-DeviceTwin-Author", "ann"));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), taken?.ToJsonString());

        var twin = hub.Fleet.FindTwin("new")!;
        Assert.That((string?)twin.Tags["kind"], Is.EqualTo("pump"));
        Assert.That((long?)twin.Desired.Properties["machine"]!["shaftSpeedMilliHertz"], Is.EqualTo(29500));
        Assert.That((long?)twin.Desired.Properties["detection"]!["velocityLimitUmPerSecond"], Is.EqualTo(9000), "what a person had set goes before the configuration");
        Assert.That((long?)twin.Desired.Properties["sampling"]!["captureIntervalSeconds"], Is.EqualTo(60), "what the configuration sets comes by the tags");
        Assert.That(twin.Desired.Properties["maintenance"], Is.Null, "says nothing about the machine");
        Assert.That((hub.Fleet.FindIdentity("old")!.Enabled, hub.Fleet.FindIdentity("new")!.Enabled), Is.EqualTo((false, true)));
        Assert.That(hub.Fleet.FindTwin("old")!.Tags["machine"], Is.Null);

        var row = await hub.Get("/api/v1/alarms/old~1-1-outer-1");
        Assert.That(((string?)row["clearedReason"], (string?)row["machine"]), Is.EqualTo(("replaced", "pump-1")));
        var spans = hub.Services.GetRequiredService<IPlant>().Assignments(PlantLevel.Machine, "pump-1", null, null);
        Assert.That(spans.Select(span => span.DeviceId), Is.EqualTo(new[] { "old", "new" }));
        Assert.That(spans[0].To, Is.EqualTo(spans[1].From), "without a gap");
        await Refused(HttpMethod.Post, "/api/v1/plant/points/pump-1-de/replace", """{"newDeviceId":"new"}""", "ArgumentInvalid");
        await Refused(HttpMethod.Post, "/api/v1/plant/points/pump-1-nde/replace", """{"newDeviceId":"new"}""", "PointEmpty");
    }

    [Test]
    public async Task What_a_twin_refuses_is_kept_shown_and_tried_again_when_it_is_mended()
    {
        await BuildTree();
        await hub.Register("full");
        var filling = new JsonObject { ["tags"] = new JsonObject { ["a"] = new string('x', 4000), ["b"] = new string('x', 4000), ["c"] = new string('x', 170) } };
        Assert.That((await hub.Send(HttpMethod.Patch, "/twins/full", filling.ToJsonString())).Response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        await hub.Send(HttpMethod.Put, "/api/v1/plant/points/pump-1-de/node", """{"deviceId":"full"}""");
        var task = ((JsonArray)await hub.Get("/api/v1/plant/tasks")).Single()!;
        Assert.That(((string?)task["deviceId"], (string?)task["tags"]!["machine"]), Is.EqualTo(("full", "pump-1")));
        Assert.That((string?)task["refusal"], Does.Contain("tags"));
        await Refused(HttpMethod.Post, $"/api/v1/plant/tasks/{task["number"]}/retry", null, "PlantTaskRefused");

        await hub.Restart();
        Assert.That((JsonArray)await hub.Get("/api/v1/plant/tasks"), Has.Count.EqualTo(1), "it outlives the hub");
        await hub.Send(HttpMethod.Patch, "/twins/full", """{"tags":{"a":null}}""");
        Assert.That((await hub.Send(HttpMethod.Post, $"/api/v1/plant/tasks/{task["number"]}/retry")).Response.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That((string?)hub.Fleet.FindTwin("full")!.Tags["point"], Is.EqualTo("pump-1-de"));
        Assert.That((JsonArray)await hub.Get("/api/v1/plant/tasks"), Is.Empty);
        await Refused(HttpMethod.Delete, $"/api/v1/plant/tasks/{task["number"]}", null, "PlantTaskNotFound");
    }

    [Test]
    public async Task A_refused_task_can_be_given_up()
    {
        await BuildTree();
        await hub.Register("given-up");
        await hub.Services.GetRequiredService<DeviceTwin.Storage.IHubStore>().Write([new PutPlantTask(new PlantTask(1, "given-up", """{"a":"X"}""".Replace("X", new string('x', 9000)), null, false, "ann"))]);
        await hub.Restart();
        Assert.That((await hub.Send(HttpMethod.Delete, "/api/v1/plant/tasks/1")).Response.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That((JsonArray)await hub.Get("/api/v1/plant/tasks"), Is.Empty);
        Assert.That((string?)((JsonArray)await hub.Get("/api/v1/audit"))[0]!["action"], Is.EqualTo("plant.task.dismiss"));
    }

    [Test]
    public async Task What_a_replacement_asks_of_devices_is_done_after_a_restart_where_need_be()
    {
        await hub.Register("late");
        var store = hub.Services.GetRequiredService<DeviceTwin.Storage.IHubStore>();
        await store.Write([new PutPlantTask(new PlantTask(1, "late", """{"machine":"pump-1"}""", """{"machine":{"shaftSpeedMilliHertz":29500}}""", true, "rest/ann"))]);
        await hub.Restart();
        var twin = hub.Fleet.FindTwin("late")!;
        Assert.That(((string?)twin.Tags["machine"], (long?)twin.Desired.Properties["machine"]!["shaftSpeedMilliHertz"], hub.Fleet.FindIdentity("late")!.Enabled), Is.EqualTo(("pump-1", 29500L, false)));
        await hub.Restart();
        Assert.That(hub.Fleet.FindTwin("late")!.Version, Is.EqualTo(twin.Version), "and only once");
    }

    [Test]
    public async Task The_tree_and_its_history_outlive_the_hub()
    {
        await BuildTree();
        await Assign("pump-1-de", "vib-1");
        var before = (await hub.Get("/api/v1/plant")).ToJsonString();
        await hub.Restart();
        Assert.That((await hub.Get("/api/v1/plant")).ToJsonString(), Is.EqualTo(before));
    }

    [Test]
    public async Task A_deleted_device_frees_its_point()
    {
        await BuildTree();
        await Assign("pump-1-de", "vib-1");
        var freed = new TaskCompletionSource();
        using var watch = hub.Services.GetRequiredService<PlantMemory>().Subscribe(tree =>
        {
            if (tree.NodeAt("pump-1-de") is null)
            {
                freed.TrySetResult();
            }
        });
        await hub.Send(HttpMethod.Delete, "/devices/vib-1");
        await freed.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That((string?)(await hub.Get("/api/v1/plant/points/pump-1-de"))["node"], Is.Null);
    }

    [Test]
    public async Task The_state_of_the_whole_is_that_of_its_worst_part()
    {
        await BuildTree();
        await Assign("pump-1-de", "vib-1");
        await Assign("pump-1-nde", "vib-2");
        await hub.Tell("vib-1", "features", """{"verdict":"normal","zone":"A"}""");
        await hub.Tell("vib-2", "features", """{"verdict":"outer","zone":"C"}""");
        await Alarm("vib-2", "1-1-outer-1", "outer", "raised");
        await hub.Fleet.SetConnected("vib-1", "c", null, CancellationToken.None);
        var state = (await hub.Get("/api/v1/plant"))["sites"]![0]!["state"]!;
        Assert.That(((string?)state["severity"], (string?)state["zone"], (int?)state["unacknowledgedAlarms"], (int?)state["nodes"], (int?)state["connected"]), Is.EqualTo(("fault", "C", 1, 2, 1)));
        Assert.That((string?)(await hub.Get("/api/v1/plant/points/pump-1-de"))["state"]!["severity"], Is.EqualTo("good"));

        await hub.Send(HttpMethod.Post, "/api/v1/alarms/vib-2~1-1-outer-1/acknowledge", "{}");
        await hub.Tell("vib-2", "features", """{"verdict":"normal","zone":"B"}""");
        state = (await hub.Get("/api/v1/plant/machines/pump-1"))["state"]!;
        Assert.That(((string?)state["severity"], (string?)state["zone"], (int?)state["unacknowledgedAlarms"], (int?)state["activeAlarms"]), Is.EqualTo(("good", "B", 0, 1)));
        await hub.Send(HttpMethod.Delete, "/api/v1/plant/points/pump-1-nde/node");
        Assert.That((int?)(await hub.Get("/api/v1/plant"))["state"]!["nodes"], Is.EqualTo(1));
    }

    [Test]
    public async Task Findings_about_a_machine_need_no_alarm()
    {
        await BuildTree();
        var (response, _) = await hub.Send(HttpMethod.Post, "/api/v1/plant/points/pump-1-de/findings", """{"kind":"unbalance","text":"fouled impeller","from":"2026-11-01T00:00:00Z","to":"2026-11-20T00:00:00Z"}""");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        await hub.Send(HttpMethod.Post, "/api/v1/plant/machines/pump-1/findings", """{"kind":"noFault"}""");
        var findings = (JsonArray)(await hub.Get("/api/v1/findings?machine=pump-1&from=2026-11-10T00:00:00Z&to=2026-11-11T00:00:00Z"))["findings"]!;
        Assert.That(findings.Select(found => ((string?)found!["kind"], (string?)found["point"])), Is.EqualTo(new[] { ("unbalance", "pump-1-de"), ("noFault", null) }));
        await Refused(HttpMethod.Post, "/api/v1/plant/machines/none/findings", """{"kind":"noFault"}""", "PlantItemNotFound");
    }

    [Test]
    public async Task An_export_is_an_import()
    {
        await BuildTree();
        var export = (await hub.Get("/api/v1/plant/export")).ToJsonString();
        var (_, same) = await hub.Send(HttpMethod.Post, "/api/v1/plant/import?dryRun=true", export);
        Assert.That(((int?)same!["created"], (int?)same["updated"], (int?)same["unchanged"]), Is.EqualTo((0, 0, 5)));
        await using var other = await HubFixture.Start();
        var (_, dry) = await other.Send(HttpMethod.Post, "/api/v1/plant/import?dryRun=true", export);
        Assert.That(((int?)dry!["created"], ((JsonArray)(await other.Get("/api/v1/plant/sites"))).Count), Is.EqualTo((5, 0)), "a dry run writes nothing");
        await other.Send(HttpMethod.Post, "/api/v1/plant/import", export);
        Assert.That((await other.Get("/api/v1/plant/export")).ToJsonString(), Is.EqualTo(export));
    }

    [Test]
    public async Task An_import_says_what_is_wrong_in_which_line_and_writes_all_or_nothing()
    {
        const string Text = """
            {"sites":[{"id":"plant","lines":[
              {"id":"line-1","machines":[
                {"id":"pump 1","isoGroup":2,
                 "points":[{"id":"p1","colour":"red"}]},
                {"id":"pump-2","isoGroup":9},
                {"id":"pump-2"}
              ]}]}]}
            """;
        var (_, dry) = await hub.Send(HttpMethod.Post, "/api/v1/plant/import?dryRun=true", Text);
        Assert.That(((JsonArray)dry!["errors"]!).Select(error => (int)error!["line"]!), Is.EqualTo(new[] { 3, 4, 5 }), dry.ToJsonString());
        await Refused(HttpMethod.Post, "/api/v1/plant/import", Text, "PlantImportRefused");
        Assert.That((JsonArray)await hub.Get("/api/v1/plant/sites"), Is.Empty);
        (_, dry) = await hub.Send(HttpMethod.Post, "/api/v1/plant/import?dryRun=true", "{\n \"sites\":[\n {]}");
        Assert.That((int?)dry!["errors"]![0]!["line"], Is.EqualTo(3));
        (_, dry) = await hub.Send(HttpMethod.Post, "/api/v1/plant/import?dryRun=true", "{\"sites\":[{\"id\":\"a\",\n\"id\":\"b\"}]}");
        Assert.That((int?)dry!["errors"]![0]!["line"], Is.EqualTo(2), "twice the same name");
    }

    private async Task BuildTree()
    {
        await Put("sites/plant", """{"name":"Plant"}""");
        await Put("lines/line-1", """{"name":"Line 1","site":"plant"}""");
        await Put("machines/pump-1", """{"name":"Cooling pump","line":"line-1","class":"pump","isoGroup":2,"isoSupport":"rigid","shaftSpeedMinimumMilliHertz":20000,"shaftSpeedMaximumMilliHertz":30000,"bearing":"6205"}""");
        await Put("points/pump-1-de", """{"name":"Drive end","machine":"pump-1","position":"drive end","axes":{"x":"horizontal","y":"vertical"}}""");
        await Put("points/pump-1-nde", """{"name":"Other end","machine":"pump-1"}""");
    }

    private async Task Put(string path, string body)
    {
        var (response, answer) = await hub.Send(HttpMethod.Put, $"/api/v1/plant/{path}", body);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), answer?.ToJsonString());
    }

    private async Task Assign(string point, string deviceId)
    {
        await hub.Register(deviceId);
        var (response, answer) = await hub.Send(HttpMethod.Put, $"/api/v1/plant/points/{point}/node", $$"""{"deviceId":"{{deviceId}}"}""");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), answer?.ToJsonString());
    }

    private Task Alarm(string deviceId, string id, string alarm, string state) =>
        hub.Tell(deviceId, "alarm", $$"""{"id":"{{id}}","alarm":"{{alarm}}","state":"{{state}}"}""");

    private async Task Refused(HttpMethod method, string path, string? body, string name, string? ifMatch = null)
    {
        var (response, answer) = await hub.Send(method, path, body, ifMatch);
        Assert.That(response.Headers.TryGetValues("iothub-errorcode", out var names) ? string.Join(',', names) : answer?.ToJsonString(), Is.EqualTo(name));
    }
}
