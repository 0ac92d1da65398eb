using System.Net;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Gateway.Messaging;
using DeviceTwin.Mqtt;
using DeviceTwin.Tests.Hub.Gateway;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceTwin.Tests.Hub.Rest;

/// <summary>What became of messages, as those who sent them take it.</summary>
public sealed class FeedbackEndpointTests
{
    private const string Path = "/messages/serviceBound/feedback";

    [Test]
    public async Task C2D2_A_message_s_end_waits_for_its_sender_over_a_restart_and_goes_when_it_is_completed()
    {
        await using var hub = await HubFixture.Start();
        await using (Wire device = await hub.Connect("fb-1"))
        {
            await device.Subscribe(1, ("devices/fb-1/messages/devicebound/#", 1));
            var (sent, _) = await hub.Send(HttpMethod.Post, "/devices/fb-1/messages/deviceBound", "{}", null, ("iothub-ack", "full"), ("iothub-messageid", "m-1"));
            Assert.That((sent.StatusCode, sent.Headers.GetValues("iothub-messageid").Single()), Is.EqualTo((HttpStatusCode.NoContent, "m-1")));
            MqttPublish message = await device.Next<MqttPublish>();
            Assert.That(message.Topic, Does.Contain("iothub-ack=full"), "as with Azure");
            Assert.That((await hub.Send(HttpMethod.Get, Path)).Response.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
            await device.Send(new MqttPubAck(message.PacketId));
            await Until(() => hub.Fleet.FindTwin("fb-1")!.CloudToDeviceMessageCount == 0);
        }

        await hub.Restart();
        var (token, batch) = await Take(hub);
        string generation = hub.Fleet.FindIdentity("fb-1")!.GenerationId;
        string at = (string)batch[0]!["enqueuedTimeUtc"]!;
        Assert.That(
            batch.ToJsonString(),
            Is.EqualTo($$"""[{"originalMessageId":"m-1","deviceId":"fb-1","deviceGenerationId":"{{generation}}","statusCode":"Success","description":"Success","enqueuedTimeUtc":"{{at}}"}]"""));
        Assert.That(DateTimeOffset.Parse(at), Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(10)));
        Assert.That((await hub.Send(HttpMethod.Get, Path)).Response.StatusCode, Is.EqualTo(HttpStatusCode.NoContent), "it is held");
        Assert.That((await hub.Send(HttpMethod.Post, $"{Path}/{token}/abandon?api-version=2021-04-12")).Response.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        (token, _) = await Take(hub);
        Assert.That((await hub.Send(HttpMethod.Delete, $"{Path}/%22{token}%22?api-version=2021-04-12")).Response.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        var (lost, why) = await hub.Send(HttpMethod.Delete, $"{Path}/{token}");
        Assert.That((lost.StatusCode, (int?)why!["code"], (string?)why["Message"]), Is.EqualTo((HttpStatusCode.PreconditionFailed, 412002, (string?)why["Message"])));
        Assert.That((string?)why["Message"], Does.StartWith("ErrorCode:DeviceMessageLockLost;"));
        Assert.That((await hub.Send(HttpMethod.Get, Path)).Response.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
    }

    [Test]
    public async Task C2D2_Purged_messages_of_devices_and_those_of_modules_are_told()
    {
        await using var hub = await HubFixture.Start();
        await hub.Register("fb-2");
        await hub.Send(HttpMethod.Put, "/devices/fb-2/modules/m", "{}");
        foreach (string path in new[] { "/devices/fb-2", "/devices/fb-2/modules/m" })
        {
            foreach (string acknowledge in new[] { "negative", "none" })
            {
                Assert.That((await hub.Send(HttpMethod.Post, $"{path}/messages/deviceBound", "{}", null, ("iothub-ack", acknowledge))).Response.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
            }
        }

        await hub.Send(HttpMethod.Delete, "/devices/fb-2/commands");
        Assert.That(await hub.Services.GetRequiredService<CloudToDeviceQueues>().Purge("fb-2/m", "test"), Is.EqualTo(2));
        var (_, batch) = await Take(hub);
        Assert.That(
            batch.Select(record => ((string?)record!["deviceId"], (string?)record["moduleId"], (string?)record["statusCode"], (string?)record["originalMessageId"])),
            Is.EqualTo(new[] { ("fb-2", (string?)null, "Purged", "c2d-1"), ("fb-2", "m", "Purged", "c2d-3") }));
        var (refused, why) = await hub.Send(HttpMethod.Post, "/devices/fb-2/messages/deviceBound", "{}", null, ("iothub-ack", "maybe"));
        Assert.That((refused.StatusCode, (string?)why!["Message"]), Is.EqualTo((HttpStatusCode.BadRequest, "ErrorCode:ArgumentInvalid;iothub-ack takes none, positive, negative or full, not \"maybe\".")));
    }

    private static async Task<(string Token, JsonArray Batch)> Take(HubFixture hub)
    {
        var (response, body) = await hub.Send(HttpMethod.Get, $"{Path}?api-version=2021-04-12");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        return (response.Headers.ETag!.Tag.Trim('"'), (JsonArray)body!);
    }

    private static async Task Until(Func<bool> condition)
    {
        var deadline = DateTimeOffset.UtcNow + GatewayHost.Patience;
        while (!condition())
        {
            Assert.That(DateTimeOffset.UtcNow, Is.LessThan(deadline));
            await Task.Yield();
        }
    }
}
