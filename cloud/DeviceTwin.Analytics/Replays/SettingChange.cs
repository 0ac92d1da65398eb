namespace DeviceTwin.Analytics.Replays;

/// <summary>A path whose value the proposed settings change.</summary>
/// <param name="Path">Component and name.</param>
/// <param name="Old">As the twin writes it; null where it was absent.</param>
/// <param name="New">As the twin would write it; null where it is absent.</param>
/// <param name="Effect">A word of <see cref="SettingEffects"/>: what of the change a replay can show.</param>
public sealed record SettingChange(string Path, string? Old, string? New, string Effect);

/// <summary>What a replay shows of a change of a setting.</summary>
public static class SettingEffects
{
    /// <summary>Verdicts and alarms follow it.</summary>
    public const string Judged = "judged";

    /// <summary>The number of messages follows it.</summary>
    public const string Messages = "messages";

    /// <summary>
    /// Nothing follows it: it decides which captures are taken (what was not taken is not stored), or is about the temperature (none is stored
    /// with a waveform), or about the settings on trial (they raise nothing).
    /// </summary>
    public const string NotReplayed = "notReplayed";

    /// <summary>The effect of a path of the model.</summary>
    public static string Of(string path)
    {
        var dot = path.IndexOf('.');
        var name = path[(dot + 1)..];
        return path[..dot] switch
        {
            "machine" => Judged,
            "detection" => name.StartsWith("temperature", StringComparison.Ordinal) ? NotReplayed : Judged,
            "maintenance" => name == "alarmsInhibited" ? Judged : NotReplayed,
            "reporting" => Messages,
            _ => NotReplayed,
        };
    }
}
