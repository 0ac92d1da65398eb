namespace DeviceTwin.Dashboard.View;

/// <summary>What a capture said beside the figures that have a tile of their own; null is what was refused or not asked.</summary>
public sealed record CaptureMeasures
{
    public int? SlowVelocityUmPerSecond { get; init; }

    public int? DisplacementNanometres { get; init; }

    public int? PeakMilliG { get; init; }

    public int? CrestMilli { get; init; }

    public int? KurtosisMilli { get; init; }

    public int? SkewnessMilli { get; init; }

    /// <summary>Acceleration RMS per configurable band.</summary>
    public IReadOnlyList<int?> BandMicroG { get; init; } = [];

    public IReadOnlyList<SpectralPeak> Peaks { get; init; } = [];

    public int? ShaftEstimateMilliHertz { get; init; }

    public int? ShaftEstimateConfidencePermille { get; init; }

    /// <summary>A verdict word: what the lines at the shaft speed look like, whatever their level.</summary>
    public string? ShaftPattern { get; init; }

    public int? ShaftScoreMilli { get; init; }

    public int? ImpulsivenessMilli { get; init; }

    public int? ConfidencePermille { get; init; }

    public int? Windows { get; init; }

    public bool? Running { get; init; }

    public int? BaselineExcessMilliSigma { get; init; }

    public int? DriftMilliSigma { get; init; }

    public int? ClippedPermille { get; init; }

    public int? AliasingPermille { get; init; }

    public int? NoiseVelocityUmPerSecond { get; init; }
}

/// <summary>A line of the velocity spectrum.</summary>
public sealed record SpectralPeak(int MilliHertz, int UmPerSecond);

/// <summary>What the settings on trial would have said of the same captures; they raise nothing.</summary>
public sealed record TrialSample(string Verdict, string? Zone, IReadOnlyList<string> Alarms, string? SettingsHash);
