using System.Text.Json.Nodes;
using DeviceTwin.Storage;

namespace DeviceTwin.Hub.Provisioning;

/// <summary>What is to be done with all individual enrolments of a bulk request: Azure's modes.</summary>
internal enum EnrollmentBulkMode
{
    Create,
    Update,
    UpdateIfMatchETag,
    Delete,
}

/// <summary>One enrolment of a bulk request, read no further than its id.</summary>
internal sealed record EnrollmentBulkItem(string Id, JsonObject Body);

/// <summary>A bulk request.</summary>
internal sealed record EnrollmentBulkOperation(EnrollmentBulkMode Mode, IReadOnlyList<EnrollmentBulkItem> Items);

/// <summary>Many individual enrolments in one request, each by itself and in their order: what fails leaves the others done.</summary>
internal sealed class EnrollmentBulk(ProvisioningService provisioning)
{
    /// <summary>Azure's.</summary>
    public const int MostItems = 10;

    /// <summary>The enrolments that failed, in their order.</summary>
    /// <param name="read">Makes an enrolment of an item, or refuses it.</param>
    public async Task<IReadOnlyList<(string Id, HubException Reason)>> Apply(EnrollmentBulkOperation operation, Func<EnrollmentBulkItem, Enrollment> read, string author)
    {
        var failures = new List<(string, HubException)>();
        foreach (var item in operation.Items)
        {
            try
            {
                await Apply(operation.Mode, item, read, author);
            }
            catch (HubException refusal)
            {
                failures.Add((item.Id, refusal));
            }
        }

        return failures;
    }

    private Task Apply(EnrollmentBulkMode mode, EnrollmentBulkItem item, Func<EnrollmentBulkItem, Enrollment> read, string author) => mode switch
    {
        EnrollmentBulkMode.Create => provisioning.Put(read(item), null, author),
        EnrollmentBulkMode.Update => provisioning.Put(read(item), "*", author),
        EnrollmentBulkMode.UpdateIfMatchETag => provisioning.Put(read(item), ETag(item), author),
        _ => provisioning.Delete(group: false, item.Id, null, author),
    };

    private static string ETag(EnrollmentBulkItem item) => item.Body["etag"] is JsonValue value && value.TryGetValue(out string? etag) && etag.Length > 0
        ? etag
        : throw new HubException(HubError.ArgumentInvalid, $"Mode updateIfMatchETag asks for the etag of \"{item.Id}\", and there is none. Send it, or use mode update.");
}
