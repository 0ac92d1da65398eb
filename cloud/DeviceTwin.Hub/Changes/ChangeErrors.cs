namespace DeviceTwin.Hub.Changes;

/// <summary>The refusals of changes besides those of cloud/ROLLOUTS.md.</summary>
internal static class ChangeErrors
{
    public static readonly HubError NotFound = new(404620, "ChangeNotFound", 404);
    public static readonly HubError ReportNotFound = new(404621, "ChangeReportNotFound", 404);
    public static readonly HubError StepNotPossible = new(409620, "ChangeStepNotPossible", 409);
    public static readonly HubError Overlaps = new(409621, "ChangesOverlap", 409);
    public static readonly HubError AlreadyExists = new(409623, "ChangeAlreadyExists", 409);

    public static HubException NoChange(string id) => new(NotFound, $"There is no change \"{id}\". GET /api/v1/rollouts lists them.");

    public static HubException Exists(string id) => new(AlreadyExists, $"There is a change \"{id}\" already. Choose another id, or leave it out.");
}
