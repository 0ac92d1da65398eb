using System.Globalization;
using System.Text.Json.Nodes;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>The feed of twin changes: a table, and a stream that is taken up where it was left.</summary>
public sealed class ChangeFeedTests : RestTests
{
    [Test]
    public async Task A_change_has_author_version_time_and_both_values()
    {
        await Hub.Register("f1");
        await Patch("f1", """{"tags":{"line":"A"},"properties":{"desired":{"limit":1,"gone":true}}}""", "ann");
        await Hub.Send(HttpMethod.Put, "/twins/f1", """{"properties":{"desired":{"limit":2}}}""", "*", ("X-DeviceTwin-Author", "bob"));
        await Report("f1", """{"limit":{"value":2,"ac":200,"av":3},"same":1}""");
        await Report("f1", """{"same":1,"new":{"a":1}}""");

        var changes = await Changes("device=f1");
        Assert.That(
            changes.Select(change => $"{change!["opType"]} {change["section"]} {change["version"]} {change["author"]} {change["diff"]!.ToJsonString()}"),
            Is.EqualTo(new[]
            {
                """updateTwin tags 2 rest/ann [{"path":"line","from":null,"to":"A"}]""",
                """updateTwin desired 2 rest/ann [{"path":"limit","from":null,"to":1},{"path":"gone","from":null,"to":true}]""",
                """replaceTwin desired 3 rest/bob [{"path":"limit","from":1,"to":2},{"path":"gone","from":true,"to":null}]""",
                """updateTwin reported 2 device [{"path":"limit","from":null,"to":{"value":2,"ac":200,"av":3}},{"path":"same","from":null,"to":1}]""",
                """updateTwin reported 3 device [{"path":"new","from":null,"to":{"a":1}}]""",
            }));
        Assert.That((string?)changes[0]!["time"], Does.EndWith("Z"));
        Assert.That((await Changes("device=f1&section=tags,reported")).Select(change => (string?)change!["section"]), Is.EqualTo(new[] { "tags", "reported", "reported" }));
        var third = (long?)changes[2]!["sequence"];
        Assert.That(await Changes($"device=f1&after={third}&limit=1"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Wrong_questions_are_refused()
    {
        AssertRefused(await Hub.Send(HttpMethod.Get, "/api/v1/changes?section=identity"), System.Net.HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "section takes tags, desired and reported");
        AssertRefused(await Hub.Send(HttpMethod.Get, "/api/v1/changes?after=-1"), System.Net.HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "after takes the number");
        AssertRefused(await Hub.Send(HttpMethod.Get, "/api/v1/changes/events?section=x"), System.Net.HttpStatusCode.BadRequest, "ArgumentInvalid", 400004, "section takes");
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_reader_that_comes_back_misses_nothing_and_gets_nothing_twice(CancellationToken cancellation)
    {
        await Hub.Register("f2");
        await Hub.Register("f3");
        var seen = new List<long>();
        var last = (long)(await Hub.Get("/api/v1/changes?limit=1"))["newest"]!;
        for (var number = 0; number < 20; number++)
        {
            if (number % 3 == 0)
            {
                await Patch("f3", $$$"""{"tags":{"n":{{{number}}}}}""", "ann");
            }

            await Patch("f2", $$$"""{"tags":{"n":{{{number}}}}}""", "ann");
            if (number % 4 == 1)
            {
                // Comes, takes some, goes: sometimes in the middle of what there is.
                using var reader = await Open("device=f2", last, cancellation);
                for (var taken = 0; taken < 3 && seen.Count <= number; taken++)
                {
                    var (id, name, body) = await Next(reader, cancellation);
                    Assert.That((name, (string?)body["deviceId"]), Is.EqualTo(("tags", "f2")));
                    seen.Add((long)body["diff"]![0]!["to"]!);
                    last = id;
                }
            }
        }

        using var rest = await Open("device=f2", last, cancellation);
        while (seen.Count < 20)
        {
            seen.Add((long)(await Next(rest, cancellation)).Body["diff"]![0]!["to"]!);
        }

        Assert.That(seen, Is.EqualTo(Enumerable.Range(0, 20)));
        await Patch("f2", """{"tags":{"n":20}}""", "ann");
        Assert.That((long)(await Next(rest, cancellation)).Body["diff"]![0]!["to"]!, Is.EqualTo(20), "and then as it happens");
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_number_that_the_hub_never_gave_out_is_a_gap(CancellationToken cancellation)
    {
        using var reader = await Open("", 1_000_000_000, cancellation);
        var (id, name, body) = await Next(reader, cancellation);
        Assert.That((name, (long?)body["after"]), Is.EqualTo(("gap", 1_000_000_000L)));
        Assert.That(id, Is.EqualTo((long)(await Hub.Get("/api/v1/changes?limit=1"))["newest"]!));
    }

    private static JsonObject Object(string json) => (JsonObject)JsonNode.Parse(json)!;

    private Task Patch(string id, string patch, string author) => Hub.Send(HttpMethod.Patch, $"/twins/{id}", patch, null, ("X-DeviceTwin-Author", author));

    private Task Report(string id, string patch) => Hub.Fleet.PatchReported(id, Object(patch), null, CancellationToken.None);

    private async Task<JsonArray> Changes(string query) => (JsonArray)(await Hub.Get("/api/v1/changes?" + query))["changes"]!;

    private async Task<StreamReader> Open(string query, long? last, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/changes/events?" + query);
        if (last is { } id)
        {
            request.Headers.Add("Last-Event-ID", id.ToString(CultureInfo.InvariantCulture));
        }

        var response = await Hub.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("text/event-stream"));
        return new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
    }

    private static async Task<(long Id, string Name, JsonNode Body)> Next(StreamReader reader, CancellationToken cancellation)
    {
        var (id, name) = (0L, "");
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                id = long.Parse(line[4..], CultureInfo.InvariantCulture);
            }
            else if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                name = line[7..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                return (id, name, JsonNode.Parse(line[6..])!);
            }
        }

        throw new EndOfStreamException("The hub closed the stream.");
    }
}
