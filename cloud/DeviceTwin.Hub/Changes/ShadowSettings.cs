using System.Text.Json.Nodes;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Rollouts;

namespace DeviceTwin.Hub.Changes;

/// <summary>The detection settings of a change as a configuration of the nodes' shadow slot: staged for the canary, and rolled back when its time is over.</summary>
internal static class ShadowSettings
{
    private const string Detection = "detection.";
    private const string Shadow = "shadow.";
    private const string Enabled = "shadow.enabled";

    /// <summary>The id of the configuration, which is never completed.</summary>
    public static string IdOf(Change change) => $"shadow:{(change.Id.Length > 100 ? change.Id[..100] : change.Id)}";

    /// <summary>What is staged.</summary>
    public static Configuration Of(Change change, Configuration live, DateTimeOffset at) => new(
        IdOf(change),
        live.TargetCondition,
        int.MaxValue,
        Settings(change).ToDictionary(setting => "properties.desired." + setting.Key, setting => (JsonNode?)setting.Value, StringComparer.Ordinal),
        new Dictionary<string, string>(),
        "",
        at,
        at);

    /// <summary>The paths in the twin.</summary>
    public static HashSet<string> PathsOf(Change change) => [.. Settings(change).Select(setting => setting.Key)];

    private static IEnumerable<KeyValuePair<string, JsonNode>> Settings(Change change) => change.Settings
        .Where(setting => setting.Key.StartsWith(Detection, StringComparison.Ordinal))
        .Select(setting => KeyValuePair.Create(Shadow + setting.Key[Detection.Length..], setting.Value.DeepClone()))
        .Append(KeyValuePair.Create(Enabled, (JsonNode)true));
}
