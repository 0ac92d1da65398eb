using System.Net;
using DeviceTwin.Dashboard;
using DeviceTwin.Dashboard.View;
using DeviceTwin.Hub.Access;
using DeviceTwin.Hub.Backup;
using DeviceTwin.Hub.Bridge;
using DeviceTwin.Hub.Certificates;
using DeviceTwin.Hub.Changes;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Gateway;
using DeviceTwin.Hub.History;
using DeviceTwin.Hub.Jobs;
using DeviceTwin.Hub.Logging;
using DeviceTwin.Hub.Operation;
using DeviceTwin.Hub.Options;
using DeviceTwin.Hub.Plant;
using DeviceTwin.Hub.Provisioning;
using DeviceTwin.Hub.Rest;
using DeviceTwin.Hub.Sequence;
using DeviceTwin.Hub.View;
using DeviceTwin.Hub.Waveforms;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Sqlite;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace DeviceTwin.Hub;

/// <summary>A hub put together from its parts: gateway, fleet, REST and pages in one process over one data folder.</summary>
public sealed class HubApplication : IAsyncDisposable
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);
    private readonly DataFolder folder;
    private readonly LocalCertificates certificates;
    private readonly WebApplication app;
    private readonly ListeningPort http;
    private readonly ListeningPort https;

    private HubApplication(HubOptions options, DataFolder folder, LocalCertificates certificates, WebApplication app, ListeningPort http, ListeningPort https)
    {
        Options = options;
        this.folder = folder;
        this.certificates = certificates;
        this.app = app;
        this.http = http;
        this.https = https;
    }

    public HubOptions Options { get; }

    public IServiceProvider Services => app.Services;

    /// <summary>The port that nodes connect to; real once started.</summary>
    public int MqttPort => app.Services.GetRequiredService<GatewayEndpoint>().Port;

    /// <summary>Where pages and REST are; real once started.</summary>
    public string HttpUrl => Options.HttpEncrypted
        ? $"https://{Options.HostName}:{http.Port}"
        : $"http://{new IPEndPoint(Options.HttpBind, http.Port)}";

    /// <summary>The port of HTTPS besides; real once started, null where there is none.</summary>
    public int? HttpsPort => Options.HttpsPort is null ? null : https.Port;

    /// <summary>PEM of the authority that nodes trust.</summary>
    public string AuthorityFile => certificates.AuthorityFile;

    /// <summary>What devices that register themselves say to mean this hub.</summary>
    public string IdScope => app.Services.GetRequiredService<ProvisioningService>().IdScope;

    /// <summary>Opens the data folder with its database and puts the parts together; nothing listens yet.</summary>
    /// <exception cref="StartException">The folder or what is in it cannot be used.</exception>
    /// <param name="access">For tests: how sign-in works where it is not the standard.</param>
    public static HubApplication Create(HubOptions options, AccessOptions? access = null)
    {
        var folder = DataFolder.Take(options.DataFolder);
        LocalCertificates? certificates = null;
        try
        {
            var names = new HubNames(options.HostNames);
            certificates = StartProblems.Explain(options, () => OpenCertificates(options, names));
            var token = options.HttpBeyondLoopback ? StartProblems.Explain(options, () => HttpToken.Open(options.DataFolder)) : null;
            var (http, https) = (new ListeningPort(), new ListeningPort());
            var server = certificates;

            // The gateway's handler asks for the fleet as soon as the server is made: the database is opened here.
            var app = StartProblems.Explain(options, () => Build(options, access, names, server, token, http, https));
            if (token is { Made: true })
            {
                app.Logger.HttpTokenMade(token.Path);
            }

            return new HubApplication(options, folder, certificates, app, http, https);
        }
        catch
        {
            certificates?.Dispose();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Begins to listen.</summary>
    /// <exception cref="StartException">A port cannot be had.</exception>
    public async Task Start(CancellationToken cancellation)
    {
        await StartProblems.ExplainAsync(Options, () => app.StartAsync(cancellation));
        app.Lifetime.ApplicationStopping.Register(app.Logger.HubStopping);
        app.Logger.HubReady(VersionText.Current, MqttPort, HttpUrl, Options.DataFolder);
    }

    /// <summary>Completes when the hub has been asked to stop (signal, end of standard input) and has stopped.</summary>
    public Task WaitForStop() => app.WaitForShutdownAsync();

    /// <summary>Stops the hub when standard input ends: a parent that dies takes it along.</summary>
    public void StopWithStandardInput() => StandardInput.WhenItEnds(() =>
    {
        app.Logger.StandardInputEnded();
        app.Lifetime.StopApplication();
    });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        certificates.Dispose();
        folder.Dispose();
    }

    private static LocalCertificates OpenCertificates(HubOptions options, HubNames names)
    {
        try
        {
            return LocalCertificates.Open(options.DataFolder, names, TimeProvider.System);
        }
        catch (InvalidOperationException problem)
        {
            // It says in a sentence what a person has to decide.
            throw new StartException(ExitCode.DataUnreadable, problem.Message, problem);
        }
    }

    private static WebApplication Build(HubOptions options, AccessOptions? access, HubNames names, LocalCertificates certificates, HttpToken? token, ListeningPort http, ListeningPort https)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            // Whatever folder it is started from, the pages' files lie beside the program.
            ContentRootPath = AppContext.BaseDirectory,
            ApplicationName = typeof(HubApplication).Assembly.GetName().Name,
        });
        builder.Logging.UseHubLogging(options);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseStaticWebAssets();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout + options.Drain);
        var metrics = new HubMetrics();
        builder.AddDeviceGateway(
            new GatewayOptions
            {
                Address = options.MqttBind,
                Port = options.MqttPort,
                HostName = options.HostName,
                AssignedHub = options.AssignedHub,
                NanoPubAckDelay = options.NanoPubAckDelay,
            },
            names,
            certificates);
        var store = new SqliteStoreOptions { Path = Path.Combine(options.DataFolder, "hub.db"), Committed = metrics.Committed }.For(options.History);
        builder.Services.AddFleet(new FleetOptions
        {
            Store = store with { IndexedPaths = options.IndexedPaths ?? store.IndexedPaths, KeptChanges = options.ChangesKept ?? store.KeptChanges },
            ReportedChangesInFeed = options.ReportedChanges,
        });
        builder.Services.AddSequence();
        builder.Services.AddRest();
        builder.Services.AddOperation(new OperationOptions { DataFolder = options.DataFolder, Drain = options.Drain }, certificates, metrics);
        builder.Services.AddAccess(
            (access ?? new AccessOptions()) with { Loopback = !options.HttpBeyondLoopback, LocalAdmin = options.LocalAdmin, HostName = options.HostName }, token);
        builder.Services.AddAlarmsAndPlant();
        builder.Services.AddWaveforms(WaveformServices.OptionsOf(options));
        builder.Services.AddChanges(new ChangeOptions
        {
            Folder = Path.Combine(options.DataFolder, "replays"),
            Kept = options.ChangesRemembered,
            Tick = options.RolloutLook,
            Settle = options.RolloutSettle,
        });
        builder.Services.AddJobs(new JobOptions());
        builder.Services.AddBackup(options.DataFolder, options.BackupFolder);
        builder.Services.AddBridge(options.BridgeFile is { } bridge ? BridgeFile.Read(bridge) : null, new BridgeOptions { File = options.BridgeFile });
        builder.Services.AddPageKeys(options.DataFolder);
        builder.Services.AddDashboard();
        builder.Services.AddSingleton<IFleetView, FleetView>();
        builder.Services.AddSingleton<ICertificateView, CertificateView>();
        builder.Services.AddSingleton<IChangeView, ChangeView>();
        builder.Services.AddSingleton<IConfigurationView, ConfigurationView>();
        builder.Services.AddHostedService<IdleMemory>();
        builder.Services.AddHistory(options.History);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = RequestBody.Limit;
            kestrel.Listen(options.HttpBind, options.HttpPort, listen =>
            {
                http.Listening = listen;
                listen.Use(HttpLimit(options.HttpConnections, metrics, listen.ApplicationServices).Apply);
                if (options.HttpEncrypted)
                {
                    listen.UseHttps(new TlsHandshakeCallbackOptions
                    {
                        OnConnection = _ => ValueTask.FromResult(new System.Net.Security.SslServerAuthenticationOptions { ServerCertificate = certificates.Server() }),
                    });
                }
            });
            if (options.HttpsPort is { } port)
            {
                kestrel.Listen(options.HttpsBind, port, listen =>
                {
                    https.Listening = listen;

                    // Devices come here: as many as to the MQTT port. WebSocket and Azure's clients are HTTP/1.1.
                    listen.Protocols = HttpProtocols.Http1;
                    listen.Use(HttpLimit(listen.ApplicationServices.GetRequiredService<GatewayOptions>().MaxConnections, metrics, listen.ApplicationServices).Apply);
                    var tls = listen.ApplicationServices.GetRequiredService<GatewayTls>();
                    listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(tls.CurrentHttps()) });
                });
            }
        });

        var app = builder.Build();
        app.Services.GetRequiredService<AccessService>();
        app.Services.GetRequiredService<MetricsCollector>();
        app.Services.GetRequiredService<HubGauges>();
        app.UseRest();
        app.UseStaticFiles(new StaticFileOptions
        {
            // Checked with every visit (by ETag): an upgraded hub must not be shown through the old one's style.
            OnPrepareResponse = file => file.Context.Response.Headers.CacheControl = "no-cache",
        });
        app.UseAntiforgery();
        app.MapRest();
        app.MapGroup("").Needs(Role.Viewer, Permission.None).MapDashboard();
        return app;
    }

    private static ConnectionLimit HttpLimit(int most, HubMetrics metrics, IServiceProvider services)
    {
        var logger = services.GetRequiredService<ILogger<HubApplication>>();
        return new ConnectionLimit(most, remote =>
        {
            metrics.HttpConnectionRefused();
            logger.TooManyHttpConnections(remote, most);
        });
    }

    /// <summary>Learns the port when Kestrel has bound it.</summary>
    private sealed class ListeningPort
    {
        public ListenOptions? Listening { get; set; }

        public int Port => Listening?.IPEndPoint?.Port ?? 0;
    }
}
