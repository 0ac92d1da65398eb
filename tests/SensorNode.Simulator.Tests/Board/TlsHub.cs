using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeviceTwin.Mqtt;

namespace DeviceTwin.Tests.SensorNode.Simulator.Board;

/// <summary>The hub's side of one TLS connection, played by the test, with an authority of its own.</summary>
internal sealed class TlsHub : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly MqttReadRules Rules = new(1024 * 1024);

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 certificate;
    private readonly SslProtocols protocols;
    private SslStream? stream;
    private PipeReader? input;

    /// <param name="name">The name in the certificate.</param>
    public TlsHub(string name = "localhost", SslProtocols protocols = SslProtocols.Tls12)
    {
        this.protocols = protocols;
        (Authority, certificate) = Issue(name);
        listener.Start();
    }

    /// <summary>PEM of the authority that signed the certificate.</summary>
    public string Authority { get; }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Takes the next connection as far as the end of the TLS handshake.</summary>
    public async Task Accept()
    {
        using var late = new CancellationTokenSource(Patience);
        TcpClient socket = await listener.AcceptTcpClientAsync(late.Token);
        stream = new SslStream(socket.GetStream());
        input = PipeReader.Create(stream);
        await stream.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions { ServerCertificate = certificate, EnabledSslProtocols = protocols }, late.Token);
    }

    /// <summary>Takes the next connection and lets the node in.</summary>
    public async Task<MqttConnect> LetIn(bool sessionPresent = false)
    {
        await Accept();
        var connect = await Next<MqttConnect>();
        await Send(new MqttConnAck(sessionPresent, MqttConnectReturnCode.Accepted));
        return connect;
    }

    public async Task Send(params MqttPacket[] packets)
    {
        var buffer = new ArrayBufferWriter<byte>();
        foreach (MqttPacket packet in packets)
        {
            MqttWriter.Write(buffer, packet);
        }

        await stream!.WriteAsync(buffer.WrittenMemory);
    }

    public async Task<T> Next<T>()
        where T : MqttPacket
    {
        MqttPacket? packet = await Next();
        Assert.That(packet, Is.TypeOf<T>());
        return (T)packet!;
    }

    /// <summary>Whatever the node sends next; null where it closed the connection.</summary>
    public async Task<MqttPacket?> Next()
    {
        using var late = new CancellationTokenSource(Patience);
        while (true)
        {
            ReadResult result;
            try
            {
                result = await input!.ReadAsync(late.Token);
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

    /// <summary>Ends the connection.</summary>
    public async Task Hang()
    {
        if (stream is not null)
        {
            await stream.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await Hang();
        certificate.Dispose();
    }

    private static (string Authority, X509Certificate2 Certificate) Issue(string name)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using ECDsa authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test authority", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 authority = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(2));

        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var leaf = new CertificateRequest("CN=test hub", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        leaf.CertificateExtensions.Add(names.Build());
        using X509Certificate2 signed = leaf.Create(authority, now.AddDays(-1), now.AddDays(1), [1, 2, 3, 4]);
        using X509Certificate2 withKey = signed.CopyWithPrivateKey(key);
        return (authority.ExportCertificatePem(), X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null));
    }
}
