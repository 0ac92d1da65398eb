namespace DeviceTwin.Dashboard.Settings;

/// <summary>How a setting is written in the twin.</summary>
public enum SettingKind
{
    Integer,
    Choice,
    Boolean,
}

/// <summary>One writable property of the twin model, with what a form needs to know.</summary>
/// <param name="Path">Dotted path below <c>properties.desired</c>.</param>
/// <param name="Label">What people call it.</param>
/// <param name="Unit">Unit of the integer in the twin; empty where it has none.</param>
/// <param name="Choices">The only values allowed; empty unless <see cref="SettingKind.Choice"/>.</param>
/// <param name="Sentence">What it does, in one sentence.</param>
public sealed record Setting(
    string Path,
    string Label,
    SettingKind Kind,
    int Minimum,
    int Maximum,
    int Default,
    string Unit,
    IReadOnlyList<int> Choices,
    string Sentence)
{
    /// <summary>First part of the path.</summary>
    public string Component => Path[..Path.IndexOf('.', StringComparison.Ordinal)];
}
