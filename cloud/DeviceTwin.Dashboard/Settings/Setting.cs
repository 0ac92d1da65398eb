namespace DeviceTwin.Dashboard.Settings;

/// <summary>How a setting is written in the twin.</summary>
public enum SettingKind
{
    Integer,
    Choice,
    Boolean,
    Text,
}

/// <summary>One writable property of the twin model, with what a form needs to know.</summary>
/// <param name="Path">Dotted path below <c>properties.desired</c>.</param>
/// <param name="Label">What people call it.</param>
/// <param name="Minimum">Smallest value; the shortest text in bytes.</param>
/// <param name="Maximum">Largest value; the longest text in bytes.</param>
/// <param name="Default">In force where nothing is desired; 0 for a text, which is then empty. Null where the setting is then absent.</param>
/// <param name="Unit">Unit of the integer in the twin; empty where it has none.</param>
/// <param name="Choices">The only values allowed; empty unless <see cref="SettingKind.Choice"/>.</param>
/// <param name="ChoiceNames">What the choices mean where the numbers alone do not say it; else empty.</param>
/// <param name="Sentence">What it does, in one sentence.</param>
/// <param name="Like">Path of the setting that holds where this one is absent; null where it never is.</param>
public sealed record Setting(
    string Path,
    string Label,
    SettingKind Kind,
    int Minimum,
    int Maximum,
    int? Default,
    string Unit,
    IReadOnlyList<int> Choices,
    IReadOnlyList<string> ChoiceNames,
    string Sentence,
    string? Like)
{
    /// <summary>First part of the path.</summary>
    public string Component => Path[..Path.IndexOf('.', StringComparison.Ordinal)];
}
