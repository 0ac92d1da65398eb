using DeviceTwin.SensorNode.Provisioning;

namespace DeviceTwin.Provisioning.Dialogue;

/// <summary>The answer to <c>status</c>.</summary>
public sealed record BoardStatus
{
    /// <summary>Whether it has a provisioning secret.</summary>
    public bool IsProtected { get; init; }

    /// <summary>Whether every command is served now.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Whether something is staged that is not stored.</summary>
    public bool IsStaged { get; init; }

    /// <summary>How much of itself it runs: <c>normal</c>, <c>lastGood</c>, <c>safeMode</c>.</summary>
    public string Mode { get; init; } = "";

    /// <summary>Why it started.</summary>
    public string ResetCause { get; init; } = "";

    /// <summary>Whether twin and telemetry flow to the hub.</summary>
    public bool IsConnected { get; init; }

    /// <summary>What keeps it from its hub: a number of the firmware's <c>LinkFault</c>; 0 of firmware that does not say.</summary>
    public int LinkFault { get; init; }

    /// <summary>Its calendar; null where it does not know the time.</summary>
    public DateTimeOffset? Utc { get; init; }

    /// <summary>Time since its start.</summary>
    public TimeSpan Uptime { get; init; }

    /// <summary>What keeps the staged configuration from being stored: a word of the firmware's <c>IdentityRefusal</c>, empty for nothing; null where the session is not open.</summary>
    public string? Reason { get; init; }

    /// <summary>The fields that have a text, where the session is open.</summary>
    public IReadOnlyList<StoredField> Fields { get; init; } = [];

    /// <summary>A field by its name, or null.</summary>
    public StoredField? Field(string name) => Fields.FirstOrDefault(field => field.Name == name);

    /// <summary>
    /// Reads back: which fields do not hold what they should. By value, by fingerprint where the value is not told, by length where neither is (a network's password).
    /// </summary>
    /// <param name="texts">What should be there; null for a field that should be empty.</param>
    /// <returns>Names of fields; none where everything is as it should be.</returns>
    public IReadOnlyList<string> Differences(IEnumerable<StagedText> texts) =>
        [.. texts.Where(text => !IsAsItShould(text)).Select(text => StagedField.Name(text.Field))];

    private bool IsAsItShould(StagedText text)
    {
        StoredField? stored = Field(StagedField.Name(text.Field));
        if (string.IsNullOrEmpty(text.Text) || stored is null)
        {
            return string.IsNullOrEmpty(text.Text) && stored is null;
        }

        return stored.Length == text.Text.Length
            && (stored.Value is null || stored.Value == text.Text)
            && (stored.Fingerprint is null || stored.Fingerprint == new SecretText(text.Text).Fingerprint());
    }
}
