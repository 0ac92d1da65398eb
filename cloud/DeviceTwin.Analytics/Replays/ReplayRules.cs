namespace DeviceTwin.Analytics.Replays;

/// <summary>How alarms are held against findings, and how much of the evidence a report keeps. All of it stands in the report.</summary>
public sealed record ReplayRules
{
    /// <summary>How long before the beginning of a finding an alarm may have announced it, in seconds; 0 to 10 years.</summary>
    public int LeadHorizonSeconds { get; init; } = 30 * 86400;

    /// <summary>Differences of verdicts or alarms whose evidence is kept, per series; more are counted.</summary>
    public int MostDifferences { get; init; } = 200;

    /// <summary>Alarms that are listed, per series and settings; more are counted.</summary>
    public int MostAlarms { get; init; } = 1000;
}
