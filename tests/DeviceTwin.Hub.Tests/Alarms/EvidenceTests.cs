using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.Dashboard.View;
using DeviceTwin.Hub.Alarms;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Waveforms;
using DeviceTwin.SensorNode.Evidence;
using DeviceTwin.SensorNode.Twin;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Waveforms;
using DeviceTwin.Tests.Hub.Rest;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceTwin.Tests.Hub.Alarms;

/// <summary>Evidence from the messages of a node to what is computed anew. Alarms come at the noon of a clock that the test moves.</summary>
public sealed class EvidenceTests
{
    private HubFixture hub = null!;

    [OneTimeSetUp]
    public async Task StartHub()
    {
        hub = await HubFixture.Start();

        // Each test seals by a clock of its own.
        await hub.Services.GetRequiredService<EvidenceSealer>().StopAsync(CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task StopHub() => await hub.DisposeAsync();

    [Test]
    public async Task With_all_its_parts_evidence_is_sealed_at_once_and_computed_anew_is_equal()
    {
        var world = await World.Begin(hub, "whole");
        await world.Raise();
        await world.Upload();
        await world.Step();
        var (bytes, document, etag) = await world.Evidence();
        Assert.That(document.Problems, Is.Empty);
        Assert.That((document.Version, document.Previous, document.IsComplete), Is.EqualTo((1, default(string), true)));
        Assert.That(etag, Is.EqualTo($"\"{WaveformFiles.HashOf(bytes)}\""), "it is named by its content");
        Assert.That(document.Message.Body, Is.EqualTo(world.AlarmBody), "as it was sent");
        Assert.That(document.Captures.Single().Features!.Body, Is.EqualTo(world.FeaturesBody));
        Assert.That(document.Captures.Single().Waveforms.Single().Sha256, Is.EqualTo(world.Machine.Sha256));
        Assert.That((document.Settings.Source, document.Settings.Version, document.Settings.ValuesHash), Is.EqualTo(("reported", 3L, world.Machine.SettingsHash)));

        var result = await world.Verify();
        Assert.That((string?)result["result"], Is.EqualTo("equal"), result.ToJsonString());
        var capture = result["captures"]![0]!;
        Assert.That(Words(capture["equal"]!), Does.Contain("velocityUmPerSecond").And.Contain("zone").And.Contain("peaks").And.Contain("fingerprint").And.Contain("settingsHash").And.Contain("refusals"));
        Assert.That(capture["notComputed"]!.AsArray().Select(skipped => (string)skipped!["reason"]!), Does.Not.Contain("unknown"), "every member of the node's message is accounted for");
        Assert.That(Words(capture["equal"]!).Count + capture["notComputed"]!.AsArray().Count, Is.EqualTo(JsonNode.Parse(world.FeaturesBody)!.AsObject().Count));
        Assert.That(world.Open(), Is.Empty, "nothing more is waited for");
    }

    [Test]
    public async Task What_is_missing_is_waited_for_and_then_said_and_what_comes_late_makes_a_next_version()
    {
        var world = await World.Begin(hub, "late");
        await world.Raise();
        await world.Step();
        world.Time.Advance(TimeSpan.FromSeconds(119));
        await world.Step();
        Assert.That((await hub.Send(HttpMethod.Get, world.Path)).Response.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        world.Time.Advance(TimeSpan.FromSeconds(1));
        await world.Step();
        var (first, document, _) = await world.Evidence();
        Assert.That(document.Problems.Select(problem => (problem.Part, problem.Reason)), Is.EqualTo(new[] { ("waveform", "missing") }));
        var result = await world.Verify();
        Assert.That(((string?)result["result"], (string?)result["reason"]), Is.EqualTo(("incomplete", "waveformMissing")));

        await world.Upload();
        world.Time.Advance(TimeSpan.FromHours(3));
        await world.Step();
        var (_, second, _) = await world.Evidence();
        Assert.That((second.Version, second.Previous, second.Problems.Count), Is.EqualTo((2, WaveformFiles.HashOf(first), 0)));
        Assert.That((string?)(await world.Verify())["result"], Is.EqualTo("equal"));
        Assert.That((await world.Evidence("?version=1")).Bytes, Is.EqualTo(first), "the first is what it was");
        Assert.That(world.Open(), Is.Empty);
    }

    /// <summary>An alarm between two captures: its own samples are gone, the node sends the next ones.</summary>
    [Test]
    public async Task The_capture_behind_stands_in_where_the_alarms_own_samples_are_gone()
    {
        var world = await World.Begin(hub, "between");
        await world.Raise();
        world.Machine.Measure(2);
        await world.Send("features", world.Machine.Features());
        await world.Upload();
        world.Time.Advance(TimeSpan.FromMinutes(2));
        await world.Step();
        var (_, document, _) = await world.Evidence();
        Assert.That(document.Captures.Select(capture => (capture.Role, capture.Number, capture.Waveforms.Count)), Is.EqualTo(new[] { ("alarm", 1L, 0), ("behind", 2L, 1) }));
        var result = await world.Verify();
        Assert.That((string?)result["result"], Is.EqualTo("incomplete"));
        Assert.That((string?)result["captures"]![1]!["result"], Is.EqualTo("equal"), result.ToJsonString());
        Assert.That((string?)result["sentence"], Does.Contain("capture 2 behind it is equal"));
    }

    [Test]
    public async Task Settings_that_changed_in_the_meantime_are_said_to_contradict()
    {
        var world = await World.Begin(hub, "moved", machine => machine.Reported["machine"]!["isoGroup"]!["value"] = 1);
        await world.Raise();
        await world.Upload();
        await world.Step();
        var (_, document, _) = await world.Evidence();
        Assert.That(document.Problems.Single(), Is.EqualTo(new EvidenceProblem(
            "settings",
            "contradictory",
            $"The node said that its settings are {world.Machine.SettingsHash}; neither what it reports nor what is desired of it has this hash. The values here have {document.Settings.ValuesHash}.")));
        Assert.That((string?)(await world.Verify())["reason"], Is.EqualTo("settingsOfAnotherTime"));
    }

    [Test]
    public async Task Settings_are_kept_from_the_moment_they_held()
    {
        var world = await World.Begin(hub, "kept");
        await world.Raise();
        await world.Step();
        await hub.Fleet.PatchReported("kept", (JsonObject)JsonNode.Parse("""{"machine":{"isoGroup":{"value":1,"ac":200,"av":4}}}""")!, null, CancellationToken.None);
        await AssertWholeAfterwards(world);
    }

    /// <summary>A node that says more in the time of waiting than is read back.</summary>
    [Test]
    public async Task What_was_said_is_kept_while_the_rest_is_waited_for()
    {
        var world = await World.Begin(hub, "busy");
        await world.Raise();
        await world.Step();
        for (var number = 0; number < 70; number++)
        {
            await world.Send("features", """{"bootId":"1-100","capture":9,"seq":99}"""u8.ToArray());
        }

        await AssertWholeAfterwards(world);
    }

    /// <summary>The samples come, the rest is waited for, and nothing is missing or different.</summary>
    private static async Task AssertWholeAfterwards(World world)
    {
        await world.Upload();
        world.Time.Advance(TimeSpan.FromSeconds(5));
        await world.Step();
        Assert.That((await world.Evidence()).Document.Problems, Is.Empty);
        Assert.That((string?)(await world.Verify())["result"], Is.EqualTo("equal"));
    }

    [Test]
    public async Task Samples_that_do_not_give_what_the_node_said_are_found()
    {
        var world = await World.Begin(hub, "liar");
        await world.Raise(features: text => text.Replace("\"crestMilli\":", "\"crestMilli\":1"));
        await world.Upload();
        await world.Step();
        var result = await world.Verify();
        Assert.That(((string?)result["result"], (string?)result["captures"]![0]!["differs"]![0]!["member"]), Is.EqualTo(("differs", "crestMilli")));
        Assert.That(result["captures"]![0]!["differs"]!.AsArray(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_features_message_from_before_the_alarm_stands_in_where_none_came_behind_it()
    {
        var world = await World.Begin(hub, "before");
        var features = world.Machine.Features();
        await world.Send("features", features);
        await world.Send("alarm", world.Machine.Alarm());
        await world.Upload();
        await world.Step();
        Assert.That(world.Open(), Has.Count.EqualTo(1), "the better one may come yet");
        world.Time.Advance(TimeSpan.FromMinutes(2));
        await world.Step();
        Assert.That((await world.Evidence()).Document.Captures.Single().Features!.Body, Is.EqualTo(features));
    }

    [Test]
    public async Task A_device_of_another_make_is_sealed_at_once_with_what_it_lacks()
    {
        var world = await World.Begin(hub, "thing");
        await world.Send("alarm", """{"id":"door","alarm":"open","state":"raised"}"""u8.ToArray());
        await world.Step();
        var document = EvidenceDocument.Parse(await hub.Http.GetByteArrayAsync("/api/v1/alarms/thing~door/evidence"));
        Assert.That(document.Problems.Select(problem => (problem.Part, problem.Reason)), Is.EqualTo(new[] { ("features", "missing"), ("waveform", "missing"), ("settings", "missing"), ("fingerprint", "missing") }));
        var (_, result) = await hub.Send(HttpMethod.Post, "/api/v1/alarms/thing~door/evidence/verify");
        Assert.That(((string?)result!["result"], (string?)result["reason"]), Is.EqualTo(("incomplete", "captureUnknown")));
    }

    [TestCase(16384, false)]
    [TestCase(16385, true)]
    public async Task A_message_larger_than_any_nodes_is_not_kept_for_ever(int length, bool isLeftOut)
    {
        var world = await World.Begin(hub, $"large{length}");
        const string Start = "{\"id\":\"door\",\"alarm\":\"open\",\"state\":\"raised\",\"pad\":\"";
        var body = Encoding.UTF8.GetBytes(Start + new string('x', length - Start.Length - 2) + "\"}");
        await world.Send("alarm", body);
        await world.Step();
        var document = EvidenceDocument.Parse(await hub.Http.GetByteArrayAsync($"/api/v1/alarms/large{length}~door/evidence"));
        Assert.That((body.Length, document.Message.Body.Length), Is.EqualTo((length, isLeftOut ? 0 : length)));
        Assert.That(document.Problems.Any(problem => problem.Part == "message" && problem.Sentence.Contains(WaveformFiles.HashOf(body))), Is.EqualTo(isLeftOut));
    }

    [Test]
    public async Task An_alarm_that_is_told_again_does_not_seal_again()
    {
        var world = await World.Begin(hub, "again");
        await world.Raise();
        await world.Upload();
        await world.Step();
        await world.Send("alarm", world.AlarmBody);
        Assert.That(world.Open(), Is.Empty);
    }

    [Test]
    public async Task After_a_day_nothing_more_is_waited_for()
    {
        var world = await World.Begin(hub, "never");
        await world.Raise();
        world.Time.Advance(TimeSpan.FromMinutes(2));
        await world.Step();
        Assert.That(world.Open(), Has.Count.EqualTo(1));
        world.Time.Advance(TimeSpan.FromHours(25));
        await world.Step();
        Assert.That((world.Open().Count, (await world.Evidence()).Document.Version), Is.EqualTo((0, 1)));
    }

    [Test]
    public async Task Evidence_that_is_damaged_is_said_and_never_given_out()
    {
        var world = await World.Begin(hub, "damaged");
        await world.Raise();
        await world.Upload();
        await world.Step();
        Execute("DROP TRIGGER evidence_is_not_changed; UPDATE evidence SET content = CAST(replace(CAST(content AS TEXT), 'damaged', 'DAMAGED') AS BLOB) WHERE alarm_id LIKE 'damaged~%'");
        foreach (var (method, path) in new[] { (HttpMethod.Get, ""), (HttpMethod.Post, "/verify") })
        {
            var answer = await hub.Send(method, world.Path + path);
            Assert.That(((int)answer.Response.StatusCode, (int?)answer.Body!["code"]), Is.EqualTo((500, 500540)));
            Assert.That((string?)answer.Body["Message"], Does.StartWith("ErrorCode:EvidenceDamaged;").And.Contain("Restore the database from a backup"));
        }

        var outcome = await hub.Services.GetRequiredService<IAlarmView>().VerifyEvidence(world.Id, "ann", CancellationToken.None);
        Assert.That(outcome.Result, Is.EqualTo("unusable"), "the page says it as well");
    }

    [Test]
    public async Task Samples_that_are_damaged_leave_it_incomplete_and_the_page_says_why()
    {
        var world = await World.Begin(hub, "lost");
        await world.Raise();
        await world.Upload();
        await world.Step();
        await File.WriteAllTextAsync(hub.Services.GetRequiredService<WaveformFiles>().PathOf(world.Machine.Sha256), "nothing");
        Assert.That((string?)(await world.Verify())["reason"], Is.EqualTo("waveformNotHere"));
        var outcome = await hub.Services.GetRequiredService<IAlarmView>().VerifyEvidence(world.Id, "ann", CancellationToken.None);
        Assert.That((outcome.Result, outcome.Version), Is.EqualTo(("incomplete", 1)));
        Assert.That(outcome.Sentence, Does.Contain("waveformNotHere"));
    }

    [TestCase("nobody~1/evidence", 404540)]
    [TestCase("wait~{id}/evidence", 404542)]
    [TestCase("wait~{id}/evidence?version=2", 404542)]
    [TestCase("wait~{id}/evidence?version=0", 400004)]
    public async Task What_there_is_not_is_refused(string path, int code)
    {
        var world = await World.Begin(hub, "wait");
        await world.Raise();
        var (_, body) = await hub.Send(HttpMethod.Get, "/api/v1/alarms/" + path.Replace("{id}", world.Machine.AlarmId));
        Assert.That((int?)body!["code"], Is.EqualTo(code));
    }

    [Test]
    public async Task What_is_under_way_and_what_is_sealed_outlive_the_hub_and_a_copy_of_its_database_has_both()
    {
        await using var own = await HubFixture.Start();
        await own.Services.GetRequiredService<EvidenceSealer>().StopAsync(CancellationToken.None);
        var world = await World.Begin(own, "stays");
        await world.Raise();
        await own.Restart();
        await own.Services.GetRequiredService<EvidenceSealer>().StopAsync(CancellationToken.None);
        await world.Upload();
        await world.Step();
        Assert.That((string?)(await world.Verify())["result"], Is.EqualTo("equal"));
        var copy = Path.Combine(own.Folder, "copy.db");
        own.Services.GetRequiredService<IHubStore>().CopyDatabase(copy);
        using var store = DeviceTwin.Storage.Sqlite.SqliteHubStore.Open(new() { Path = copy });
        Assert.That(store.FindEvidence(world.Id)!.Content.ToArray(), Is.EqualTo((await world.Evidence()).Bytes));
        Assert.That(store.VerifyAudit().Flaw, Is.Null);
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(hub.Folder, "hub.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static List<string> Words(JsonNode list) => [.. list.AsArray().Select(item => (string)item!)];

    /// <summary>One device and its sealer.</summary>
    private sealed class World(HubFixture hub, string deviceId)
    {
        private EvidenceSealer? sealer;
        private IServiceProvider? services;

        public MeasuredMachine Machine { get; } = new();

        public ManualTime Time { get; } = new();

        public string Id => $"{deviceId}~{Machine.AlarmId}";

        public string Path => $"/api/v1/alarms/{Id}/evidence";

        public byte[] AlarmBody { get; private set; } = [];

        public byte[] FeaturesBody { get; private set; } = [];

        public static async Task<World> Begin(HubFixture hub, string deviceId, Action<ReportedSettings>? change = null)
        {
            await hub.Register(deviceId);
            var world = new World(hub, deviceId);
            var reported = new ReportedSettings(world.Machine.Reported);
            change?.Invoke(reported);
            await hub.Fleet.PatchReported(deviceId, reported.Reported, null, CancellationToken.None);
            world.Machine.Measure(1);
            return world;
        }

        public async Task Raise(Func<string, string>? features = null)
        {
            await Send("alarm", AlarmBody = Machine.Alarm());
            FeaturesBody = Machine.Features();
            FeaturesBody = features is null ? FeaturesBody : Encoding.UTF8.GetBytes(features(Encoding.UTF8.GetString(FeaturesBody)));
            await Send("features", FeaturesBody);
        }

        public Task Send(string kind, byte[] body) => hub.Fleet.AppendTelemetry(
            new TelemetryMessage(deviceId, Time.GetUtcNow(), new Dictionary<string, string?> { ["kind"] = kind }, body), CancellationToken.None);

        /// <summary>Sends the samples of the last capture.</summary>
        public async Task Upload()
        {
            var properties = new Dictionary<string, string?>
            {
                ["kind"] = "waveform",
                ["sha256"] = Machine.Sha256,
                ["offset"] = "0",
                ["length"] = Machine.Content.Length.ToString(CultureInfo.InvariantCulture),
                ["axis"] = "z",
                ["rate"] = MeasuredMachine.Rate.ToString(CultureInfo.InvariantCulture),
                ["scale"] = MeasuredMachine.Scale.ToString(CultureInfo.InvariantCulture),
                ["capture"] = Machine.Number.ToString(CultureInfo.InvariantCulture),
                ["bootId"] = MeasuredMachine.BootId,
                ["at"] = "0",
                ["coverage"] = "1000",
                ["saturated"] = "0",
                ["overrun"] = "0",
            };
            await hub.Fleet.AppendTelemetry(new TelemetryMessage(deviceId, DateTimeOffset.UtcNow, properties, Machine.Content), CancellationToken.None);
            await hub.Services.GetRequiredService<WaveformKeeper>().Verify(deviceId, Machine.Sha256);
        }

        public Task Step()
        {
            if (services != hub.Services)
            {
                services = hub.Services;
                sealer = new EvidenceSealer(services.GetRequiredService<IHubStore>(), hub.Fleet, services.GetRequiredService<AlarmBook>(), new EvidenceOptions(), Time, NullLogger<EvidenceSealer>.Instance);
            }

            return sealer!.Step();
        }

        public List<string> Open() =>
            [.. hub.Services.GetRequiredService<IHubStore>().ReadOpenEvidence().Where(alarmId => alarmId.StartsWith(deviceId + "~", StringComparison.Ordinal))];

        public async Task<(byte[] Bytes, EvidenceDocument Document, string? ETag)> Evidence(string query = "")
        {
            using var response = await hub.Http.GetAsync(Path + query);
            var bytes = await response.Content.ReadAsByteArrayAsync();
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), Encoding.UTF8.GetString(bytes));
            return (bytes, EvidenceDocument.Parse(bytes), response.Headers.ETag?.ToString());
        }

        public async Task<JsonNode> Verify()
        {
            var (response, body) = await hub.Send(HttpMethod.Post, Path + "/verify");
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), body?.ToJsonString());
            return body!;
        }
    }

    private sealed record ReportedSettings(JsonObject Reported);
}
