using System.Text;
using DeviceTwin.Hub.Gateway.Messaging;
using DeviceTwin.Mqtt;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>
/// Whole sessions of clients that cannot run here, as they were recorded: the same packets with the same identifiers, flags and payloads
/// in the same order, and every byte of the answers.
/// </summary>
[TestFixture]
public class RecordedSessionTests : GatewayTest
{
    [TearDown]
    public void NothingWentWrong() => Assert.That(host.Log.Errors(), Is.Empty);

    [Test]
    public async Task SE1_TW1_TW2_TW4_ME1_BG2_A_session_of_the_CSharp_client_with_a_drop_in_the_middle()
    {
        await host.Desire("dev1", """{"interval":5}""");
        await using (Wire first = await host.Connect(host.CSharpConnect(dev1)))
        {
            await Subscribe(first, 1, "$iothub/twin/res/#");
            await first.Publish("$iothub/twin/GET/?$rid=0ee79a75-972b-4b3e-8ccf-65c8ed401900");
            await first.Expect(Publish(
                "$iothub/twin/res/200/?$rid=0ee79a75-972b-4b3e-8ccf-65c8ed401900", """{"desired":{"interval":5,"$version":2},"reported":{"$version":1}}"""));
            await Subscribe(first, 2, "$iothub/twin/PATCH/properties/desired/#");
            await Subscribe(first, 3, "$iothub/methods/POST/#");
            await Subscribe(first, 4, "devices/dev1/messages/devicebound/#");
            await first.Publish("$iothub/twin/PATCH/properties/reported/?$rid=7a29c423-51ee-4dc5-9282-7bdcb071d4ef", """{"step":1}""");
            await first.Expect(Publish("$iothub/twin/res/204/?$rid=7a29c423-51ee-4dc5-9282-7bdcb071d4ef&$version=2", ""));
            await host.Desire("dev1", """{"interval":6}""");
            await first.Expect(Publish("$iothub/twin/PATCH/properties/desired/?$version=3", """{"interval":6,"$version":3}"""));

            Task<MethodResult> call = host.Invoke("dev1", "reboot", """{"a":1}""");
            MqttPublish request = await first.Next<MqttPublish>();
            Assert.That((request.Topic[..^Rid(request).Length], Wire.Text(request)), Is.EqualTo(("$iothub/methods/POST/reboot/?$rid=", """{"a":1}""")));
            await first.Publish("$iothub/methods/res/200/?$rid=" + Rid(request), """{"ok":true}""");
            Assert.That((await call).Payload!.ToJsonString(), Is.EqualTo("""{"ok":true}"""));

            await host.Enqueue("dev1", "hello", null, ("$.mid", "m-1"), ("p", "1"));
            await first.Expect(Publish(
                "devices/dev1/messages/devicebound/%24.to=%2Fdevices%2Fdev1%2Fmessages%2FdeviceBound&%24.mid=m-1&p=1", "hello", qos: 1, packetId: 1));
            await first.SendBytes("40 02 00 01");
            await first.Publish(
                "devices/dev1/messages/events/%24.mid=m1&%24.ct=application%2Fjson&%24.ce=utf-8&%24.sub=thermostat1&alert=a%20b/", """{"v":1}""", qos: 1, packetId: 5);
            await first.Expect("40 02 00 05");
            Assert.That(host.Fleet.ReadTelemetry("dev1", null, 1)[0].Properties["alert"], Is.EqualTo("a b"));
        }

        // It vanished without DISCONNECT and is back: messages first, then the rest, though the session is there.
        await using Wire second = await host.Connect(host.CSharpConnect(dev1), sessionPresent: true);
        await second.Expect(Publish("$iothub/twin/PATCH/properties/desired/?$version=3", """{"interval":6,"$version":3}"""));
        await Subscribe(second, 1, "devices/dev1/messages/devicebound/#");
        await Subscribe(second, 2, "$iothub/twin/res/#");
        await Subscribe(second, 3, "$iothub/methods/POST/#");
        await Subscribe(second, 4, "$iothub/twin/PATCH/properties/desired/#");
        await Subscribe(second, 5, "devices/dev1/messages/devicebound/#");
        await host.Desire("dev1", """{"interval":7}""");
        await second.Expect(Publish("$iothub/twin/PATCH/properties/desired/?$version=4", """{"interval":7,"$version":4}"""));
        await second.Publish("$iothub/twin/PATCH/properties/reported/?$rid=4b7d7abd-5665-4222-bc54-bdc031fd55c6", """{"step":5}""");
        await second.Expect(Publish("$iothub/twin/res/204/?$rid=4b7d7abd-5665-4222-bc54-bdc031fd55c6&$version=3", ""));
        await second.SendBytes("C0 00");
        await second.Expect("D0 00");
        await second.SendBytes("E0 00");
        await second.ExpectClosed();
    }

    [Test]
    public async Task SE5_TW1_TW2_TW4_ME1_BG3_A_session_of_the_nanoFramework_client()
    {
        await host.Desire("dev1", """{"interval":5}""");
        await using Wire wire = await host.Connect(host.NanoConnect(dev1));
        await wire.SendBytes("""82 52 00 01 00 23 "devices/dev1/messages/devicebound/#" 01 00 0E "$iothub/twin/#" 01 00 16 "$iothub/methods/POST/#" 01""");
        await wire.Expect("90 05 00 01 01 01 01");

        await wire.Publish("$iothub/twin/GET/?$rid=569b3963-6eaa-4d4e-bed5-cff5d10bd037", "", qos: 1, packetId: 2);
        await host.PassNanoDelay();
        await wire.Expect("40 02 00 02" + Publish(
            "$iothub/twin/res/200/?$rid=569b3963-6eaa-4d4e-bed5-cff5d10bd037", """{"desired":{"interval":5,"$version":2},"reported":{"$version":1}}"""));
        await wire.Publish(
            "$iothub/twin/PATCH/properties/reported/?$rid=1b4b5383-0cef-40a1-896d-f961fc56a771",
            """{"firmware":"1.0","interval":{"av":2,"ad":"ok","ac":200,"value":5}}""",
            qos: 1,
            packetId: 3);
        await host.PassNanoDelay();
        await wire.Expect("40 02 00 03" + Publish("$iothub/twin/res/204/?$rid=1b4b5383-0cef-40a1-896d-f961fc56a771&$version=2", ""));
        await host.Desire("dev1", """{"interval":6}""");
        await wire.Expect(Publish("$iothub/twin/PATCH/properties/desired/?$version=3", """{"interval":6,"$version":3}"""));

        Task<MethodResult> call = host.Invoke("dev1", "reboot", """{"a":1}""");
        MqttPublish request = await wire.Next<MqttPublish>();
        await wire.Publish("$iothub/methods/res/200/?$rid=" + Rid(request), """{"ok":true}""", qos: 1, packetId: 9);
        await host.PassNanoDelay();
        await wire.Expect("40 02 00 09");
        Assert.That((await call).Payload!.ToJsonString(), Is.EqualTo("""{"ok":true}"""));

        // The plus sign has no place in a topic name, and it is there all the same.
        await wire.SendBytes(Publish(
            "devices/dev1/messages/events/$.ct=application%2Fjson&$.ce=utf-8&alert=a+b&$.sub=thermostat1", """{"v":1}""", qos: 1, packetId: 4));
        await host.PassNanoDelay();
        await wire.Expect("40 02 00 04");
        await wire.Send(new MqttUnsubscribe(5, ["devices/dev1/messages/devicebound/#", "$iothub/twin/#", "$iothub/methods/POST/#"]), new MqttDisconnect());
        await wire.Expect("B0 02 00 05");
        await wire.ExpectClosed();
        Assert.That(host.Fleet.ReadTelemetry("dev1", null, 1)[0].Properties["alert"], Is.EqualTo("a b"));
    }

    private static async Task Subscribe(Wire wire, int packetId, string filter)
    {
        await wire.Send(new MqttSubscribe(packetId, [new MqttSubscription(filter, 1)]));
        await wire.Expect($"90 03 00 {packetId:X2} 01");
    }

    /// <summary>The bytes of a message in <see cref="Wire"/>'s notation.</summary>
    private static string Publish(string topic, string payload, int qos = 0, int packetId = 0)
    {
        byte[] name = Encoding.UTF8.GetBytes(topic);
        byte[] body = Encoding.UTF8.GetBytes(payload);
        int length = 2 + name.Length + (qos > 0 ? 2 : 0) + body.Length;
        string lengthBytes = length < 128 ? $"{length:X2}" : $"{(length & 0x7F) | 0x80:X2}{length >> 7:X2}";
        return $"3{qos * 2:X}{lengthBytes}{name.Length:X4}{Convert.ToHexString(name)}{(qos > 0 ? $"{packetId:X4}" : "")}{Convert.ToHexString(body)}";
    }

    private static string Rid(MqttPublish request) => request.Topic[(request.Topic.LastIndexOf('=') + 1)..];
}
