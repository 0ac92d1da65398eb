using DeviceTwin.Mqtt;

namespace DeviceTwin.Tests.Mqtt;

/// <summary>Every packet type, byte by byte from the text of MQTT 3.1.1, in both directions.</summary>
[TestFixture]
public class VectorTests
{
    private static readonly (string Name, string Bytes, MqttPacket Packet)[] Vectors =
    [
        ("CONNECT, least", "10 0C 00 04 \"MQTT\" 04 02 00 00 00 00", new MqttConnect("", true, 0)),
        ("CONNECT with user name and password (figure 3.6 flags without will)",
            "10 1C 00 04 \"MQTT\" 04 C0 00 0A 00 04 \"dev1\" 00 04 \"user\" 00 04 \"pass\"",
            new MqttConnect("dev1", false, 10, "user", "pass"u8.ToArray())),
        ("CONNECT with will, QoS 1 and retain",
            "10 17 00 04 \"MQTT\" 04 2E 01 2C 00 01 \"c\" 00 03 \"a/b\" 00 03 00 FF 00",
            new MqttConnect("c", true, 300, Will: new MqttWill("a/b", new byte[] { 0, 255, 0 }, 1, true))),
        ("CONNECT with everything",
            "10 20 00 04 \"MQTT\" 04 D4 FF FF 00 01 \"c\" 00 01 \"t\" 00 01 \"w\" 00 04 \"name\" 00 05 \"p=+/&\"",
            new MqttConnect("c", false, 65535, "name", "p=+/&"u8.ToArray(), new MqttWill("t", "w"u8.ToArray(), 2, false))),
        ("CONNACK, session present", "20 02 01 00", new MqttConnAck(true, MqttConnectReturnCode.Accepted)),
        ("CONNACK, not authorized", "20 02 00 05", new MqttConnAck(false, MqttConnectReturnCode.NotAuthorized)),
        ("PUBLISH, QoS 0, empty", "30 05 00 03 \"a/b\"", new MqttPublish("a/b", default)),
        ("PUBLISH, QoS 1 (figure 3.11)", "32 07 00 03 \"a/b\" 00 0A", new MqttPublish("a/b", default, 1, 10)),
        ("PUBLISH, duplicate, QoS 2, retained", "3D 0A 00 03 \"a/b\" FF FF \"xyz\"", new MqttPublish("a/b", "xyz"u8.ToArray(), 2, 65535, true, true)),
        ("PUBLISH, topic beyond ASCII (1.5.3: A and U+2A6D4)", "30 07 00 05 41 F0 AA 9B 94", new MqttPublish("A\U0002A6D4", default)),
        ("PUBACK", "40 02 12 34", new MqttPubAck(0x1234)),
        ("PUBACK with identifier 0, as one client sends it", "40 02 00 00", new MqttPubAck(0)),
        ("PUBREC", "50 02 12 34", new MqttPubRec(0x1234)),
        ("PUBREL", "62 02 12 34", new MqttPubRel(0x1234)),
        ("PUBCOMP", "70 02 12 34", new MqttPubComp(0x1234)),
        ("SUBSCRIBE (figure 3.23)", "82 0E 00 0A 00 03 \"a/b\" 01 00 03 \"c/d\" 02", new MqttSubscribe(10, [new("a/b", 1), new("c/d", 2)])),
        ("SUBACK (figure 3.26)", "90 05 00 0A 00 02 80", new MqttSubAck(10, new byte[] { 0, 2, 0x80 })),
        ("UNSUBSCRIBE (figure 3.30)", "A2 0C 00 0A 00 03 \"a/b\" 00 03 \"c/d\"", new MqttUnsubscribe(10, ["a/b", "c/d"])),
        ("UNSUBACK", "B0 02 00 0A", new MqttUnsubAck(10)),
        ("PINGREQ", "C0 00", new MqttPingReq()),
        ("PINGRESP", "D0 00", new MqttPingResp()),
        ("DISCONNECT", "E0 00", new MqttDisconnect()),
    ];

    private static IEnumerable<TestCaseData> Cases() => Vectors.Select(v => new TestCaseData(v.Bytes, v.Packet).SetArgDisplayNames(v.Name));

    [TestCaseSource(nameof(Cases))]
    public void Is_written_as_the_standard_says(string bytes, MqttPacket packet) =>
        Assert.That(Bytes.Write(packet), Is.EqualTo(Bytes.Of(bytes)));

    [TestCaseSource(nameof(Cases))]
    public void Is_read_as_the_standard_says(string bytes, MqttPacket packet)
    {
        MqttReadStatus status = Bytes.Read(Bytes.Of(bytes), out MqttPacket? read, out MqttError error);
        Assert.That(status, Is.EqualTo(MqttReadStatus.Packet), error.Reason);
        Assert.That(read, Is.TypeOf(packet.GetType()));
        Assert.That(Bytes.Write(read!), Is.EqualTo(Bytes.Of(bytes)));
    }

    [TestCaseSource(nameof(Cases))]
    public void May_arrive_in_two_pieces_cut_anywhere(string notation, MqttPacket packet)
    {
        byte[] bytes = Bytes.Of(notation);
        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            var whole = Bytes.InPieces(bytes, cut);
            MqttReadStatus status = MqttReader.TryRead(ref whole, Bytes.Rules, out MqttPacket? read, out MqttError error);
            Assert.That(status, Is.EqualTo(MqttReadStatus.Packet), $"cut at {cut}: {error.Reason}");
            Assert.That(Bytes.Write(read!), Is.EqualTo(Bytes.Write(packet)), $"cut at {cut}");
            Assert.That(whole.Length, Is.Zero);
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void Is_waited_for_while_any_byte_is_missing(string notation, MqttPacket packet)
    {
        byte[] bytes = Bytes.Of(notation);
        for (int length = 0; length < bytes.Length; length++)
        {
            var part = new System.Buffers.ReadOnlySequence<byte>(bytes, 0, length);
            MqttReadStatus status = MqttReader.TryRead(ref part, Bytes.Rules, out MqttPacket? read, out _);
            Assert.That(status, Is.EqualTo(MqttReadStatus.Incomplete), $"{length} bytes of {packet.Type}");
            Assert.That(read, Is.Null);
            Assert.That(part.Length, Is.EqualTo(length), "nothing is taken");
        }
    }

    /// <summary>Table 2.4: the values at which the remaining length gets another byte.</summary>
    [TestCase(127 - 3, "30 7F")]
    [TestCase(128 - 3, "30 80 01")]
    [TestCase(16_383 - 3, "30 FF 7F")]
    [TestCase(16_384 - 3, "30 80 80 01")]
    [TestCase(2_097_151 - 3, "30 FF FF 7F")]
    [TestCase(2_097_152 - 3, "30 80 80 80 01")]
    public void Remaining_length_grows_at_the_right_places(int payload, string header)
    {
        byte[] bytes = Bytes.Write(new MqttPublish("t", new byte[payload]));
        byte[] expected = Bytes.Of(header);
        Assert.That(bytes[..expected.Length], Is.EqualTo(expected));
        Assert.That(Bytes.Read(bytes, out MqttPacket? read, out _), Is.EqualTo(MqttReadStatus.Packet));
        Assert.That(((MqttPublish)read!).Payload.Length, Is.EqualTo(payload));
    }

    [Test]
    public void Fields_arrive_where_they_belong()
    {
        Bytes.Read(Bytes.Of(Vectors[3].Bytes), out MqttPacket? packet, out _);
        var connect = (MqttConnect)packet!;
        Assert.Multiple(() =>
        {
            Assert.That(connect.ClientId, Is.EqualTo("c"));
            Assert.That(connect.CleanSession, Is.False);
            Assert.That(connect.KeepAliveSeconds, Is.EqualTo(65535));
            Assert.That(connect.UserName, Is.EqualTo("name"));
            Assert.That(connect.Password!.Value.ToArray(), Is.EqualTo("p=+/&"u8.ToArray()));
            Assert.That(connect.Will!.Topic, Is.EqualTo("t"));
            Assert.That(connect.Will.Payload.ToArray(), Is.EqualTo("w"u8.ToArray()));
            Assert.That(connect.Will.Qos, Is.EqualTo(2));
            Assert.That(connect.Will.Retain, Is.False);
        });
    }

    [Test]
    public void A_packet_is_taken_and_the_next_one_left()
    {
        var input = new System.Buffers.ReadOnlySequence<byte>(Bytes.Of("C0 00 E0 00 30"));
        MqttReader.TryRead(ref input, Bytes.Rules, out MqttPacket? first, out _);
        MqttReader.TryRead(ref input, Bytes.Rules, out MqttPacket? second, out _);
        Assert.That(first, Is.TypeOf<MqttPingReq>());
        Assert.That(second, Is.TypeOf<MqttDisconnect>());
        Assert.That(MqttReader.TryRead(ref input, Bytes.Rules, out _, out _), Is.EqualTo(MqttReadStatus.Incomplete));
    }

    [Test]
    public void A_packet_keeps_its_bytes_when_the_buffer_is_used_again()
    {
        byte[] bytes = Bytes.Of("30 08 00 03 \"a/b\" \"xyz\"");
        Bytes.Read(bytes, out MqttPacket? packet, out _);
        bytes.AsSpan().Fill(0xEE);
        Assert.That(((MqttPublish)packet!).Payload.ToArray(), Is.EqualTo("xyz"u8.ToArray()));
    }
}
