namespace DeviceTwin.Hub.Alarms;

/// <summary>The refusals of alarms.</summary>
internal static class AlarmErrors
{
    public static readonly HubError NotFound = new(404540, "AlarmNotFound", 404);
    public static readonly HubError FindingNotFound = new(404541, "FindingNotFound", 404);

    public static readonly HubError EvidenceNotFound = new(404542, "EvidenceNotFound", 404);
    public static readonly HubError EvidenceDamaged = new(500540, "EvidenceDamaged", 500);

    public static HubException NoAlarm(string id) => new(
        NotFound, $"There is no alarm \"{id}\". GET /api/v1/alarms lists them; an id is the device's id, a tilde and the node's name for the alarm.");

    public static HubException NoFinding(long number) =>
        new(FindingNotFound, $"There is no finding {number} here that could be amended. GET …/findings lists them with their numbers.");

    public static HubException NoEvidence(string id, int? version) => new(
        EvidenceNotFound,
        version is null
            ? $"The evidence of alarm \"{id}\" is not sealed: it is being gathered for up to two minutes, or the alarm came before this hub sealed any."
            : $"The evidence of alarm \"{id}\" has no version {version}. Leave version out for the last one.");

    public static HubException DamagedEvidence(string id, string problem) =>
        new(EvidenceDamaged, $"The evidence of alarm \"{id}\" is damaged and not given out: {problem} Restore the database from a backup.");
}
