using System.Text.Json.Nodes;
using DeviceTwin.Twins;

namespace DeviceTwin.Dashboard.View;

/// <summary>Everything the node page shows.</summary>
/// <param name="Reported">Reported properties without <c>$version</c> and <c>$metadata</c>; nobody changes them.</param>
/// <param name="History">Features, oldest first; bounded by the hub.</param>
/// <param name="Spectrum">The last spectrum message, or null before the first.</param>
/// <param name="Facts">Name and value of what the node says about itself (firmware, board, boot, fingerprint), in order of display.</param>
/// <param name="AlarmsInhibited">The node computes verdicts but raises no alarm.</param>
public sealed record NodeDetail(
    NodeSummary Summary,
    NodeConvergence Convergence,
    JsonObject Reported,
    IReadOnlyList<FeatureSample> History,
    SpectrumSample? Spectrum,
    IReadOnlyList<KeyValuePair<string, string>> Facts,
    bool AlarmsInhibited)
{
    /// <summary>The last waveforms, newest first.</summary>
    public IReadOnlyList<WaveformRow> Waveforms { get; init; } = [];
}

/// <summary>A waveform that can be downloaded.</summary>
/// <param name="Seconds">How long it is.</param>
/// <param name="Damaged">Its file is lost or damaged.</param>
public sealed record WaveformRow(string Sha256, DateTimeOffset At, long? Capture, string Axes, double RateHertz, double Seconds, bool Damaged);

/// <summary>One features message, as the hub received it.</summary>
/// <param name="At">When the hub received it: a node's own clock may be wrong, and is scaled in a demonstration.</param>
/// <param name="Scores">Bearing scores in thousandths; null where the bearing features were refused.</param>
/// <param name="CoveragePermille">How much of the planned capture was recorded.</param>
/// <param name="SaturatedPermille">How much of it stood at the sensor's range.</param>
/// <param name="Refusals">Words that say why features are missing, e.g. <c>shaftSpeedUnknown</c>.</param>
public sealed record FeatureSample(
    DateTimeOffset At,
    string Verdict,
    string? Zone,
    IReadOnlyList<string> Alarms,
    int? VelocityUmPerSecond,
    int? AccelerationMilliG,
    int? TemperatureCentiCelsius,
    BearingScores? Scores,
    int? CoveragePermille,
    int? SaturatedPermille,
    bool Overrun,
    IReadOnlyList<string> Refusals,
    long? Capture,
    string? BootId,
    long? SettingsVersion,
    string? SettingsHash,
    string? Fingerprint)
{
    /// <summary>The standard and edition of <see cref="Zone"/>; null where there is no zone.</summary>
    public string? ZoneEdition { get; init; }

    /// <summary>Words that say why there is no zone.</summary>
    public IReadOnlyList<string> ZoneRefusals { get; init; } = [];

    /// <summary>Those of <see cref="Alarms"/> that somebody has acknowledged.</summary>
    public IReadOnlyList<string> Acknowledged { get; init; } = [];

    /// <summary>What the alarms are about, e.g. <c>velocity</c> or <c>drift</c>.</summary>
    public IReadOnlyList<string> Causes { get; init; } = [];

    public CaptureMeasures Measures { get; init; } = new();

    /// <summary>What the settings on trial would have said; null where there is no trial.</summary>
    public TrialSample? Trial { get; init; }
}

/// <summary>How strongly each bearing family stands out of the envelope spectrum, in thousandths.</summary>
/// <param name="CageMilli">Null where the cage was not asked for.</param>
public sealed record BearingScores(int OuterMilli, int InnerMilli, int BallMilli, int? CageMilli = null);

/// <summary>One spectrum message.</summary>
/// <param name="Velocity">Bins in µm/s.</param>
/// <param name="Envelope">Bins in thousandths of the local noise floor.</param>
/// <param name="ShaftSpeedMilliHertz">0 where it is not known: then no order can be marked.</param>
public sealed record SpectrumSample(
    DateTimeOffset At,
    SpectrumBins? Velocity,
    SpectrumBins? Envelope,
    int ShaftSpeedMilliHertz,
    BearingOrders Orders);

/// <param name="BinMilliHertz">Width of a bin; value <c>n</c> lies at <c>n</c> times this.</param>
public sealed record SpectrumBins(int BinMilliHertz, IReadOnlyList<int> Values);

/// <summary>Multiples of the shaft speed in thousandths; 0 = not known.</summary>
public sealed record BearingOrders(int BpfoMilli, int BpfiMilli, int BsfMilli, int FtfMilli);
