using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json.Nodes;
using DeviceTwin.Storage;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Hub.Fleet;

/// <summary>
/// Modules of devices. A module's state is a device's, kept beside those of the devices under the device it belongs to: whoever looks for a device finds
/// it as before, and only what is no device's is looked for here.
/// </summary>
internal sealed partial class FleetService
{
    /// <summary>Azure's limit per device.</summary>
    public const int MaximumModules = 50;

    private static readonly ImmutableSortedDictionary<string, DeviceState> NoModules = ImmutableSortedDictionary.Create<string, DeviceState>(StringComparer.Ordinal);

    /// <summary>Device id to its modules by module id, as writers see them; guarded by <see cref="gate"/>.</summary>
    private readonly Dictionary<string, ImmutableSortedDictionary<string, DeviceState>> workingModules = new(StringComparer.Ordinal);

    /// <summary>The same as readers see them. Written on the store's thread.</summary>
    private readonly ConcurrentDictionary<string, ImmutableSortedDictionary<string, DeviceState>> visibleModules = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IReadOnlyList<DeviceIdentity>? ListModules(string deviceId) =>
        visible.ContainsKey(deviceId) ? [.. visibleModules.GetValueOrDefault(deviceId, NoModules).Values.Select(module => module.Identity)] : null;

    /// <inheritdoc/>
    public IEnumerable<TwinDocument> ListModuleTwins(string? deviceId = null, string? after = null)
    {
        // Addresses are in the order of their devices' with the slash behind, which no id has.
        var first = after is null ? "" : TwinAddress.Of(TwinAddress.Parse(after).DeviceId, "");
        IEnumerable<(string Begin, ImmutableSortedDictionary<string, DeviceState> Modules)> devices = deviceId is null
            ? visibleModules.Select(entry => (Begin: TwinAddress.Of(entry.Key, ""), Modules: entry.Value))
                .Where(entry => string.CompareOrdinal(entry.Begin, first) >= 0).OrderBy(entry => entry.Begin, StringComparer.Ordinal)
            : [(deviceId, visibleModules.GetValueOrDefault(deviceId, NoModules))];
        return devices.SelectMany(device => device.Modules.Values).Where(module => after is null || string.CompareOrdinal(module.Identity.Address, after) > 0)
            .Select(module => module.Seen);
    }

    /// <summary>Whether a device may have one module more, inside the lock.</summary>
    private void CheckRoom(DeviceIdentity identity)
    {
        if (identity.ModuleId is not null && workingModules.GetValueOrDefault(identity.DeviceId, NoModules).Count == MaximumModules)
        {
            throw new HubException(
                HubError.TooManyModules, $"Device \"{identity.DeviceId}\" has {MaximumModules} modules already. Delete one that it does not need any more.");
        }
    }

    private async Task DeleteModule(TwinAddress address, string? ifMatch, string author, CancellationToken cancellation)
    {
        var at = time.GetUtcNow();
        var written = Task.CompletedTask;
        lock (gate)
        {
            var state = Working(address.ToString());
            FleetErrors.CheckMatch(ifMatch, state.Identity.ETag);
            workingModules[address.DeviceId] = workingModules[address.DeviceId].Remove(address.ModuleId!);
            resends.Forget(state.Identity.Address);
            written = store.Write(
                [
                    new StoreChange.DeleteModule(address.DeviceId, address.ModuleId!),
                    new StoreChange.AppendAudit(new AuditRow(at, author, address.DeviceId, "module.delete", state.Identity.AuditPath(null), null, null)),
                ],
                () =>
                {
                    visibleModules[address.DeviceId] = visibleModules[address.DeviceId].Remove(address.ModuleId!);
                    Tell([new FleetEvent.IdentityDeleted(state.Identity.Address, at)]);
                });
        }

        await Durable(written, cancellation).ConfigureAwait(false);
        FleetLog.Deleted(logger, address.ToString(), author);
    }

    /// <summary>The addresses of all modules, as writers see them, inside the lock.</summary>
    private IEnumerable<string> ModuleAddresses() => workingModules.Values.SelectMany(modules => modules.Values).Select(module => module.Identity.Address);

    /// <summary>The device or module as readers see it.</summary>
    private DeviceState? Visible(string address) => visible.TryGetValue(address, out var device) ? device : Module(visibleModules, address);

    /// <summary>The device or module for a writer, inside the lock; null where there is none.</summary>
    private DeviceState? FindWorking(string address) => working.TryGetValue(address, out var device) ? device : Module(workingModules, address);

    /// <summary>The device or module for a writer, inside the lock.</summary>
    private DeviceState Working(string address) => FindWorking(address) ?? throw FleetErrors.NotFound(address);

    private static DeviceState? Module(IReadOnlyDictionary<string, ImmutableSortedDictionary<string, DeviceState>> modules, string address) =>
        TwinAddress.IsModule(address) && TwinAddress.Parse(address) is var (deviceId, moduleId) && modules.TryGetValue(deviceId, out var ofDevice)
            ? ofDevice.GetValueOrDefault(moduleId!)
            : null;

    private void LoadModules(
        StoredFleet stored, Dictionary<string, DeviceSession> sessions, IReadOnlyDictionary<string, ImmutableSortedDictionary<string, long>> removals)
    {
        foreach (var (identity, twin) in stored.Modules)
        {
            if (!working.ContainsKey(identity.DeviceId))
            {
                throw new StorageException(
                    StorageError.Corrupt, $"The database has no device {identity.DeviceId}, only its module {identity.ModuleId}. Move it away and restore a backup.");
            }

            var state = new DeviceState(
                identity, twin, NodeReconciliation.From(twin), sessions.GetValueOrDefault(identity.Address), PresenceAtStart(stored, twin))
            {
                Removed = removals.GetValueOrDefault(identity.Address, RemovedPaths.None),
            };
            TakeModule(state);
            ShowState(state);
        }
    }

    /// <summary>Has writers see a module, inside the lock.</summary>
    private void TakeModule(DeviceState state) =>
        workingModules[state.Identity.DeviceId] = workingModules.GetValueOrDefault(state.Identity.DeviceId, NoModules).SetItem(state.Identity.ModuleId!, state);

    /// <summary>Has readers see a device or module; on the store's thread.</summary>
    private void ShowState(DeviceState state)
    {
        if (state.Identity.ModuleId is { } moduleId)
        {
            visibleModules[state.Identity.DeviceId] = visibleModules.GetValueOrDefault(state.Identity.DeviceId, NoModules).SetItem(moduleId, state);
        }
        else
        {
            visible[state.Identity.DeviceId] = state;
        }
    }

    /// <summary>Writers forget the modules of a device that is deleted, inside the lock; returned are their identities.</summary>
    private DeviceIdentity[] RemoveModules(string deviceId)
    {
        if (!workingModules.Remove(deviceId, out var modules))
        {
            return [];
        }

        foreach (var module in modules.Values)
        {
            resends.Forget(module.Identity.Address);
        }

        return [.. modules.Values.Select(module => module.Identity)];
    }

    /// <summary>What keeps a device out keeps its modules out: their connections are looked at again.</summary>
    private void RecheckModules(DeviceChange change)
    {
        if (change.State.Identity.ModuleId is not null)
        {
            return;
        }

        foreach (var module in workingModules.GetValueOrDefault(change.State.Identity.DeviceId, NoModules).Values)
        {
            change.Events.Add(new FleetEvent.IdentityChanged(module.Identity.Address, time.GetUtcNow(), module.Identity));
        }
    }

    private void FallBackModules()
    {
        workingModules.Clear();
        foreach (var (deviceId, modules) in visibleModules)
        {
            workingModules[deviceId] = modules;
        }
    }
}
