using System.Text.Json.Nodes;
using DeviceTwin.Storage;
using DeviceTwin.Twins;
using DeviceTwin.Twins.DigitalTwins;
using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Hub.Fleet;

/// <summary>Changes of twins.</summary>
internal sealed partial class FleetService
{
    /// <inheritdoc/>
    public IEnumerable<string> FindRemovedDesired(string deviceId) => Visible(deviceId)?.Removed.Keys ?? [];

    /// <inheritdoc/>
    public Task<TwinDocument> PatchTwin(string deviceId, JsonObject patch, string? ifMatch, string author, CancellationToken cancellation) =>
        Operate(deviceId, ifMatch, author, "twin.patch", (twin, at) => TwinUpdates.Patch(twin, patch, at), cancellation);

    /// <inheritdoc/>
    public Task<TwinDocument> PatchTwinWith(StoreChange besides, string deviceId, JsonObject patch, string author, CancellationToken cancellation) =>
        Operate(deviceId, null, author, "twin.patch", (twin, at) => TwinUpdates.Patch(twin, patch, at), cancellation, besides);

    /// <inheritdoc/>
    public Task<TwinDocument> PatchDigitalTwin(string deviceId, JsonArray operations, string? ifMatch, string author, CancellationToken cancellation) =>
        Operate(deviceId, ifMatch, author, "twin.patch", (twin, at) => DigitalTwinPatch.Apply(twin, operations, at), cancellation);

    /// <inheritdoc/>
    public Task<TwinDocument> ReplaceTwin(string deviceId, JsonObject twin, string? ifMatch, string author, CancellationToken cancellation) =>
        Operate(deviceId, ifMatch, author, "twin.replace", (before, at) => TwinUpdates.Replace(before, twin, at), cancellation);

    /// <inheritdoc/>
    public async Task<long> PatchReported(string deviceId, JsonObject patch, long? expectedVersion, CancellationToken cancellation)
    {
        var receipt = new CommitReceipt();
        var version = PatchReported(deviceId, patch, expectedVersion, receipt);
        await receipt.Durable(cancellation).ConfigureAwait(false);
        return version;
    }

    /// <inheritdoc/>
    public long PatchReported(string deviceId, JsonObject patch, long? expectedVersion, CommitReceipt receipt)
    {
        var at = time.GetUtcNow();
        lock (gate)
        {
            var state = Working(deviceId);
            var change = new DeviceChange(state, at);
            change.Report(Refusing(() => TwinUpdates.PatchReported(state.Twin, patch, expectedVersion, at)), reportedInFeed);
            change.State.Presence.Touch(at);
            Take(change);
            store.Write(new ReportedWrite(this, change, receipt));
            return change.State.Twin.Reported.Version;
        }
    }

    private async Task<TwinDocument> Operate(
        string deviceId,
        string? ifMatch,
        string author,
        string action,
        Func<TwinDocument, DateTimeOffset, TwinChange> update,
        CancellationToken cancellation,
        StoreChange? besides = null)
    {
        var at = time.GetUtcNow();
        TwinDocument result;
        Task written;
        lock (gate)
        {
            var state = Working(deviceId);
            FleetErrors.CheckMatch(ifMatch, state.Twin.ETag);
            var twinChange = Refusing(() => update(state.Twin, at));
            var change = new DeviceChange(state, at);
            change.Operate(twinChange, author, action);
            if (twinChange.TagsPatch is not null)
            {
                Configure(change);
            }

            if (besides is not null)
            {
                change.Stored.Add(besides);
            }

            result = change.State.Seen;
            written = Publish(change);
        }

        await Durable(written, cancellation).ConfigureAwait(false);
        return result;
    }

    /// <summary>The timer of a connected device that owes an answer has run out.</summary>
    private bool Resend(string deviceId, int attempt)
    {
        lock (gate)
        {
            if (FindWorking(deviceId) is not { Presence.ConnectionId: not null } state)
            {
                return false;
            }

            var actions = state.Reconciliation.Happened(PathEvent.TimerElapsed).Actions;
            if ((actions & ReconciliationActions.SendDocument) == 0)
            {
                return false;
            }

            var at = time.GetUtcNow();
            var desired = state.Twin.Desired;
            FleetLog.DesiredResent(logger, deviceId, desired.Version, attempt);
            _ = store.Write([], () => Tell([new FleetEvent.DesiredNeeded(deviceId, at, (JsonObject)desired.Properties.DeepClone(), desired.Version)]));
            return (actions & ReconciliationActions.StartTimer) != 0;
        }
    }

    /// <summary>A report on its way through a commit.</summary>
    private sealed class ReportedWrite(FleetService fleet, DeviceChange change, CommitReceipt receipt) : StoreWrite(change.Stored)
    {
        public override void Durable()
        {
            fleet.Show(change);
            receipt.Settle(null);
        }

        public override void Failed(Exception reason) =>
            receipt.Settle(reason is StorageException failure ? FleetErrors.Translate(failure) : reason);

        public override void Release() => receipt.Release();
    }
}
