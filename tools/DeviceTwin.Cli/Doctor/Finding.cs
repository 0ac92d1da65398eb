namespace DeviceTwin.Cli.Doctor;

/// <summary>How grave a finding is.</summary>
internal enum Gravity
{
    Good,

    /// <summary>Could not be looked at, or is not needed here.</summary>
    Skipped,

    /// <summary>Works, but not for long, or something is missing that some commands need.</summary>
    Warning,

    /// <summary>Does not work.</summary>
    Problem,
}

/// <summary>What the doctor found, in a sentence, and what to do next.</summary>
/// <param name="Check">A stable word for scripts.</param>
/// <param name="NextStep">Null where there is nothing to do.</param>
internal sealed record Finding(string Check, Gravity Gravity, string Sentence, string? NextStep = null);
