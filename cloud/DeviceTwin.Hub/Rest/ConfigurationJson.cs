using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Rest;

/// <summary>A configuration in Azure's shape.</summary>
internal static class ConfigurationJson
{
    public static JsonObject Write(Configuration configuration, ConfigurationMetrics? metrics) => new()
    {
        ["id"] = configuration.Id,
        ["schemaVersion"] = "1.0",
        ["labels"] = new JsonObject(configuration.Labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value))),
        ["content"] = new JsonObject
        {
            ["deviceContent"] = new JsonObject(configuration.DeviceContent.Select(entry => KeyValuePair.Create(entry.Key, entry.Value?.DeepClone()))),
        },
        ["targetCondition"] = configuration.TargetCondition,
        ["version"] = configuration.Version,
        ["createdTimeUtc"] = Json.Timestamp(configuration.CreatedAt),
        ["lastUpdatedTimeUtc"] = Json.Timestamp(configuration.LastUpdatedAt),
        ["priority"] = configuration.Priority,
        ["systemMetrics"] = new JsonObject
        {
            ["results"] = new JsonObject
            {
                ["targetedCount"] = metrics?.Targeted ?? 0,
                ["appliedCount"] = metrics?.Applied ?? 0,
                ["reportedSuccessfulCount"] = metrics?.Succeeded ?? 0,
                ["reportedFailedCount"] = metrics?.Failed ?? 0,
            },
            ["queries"] = new JsonObject(),
        },
        ["metrics"] = new JsonObject
        {
            ["results"] = new JsonObject((metrics?.Results ?? new Dictionary<string, int>()).Select(result => KeyValuePair.Create(result.Key, (JsonNode?)result.Value))),
            ["queries"] = new JsonObject(configuration.MetricQueries.Select(query => KeyValuePair.Create(query.Key, (JsonNode?)query.Value))),
        },
        ["indexed"] = metrics?.Indexed ?? false,
        ["etag"] = configuration.ETag,
    };

    /// <exception cref="HubException">A member of the wrong type, or a part of Azure's configurations that this hub does not have.</exception>
    public static Configuration Read(string id, JsonObject body)
    {
        if (RequestBody.Text(body, "id") is { } named && named != id)
        {
            throw new HubException(HubError.ArgumentInvalid, $"The body names configuration \"{named}\", the address \"{id}\". Make them the same.");
        }

        var content = RequestBody.Object(body, "content") ?? [];
        RefuseUnlessEmpty(content["modulesContent"], "content.modulesContent", "Configurations are about devices here; use content.deviceContent.");
        RefuseUnlessEmpty(content["moduleContent"], "content.moduleContent", "Configurations are about devices here; use content.deviceContent.");
        return new Configuration(
            id,
            RequestBody.Text(body, "targetCondition") ?? "",
            Priority(body["priority"]),
            (RequestBody.Object(content, "deviceContent") ?? []).ToDictionary(entry => entry.Key, entry => entry.Value?.DeepClone()),
            (RequestBody.Object(body, "labels") ?? []).ToDictionary(label => label.Key, label => Label(label.Key, label.Value)),
            "",
            default,
            default)
        {
            MetricQueries = (RequestBody.Object(RequestBody.Object(body, "metrics") ?? [], "queries") ?? []).ToDictionary(query => query.Key, query => Query(query.Key, query.Value)),
        };
    }

    private static string Query(string name, JsonNode? value) =>
        value is JsonValue text && text.GetValueKind() == JsonValueKind.String
            ? text.GetValue<string>()
            : throw new HubException(HubError.ArgumentInvalid, $"metrics.queries.{name} must be a query: SELECT * FROM devices WHERE ….");

    private static int Priority(JsonNode? node) =>
        node is null ? 0
        : Json.Integer(node) is { } priority and >= 0 and <= int.MaxValue ? (int)priority
        : throw new HubException(HubError.ArgumentInvalid, "priority takes a whole number from 0; the highest wins.");

    private static string Label(string name, JsonNode? value) =>
        value is JsonValue text && text.GetValueKind() == JsonValueKind.String
            ? text.GetValue<string>()
            : throw new HubException(HubError.ArgumentInvalid, $"labels.{name} must be a string.");

    private static void RefuseUnlessEmpty(JsonNode? part, string name, string advice)
    {
        if (part is not null and not JsonObject { Count: 0 })
        {
            throw new HubException(HubError.ArgumentInvalid, $"{name} is not supported. {advice}");
        }
    }
}
