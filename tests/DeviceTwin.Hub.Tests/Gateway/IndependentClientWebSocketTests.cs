using System.Net;
using DeviceTwin.Storage;
using DeviceTwin.Tests.Hub.Rest;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>The npm package mqtt over WebSocket, on whatever port.</summary>
[TestFixture]
public class IndependentClientWebSocketTests
{
    [Test]
    public async Task WS1_TW1_SE1_The_npm_client_over_WebSocket()
    {
        await using HubFixture hub = await HubFixture.Start(https: new IPEndPoint(IPAddress.Loopback, 0));
        DeviceIdentity device = await hub.Fleet.PutIdentity(new DeviceIdentity("dev1", "", "", true, "", "", default), null, "test", CancellationToken.None);
        const string Scope = "localhost%2Fdevices%2Fdev1";
        long expiry = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds();
        string token = $"SharedAccessSignature sr={Scope}&sig={Uri.EscapeDataString(GatewayHost.Sign(device.PrimaryKey, Scope, expiry))}&se={expiry}";
        string[] arguments = [$"{hub.Application.HttpsPort}", hub.AuthorityFile, "dev1", "localhost/dev1/?api-version=2021-04-12", token, "ws"];
        await using (OutsideProgram first = OutsideProgram.Node("mqtt-session.js", "mqtt", arguments))
        {
            await first.Expect("connected false");
            await first.Ask("subscribe $iothub/twin/res/# 0", "granted 0");
            await first.Tell("publish $iothub/twin/GET/?$rid=1 0 ");
            await first.Until("published");
            await first.Expect("""message $iothub/twin/res/200/?$rid=1 {"desired":{"$version":1},"reported":{"$version":1}}""");
            await first.Tell("publish devices/dev1/messages/events/kind=x 1 hello");
            await first.Until("published");
            Assert.That(hub.Fleet.ReadTelemetry("dev1", "x", 1), Has.Count.EqualTo(1));
            await first.Tell("end");
            Assert.That(await first.Ended(), Is.Zero);
        }

        await using OutsideProgram second = OutsideProgram.Node("mqtt-session.js", "mqtt", arguments);
        await second.Expect("connected true");
    }
}
