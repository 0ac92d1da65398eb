using System.Text.Json.Nodes;

namespace DeviceTwin.Twins;

/// <summary>A setting of one device that beats all configurations on its path until it ends.</summary>
/// <param name="Path">Dotted, below <c>properties.desired</c>.</param>
/// <param name="Value">No object and not null.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="Reason">Why, in that person's words.</param>
/// <param name="ExpiresAt">When it ends by itself: what nobody ends stays for ever.</param>
public sealed record SettingOverride(string DeviceId, string Path, JsonNode Value, string Owner, string Reason, DateTimeOffset SetAt, DateTimeOffset ExpiresAt)
{
    /// <summary>What stands in the place of a configuration's id in <see cref="AppliedSetting"/>; no configuration can be called so.</summary>
    public const string Source = "override";

    /// <summary>The value that stood there and was no configuration's; it returns where no configuration wins the path then. Null = there was none.</summary>
    public JsonNode? Before { get; init; }
}
