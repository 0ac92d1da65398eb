using DeviceTwin.Hub.Gateway.Messaging;
using DeviceTwin.Storage;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>The unmodified npm packages azure-iot-device and azure-iot-device-mqtt as a module of a device.</summary>
[TestFixture]
public class NodeSdkModuleTests
{
    private GatewayHost host = null!;
    private DeviceIdentity module = null!;

    [SetUp]
    public async Task SetUp()
    {
        host = await GatewayHost.Start(time: TimeProvider.System);
        await host.Register("node-1");
        module = await host.RegisterModule("node-1", "m-1");
    }

    [TearDown]
    public async Task TearDown() => await host.DisposeAsync();

    [Test]
    public async Task BG4_SE1_SE2_TW1_TW2_TW4_ME1_A_module_client_has_twin_outputs_and_methods_and_survives_renewal_and_restart()
    {
        await host.Desire("node-1/m-1", """{"interval":5}""");
        await using OutsideProgram node = OutsideProgram.Node(
            "module-session.js",
            "azure-iot-device-mqtt",
            $"HostName=localhost:{host.Port};DeviceId=node-1;ModuleId=m-1;SharedAccessKey={module.PrimaryKey}",
            host.AuthorityFile);
        await node.Ask("open", "open");
        await node.Ask("twin", """twin {"interval":5,"$version":2}""");
        await node.Ask("""report {"temp":21.5}""", "reported");
        Assert.That(host.Fleet.FindTwin("node-1/m-1")!.Reported.Properties.ToJsonString(), Is.EqualTo("""{"temp":21.5}"""));
        Assert.That(host.Fleet.FindTwin("node-1")!.Reported.Version, Is.EqualTo(1));
        await node.Ask("send hello", "sent");
        await node.Ask("output out1 from an output", "sent to out1");
        TelemetryMessage message = host.Fleet.ReadTelemetry("node-1/m-1", null, 1).Single();
        Assert.That((message.Properties["$.on"], message.Properties["kind"]), Is.EqualTo(("out1", "a & b/c")));
        await node.Ask("inputs", "inputs listening");
        await node.Ask("method reboot", "method listening");
        await node.Ask("listen", "listening");
        await node.Ask("twin", """twin {"interval":5,"$version":2}""");
        await host.Desire("node-1/m-1", """{"interval":10}""");
        await node.Expect("""desired {"interval":10,"$version":3}""");
        await Reboot(1);

        // A new token: the client connects again and subscribes to nothing.
        int before = host.Log.Count(1000);
        await node.Tell("renew");
        await host.Log.SawTimes(1000, before + 1);
        await host.Desire("node-1/m-1", """{"interval":11}""");
        Assert.That(await node.Until("\"interval\":11"), Does.StartWith("desired"));
        await Reboot(2);

        // So it does after a restart of the hub.
        await host.Restart();
        await Reboot(3);
        await host.Desire("node-1/m-1", """{"interval":12}""");
        Assert.That(await node.Until("\"interval\":12"), Does.StartWith("desired"));
        await node.Tell("close");
        await node.Until("closed");
        Assert.That(host.Log.Errors(), Is.Empty);

        async Task Reboot(int count)
        {
            MethodResult result = await host.Invoke("node-1/m-1", "reboot", $$"""{"count":{{count}}}""", response: 20, connect: 20);
            Assert.That((result.Status, result.Payload!.ToJsonString()), Is.EqualTo((200, $$$"""{"got":{"count":{{{count}}}}}""")));
        }
    }
}
