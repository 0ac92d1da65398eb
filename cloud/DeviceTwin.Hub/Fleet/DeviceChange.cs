using System.Collections.Immutable;
using System.Text.Json.Nodes;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Configurations;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Hub.Fleet;

/// <summary>
/// One operation on one device, or module, as it builds up: the state it leads to, what must be stored, what must be told, and what reconciliation
/// asks for. Nothing of it is visible before it is durable.
/// </summary>
internal sealed class DeviceChange
{
    /// <summary>Who reports.</summary>
    private const string DeviceAuthor = "device";

    private readonly TwinDocument stored;
    private readonly ImmutableSortedDictionary<string, long> storedRemoved;
    private readonly DateTimeOffset at;

    public DeviceChange(DeviceState before, DateTimeOffset at)
    {
        State = before;
        stored = before.Twin;
        storedRemoved = before.Removed;
        this.at = at;
    }

    /// <summary>The device after the operation.</summary>
    public DeviceState State { get; private set; }

    public List<StoreChange> Stored { get; } = [];

    public List<FleetEvent> Events { get; } = [];

    public ReconciliationActions Actions { get; private set; }

    public int DesiredPatches { get; private set; }

    public int ReportedPatches { get; private set; }

    /// <summary>How long the newest desired change took, where this brought the node in sync; null otherwise.</summary>
    public TimeSpan? InSyncAfter { get; private set; }

    /// <summary>Its address.</summary>
    private string DeviceId => State.Identity.Address;

    /// <summary>Takes an operator's change of tags and desired properties over.</summary>
    public void Operate(TwinChange change, string author, string action)
    {
        if (!change.Any)
        {
            return;
        }

        if (change.TagsPatch is { } tags)
        {
            Events.Add(new FleetEvent.TagsChanged(DeviceId, at, tags, author));
            Audit(tags, "tags", author, action, null);
            Feed(TwinPart.Tags, State.Twin.Tags, change.Twin.Tags, tags, change.Twin.Version, author, action);
        }

        TakeDesired(change, author, action);
        State = State with { Twin = change.Twin };
    }

    /// <summary>Takes a report of the device over.</summary>
    /// <param name="inFeed">Whether the feed of twin changes gets it.</param>
    public void Report(TwinChange change, bool inFeed)
    {
        if (change.ReportedPatch is not { } patch)
        {
            return;
        }

        var (next, asked) = State.Reconciliation.Reported(change.Twin, [.. TwinPatches.Paths(patch)]);
        Events.Add(new FleetEvent.ReportedChanged(DeviceId, at, patch, change.Twin.Reported.Version));
        ReportedPatches++;
        if (inFeed)
        {
            Feed(TwinPart.Reported, State.Twin.Reported.Properties, change.Twin.Reported.Properties, patch, change.Twin.Reported.Version, DeviceAuthor, "twin.patch");
        }

        State = State with { Twin = change.Twin };
        Reconcile(next, asked);
        if (State.Awaited is { } since && next.State == ConvergenceState.InSync)
        {
            InSyncAfter = at - since;
            State = State with { Awaited = null, InSyncAfter = InSyncAfter };
        }
    }

    /// <summary>Takes an event that concerns every path over; <see cref="Actions"/> says what it asks for.</summary>
    public void Happened(PathEvent happened)
    {
        var (next, asked) = State.Reconciliation.Happened(happened);
        Reconcile(next, asked);
    }

    /// <summary>Brings the desired properties to what configurations and overrides ask for. Returns why that cannot be, or null.</summary>
    /// <param name="layers">What asks something of the device.</param>
    /// <param name="returning">Values that return where an override ends.</param>
    public string? Configure(Layers layers, IReadOnlyDictionary<string, JsonNode>? returning) =>
        Carry(ConfigurationPlanner.Plan(State.Twin, layers, returning), layers, returning);

    /// <summary>Sets, or replaces, an override.</summary>
    public void SetOverride(SettingOverride setting, string author)
    {
        State = State with { Overrides = State.Overrides.SetItem(setting.Path, setting) };
        Stored.Add(new PutOverride(setting));
        Stored.Add(new StoreChange.AppendAudit(new AuditRow(
            at,
            author,
            DeviceId,
            "override.set",
            "properties.desired." + setting.Path,
            new JsonObject { ["value"] = setting.Value.DeepClone(), ["expiresAt"] = Json.Timestamp(setting.ExpiresAt), ["reason"] = setting.Reason }.ToJsonString(Json.Relaxed),
            null)));
    }

    /// <summary>Ends an override.</summary>
    public void RemoveOverride(SettingOverride setting, string author, string action)
    {
        State = State with { Overrides = State.Overrides.Remove(setting.Path) };
        Stored.Add(new DeleteOverride(DeviceId, setting.Path));
        Stored.Add(new StoreChange.AppendAudit(new AuditRow(at, author, DeviceId, action, "properties.desired." + setting.Path, null, null)));
    }

    /// <summary>The device is to have a version that is being rolled out; <see cref="Configure"/> brings it.</summary>
    public void Admit(AdmittedDevice admission, long version, string author)
    {
        SetAdmission(admission);
        Stored.Add(new StoreChange.AppendAudit(new AuditRow(at, author, DeviceId, "configuration.admit", admission.ConfigurationId, null, version)));
    }

    /// <summary>Brings back what stood before the device was admitted.</summary>
    /// <param name="layers">What asks something of the device without the version that is taken back.</param>
    public void RollBack(AdmittedDevice admission, Layers layers, string author)
    {
        var (plan, report) = Staging.Back(State.Twin, State.Removed, admission.Journal, layers);
        if (Carry(plan, layers, null) is { } refusal)
        {
            report = new DeviceRollback(DeviceId, [], [.. admission.Journal.Keys.Select(path =>
                new KeptPath(path, Json.At(State.Twin.Desired.Properties, path)?.DeepClone(), $"The twin cannot take back what stood before: {refusal}"))]);
        }

        SetAdmission(admission with { Rollback = report });
        Stored.Add(new StoreChange.AppendAudit(new AuditRow(
            at, author, DeviceId, "configuration.bringBack", admission.ConfigurationId, $"restored: {report.Restored.Count}, kept: {report.Kept.Count}", State.Twin.Desired.Version)));
    }

    private void SetAdmission(AdmittedDevice admission)
    {
        State = State with { Admissions = State.Admissions.SetItem(admission.ConfigurationId, admission) };
        Stored.Add(new PutAdmission(admission));
    }

    /// <summary>Writes what a plan asks for, and what of it versions that are being rolled out did. Returns why that cannot be, or null.</summary>
    private string? Carry(ConfigurationPlan plan, Layers layers, IReadOnlyDictionary<string, JsonNode>? returning)
    {
        var (before, removed) = (State.Twin, State.Removed);
        if (plan.Patch.Count > 0)
        {
            TwinChange change;
            try
            {
                change = TwinUpdates.PatchDesired(State.Twin, plan.Patch, at);
            }
            catch (TwinException refusal)
            {
                return refusal.Message;
            }

            TakeDesired(change, Author(plan), "twin.patch");
            State = State with { Twin = change.Twin };
        }

        if (!ReferenceEquals(plan.Applied, State.Twin.Applied))
        {
            State = State with { Twin = State.Twin with { Applied = plan.Applied } };
        }

        foreach (var (id, without) in layers.Without)
        {
            var admission = State.Admissions[id];
            var journal = Staging.Note(admission.Journal, before, removed, State.Twin, State.Removed, without, returning);
            if (!ReferenceEquals(journal, admission.Journal))
            {
                SetAdmission(admission with { Journal = journal });
            }
        }

        return null;
    }

    /// <summary>Takes over which kind of device it says it is.</summary>
    public void SetModel(string modelId) => State = State with { Twin = State.Twin with { ModelId = modelId } };

    public void SetIdentity(DeviceIdentity identity, string author, string action)
    {
        State = State with { Identity = identity };
        Stored.Add(new StoreChange.PutIdentity(identity));
        Audit(author, action, null, null, null);
        Events.Add(new FleetEvent.IdentityChanged(DeviceId, at, identity));
    }

    public void SetSession(DeviceSession? session)
    {
        State = State with { Session = session };
        Stored.Add(session is null ? new StoreChange.DeleteSession(DeviceId) : new StoreChange.PutSession(session));
    }

    /// <summary>Has the device sent the whole desired document.</summary>
    public void SendDocument() => Events.Add(new FleetEvent.DesiredNeeded(
        DeviceId, at, (JsonObject)State.Twin.Desired.Properties.DeepClone(), State.Twin.Desired.Version));

    /// <summary>Adds what follows from the whole: the twin to store and the counters.</summary>
    public void Finish()
    {
        if (!ReferenceEquals(State.Twin, stored))
        {
            Stored.Add(new StoreChange.PutTwin(State.Seen));
        }

        if (!ReferenceEquals(State.Removed, storedRemoved))
        {
            Stored.Add(new PutDesiredRemovals(DeviceId, State.Removed));
        }

        if (DesiredPatches > 0)
        {
            Stored.Add(new StoreChange.Count(FleetCounters.DesiredPatches, DesiredPatches));
        }

        if (ReportedPatches > 0)
        {
            Stored.Add(new StoreChange.Count(FleetCounters.ReportedPatches, ReportedPatches));
        }
    }

    private void TakeDesired(TwinChange change, string author, string action)
    {
        if (change.DesiredPatch is not { } patch)
        {
            return;
        }

        var version = change.Twin.Desired.Version;
        var (next, asked) = State.Reconciliation.DesiredWritten(change.Twin);
        if ((asked & ReconciliationActions.SendPatch) != 0)
        {
            Events.Add(new FleetEvent.DesiredChanged(DeviceId, at, patch, version, author));
        }

        Audit(patch, "properties.desired", author, action, version);
        Feed(TwinPart.Desired, State.Twin.Desired.Properties, change.Twin.Desired.Properties, patch, version, author, action);
        DesiredPatches++;
        State = State with { Removed = RemovedPaths.After(State.Removed, State.Twin.Desired.Properties, change.Twin.Desired.Properties, version) };
        Reconcile(next, asked);
        State = State with { Awaited = next.State == ConvergenceState.InSync ? null : at };
    }

    private void Reconcile(NodeReconciliation next, ReconciliationActions asked)
    {
        Actions |= asked;
        if (!next.SameAs(State.Reconciliation))
        {
            Events.Add(new FleetEvent.ConvergenceChanged(DeviceId, at, next.State));
        }

        State = State with { Reconciliation = next };
    }

    private void Feed(TwinPart part, JsonObject before, JsonObject after, JsonObject patch, long version, string author, string action) =>
        Stored.Add(new AppendTwinChange(new TwinChangeRow(
            DeviceId,
            at,
            author,
            action == "twin.replace" ? TwinOperation.ReplaceTwin : TwinOperation.UpdateTwin,
            part,
            version,
            TwinDiff.Write(TwinPatches.Differences(before, after, patch)))));

    private void Audit(JsonObject patch, string section, string author, string action, long? version)
    {
        foreach (var path in TwinPatches.Paths(patch))
        {
            var value = Json.At(patch, path)?.ToJsonString(Json.Relaxed);
            Audit(author, action, $"{section}.{path}", value, version);
        }
    }

    private void Audit(string author, string action, string? path, string? value, long? version) =>
        Stored.Add(new StoreChange.AppendAudit(new AuditRow(at, author, State.Identity.DeviceId, action, State.Identity.AuditPath(path), value, version)));

    /// <summary>The configurations behind a patch: those whose settings it writes, or <c>configurations</c> where it only takes back.</summary>
    private string Author(ConfigurationPlan plan)
    {
        var ids = TwinPatches.Paths(plan.Patch)
            .Select(path => plan.Applied.TryGetValue(path, out var setting) ? setting.ConfigurationId : null)
            .OfType<string>()
            .Distinct()
            .ToArray();
        return ids.Length == 0 ? "configurations" : ids is [SettingOverride.Source] ? SettingOverride.Source : "configuration/" + string.Join('+', ids);
    }
}

/// <summary>The names of the counters in the store.</summary>
internal static class FleetCounters
{
    public const string Telemetry = "telemetry";
    public const string ReportedPatches = "reportedPatches";
    public const string DesiredPatches = "desiredPatches";
}
