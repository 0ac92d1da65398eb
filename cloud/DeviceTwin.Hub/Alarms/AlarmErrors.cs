namespace DeviceTwin.Hub.Alarms;

/// <summary>The refusals of alarms.</summary>
internal static class AlarmErrors
{
    public static readonly HubError NotFound = new(404540, "AlarmNotFound", 404);
    public static readonly HubError FindingNotFound = new(404541, "FindingNotFound", 404);

    public static HubException NoAlarm(string id) => new(
        NotFound, $"There is no alarm \"{id}\". GET /api/v1/alarms lists them; an id is the device's id, a tilde and the node's name for the alarm.");

    public static HubException NoFinding(long number) =>
        new(FindingNotFound, $"There is no finding {number} here that could be amended. GET …/findings lists them with their numbers.");
}
