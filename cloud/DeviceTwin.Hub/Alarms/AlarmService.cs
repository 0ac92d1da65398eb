using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Dashboard.Fleet;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Plant;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Alarms;
using DeviceTwin.Storage.Plant;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Alarms;

/// <summary>What people do with alarms. (What nodes tell comes in by <see cref="AlarmIntake"/>.)</summary>
internal sealed class AlarmService(
    IHubStore store, AlarmBook book, PlantMemory plant, IFleet fleet, TimeProvider time, ILogger<AlarmService> logger) : IAlarms, IHostedService
{
    private const string NodeModel = "dtmi:com:devicetwin:vibrationNode;";
    private const string Generation = "maintenance.acknowledgeGeneration";
    private const long LargestGeneration = 1_000_000;
    private const int LongestNote = 2000;
    private const int LongestText = 8000;
    private const int LongestName = 128;
    private IDisposable? deletions;
    private IDisposable? endings;

    /// <inheritdoc/>
    public AlarmCounts Counts => book.Counts;

    /// <inheritdoc/>
    public IReadOnlyList<AlarmRow> Active() => [.. book.Active().OrderBy(row => row.State).ThenByDescending(row => row.RaisedAt)];

    /// <inheritdoc/>
    public AlarmRow Find(string id) => Refusing(() => store.FindAlarm(id)) ?? throw AlarmErrors.NoAlarm(id);

    /// <inheritdoc/>
    public IReadOnlyList<AlarmRow> Read(AlarmQuery query) => Refusing(() => store.ReadAlarms(query));

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Findings(FindingQuery query) => Refusing(() => store.ReadFindings(query));

    /// <inheritdoc/>
    public IDisposable Subscribe(Action<AlarmRow> callback) => book.Subscribe(callback);

    /// <inheritdoc/>
    public async Task<AlarmRow> Acknowledge(string id, string? note, string author, CancellationToken cancellation)
    {
        CheckLength("note", note, LongestNote);
        var row = Find(id);
        var isNew = row.Acknowledgement is null;
        if (isNew)
        {
            var at = time.GetUtcNow();
            var (change, durable) = book.Merge(new AlarmDelivery.Acknowledged(row.DeviceId, row.NodeAlarmId, at, author, note));
            await Write([change, Audit(at, author, row.DeviceId, "alarm.acknowledge", id, Quote(note))], durable, cancellation);
            AlarmLog.Acknowledged(logger, id, author);
        }

        await TellNode(row, isNew, author, cancellation);
        return isNew ? Find(id) : row;
    }

    /// <inheritdoc/>
    public async Task<Finding> Find(string alarmId, FindingDraft found, string author, CancellationToken cancellation)
    {
        var row = Find(alarmId);
        CheckAmended(found.Amends, new FindingQuery(1) { AlarmId = alarmId });
        var finding = Complete(found, author) with
        {
            AlarmId = alarmId,
            DeviceId = row.DeviceId,
            Machine = row.Place?.Machine,
            Point = row.Place?.Point,
            From = found.From ?? row.RaisedAt,
            To = found.To ?? row.End?.At,
        };
        return await Append(finding, () => book.Tell(row), cancellation);
    }

    /// <inheritdoc/>
    public async Task<Finding> Find(string machine, string? point, FindingDraft found, string author, CancellationToken cancellation)
    {
        _ = plant.Current.Get(PlantLevel.Machine, machine);
        CheckAmended(found.Amends, new FindingQuery(1) { Machine = machine });
        if (found is { From: { } from, To: { } to } && from > to)
        {
            throw new HubException(HubError.ArgumentInvalid, "from lies after to. Give the beginning of the time first.");
        }

        return await Append(Complete(found, author) with { Machine = machine, Point = point }, null, cancellation);
    }

    /// <summary>
    /// Ends the alarms of devices that are gone, and from now on those of devices that go. Tells nodes what the end of the hub came in
    /// between of, and from now on those whose last unseen alarm ends by itself.
    /// </summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        deletions = fleet.Subscribe(happened =>
        {
            if (happened is FleetEvent.IdentityDeleted)
            {
                _ = End(happened.DeviceId);
            }
        });
        var gone = book.Active().Select(row => row.DeviceId).Distinct().Where(deviceId => fleet.FindIdentity(deviceId) is null);
        await Task.WhenAll(gone.Select(End));
        endings = book.Subscribe(row =>
        {
            if (!row.IsActive && book.Active(row.DeviceId).FirstOrDefault() is { } seen)
            {
                // Not on the store's thread: writing waits for it.
                _ = Task.Run(() => TellNodeAgain(seen), CancellationToken.None);
            }
        });
        await Task.WhenAll(book.Active().GroupBy(row => row.DeviceId).Select(rows => TellNodeAgain(rows.First())));
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        deletions?.Dispose();
        endings?.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>Acknowledging and telling are two writes: whoever comes between them, or is told too early, is told here.</summary>
    private Task TellNodeAgain(AlarmRow row) =>
        row.Acknowledgement is { } seen ? TellNode(row, isNew: false, seen.By, CancellationToken.None) : Task.CompletedTask;

    /// <summary>
    /// Has the node follow. Its generation acknowledges all that it has: it is not written while there is an alarm that nobody has seen.
    /// A repeated request writes it again only where the node has heard the last one and still shows the alarm as new.
    /// </summary>
    private async Task TellNode(AlarmRow row, bool isNew, string author, CancellationToken cancellation)
    {
        var active = book.Active(row.DeviceId);
        if (active.Any(other => other.State == AlarmState.Raised) || active.All(other => other.NodeAlarmId != row.NodeAlarmId)
            || fleet.FindTwin(row.DeviceId) is not { } twin || twin.ModelId?.StartsWith(NodeModel, StringComparison.Ordinal) != true)
        {
            return;
        }

        var reported = Json.At(twin.Reported.Properties, Generation);
        var heard = Json.Integer(reported is JsonObject acknowledgement ? acknowledgement["value"] : reported) ?? 0;
        var desired = Json.Integer(Json.At(twin.Desired.Properties, Generation)) ?? heard;
        var shows = IsTrue(twin, $"alarms.{row.Alarm}") && !IsTrue(twin, $"acknowledgedAlarms.{row.Alarm}");
        if (!isNew && !(shows && desired == heard))
        {
            return;
        }

        var next = desired >= LargestGeneration ? 0 : desired + 1;
        var patch = new JsonObject { ["properties"] = new JsonObject { ["desired"] = new JsonObject { ["maintenance"] = new JsonObject { ["acknowledgeGeneration"] = next } } } };
        try
        {
            await fleet.PatchTwin(row.DeviceId, patch, null, author, cancellation);
        }
        catch (HubException refusal)
        {
            // The alarm is acknowledged all the same; the node's own lamp is all that is missing.
            AlarmLog.NodeNotTold(logger, row.Id, refusal.Message);
        }
    }

    private static bool IsTrue(TwinDocument twin, string path) => Json.At(twin.Reported.Properties, path)?.GetValueKind() == JsonValueKind.True;

    private async Task End(string deviceId)
    {
        try
        {
            foreach (var row in book.Active(deviceId))
            {
                var (change, durable) = book.Merge(new AlarmDelivery.Ended(deviceId, row.NodeAlarmId, time.GetUtcNow(), ClearReason.Deleted));
                await store.Write([change], durable);
            }
        }
        catch (StorageException failure)
        {
            AlarmLog.NotEnded(logger, deviceId, failure.Message);
        }
    }

    private async Task<Finding> Append(Finding finding, Action? durable, CancellationToken cancellation)
    {
        var number = 0L;
        var path = finding.AlarmId ?? finding.Point ?? finding.Machine;
        await Write(
            [new AppendFinding(finding, given => number = given), Audit(finding.At, finding.Author, finding.DeviceId, "finding.add", path, Quote(finding.Kind))],
            durable,
            cancellation);
        AlarmLog.Found(logger, number, finding.Kind, finding.Author);
        return finding with { Number = number };
    }

    private Finding Complete(FindingDraft found, string author)
    {
        if (found.Kind != Finding.NoFault && !Verdicts.Words.Contains(found.Kind))
        {
            throw new HubException(
                HubError.ArgumentInvalid, $"kind takes {Finding.NoFault} or one of {string.Join(", ", Verdicts.Words)}, not \"{found.Kind}\".");
        }

        CheckLength("text", found.Text, LongestText);
        CheckLength("by", found.By, LongestName);
        var at = time.GetUtcNow();
        return new Finding(
            null, null, null, null, found.From, found.To, found.Kind, found.Text, found.FoundAt ?? at, found.By ?? author, at, author, found.Amends);
    }

    private void CheckAmended(long? amends, FindingQuery where)
    {
        if (amends is { } number && !Findings(where with { After = number - 1 }).Any(finding => finding.Number == number))
        {
            throw AlarmErrors.NoFinding(number);
        }
    }

    private static void CheckLength(string name, string? text, int longest)
    {
        if (text?.Length > longest)
        {
            throw new HubException(HubError.ArgumentInvalid, $"{name} has more than {longest} characters. Shorten it.");
        }
    }

    private async Task Write(IReadOnlyList<StoreChange> changes, Action? durable, CancellationToken cancellation)
    {
        try
        {
            await store.Write(changes, durable).WaitAsync(cancellation);
        }
        catch (StorageException failure)
        {
            throw FleetErrors.Translate(failure);
        }
    }

    private static T Refusing<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (StorageException failure)
        {
            throw FleetErrors.Translate(failure);
        }
    }

    private static StoreChange.AppendAudit Audit(DateTimeOffset at, string author, string? deviceId, string action, string? path, string? value) =>
        new(new AuditRow(at, author, deviceId, action, path, value, null));

    private static string? Quote(string? text) => text is null ? null : JsonSerializer.Serialize(text, Json.Relaxed);
}
