using System.Text.Json.Serialization;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Bench.Evaluation;

/// <summary>The thresholds of the bearing verdict that are chosen anew where a bearing is left out.</summary>
/// <param name="ScoreLimitMilli">See <see cref="DetectorSettings.BearingScoreLimitMilli"/>; the shares of it move with it.</param>
/// <param name="ImpulsivenessMilli">See <see cref="BearingJudge.ImpulsivenessLimitMilli"/>.</param>
/// <param name="HighRatioMilli">See <see cref="BearingJudge.HighRatioLimitMilli"/>.</param>
public sealed record Thresholds(int ScoreLimitMilli, int ImpulsivenessMilli, int HighRatioMilli)
{
    /// <summary>Those in force.</summary>
    public static Thresholds Usual { get; } =
        new(new DetectorSettings().BearingScoreLimitMilli, BearingJudge.ImpulsivenessLimitMilli, BearingJudge.HighRatioLimitMilli);

    /// <summary>Those that are tried: about the ones in force, in equal ratios.</summary>
    public static IReadOnlyList<Thresholds> All { get; } =
    [
        .. from score in new[] { 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1, 1.05, 1.1, 1.2, 1.3, 1.5, 1.8 }
           from impulsiveness in new[] { 0.85, 0.9, 0.95, 1, 1.05, 1.1, 1.2, 1.4 }
           from high in new[] { 0.25, 0.4, 0.6, 0.8, 1, 1.25, 1.6, 2.5, 4 }
           select new Thresholds(Times(Usual.ScoreLimitMilli, score), Times(Usual.ImpulsivenessMilli, impulsiveness), Times(Usual.HighRatioMilli, high)),
    ];

    /// <summary>How far these are from the ones in force.</summary>
    [JsonIgnore]
    public double Distance =>
        Math.Abs(Math.Log((double)ScoreLimitMilli / Usual.ScoreLimitMilli))
        + Math.Abs(Math.Log((double)ImpulsivenessMilli / Usual.ImpulsivenessMilli))
        + Math.Abs(Math.Log((double)HighRatioMilli / Usual.HighRatioMilli));

    /// <summary>The firmware's own judge under these thresholds. Two of them are its constants: what is held against them is scaled instead.</summary>
    /// <param name="measured">Left alone.</param>
    /// <param name="settings">Its score limit is set.</param>
    /// <param name="louder">Scores, impulsiveness and ratio are taken so many times: a margin.</param>
    /// <param name="scratch">Overwritten.</param>
    public int Judge(DetectorResult measured, DetectorSettings settings, double louder, DetectorResult scratch)
    {
        settings.BearingScoreLimitMilli = ScoreLimitMilli;
        scratch.OuterScoreMilli = Louder(measured.OuterScoreMilli);
        scratch.InnerScoreMilli = Louder(measured.InnerScoreMilli);
        scratch.BallScoreMilli = Louder(measured.BallScoreMilli);
        scratch.CageScoreMilli = Louder(measured.CageScoreMilli);
        scratch.ShaftScoreMilli = measured.ShaftScoreMilli;
        scratch.OuterHarmonics = measured.OuterHarmonics;
        scratch.InnerHarmonics = measured.InnerHarmonics;
        scratch.BallHarmonics = measured.BallHarmonics;
        scratch.Windows = measured.Windows;
        scratch.ImpulsivenessMilli = Scaled(Louder(measured.ImpulsivenessMilli), Usual.ImpulsivenessMilli, ImpulsivenessMilli);
        scratch.HighRatioMilli = Scaled(Louder(measured.HighRatioMilli), Usual.HighRatioMilli, HighRatioMilli);
        return BearingJudge.Judge(scratch, settings);

        int Louder(int value) => value <= 0 ? value : (int)Math.Min(int.MaxValue, value * louder);
    }

    // Reaching the usual threshold with the scaled value is reaching this one with the measured value: rounded down, a hit stays a hit.
    private static int Scaled(int value, int usual, int threshold) =>
        value <= 0 ? value : value >= threshold ? Math.Max(usual, (int)Math.Min(int.MaxValue, (long)value * usual / threshold)) : (int)((long)value * usual / threshold);

    private static int Times(int value, double factor) => (int)Math.Round(value * factor);
}
