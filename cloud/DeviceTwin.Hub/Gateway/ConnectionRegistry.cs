using System.Collections.Concurrent;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Storage;

namespace DeviceTwin.Hub.Gateway;

/// <summary>The live connections, one per device, and the memory of each device.</summary>
internal sealed class ConnectionRegistry(GatewayOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, DeviceConnection> live = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DeviceMemory> memories = new(StringComparer.Ordinal);

    public DeviceMemory Memory(string deviceId) => memories.GetOrAdd(deviceId, _ => new DeviceMemory(options, time));

    /// <summary>The device's live connection, or null.</summary>
    public DeviceConnection? Find(string deviceId) => live.GetValueOrDefault(deviceId);

    /// <summary>
    /// Makes a connection the device's one. An older one is closed, and has ended when this returns: what it had accepted is
    /// applied before anything of the new one.
    /// </summary>
    /// <returns>False where the device's connections replace one another too fast (two clients with one identity).</returns>
    public async Task<bool> Claim(DeviceConnection connection, CancellationToken cancellation)
    {
        DeviceMemory memory = Memory(connection.DeviceId);
        while (!live.TryAdd(connection.DeviceId, connection))
        {
            if (live.TryGetValue(connection.DeviceId, out DeviceConnection? older))
            {
                if (!memory.TryTakeOver(time.GetUtcNow(), options.MaxTakeovers, options.TakeoverWindow))
                {
                    return false;
                }

                await End(older, cancellation);

                // It gives its place back itself, a moment later.
                Release(older);
            }
        }

        return true;
    }

    /// <summary>
    /// In good order if the other side lets it: Azure's Node client connects again by itself after a proper end, not after a reset.
    /// </summary>
    private async Task End(DeviceConnection older, CancellationToken cancellation)
    {
        const string Reason = "another connection of the same device took over";
        older.Close(Reason);
        try
        {
            await older.Ended.WaitAsync(options.TakeoverPatience, time, cancellation);
        }
        catch (TimeoutException)
        {
            older.Abort(Reason);
            await older.Ended.WaitAsync(cancellation);
        }
    }

    /// <summary>Gives the device's place back; nothing happens where another connection has it.</summary>
    public void Release(DeviceConnection connection) =>
        live.TryRemove(KeyValuePair.Create(connection.DeviceId, connection));

    /// <summary>Whom the hub trusts has changed: every connection is looked at again.</summary>
    public void RecheckAll(Func<string, DeviceIdentity?> identityOf)
    {
        foreach (var (deviceId, connection) in live)
        {
            if (identityOf(deviceId) is { } identity)
            {
                connection.Recheck(identity);
            }
        }
    }

    public void Handle(FleetEvent change)
    {
        switch (change)
        {
            case FleetEvent.DesiredChanged desired when live.TryGetValue(desired.DeviceId, out DeviceConnection? connection):
                connection.Push(desired);
                break;
            case FleetEvent.DesiredNeeded needed when live.TryGetValue(needed.DeviceId, out DeviceConnection? silent):
                silent.PushWhole();
                break;
            case FleetEvent.IdentityChanged changed when live.TryGetValue(changed.DeviceId, out DeviceConnection? admitted):
                admitted.Recheck(changed.Identity);
                break;
            case FleetEvent.IdentityDeleted deleted:
                memories.TryRemove(deleted.DeviceId, out _);
                if (live.TryGetValue(deleted.DeviceId, out DeviceConnection? orphan))
                {
                    orphan.Close("the device was deleted");
                }

                break;
        }
    }
}
