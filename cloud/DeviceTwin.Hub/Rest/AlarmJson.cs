using System.Text.Json.Nodes;
using DeviceTwin.Hub.Alarms;
using DeviceTwin.Storage.Alarms;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Rest;

/// <summary>Alarms and findings as JSON.</summary>
internal static class AlarmJson
{
    public static JsonObject Write(AlarmRow row) => new()
    {
        ["id"] = row.Id,
        ["deviceId"] = row.DeviceId,
        ["nodeAlarmId"] = row.NodeAlarmId,
        ["alarm"] = row.Alarm,
        ["state"] = AlarmTransitions.Word(row.State),
        ["raisedAt"] = Json.Timestamp(row.RaisedAt),
        ["nodeAt"] = Time(row.Evidence.NodeAt),
        ["acknowledgedAt"] = Time(row.Acknowledgement?.At),
        ["acknowledgedBy"] = row.Acknowledgement?.By,
        ["note"] = row.Acknowledgement?.Note,
        ["clearedAt"] = Time(row.End?.At),
        ["clearedReason"] = row.End is { } end ? AlarmTransitions.Word(end.Reason) : null,
        ["site"] = row.Place?.Site,
        ["line"] = row.Place?.Line,
        ["machine"] = row.Place?.Machine,
        ["point"] = row.Place?.Point,
        ["verdict"] = row.Evidence.Verdict,
        ["zone"] = row.Evidence.Zone,
        ["capture"] = row.Evidence.Capture,
        ["settingsHash"] = row.Evidence.SettingsHash,
        ["fingerprint"] = row.Evidence.Fingerprint,
        ["waveforms"] = new JsonArray([.. row.Waveforms.Select(hash => (JsonNode)hash)]),
        ["labels"] = new JsonArray([.. row.Labels.Select(label => (JsonNode)label)]),
    };

    public static JsonObject Write(AlarmCounts counts) => new()
    {
        ["raised"] = counts.Raised,
        ["acknowledged"] = counts.Acknowledged,
        ["cleared"] = counts.Cleared,
        ["unreadable"] = counts.Unreadable,
    };

    public static JsonObject Write(Finding finding) => new()
    {
        ["number"] = finding.Number,
        ["alarmId"] = finding.AlarmId,
        ["deviceId"] = finding.DeviceId,
        ["machine"] = finding.Machine,
        ["point"] = finding.Point,
        ["from"] = Time(finding.From),
        ["to"] = Time(finding.To),
        ["kind"] = finding.Kind,
        ["text"] = finding.Text,
        ["foundAt"] = Json.Timestamp(finding.FoundAt),
        ["by"] = finding.By,
        ["writtenAt"] = Json.Timestamp(finding.At),
        ["author"] = finding.Author,
        ["amends"] = finding.Amends,
        ["amended"] = finding.Amended,
    };

    public static JsonArray Write(IEnumerable<Finding> findings) => new([.. findings.Select(finding => (JsonNode)Write(finding))]);

    /// <exception cref="HubException">A member is missing or has the wrong type.</exception>
    public static FindingDraft ReadFinding(JsonObject body) => new(
        RequestBody.Text(body, "kind") ?? throw new HubException(HubError.ArgumentInvalid, $"kind is needed: a verdict word or {Finding.NoFault}."),
        RequestBody.Text(body, "text") ?? "",
        Time(body, "foundAt"),
        RequestBody.Text(body, "by"),
        Time(body, "from"),
        Time(body, "to"),
        body["amends"] is null ? null : Json.Integer(body["amends"]) ?? throw new HubException(HubError.ArgumentInvalid, "amends takes the number of a finding."));

    private static DateTimeOffset? Time(JsonObject body, string name) => RequestBody.Text(body, name) is { } text ? Instants.Parse(name, text) : null;

    private static string? Time(DateTimeOffset? at) => at is { } moment ? Json.Timestamp(moment) : null;
}
