using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Alarms;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Alarms;
using DeviceTwin.Storage.Plant;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Plant;

/// <summary>
/// Changes of the plant. Writers work on the newest tree, one at a time; it becomes visible when it is durable. What a change asks of
/// devices (tags, settings, access) is written down with it and done after it, over and over until it is done.
/// </summary>
internal sealed class PlantService : IPlant, IHostedService, IDisposable
{
    private const string Author = "plant";

    private readonly Lock gate = new();
    private readonly SemaphoreSlim working = new(1);
    private readonly IHubStore store;
    private readonly PlantMemory memory;
    private readonly AlarmBook alarms;
    private readonly IFleet fleet;
    private readonly TimeProvider time;
    private readonly ILogger<PlantService> logger;
    private readonly SortedDictionary<long, PlantTask> tasks = [];

    /// <summary>Refused tasks that are to be tried again. Under the lock of <see cref="tasks"/>.</summary>
    private readonly HashSet<long> again = [];
    private PlantTree newest;
    private long lastTask;
    private IDisposable? subscription;

    public PlantService(IHubStore store, PlantMemory memory, AlarmBook alarms, IFleet fleet, TimeProvider time, ILogger<PlantService> logger)
    {
        this.store = store;
        this.memory = memory;
        this.alarms = alarms;
        this.fleet = fleet;
        this.time = time;
        this.logger = logger;
        newest = memory.Current;
        foreach (var task in memory.Stored.Tasks)
        {
            // What was refused is tried once more with every start.
            tasks[task.Number] = task;
            again.Add(task.Number);
            lastTask = task.Number;
        }

        store.CommitFailed += FallBack;
    }

    /// <inheritdoc/>
    public PlantItem? Find(PlantLevel level, string id) => memory.Current.Find(level, id);

    /// <inheritdoc/>
    public IReadOnlyList<Assignment> Assignments(PlantLevel level, string id, DateTimeOffset? from, DateTimeOffset? to) =>
        memory.Current.Assignments(level, id, from, to);

    /// <inheritdoc/>
    public async Task<PlantItem> Put(PlantItem item, string? ifMatch, string author, CancellationToken cancellation)
    {
        PlantItem result = item;
        await Change(author, draft =>
        {
            var before = draft.Tree.Find(item.Level, item.Id);
            if (ifMatch is null && before is not null)
            {
                throw new HubException(
                    PlantErrors.AlreadyExists,
                    $"There is a {PlantWords.Of(item.Level)} \"{item.Id}\" already. To update it, send If-Match with its ETag or \"*\".");
            }

            if (ifMatch is not null)
            {
                FleetErrors.CheckMatch(ifMatch, (before ?? throw PlantErrors.NoItem(item.Level, item.Id)).ETag);
            }

            result = Put(draft, item);
        }, cancellation);
        PlantLog.Written(logger, PlantWords.Of(item.Level), item.Id, author);
        return result;
    }

    /// <inheritdoc/>
    public async Task Delete(PlantLevel level, string id, string? ifMatch, string author, CancellationToken cancellation)
    {
        await Change(author, draft =>
        {
            var item = draft.Tree.Get(level, id);
            FleetErrors.CheckMatch(ifMatch, item.ETag);
            draft.Tree = draft.Tree.Remove(item);
            draft.Changes.Add(new DeletePlantItem(level, id));
            draft.Audit(null, $"plant.{PlantWords.Of(level)}.delete", id, null);
        }, cancellation);
        PlantLog.Deleted(logger, PlantWords.Of(level), id, author);
    }

    /// <inheritdoc/>
    public async Task Import(IReadOnlyList<PlantItem> items, string author, CancellationToken cancellation)
    {
        await Change(author, draft =>
        {
            foreach (var item in items)
            {
                Put(draft, item);
            }
        }, cancellation);
        PlantLog.Imported(logger, items.Count, author);
    }

    /// <inheritdoc/>
    public async Task<Assignment> Assign(string point, string deviceId, string? reason, string author, CancellationToken cancellation)
    {
        Assignment result = null!;
        await Change(author, draft =>
        {
            if (draft.Tree.NodeAt(point) is { } node)
            {
                throw new HubException(
                    PlantErrors.Occupied,
                    $"Node \"{node.DeviceId}\" is at point \"{point}\". Replace it (POST …/replace), or take it away first (DELETE …/node).");
            }

            result = Begin(draft, point, deviceId, reason);
        }, cancellation);
        PlantLog.Assigned(logger, deviceId, point, author);
        return result;
    }

    /// <inheritdoc/>
    public async Task<Assignment> Unassign(string point, string? reason, string author, CancellationToken cancellation)
    {
        Assignment result = null!;
        await Change(author, draft => result = End(draft, draft.Tree.Get(PlantLevel.Point, point), reason), cancellation);
        PlantLog.Unassigned(logger, result.DeviceId, point, author);
        return result;
    }

    /// <inheritdoc/>
    public async Task<Assignment> Replace(string point, string deviceId, bool disable, string? reason, string author, CancellationToken cancellation)
    {
        Assignment ended = null!;
        Assignment result = null!;
        await Change(author, draft =>
        {
            ended = End(draft, draft.Tree.Get(PlantLevel.Point, point), reason);
            if (ended.DeviceId == deviceId)
            {
                throw new HubException(HubError.ArgumentInvalid, $"Node \"{deviceId}\" is at point \"{point}\" already. Name the node that is to take its place.");
            }

            result = Begin(draft, point, deviceId, reason);
            if (fleet.FindTwin(ended.DeviceId) is { } old && fleet.FindTwin(deviceId) is { } taker)
            {
                draft.Carry(deviceId, CarriedSettings.Tags(old, taker), CarriedSettings.Desired(old));
            }

            if (disable)
            {
                draft.Disabled.Add(ended.DeviceId);
            }

            foreach (var row in alarms.Active(ended.DeviceId))
            {
                var (change, durable) = alarms.Merge(new AlarmDelivery.Ended(row.DeviceId, row.NodeAlarmId, draft.At, ClearReason.Replaced));
                draft.Changes.Add(change);
                draft.Durable.Add(durable);
            }
        }, cancellation);
        PlantLog.Unassigned(logger, ended.DeviceId, point, author);
        PlantLog.Assigned(logger, deviceId, point, author);
        return result;
    }

    /// <inheritdoc/>
    public IReadOnlyList<PlantTask> Refused()
    {
        lock (tasks)
        {
            return [.. tasks.Values.Where(task => task.Refusal is not null)];
        }
    }

    /// <inheritdoc/>
    public async Task<PlantTask?> Retry(long number, CancellationToken cancellation)
    {
        lock (tasks)
        {
            _ = FindRefused(number);
            again.Add(number);
        }

        await Work(cancellation);
        lock (tasks)
        {
            return tasks.GetValueOrDefault(number);
        }
    }

    /// <inheritdoc/>
    public async Task Dismiss(long number, string author, CancellationToken cancellation)
    {
        PlantTask task;
        lock (tasks)
        {
            task = FindRefused(number);
        }

        var row = new AuditRow(time.GetUtcNow(), author, task.DeviceId, "plant.task.dismiss", null, JsonSerializer.Serialize(task.Refusal, Json.Relaxed), null);
        await working.WaitAsync(cancellation);
        try
        {
            await Remove(number, new StoreChange.AppendAudit(row));
        }
        catch (StorageException failure)
        {
            throw FleetErrors.Translate(failure);
        }
        finally
        {
            working.Release();
        }
    }

    /// <summary>Goes on where the hub stopped, and frees the points of devices that are gone.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        subscription = fleet.Subscribe(happened =>
        {
            if (happened is FleetEvent.IdentityDeleted)
            {
                _ = Release(happened.DeviceId);
            }
        });
        foreach (var assignment in memory.Current.Present.Where(assignment => fleet.FindIdentity(assignment.DeviceId) is null).ToArray())
        {
            await Release(assignment.DeviceId);
        }

        await Work(cancellationToken);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        subscription?.Dispose();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        store.CommitFailed -= FallBack;
        working.Dispose();
    }

    private static PlantItem Put(Draft draft, PlantItem item)
    {
        var before = draft.Tree.Find(item.Level, item.Id);
        var result = item with { ETag = before is null ? ETags.First : ETags.Next(before.ETag) };
        draft.Tree = draft.Tree.Put(result);
        draft.Changes.Add(new PutPlantItem(result));
        draft.Audit(null, $"plant.{PlantWords.Of(item.Level)}.{(before is null ? "create" : "update")}", item.Id, result.Name);
        return result;
    }

    private Assignment Begin(Draft draft, string point, string deviceId, string? reason)
    {
        var at = draft.Tree.Get(PlantLevel.Point, point);
        _ = fleet.FindIdentity(deviceId) ?? throw FleetErrors.DeviceNotFound(deviceId);
        if (draft.Tree.PointOf(deviceId) is { } elsewhere)
        {
            throw new HubException(
                PlantErrors.NodeElsewhere,
                $"Node \"{deviceId}\" is at point \"{elsewhere.Point}\" of machine \"{elsewhere.Machine}\". Take it away there first: DELETE /api/v1/plant/points/{elsewhere.Point}/node.");
        }

        var assignment = new Assignment(draft.Tree.NextAssignment, at.Parent, point, deviceId, draft.At, null, draft.By, reason, null);
        draft.Put(assignment);
        draft.Audit(deviceId, "plant.assign", point, reason);
        return assignment;
    }

    private static Assignment End(Draft draft, PlantItem point, string? reason)
    {
        var node = draft.Tree.NodeAt(point.Id) ?? throw new HubException(
            PlantErrors.Empty, $"There is no node at point \"{point.Id}\". Put one there with PUT /api/v1/plant/points/{point.Id}/node.");
        var ended = node with { To = draft.At, EndedBy = draft.By };
        draft.Put(ended);
        draft.Audit(node.DeviceId, "plant.unassign", point.Id, reason);
        return ended;
    }

    private async Task Release(string deviceId)
    {
        try
        {
            await Change(Author, draft =>
            {
                if (draft.Tree.PointOf(deviceId) is { } assignment)
                {
                    End(draft, draft.Tree.Get(PlantLevel.Point, assignment.Point), "the device was deleted");
                }
            }, CancellationToken.None);
            lock (tasks)
            {
                again.UnionWith(tasks.Values.Where(task => task.DeviceId == deviceId).Select(task => task.Number));
            }

            await Work(CancellationToken.None);
        }
        catch (HubException failure)
        {
            PlantLog.TaskPutOff(logger, deviceId, failure.Message);
        }
    }

    private async Task Change(string author, Action<Draft> edit, CancellationToken cancellation)
    {
        Task written;
        lock (gate)
        {
            var draft = new Draft(newest, author, time.GetUtcNow());
            edit(draft);
            var asked = draft.Tasks(newest, lastTask);
            if (draft.Changes.Count == 0)
            {
                return;
            }

            newest = draft.Tree;
            lastTask += asked.Count;
            written = store.Write([.. draft.Changes, .. asked.Select(task => new PutPlantTask(task))], () =>
            {
                memory.Take(draft.Tree);
                draft.Durable.ForEach(durable => durable());
                lock (tasks)
                {
                    asked.ForEach(task => tasks[task.Number] = task);
                }
            });
        }

        try
        {
            await written.WaitAsync(cancellation);
        }
        catch (StorageException failure)
        {
            throw FleetErrors.Translate(failure);
        }

        await Work(cancellation);
    }

    /// <summary>Does what remains to be done to devices, in the order in which it was asked for.</summary>
    private async Task Work(CancellationToken cancellation)
    {
        await working.WaitAsync(cancellation);
        try
        {
            while (FirstTask() is { } task)
            {
                var (done, refusal) = await Perform(task);
                if (!done)
                {
                    return;
                }

                if (refusal is null)
                {
                    await Remove(task.Number);
                    continue;
                }

                var refused = task with { Refusal = refusal };
                await store.Write([new PutPlantTask(refused)]);
                lock (tasks)
                {
                    tasks[task.Number] = refused;
                    again.Remove(task.Number);
                }
            }
        }
        catch (StorageException failure)
        {
            throw FleetErrors.Translate(failure);
        }
        finally
        {
            working.Release();
        }
    }

    private PlantTask? FirstTask()
    {
        lock (tasks)
        {
            return tasks.Values.FirstOrDefault(task => task.Refusal is null || again.Contains(task.Number));
        }
    }

    /// <remarks>Under the lock of <see cref="tasks"/>.</remarks>
    private PlantTask FindRefused(long number) =>
        tasks.TryGetValue(number, out var task) && task.Refusal is not null ? task : throw PlantErrors.NoTask(number);

    private async Task Remove(long number, params StoreChange[] besides)
    {
        await store.Write([new DeletePlantTask(number), .. besides]);
        lock (tasks)
        {
            tasks.Remove(number);
            again.Remove(number);
        }
    }

    /// <summary>Where a task was refused its device may be elsewhere by now.</summary>
    private JsonObject TagsOf(PlantTask task)
    {
        var tags = Json.ParseObject(task.Tags);
        if (task.Refusal is not null)
        {
            Draft.WritePlace(tags, memory.Current.PlaceOf(task.DeviceId));
        }

        return tags;
    }

    /// <returns>Not done where it has to be done later; a refusal where it cannot be done before somebody has mended something.</returns>
    private async Task<(bool Done, string? Refusal)> Perform(PlantTask task)
    {
        try
        {
            // Tags first: configurations come with them, and what people have set goes before what configurations set.
            await fleet.PatchTwin(task.DeviceId, new JsonObject { ["tags"] = TagsOf(task) }, null, task.Author, CancellationToken.None);
            if (task.Desired is { } desired)
            {
                var patch = new JsonObject { ["properties"] = new JsonObject { ["desired"] = Json.ParseObject(desired) } };
                await fleet.PatchTwin(task.DeviceId, patch, null, task.Author, CancellationToken.None);
            }

            if (task.Disable && fleet.FindIdentity(task.DeviceId) is { Enabled: true } identity)
            {
                await fleet.PutIdentity(identity with { Enabled = false }, "*", task.Author, CancellationToken.None);
            }
        }
        catch (HubException refusal) when (refusal.Error.HttpStatus >= 500)
        {
            PlantLog.TaskPutOff(logger, task.DeviceId, refusal.Message);
            return (false, null);
        }
        catch (HubException refusal) when (refusal.Error == HubError.DeviceNotFound)
        {
            // The device was deleted: nothing remains to be done to it.
        }
        catch (HubException refusal)
        {
            PlantLog.TaskRefused(logger, task.DeviceId, task.Number, refusal.Message);
            return (true, refusal.Message);
        }

        return (true, null);
    }

    private void FallBack(StorageException reason)
    {
        lock (gate)
        {
            newest = memory.Current;
        }
    }

    /// <summary>One change as it builds up.</summary>
    private sealed class Draft(PlantTree tree, string by, DateTimeOffset at)
    {
        private readonly Dictionary<string, (JsonObject Tags, JsonObject Desired)> carried = [];

        public PlantTree Tree { get; set; } = tree;

        public string By => by;

        public DateTimeOffset At => at;

        public List<StoreChange> Changes { get; } = [];

        public List<Action> Durable { get; } = [];

        public HashSet<string> Disabled { get; } = [];

        public void Put(Assignment assignment)
        {
            Tree = Tree.With(assignment);
            Changes.Add(new PutAssignment(assignment));
        }

        public void Carry(string deviceId, JsonObject tags, JsonObject desired) => carried[deviceId] = (tags, desired);

        public void Audit(string? deviceId, string action, string path, string? value) => Changes.Add(new StoreChange.AppendAudit(
            new AuditRow(at, by, deviceId, action, path, value is null ? null : JsonSerializer.Serialize(value, Json.Relaxed), null)));

        public static void WritePlace(JsonObject tags, AlarmPlace? place)
        {
            tags["site"] = place?.Site;
            tags["line"] = place?.Line;
            tags["machine"] = place?.Machine;
            tags["point"] = place?.Point;
        }

        /// <summary>Every node whose place the change has changed is told by its tags; others stay as they are.</summary>
        public List<PlantTask> Tasks(PlantTree before, long last)
        {
            var asked = new List<PlantTask>();
            foreach (var deviceId in before.Present.Concat(Tree.Present).Select(assignment => assignment.DeviceId).Distinct().Order(StringComparer.Ordinal))
            {
                var place = Tree.PlaceOf(deviceId);
                if (place == before.PlaceOf(deviceId))
                {
                    continue;
                }

                var (tags, desired) = carried.TryGetValue(deviceId, out var taken) ? taken : ([], null);
                WritePlace(tags, place);
                asked.Add(new PlantTask(
                    ++last,
                    deviceId,
                    tags.ToJsonString(Json.Relaxed),
                    desired is { Count: > 0 } ? desired.ToJsonString(Json.Relaxed) : null,
                    Disabled.Contains(deviceId),
                    by));
            }

            return asked;
        }
    }
}
