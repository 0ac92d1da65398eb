using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;

namespace DeviceTwin.Hub.Rest;

/// <summary>A configuration in Azure's shape.</summary>
internal static class ConfigurationJson
{
    private const string SchemaVersion = "1.0";

    public static JsonObject Write(Configuration configuration, ConfigurationMetrics? metrics) => new()
    {
        ["id"] = configuration.Id,
        ["schemaVersion"] = SchemaVersion,
        ["labels"] = new JsonObject(configuration.Labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value))),
        ["content"] = new JsonObject
        {
            [configuration.ForModules ? "moduleContent" : "deviceContent"] = new JsonObject(configuration.DeviceContent.Select(entry => KeyValuePair.Create(entry.Key, entry.Value?.DeepClone()))),
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
            ["queries"] = new JsonObject
            {
                ["targetedCount"] = TargetedQuery(configuration),
                ["appliedCount"] = $"{SelectFrom(configuration)} WHERE configurations.[[{configuration.Id}]].status = 'Applied'",
            },
        },
        ["metrics"] = new JsonObject
        {
            ["results"] = new JsonObject((metrics?.Results ?? new Dictionary<string, long>()).Select(result => KeyValuePair.Create(result.Key, (JsonNode?)result.Value))),
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

        if (RequestBody.Text(body, "schemaVersion") is { } version && version != SchemaVersion)
        {
            throw new HubException(HubError.ArgumentInvalid, $"schemaVersion \"{version}\" is not known. Write \"{SchemaVersion}\", or leave it out.");
        }

        var content = RequestBody.Object(body, "content") ?? [];
        RefuseUnlessEmpty(content["modulesContent"], "content.modulesContent", "IoT Edge's deployments are not offered; use content.deviceContent, or content.moduleContent for modules of any kind.");
        var (device, module) = (RequestBody.Object(content, "deviceContent"), RequestBody.Object(content, "moduleContent"));
        if (device is { Count: > 0 } && module is { Count: > 0 })
        {
            throw new HubException(HubError.ArgumentInvalid, "A configuration has content.deviceContent or content.moduleContent, not both. Make two of it.");
        }

        var forModules = module is not null && device is not { Count: > 0 } && (module.Count > 0 || device is null);
        return new Configuration(
            id,
            RequestBody.Text(body, "targetCondition") ?? "",
            Priority(body["priority"]),
            Settings(forModules ? module : device),
            (RequestBody.Object(body, "labels") ?? []).ToDictionary(label => label.Key, label => Label(label.Key, label.Value)),
            "",
            default,
            default)
        {
            ForModules = forModules,
            MetricQueries = Queries(RequestBody.Object(RequestBody.Object(body, "metrics") ?? [], "queries"), "metrics.queries"),
        };
    }

    /// <summary>What is to be set of one device and its modules.</summary>
    /// <exception cref="HubException">A member of the wrong type, or a part of Azure's that this hub does not have.</exception>
    public static ConfigurationContent ReadContent(JsonObject body)
    {
        RefuseUnlessEmpty(body["moduleContent"], "moduleContent", "Name the modules: {\"modulesContent\":{\"camera\":{\"properties.desired.fps\":25}}}.");
        var modules = RequestBody.Object(body, "modulesContent") ?? [];
        return new ConfigurationContent(
            Settings(RequestBody.Object(body, "deviceContent")),
            modules.ToDictionary(
                module => module.Key,
                module => module.Value is JsonObject content
                    ? (IReadOnlyDictionary<string, JsonNode?>)Settings(content)
                    : throw new HubException(HubError.ArgumentInvalid, $"modulesContent.{module.Key} must be an object.")));
    }

    /// <summary>Answers which of a target condition and metric queries are not understood: Azure's <c>testQueries</c>.</summary>
    /// <exception cref="HubException">A member of the wrong type, or too many queries.</exception>
    public static JsonObject Test(JsonObject body)
    {
        var condition = RequestBody.Text(body, "targetCondition");
        var queries = Queries(RequestBody.Object(body, "customMetricQueries"), "customMetricQueries");
        if (queries.Count > FleetService.MaximumMetrics)
        {
            throw new HubException(HubError.ArgumentInvalid, $"customMetricQueries has {queries.Count} queries, {FleetService.MaximumMetrics} are allowed. Test the others by themselves.");
        }

        return new JsonObject
        {
            ["targetConditionError"] = condition is null ? null : ConditionRefusal(condition),
            ["customMetricQueryErrors"] = new JsonObject(queries.Select(query => (query.Key, Refusal: FleetService.MetricRefusal(query.Value)))
                .Where(query => query.Refusal is not null).Select(query => KeyValuePair.Create(query.Key, (JsonNode?)query.Refusal))),
        };
    }

    private static string? ConditionRefusal(string condition)
    {
        try
        {
            _ = condition.TrimStart().StartsWith("FROM", StringComparison.OrdinalIgnoreCase) ? TwinCondition.ParseModules(condition) : TwinCondition.Parse(condition, ConditionScope.Target);
            return null;
        }
        catch (TwinException refusal)
        {
            return refusal.Message;
        }
    }

    private static string SelectFrom(Configuration configuration) => configuration.ForModules ? "SELECT deviceId, moduleId FROM devices.modules" : "SELECT deviceId FROM devices";

    private static string TargetedQuery(Configuration configuration) => configuration.TargetCondition.Trim() switch
    {
        "" => $"{SelectFrom(configuration)} WHERE false",
        "*" => SelectFrom(configuration),
        var condition => configuration.ForModules ? $"SELECT deviceId, moduleId {condition}" : $"{SelectFrom(configuration)} WHERE {condition}",
    };

    private static Dictionary<string, JsonNode?> Settings(JsonObject? content) => (content ?? []).ToDictionary(entry => entry.Key, entry => entry.Value?.DeepClone());

    private static Dictionary<string, string> Queries(JsonObject? queries, string member) => (queries ?? []).ToDictionary(query => query.Key, query =>
        query.Value is JsonValue text && text.GetValueKind() == JsonValueKind.String
            ? text.GetValue<string>()
            : throw new HubException(HubError.ArgumentInvalid, $"{member}.{query.Key} must be a query: SELECT deviceId FROM devices WHERE …."));

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
