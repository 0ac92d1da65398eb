using DeviceTwin.Hub;

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
    public async Task A_query_reads_what_was_just_written(string? where, string expected)
    {
        using var fixture = new FleetFixture();
        await fixture.Register("c", """{"line":"A"}""");
        await fixture.Register("a", """{"line":"A"}""");
        await fixture.Register("b", """{"line":"B"}""");
        await fixture.Report("c", """{"temperature":80}""");
        await fixture.Desire("a", """{"x":1}""");
        await fixture.Fleet.SetConnected("b", "1", null, CancellationToken.None);
        Assert.That(string.Join(',', fixture.Fleet.Query(where).Select(twin => twin.DeviceId)), Is.EqualTo(expected));
    }

    [Test]
    public async Task A_malformed_query_is_refused()
    {
        using var fixture = new FleetFixture();
        Assert.That(await FleetFixture.Refusal(() => Task.Run(() => fixture.Fleet.Query("tags.line ="))), Is.EqualTo(HubError.ArgumentInvalid));
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
