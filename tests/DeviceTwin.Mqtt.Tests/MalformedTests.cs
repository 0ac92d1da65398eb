using DeviceTwin.Mqtt;
using FsCheck;
using FsCheck.Fluent;

namespace DeviceTwin.Tests.Mqtt;

/// <summary>What is not MQTT 3.1.1 is refused with its reason; nothing throws.</summary>
[TestFixture]
public class MalformedTests
{
    [TestCase("00 00", MqttErrorKind.PacketType, TestName = "type 0")]
    [TestCase("F0 00", MqttErrorKind.PacketType, TestName = "type 15")]
    [TestCase("C1 00", MqttErrorKind.Flags, TestName = "PINGREQ with a flag")]
    [TestCase("80 08 00 0A 00 03 \"a/b\" 00", MqttErrorKind.Flags, TestName = "SUBSCRIBE without its flag")]
    [TestCase("60 02 00 01", MqttErrorKind.Flags, TestName = "PUBREL without its flag")]
    [TestCase("36 07 00 03 \"a/b\" 00 0A", MqttErrorKind.Qos, TestName = "PUBLISH with QoS 3")]
    [TestCase("38 05 00 03 \"a/b\"", MqttErrorKind.Qos, TestName = "PUBLISH, duplicate with QoS 0")]
    [TestCase("30 FF FF FF FF 01", MqttErrorKind.RemainingLength, TestName = "remaining length with a fifth byte")]
    [TestCase("30 80 80 80 80", MqttErrorKind.RemainingLength, TestName = "remaining length that would need a fifth byte")]
    [TestCase("30 01 00", MqttErrorKind.Length, TestName = "PUBLISH that ends in the topic's length")]
    [TestCase("30 04 00 03 \"a/\"", MqttErrorKind.Length, TestName = "PUBLISH that ends in the topic")]
    [TestCase("32 06 00 03 \"a/b\" 00", MqttErrorKind.Length, TestName = "PUBLISH that ends in the identifier")]
    [TestCase("32 07 00 03 \"a/b\" 00 00", MqttErrorKind.PacketId, TestName = "PUBLISH, QoS 1 with identifier 0")]
    [TestCase("30 02 00 00", MqttErrorKind.Topic, TestName = "PUBLISH with an empty topic")]
    [TestCase("30 05 00 03 \"a/+\"", MqttErrorKind.Topic, TestName = "PUBLISH to a wildcard")]
    [TestCase("30 05 00 03 \"a/#\"", MqttErrorKind.Topic, TestName = "PUBLISH to a multi-level wildcard")]
    [TestCase("30 05 00 03 61 00 62", MqttErrorKind.Text, TestName = "U+0000 in a topic")]
    [TestCase("30 05 00 03 ED A0 80", MqttErrorKind.Text, TestName = "a surrogate in a topic")]
    [TestCase("30 04 00 02 C0 80", MqttErrorKind.Text, TestName = "an overlong character in a topic")]
    [TestCase("30 03 00 01 FF", MqttErrorKind.Text, TestName = "a byte that is never UTF-8 in a topic")]
    [TestCase("40 03 00 01 00", MqttErrorKind.Length, TestName = "PUBACK with a byte too many")]
    [TestCase("40 01 00", MqttErrorKind.Length, TestName = "PUBACK with a byte too few")]
    [TestCase("50 02 00 00", MqttErrorKind.PacketId, TestName = "PUBREC with identifier 0")]
    [TestCase("82 02 00 0A", MqttErrorKind.Entries, TestName = "SUBSCRIBE without a filter")]
    [TestCase("82 08 00 00 00 03 \"a/b\" 00", MqttErrorKind.PacketId, TestName = "SUBSCRIBE with identifier 0")]
    [TestCase("82 08 00 0A 00 03 \"a/b\" 03", MqttErrorKind.Qos, TestName = "SUBSCRIBE with QoS 3")]
    [TestCase("82 08 00 0A 00 03 \"a/b\" 81", MqttErrorKind.Qos, TestName = "SUBSCRIBE with a reserved bit")]
    [TestCase("82 07 00 0A 00 03 \"a/b\"", MqttErrorKind.Length, TestName = "SUBSCRIBE without QoS")]
    [TestCase("82 08 00 0A 00 03 \"a#b\" 00", MqttErrorKind.Topic, TestName = "SUBSCRIBE to a filter that is none")]
    [TestCase("90 02 00 0A", MqttErrorKind.Entries, TestName = "SUBACK without a code")]
    [TestCase("90 03 00 0A 03", MqttErrorKind.Entries, TestName = "SUBACK with code 3")]
    [TestCase("A2 02 00 0A", MqttErrorKind.Entries, TestName = "UNSUBSCRIBE without a filter")]
    [TestCase("C0 01 00", MqttErrorKind.Length, TestName = "PINGREQ with a body")]
    [TestCase("E0 01 00", MqttErrorKind.Length, TestName = "DISCONNECT with a body")]
    [TestCase("20 02 02 00", MqttErrorKind.Flags, TestName = "CONNACK with a reserved flag")]
    [TestCase("20 02 00 06", MqttErrorKind.Flags, TestName = "CONNACK with code 6")]
    [TestCase("20 02 01 05", MqttErrorKind.Flags, TestName = "CONNACK, session present with a refusal")]
    [TestCase("10 0C 00 04 \"MQTX\" 04 02 00 00 00 00", MqttErrorKind.ProtocolName, TestName = "CONNECT of another protocol")]
    [TestCase("10 0C 00 04 \"MQTT\" 05 02 00 00 00 00", MqttErrorKind.ProtocolLevel, TestName = "CONNECT of MQTT 5")]
    [TestCase("10 0E 00 06 \"MQIsdp\" 03 02 00 00 00 00", MqttErrorKind.ProtocolLevel, TestName = "CONNECT of MQTT 3.1")]
    [TestCase("10 0C 00 04 \"MQTT\" 04 03 00 00 00 00", MqttErrorKind.Flags, TestName = "CONNECT with the reserved flag")]
    [TestCase("10 0E 00 04 \"MQTT\" 04 42 00 00 00 00 00 00", MqttErrorKind.Flags, TestName = "CONNECT, password without user name")]
    [TestCase("10 0C 00 04 \"MQTT\" 04 0A 00 00 00 00", MqttErrorKind.Flags, TestName = "CONNECT, will QoS without will")]
    [TestCase("10 0C 00 04 \"MQTT\" 04 22 00 00 00 00", MqttErrorKind.Flags, TestName = "CONNECT, will retain without will")]
    [TestCase("10 11 00 04 \"MQTT\" 04 1E 00 00 00 00 00 01 \"t\" 00 00", MqttErrorKind.Flags, TestName = "CONNECT, will QoS 3")]
    [TestCase("10 0C 00 04 \"MQTT\" 04 82 00 00 00 00", MqttErrorKind.Length, TestName = "CONNECT without the user name it announces")]
    [TestCase("10 0D 00 04 \"MQTT\" 04 02 00 00 00 00 00", MqttErrorKind.Length, TestName = "CONNECT with a byte too many")]
    [TestCase("10 04 FF FF \"MQ\"", MqttErrorKind.Length, TestName = "CONNECT with a name longer than the packet")]
    public void Is_refused(string bytes, MqttErrorKind kind)
    {
        MqttReadStatus status = Bytes.Read(Bytes.Of(bytes), out MqttPacket? packet, out MqttError error);
        Assert.That(status, Is.EqualTo(MqttReadStatus.Malformed));
        Assert.That(packet, Is.Null);
        Assert.That(error.Kind, Is.EqualTo(kind), error.Reason);
        Assert.That(error.Reason, Is.Not.Empty);
    }

    [Test]
    public void A_bad_first_byte_is_refused_before_anything_else_arrives() =>
        Assert.That(Bytes.Read([0xF3], out _, out _), Is.EqualTo(MqttReadStatus.Malformed));

    [Test]
    public void A_packet_above_the_limit_is_refused_on_its_header()
    {
        MqttReadStatus status = Bytes.Read(Bytes.Of("30 E9 07"), out _, out MqttError error, new MqttReadRules(1000));
        Assert.That(status, Is.EqualTo(MqttReadStatus.Malformed));
        Assert.That(error.Kind, Is.EqualTo(MqttErrorKind.TooLarge));
    }

    [Test]
    public void A_packet_at_the_limit_is_waited_for() =>
        Assert.That(Bytes.Read(Bytes.Of("30 E8 07"), out _, out _, new MqttReadRules(1000)), Is.EqualTo(MqttReadStatus.Incomplete));

    [Test]
    public void Wildcards_in_names_are_read_where_the_caller_asks_for_them()
    {
        byte[] bytes = Bytes.Of("30 09 00 07 \"a/b=c+d\"");
        Assert.That(Bytes.Read(bytes, out MqttPacket? packet, out _, new MqttReadRules(100, WildcardsInNames: true)), Is.EqualTo(MqttReadStatus.Packet));
        Assert.That(((MqttPublish)packet!).Topic, Is.EqualTo("a/b=c+d"));
    }

    [Test]
    public void Arbitrary_bytes_never_throw() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            MqttReadStatus status = Bytes.Read(bytes, out MqttPacket? packet, out MqttError error, new MqttReadRules(500));
            return Consistent(status, packet, error);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    [Test]
    public void Arbitrary_bodies_of_every_type_never_throw() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte>(), ArbMap.Default.ArbFor<byte[]>(), (first, body) =>
        {
            byte[] taken = body.Take(120).ToArray();
            byte[] bytes = [first, (byte)taken.Length, .. taken];
            MqttReadStatus status = Bytes.Read(bytes, out MqttPacket? packet, out MqttError error);
            return status != MqttReadStatus.Incomplete && Consistent(status, packet, error);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

    [Test]
    public void A_packet_with_one_byte_changed_is_read_or_refused_but_never_throws() =>
        Prop.ForAll(Packets.Any(), ArbMap.Default.ArbFor<int>(), ArbMap.Default.ArbFor<byte>(), (packet, place, value) =>
        {
            byte[] bytes = Bytes.Write(packet);
            bytes[(place & int.MaxValue) % bytes.Length] = value;
            MqttReadStatus status = Bytes.Read(bytes, out MqttPacket? read, out MqttError error, new MqttReadRules(100_000));
            return Consistent(status, read, error);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    private static bool Consistent(MqttReadStatus status, MqttPacket? packet, MqttError error) =>
        (status == MqttReadStatus.Packet) == (packet is not null)
        && (status == MqttReadStatus.Malformed) == (error.Kind != MqttErrorKind.None);
}
