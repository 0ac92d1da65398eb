using System.Text.Json.Nodes;
using DeviceTwin.Storage;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Fleet;

/// <summary>Devices that register themselves.</summary>
internal sealed partial class FleetService : IProvisionedFleet
{
    /// <inheritdoc/>
    public async Task Provision(string deviceId, string author, Func<DeviceIdentity?, ProvisionedDevice> decide, CancellationToken cancellation)
    {
        CheckId(deviceId, "device");
        var at = time.GetUtcNow();
        bool created;
        Task written;
        lock (gate)
        {
            var existing = working.GetValueOrDefault(deviceId);
            var wanted = decide(existing?.Identity);
            created = existing is null;
            var change = existing is null ? Made(wanted.Identity with { DeviceId = deviceId }, wanted.Twin, author, at) : Register(existing, wanted, author, at);
            if (!string.IsNullOrEmpty(wanted.ModelId) && wanted.ModelId != change.State.Twin.ModelId)
            {
                change.SetModel(wanted.ModelId);
            }

            change.Stored.AddRange(wanted.Stored);
            written = Publish(change);
        }

        await Durable(written, cancellation).ConfigureAwait(false);
        if (created)
        {
            FleetLog.Registered(logger, deviceId, author);
        }
    }

    private DeviceChange Register(DeviceState existing, ProvisionedDevice wanted, string author, DateTimeOffset at)
    {
        var before = existing.Identity;
        var change = new DeviceChange(existing, at);
        var identity = before with
        {
            Authentication = wanted.Identity.Authentication,
            PrimaryKey = wanted.Identity.PrimaryKey,
            SecondaryKey = wanted.Identity.SecondaryKey,
            PrimaryThumbprint = wanted.Identity.PrimaryThumbprint,
            SecondaryThumbprint = wanted.Identity.SecondaryThumbprint,
        };
        if (identity != before)
        {
            change.SetIdentity(identity with { ETag = ETags.Next(before.ETag) }, author, "identity.update");
            RecheckModules(change);
        }

        if (wanted.Reset)
        {
            change.Operate(Refusing(() => TwinUpdates.Replace(existing.Twin, wanted.Twin, at)), author, "twin.replace");
            var nothing = new JsonObject(existing.Twin.Reported.Properties.Select(property => KeyValuePair.Create(property.Key, default(JsonNode))));
            change.Report(Refusing(() => TwinUpdates.PatchReported(change.State.Twin, nothing, null, at)), reportedInFeed);
            Configure(change);
        }

        return change;
    }
}
