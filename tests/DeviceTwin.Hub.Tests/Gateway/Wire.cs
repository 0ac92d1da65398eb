using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.Mqtt;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>A device played byte by byte over real TLS, or over a WebSocket on it.</summary>
internal sealed class Wire : IAsyncDisposable
{
    private static readonly MqttReadRules Rules = new(1024 * 1024);

    private readonly Stream stream;
    private readonly PipeReader input;

    public Wire(Stream stream)
    {
        this.stream = stream;
        input = PipeReader.Create(stream);
    }

    public SslStream Tls => (SslStream)stream;

    /// <param name="certificate">Shown to the hub, with its key; null = none.</param>
    /// <param name="intermediates">Sent along with it.</param>
    public static async Task<Wire> Dial(
        int port,
        string authorityFile,
        SslProtocols protocols = SslProtocols.None,
        string host = "localhost",
        X509Certificate2? certificate = null,
        params X509Certificate2[] intermediates)
    {
        var socket = new TcpClient { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", port);
        var chain = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        chain.CustomTrustStore.ImportFromPemFile(authorityFile);
        var stream = new SslStream(socket.GetStream());
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = host,
                EnabledSslProtocols = protocols,
                CertificateChainPolicy = chain,
                ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(certificate, [.. intermediates], offline: true),
            });
        return new Wire(stream);
    }

    public Task Send(params MqttPacket[] packets)
    {
        var buffer = new ArrayBufferWriter<byte>();
        foreach (MqttPacket packet in packets)
        {
            MqttWriter.Write(buffer, packet);
        }

        return stream.WriteAsync(buffer.WrittenMemory).AsTask();
    }

    /// <summary>Sends a text to a topic.</summary>
    public Task Publish(string topic, string payload = "", int qos = 0, int packetId = 0, bool duplicate = false, bool retain = false) =>
        Send(new MqttPublish(topic, Encoding.UTF8.GetBytes(payload), qos, packetId, retain, duplicate));

    /// <summary>Sends raw bytes: hexadecimal, text in quotes.</summary>
    public Task SendBytes(string notation) => stream.WriteAsync(Bytes(notation)).AsTask();

    public async Task Subscribe(int packetId, params (string Filter, int Qos)[] filters)
    {
        await Send(new MqttSubscribe(packetId, [.. filters.Select(filter => new MqttSubscription(filter.Filter, filter.Qos))]));
        MqttSubAck answer = await Next<MqttSubAck>();
        Assert.That(answer.PacketId, Is.EqualTo(packetId));
        Assert.That(answer.ReturnCodes, Is.EqualTo(filters.Select(filter => (byte)Math.Min(filter.Qos, 1))));
    }

    /// <summary>Exactly these bytes come next.</summary>
    public async Task Expect(string notation)
    {
        byte[] expected = Bytes(notation);
        using var late = new CancellationTokenSource(GatewayHost.Patience);
        while (true)
        {
            ReadResult result = await input.ReadAsync(late.Token);
            if (result.Buffer.Length >= expected.Length || result.IsCompleted)
            {
                ReadOnlySequence<byte> taken = result.Buffer.Slice(0, Math.Min(expected.Length, result.Buffer.Length));
                string actual = Convert.ToHexString(taken.ToArray());
                input.AdvanceTo(taken.End);
                Assert.That(actual, Is.EqualTo(Convert.ToHexString(expected)));
                return;
            }

            input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    /// <summary>A QoS 0 message with exactly this topic and text comes next.</summary>
    public async Task ExpectPublish(string topic, string payload)
    {
        MqttPublish message = await Next<MqttPublish>();
        Assert.That((message.Topic, Text(message)), Is.EqualTo((topic, payload)));
        Assert.That((message.Qos, message.Retain, message.Duplicate), Is.EqualTo((0, false, false)));
    }

    /// <summary>An error answer with this status comes next, with all that clients look for in its body.</summary>
    public async Task<string> ExpectError(int status, string requestId, int errorCode)
    {
        MqttPublish message = await Next<MqttPublish>();
        Assert.That(message.Topic, Is.EqualTo($"$iothub/twin/res/{status}/?$rid={requestId}"));
        var body = (JsonObject)JsonNode.Parse(message.Payload.Span)!;
        Assert.That((int)body["errorCode"]!, Is.EqualTo(errorCode));
        Assert.That((string)body["trackingId"]!, Is.Not.Empty);
        Assert.That((string)body["timestampUtc"]!, Does.EndWith("Z"));
        string text = (string)body["message"]!;
        Assert.That(text, Is.Not.Empty);
        return text;
    }

    public async Task<T> Next<T>()
        where T : MqttPacket
    {
        MqttPacket? packet = await Next();
        Assert.That(packet, Is.TypeOf<T>());
        return (T)packet!;
    }

    /// <summary>Whatever comes next; null where the hub closed the connection.</summary>
    public async Task<MqttPacket?> Next()
    {
        using var late = new CancellationTokenSource(GatewayHost.Patience);
        while (true)
        {
            ReadResult result;
            try
            {
                result = await input.ReadAsync(late.Token);
            }
            catch (IOException)
            {
                return null;
            }

            ReadOnlySequence<byte> buffer = result.Buffer;
            MqttReadStatus status = MqttReader.TryRead(ref buffer, Rules, out MqttPacket? packet, out MqttError error);
            Assert.That(error.Reason, Is.Empty);
            input.AdvanceTo(buffer.Start, status == MqttReadStatus.Incomplete ? buffer.End : buffer.Start);
            if (packet is not null || result.IsCompleted)
            {
                return packet;
            }
        }
    }

    /// <summary>The hub closes the connection and says nothing before.</summary>
    public async Task ExpectClosed() => Assert.That(await Next(), Is.Null);

    /// <summary>The connection is alive, and nothing else waited to be received.</summary>
    public async Task ExpectQuiet()
    {
        await SendBytes("C0 00");
        await Expect("D0 00");
    }

    public static string Text(MqttPublish message) => Encoding.UTF8.GetString(message.Payload.Span);

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private static byte[] Bytes(string notation)
    {
        var bytes = new List<byte>();
        string[] parts = notation.Split('"');
        for (int i = 0; i < parts.Length; i++)
        {
            bytes.AddRange(i % 2 == 1 ? Encoding.UTF8.GetBytes(parts[i]) : Convert.FromHexString(parts[i].Replace(" ", "")));
        }

        return [.. bytes];
    }
}
