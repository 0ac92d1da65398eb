using System.Buffers;
using DeviceTwin.Mqtt;
using FsCheck;
using FsCheck.Fluent;

namespace DeviceTwin.Tests.Mqtt;

/// <summary>What is written is read back the same, however it is cut up on the way.</summary>
[TestFixture]
public class RoundTripTests
{
    [Test]
    public void Every_packet_comes_back_as_it_was() =>
        Prop.ForAll(Packets.Any(), packet =>
        {
            byte[] bytes = Bytes.Write(packet);
            MqttReadStatus status = Bytes.Read(bytes, out MqttPacket? read, out MqttError error);
            Assert.That(status, Is.EqualTo(MqttReadStatus.Packet), error.Reason);
            Assert.That(Describe(read!), Is.EqualTo(Describe(packet)));
            Assert.That(Bytes.Write(read!), Is.EqualTo(bytes));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Test]
    public void A_stream_of_packets_comes_back_from_pieces_of_any_size() =>
        Prop.ForAll(Packets.Any().Generator.ListOf().ToArbitrary(), Gen.Choose(1, 7).ToArbitrary(), (packets, size) =>
        {
            var stream = new ArrayBufferWriter<byte>();
            foreach (MqttPacket packet in packets)
            {
                MqttWriter.Write(stream, packet);
            }

            byte[] bytes = stream.WrittenSpan.ToArray();
            var input = Bytes.InPieces(bytes, [.. Enumerable.Range(1, bytes.Length / size).Select(i => i * size)]);
            var read = new List<string>();
            while (MqttReader.TryRead(ref input, Bytes.Rules, out MqttPacket? packet, out _) == MqttReadStatus.Packet)
            {
                read.Add(Describe(packet!));
            }

            Assert.That(read, Is.EqualTo(packets.Select(Describe)));
            Assert.That(input.Length, Is.Zero);
        }).QuickCheckThrowOnFailure();

    private static string Describe(MqttPacket packet) => packet switch
    {
        MqttPublish p => $"{p.Topic}|{Convert.ToHexString(p.Payload.Span)}|{p.Qos}|{p.PacketId}|{p.Retain}|{p.Duplicate}",
        MqttConnect p => $"{p.ClientId}|{p.CleanSession}|{p.KeepAliveSeconds}|{p.UserName ?? "null"}|"
            + $"{(p.Password is { } word ? Convert.ToHexString(word.Span) : "null")}|"
            + $"{p.Will?.Topic}|{p.Will?.Qos}|{p.Will?.Retain}|{(p.Will is { } will ? Convert.ToHexString(will.Payload.Span) : "null")}",
        MqttSubscribe p => $"{p.PacketId}|{string.Join('|', p.Subscriptions)}",
        MqttUnsubscribe p => $"{p.PacketId}|{string.Join('|', p.Filters)}",
        MqttSubAck p => $"{p.PacketId}|{string.Join('|', p.ReturnCodes)}",
        _ => packet.ToString(),
    };
}
