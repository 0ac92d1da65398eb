using DeviceTwin.Twins.Jobs;

namespace DeviceTwin.Hub.Jobs;

/// <summary>Azure's words for what jobs are.</summary>
internal static class JobWords
{
    private static readonly (JobType Type, string Word, string Body)[] Types =
    [
        (JobType.UpdateTwin, "scheduleUpdateTwin", "updateTwin"),
        (JobType.DeviceMethod, "scheduleDeviceMethod", "cloudToDeviceMethod"),
    ];

    private static readonly (JobStatus? Status, string Word)[] Statuses =
    [
        (JobStatus.Queued, "queued"),
        (JobStatus.Scheduled, "scheduled"),
        (JobStatus.Running, "running"),
        (JobStatus.Completed, "completed"),
        (JobStatus.Failed, "failed"),
        (JobStatus.Cancelled, "cancelled"),

        // What clients' own lists of statuses have besides.
        (JobStatus.Queued, "enqueued"),
        (JobStatus.Completed, "finished"),
        (null, "unknown"),
    ];

    public static string Of(JobType type) => Types.Single(row => row.Type == type).Word;

    /// <summary>The member that has what is to be done.</summary>
    public static string BodyOf(JobType type) => Types.Single(row => row.Type == type).Body;

    public static string Of(JobStatus status) => Statuses.First(row => row.Status == status).Word;

    public static string Of(DeviceJobStatus status) => status.ToString().ToLowerInvariant();

    /// <exception cref="HubException">It is none.</exception>
    public static JobType Type(string word) => Types.FirstOrDefault(row => Same(row.Word, word)) is { Word: not null } row
        ? row.Type
        : throw new HubException(
            HubError.ArgumentInvalid, $"type takes {string.Join(" or ", Types.Select(one => one.Word))}, not \"{word}\". Devices are imported and exported in bulk by POST /devices and GET /devices.");

    /// <summary>What a list is to be of.</summary>
    /// <param name="isKnown">False for what is a type or status of Azure's, but of no job here.</param>
    /// <exception cref="HubException">It is none.</exception>
    public static (JobType? Type, JobStatus? Status) Filter(string? type, string? status, out bool isKnown)
    {
        isKnown = true;
        JobType? wantedType = null;
        if (type is not null)
        {
            isKnown = !(Same(type, "unknown") || Same(type, "import") || Same(type, "export") || Same(type, "importDevices") || Same(type, "exportDevices"));
            wantedType = isKnown ? Type(type) : null;
        }

        JobStatus? wantedStatus = null;
        if (status is not null)
        {
            var row = Statuses.FirstOrDefault(row => Same(row.Word, status));
            wantedStatus = row.Word is null
                ? throw new HubException(HubError.ArgumentInvalid, $"jobStatus takes {string.Join(", ", Statuses.Select(one => one.Word))}, not \"{status}\".")
                : row.Status;
            isKnown &= wantedStatus is not null;
        }

        return (wantedType, wantedStatus);
    }

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
