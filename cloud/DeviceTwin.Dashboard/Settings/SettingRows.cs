using System.Text.Json.Nodes;
using DeviceTwin.Twins;

namespace DeviceTwin.Dashboard.Settings;

/// <summary>One line of the settings table: what the model allows beside what is desired, reported and acknowledged.</summary>
/// <param name="Setting">Null where the twin desires a path that the model does not have.</param>
/// <param name="State">Null where nothing is desired: the node runs on its default, and there is nothing to converge to.</param>
public sealed record SettingRow(
    string Path,
    Setting? Setting,
    JsonNode? Desired,
    JsonNode? Reported,
    ConvergenceState? State,
    string? Reason,
    int? Code,
    long? DesiredVersion,
    long? AcknowledgedVersion)
{
    /// <summary>What the input shows before anybody typed: the desired value, else what is in force.</summary>
    public string InitialText => new[] { Desired, Reported, DefaultValue }.Select(SettingUnits.Plain).FirstOrDefault(CanBeShown, "");

    /// <summary>A choice cannot show a value that it does not offer: the twin may desire one all the same.</summary>
    private bool CanBeShown(string text) =>
        Setting is null || (text != SettingUnits.Absent && (Setting.Kind == SettingKind.Integer || SettingInput.Read(Setting, text).Value is not null));

    private JsonNode? DefaultValue => Setting switch
    {
        null => null,
        { Default: null } => null,
        { Kind: SettingKind.Text } => JsonValue.Create(""),
        { Kind: SettingKind.Boolean } setting => JsonValue.Create(setting.Default != 0),
        var setting => JsonValue.Create(setting.Default),
    };
}

/// <summary>Joins the model's settings with the convergence of the twin. Pure.</summary>
public static class SettingRows
{
    /// <summary>Every setting of the model, then desired paths that the model does not know (they are the ones that get rejected).</summary>
    /// <param name="reported">The twin's reported properties: what is in force where nothing is desired.</param>
    public static IReadOnlyList<SettingRow> Join(NodeConvergence convergence, JsonObject reported)
    {
        var paths = convergence.Paths.ToDictionary(path => path.Path);
        var rows = SettingCatalogue.All.Select(setting => Row(setting.Path, setting, paths.GetValueOrDefault(setting.Path), reported));
        var strangers = convergence.Paths.Where(path => SettingCatalogue.Find(path.Path) is null).Select(path => Row(path.Path, null, path, reported));
        return [.. rows, .. strangers.Where(row => row.Desired is not null)];
    }

    private static SettingRow Row(string path, Setting? setting, PathConvergence? convergence, JsonObject reported) => convergence is null
        ? new SettingRow(path, setting, null, ValueAt(reported, path), null, null, null, null, null)
        : new SettingRow(
            path,
            setting,
            convergence.Desired,
            convergence.Reported,
            convergence.Desired is null ? null : convergence.State,
            convergence.Reason,
            convergence.AcknowledgementCode,
            convergence.Desired is null ? null : convergence.DesiredVersion,
            convergence.AcknowledgedVersion);

    /// <summary>The value at a dotted path, taken out of its acknowledgement (<c>value, ac, av, ad</c>) where it has one.</summary>
    private static JsonNode? ValueAt(JsonObject reported, string path)
    {
        JsonNode? at = reported;
        foreach (var part in path.Split('.'))
        {
            at = (at as JsonObject)?[part];
        }

        return at is JsonObject acknowledgement && acknowledgement.ContainsKey("value") ? acknowledgement["value"] : at;
    }
}
