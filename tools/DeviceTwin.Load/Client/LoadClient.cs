using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DeviceTwin.Mqtt;

namespace DeviceTwin.Load.Client;

/// <summary>Where to connect, and the authority that signed what answers there.</summary>
internal sealed record Target(string Host, int Port, X509Certificate2 Authority);

/// <summary>
/// One TLS 1.2 connection without resumption that speaks MQTT: the same for every server. It is made for load, not for use: what arrives is counted
/// on whichever thread notices it.
/// </summary>
internal sealed class LoadClient : IDisposable
{
    private static readonly MqttReadRules Rules = new(256 * 1024);

    private readonly BatchedStream batched;
    private readonly SslStream tls;
    private readonly byte[] buffer = new byte[2048];
    private int start;
    private int end;

    private LoadClient(BatchedStream batched, SslStream tls)
    {
        this.batched = batched;
        this.tls = tls;
    }

    /// <summary>Connects as far as CONNACK.</summary>
    /// <exception cref="LoadException">The server did not let it in.</exception>
    public static async Task<LoadClient> Connect(Target target, Credentials credentials, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, target.Port, cancellation).ConfigureAwait(false);
            var batched = new BatchedStream(socket);
            var tls = new SslStream(batched);
            await tls.AuthenticateAsClientAsync(Options(target), cancellation).ConfigureAwait(false);
            var client = new LoadClient(batched, tls);
            var packet = new MqttConnect(
                credentials.ClientId,
                CleanSession: true,
                KeepAliveSeconds: 1200,
                credentials.UserName,
                credentials.Password is { } password ? (ReadOnlyMemory<byte>?)Encoding.UTF8.GetBytes(password) : null);
            await client.Send(packet, cancellation).ConfigureAwait(false);
            var answer = await client.Read(cancellation).ConfigureAwait(false);
            return answer is MqttConnAck { ReturnCode: MqttConnectReturnCode.Accepted }
                ? client
                : throw new LoadException("notAdmitted", $"The server on port {target.Port} answered CONNECT of {credentials.ClientId} with {answer?.ToString() ?? "the end of the connection"}.");
        }
        catch (Exception error) when (error is SocketException or IOException or AuthenticationException)
        {
            socket.Dispose();
            throw new LoadException("notConnected", $"{credentials.ClientId} could not connect to port {target.Port}: {error.Message}", error);
        }
    }

    /// <summary>Puts bytes into a TLS record of their own; <see cref="Flush"/> sends it.</summary>
    public ValueTask Write(ReadOnlyMemory<byte> packet) => tls.WriteAsync(packet);

    public Task Flush() => tls.FlushAsync();

    public async Task Send(MqttPacket packet, CancellationToken cancellation)
    {
        var bytes = new ArrayBufferWriter<byte>();
        MqttWriter.Write(bytes, packet);
        await tls.WriteAsync(bytes.WrittenMemory, cancellation).ConfigureAwait(false);
        await tls.FlushAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Subscribes and waits until that is granted.</summary>
    public async Task Subscribe(string filter, CancellationToken cancellation)
    {
        await Send(new MqttSubscribe(1, [new MqttSubscription(filter, 0)]), cancellation).ConfigureAwait(false);
        while (await Read(cancellation).ConfigureAwait(false) is var packet)
        {
            switch (packet)
            {
                case MqttSubAck { ReturnCodes: [<= 2] }:
                    return;
                case null or MqttSubAck:
                    throw new LoadException("notSubscribed", $"The server did not grant {filter}.");
            }
        }
    }

    /// <summary>The next packet; null at the end of the connection.</summary>
    public async ValueTask<MqttPacket?> Read(CancellationToken cancellation)
    {
        while (true)
        {
            if (Take() is { } packet)
            {
                return packet;
            }

            if (!await Fill(cancellation).ConfigureAwait(false))
            {
                return null;
            }
        }
    }

    /// <summary>Whether something of what has come is not read yet; it may be the begin of a packet.</summary>
    public bool HasMore => end > start;

    /// <summary>Waits for PUBACKs and hands on the identifiers of all that have come, without an object for each.</summary>
    /// <returns>How many; 0 at the end of the connection.</returns>
    public async ValueTask<int> ReadAcknowledgements(ushort[] identifiers, CancellationToken cancellation)
    {
        while (true)
        {
            int count = 0;
            while (end - start >= 4 && buffer[start] == 0x40 && buffer[start + 1] == 2 && count < identifiers.Length)
            {
                identifiers[count++] = (ushort)((buffer[start + 2] << 8) | buffer[start + 3]);
                start += 4;
            }

            if (count > 0)
            {
                return count;
            }

            if (end > start && buffer[start] != 0x40)
            {
                // Something else in between: read and dropped.
                if (Take() is not null)
                {
                    continue;
                }
            }

            if (!await Fill(cancellation).ConfigureAwait(false))
            {
                return 0;
            }
        }
    }

    public void Dispose()
    {
        tls.Dispose();
        batched.Dispose();
    }

    private MqttPacket? Take()
    {
        var input = new ReadOnlySequence<byte>(buffer, start, end - start);
        long before = input.Length;
        switch (MqttReader.TryRead(ref input, Rules, out var packet, out var error))
        {
            case MqttReadStatus.Packet:
                start += (int)(before - input.Length);
                return packet;
            case MqttReadStatus.Malformed:
                throw new LoadException("notMqtt", $"The server sent what is no MQTT: {error.Reason}.");
            default:
                return null;
        }
    }

    private async ValueTask<bool> Fill(CancellationToken cancellation)
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            end -= start;
            start = 0;
        }

        if (end == buffer.Length)
        {
            throw new LoadException("packetTooLarge", $"The server sent a packet of more than {buffer.Length} bytes.");
        }

        try
        {
            int read = await tls.ReadAsync(buffer.AsMemory(end), cancellation).ConfigureAwait(false);
            end += read;
            return read > 0;
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    private static SslClientAuthenticationOptions Options(Target target)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.Add(target.Authority);
        return new SslClientAuthenticationOptions
        {
            TargetHost = target.Host,
            EnabledSslProtocols = SslProtocols.Tls12,
            AllowTlsResume = false,
            CertificateChainPolicy = policy,
        };
    }
}
