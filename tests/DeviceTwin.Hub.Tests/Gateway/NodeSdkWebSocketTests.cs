using System.Text.Json.Nodes;
using DeviceTwin.Storage;
using DeviceTwin.Tests.Hub.Rest;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>The unmodified npm packages over WebSocket. They take port 443 alone: where it cannot be had the tests are skipped.</summary>
[TestFixture]
public class NodeSdkWebSocketTests
{
    private HubFixture hub = null!;

    [SetUp]
    public async Task SetUp() => hub = await StandardPort.Start();

    [TearDown]
    public async Task TearDown()
    {
        if (hub is not null)
        {
            await hub.DisposeAsync();
        }
    }

    [Test]
    public async Task WS1_TW1_TW2_TW4_BG1_A_device_over_WebSocket()
    {
        DeviceIdentity device = await hub.Fleet.PutIdentity(new DeviceIdentity("ws-1", "", "", true, "", "", default), null, "test", CancellationToken.None);
        await using OutsideProgram node = OutsideProgram.Node(
            "gateway-session.js", "azure-iot-device-mqtt", $"HostName={hub.Name};DeviceId=ws-1;SharedAccessKey={device.PrimaryKey}", hub.AuthorityFile, "ws");
        await node.Ask("open", "open");
        await node.Ask("twin", """twin {"$version":1}""");
        await node.Ask("""report {"temp":21.5}""", "reported");
        await node.Ask("listen", "listening");
        await node.Ask("twin", """twin {"$version":1}""");
        await Desire("""{"interval":10}""");
        await node.Expect("""desired {"interval":10,"$version":2}""");
        await node.Ask("""send {"v":1.5}""", "sent");
        Assert.That(hub.Fleet.ReadTelemetry("ws-1", null, 1).Single().Properties["kind"], Is.EqualTo("a & b/c"));

        // SE1: a new token; the client connects again and subscribes to nothing.
        await node.Ask("renew", "renewing");
        await Desire("""{"interval":11}""");
        Assert.That(await node.Until("\"interval\":11"), Does.StartWith("desired"));
        await node.Tell("close");
        await node.Until("closed");

        Task Desire(string desired) => hub.Fleet.PatchTwin(
            "ws-1", (JsonObject)JsonNode.Parse($$$"""{"properties":{"desired":{{{desired}}}}}""")!, null, "operator", CancellationToken.None);
    }
}
