using System.Buffers;
using System.Buffers.Binary;
using DeviceTwin.Mqtt;

namespace DeviceTwin.Load.Client;

/// <summary>A QoS 1 message, written once; only its identifier changes.</summary>
internal sealed class MessageTemplate
{
    private readonly byte[] packet;
    private readonly int identifierAt;

    public MessageTemplate(string topic, ReadOnlySpan<byte> payload)
    {
        var bytes = new ArrayBufferWriter<byte>();
        MqttWriter.WritePublish(bytes, topic, payload, qos: 1, packetId: 1);
        packet = bytes.WrittenSpan.ToArray();
        identifierAt = packet.Length - payload.Length - 2;
    }

    /// <summary>The message under an identifier; valid until the next call.</summary>
    public ReadOnlyMemory<byte> With(ushort identifier)
    {
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(identifierAt), identifier);
        return packet;
    }
}
