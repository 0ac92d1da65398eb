using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Waveforms;
using DeviceTwin.Tests.Hub.Gateway;
using DeviceTwin.Tests.Hub.Rest;

namespace DeviceTwin.Tests.Hub.Waveforms;

/// <summary>A node brings waveforms over the connection it has, and asks there how far they have come.</summary>
public sealed class WireTests : RestTests
{
    [Test]
    public async Task Chunks_are_messages_and_the_answer_comes_where_answers_to_twin_requests_come()
    {
        var content = WaveformWorld.Content(1, 3000);
        var sha256 = WaveformFiles.HashOf(content);
        await using var wire = await Connect("wired");
        Assert.That((string?)(await Ask(wire, "wired", sha256, 1))["state"], Is.EqualTo("absent"));
        await Chunk(wire, "wired", content, 0, 1000, 2);
        await Chunk(wire, "wired", content, 2000, 3000, 3);
        var told = await Ask(wire, "wired", sha256, 4);
        Assert.That(((string?)told["state"], (int?)told["next"], told["ranges"]!.ToJsonString()), Is.EqualTo(("open", 1000, "[[0,1000],[2000,3000]]")));
        await Chunk(wire, "wired", content, 1000, 2000, 5);
        Assert.That((string?)(await UntilVerified(wire, "wired", sha256))["state"], Is.EqualTo("complete"));
        Assert.That(Hub.Fleet.ReadTelemetry("wired", null, 10), Is.Empty, "chunks are no telemetry");
        Assert.That(await Hub.Http.GetByteArrayAsync($"/api/v1/waveforms/{sha256}?format=raw"), Is.EqualTo(content));
    }

    [Test]
    public async Task Compressed_chunks_are_unpacked_when_they_arrive_and_those_that_cannot_be_are_refused_with_a_reason()
    {
        var content = WaveformWorld.Content(4, 3000);
        var sha256 = WaveformFiles.HashOf(content);
        await using var wire = await Connect("compresses");
        await Send(WaveformWorld.Compress(content, 0, 1000), 0, 1000, 1);
        await Send(WaveformWorld.Compress(content, 0, 1000), 0, 1002, 2, "&rid=9");
        var refusal = await wire.Next<MqttPublish>();
        Assert.That(refusal.Topic, Is.EqualTo("$iothub/twin/res/400/?$rid=9"));
        Assert.That((string?)JsonNode.Parse(refusal.Payload.Span)!["message"], Is.EqualTo("The chunk is not what format=rice1 makes of 1002 bytes."));
        await Send(new byte[10], 1000, 300_000, 3, "&rid=10");
        Assert.That((await wire.Next<MqttPublish>()).Topic, Is.EqualTo("$iothub/twin/res/400/?$rid=10"));
        Assert.That((int?)(await Ask(wire, "compresses", sha256, 11))["next"], Is.EqualTo(1000));
        await Send(WaveformWorld.Compress(content, 1000, 3000), 1000, 2000, 4);
        Assert.That((string?)(await UntilVerified(wire, "compresses", sha256))["state"], Is.EqualTo("complete"));
        Assert.That(await Hub.Http.GetByteArrayAsync($"/api/v1/waveforms/{sha256}?format=raw"), Is.EqualTo(content));

        async Task Send(byte[] code, int offset, int size, int packet, string more = "")
        {
            var bag = string.Join('&', WaveformWorld.Properties(content, offset).Select(property => $"{property.Key}={property.Value}"));
            await wire.Send(new MqttPublish($"devices/compresses/messages/events/{bag}&format=rice1&size={size}{more}", code, 1, packet));
            Assert.That((await wire.Next<MqttPubAck>()).PacketId, Is.EqualTo(packet));
        }
    }

    [Test]
    public async Task After_another_connection_the_node_goes_on_where_it_was()
    {
        var content = WaveformWorld.Content(2, 40);
        await using (var wire = await Connect("resumes"))
        {
            await Chunk(wire, "resumes", content, 0, 24, 1);
        }

        await using var next = await Connect("resumes", sessionPresent: true);
        Assert.That((int?)(await Ask(next, "resumes", WaveformFiles.HashOf(content), 1))["next"], Is.EqualTo(24));
    }

    [Test]
    public async Task A_wrong_hash_is_an_explicit_answer()
    {
        var content = WaveformWorld.Content(3, 40);
        var wrong = WaveformFiles.HashOf([1]);
        await using var wire = await Connect("errs");
        await Chunk(wire, "errs", content, 0, 40, 1, wrong);
        var told = await UntilVerified(wire, "errs", wrong);
        Assert.That(((string?)told["state"], (string?)told["reason"], (int?)told["next"]), Is.EqualTo(("discarded", "hashDiffers", 0)));
    }

    [Test]
    public async Task A_chunk_that_cannot_be_taken_is_confirmed_and_its_answer_says_why()
    {
        await using var wire = await Connect("hostile");
        await wire.Send(new MqttPublish("devices/hostile/messages/events/kind=waveform&sha256=zz&rid=7", new byte[8], 1, 1));
        await wire.Expect("40 02 00 01");
        var refusal = await wire.Next<MqttPublish>();
        Assert.That(refusal.Topic, Is.EqualTo("$iothub/twin/res/400/?$rid=7"));
        Assert.That((string?)JsonNode.Parse(refusal.Payload.Span)!["message"], Does.Contain("sha256 takes the 64 hexadecimal digits"));
        await wire.Send(new MqttPublish("devices/hostile/messages/events/kind=waveform&sha256=zz", new byte[8], 1, 2));
        await wire.Expect("40 02 00 02");
    }

    [Test]
    public async Task Messages_of_that_kind_without_a_hash_are_somebody_elses_telemetry()
    {
        await using var wire = await Connect("foreign");
        await wire.Send(new MqttPublish("devices/foreign/messages/events/kind=waveform", "mine"u8.ToArray(), 1, 1));
        await wire.Expect("40 02 00 01");
        Assert.That(Encoding.UTF8.GetString(Hub.Fleet.ReadTelemetry("foreign", null, 1).Single().Body.Span), Is.EqualTo("mine"));
    }

    private async Task<Wire> Connect(string deviceId, bool sessionPresent = false)
    {
        if (Hub.Fleet.FindIdentity(deviceId) is null)
        {
            await Hub.Register(deviceId);
        }

        var wire = await Wire.Dial(Hub.MqttPort, Hub.AuthorityFile);
        await wire.Send(new MqttConnect(
            deviceId, false, 60, $"localhost/{deviceId}/?api-version=2021-04-12", Encoding.UTF8.GetBytes(EndpointTests.Token(Hub.Fleet.FindIdentity(deviceId)!))));
        Assert.That((await wire.Next<MqttConnAck>()).ReturnCode, Is.EqualTo(MqttConnectReturnCode.Accepted));
        return wire;
    }

    private static async Task Chunk(Wire wire, string deviceId, byte[] content, int start, int end, int packet, string? sha256 = null)
    {
        var bag = string.Join('&', WaveformWorld.Properties(content, start, sha256).Select(property => $"{property.Key}={property.Value}"));
        await wire.Send(new MqttPublish($"devices/{deviceId}/messages/events/{bag}", content.AsMemory(start, end - start), 1, packet));
        Assert.That((await wire.Next<MqttPubAck>()).PacketId, Is.EqualTo(packet));
    }

    private static async Task<JsonNode> Ask(Wire wire, string deviceId, string sha256, int request)
    {
        await wire.Send(new MqttPublish($"devices/{deviceId}/messages/events/kind=waveform&sha256={sha256}&rid={request}", ReadOnlyMemory<byte>.Empty, 0, 0));
        var answer = await wire.Next<MqttPublish>();
        Assert.That(answer.Topic, Is.EqualTo($"$iothub/twin/res/200/?$rid={request}"));
        return JsonNode.Parse(answer.Payload.Span)!;
    }

    /// <summary>The hash is compared a moment after the last chunk is confirmed.</summary>
    private static async Task<JsonNode> UntilVerified(Wire wire, string deviceId, string sha256)
    {
        for (var request = 100; request < 10_000; request++)
        {
            var told = await Ask(wire, deviceId, sha256, request);
            if ((string?)told["state"] != "verifying")
            {
                return told;
            }
        }

        throw new AssertionException("It is never verified.");
    }
}
