using System.Diagnostics;
using System.Text.Json.Nodes;
using DeviceTwin.Tests.Hub.Gateway;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>
/// The unmodified npm package azure-iothub, on port 443, against one hub for the fixture; each test takes device ids of its own.
/// Where the port or the package cannot be had the tests are skipped.
/// </summary>
[TestFixture]
public sealed class NodeServiceSdkTests
{
    private HubFixture hub = null!;
    private ServiceSession sdk = null!;
    private OutsideProgram device = null!;
    private Task<string> unanswered = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        hub = await StandardPort.Start();
        sdk = ServiceSession.Start(hub);
        device = await Device("d-1");
        await device.Ask("method reboot", "method listening");
        await device.Ask("method fail 418", "method listening");

        // The client says that it listens before its SUBSCRIBE is here: this call waits for that.
        await Invoke("""["d-1",{"methodName":"reboot","connectTimeoutInSeconds":20}]""");

        // The shortest time to wait for an answer is 5 s: the other tests run meanwhile.
        unanswered = sdk.Try("client.invokeDeviceMethod", """["d-1",{"methodName":"nobody","responseTimeoutInSeconds":5}]""");
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (device is not null)
        {
            await device.DisposeAsync();
        }

        if (sdk is not null)
        {
            await sdk.DisposeAsync();
        }

        if (hub is not null)
        {
            await hub.DisposeAsync();
        }
    }

    [Test]
    public async Task RE1_Device_identities_are_created_updated_listed_and_deleted()
    {
        JsonNode made = (await sdk.Call("registry.create", """[{"deviceId":"r-1"}]"""))!;
        string key = (string)made["authentication"]!["symmetricKey"]!["primaryKey"]!;
        Assert.That(Convert.FromBase64String(key), Has.Length.GreaterThanOrEqualTo(32), "the package sends empty keys, and the hub makes some");
        Assert.That(((string?)made["status"], (string?)made["connectionState"], (string?)made["authentication"]!["type"]), Is.EqualTo(("enabled", "Disconnected", "sas")));
        Assert.That((string?)made["lastActivityTime"], Is.EqualTo("0001-01-01T00:00:00Z"));
        await sdk.Refused("registry.create", """[{"deviceId":"r-1"}]""", "DeviceAlreadyExistsError", "r-1");
        await sdk.Refused("registry.get", """["r-none"]""", "DeviceNotFoundError", "r-none");

        // Without authentication the package sends empty keys again: those that there are stay.
        JsonNode disabled = (await sdk.Call("registry.update", """[{"deviceId":"r-1","status":"disabled"}]"""))!;
        Assert.That(((string?)disabled["status"], (string?)disabled["authentication"]!["symmetricKey"]!["primaryKey"]), Is.EqualTo(("disabled", key)));
        Assert.That((string?)disabled["etag"], Is.Not.EqualTo((string?)made["etag"]));
        string own = Convert.ToBase64String(new byte[32]);
        JsonNode rekeyed = (await sdk.Call(
            "registry.update", $$$"""[{"deviceId":"r-1","status":"enabled","authentication":{"symmetricKey":{"primaryKey":"{{{own}}}","secondaryKey":"{{{key}}}"} } }]"""))!;
        Assert.That(rekeyed["authentication"]!["symmetricKey"]!.ToJsonString(), Is.EqualTo(new JsonObject { ["primaryKey"] = own, ["secondaryKey"] = key }.ToJsonString()));
        Assert.That((await sdk.Call("registry.get", """["r-1"]"""))!.ToJsonString(), Is.EqualTo(rekeyed.ToJsonString()));
        await sdk.Refused("registry.update", """[{"deviceId":"r-none"}]""", "DeviceNotFoundError", "r-none");

        JsonNode signed = (await sdk.Call(
            "registry.create", $$$"""[{"deviceId":"r-x","authentication":{"x509Thumbprint":{"primaryThumbprint":"{{{new string('A', 40)}}}"} } }]"""))!;
        Assert.That(((string?)signed["authentication"]!["type"], (string?)signed["authentication"]!["symmetricKey"]!["primaryKey"]), Is.EqualTo(("selfSigned", (string?)null)));
        JsonArray all = (await sdk.Call("registry.list", "[]"))!.AsArray();
        Assert.That(all.Select(one => (string?)one!["deviceId"]), Is.SupersetOf(new[] { "r-1", "r-x" }));
        Assert.That(await sdk.Call("registry.delete", """["r-1"]"""), Is.Null);
        await sdk.Refused("registry.get", """["r-1"]""", "DeviceNotFoundError", "r-1");
        await sdk.Refused("registry.delete", """["r-1"]""", "DeviceNotFoundError", "r-1");
    }

    [Test]
    public async Task RE1_TW5_Twins_are_read_and_patched_and_a_stale_etag_is_refused()
    {
        await sdk.Call("registry.create", """[{"deviceId":"t-1"}]""");
        JsonNode fresh = (await sdk.Call("twins.hold", """["t-1"]"""))!;
        JsonNode patched = (await sdk.Call("registry.updateTwin", """["t-1",{"tags":{"site":"A"},"properties":{"desired":{"interval":5}}},"*"]"""))!;
        Assert.That(((int?)patched["properties"]!["desired"]!["interval"], (int?)patched["properties"]!["desired"]!["$version"]), Is.EqualTo(((int?)5, (int?)2)));
        Assert.That((string?)patched["properties"]!["desired"]!["$metadata"]!["interval"]!["$lastUpdated"], Does.EndWith("Z"));

        // The twin that was handed out before still has its etag.
        await sdk.Refused("twins.update", """["t-1",{"tags":{"site":"B"}}]""", "InvalidEtagError", "ETag");
        await sdk.Refused("registry.updateTwin", $$"""["t-1",{"tags":{"site":"B"} },"{{fresh["etag"]}}"]""", "InvalidEtagError", "ETag");
        await sdk.Call("twins.get", """["t-1"]""");
        JsonNode updated = (await sdk.Call("twins.update", """["t-1",{"tags":{"site":"B"},"properties":{"desired":{"interval":null,"cfg":{"a":1}}}}]"""))!;
        Assert.That((string?)updated["tags"]!["site"], Is.EqualTo("B"));
        Assert.That((updated["properties"]!["desired"]!["interval"], (int?)updated["properties"]!["desired"]!["cfg"]!["a"]), Is.EqualTo(((JsonNode?)null, (int?)1)));
        await sdk.Refused("registry.getTwin", """["t-none"]""", "DeviceNotFoundError", "t-none");
        await sdk.Refused("registry.updateTwin", """["t-1",{"tags":{"a.b":1}},"*"]""", "ArgumentError", "a.b");
    }

    [Test]
    public async Task RE1_RE2_Identities_in_bulk()
    {
        Assert.That((await sdk.Call("registry.addDevices", """[[{"deviceId":"b-1"},{"deviceId":"b-2","status":"disabled"},{"deviceId":"b-3"}]]"""))!.ToJsonString(),
            Is.EqualTo("""{"isSuccessful":true,"errors":[],"warnings":[]}"""));
        JsonNode second = (await sdk.Call("registry.get", """["b-2"]"""))!;
        Assert.That((string?)second["status"], Is.EqualTo("disabled"));
        await sdk.Call("registry.updateDevices", """[[{"deviceId":"b-2","status":"enabled"}],true]""");
        JsonNode enabled = (await sdk.Call("registry.get", """["b-2"]"""))!;
        Assert.That((string?)enabled["status"], Is.EqualTo("enabled"));
        Assert.That(enabled["authentication"]!.ToJsonString(), Is.EqualTo(second["authentication"]!.ToJsonString()), "keys are kept");

        // Azure answers 400 where one of them fails, which the package makes an error of its own.
        await sdk.Refused("registry.updateDevices", $$"""[[{"deviceId":"b-2","etag":"{{second["etag"]}}"}],false]""", "ArgumentError", "1 of 1 identities failed: errors has each with its reason. The others are done.");
        await sdk.Refused("registry.addDevices", """[[{"deviceId":"b-1"},{"deviceId":"b-4"}]]""", "ArgumentError", "1 of 2");
        await sdk.Call("registry.get", """["b-4"]""");
        await sdk.Call("registry.updateDevices", $$"""[[{"deviceId":"b-2","etag":"{{enabled["etag"]}}"}],false]""");
        await sdk.Call("registry.removeDevices", """[[{"deviceId":"b-1"},{"deviceId":"b-2"},{"deviceId":"b-3"},{"deviceId":"b-4"}],true]""");
        await sdk.Refused("registry.get", """["b-1"]""", "DeviceNotFoundError", "b-1");
    }

    [Test]
    public async Task RE1_Modules_and_their_twins()
    {
        await sdk.Call("registry.create", """[{"deviceId":"m-1"}]""");
        JsonNode made = (await sdk.Call("registry.addModule", """[{"deviceId":"m-1","moduleId":"camera"}]"""))!;
        Assert.That(((string?)made["deviceId"], (string?)made["moduleId"], (string?)made["authentication"]!["type"]), Is.EqualTo(("m-1", "camera", "sas")));
        await sdk.Refused("registry.addModule", """[{"deviceId":"m-1","moduleId":"camera"}]""", "DeviceAlreadyExistsError", "camera");
        await sdk.Call("registry.addModule", """[{"deviceId":"m-1","moduleId":"motor"}]""");
        Assert.That((await sdk.Call("registry.getModule", """["m-1","camera"]"""))!.ToJsonString(), Is.EqualTo(made.ToJsonString()));
        Assert.That((await sdk.Call("registry.getModulesOnDevice", """["m-1"]"""))!.AsArray().Select(one => (string?)one!["moduleId"]), Is.EqualTo(new[] { "camera", "motor" }));
        JsonNode managed = (await sdk.Call(
            "registry.updateModule", $$"""[{"deviceId":"m-1","moduleId":"camera","managedBy":"me","etag":"{{made["etag"]}}"}]"""))!;
        Assert.That(((string?)managed["managedBy"], managed["authentication"]!.ToJsonString()), Is.EqualTo(("me", made["authentication"]!.ToJsonString())));
        await sdk.Refused("registry.updateModule", $$"""[{"deviceId":"m-1","moduleId":"camera","etag":"{{made["etag"]}}"}]""", "InvalidEtagError", "ETag");
        await sdk.Call("registry.updateModule", """[{"deviceId":"m-1","moduleId":"camera"},true]""");

        await sdk.Call("twins.hold", """["m-1","camera"]""");
        JsonNode twin = (await sdk.Call("registry.updateModuleTwin", """["m-1","camera",{"tags":{"a":1},"properties":{"desired":{"fps":25}}},"*"]"""))!;
        Assert.That(((string?)twin["moduleId"], (int?)twin["properties"]!["desired"]!["fps"]), Is.EqualTo(("camera", (int?)25)));
        await sdk.Refused("twins.update", """["m-1/camera",{"tags":{"a":2}}]""", "InvalidEtagError", "ETag");
        await sdk.Call("twins.get", """["m-1/camera"]""");
        Assert.That((int?)(await sdk.Call("twins.update", """["m-1/camera",{"tags":{"a":2}}]"""))!["tags"]!["a"], Is.EqualTo(2));
        Assert.That((await sdk.Call("registry.getTwin", """["m-1"]"""))!["tags"]!.ToJsonString(), Is.EqualTo("{}"), "the device's twin is another");

        // The package tells no other 404 from a device's.
        await sdk.Refused("registry.getModule", """["m-1","none"]""", "Error", "Not found");
        await sdk.Refused("registry.getModuleTwin", """["m-1","none"]""", "Error", "Not found");
        await sdk.Refused("registry.getModule", """["m-none","camera"]""", "DeviceNotFoundError", "m-none");
        await sdk.Refused("registry.removeModule", $$"""[{"deviceId":"m-1","moduleId":"camera","etag":"{{made["etag"]}}"}]""", "InvalidEtagError", "ETag");
        Assert.That(await sdk.Call("registry.removeModule", """["m-1","camera"]"""), Is.Null);
        Assert.That((await sdk.Call("registry.getModulesOnDevice", """["m-1"]"""))!.AsArray(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task RE1_Statistics_count_devices()
    {
        JsonNode before = (await sdk.Call("registry.getRegistryStatistics", "[]"))!;
        await sdk.Call("registry.addDevices", """[[{"deviceId":"s-1"},{"deviceId":"s-2","status":"disabled"}]]""");
        JsonNode after = (await sdk.Call("registry.getRegistryStatistics", "[]"))!;
        Assert.That(
            new[] { "totalDeviceCount", "enabledDeviceCount", "disabledDeviceCount" }.Select(name => (int)after[name]! - (int)before[name]!), Is.EqualTo(new[] { 2, 1, 1 }));
    }

    [Test]
    public async Task QL1_QL3_QL4_Queries_page_to_the_end_as_twins_and_as_rows()
    {
        await sdk.Call("registry.addDevices", $"[[{string.Join(',', Enumerable.Range(0, 7).Select(index => $$"""{"deviceId":"q-{{index}}"}"""))}]]");
        for (int index = 0; index < 7; index++)
        {
            await sdk.Call("registry.updateTwin", $$"""["q-{{index}}",{"tags":{"line":"{{(index < 5 ? "a" : "b")}}","load":{{index}} } },"*"]""");
        }

        const string Mine = "STARTSWITH(deviceId, 'q-')";
        JsonArray twins = (await sdk.Call("pages.twins", $"""["SELECT * FROM devices WHERE {Mine}",3]"""))!.AsArray();
        Assert.That(twins.Select(page => page!.AsArray().Count), Is.EqualTo(new[] { 3, 3, 1 }));
        Assert.That(twins.SelectMany(page => page!.AsArray()).Select(twin => (string?)twin!["deviceId"]), Is.EqualTo(Enumerable.Range(0, 7).Select(index => $"q-{index}")));
        JsonArray rows = (await sdk.Call("pages.raw", $"""["registry","createQuery","SELECT deviceId, tags.load FROM devices WHERE {Mine} AND tags.line IN ['a']",2]"""))!.AsArray();
        Assert.That(rows.Select(page => page!.AsArray().Count), Is.EqualTo(new[] { 2, 2, 1 }));
        Assert.That(rows[2]![0]!.ToJsonString(), Is.EqualTo("""{"deviceId":"q-4","load":4}"""));
        await Answers("SELECT tags.line AS line, COUNT() AS n, SUM(tags.load) AS load, MAX(tags.load) AS most FROM devices WHERE " + Mine + " GROUP BY tags.line",
            """[{"line":"a","n":5,"load":10,"most":4},{"line":"b","n":2,"load":11,"most":6}]""");
        await Answers($"SELECT TOP 2 deviceId FROM devices WHERE {Mine}", """[{"deviceId":"q-0"},{"deviceId":"q-1"}]""");
        await Answers($"SELECT COUNT() AS n FROM devices WHERE {Mine} AND connectionState = 'Disconnected'", """[{"n":7}]""");
        await Answers("SELECT * FROM devices.modules WHERE deviceId = 'q-none'", "[]");
        await sdk.Refused("pages.raw", """["registry","createQuery","SELECT * FROM nowhere"]""", "ArgumentError", "nowhere");

        async Task Answers(string query, string expected) =>
            Assert.That((await sdk.Call("pages.raw", $"""["registry","createQuery","{query}"]"""))!.AsArray().Single()!.ToJsonString(), Is.EqualTo(expected));
    }

    [Test]
    public async Task CF1_Configurations_are_made_changed_counted_and_removed()
    {
        await sdk.Call("registry.addDevices", """[[{"deviceId":"c-1"},{"deviceId":"c-2"}]]""");
        await sdk.Call("registry.updateTwin", """["c-1",{"tags":{"c":"in"}},"*"]""");
        JsonNode made = (await sdk.Call(
            "registry.addConfiguration",
            """
            [{"id":"c-vib","content":{"deviceContent":{"properties.desired.vib":{"rate":100}}},"targetCondition":"tags.c='in'","priority":10,"labels":{"v":"1"},
              "metrics":{"queries":{"ok":"SELECT deviceId FROM devices WHERE properties.desired.vib.rate=100 AND STARTSWITH(deviceId, 'c-')"}}}]
            """))!;
        Assert.That(((string?)made["schemaVersion"], (int?)made["priority"], (string?)made["labels"]!["v"]), Is.EqualTo(("1.0", (int?)10, "1")));
        JsonNode? applied = await Desired("c-1", "vib");
        Assert.That(applied?.ToJsonString(), Is.EqualTo("""{"rate":100}"""));
        Assert.That(await Desired("c-2", "vib"), Is.Null);
        JsonNode counted = (await sdk.Call("registry.getConfiguration", """["c-vib"]"""))!;
        Assert.That(((int?)counted["systemMetrics"]!["results"]!["targetedCount"], (int?)counted["systemMetrics"]!["results"]!["appliedCount"]), Is.EqualTo(((int?)1, (int?)1)));
        Assert.That((await sdk.Call("registry.getConfigurations", "[]"))!.AsArray().Select(one => (string?)one!["id"]), Does.Contain("c-vib"));
        Assert.That((int?)counted["metrics"]!["results"]!["ok"], Is.EqualTo(1), "what one's own query selects");
        await sdk.Refused("registry.addConfiguration", """[{"id":"C-Upper","content":{"deviceContent":{}},"targetCondition":"*","priority":1}]""", "ArgumentError", "C-Upper");
        await sdk.Refused("registry.addConfiguration", """[{"id":"c-wrong","content":{"deviceContent":{}},"targetCondition":"tags.c =","priority":1}]""", "ArgumentError", "column 9");

        // A change of the target takes its settings from who left; a stale etag changes nothing.
        counted["targetCondition"] = "deviceId = 'c-2'";
        JsonNode moved = (await sdk.Call("registry.updateConfiguration", $"[{counted.ToJsonString()}]"))!;
        Assert.That((string?)moved["etag"], Is.Not.EqualTo((string?)made["etag"]));
        await sdk.Refused("registry.updateConfiguration", $"[{counted.ToJsonString()}]", "InvalidEtagError", "ETag");
        await sdk.Call("registry.updateConfiguration", $"[{counted.ToJsonString()},true]");
        Assert.That((await Desired("c-1", "vib"), (await Desired("c-2", "vib"))?.ToJsonString()), Is.EqualTo(((JsonNode?)null, """{"rate":100}""")));
        Assert.That(await sdk.Call("registry.removeConfiguration", """["c-vib"]"""), Is.Null);
        Assert.That(await Desired("c-2", "vib"), Is.Null);
        await sdk.Refused("registry.getConfiguration", """["c-vib"]""", "Error", "Not found");

        // Content for one device is applied once, under no configuration.
        Assert.That(await sdk.Call("registry.applyConfigurationContentOnDevice", """["c-2",{"deviceContent":{"properties.desired.once":7}}]"""), Is.Null);
        Assert.That((int?)await Desired("c-2", "once"), Is.EqualTo(7));
        await sdk.Refused("registry.applyConfigurationContentOnDevice", """["c-none",{"deviceContent":{"properties.desired.once":7}}]""", "DeviceNotFoundError", "c-none");

        // Azure's reconciler takes minutes; here the answer comes when it is done.
        async Task<JsonNode?> Desired(string id, string name) => (await sdk.Call("registry.getTwin", $"""["{id}"]"""))!["properties"]!["desired"]![name];
    }

    [Test]
    public async Task RE3_ME1_ME5_A_devices_answer_and_its_own_status_reach_the_caller()
    {
        Assert.That(await Invoke("""["d-1",{"methodName":"reboot","payload":{"delay":3},"responseTimeoutInSeconds":20}]"""), Is.EqualTo("""{"status":200,"payload":{"got":{"delay":3}}}"""));
        Assert.That(await Invoke("""["d-1",{"methodName":"reboot"}]"""), Is.EqualTo("""{"status":200,"payload":{"got":null}}"""), "no payload is null, and 30 s are the package's own time");
        Assert.That(await Invoke("""["d-1",{"methodName":"fail","payload":"x"}]"""), Is.EqualTo("""{"status":418,"payload":{"got":"x"}}"""), "an error of the device is no error of the call");
    }

    [Test]
    public async Task RE3_ME1_A_modules_answer()
    {
        await sdk.Call("registry.create", """[{"deviceId":"mm-1"}]""");
        string key = (string)(await sdk.Call("registry.addModule", """[{"deviceId":"mm-1","moduleId":"camera"}]"""))!["authentication"]!["symmetricKey"]!["primaryKey"]!;
        await using OutsideProgram module = OutsideProgram.Node(
            "module-session.js", "azure-iot-device-mqtt", $"HostName=localhost:{hub.MqttPort};DeviceId=mm-1;ModuleId=camera;SharedAccessKey={key}", hub.AuthorityFile);
        await module.Ask("open", "open");
        await module.Ask("method focus", "method listening");
        Assert.That(await Invoke("""["mm-1","camera",{"methodName":"focus","payload":[1,2],"connectTimeoutInSeconds":20}]"""), Is.EqualTo("""{"status":200,"payload":{"got":[1,2]}}"""));
        await sdk.Refused("client.invokeDeviceMethod", """["mm-1","none",{"methodName":"focus"}]""", "Error", "Not found");
        await sdk.Refused("client.invokeDeviceMethod", """["mm-1",{"methodName":"focus"}]""", "Error", "Not found");
    }

    [Test]
    public async Task RE3_ME2_A_device_that_is_not_there_is_not_found()
    {
        await sdk.Call("registry.create", """[{"deviceId":"off-1"}]""");
        await sdk.Refused("client.invokeDeviceMethod", """["off-1",{"methodName":"reboot"}]""", "Error", "Not found");
        await sdk.Refused("client.invokeDeviceMethod", """["off-none",{"methodName":"reboot"}]""", "DeviceNotFoundError", "off-none");
        await sdk.Refused("client.invokeDeviceMethod", """["off-1",{"methodName":"reboot","responseTimeoutInSeconds":4}]""", "ArgumentError", "5 to 300");
    }

    [Test]
    public async Task RE3_ME3_No_answer_in_time_is_a_time_out_of_the_gateway() =>
        Assert.That(await unanswered, Does.StartWith("error GatewayTimeoutError: "));

    [Test]
    public async Task RE4_Refusals_are_the_packages_classes()
    {
        await using ServiceSession stranger = ServiceSession.Start(hub, "registryRead");
        await stranger.Refused("registry.getTwin", """["d-1"]""", "UnauthorizedError", "registryRead");
        await stranger.Refused("registry.create", """[{"deviceId":"e-1"}]""", "UnauthorizedError", "registryRead");
        await sdk.Refused("registry.create", """[{"deviceId":"e/1"}]""", "ArgumentError", "e/1");
        await sdk.Refused("registry.create", """[{"deviceId":"e-1","status":"asleep"}]""", "ArgumentError", "asleep");
        await sdk.Refused("registry.getConfiguration", """["e-none"]""", "Error", "Not found");
        await sdk.Refused("registry.updateTwin", $$"""["d-1",{"tags":{"big":"{{new string('x', 5000)}}"} },"*"]""", "ArgumentError", "4096");
    }

    [Test]
    public async Task JO1_A_job_writes_twins()
    {
        await sdk.Call("registry.addDevices", """[[{"deviceId":"j-1"},{"deviceId":"j-2"}]]""");
        JsonNode asked = (await sdk.Call(
            "jobs.scheduleTwinUpdate", """["jt-1","deviceId IN ['j-1','j-2']",{"etag":"*","tags":{"x":1},"properties":{"desired":{"rate":5}}},{"date":"2020-01-01T00:00:00Z"},60]"""))!;
        Assert.That(((string?)asked["jobId"], (string?)asked["type"], (string?)asked["status"]), Is.EqualTo(("jt-1", "scheduleUpdateTwin", "queued")));
        JsonNode done = await Ended("jt-1");
        Assert.That((string?)done["status"], Is.EqualTo("completed"));
        Assert.That(done["deviceJobStatistics"]!.ToJsonString(), Is.EqualTo("""{"deviceCount":2,"failedCount":0,"succeededCount":2,"runningCount":0,"pendingCount":0}"""));
        JsonNode twin = (await sdk.Call("registry.getTwin", """["j-2"]"""))!;
        Assert.That(((int?)twin["tags"]!["x"], (int?)twin["properties"]!["desired"]!["rate"]), Is.EqualTo(((int?)1, (int?)5)));
        await sdk.Refused("jobs.scheduleTwinUpdate", """["jt-1","deviceId = 'j-1'",{"etag":"*","tags":{"x":2}},{"date":"2020-01-01T00:00:00Z"},60]""", "DeviceAlreadyExistsError", "jt-1");
        await sdk.Refused("jobs.scheduleTwinUpdate", """["jt-2","deviceId =",{"etag":"*","tags":{"x":2}},{"date":"2020-01-01T00:00:00Z"},60]""", "ArgumentError", "column");
        await sdk.Refused("jobs.getJob", """["jt-none"]""", "Error", "Not found");
    }

    [Test]
    public async Task JO1_QL4_A_job_calls_methods_and_says_of_each_device_what_came_of_it()
    {
        await sdk.Call("registry.create", """[{"deviceId":"j-off"}]""");
        await sdk.Call(
            "jobs.scheduleDeviceMethod", """["jm-1","deviceId IN ['d-1','j-off']",{"methodName":"fail","payload":{"a":1},"responseTimeoutInSeconds":20},{"date":"2020-01-01T00:00:00Z"},60]""");
        JsonNode done = await Ended("jm-1");
        Assert.That(done["deviceJobStatistics"]!.ToJsonString(), Is.EqualTo("""{"deviceCount":2,"failedCount":1,"succeededCount":1,"runningCount":0,"pendingCount":0}"""));
        JsonArray pages = (await sdk.Call("pages.raw", """["registry","createQuery","SELECT * FROM devices.jobs WHERE devices.jobs.jobId = 'jm-1'",1]"""))!.AsArray();
        JsonNode?[] rows = [.. pages.SelectMany(page => page!.AsArray())];
        Assert.That(rows.Select(row => $"{row!["deviceId"]} {row["status"]}"), Is.EqualTo(new[] { "d-1 completed", "j-off failed" }));
        Assert.That(rows[0]!["outcome"]!["deviceMethodResponse"]!.ToJsonString(), Is.EqualTo("""{"status":418,"payload":{"got":{"a":1}}}"""));
    }

    [Test]
    public async Task JO1_A_job_is_cancelled_before_its_time_and_jobs_are_listed_page_by_page()
    {
        string later = DateTime.UtcNow.AddHours(1).ToString("O");
        foreach (int number in new[] { 1, 2, 3 })
        {
            await sdk.Call("jobs.scheduleTwinUpdate", $$"""["jc-{{number}}","deviceId = 'j-none'",{"etag":"*","tags":{"x":1} },{"date":"{{later}}"},60]""");
            JsonNode cancelled = (await sdk.Call("jobs.cancelJob", $"""["jc-{number}"]"""))!;
            Assert.That((string?)cancelled["status"], Is.EqualTo("cancelled"));
        }

        JsonArray pages = (await sdk.Call("pages.raw", """["jobs","createQuery","scheduleUpdateTwin","cancelled",2]"""))!.AsArray();
        Assert.That(pages.Select(page => page!.AsArray().Count), Is.EqualTo(new[] { 2, 1 }));
        Assert.That(pages.SelectMany(page => page!.AsArray()).Select(job => (string?)job!["jobId"]), Is.EquivalentTo(new[] { "jc-1", "jc-2", "jc-3" }));
        await sdk.Refused("jobs.cancelJob", """["jc-none"]""", "Error", "Not found");
    }

    [Test]
    public async Task RE4_What_this_hub_does_not_do_says_what_does()
    {
        // 501 is no class of the package's.
        await sdk.Refused("registry.importDevicesFromBlob", """["https://in","https://out"]""", "Error", "POST /devices");
        await sdk.Refused("registry.exportDevicesToBlob", """["https://out",true]""", "Error", "GET /devices");
        await sdk.Refused("registry.listJobs", "[]", "Error", "/jobs/v2");
        await sdk.Refused("registry.getJob", """["imp1"]""", "Error", "/jobs/v2");
        await sdk.Refused("registry.cancelJob", """["imp1"]""", "Error", "/jobs/v2");
    }

    /// <summary>Asks until the job has nothing more to do.</summary>
    private async Task<JsonNode> Ended(string job)
    {
        var patience = Stopwatch.StartNew();
        while (true)
        {
            JsonNode now = (await sdk.Call("jobs.getJob", $"""["{job}"]"""))!;
            if ((string?)now["status"] is "completed" or "failed" or "cancelled" || patience.Elapsed > GatewayHost.Patience)
            {
                return now;
            }
        }
    }

    private async Task<string> Invoke(string arguments) => (await sdk.Call("client.invokeDeviceMethod", arguments))!.ToJsonString();

    private async Task<OutsideProgram> Device(string id)
    {
        string key = (string)(await sdk.Call("registry.create", $$"""[{"deviceId":"{{id}}"}]"""))!["authentication"]!["symmetricKey"]!["primaryKey"]!;
        OutsideProgram node = OutsideProgram.Node(
            "gateway-session.js", "azure-iot-device-mqtt", $"HostName=localhost:{hub.MqttPort};DeviceId={id};SharedAccessKey={key}", hub.AuthorityFile);
        await node.Ask("open", "open");
        return node;
    }
}
