using DeviceTwin.Hub;
using DeviceTwin.Hub.Gateway.Messaging;
using DeviceTwin.Storage;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>The unmodified npm packages azure-iot-device and azure-iot-device-mqtt against the gateway.</summary>
[TestFixture]
public class NodeSdkTests
{
    private GatewayHost host = null!;
    private DeviceIdentity device = null!;

    [SetUp]
    public async Task SetUp()
    {
        host = await GatewayHost.Start(time: TimeProvider.System);
        device = await host.Register("node-1");
    }

    [TearDown]
    public async Task TearDown() => await host.DisposeAsync();

    [Test]
    public async Task SE1_SE2_TW1_TW2_TW4_BG1_Twin_and_telemetry_work_and_survive_token_renewal_and_a_restart_of_the_hub()
    {
        await host.Desire("node-1", """{"interval":5,"cfg":{"a":1}}""");
        await using OutsideProgram node = Start(device.PrimaryKey);
        await node.Ask("open", "open");
        await node.Ask("twin", """twin {"interval":5,"cfg":{"a":1},"$version":2}""");
        await node.Ask("""report {"temp":21.5,"fw":{"v":"1.0"},"gone":null}""", "reported");
        Assert.That(host.Fleet.FindTwin("node-1")!.Reported.Properties.ToJsonString(), Is.EqualTo("""{"temp":21.5,"fw":{"v":"1.0"}}"""));
        await node.Ask("""report {"bad key":1}""", await Refusal(node, """report {"bad key":1}"""));
        await node.Ask("listen", "listening");

        // The subscription went out before this question: its answer says that the hub has both.
        await node.Ask("twin", """twin {"interval":5,"cfg":{"a":1},"$version":2}""");
        await host.Desire("node-1", """{"interval":10,"cfg":{"a":null}}""");
        await node.Expect("""desired {"interval":10,"cfg":{"a":null},"$version":3}""");

        await node.Ask("""send {"v":1.5}""", "sent");
        TelemetryMessage message = host.Fleet.ReadTelemetry("node-1", null, 1).Single();
        Assert.That(message.Properties["kind"], Is.EqualTo("a & b/c"));
        Assert.That(message.Properties["$.ct"], Is.EqualTo("application/json"));

        // A new token: the client connects again and subscribes to nothing.
        await node.Ask("renew", "renewing");
        await host.Log.Saw(1000, "session present True");
        await host.Desire("node-1", """{"interval":11}""");
        await node.Until("""desired {""");
        Assert.That(host.Log.Count(1005), Is.Zero);

        // The connection is lost: the client comes back by itself, and still subscribes to nothing of the twin.
        await using (await host.Connect(host.NodeConnect(device), sessionPresent: true))
        {
            await host.Log.SawTimes(1000, 4);
        }

        await host.Desire("node-1", """{"interval":12}""");
        Assert.That(await node.Until("\"interval\":12"), Does.StartWith("desired"));

        // The hub goes away and comes back: the client connects with its next request.
        await host.Restart();
        await node.Tell("""report {"back":true}""");
        await node.Until("reported");
        await host.Desire("node-1", """{"interval":13}""");
        Assert.That(await node.Until("\"interval\":13"), Does.StartWith("desired"));
        Assert.That(await host.Log.Saw(1014, "desired"), Does.Contain("node-1"));
        Assert.That(host.Log.Count(1014), Is.EqualTo(2), "it has subscribed twice in all, on its first connection");
        await node.Tell("close");
        await node.Until("closed");
        Assert.That(host.Log.Errors(), Is.Empty);
    }

    [Test]
    public async Task SE1_SE2_ME1_C2D1_Methods_and_messages_survive_token_renewal_a_network_drop_and_a_restart_of_the_hub()
    {
        await using OutsideProgram node = Start(device.PrimaryKey);
        await node.Ask("open", "open");
        await node.Ask("method reboot", "method listening");
        await node.Ask("messages", "messages listening");
        await host.Log.Saw(1014, "methods");
        await host.Log.Saw(1014, "devicebound");
        await Reboot(1);

        await host.Enqueue(
            "node-1", "hello", null, ("$.mid", "m-1"), ("$.cid", "c/1"), ("$.ct", "application/json"), ("$.ce", "utf-8"), ("a key", "b & c=d/é"));
        Assert.That(
            await node.Until("message hello"),
            Is.EqualTo("""message hello {"messageId":"m-1","correlationId":"c/1","contentType":"application/json","contentEncoding":"utf-8","properties":{"a key":"b & c=d/é"}}"""));

        // SE1: a new token. The client connects again and subscribes to nothing.
        int before = host.Log.Count(1000);
        await node.Tell("renew");
        await host.Log.SawTimes(1000, before + 1);
        await Reboot(2);
        await Message("after renewal");

        // The network breaks: the client, having listeners, comes back by itself. What was sent meanwhile waits.
        before = host.Log.Count(1000);
        await node.Tell("drop");
        await host.Enqueue("node-1", "meanwhile");
        await host.Log.SawTimes(1000, before + 1);
        await node.Until("message meanwhile");
        await Reboot(3);

        // SE2: so it does after a restart of the hub.
        await host.Restart();
        await host.Enqueue("node-1", "after restart");
        await node.Until("message after restart");
        await Reboot(4);
        await node.Tell("close");
        await node.Until("closed");
        Assert.That(host.Log.Errors(), Is.Empty);

        async Task Reboot(int count)
        {
            MethodResult result = await host.Invoke("node-1", "reboot", $$"""{"count":{{count}}}""", response: 20, connect: 20);
            Assert.That((result.Status, result.Payload!.ToJsonString()), Is.EqualTo((200, $$$"""{"got":{"count":{{{count}}}}}""")));
        }

        async Task Message(string body)
        {
            await host.Enqueue("node-1", body);
            await node.Until("message " + body);
        }
    }

    [Test]
    public async Task ME1_ME3_A_method_without_payload_and_one_without_handler()
    {
        await using OutsideProgram node = Start(device.PrimaryKey);
        await node.Ask("open", "open");
        await node.Ask("method reboot", "method listening");
        MethodResult result = await host.Invoke("node-1", "reboot", connect: 20);
        Assert.That((result.Status, result.Payload!.ToJsonString()), Is.EqualTo((200, """{"got":null}""")));
        HubException refusal = (await Assert.ThrowsAsync<HubException>(() => host.Invoke("node-1", "unheard", response: 1)))!;
        Assert.That(refusal.Error.Name, Is.EqualTo("GatewayTimeout"), "the client says nothing where it has no handler");
    }

    [Test]
    public async Task AU3_A_wrong_key_is_an_UnauthorizedError_to_the_client()
    {
        await using OutsideProgram node = Start(Convert.ToBase64String(new byte[32]));
        await node.Tell("open");
        Assert.That(await node.Until("error"), Does.StartWith("error UnauthorizedError"));
    }

    private OutsideProgram Start(string key) => OutsideProgram.Node(
        "gateway-session.js",
        "azure-iot-device-mqtt",
        $"HostName=localhost:{host.Port};DeviceId=node-1;SharedAccessKey={key}",
        host.AuthorityFile);

    /// <summary>The client hands on the hub's own words, so they are read from its first answer.</summary>
    private static async Task<string> Refusal(OutsideProgram node, string command)
    {
        await node.Tell(command);
        string answer = await node.Next();
        Assert.That(answer, Does.StartWith("error Error: "));
        return answer;
    }
}
