using DeviceTwin.Load.Client;

namespace DeviceTwin.Load.Servers;

/// <summary>Where the hub keeps the certificate that all servers show.</summary>
internal sealed record ServerCertificate(string Folder)
{
    public string Authority => Path.Combine(Folder, "ca.pem");

    public string Certificate => Path.Combine(Folder, "server.pem");

    public string Key => Path.Combine(Folder, "server-key.pem");
}

/// <summary>mosquitto with persistence as Debian ships it: in memory, written to its file every half hour and at its end.</summary>
internal sealed class MosquittoServer : ServerProcess
{
    private const string Program = "/usr/sbin/mosquitto";
    private readonly int port = FreePort();

    private MosquittoServer()
        : base("mosquitto")
    {
    }

    public override string Version => Ask(Program, "-h");

    public override int Port => port;

    public static async Task<MosquittoServer> Start(string folder, ServerCertificate certificate, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var server = new MosquittoServer();
        var configuration = Path.Combine(folder, "mosquitto.conf");

        // Only what makes it comparable: TLS 1.2, everybody may come, no log. It gives up root unless told which user to be.
        File.WriteAllText(configuration, $"""
            {(Environment.IsPrivilegedProcess ? "user root" : "")}
            persistence true
            persistence_location {folder}/
            log_dest none
            allow_anonymous true
            listener {server.port} 127.0.0.1
            tls_version tlsv1.2
            cafile {certificate.Authority}
            certfile {certificate.Certificate}
            keyfile {certificate.Key}

            """);
        server.Process = server.Start(Program, "-c", configuration);
        await server.WaitForPort(cancellation);
        return server;
    }

    public override Credentials Credentials(int number) => new(HubServer.DeviceId(number));
}

/// <summary>nats-server with MQTT over JetStream's file storage; it flushes to the disk every two minutes.</summary>
internal sealed class NatsServer : ServerProcess
{
    private const string Program = "/usr/sbin/nats-server";
    private readonly int port = FreePort();

    private NatsServer()
        : base("nats-server")
    {
    }

    public override string Version => Ask(Program, "-v");

    public override int Port => port;

    public static async Task<NatsServer> Start(string folder, ServerCertificate certificate, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var server = new NatsServer();
        var configuration = Path.Combine(folder, "nats.conf");
        File.WriteAllText(configuration, $$"""
            server_name: load
            listen: "127.0.0.1:{{FreePort()}}"
            jetstream { store_dir: "{{folder}}/store" }
            mqtt {
              listen: "127.0.0.1:{{server.port}}"
              tls { cert_file: "{{certificate.Certificate}}", key_file: "{{certificate.Key}}", timeout: 20 }
            }

            """);
        server.Process = server.Start(Program, "-c", configuration);
        await server.WaitForPort(cancellation);
        return server;
    }

    public override Credentials Credentials(int number) => new(HubServer.DeviceId(number));
}
