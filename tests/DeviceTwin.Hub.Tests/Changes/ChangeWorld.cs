using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.Hub;
using DeviceTwin.Hub.Changes;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Operation;
using DeviceTwin.Hub.Plant;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Sqlite;
using DeviceTwin.Storage.Waveforms;
using DeviceTwin.Tests.Hub.Fleet;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Rollouts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DeviceTwin.Tests.Hub.Changes;

/// <summary>A hub's fleet, alarms and changes over a database of their own, with nodes that answer, on a clock that the test moves.</summary>
internal sealed class ChangeWorld : IMortal, IDisposable
{
    public const string Limit = "detection.velocityLimitUmPerSecond";
    public const string Big = "esp32-s3-devkitc-1-n8r8";
    public const string Small = "esp32-devkitc-32e";

    /// <summary>Windows of an hour; ten windows without an alarm are enough.</summary>
    public const string Plan =
        """{"shadowSeconds":3600,"windowSeconds":3600,"minimumCaptures":10,"canary":{"devices":4},"waves":[500,1000],"control":300,"gates":{"harmlessAlarmWindows":500,"silentCaptures":10000}}""";

    private static readonly TimeSpan Step = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("devicetwin-changes-");
    private readonly List<string> nodes = [];
    private ServiceProvider services;
    private int alarms;

    public ChangeWorld()
    {
        services = Build();
    }

    public ManualTime Time { get; } = new();

    public IFleet Fleet => services.GetRequiredService<IFleet>();

    public ChangeService Changes => services.GetRequiredService<ChangeService>();

    public HubMetrics Metrics => services.GetRequiredService<HubMetrics>();

    public IHubStore Store => services.GetRequiredService<IHubStore>();

    /// <summary>The fleet refuses this call of the changes, as if the store had failed.</summary>
    public string? Broken { get; set; }

    /// <summary>The hub is killed behind so many commits: what it writes after them is lost. Telemetry and reports of nodes count as well once it is dead. Null = it lives on.</summary>
    public int? Commits { get; set; }

    /// <summary>How many commits there were, but for telemetry and reports of nodes.</summary>
    public int Committed { get; private set; }

    public bool IsDead => Commits <= 0;

    /// <inheritdoc/>
    public void Commit()
    {
        Committed++;
        Commits--;
    }

    /// <summary>Whether a node with these desired properties raises an alarm in each window.</summary>
    public Func<string, JsonObject, bool> Rings { get; set; } = (_, _) => false;

    /// <summary>What a node says its settings on trial alarm of; null where it has none on trial.</summary>
    public Func<string, string?> Tries { get; set; } = _ => null;

    /// <summary>What a node says it alarms of.</summary>
    public string Alarming { get; set; } = "";

    /// <summary>Why a node refuses a path; null where it does not.</summary>
    public Func<string, string, string?> Refuses { get; set; } = (_, _) => null;

    /// <summary>Twenty nodes on two lines, all online, under the configuration <c>limits</c> in its first version.</summary>
    public static async Task<ChangeWorld> Start(int count = 20, params string[] offline)
    {
        var world = new ChangeWorld();
        await world.Begin();
        for (var index = 0; index < count; index++)
        {
            var id = $"n{index:00}";
            world.nodes.Add(id);
            await world.Fleet.PutIdentity(new DeviceIdentity(id, "", "", true, "", "", default), null, "test", CancellationToken.None);
            await world.Patch(id, $$$"""{"tags":{"line":"L{{{index % 2}}}"}}""");
            await world.Fleet.PatchReported(id, new JsonObject { ["board"] = index % 5 == 0 ? Small : Big }, null, CancellationToken.None);
            if (!offline.Contains(id))
            {
                await world.Connect(id);
            }
        }

        await world.Fleet.PutConfiguration(
            new Configuration(
                "limits", "*", 5, new Dictionary<string, JsonNode?> { ["properties.desired." + Limit] = 4500 }, new Dictionary<string, string>(), "", default, default),
            null,
            "engineer",
            CancellationToken.None);
        await world.Pass(Step);
        return world;
    }

    /// <summary>The hub ends, wherever it is, and another one goes on with the same database; the nodes come back.</summary>
    public async Task Restart()
    {
        var online = nodes.Where(id => Fleet.FindTwin(id)!.Connected).ToArray();
        services.Dispose();
        Commits = null;
        services = Build();
        await Begin();
        foreach (var id in online)
        {
            await Connect(id);
        }
    }

    /// <summary>A capture of a machine that shakes with 50 Hz at about 11 mm/s, complete and verified; the seed makes it another one.</summary>
    public async Task<string> StoreWaveform(string deviceId, int seed, bool withTime = true)
    {
        const int Frames = 32768;
        const double Rate = 26667;
        var content = new byte[2 * Frames];
        for (var index = 0; index < Frames; index++)
        {
            var counts = (short)((1000 * Math.Sin(2 * Math.PI * 50 * index / Rate)) + (seed % 7));
            BitConverter.TryWriteBytes(content.AsSpan(2 * index), counts);
        }

        BitConverter.TryWriteBytes(content.AsSpan(0), (short)seed);
        var hash = WaveformFiles.HashOf(content);
        var head = new WaveformHead(
            deviceId, hash, new WaveformFacts(content.Length, "z", 26_667_000, 500_000), new CaptureFacts("b", seed, withTime ? Time.GetUtcNow() : null, 1000, 0, false));
        await Store.Write([new WaveformChange.AddChunk(head, 0, content, Time.GetUtcNow(), new UploadLimits(10, 10, 1 << 30), new ChunkReceipt())]);
        var stored = services.GetRequiredService<WaveformFiles>().Write(hash, content);
        await Store.Write([new WaveformChange.Complete(Store.ReadWholeUpload(deviceId, hash)!.Value.Upload, stored)]);
        return hash;
    }

    public void LoseWaveform(string hash) => services.GetRequiredService<WaveformFiles>().Delete(hash);

    /// <summary>A node raises an alarm, which the hub has not looked at yet.</summary>
    public Task Ring(string id) => Tell(id, "alarm", $$"""{"id":"a{{++alarms}}","alarm":"high","state":"raised"}""");

    public Task Connect(string id) => Fleet.SetConnected(id, $"c-{id}", null, CancellationToken.None);

    public Task<TwinDocument> Patch(string id, string patch, string author = "operator") =>
        Fleet.PatchTwin(id, (JsonObject)JsonNode.Parse(patch)!, null, author, CancellationToken.None);

    /// <summary>A change of the limit, replayed (of nothing) and approved by another person.</summary>
    public Task<string> Approved(int limit = 6000, string plan = Plan, string? id = null) => Approved(new JsonObject { [Limit] = limit }, plan, id);

    /// <summary>A change of these settings, by path.</summary>
    public async Task<string> Approved(JsonObject settings, string plan = Plan, string? id = null)
    {
        var made = await Changes.Create(
            new ChangeProposal(id, "Another limit", "limits", null, settings, RolloutJson.ReadPlan((JsonObject)JsonNode.Parse(plan)!), null), "ada", CancellationToken.None);
        var name = (string)made["id"]!;
        await Changes.Replay(name, null, "ada", CancellationToken.None);
        await Until(name, "replayed");
        await Changes.Approve(name, "grace", "read it", CancellationToken.None);
        return name;
    }

    public Task<JsonObject> Begin(string id) => Changes.Start(id, "ada", "go", CancellationToken.None);

    public async Task<string> State(string id) => (string)(await Changes.Find(id, CancellationToken.None))["state"]!;

    /// <summary>Waits for what goes on in the background, which tells of each step.</summary>
    public async Task Until(string id, string state)
    {
        using var news = new SemaphoreSlim(0);
        using var subscription = Changes.Subscribe(_ => news.Release());
        while (await State(id) != state)
        {
            Assert.That(await news.WaitAsync(Patience), Is.True, $"{id} does not come to be {state}: {await Changes.Find(id, CancellationToken.None)}");
        }
    }

    /// <summary>Time passes; nodes answer and measure, and the hub looks.</summary>
    public async Task Pass(TimeSpan span, Func<Task<bool>>? until = null)
    {
        for (var end = Time.GetUtcNow() + span; Time.GetUtcNow() < end && (until is null || !await until());)
        {
            Time.Advance(Step);

            // Together: a commit for all instead of one for each.
            await Task.WhenAll(nodes.Select(id => Fleet.FindTwin(id)!).Where(twin => twin.Connected).SelectMany(twin => (Task[])[Answer(twin), Measure(twin)]));
            await Changes.Look();
        }
    }

    /// <summary>Until the change has ended.</summary>
    public Task PassUntilEnd(string id) => Pass(TimeSpan.FromDays(10), async () => await State(id) is "done" or "rolledBack" or "aborted");

    public JsonNode? Desired(string id, string path = Limit) => Json.At(Fleet.FindTwin(id)!.Desired.Properties, path);

    public int LimitOf(string id) => (int)Json.Integer(Desired(id))!;

    public IReadOnlyList<string> Nodes => nodes;

    public void Dispose()
    {
        services.Dispose();
        folder.Delete(recursive: true);
    }

    private async Task Begin()
    {
        Changes.Listen();
        await Changes.Resume();
    }

    private async Task Answer(TwinDocument twin)
    {
        var patch = new JsonObject();
        Acknowledge(twin, twin.Desired.Properties, patch, "");
        if (patch.Count > 0)
        {
            await Fleet.PatchReported(twin.DeviceId, patch, null, CancellationToken.None);
        }
    }

    private void Acknowledge(TwinDocument twin, JsonObject desired, JsonObject into, string prefix)
    {
        foreach (var (name, value) in desired)
        {
            if (value is JsonObject members)
            {
                var below = new JsonObject();
                Acknowledge(twin, members, below, $"{prefix}{name}.");
                into[name] = below;
            }
            else
            {
                var why = Refuses(twin.DeviceId, prefix + name);
                into[name] = new JsonObject { ["value"] = value?.DeepClone(), ["ac"] = why is null ? 200 : 400, ["av"] = twin.Desired.Version, ["ad"] = why ?? "" };
            }
        }
    }

    private async Task Measure(TwinDocument twin)
    {
        await Tell(twin.DeviceId, "features", $$"""{"verdict":"normal","alarms":[{{Alarming}}],"coveragePermille":1000{{Trial(twin.DeviceId)}}}""");
        if (Rings(twin.DeviceId, twin.Desired.Properties))
        {
            await Ring(twin.DeviceId);
        }
    }

    private string Trial(string id) => Desired(id, "shadow.enabled") is null || Tries(id) is not { } alarms ? "" : $$""","trial":{"verdict":"normal","alarms":[{{alarms}}]}""";

    private Task Tell(string id, string kind, string body) => Fleet.AppendTelemetry(
        new TelemetryMessage(id, Time.GetUtcNow(), new Dictionary<string, string?> { ["kind"] = kind }, Encoding.UTF8.GetBytes(body)), CancellationToken.None);

    private ServiceProvider Build()
    {
        var collection = new ServiceCollection();
        collection.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        collection.AddSingleton<TimeProvider>(Time);
        collection.AddFleet(new FleetOptions { Store = new SqliteStoreOptions { Path = Path.Combine(folder.FullName, "hub.db") } });
        var store = collection.Single(service => service.ServiceType == typeof(IHubStore));
        collection.Remove(store);
        collection.AddSingleton(provider => DyingStore.Over((IHubStore)store.ImplementationFactory!(provider), this));
        collection.AddAlarmsAndPlant();
        collection.AddSingleton(new WaveformFiles(Path.Combine(folder.FullName, "waveforms")));
        collection.AddSingleton(new ChangeOptions { Folder = Path.Combine(folder.FullName, "replays") });
        collection.AddSingleton<HubMetrics>();
        collection.AddSingleton<ChangeReplays>();
        collection.AddSingleton(provider => ActivatorUtilities.CreateInstance<ChangeService>(provider, BreakingFleet.Over(provider.GetRequiredService<IFleet>(), () => Broken)));
        return collection.BuildServiceProvider();
    }

    /// <summary>A fleet that fails in one call.</summary>
    private class BreakingFleet : DispatchProxy
    {
        private IFleet inner = null!;
        private Func<string?> broken = null!;

        public static IFleet Over(IFleet inner, Func<string?> broken)
        {
            var fleet = Create<IFleet, BreakingFleet>();
            ((BreakingFleet)(object)fleet).inner = inner;
            ((BreakingFleet)(object)fleet).broken = broken;
            return fleet;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == broken())
            {
                throw new HubException(HubError.ServiceUnavailable, "broken");
            }

            try
            {
                return targetMethod.Invoke(inner, args);
            }
            catch (TargetInvocationException problem)
            {
                throw problem.InnerException!;
            }
        }
    }
}
