using System.Text.Json.Nodes;
using DeviceTwin.Storage;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Fleet;

/// <summary>What is to be done with one identity of a bulk request: Azure's import modes.</summary>
public enum ImportMode
{
    Create,
    CreateOrUpdate,
    CreateOrUpdateIfMatchETag,
    Update,
    UpdateIfMatchETag,
    UpdateTwin,
    UpdateTwinIfMatchETag,
    Delete,
    DeleteIfMatchETag,
}

/// <summary>One identity of a bulk request.</summary>
/// <param name="ModuleId">Null for a device.</param>
/// <param name="Identity">Of the device, or of the module where there is a <paramref name="ModuleId"/>.</param>
/// <param name="ETag">Unquoted; null where none is given.</param>
/// <param name="Twin">Tags and desired properties as a patch; null where none are given.</param>
/// <param name="TwinETag">Unquoted; null where none is given.</param>
public sealed record BulkItem(
    string DeviceId, string? ModuleId, ImportMode Mode, DeviceIdentity Identity, string? ETag, JsonObject? Twin, string? TwinETag)
{
    /// <summary>See <see cref="TwinAddress"/>.</summary>
    public string Address => TwinAddress.Of(DeviceId, ModuleId);
}

/// <summary>An identity for which it could not be done.</summary>
public sealed record BulkFailure(BulkItem Item, HubException Reason);

/// <summary>
/// Many identities in one request, each by itself: what fails leaves the others done. They are queued one after the other, so that an item sees what
/// those before it did, and become durable together.
/// </summary>
internal sealed class BulkRegistry(IFleet fleet)
{
    /// <summary>Items in one request.</summary>
    public const int MostItems = 100;

    /// <summary>Bytes: a hundred twins of full size, with room.</summary>
    public const int LargestBody = 8 * 1024 * 1024;

    /// <summary>The items that failed, in their order.</summary>
    public async Task<IReadOnlyList<BulkFailure>> Apply(IReadOnlyList<BulkItem> items, string author, CancellationToken cancellation)
    {
        var failures = await Task.WhenAll(items.Select(item => Try(item, author, cancellation)).ToArray());
        return [.. failures.OfType<BulkFailure>()];
    }

    private async Task<BulkFailure?> Try(BulkItem item, string author, CancellationToken cancellation)
    {
        try
        {
            await Apply(item, author, cancellation);
            return null;
        }
        catch (HubException refusal)
        {
            return new BulkFailure(item, refusal);
        }
    }

    private Task Apply(BulkItem item, string author, CancellationToken cancellation) => item.Mode switch
    {
        ImportMode.Create => Create(item, author, cancellation),
        ImportMode.Update => Update(item, "*", author, cancellation),
        ImportMode.UpdateIfMatchETag => Update(item, Needed(item.ETag, item, "eTag"), author, cancellation),
        ImportMode.CreateOrUpdate => CreateOr(item, "*", author, cancellation),
        ImportMode.CreateOrUpdateIfMatchETag => CreateOr(item, item.ETag ?? "*", author, cancellation),
        ImportMode.UpdateTwin => fleet.PatchTwin(item.Address, item.Twin ?? [], "*", author, cancellation),
        ImportMode.UpdateTwinIfMatchETag => fleet.PatchTwin(item.Address, item.Twin ?? [], Needed(item.TwinETag, item, "twinETag"), author, cancellation),
        ImportMode.Delete => fleet.DeleteIdentity(item.Address, "*", author, cancellation),
        _ => fleet.DeleteIdentity(item.Address, Needed(item.ETag, item, "eTag"), author, cancellation),
    };

    private Task Create(BulkItem item, string author, CancellationToken cancellation) => fleet.CreateIdentity(item.Identity, item.Twin ?? [], author, cancellation);

    private Task CreateOr(BulkItem item, string ifMatch, string author, CancellationToken cancellation)
    {
        // Both are decided before the first await: nothing comes between the refusal and the update.
        var created = Create(item, author, cancellation);
        return created.Exception?.InnerException is HubException refusal && (refusal.Error == HubError.DeviceAlreadyExists || refusal.Error == HubError.ModuleAlreadyExists)
            ? Update(item, ifMatch, author, cancellation)
            : created;
    }

    private async Task Update(BulkItem item, string ifMatch, string author, CancellationToken cancellation)
    {
        var updated = fleet.PutIdentity(item.Identity, ifMatch, author, cancellation);
        if (item.Twin is { } twin && !updated.IsFaulted)
        {
            // Queued behind it: both become durable together, or the first at least.
            await Task.WhenAll(updated, fleet.PatchTwin(item.Address, twin, item.TwinETag ?? "*", author, cancellation));
        }

        await updated;
    }

    private static string Needed(string? etag, BulkItem item, string name) => etag
        ?? throw new HubException(HubError.ArgumentInvalid, $"The import mode of \"{item.Address}\" asks for its {name}, and there is none. Send it, or use the mode without IfMatchETag.");
}
