using System.Text.Json.Nodes;
using DeviceTwin.Hub;
using DeviceTwin.Hub.Queries;
using DeviceTwin.Twins.Conditions;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>Projections, aggregates, and the collections beside the devices.</summary>
public sealed class QuerySourceTests
{
    private static readonly string[] Modules =
    [
        """{"deviceId":"a","moduleId":"m1","tags":{"x":1},"properties":{"desired":{"$version":1},"reported":{"state":"scanning","$version":2}},"statusReason":null}""",
        """{"deviceId":"a","moduleId":"m2","tags":{"x":2.5},"properties":{"desired":{"$version":1},"reported":{"$version":1}}}""",
        """{"deviceId":"b","moduleId":"m1","tags":{"x":2},"properties":{"desired":{"$version":1},"reported":{"state":"scanning","$version":9}}}""",
    ];

    private static readonly string[] Jobs =
    [
        """{"deviceId":"a","jobId":"j1","jobType":"scheduleDeviceMethod","status":"completed","createdDateTimeUtc":"2026-11-22T08:00:00Z","endTimeUtc":null,"outcome":{"deviceMethodResponse":{"status":200,"payload":null}}}""",
        """{"deviceId":"b","jobId":"j1","jobType":"scheduleDeviceMethod","status":"failed","createdDateTimeUtc":"2026-11-22T08:00:00Z","outcome":{"deviceMethodResponse":null},"error":{"code":404103}}""",
        """{"deviceId":"a","jobId":"j2","jobType":"scheduleUpdateTwin","status":"completed","createdDateTimeUtc":"2026-11-23T08:00:00Z"}""",
    ];

    [TestCase("SELECT * FROM devices.modules", QueryItems.Twin, "a/m1 a/m2 b/m1")]
    [TestCase("SELECT * FROM devices.modules WHERE properties.reported.state = 'scanning' AND deviceId IN ['a']", QueryItems.Twin, "a/m1")]
    [TestCase("SELECT TOP 1 * FROM devices.modules WHERE devices.modules.moduleId = 'm1' AND properties.reported.$version > 2", QueryItems.Twin, "b/m1")]
    [TestCase("SELECT * FROM devices.modules WHERE IS_NULL(statusReason)", QueryItems.Twin, "a/m1")]
    [TestCase("SELECT * FROM devices.jobs WHERE devices.jobs.jobId = 'j1'", QueryItems.DeviceJob, "a/j1 b/j1")]
    [TestCase("SELECT * FROM devices.jobs WHERE devices.jobs.deviceId = 'a' AND devices.jobs.status = 'completed' AND devices.jobs.createdTimeUtc > '2026-11-23'", QueryItems.DeviceJob, "a/j2")]
    [TestCase("SELECT * FROM devices.jobs WHERE outcome.deviceMethodResponse.status = 200 OR error.code = 404103", QueryItems.DeviceJob, "a/j1 b/j1")]
    [TestCase("SELECT * FROM devices.jobs WHERE IS_NULL(outcome.deviceMethodResponse) OR IS_NULL(endTimeUtc)", QueryItems.DeviceJob, "a/j1 b/j1")]
    public void QL4_Modules_and_jobs_are_collections_of_their_own(string query, QueryItems items, string expected)
    {
        using var fixture = Fixture();
        var page = fixture.Queries.Ask(query, null, 10);
        Assert.That(page.Items, Is.EqualTo(items));
        Assert.That(string.Join(' ', page.Rows!.Select(row => $"{row["deviceId"]}/{row["moduleId"] ?? row["jobId"]}")), Is.EqualTo(expected));
    }

    [TestCase("SELECT deviceId, tags.x AS x FROM devices.modules", """{"deviceId":"a","x":1} {"deviceId":"a","x":2.5} {"deviceId":"b","x":2}""")]
    [TestCase("SELECT deviceId, COUNT() AS n, SUM(tags.x) AS s, AVG(tags.x) AS m FROM devices.modules GROUP BY deviceId", """{"deviceId":"a","n":2,"s":3.5,"m":1.75} {"deviceId":"b","n":1,"s":2,"m":2}""")]
    [TestCase("SELECT MIN(tags.x) AS low, MAX(tags.x) AS high, MAX(tags.y) AS none FROM devices.modules", """{"low":1,"high":2.5}""")]
    [TestCase("SELECT COUNT() AS n FROM devices.modules WHERE tags.x > 99", """{"n":0}""")]
    [TestCase("SELECT properties.reported.state AS state, COUNT() AS n FROM devices.modules GROUP BY properties.reported.state", """{"n":1} {"state":"scanning","n":2}""")]
    public void QL4_Module_twins_are_projected_and_grouped(string query, string expected)
    {
        using var fixture = Fixture();
        Assert.That(string.Join(' ', fixture.Queries.Ask(query, null, 10).Rows!.Select(row => row.ToJsonString())), Is.EqualTo(expected));
    }

    [Test]
    public void QL4_A_collection_is_told_what_the_condition_must_have()
    {
        var modules = new Rows(QuerySource.Modules, Modules);
        using var fixture = new FleetFixture(null, modules);
        fixture.Queries.Ask("SELECT * FROM devices.modules WHERE deviceId = 'a' AND ('m1' = moduleId) AND tags.x > 0", null, 10);
        Assert.That(modules.Asked!.Must, Is.EquivalentTo(new Dictionary<string, string> { ["deviceId"] = "a", ["moduleId"] = "m1" }));
        fixture.Queries.Ask("SELECT * FROM devices.modules WHERE deviceId = 'a' OR moduleId = 'm1'", null, 10);
        Assert.That(modules.Asked!.Must, Is.Empty);
    }

    [TestCase("SELECT * FROM devices.modules", 2, "a/m1 a/m2|b/m1")]
    [TestCase("SELECT TOP 2 * FROM devices.modules", 1, "a/m1|a/m2")]
    [TestCase("SELECT * FROM devices.jobs", 1, "a/j1|a/j2|b/j1")]
    [TestCase("SELECT deviceId, moduleId FROM devices.modules", 2, "a/m1 a/m2|b/m1")]
    [TestCase("SELECT deviceId, moduleId, COUNT() FROM devices.modules GROUP BY deviceId, moduleId", 2, "a/m1 a/m2|b/m1")]
    [TestCase("SELECT TOP 2 deviceId, moduleId FROM devices.modules GROUP BY deviceId, moduleId", 1, "a/m1|a/m2")]
    public void QL3_QL4_Every_kind_of_answer_comes_page_by_page(string query, int size, string expected)
    {
        using var fixture = Fixture();
        Assert.That(
            string.Join('|', Pages(fixture, query, size).Select(page => string.Join(' ', page.Select(row => $"{row["deviceId"]}/{row["moduleId"] ?? row["jobId"]}")))), Is.EqualTo(expected));
    }

    [TestCase("SELECT deviceId, tags.line AS line FROM devices", """{"deviceId":"a","line":"A"}|{"deviceId":"b","line":"B"}|{"deviceId":"c","line":"A"}""")]
    [TestCase("SELECT DEVICEID, connectionstate, CloudToDeviceMessageCount FROM devices WHERE ConnectionState = 'Connected'", """{"deviceId":"b","connectionState":"Connected","cloudToDeviceMessageCount":3}""")]
    [TestCase("SELECT tags.line, COUNT() AS n, AVG(properties.reported.t) AS t FROM devices GROUP BY tags.line", """{"line":"A","n":2,"t":50}|{"line":"B","n":1}""")]
    [TestCase("SELECT connectionState, COUNT() AS n FROM devices GROUP BY connectionState", """{"connectionState":"Connected","n":1}|{"connectionState":"Disconnected","n":2}""")]
    [TestCase("SELECT COUNT() AS n FROM devices WHERE ARRAY_CONTAINS(properties.reported.list, 'x')", """{"n":1}""")]
    [TestCase("SELECT deviceId, configurations.cfg.status AS state FROM devices WHERE IS_DEFINED(configurations.cfg.status)", """{"deviceId":"a","state":"Applied"}|{"deviceId":"c","state":"Targeted"}""")]
    [TestCase("SELECT configurations.cfg.status, COUNT() AS n FROM devices GROUP BY configurations.cfg.status", """{"n":1}|{"status":"Applied","n":1}|{"status":"Targeted","n":1}""")]
    [TestCase("SELECT deviceId, deviceEtag FROM devices WHERE authenticationType = 'sas' AND deviceId = 'a'", """{"deviceId":"a","deviceEtag":"AAAAAAAAAAE="}""")]
    public async Task QL4_What_was_just_written_is_projected_and_grouped(string query, string expected)
    {
        using var fixture = new FleetFixture();
        await fixture.Configure("cfg", "tags.line = 'A'", 1, ("w", 2));
        foreach (var (id, line) in new[] { ("c", "A"), ("a", "A"), ("b", "B") })
        {
            await fixture.Register(id, $$"""{"line":"{{line}}"}""");
        }

        await fixture.Report("a", """{"t":50,"list":["x",1]}""");
        await fixture.Desire("c", """{"w":3}""");
        await fixture.Configure("higher", "deviceId = 'c'", 2, ("w", 4));
        await fixture.Fleet.SetConnected("b", "1", null, CancellationToken.None);
        fixture.Fleet.SetQueuedMessages("b", 3);
        Assert.That(string.Join('|', fixture.Queries.Ask(query, null, 10).Rows!.Select(row => row.ToJsonString())), Is.EqualTo(expected));
    }

    [Test]
    public async Task QL3_A_page_of_groups_goes_on_where_it_was_whatever_comes_and_goes()
    {
        using var fixture = new FleetFixture();
        foreach (var id in "bdf")
        {
            await fixture.Register(id.ToString(), $$"""{"line":"{{id}}"}""");
        }

        const string Query = "SELECT tags.line, COUNT() AS n FROM devices GROUP BY tags.line";
        var first = fixture.Queries.Ask(Query, null, 1);
        await fixture.Register("a", """{"line":"a"}""");
        await fixture.Register("c", """{"line":"c"}""");
        await fixture.Fleet.DeleteIdentity("b", null, "test", CancellationToken.None);
        var second = fixture.Queries.Ask(Query, first.Continuation, 10);
        Assert.That(first.Rows!.Concat(second.Rows!).Select(row => (string?)row["line"]), Is.EqualTo(new[] { "b", "c", "d", "f" }));
        Assert.That(() => fixture.Queries.Ask(Query + " ", first.Continuation, 1), Throws.InstanceOf<HubException>().With.Message.Contains("belongs to another query"));
    }

    [TestCase("SELECT COUNT() FROM devices")]
    [TestCase("SELECT * FROM devices.jobs")]
    [TestCase("SELECT deviceId FORM devices")]
    public async Task A_metric_counts_devices(string query)
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        await fixture.Configure("c", "*", 1, ("w", 2));
        var configuration = fixture.Fleet.FindConfiguration("c")! with { MetricQueries = new Dictionary<string, string> { ["m"] = query } };
        Assert.That(await FleetFixture.Refusal(() => fixture.Fleet.PutConfiguration(configuration, "*", "test", CancellationToken.None)), Is.EqualTo(HubError.ArgumentInvalid));
        await fixture.Fleet.PutConfiguration(
            configuration with { MetricQueries = new Dictionary<string, string> { ["m"] = "SELECT deviceId FROM devices WHERE configurations.[[c]].status = 'Applied'" } }, "*", "test", CancellationToken.None);
        Assert.That(fixture.Fleet.FindConfigurationMetrics("c")!.Results["m"], Is.EqualTo(1));
    }

    private static FleetFixture Fixture() => new(null, new Rows(QuerySource.Modules, Modules), new Rows(QuerySource.Jobs, Jobs));

    private static IEnumerable<IReadOnlyList<JsonNode>> Pages(FleetFixture fixture, string query, int size)
    {
        string? continuation = null;
        do
        {
            var page = fixture.Queries.Ask(query, continuation, size);
            continuation = page.Continuation;
            yield return page.Rows!;
        }
        while (continuation is not null);
    }

    /// <summary>A collection as somebody would keep it.</summary>
    private sealed class Rows(QuerySource source, string[] rows) : IQueryRows
    {
        public QueryRowSearch? Asked { get; private set; }

        public QuerySource Source => source;

        IEnumerable<QueryRow> IQueryRows.Rows(QueryRowSearch search)
        {
            Asked = search;
            return rows.Select(FleetFixture.Object)
                .Select(row => new QueryRow($"{row["deviceId"]}/{row["moduleId"] ?? row["jobId"]}", row))
                .OrderBy(row => row.Key, StringComparer.Ordinal);
        }
    }
}
