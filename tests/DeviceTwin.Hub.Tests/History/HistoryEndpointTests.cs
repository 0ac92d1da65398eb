using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.Dashboard.View;
using DeviceTwin.Hub;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.History;
using DeviceTwin.Storage;
using DeviceTwin.Tests.Hub.Rest;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceTwin.Tests.Hub.History;

/// <summary>Questions to the history over HTTP, of a hub that has turned most of it into blocks.</summary>
public sealed class HistoryEndpointTests
{
    private const int Messages = 40;
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 22, 0, 0, TimeSpan.Zero);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("devicetwin-history-");
    private HubApplication hub = null!;
    private HttpClient http = null!;

    [OneTimeSetUp]
    public async Task StartHub()
    {
        hub = HubApplication.Create(HubFixture.Options(folder.FullName) with
        {
            History = new HistoryOptions { HotMessages = 5, BlockMessages = 4, Interval = TimeSpan.FromDays(1) },
        });
        await hub.Start(CancellationToken.None);
        http = new HttpClient { BaseAddress = new Uri(hub.HttpUrl) };
        foreach (var id in new[] { "n1", "n2" })
        {
            await Put(id);
        }

        await Fleet.PatchTwin("n1", (JsonObject)JsonNode.Parse("""{"tags":{"machine":"P-101","point":"DE"}}""")!, null, "test", CancellationToken.None);
        await Fleet.PatchTwin("n2", (JsonObject)JsonNode.Parse("""{"tags":{"machine":"P-101","point":"NDE"}}""")!, null, "test", CancellationToken.None);
        for (var number = 1; number <= Messages; number++)
        {
            await Tell("n1", Start.AddMinutes(10 * number), $$$"""{"velocityUmPerSecond":{{{number}}},"verdict":"{{{(number % 4 == 0 ? "outer" : "normal")}}}","x":{"y":[0.5,{{{-number}}}]}}""");
        }

        await Tell("n2", Start.AddMinutes(5), """{"velocityUmPerSecond":-7,"verdict":"=1+1,\"x\""}""");
        await hub.Services.GetRequiredService<HistoryCompactor>().Run(CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task StopHub()
    {
        http.Dispose();
        await hub.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Test]
    public async Task The_raw_values_come_in_order_over_blocks_and_tail()
    {
        Assert.That((long?)(await Get("/api/v1/history/size"))["blocks"], Is.GreaterThan(5));
        var answer = await Get("/api/v1/history?device=n1&series=velocityUmPerSecond,x.y[1]&resolution=raw&from=2026-11-01&to=2026-12-01");
        Assert.That((string?)answer["resolution"], Is.EqualTo("raw"));
        Assert.That(Items(answer).Select(item => (int)item["values"]!["velocityUmPerSecond"]!), Is.EqualTo(Enumerable.Range(1, Messages)));
        Assert.That(Items(answer)[0].ToJsonString(), Is.EqualTo("""{"device":"n1","at":"2026-11-01T22:10:00.000Z","values":{"velocityUmPerSecond":1,"x.y[1]":-1}}"""));
        Assert.That(answer["next"], Is.Null);
    }

    [TestCase("raw", 7)]
    [TestCase("minute", 7)]
    [TestCase("hour", 3)]
    [TestCase("day", 1)]
    public async Task Pages_put_together_are_the_whole(string resolution, int limit)
    {
        var query = $"/api/v1/history?machine=P-101&resolution={resolution}&from=2026-11-01&to=2026-12-01";
        var whole = Items(await Get(query)).Select(item => item.ToJsonString()).ToArray();
        var pages = new List<string>();
        string? next = null;
        do
        {
            var page = await Get($"{query}&limit={limit}" + (next is null ? "" : $"&after={next}"));
            Assert.That(Items(page), Has.Length.LessThanOrEqualTo(limit));
            pages.AddRange(Items(page).Select(item => item.ToJsonString()));
            next = (string?)page["next"];
        }
        while (next is not null);

        Assert.That(whole, Is.Not.Empty);
        Assert.That(pages, Is.EqualTo(whole));
    }

    [Test]
    public async Task Hours_and_days_sum_up_numbers_and_words()
    {
        var answer = await Get("/api/v1/history?device=n1&series=velocityUmPerSecond,verdict&resolution=hour&from=2026-11-01T23:15:00Z&to=2026-11-02T00:30:00Z");
        Assert.That(Items(answer).Select(item => item.ToJsonString()), Is.EqualTo(new[]
        {
            """{"device":"n1","at":"2026-11-01T23:00:00.000Z","values":{"velocityUmPerSecond":{"min":6,"max":11,"mean":8.5,"count":6},"verdict":{"words":{"normal":{"count":5,"share":0.833333},"outer":{"count":1,"share":0.166667}}}}}""",
            """{"device":"n1","at":"2026-11-02T00:00:00.000Z","values":{"velocityUmPerSecond":{"min":12,"max":17,"mean":14.5,"count":6},"verdict":{"words":{"normal":{"count":4,"share":0.666667},"outer":{"count":2,"share":0.333333}}}}}""",
        }));
        var days = Items(await Get("/api/v1/history?device=n1&series=velocityUmPerSecond&resolution=day&from=2026-11-01&to=2026-12-01"));
        Assert.That(days.Select(day => (int)day["values"]!["velocityUmPerSecond"]!["count"]!), Is.EqualTo(new[] { 11, 29 }));
    }

    [Test]
    public async Task A_machine_is_all_its_nodes_and_a_point_is_one()
    {
        var machine = Items(await Get("/api/v1/history?machine=P-101&resolution=raw&from=2026-11-01&to=2026-12-01"));
        Assert.That(machine.Select(item => (string)item["device"]!).Distinct(), Is.EqualTo(new[] { "n1", "n2" }));
        var point = Items(await Get("/api/v1/history?machine=P-101&point=NDE&resolution=raw&from=2026-11-01&to=2026-12-01"));
        Assert.That(point.Select(item => (string)item["device"]!), Is.EqualTo(new[] { "n2" }));
    }

    [Test]
    public async Task Csv_has_a_column_per_series_and_no_word_is_a_formula()
    {
        var (type, text) = await Text("/api/v1/history?device=n2,n1&series=verdict,velocityUmPerSecond,nothing&resolution=raw&from=2026-11-01&to=2026-11-01T22:25:00Z", "text/csv");
        Assert.That(type, Is.EqualTo("text/csv"));
        Assert.That(text, Is.EqualTo(
            "device,at,verdict,velocityUmPerSecond,nothing\r\n"
            + "n2,2026-11-01T22:05:00.000Z,\"'=1+1,\"\"x\"\"\",-7,\r\n"
            + "n1,2026-11-01T22:10:00.000Z,normal,1,\r\n"
            + "n1,2026-11-01T22:20:00.000Z,normal,2,\r\n"));

        var (_, hours) = await Text("/api/v1/history?device=n1&series=velocityUmPerSecond,verdict&resolution=hour&format=csv&from=2026-11-01&to=2026-11-01T22:25:00Z", "*/*");
        Assert.That(hours, Is.EqualTo(
            "device,at,velocityUmPerSecond.min,velocityUmPerSecond.max,velocityUmPerSecond.mean,velocityUmPerSecond.count,velocityUmPerSecond.words,"
            + "verdict.min,verdict.max,verdict.mean,verdict.count,verdict.words\r\n"
            + "n1,2026-11-01T22:00:00.000Z,1,5,3,5,,,,,,normal:4 outer:1\r\n"));
    }

    [Test]
    public async Task Lines_of_json_are_one_row_each_and_all_of_them()
    {
        var (type, text) = await Text("/api/v1/history?device=n1&resolution=raw&from=2026-11-01&to=2026-12-01", "application/x-ndjson");
        Assert.That(type, Is.EqualTo("application/x-ndjson"));
        Assert.That(text.TrimEnd().Split('\n').Select(line => (int)JsonNode.Parse(line)!["values"]!["velocityUmPerSecond"]!), Is.EqualTo(Enumerable.Range(1, Messages)));
    }

    [TestCase("2026-11-01T00:00:00Z", "2026-11-01T06:00:00Z", "raw")]
    [TestCase("2026-11-01T00:00:00Z", "2026-11-01T06:00:01Z", "minute")]
    [TestCase("2026-11-01T00:00:00Z", "2026-11-04T00:00:00Z", "minute")]
    [TestCase("2026-11-01T00:00:00Z", "2026-11-04T00:00:01Z", "hour")]
    [TestCase("2026-11-01T00:00:00Z", "2027-11-01T00:00:00Z", "day")]
    public async Task Nobody_need_choose_a_resolution(string from, string to, string resolution) =>
        Assert.That((string?)(await Get($"/api/v1/history?device=n1&from={from}&to={to}"))["resolution"], Is.EqualTo(resolution));

    [Test]
    public async Task The_catalogue_of_series_is_that_of_the_messages()
    {
        var series = (JsonArray)await Get("/api/v1/history/series?device=n1");
        Assert.That(series.Select(entry => $"{entry!["series"]}:{entry["kind"]}"), Is.EqualTo(new[] { "velocityUmPerSecond:number", "verdict:word", "x.y[0]:number", "x.y[1]:number" }));
    }

    [TestCase("", 400, "device=")]
    [TestCase("?device=n1&machine=P-101", 400, "not for both")]
    [TestCase("?device=nobody", 404, "nobody")]
    [TestCase("?machine=P-999", 404, "P-999")]
    [TestCase("?device=n1&from=yesterday", 400, "yesterday")]
    [TestCase("?device=n1&to=0001-01-01", 400, "1971")]
    [TestCase("?device=n1&from=2026-11-02&to=2026-11-02", 400, "before")]
    [TestCase("?device=n1&resolution=week", 400, "week")]
    [TestCase("?device=n1&limit=0", 400, "limit")]
    [TestCase("?device=n1&series=,", 400, "series")]
    [TestCase("?device=n1&format=xml", 400, "xml")]
    [TestCase("?device=n1&after=abc", 400, "next")]
    public async Task What_cannot_be_answered_says_what_to_do(string query, int status, string saying)
    {
        using var response = await http.GetAsync("/api/v1/history" + query);
        Assert.That((int)response.StatusCode, Is.EqualTo(status));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain(saying));
    }

    [Test]
    public async Task Missing_numbers_are_shown_per_boot()
    {
        await Put("gaps");
        foreach (var number in new[] { 1, 2, 5, 5, 9 })
        {
            await Fleet.AppendTelemetry(
                new TelemetryMessage("gaps", Start.AddSeconds(number), new Dictionary<string, string?> { ["bootId"] = "7-ab", ["seq"] = $"{number}" }, "{}"u8.ToArray()), CancellationToken.None);
        }

        var boot = (await Get("/api/v1/devices/gaps/sequence"))["boots"]![0]!;
        Assert.That(boot.ToJsonString(), Is.EqualTo(
            """{"bootId":"7-ab","firstAt":"2026-11-01T22:00:01.0000000Z","lastAt":"2026-11-01T22:00:09.0000000Z","newest":9,"received":4,"repeats":1,"missing":5,"filled":0,"givenUp":0,"unsure":0"""
            + ""","gaps":[{"first":3,"last":4,"count":2,"since":"2026-11-01T22:00:05.0000000Z"},{"first":6,"last":8,"count":3,"since":"2026-11-01T22:00:09.0000000Z"}]}"""));
        Assert.That((await Get("/api/v1/devices/n1/sequence"))["boots"]!.AsArray(), Is.Empty);
        Assert.That((int?)(await Get("/api/v1/sequence"))["repeats"], Is.EqualTo(1));
        using var unknown = await http.GetAsync("/api/v1/devices/nobody/sequence");
        Assert.That(unknown.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task A_nodes_page_reads_long_spans_from_the_history_and_says_what_is_missing()
    {
        var view = hub.Services.GetRequiredService<IFleetView>();
        await Put("seen");
        var now = DateTimeOffset.UtcNow;
        foreach (var (number, hoursAgo) in new[] { (1, 50), (2, 49), (5, 2) })
        {
            await Fleet.AppendTelemetry(
                new TelemetryMessage(
                    "seen", now.AddHours(-hoursAgo), new Dictionary<string, string?> { ["kind"] = "features", ["bootId"] = "b", ["seq"] = $"{number}" },
                    Encoding.UTF8.GetBytes($$"""{"velocityUmPerSecond":{{number * 100}},"verdict":"normal"}""")), CancellationToken.None);
        }

        var week = await view.ReadTrend("seen", TimeSpan.FromDays(7), CancellationToken.None);
        Assert.That(week.Resolution, Is.EqualTo("hour"));
        Assert.That(week.Samples.Select(sample => sample.VelocityUmPerSecond), Is.EqualTo(new[] { 100, 200, 500 }));
        Assert.That(week.Samples.Select(sample => sample.TemperatureCentiCelsius), Is.All.Null);
        var hour = await view.ReadTrend("seen", TimeSpan.FromHours(3), CancellationToken.None);
        Assert.That((hour.Resolution, hour.Samples.Count), Is.EqualTo(("raw", 1)));
        Assert.That(view.Find("seen")!.Facts.Single(fact => fact.Key == "Messages of this boot").Value, Is.EqualTo("3 received, 2 missing (3 to 4), 0 late, 0 sent again"));
        Assert.That(view.Find("n1")!.Facts.Select(fact => fact.Key), Has.None.EqualTo("Messages of this boot"));
    }

    private IFleet Fleet => hub.Services.GetRequiredService<IFleet>();

    private Task Put(string id) => Fleet.PutIdentity(new DeviceIdentity(id, "", "", true, "", "", default), null, "test", CancellationToken.None);

    private Task Tell(string id, DateTimeOffset at, string body) => Fleet.AppendTelemetry(
        new TelemetryMessage(id, at, new Dictionary<string, string?> { ["kind"] = "features" }, Encoding.UTF8.GetBytes(body)), CancellationToken.None);

    private static JsonObject[] Items(JsonNode answer) => [.. answer["items"]!.AsArray().Select(item => (JsonObject)item!)];

    private async Task<JsonNode> Get(string path)
    {
        using var response = await http.GetAsync(path);
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), text);
        return JsonNode.Parse(text)!;
    }

    private async Task<(string? Type, string Text)> Text(string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await http.SendAsync(request);
        return (response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsStringAsync());
    }
}
