using System.Security.Cryptography;
using DeviceTwin.Load.Client;
using DeviceTwin.Load.Servers;

namespace DeviceTwin.Load.Measures;

/// <summary>The servers of one comparison, started when first asked for, in a folder that goes with it.</summary>
internal sealed class Stage(string folder, TextWriter notes, CancellationToken cancellation) : IAsyncDisposable
{
    private readonly List<ServerProcess> started = [];
    private readonly string key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private HubServer? hub;
    private MosquittoServer? mosquitto;
    private NatsServer? nats;
    private int registered;

    public CancellationToken Cancellation => cancellation;

    public string Folder => folder;

    public string HubFolder => Path.Combine(folder, "hub");

    /// <summary>Of every server that took part.</summary>
    public SortedSet<string> Versions { get; } = new(StringComparer.Ordinal);

    public Target Target => new("localhost", 0, hub!.Authority);

    public void Note(string text) => notes.WriteLine(text);

    /// <summary>The hub with at least so many devices.</summary>
    public async Task<HubServer> Hub(int devices)
    {
        if (hub is null)
        {
            hub = await HubServer.Start(HubFolder, key, cancellation);
            started.Add(hub);
            Versions.Add(hub.Version);
        }

        if (registered < devices)
        {
            await hub.Register(devices, cancellation);
            registered = devices;
        }

        return hub;
    }

    public async Task<MosquittoServer> Mosquitto()
    {
        if (mosquitto is null)
        {
            mosquitto = await MosquittoServer.Start(Path.Combine(folder, "mosquitto"), await Certificate(), cancellation);
            started.Add(mosquitto);
            Versions.Add(mosquitto.Version);
        }

        return mosquitto;
    }

    public async Task<NatsServer> Nats()
    {
        if (nats is null)
        {
            nats = await NatsServer.Start(Path.Combine(folder, "nats"), await Certificate(), cancellation);
            started.Add(nats);
            Versions.Add(nats.Version);
        }

        return nats;
    }

    /// <summary>Ends the servers: the next measure begins with fresh ones.</summary>
    public async Task Restart()
    {
        foreach (var server in started)
        {
            await server.DisposeAsync();
        }

        started.Clear();
        (hub, mosquitto, nats) = (null, null, null);
    }

    public async ValueTask DisposeAsync()
    {
        await Restart();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>The hub makes it on its first start.</summary>
    private async Task<ServerCertificate> Certificate()
    {
        await Hub(0);
        return new ServerCertificate(HubFolder);
    }
}
