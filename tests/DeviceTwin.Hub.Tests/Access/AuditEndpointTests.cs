using System.Net;
using System.Text.Json.Nodes;
using DeviceTwin.Tests.Hub.Rest;

namespace DeviceTwin.Tests.Hub.Access;

/// <summary>The audit log over REST: found, paged, exported.</summary>
public sealed class AuditEndpointTests : RestTests
{
    [OneTimeSetUp]
    public async Task Fill()
    {
        foreach (var (device, author) in new[] { ("a1", "ann"), ("a2", "bob"), ("a3", "=cmd()") })
        {
            await Hub.Send(HttpMethod.Put, $"/devices/{device}", "{}", null, ("X-DeviceTwin-Author", author));
            await Hub.Send(HttpMethod.Patch, $"/twins/{device}", """{"tags":{"line":"1, \"west\""}}""", null, ("X-DeviceTwin-Author", author));
        }
    }

    [TestCase("device=a1", "identity.create,twin.patch")]
    [TestCase("author=rest/bob", "identity.create,twin.patch")]
    [TestCase("action=identity.", "identity.create,identity.create,identity.create")]
    [TestCase("action=twin.patch&device=a2", "twin.patch")]
    [TestCase("device=a1&to=2000-01-01T00:00:00Z", "")]
    [TestCase("device=a1&from=2000-01-01T00:00:00Z&limit=1", "twin.patch")]
    public async Task Rows_are_found(string query, string actions)
    {
        var rows = (JsonArray)await Hub.Get($"/api/v1/audit?{query}");
        Assert.That(string.Join(',', rows.Reverse().Select(row => (string?)row!["action"])), Is.EqualTo(actions));
    }

    [Test]
    public async Task Pages_follow_on_by_id()
    {
        var seen = new List<long>();
        for (var before = ""; ;)
        {
            var page = (JsonArray)await Hub.Get($"/api/v1/audit?device=a1&limit=1{before}");
            if (page.Count == 0)
            {
                break;
            }

            seen.Add((long)page[0]!["id"]!);
            before = $"&before={seen[^1]}";
        }

        Assert.That(seen, Has.Count.EqualTo(2).And.Ordered.Descending);
    }

    [Test]
    public async Task Everything_is_exported_oldest_first()
    {
        var lines = (await Hub.Http.GetStringAsync("/api/v1/audit/export?device=a1")).TrimEnd('\n').Split('\n');
        Assert.That(lines.Select(line => (string?)JsonNode.Parse(line)!["action"]), Is.EqualTo(new[] { "identity.create", "twin.patch" }));
        Assert.That(lines[1], Does.Contain("\"path\":\"tags.line\",\"value\":\"1, \\\"west\\\"\",\"version\":null,\"previous\":\""));
        using var csv = await Hub.Http.GetAsync("/api/v1/audit/export?device=a3&format=csv");
        Assert.That(csv.Content.Headers.ContentType?.ToString(), Is.EqualTo("text/csv; charset=utf-8"));
        var text = await csv.Content.ReadAsStringAsync();
        Assert.That(text, Does.StartWith("id,at,author,deviceId,action,path,value,version\r\n").And.Contain(",rest/=cmd(),a3,twin.patch,tags.line,\"\"\"1, \\\"\"west\\\"\"\"\"\",\r\n"));
    }

    [TestCase("from=yesterday")]
    [TestCase("before=x")]
    [TestCase("limit=0")]
    public async Task What_cannot_be_understood_is_refused(string query) =>
        AssertRefused(await Hub.Send(HttpMethod.Get, $"/api/v1/audit?{query}"), HttpStatusCode.BadRequest, "ArgumentInvalid", 400004);
}
