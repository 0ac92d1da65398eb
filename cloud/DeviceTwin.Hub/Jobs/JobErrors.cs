namespace DeviceTwin.Hub.Jobs;

/// <summary>The refusals of jobs.</summary>
internal static class JobErrors
{
    public static readonly HubError NotFound = new(404002, "JobNotFound", 404);
    public static readonly HubError AlreadyExists = new(409104, "JobAlreadyExists", 409);
    public static readonly HubError TooMany = new(429004, "ThrottlingMaxActiveJobCountExceeded", 429);

    public static HubException NoJob(string id) => new(
        NotFound, $"There is no job \"{id}\". GET /jobs/v2/query lists those that are kept: 30 days from their end.");

    public static HubException Exists(string id) => new(AlreadyExists, $"There is a job \"{id}\" already. Choose another id: an id is free again 30 days after its job has ended.");
}
