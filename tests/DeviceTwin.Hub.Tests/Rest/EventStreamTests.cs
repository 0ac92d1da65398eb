using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

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

    [Test]
    [CancelAfter(30_000)]
    public async Task Readers_that_do_not_read_are_told_of_the_gap_and_hold_nobody_up(CancellationToken cancellation)
    {
        await Hub.Register("busy");
        var deaf = new List<Socket>();
        try
        {
            for (var index = 0; index < 20; index++)
            {
                // A window of a few KB: what it does not read stays at the hub.
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
                deaf.Add(socket);
                await socket.ConnectAsync(Hub.Url.Host, Hub.Url.Port, cancellation);
                await socket.SendAsync(Encoding.ASCII.GetBytes("GET /api/v1/devices/busy/events HTTP/1.1\r\nHost: localhost\r\n\r\n"), cancellation);
                await socket.ReceiveAsync(new byte[1], cancellation);
            }

            // Far more than the 256 changes that the hub holds for a reader and what TCP takes.
            const int Changes = 1500;
            var filler = new string('x', 4000);
            await Task.WhenAll(Enumerable.Range(1, Changes).Select(number => Hub.Fleet.PatchTwin(
                "busy",
                new JsonObject { ["properties"] = new JsonObject { ["desired"] = new JsonObject { ["filler"] = filler + number } } },
                null,
                "operator",
                cancellation)));

            using var late = await Open("busy", cancellation);
            Assert.That((await Next(late, cancellation)).Name, Is.EqualTo("snapshot"), "others are served");
            using var reader = new StreamReader(new NetworkStream(deaf[0]));
            var told = 0;
            var gap = false;
            while (!gap && await reader.ReadLineAsync(cancellation) is { } line)
            {
                told += line.StartsWith("event: desired", StringComparison.Ordinal) ? 1 : 0;
                gap = line == "event: gap";
            }

            Assert.That(gap, "it hears that it missed something");
            Assert.That(told, Is.InRange(250, Changes - 1), "what the queue holds: 256 events, a few of them of the state of the node");
        }
        finally
        {
            deaf.ForEach(socket => socket.Dispose());
        }
    }

    [Test]
    public void Bodies_and_headers_in_drops_are_cut_off_by_the_server()
    {
        // Kestrel's own: below 240 bytes a second for more than 5 s, or headers for more than 30 s, a connection is closed.
        var limits = Hub.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits;
        Assert.That((limits.MinRequestBodyDataRate?.BytesPerSecond, limits.MinRequestBodyDataRate?.GracePeriod), Is.EqualTo((240, TimeSpan.FromSeconds(5))));
        Assert.That((limits.MinResponseDataRate?.BytesPerSecond, limits.MinResponseDataRate?.GracePeriod), Is.EqualTo((240, TimeSpan.FromSeconds(5))));
        Assert.That(limits.RequestHeadersTimeout, Is.EqualTo(TimeSpan.FromSeconds(30)));
        Assert.That(limits.MaxRequestBodySize, Is.EqualTo(512 * 1024));
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
