using System.Buffers;
using DeviceTwin.Mqtt;

namespace DeviceTwin.Tests.Mqtt;

/// <summary>What the format cannot express is refused, and leaves nothing behind.</summary>
[TestFixture]
public class WriterTests
{
    private static readonly MqttPacket[] Impossible =
    [
        new MqttPublish("", default),
        new MqttPublish("a/+", default),
        new MqttPublish("a/#", default),
        new MqttPublish("a\0b", default),
        new MqttPublish("\uD800", default),
        new MqttPublish(new string('x', 65_536), default),
        new MqttPublish("t", default, Qos: 3, PacketId: 1),
        new MqttPublish("t", default, Qos: 1),
        new MqttPublish("t", default, Qos: 1, PacketId: 65_536),
        new MqttPublish("t", default, Qos: 0, PacketId: 1),
        new MqttPublish("t", default, Duplicate: true),
        new MqttPubRec(0),
        new MqttPubAck(-1),
        new MqttPubAck(65_536),
        new MqttSubscribe(1, []),
        new MqttSubscribe(0, [new("a", 0)]),
        new MqttSubscribe(1, [new("a#", 0)]),
        new MqttSubscribe(1, [new("a", 3)]),
        new MqttUnsubscribe(1, []),
        new MqttUnsubscribe(1, ["+a"]),
        new MqttSubAck(1, []),
        new MqttSubAck(1, new byte[] { 3 }),
        new MqttConnect("c", true, 65_536),
        new MqttConnect("c", true, -1),
        new MqttConnect("c", true, 0, null, "p"u8.ToArray()),
        new MqttConnect("c", true, 0, "u", new byte[65_536]),
        new MqttConnect("c", true, 0, Will: new MqttWill("#", default, 0, false)),
        new MqttConnect("c", true, 0, Will: new MqttWill("t", default, 3, false)),
    ];

    [TestCaseSource(nameof(Impossible))]
    public void Is_refused_whole(MqttPacket packet)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Assert.That(() => MqttWriter.Write(buffer, packet), Throws.InstanceOf<ArgumentException>());
        Assert.That(buffer.WrittenCount, Is.Zero);
    }

    [Test]
    public void The_longest_topic_passes()
    {
        byte[] bytes = Bytes.Write(new MqttPublish(new string('x', 65_535), default));
        Assert.That(Bytes.Read(bytes, out _, out _), Is.EqualTo(MqttReadStatus.Packet));
    }
}
