using System.Text;
using DeviceTwin.Hub;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage;
using DeviceTwin.Tests.Hub.Gateway;
using DeviceTwin.Tests.Hub.Rest;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceTwin.Tests.Hub.Sequence;

/// <summary>A node that did not get its PUBACK sends again over another connection, to a hub that has been restarted meanwhile.</summary>
public sealed class RepeatOnTheWireTests
{
    private const string Bag = "%24.ct=application%2Fjson&%24.ce=utf-8&kind=features&bootId=3-5f&seq=";

    [Test]
    public async Task Gets_its_PUBACK_and_the_message_is_there_once()
    {
        var folder = Directory.CreateTempSubdirectory("devicetwin-repeat-");
        try
        {
            string key;
            await using (var hub = await Start(folder))
            {
                key = (await Fleet(hub).PutIdentity(new DeviceIdentity("n1", "", "", true, "", "", default), null, "test", CancellationToken.None)).PrimaryKey;
                await using var wire = await Connect(hub, key);
                await Publish(wire, number: 1, packetId: 1);
                await Publish(wire, number: 2, packetId: 2);
                await Publish(wire, number: 1, packetId: 3);
            }

            await using (var hub = await Start(folder))
            {
                await using var wire = await Connect(hub, key);
                await Publish(wire, number: 2, packetId: 1);
                await Publish(wire, number: 3, packetId: 2);
                var kept = Fleet(hub).ReadTelemetry("n1", "features", 10);
                Assert.That(kept.Select(message => message.Properties["seq"]), Is.EqualTo(new[] { "3", "2", "1" }));
                Assert.That(Fleet(hub).Totals.Telemetry, Is.EqualTo(3));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<HubApplication> Start(DirectoryInfo folder)
    {
        var hub = HubApplication.Create(HubFixture.Options(folder.FullName));
        await hub.Start(CancellationToken.None);
        return hub;
    }

    private static IFleet Fleet(HubApplication hub) => hub.Services.GetRequiredService<IFleet>();

    private static async Task<Wire> Connect(HubApplication hub, string key)
    {
        const string Scope = "localhost%2Fdevices%2Fn1";
        var expiry = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds();
        var token = $"SharedAccessSignature sr={Scope}&sig={Uri.EscapeDataString(GatewayHost.Sign(key, Scope, expiry))}&se={expiry}";
        var wire = await Wire.Dial(hub.MqttPort, hub.AuthorityFile);
        await wire.Send(new MqttConnect("n1", true, 60, "localhost/n1/?api-version=2021-04-12", Encoding.UTF8.GetBytes(token)));
        Assert.That((await wire.Next<MqttConnAck>()).ReturnCode, Is.EqualTo(MqttConnectReturnCode.Accepted));
        return wire;
    }

    private static async Task Publish(Wire wire, int number, int packetId)
    {
        await wire.Publish($"devices/n1/messages/events/{Bag}{number}", $$"""{"verdict":"normal","n":{{number}}}""", qos: 1, packetId: packetId);
        Assert.That((await wire.Next<MqttPubAck>()).PacketId, Is.EqualTo(packetId));
    }
}
