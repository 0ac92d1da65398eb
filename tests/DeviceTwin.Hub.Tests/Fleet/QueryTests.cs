using DeviceTwin.Hub;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Storage;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>Queries and the audit log.</summary>
public sealed class QueryTests
{
    [TestCase(null, "a,b,c")]
    [TestCase("*", "a,b,c")]
    [TestCase("tags.line = 'A'", "a,c")]
    [TestCase("tags.line = 'A' AND properties.reported.temperature > 50", "c")]
    [TestCase("connectionState = 'Connected'", "b")]
    [TestCase("properties.desired.$version > 1", "a")]
    [TestCase("NOT IS_DEFINED(tags.line)", "")]
    [TestCase("lastActivityTime > '2026-01-01T00:00:00Z'", "b,c")]
    [TestCase("connectionState = 'Disconnected' AND tags.line IN ['A', 'B']", "a,c")]
    [TestCase("tags.line = 'B' OR (tags.line = 'A' AND NOT deviceId = 'a')", "b,c")]
    [TestCase("properties.desired.deep.down.x >= 1 AND properties.desired.deep.down.x <> 2", "a")]
    [TestCase("STARTSWITH(tags.line, 'A') AND CONTAINS(deviceId, 'c')", "c")]
    [TestCase("IS_DEFINED(properties.reported.temperature) AND ENDSWITH(deviceId, 'c')", "c")]
    [TestCase("properties.reported.$metadata.temperature.$lastUpdated > '2026-01-01T00:00:00Z'", "c")]
    public async Task QL1_A_query_reads_what_was_just_written(string? where, string expected)
    {
        using var fixture = new FleetFixture();
        await fixture.Register("c", """{"line":"A"}""");
        await fixture.Register("a", """{"line":"A"}""");
        await fixture.Register("b", """{"line":"B"}""");
        await fixture.Report("c", """{"temperature":80}""");
        await fixture.Desire("a", """{"x":1,"deep":{"down":{"x":1}}}""");
        await fixture.Fleet.SetConnected("b", "1", null, CancellationToken.None);
        Assert.That(string.Join(',', Ids(fixture.Fleet.Query(Select(where), null, 10))), Is.EqualTo(expected));
    }

    [Test]
    public async Task QL3_What_is_not_yet_durable_is_not_found_and_what_is_acknowledged_is()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        for (var number = 1; number <= 50; number++)
        {
            await fixture.Report("a", $$"""{"count":{{number}}}""");
            Assert.That(
                Ids(fixture.Fleet.Query(Select($"properties.reported.count = {number} AND properties.reported.$version = {number + 1}"), null, 10)),
                Is.EqualTo(new[] { "a" }));
        }
    }

    [Test]
    public async Task A_connection_is_seen_with_the_twin_it_belongs_to()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        await fixture.Fleet.SetConnected("a", "1", null, CancellationToken.None);
        var twin = fixture.Fleet.Query("SELECT * FROM devices", null, 10).Twins.Single();
        Assert.That((twin.Connected, twin.LastActivityAt), Is.EqualTo((true, fixture.Time.GetUtcNow())));
        await fixture.Fleet.SetDisconnected("a", "1", CancellationToken.None);
        Assert.That(fixture.Fleet.Query(Select("connectionState = 'Connected'"), null, 10).Twins, Is.Empty);
    }

    [TestCase(null, "a,b|c,d|e")]
    [TestCase(3, "a,b|c")]
    [TestCase(4, "a,b|c,d")]
    [TestCase(9, "a,b|c,d|e")]
    public async Task QL3_Pages_together_are_the_answer_and_TOP_counts_over_all(int? top, string expected)
    {
        using var fixture = new FleetFixture();
        foreach (var id in "edcba")
        {
            await fixture.Register(id.ToString());
        }

        var query = top is null ? "SELECT * FROM devices" : $"SELECT TOP {top} * FROM devices";
        var pages = new List<string>();
        string? continuation = null;
        do
        {
            var page = fixture.Fleet.Query(query, continuation, 2);
            pages.Add(string.Join(',', Ids(page)));
            continuation = page.Continuation;
        }
        while (continuation is not null);
        Assert.That(string.Join('|', pages), Is.EqualTo(expected));
    }

    [Test]
    public async Task A_continuation_of_another_query_is_refused()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        await fixture.Register("b");
        var continuation = fixture.Fleet.Query("SELECT * FROM devices", null, 1).Continuation;
        Assert.That(
            () => fixture.Fleet.Query("SELECT * FROM devices WHERE tags.a = 1", continuation, 1),
            Throws.InstanceOf<HubException>().With.Message.Contains("belongs to another query"));
        Assert.That(
            () => fixture.Fleet.Query("SELECT * FROM devices", "AAAA", 1),
            Throws.InstanceOf<HubException>().With.Message.Contains("is not a token"));
    }

    [Test]
    public async Task The_feed_goes_on_after_a_restart_where_it_was()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        await fixture.Patch("a", """{"tags":{"n":1}}""");
        fixture.Restart();
        await fixture.Patch("a", """{"tags":{"n":2}}""");
        await fixture.Report("a", """{"x":1}""");
        Assert.That(
            fixture.Fleet.ReadChanges(new TwinChangeSearch(null, [], 1, 10)).Changes.Select(change => $"{change.Sequence} {change.Row.Author} {change.Row.Diff}"),
            Is.EqualTo(new[] { """2 operator [["n",1,2]]""", """3 device [["x",null,1]]""" }));
    }

    [Test]
    public async Task What_a_configuration_writes_is_in_the_feed_with_its_name()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        await fixture.Configure("c", "*", 1, ("w", 2));
        Assert.That(
            fixture.Fleet.ReadChanges(new TwinChangeSearch("a", [TwinPart.Desired], 0, 10)).Changes.Select(change => $"{change.Row.Author} {change.Row.Version} {change.Row.Diff}"),
            Is.EqualTo(new[] { """configuration/c 2 [["w",null,2]]""" }));
    }

    private static string Select(string? where) => where is null or "*" ? "SELECT * FROM devices" : "SELECT * FROM devices WHERE " + where;

    private static IEnumerable<string> Ids(TwinPage page) => page.Twins.Select(twin => twin.DeviceId);

    [Test]
    public async Task A_malformed_query_is_refused()
    {
        using var fixture = new FleetFixture();
        Assert.That(await FleetFixture.Refusal(() => Task.Run(() => fixture.Fleet.Query("SELECT * FROM devices WHERE tags.line =", null, 10))), Is.EqualTo(HubError.ArgumentInvalid));
    }

    [Test]
    public async Task Every_change_of_an_operator_is_in_the_audit_log_path_by_path()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        await fixture.Patch("a", """{"tags":{"line":"A"},"properties":{"desired":{"x":{"y":1},"z":null}}}""", author: "olga");
        await fixture.Report("a", """{"x":{"y":1}}""");
        await fixture.Configure("c", "*", 1, ("w", 2));
        Assert.That(
            fixture.Fleet.ReadAudit("a", 10).Select(row => $"{row.Author} {row.Action} {row.Path} {row.Value} {row.Version}"),
            Is.EqualTo(new[]
            {
                "configuration/c twin.patch properties.desired.w 2 3",
                "olga twin.patch properties.desired.z  2",
                "olga twin.patch properties.desired.x.y 1 2",
                "olga twin.patch tags.line \"A\" ",
                "test identity.create   ",
            }));
        Assert.That(fixture.Fleet.ReadAudit(null, 2).Select(row => row.Action), Is.EqualTo(new[] { "twin.patch", "configuration.create" }));
    }

    [TestCase("""{"properties":{"desired":{"a b":1}}}""", 400004)]
    [TestCase("""{"desired":{"a":1}}""", 400006)]
    public async Task A_bad_patch_is_refused_with_its_code(string patch, int code)
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        Assert.That((await FleetFixture.Refusal(() => fixture.Patch("a", patch))).Code, Is.EqualTo(code));
    }

    [Test]
    public async Task A_report_that_is_too_large_is_refused_with_its_code_and_changes_nothing()
    {
        using var fixture = new FleetFixture();
        await fixture.Register("a");
        var large = "{" + string.Join(',', Enumerable.Range(0, 9).Select(number => $"\"k{number}\":\"{new string('x', 4000)}\"")) + "}";
        Assert.That(await FleetFixture.Refusal(() => fixture.Report("a", large)), Is.EqualTo(HubError.RequestEntityTooLarge));
        Assert.That(fixture.Fleet.FindTwin("a")!.Reported.Version, Is.EqualTo(1));
    }
}
