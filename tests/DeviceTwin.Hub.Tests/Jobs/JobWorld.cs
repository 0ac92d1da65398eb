using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using DeviceTwin.Hub;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Gateway.Messaging;
using DeviceTwin.Hub.Jobs;
using DeviceTwin.Hub.Operation;
using DeviceTwin.Hub.Queries;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Sqlite;
using DeviceTwin.Tests.Hub.Fleet;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DeviceTwin.Tests.Hub.Jobs;

/// <summary>A hub's fleet and jobs over a database of their own, with devices that answer as the test says, on a clock that the test moves.</summary>
internal sealed class JobWorld : IMortal, IAsyncDisposable
{
    public const string Patch = """{"etag":"*","tags":{"x":1},"properties":{"desired":{"rate":5}}}""";
    public const string Method = """{"methodName":"m","payload":7}""";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("devicetwin-jobs-");
    private ServiceProvider services;

    public JobWorld(JobOptions? options = null)
    {
        Options = options ?? new JobOptions();
        services = Build();
    }

    public JobOptions Options { get; set; }

    public ManualTime Time { get; } = new();

    public IFleet Fleet => services.GetRequiredService<IFleet>();

    public JobService Jobs => services.GetRequiredService<JobService>();

    public QueryService Queries => services.GetRequiredService<QueryService>();

    public IHubStore Store => services.GetRequiredService<IHubStore>();

    /// <summary>What a device answers; by itself it does at once.</summary>
    public Func<string, CancellationToken, Task<MethodResult>> Answers { get; set; } = (_, _) => Task.FromResult(new MethodResult(200, null));

    /// <summary>Every call that has come to a device, with how long it would have been waited for.</summary>
    public ConcurrentQueue<(string DeviceId, string Name, TimeSpan ConnectTimeout, string Author)> Calls { get; } = new();

    /// <summary>The hub is killed behind so many commits: what it writes after them is lost. Null = it lives on.</summary>
    public int? Commits { get; set; }

    public int Committed { get; private set; }

    /// <inheritdoc/>
    public bool IsDead => Commits <= 0;

    /// <inheritdoc/>
    public void Commit()
    {
        Committed++;
        Commits--;
    }

    /// <summary>A hub that carries jobs out, with devices d0 and on.</summary>
    public static async Task<JobWorld> Start(int devices = 4, JobOptions? options = null)
    {
        var world = new JobWorld(options);
        await world.Jobs.StartAsync(CancellationToken.None);
        for (var index = 0; index < devices; index++)
        {
            await world.Fleet.PutIdentity(new DeviceIdentity($"d{index}", "", "", true, "", "", default), null, "test", CancellationToken.None);
        }

        return world;
    }

    /// <summary>Takes a job on for all devices.</summary>
    public Task<Job> Create(string id, JobType type = JobType.UpdateTwin, TimeSpan? after = null, long seconds = 3600, string condition = "*", string? body = null) => Jobs.Create(JobJson.Read(
        id,
        new JsonObject
        {
            ["type"] = JobWords.Of(type),
            [JobWords.BodyOf(type)] = JsonNode.Parse(body ?? (type == JobType.UpdateTwin ? Patch : Method)),
            ["queryCondition"] = condition,
            ["startTime"] = Json.Timestamp(Time.GetUtcNow() + (after ?? TimeSpan.Zero)),
            ["maxExecutionTimeInSeconds"] = seconds,
        },
        "mara",
        Time.GetUtcNow()));

    /// <summary>The hub ends, wherever it is, and another one goes on with the same database.</summary>
    public async Task Restart(TimeSpan? later = null)
    {
        await Jobs.StopAsync(CancellationToken.None);
        await services.DisposeAsync();
        Commits = null;
        Time.Advance(later ?? TimeSpan.FromSeconds(1));
        services = Build();
        await Jobs.StartAsync(CancellationToken.None);
    }

    public Task<Job> Until(string id, JobStatus status) => Until(id, job => job.Status == status);

    /// <summary>Until it has an end.</summary>
    public Task<Job> UntilEnd(string id) => Until(id, job => !job.IsOpen);

    public async Task<Job> Until(string id, Func<Job, bool> isIt)
    {
        Job job = null!;
        await Until(() => isIt(job = Jobs.Find(id)), () => $"{job}");
        return job;
    }

    public static async Task Until(Func<bool> isIt, Func<string> otherwise)
    {
        using var late = new CancellationTokenSource(Patience);
        while (!isIt())
        {
            Assert.That(late.IsCancellationRequested, Is.False, otherwise);
            await Task.Yield();
        }
    }

    /// <summary>The rows of <c>devices.jobs</c>.</summary>
    public IReadOnlyList<JsonNode> Rows(string jobId) => Queries.Ask($"SELECT * FROM devices.jobs WHERE jobId = '{jobId}'", null, 1000).Rows!;

    public string Statuses(string jobId) => string.Join(' ', Rows(jobId).Select(row => (string?)row["status"]));

    public TwinDocument Twin(string deviceId) => Fleet.FindTwin(deviceId)!;

    public string[] Audit => [.. Store.ReadAudit((string?)null, 1000).Reverse().Where(row => row.Action.StartsWith("job.", StringComparison.Ordinal)).Select(row => $"{row.Action} {row.Path}")];

    public async ValueTask DisposeAsync()
    {
        await Jobs.StopAsync(CancellationToken.None);
        await services.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private ServiceProvider Build()
    {
        var collection = new ServiceCollection();
        collection.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        collection.AddSingleton<TimeProvider>(Time);
        collection.AddFleet(new FleetOptions { Store = new SqliteStoreOptions { Path = Path.Combine(folder.FullName, "hub.db") } });
        var store = collection.Single(service => service.ServiceType == typeof(IHubStore));
        collection.Remove(store);
        collection.AddSingleton(provider => DyingStore.Over((IHubStore)store.ImplementationFactory!(provider), this));
        collection.AddSingleton<HubMetrics>();
        collection.AddSingleton<IMethodCaller>(provider => new Caller(this, provider.GetRequiredService<IHubStore>()));
        collection.AddJobs(Options);
        return collection.BuildServiceProvider();
    }

    /// <summary>Calls as the gateway does: first written down, then sent.</summary>
    private sealed class Caller(JobWorld world, IHubStore store) : IMethodCaller
    {
        public async Task<MethodResult> Invoke(string deviceId, MethodCall call, string author, StoreChange besides, CancellationToken cancellation)
        {
            try
            {
                await store.Write([besides]);
            }
            catch (StorageException failure)
            {
                throw FleetErrors.Translate(failure);
            }

            world.Calls.Enqueue((deviceId, call.Name, call.ConnectTimeout, author));
            return await world.Answers(deviceId, cancellation);
        }
    }
}
