using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Alarms;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Alarms;
using DeviceTwin.Tests.Hub.Gateway;
using DeviceTwin.Tests.Hub.Rest;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceTwin.Tests.Hub.Alarms;

/// <summary>Alarms from the wire to whoever asks.</summary>
public sealed class AlarmTests : RestTests
{
    private const string NodeModel = "dtmi:com:devicetwin:vibrationNode;1";

    [Test]
    public async Task An_alarm_sent_over_MQTT_is_a_row_when_it_is_confirmed()
    {
        await using var wire = await Connect("wired");
        await Send(wire, "wired", 1, Body("1-100-outer-1", "outer", "raised"));
        var row = await Hub.Get("/api/v1/alarms/wired~1-100-outer-1");
        Assert.That(((string?)row["state"], (string?)row["alarm"], (string?)row["verdict"], (string?)row["zone"]), Is.EqualTo(("raised", "outer", "outer", "B")));
        Assert.That(((long?)row["capture"], (string?)row["settingsHash"], (string?)row["fingerprint"]), Is.EqualTo((12L, "9f2c", "dt-1+9f2c")));
        Assert.That((string?)row["raisedAt"], Does.EndWith("Z"));
        Assert.That((string?)row["nodeAt"], Is.EqualTo("2026-11-22T08:00:00.0000000Z"));
        Assert.That(row["waveforms"]!.ToJsonString(), Is.EqualTo($"[\"{new string('a', 64)}\"]"));
        var kept = (JsonArray)await Hub.Get("/api/v1/devices/wired/telemetry?kind=alarm");
        Assert.That((string?)kept[0]!["body"]!["id"], Is.EqualTo("1-100-outer-1"), "the message is part of the history as well");
    }

    [Test]
    public async Task However_often_and_in_whatever_order_there_is_one_row()
    {
        await using var wire = await Connect("often");
        foreach (var (state, packet) in new[] { ("cleared", 1), ("raised", 2), ("raised", 3), ("acknowledged", 4), ("cleared", 5) })
        {
            await Send(wire, "often", packet, Body("7-1-hot-1", "hot", state));
        }

        var alarms = (JsonArray)(await Hub.Get("/api/v1/alarms?device=often"))["alarms"]!;
        Assert.That(alarms.Select(row => ((string?)row!["nodeAlarmId"], (string?)row["state"], (string?)row["clearedReason"])), Is.EqualTo(new[] { ("7-1-hot-1", "cleared", "reset") }));
    }

    [TestCase("not json")]
    [TestCase("[1]")]
    [TestCase("""{"id":"a/b","alarm":"outer","state":"raised"}""")]
    [TestCase("""{"id":"a","alarm":"","state":"raised"}""")]
    [TestCase("""{"id":"a","alarm":"outer","state":"exploded"}""")]
    [TestCase("""{"id":"a","alarm":"out\ud800","state":"raised"}""")]
    public async Task What_is_no_alarm_stays_a_message_and_is_counted(string body)
    {
        var id = "bad-" + TestContext.CurrentContext.Test.ID.Replace('.', '-');
        await using var wire = await Connect(id);
        var before = (long)(await Hub.Get("/api/v1/alarms/counts"))["unreadable"]!;
        await Send(wire, id, 1, body);
        await Send(wire, id, 2, Body("x", "outer", "raised"));
        Assert.That((long)(await Hub.Get("/api/v1/alarms/counts"))["unreadable"]! - before, Is.EqualTo(1));
        Assert.That((JsonArray)await Hub.Get($"/api/v1/devices/{id}/telemetry?kind=alarm"), Has.Count.EqualTo(2), "and the connection went on");
    }

    [Test]
    public async Task A_device_of_another_make_needs_no_more_than_three_words()
    {
        await using var wire = await Connect("foreign");
        await Send(wire, "foreign", 1, """{"id":"door","alarm":"open","state":"raised","zone":7,"waveform":"none","capture":"x"}""");
        var row = await Hub.Get("/api/v1/alarms/foreign~door");
        Assert.That(((string?)row["alarm"], (string?)row["zone"], row["capture"]), Is.EqualTo(("open", default(string), default(JsonNode))));
    }

    [Test]
    public async Task Acknowledging_names_who_and_note_tells_the_node_and_is_done_once()
    {
        await using var wire = await Connect("seen", NodeModel);
        await Send(wire, "seen", 1, Body("1-1-outer-1", "outer", "raised"));
        var (response, row) = await Acknowledge("seen~1-1-outer-1", "bearing ordered", "ann");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(((string?)row!["state"], (string?)row["acknowledgedBy"], (string?)row["note"]), Is.EqualTo(("acknowledged", "rest/ann", "bearing ordered")));
        Assert.That(Generation("seen"), Is.EqualTo(1));

        (_, row) = await Acknowledge("seen~1-1-outer-1", "me too", "bob");
        Assert.That(((string?)row!["acknowledgedBy"], (string?)row["note"], Generation("seen")), Is.EqualTo(("rest/ann", "bearing ordered", 1L)));
        var audit = (JsonArray)await Hub.Get("/api/v1/devices/seen/audit");
        Assert.That(
            audit.Where(entry => (string?)entry!["action"] == "alarm.acknowledge").Select(entry => ((string?)entry!["author"], (string?)entry["path"], (string?)entry["value"])),
            Is.EqualTo(new[] { ("rest/ann", "seen~1-1-outer-1", "bearing ordered") }));
    }

    [Test]
    public async Task The_node_is_told_when_nothing_is_left_that_nobody_has_seen()
    {
        await using var wire = await Connect("two", NodeModel);
        await Send(wire, "two", 1, Body("1-1-outer-1", "outer", "raised"));
        await Send(wire, "two", 2, Body("1-1-hot-1", "hot", "raised"));
        await Acknowledge("two~1-1-outer-1", null, "ann");
        Assert.That(Generation("two"), Is.Null, "the node would acknowledge the other alarm, too, which nobody has seen");
        await Acknowledge("two~1-1-hot-1", null, "ann");
        Assert.That(Generation("two"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_device_of_another_make_is_not_told_what_it_does_not_understand()
    {
        await using var wire = await Connect("other", "dtmi:com:example:Thermostat;1");
        await Send(wire, "other", 1, Body("1", "hot", "raised"));
        await Acknowledge("other~1", null, "ann");
        Assert.That(Generation("other"), Is.Null);
        Assert.That((string?)(await Hub.Get("/api/v1/alarms/other~1"))["state"], Is.EqualTo("acknowledged"));
    }

    [Test]
    public async Task A_repeated_request_tells_a_node_again_that_has_forgotten()
    {
        await using var wire = await Connect("forgot", NodeModel);
        await Send(wire, "forgot", 1, Body("1-1-outer-1", "outer", "raised"));
        await Acknowledge("forgot~1-1-outer-1", null, "ann");
        await Acknowledge("forgot~1-1-outer-1", null, "ann");
        Assert.That(Generation("forgot"), Is.EqualTo(1), "it has not answered yet");
        await Report("forgot", """{"alarms":{"outer":true},"maintenance":{"acknowledgeGeneration":{"value":1,"ac":200,"av":2}}}""");
        await Acknowledge("forgot~1-1-outer-1", null, "ann");
        Assert.That(Generation("forgot"), Is.EqualTo(2));
        await Report("forgot", """{"acknowledgedAlarms":{"outer":true},"maintenance":{"acknowledgeGeneration":{"value":2,"ac":200,"av":3}}}""");
        await Acknowledge("forgot~1-1-outer-1", null, "ann");
        Assert.That(Generation("forgot"), Is.EqualTo(2), "now it shows it as seen");
    }

    [Test]
    public async Task A_node_that_the_end_of_the_hub_left_untold_is_told_at_the_next_start()
    {
        await using var own = await HubFixture.Start();
        await own.Fleet.PutIdentity(new DeviceIdentity("cut", "", "", true, "", "", default), null, "test", CancellationToken.None);
        await own.Fleet.SetConnected("cut", "1", NodeModel, CancellationToken.None);
        await own.Fleet.PatchReported("cut", (JsonObject)JsonNode.Parse("""{"alarms":{"outer":true}}""")!, null, CancellationToken.None);

        // What is durable when the process ends between the two writes of an acknowledgement.
        var store = own.Services.GetRequiredService<IHubStore>();
        var at = DateTimeOffset.UtcNow;
        await store.Write([new MergeAlarm(new AlarmDelivery.Told("cut", "1-1-outer-1", at, new AlarmEvidence("outer", AlarmEvent.Raised, at, null, null, null, null, null, null), null, []), (_, _) => { })]);
        await store.Write([new MergeAlarm(new AlarmDelivery.Acknowledged("cut", "1-1-outer-1", at, "ann", null), (_, _) => { })]);
        await own.Restart();
        Assert.That((long?)own.Fleet.FindTwin("cut")!.Desired.Properties["maintenance"]?["acknowledgeGeneration"], Is.EqualTo(1));
        await own.Restart();
        Assert.That((long?)own.Fleet.FindTwin("cut")!.Desired.Properties["maintenance"]?["acknowledgeGeneration"], Is.EqualTo(1), "and only once");
    }

    [Test]
    public async Task The_node_is_told_when_the_last_alarm_that_nobody_has_seen_ends_by_itself()
    {
        await using var wire = await Connect("alone", NodeModel);
        await Report("alone", """{"alarms":{"outer":true,"hot":true}}""");
        await Send(wire, "alone", 1, Body("1-1-outer-1", "outer", "raised"));
        await Send(wire, "alone", 2, Body("1-1-hot-1", "hot", "raised"));
        await Acknowledge("alone~1-1-outer-1", null, "ann");
        Assert.That(Generation("alone"), Is.Null);
        var told = new TaskCompletionSource();
        using var subscription = Hub.Fleet.Subscribe(happened =>
        {
            if (happened is FleetEvent.DesiredChanged { DeviceId: "alone" })
            {
                told.TrySetResult();
            }
        });
        await Send(wire, "alone", 3, Body("1-1-hot-1", "hot", "cleared"));
        await told.Task;
        Assert.That(Generation("alone"), Is.EqualTo(1));
    }

    [Test]
    public async Task Findings_are_attached_amended_and_become_labels()
    {
        await using var wire = await Connect("found");
        await Send(wire, "found", 1, Body("1-1-outer-1", "outer", "raised"));
        const string Path = "/api/v1/alarms/found~1-1-outer-1/findings";
        var (response, first) = await Hub.Send(HttpMethod.Post, Path, """{"kind":"outer","text":"spalled","foundAt":"2026-11-23T10:00:00Z","by":"Bob"}""", null, ("X-DeviceTwin-Author", "ann"));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        Assert.That(((string?)first!["by"], (string?)first["author"], (string?)first["foundAt"]), Is.EqualTo(("Bob", "rest/ann", "2026-11-23T10:00:00.0000000Z")));
        await Hub.Send(HttpMethod.Post, Path, $$"""{"kind":"noFault","text":"wrong machine","amends":{{first["number"]}}}""");
        var row = await Hub.Get("/api/v1/alarms/found~1-1-outer-1");
        Assert.That(row["labels"]!.ToJsonString(), Is.EqualTo("""["noFault"]"""));
        Assert.That(((JsonArray)row["findings"]!).Select(found => ((string?)found!["kind"], (bool?)found["amended"])), Is.EqualTo(new[] { ("outer", true), ("noFault", false) }));

        AssertRefused(await Hub.Send(HttpMethod.Post, Path, """{"kind":"broken"}"""), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "noFault");
        AssertRefused(await Hub.Send(HttpMethod.Post, Path, """{"kind":"outer","amends":9999}"""), HttpStatusCode.NotFound, "FindingNotFound", 404541);
        AssertRefused(await Hub.Send(HttpMethod.Post, Path, """{"kind":"outer","foundAt":"yesterday"}"""), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "foundAt");
    }

    [Test]
    public async Task Lists_come_in_pages_by_a_stable_key()
    {
        await using var wire = await Connect("paged");
        for (var number = 1; number <= 5; number++)
        {
            await Send(wire, "paged", number, Body($"a-{number}", $"word{number}", "raised"));
        }

        var names = new List<string>();
        var continuation = "";
        do
        {
            var page = await Hub.Get($"/api/v1/alarms?device=paged&limit=2{continuation}");
            names.AddRange(((JsonArray)page["alarms"]!).Select(row => (string)row!["nodeAlarmId"]!));
            continuation = page["continuation"] is { } next ? $"&continuation={next}" : "";
        }
        while (continuation.Length > 0);
        Assert.That(names, Is.EqualTo(new[] { "a-5", "a-4", "a-3", "a-2", "a-1" }));
        var raised = (JsonArray)(await Hub.Get("/api/v1/alarms?device=paged&state=active&alarm=word3"))["alarms"]!;
        Assert.That(raised.Select(row => (string?)row!["nodeAlarmId"]), Is.EqualTo(new[] { "a-3" }));
    }

    [TestCase("/api/v1/alarms?state=open", "raised, acknowledged, cleared or active")]
    [TestCase("/api/v1/alarms?from=now", "from")]
    [TestCase("/api/v1/alarms?continuation=x", "continuation")]
    public async Task Questions_that_cannot_be_meant_are_refused(string path, string saying)
    {
        AssertRefused(await Hub.Send(HttpMethod.Get, path), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, saying);
    }

    [Test]
    public async Task An_unknown_alarm_is_refused()
    {
        AssertRefused(await Hub.Send(HttpMethod.Get, "/api/v1/alarms/nobody~1"), HttpStatusCode.NotFound, "AlarmNotFound", 404540);
        AssertRefused(await Acknowledge("nobody~1", null, "ann"), HttpStatusCode.NotFound, "AlarmNotFound", 404540);
    }

    [Test]
    public async Task Deleting_a_device_ends_and_keeps_its_alarms()
    {
        await using var wire = await Connect("gone");
        await Send(wire, "gone", 1, Body("1-1-outer-1", "outer", "raised"));
        var ended = Changed("gone");
        await Hub.Send(HttpMethod.Delete, "/devices/gone");
        await ended.WaitAsync(GatewayHost.Patience);
        var row = await Hub.Get("/api/v1/alarms/gone~1-1-outer-1");
        Assert.That(((string?)row["state"], (string?)row["clearedReason"]), Is.EqualTo(("cleared", "deleted")));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task The_stream_begins_with_what_is_active_and_tells_every_change(CancellationToken cancellation)
    {
        await using var wire = await Connect("live");
        await Send(wire, "live", 1, Body("1-1-outer-1", "outer", "raised"));
        var response = await Hub.Http.GetAsync("/api/v1/alarms/events", HttpCompletionOption.ResponseHeadersRead, cancellation);
        Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("text/event-stream"));
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
        var (name, snapshot) = await Next(reader, cancellation);
        Assert.That(name, Is.EqualTo("snapshot"));
        Assert.That(((JsonArray)snapshot["active"]!).Select(row => (string?)row!["id"]), Does.Contain("live~1-1-outer-1"));
        await Send(wire, "live", 2, Body("1-1-outer-1", "outer", "cleared"));
        (name, var told) = await Next(reader, cancellation);
        while ((string?)told["deviceId"] != "live")
        {
            (name, told) = await Next(reader, cancellation);
        }

        Assert.That((name, (string?)told["id"], (string?)told["state"]), Is.EqualTo(("alarm", "live~1-1-outer-1", "cleared")));
    }

    [Test]
    public async Task Alarms_outlive_the_hub()
    {
        await using var own = await HubFixture.Start();
        await own.Register("stays");
        await own.Tell("stays", "alarm", Body("1-1-outer-1", "outer", "raised"));
        await own.Restart();
        Assert.That(own.Services.GetRequiredService<IAlarms>().Active().Select(row => row.Id), Is.EqualTo(new[] { "stays~1-1-outer-1" }));
        Assert.That((long?)(await own.Get("/api/v1/alarms/counts"))["raised"], Is.EqualTo(1));
        await own.Tell("stays", "alarm", Body("1-1-outer-1", "outer", "cleared"));
        Assert.That(own.Services.GetRequiredService<IAlarms>().Active(), Is.Empty);
    }

    private static string Body(string id, string alarm, string state) => $$"""
        {"id":"{{id}}","alarm":"{{alarm}}","state":"{{state}}","verdict":"{{alarm}}","zone":"B","capture":12,"settingsHash":"9f2c",
         "fingerprint":"dt-1+9f2c","waveform":["{{new string('A', 64)}}","short"],"at":1795334400}
        """;

    private async Task<Wire> Connect(string deviceId, string model = "dtmi:com:example:Thermostat;1")
    {
        await Hub.Register(deviceId);
        var identity = Hub.Fleet.FindIdentity(deviceId)!;
        var scope = $"localhost%2Fdevices%2F{deviceId}";
        var expiry = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(identity.PrimaryKey), Encoding.UTF8.GetBytes($"{scope}\n{expiry}")));
        var wire = await Wire.Dial(Hub.MqttPort, Hub.AuthorityFile);
        await wire.Send(new MqttConnect(
            deviceId,
            true,
            60,
            $"localhost/{deviceId}/?api-version=2021-04-12&model-id={Uri.EscapeDataString(model)}",
            Encoding.UTF8.GetBytes($"SharedAccessSignature sr={scope}&sig={Uri.EscapeDataString(signature)}&se={expiry}")));
        await wire.Expect("20 02 00 00");
        return wire;
    }

    /// <summary>Sends a message and waits for its confirmation.</summary>
    private static async Task Send(Wire wire, string deviceId, int packetId, string body)
    {
        await wire.Publish($"devices/{deviceId}/messages/events/%24.ct=application%2Fjson&%24.ce=utf-8&kind=alarm", body, 1, packetId);
        Assert.That((await wire.Next<MqttPubAck>()).PacketId, Is.EqualTo(packetId));
    }

    private Task<(HttpResponseMessage Response, JsonNode? Body)> Acknowledge(string id, string? note, string author) => Hub.Send(
        HttpMethod.Post, $"/api/v1/alarms/{id}/acknowledge", new JsonObject { ["note"] = note }.ToJsonString(), null, ("X-DeviceTwin-Author", author));

    private Task<long> Report(string deviceId, string patch) =>
        Hub.Fleet.PatchReported(deviceId, (JsonObject)JsonNode.Parse(patch)!, null, CancellationToken.None);

    private long? Generation(string deviceId) => (long?)Hub.Fleet.FindTwin(deviceId)!.Desired.Properties["maintenance"]?["acknowledgeGeneration"];

    private Task Changed(string deviceId)
    {
        var done = new TaskCompletionSource();
        Hub.Services.GetRequiredService<IAlarms>().Subscribe(row =>
        {
            if (row.DeviceId == deviceId)
            {
                done.TrySetResult();
            }
        });
        return done.Task;
    }

    private static async Task<(string Name, JsonNode Body)> Next(StreamReader reader, CancellationToken cancellation)
    {
        var name = "";
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                name = line[7..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                return (name, JsonNode.Parse(line[6..])!);
            }
        }

        throw new EndOfStreamException("The hub closed the stream.");
    }
}
