using DeviceTwin.Hub.Gateway;
using DeviceTwin.Mqtt;
using DeviceTwin.Storage;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>Device-to-cloud messages and their property bags, section 3.5.</summary>
[TestFixture]
public class TelemetryTests : GatewayTest
{
    [Test]
    public async Task BG1_Nodes_bag_with_encoded_keys()
    {
        TelemetryMessage stored = await Send(
            host.NodeConnect(dev1),
            "%24.mid=mid%201&%24.cid=c%2F1&%24.ct=application%2Fjson&%24.ce=utf-8&alert=true%20%26%20false&%24.sub=thermostat1");
        Assert.That(stored.Properties, Is.EquivalentTo(new Dictionary<string, string?>
        {
            ["$.mid"] = "mid 1",
            ["$.cid"] = "c/1",
            ["$.ct"] = "application/json",
            ["$.ce"] = "utf-8",
            ["alert"] = "true & false",
            ["$.sub"] = "thermostat1",
        }));
        Assert.That(stored.Body.ToArray(), Is.EqualTo("""{"v":1.5}"""u8.ToArray()));
    }

    [Test]
    public async Task BG2_CSharps_bag_with_a_slash_at_the_end()
    {
        TelemetryMessage stored = await Send(host.CSharpConnect(dev1), "%24.mid=m1&%24.ct=application%2Fjson&alert=a%20b/");
        Assert.That(stored.Properties["alert"], Is.EqualTo("a b"));
    }

    [Test]
    public async Task BG3_Nanos_bag_with_raw_keys_and_plus_for_space()
    {
        await using Wire wire = await host.Connect(host.NanoConnect(dev1));

        // By hand: a topic with '+' is against the standard, and our writer would not write it.
        byte[] topic = [.. "devices/dev1/messages/events/$.ct=application%2Fjson&$.ce=utf-8&alert=a+b&$.sub=thermostat1"u8];
        byte[] packet = [0x32, (byte)(2 + topic.Length + 2 + 1), 0, (byte)topic.Length, .. topic, 0, 4, (byte)'x'];
        await wire.SendBytes(Convert.ToHexString(packet));
        await host.PassNanoDelay();
        await wire.Expect("40 02 00 04");
        TelemetryMessage stored = host.Fleet.ReadTelemetry("dev1", null, 1).Single();
        Assert.That(stored.Properties["$.ct"], Is.EqualTo("application/json"));
        Assert.That(stored.Properties["alert"], Is.EqualTo("a b"));
    }

    [TestCase("", "", TestName = "An empty bag")]
    [TestCase("/", "", TestName = "A slash alone")]
    [TestCase("a", "a:null", TestName = "A key without value")]
    [TestCase("a=", "a:", TestName = "A key with an empty value")]
    [TestCase("a=1&a=2", "a:2", TestName = "of a key that comes twice the last counts")]
    [TestCase("a=b=c", "a:b=c", TestName = "only the first equals sign separates")]
    [TestCase("&&a=1&", "a:1", TestName = "separators without anything between them")]
    [TestCase("a=%zz%4", "a:%zz%4", TestName = "escapes that are none stay")]
    [TestCase("a=%E6%B0%B4", "a:水", TestName = "text beyond ASCII")]
    public async Task Bag(string bag, string expected)
    {
        TelemetryMessage stored = await Send(host.NodeConnect(dev1), bag);
        Assert.That(string.Join(';', stored.Properties.Select(entry => $"{entry.Key}:{entry.Value ?? "null"}")), Is.EqualTo(expected));
    }

    [Test]
    public async Task The_slash_before_the_bag_may_be_missing()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Publish("devices/dev1/messages/events", "x", 1, 1);
        await wire.Expect("40 02 00 01");
        Assert.That(host.Fleet.ReadTelemetry("dev1", null, 1).Single().Properties, Is.Empty);
    }

    [Test]
    public async Task A_retained_message_is_marked()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Publish("devices/dev1/messages/events/a=1", "x", 1, 1, retain: true);
        await wire.Expect("40 02 00 01");
        Assert.That(host.Fleet.ReadTelemetry("dev1", null, 1).Single().Properties["mqtt-retain"], Is.EqualTo("true"));
    }

    [Test]
    public async Task PUBACKs_come_in_the_order_of_the_messages_and_only_when_all_is_stored()
    {
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        const int Count = 500;
        await wire.Send([.. Enumerable.Range(1, Count).Select(id => new MqttPublish("devices/dev1/messages/events/", BitConverter.GetBytes(id), 1, id))]);
        for (int id = 1; id <= Count; id++)
        {
            Assert.That((await wire.Next<MqttPubAck>()).PacketId, Is.EqualTo(id));
        }

        Assert.That(host.Fleet.Totals.Telemetry, Is.EqualTo(Count));
        await host.Restart();
        Assert.That(
            host.Fleet.ReadTelemetry("dev1", null, Count).Select(message => BitConverter.ToInt32(message.Body.Span)),
            Is.EqualTo(Enumerable.Range(1, Count).Reverse()));
    }

    [Test]
    public async Task Messages_without_QoS_are_stored_even_when_the_device_leaves_at_once()
    {
        await using (Wire wire = await host.Connect(host.NodeConnect(dev1)))
        {
            await wire.Publish("devices/dev1/messages/events/", "last words");
            await wire.Send(new MqttDisconnect());
            await wire.ExpectClosed();
        }

        await host.Log.Saw(1001, "dev1");
        Assert.That(host.Fleet.ReadTelemetry("dev1", null, 1), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_message_of_256_KB_is_taken_and_one_byte_more_closes_the_connection()
    {
        int most = new GatewayOptions().MaxPayload;
        await using Wire wire = await host.Connect(host.NodeConnect(dev1));
        await wire.Send(new MqttPublish("devices/dev1/messages/events/", new byte[most], 1, 1));
        await wire.Expect("40 02 00 01");
        await wire.Send(new MqttPublish("devices/dev1/messages/events/", new byte[most + 1], 1, 2));
        await wire.ExpectClosed();
        Assert.That(host.Fleet.ReadTelemetry("dev1", null, 10), Has.Count.EqualTo(1));
    }

    private async Task<TelemetryMessage> Send(MqttConnect connect, string bag)
    {
        await using Wire wire = await host.Connect(connect);
        await wire.Publish("devices/dev1/messages/events/" + bag, """{"v":1.5}""", 1, 51661);
        await wire.Expect("40 02 C9 CD");
        return host.Fleet.ReadTelemetry("dev1", null, 1).Single();
    }
}
