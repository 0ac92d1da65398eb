using System.Text.Json.Nodes;
using DeviceTwin.Hub;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Queries;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Sqlite;
using DeviceTwin.Twins;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>A fleet over a database of its own, in a folder that goes away with the test, on a clock that the test moves.</summary>
internal sealed class FleetFixture : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("devicetwin-fleet-");
    private readonly IHubStore? store;
    private readonly object[] others;
    private ServiceProvider services;

    /// <param name="store">In place of the database.</param>
    /// <param name="others">Services of others that the fleet's use: collections of rows, modules.</param>
    public FleetFixture(IHubStore? store = null, params object[] others)
    {
        this.store = store;
        this.others = others;
        services = Build();
        Subscribe();
    }

    public IFleet Fleet { get; private set; } = null!;

    public QueryService Queries => services.GetRequiredService<QueryService>();

    public BulkRegistry Bulk => services.GetRequiredService<BulkRegistry>();

    public ManualTime Time { get; } = new();

    /// <summary>Every event so far, in order.</summary>
    public List<FleetEvent> Events { get; } = [];

    /// <summary>Ends the fleet and starts another one on the same database.</summary>
    public void Restart()
    {
        services.Dispose();
        services = Build();
        Subscribe();
    }

    public async Task<DeviceIdentity> Register(string deviceId, string? tags = null)
    {
        var identity = await Fleet.PutIdentity(
            new DeviceIdentity(deviceId, "", "", true, "", "", default), null, "test", CancellationToken.None);
        if (tags is not null)
        {
            await Patch(deviceId, $$$"""{"tags":{{{tags}}}}""");
        }

        return identity;
    }

    public Task<TwinDocument> Patch(string deviceId, string patch, string? ifMatch = null, string author = "operator") =>
        Fleet.PatchTwin(deviceId, Object(patch), ifMatch, author, CancellationToken.None);

    public Task<TwinDocument> Desire(string deviceId, string desired) => Patch(deviceId, $$$"""{"properties":{"desired":{{{desired}}}}}""");

    public Task<long> Report(string deviceId, string patch, long? version = null) =>
        Fleet.PatchReported(deviceId, Object(patch), version, CancellationToken.None);

    /// <summary>Creates a configuration, or overwrites it where it is there.</summary>
    public Task<Configuration> Configure(string id, string condition, int priority, params (string Path, JsonNode? Value)[] content) =>
        Fleet.PutConfiguration(
            new Configuration(
                id,
                condition,
                priority,
                content.ToDictionary(entry => "properties.desired." + entry.Path, entry => entry.Value),
                new Dictionary<string, string>(),
                "",
                default,
                default),
            Fleet.FindConfiguration(id) is null ? null : "*",
            "engineer",
            CancellationToken.None);

    /// <summary>The desired changes of a device so far: version, patch and author.</summary>
    public IEnumerable<string> DesiredChanges(string deviceId) => Events.OfType<FleetEvent.DesiredChanged>()
        .Where(change => change.DeviceId == deviceId)
        .Select(change => $"{change.Version} {change.Patch.ToJsonString()} by {change.Author}");

    public static async Task<HubError> Refusal(Func<Task> action) => (await Assert.ThrowsAsync<HubException>(() => action()))!.Error;

    public string Desired(string deviceId) => Fleet.FindTwin(deviceId)!.Desired.Properties.ToJsonString();

    /// <summary>How many devices a configuration targets, and how many have all of its settings.</summary>
    public (int Targeted, int Applied)? Counts(string configurationId) =>
        Fleet.FindConfigurationMetrics(configurationId) is { } metrics ? (metrics.Targeted, metrics.Applied) : null;

    public void Dispose()
    {
        services.Dispose();
        folder.Delete(recursive: true);
    }

    public static JsonObject Object(string json) => (JsonObject)JsonNode.Parse(json)!;

    private ServiceProvider Build()
    {
        var collection = new ServiceCollection();
        collection.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        collection.AddSingleton<TimeProvider>(Time);
        collection.AddFleet(new FleetOptions { Store = new SqliteStoreOptions { Path = Path.Combine(folder.FullName, "hub.db") } });
        if (store is not null)
        {
            collection.AddSingleton(store);
        }

        foreach (var other in others)
        {
            foreach (var kind in other.GetType().GetInterfaces())
            {
                collection.AddSingleton(kind, other);
            }
        }

        return collection.BuildServiceProvider();
    }

    private void Subscribe()
    {
        Fleet = services.GetRequiredService<IFleet>();
        Fleet.Subscribe(happened =>
        {
            lock (Events)
            {
                Events.Add(happened);
            }
        });
    }
}
