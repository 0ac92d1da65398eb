using System.Net;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Logging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>The last log lines for those who cannot reach the machine's journal.</summary>
public sealed class LogEndpointTests : RestTests
{
    [Test]
    public async Task What_the_hub_logged_can_be_read_and_followed()
    {
        Hub.Services.GetRequiredService<LogRing>().CreateLogger("DeviceTwin.Hub.Room").LogCritical(new EventId(9999), "Only a test says this");
        var page = await Read("?limit=2000");
        var line = page["lines"]!.AsArray().Single(candidate => (int)candidate!["event"]! == 9999)!;
        Assert.That(((string?)line["level"], (string?)line["category"], (string?)line["text"]), Is.EqualTo(("critical", "DeviceTwin.Hub.Room", "Only a test says this")));
        Assert.That(DateTimeOffset.Parse((string)line["at"]!), Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(10)));

        var last = (long)page["last"]!;
        Assert.That((await Read($"?after={last}"))["lines"]!.AsArray().Select(later => (long)later!["number"]!), Has.All.GreaterThan(last));
        Assert.That((await Read("?level=error&limit=2000"))["lines"]!.AsArray().Select(grave => (string?)grave!["level"]), Is.SubsetOf(new[] { "error", "critical" }));
    }

    [TestCase("?level=loud")]
    [TestCase("?level=3")]
    [TestCase("?limit=0")]
    [TestCase("?limit=2001")]
    [TestCase("?after=x")]
    public async Task What_is_not_understood_is_refused(string query)
    {
        using var answer = await Hub.Http.GetAsync("/api/v1/logs" + query);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    [Test]
    public void Only_the_last_lines_are_kept_and_a_long_one_is_cut()
    {
        using var ring = new LogRing(TimeProvider.System, capacity: 3);
        var logger = ring.CreateLogger("Room");
        for (var line = 1; line <= 5; line++)
        {
            logger.Log(line == 4 ? LogLevel.Error : LogLevel.Information, new EventId(line), new string('x', line * 1000), null, (state, _) => state);
        }

        Assert.That(ring.Last, Is.EqualTo(5));
        Assert.That(ring.Read(0, LogLevel.Trace, 10).Select(line => (line.Number, line.Event, line.Text.Length)), Is.EqualTo(new[] { (3L, 3, 2001), (4L, 4, 2001), (5L, 5, 2001) }));
        Assert.That(ring.Read(0, LogLevel.Trace, 1).Single().Number, Is.EqualTo(5), "the newest that fit");
        Assert.That(ring.Read(0, LogLevel.Warning, 10).Single().Number, Is.EqualTo(4));
        Assert.That(ring.Read(4, LogLevel.Trace, 10).Single().Number, Is.EqualTo(5));
    }

    [Test]
    public void What_broke_is_told_without_where()
    {
        using var ring = new LogRing(TimeProvider.System);
        ring.CreateLogger("Room").LogError(new EventId(7), new InvalidOperationException("the disk is gone"), "Cannot go on");
        Assert.That(ring.Read(0, LogLevel.Trace, 10).Single().Text, Is.EqualTo("Cannot go on (InvalidOperationException: the disk is gone)"));
    }

    private async Task<JsonObject> Read(string query) => (JsonObject)JsonNode.Parse(await Hub.Http.GetStringAsync("/api/v1/logs" + query))!;
}
