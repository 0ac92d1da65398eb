using System.Text.Json.Nodes;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>Twin changes as they happen, with author and both values.</summary>
public sealed class EventStreamTests : RestTests
{
    [Test]
    [CancelAfter(30_000)]
    public async Task A_change_is_told_with_author_version_and_both_values(CancellationToken cancellation)
    {
        await Hub.Register("watched");
        await Hub.Send(HttpMethod.Patch, "/twins/watched", """{"properties":{"desired":{"detection":{"limit":1,"gone":true}}}}""");
        using var reader = await Open("watched", cancellation);
        var (name, snapshot) = await Next(reader, cancellation);
        Assert.That(name, Is.EqualTo("snapshot"));
        Assert.That(((long?)snapshot["desiredVersion"], (string?)snapshot["state"]), Is.EqualTo((2L, "Unknown")));

        await Hub.Send(HttpMethod.Patch, "/twins/watched", """{"properties":{"desired":{"detection":{"limit":2,"gone":null}}}}""", null, ("X-DeviceTwin-Author", "ann"));
        var desired = await Next(reader, "desired", cancellation);
        Assert.That(((string?)desired["section"], (long?)desired["version"], (string?)desired["author"]), Is.EqualTo(("desired", 3L, "rest/ann")));
        Assert.That(desired["diff"]!.ToJsonString(), Is.EqualTo(
            """[{"path":"detection.limit","from":1,"to":2},{"path":"detection.gone","from":true,"to":null}]"""));
        Assert.That((string?)desired["time"], Does.EndWith("Z"));

        await Hub.Fleet.PatchReported("watched", (JsonObject)JsonNode.Parse("""{"detection":{"limit":{"value":2,"ac":200,"av":3}}}""")!, null, cancellation);
        var reported = await Next(reader, "reported", cancellation);
        Assert.That(((long?)reported["version"], (string?)reported["author"]), Is.EqualTo((2L, "device")));
        var convergence = await Next(reader, "convergence", cancellation);
        Assert.That(convergence["diff"]!.ToJsonString(), Is.EqualTo("""[{"path":"state","from":"Unknown","to":"InSync"}]""").Or.Contain("InSync"));

        await Hub.Send(HttpMethod.Delete, "/devices/watched");
        await Next(reader, "deleted", cancellation);
        Assert.That(await reader.ReadToEndAsync(cancellation), Is.Empty.Or.EqualTo("\n"), "nothing follows the end of a device");
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Other_devices_and_telemetry_are_not_part_of_a_stream(CancellationToken cancellation)
    {
        await Hub.Register("mine");
        await Hub.Register("other");
        using var reader = await Open("mine", cancellation);
        await Next(reader, "snapshot", cancellation);
        await Hub.Send(HttpMethod.Patch, "/twins/other", """{"tags":{"a":1}}""");
        await Hub.Tell("mine", "features", "{}");
        await Hub.Send(HttpMethod.Patch, "/twins/mine", """{"tags":{"a":1}}""");
        var (name, _) = await Next(reader, cancellation);
        Assert.That(name, Is.EqualTo("tags"));
    }

    private async Task<StreamReader> Open(string id, CancellationToken cancellation)
    {
        var response = await Hub.Http.GetAsync($"/api/v1/devices/{id}/events", HttpCompletionOption.ResponseHeadersRead, cancellation);
        Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("text/event-stream"));
        return new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
    }

    private static async Task<JsonNode> Next(StreamReader reader, string name, CancellationToken cancellation)
    {
        while (true)
        {
            var (section, body) = await Next(reader, cancellation);
            if (section == name)
            {
                return body;
            }
        }
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
