using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.Cli.Detection;

/// <summary>
/// What <c>dtwin detect --json</c> prints of a recording. Additive only. Numbers are the detector's own integers in the unit of their name,
/// null where they were not asked for or refused.
/// </summary>
/// <param name="File">The recording, as its index or the command line names it.</param>
/// <param name="Dataset">The index's data set, or null.</param>
/// <param name="Fault">The index's fault: what the verdict should find; or null.</param>
/// <param name="Verdict">A word of the verdict catalogue.</param>
/// <param name="Confidence">How sure the verdict is, 0 to 1.</param>
/// <param name="Zone">ISO zone, A to D, or null: <paramref name="ZoneRefusals"/> says why.</param>
/// <param name="ZoneEdition">The standard and edition the zones are of.</param>
/// <param name="Refusals">Why something that was asked was not judged.</param>
/// <param name="SettingsHash">Names the settings.</param>
/// <param name="Fingerprint">Names detector and settings.</param>
internal sealed record DetectReport(
    string File,
    string? Dataset,
    string? Fault,
    string Verdict,
    double Confidence,
    DetectWindows Windows,
    IReadOnlyDictionary<string, object?> Features,
    IReadOnlyDictionary<string, int?> Scores,
    string? Zone,
    string ZoneEdition,
    IReadOnlyList<string> ZoneRefusals,
    IReadOnlyList<string> Refusals,
    DetectFacts Facts,
    string SettingsHash,
    string Fingerprint)
{
    public static DetectReport Of(string file, string? dataset, string? fault, Waveform waveform, RecordingJudgement judgement)
    {
        var result = judgement.Result;
        var settings = judgement.Settings;
        var settingsHash = SensorNode.Detection.Fingerprint.SettingsHash(settings);
        var hasUnit = waveform.NanoGPerCount > 0;
        var verdicts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var verdict = 0; verdict < judgement.WindowVerdicts.Length; verdict++)
        {
            if (judgement.WindowVerdicts[verdict] > 0)
            {
                verdicts[SensorNode.Detection.Verdict.Word(verdict)] = judgement.WindowVerdicts[verdict];
            }
        }

        return new DetectReport(
            file,
            string.IsNullOrEmpty(dataset) ? null : dataset,
            fault,
            SensorNode.Detection.Verdict.Word(judgement.Verdict),
            judgement.ConfidencePermille / 1000.0,
            new DetectWindows(judgement.WindowCount, verdicts),
            Measured(result, hasUnit),
            new Dictionary<string, int?>
            {
                ["outerMilli"] = Known(result.OuterScoreMilli),
                ["innerMilli"] = Known(result.InnerScoreMilli),
                ["ballMilli"] = Known(result.BallScoreMilli),
                ["cageMilli"] = Known(result.CageScoreMilli),
                ["shaftMilli"] = Known(result.ShaftScoreMilli),
            },
            result.Zone is >= 0 and <= 3 ? "ABCD"[result.Zone].ToString() : null,
            DetectorResult.ZoneEdition,
            judgement.ZoneRefusals,
            judgement.Refusals,
            new DetectFacts(
                waveform.Samples.Length,
                waveform.RateMilliHertz,
                hasUnit ? waveform.NanoGPerCount : null,
                judgement.Samples,
                result.Windows,
                result.CoveragePermille,
                result.SaturatedPermille,
                result.ClippedPermille,
                Known(result.AliasingPermille),
                result.Overrun,
                Known(result.Running) is { } running ? running == 1 : null,
                settings.ShaftSpeedMilliHertz,
                settings.BpfoMilliOrders,
                settings.BpfiMilliOrders,
                settings.BsfMilliOrders,
                settings.FtfMilliOrders),
            settingsHash,
            SensorNode.Detection.Fingerprint.Of(settingsHash, SensorNode.Detection.Detector.LongestWindow));
    }

    private static Dictionary<string, object?> Measured(DetectorResult result, bool hasUnit) => new()
    {
        ["accelerationMilliG"] = hasUnit ? Known(result.AccelerationMilliG) : null,
        ["peakMilliG"] = hasUnit ? Known(result.PeakMilliG) : null,
        ["velocityUmPerSecond"] = Known(result.VelocityUmPerSecond),
        ["slowVelocityUmPerSecond"] = Known(result.SlowVelocityUmPerSecond),
        ["noiseVelocityUmPerSecond"] = Known(result.NoiseVelocityUmPerSecond),
        ["displacementNanometres"] = Known(result.DisplacementNanometres),
        ["crestMilli"] = Known(result.CrestMilli),
        ["kurtosisMilli"] = Known(result.KurtosisMilli),
        ["skewnessMilli"] = result.SkewnessMilli == DetectorResult.SkewnessUnknown ? null : result.SkewnessMilli,
        ["impulsivenessMilli"] = Known(result.ImpulsivenessMilli),
        ["highMicroG"] = Known(result.HighMicroG),
        ["highRatioMilli"] = Known(result.HighRatioMilli),
        ["bandMicroG"] = result.BandMicroG.Select(Known).ToArray(),
        ["peaks"] = Enumerable.Range(0, result.PeakCount)
            .Select(peak => new { milliHertz = result.PeakMilliHertz[peak], umPerSecond = result.PeakUmPerSecond[peak] }).ToArray(),
        ["shaftEstimateMilliHertz"] = Known(result.ShaftEstimateMilliHertz),
        ["shaftEstimateConfidencePermille"] = result.ShaftEstimateConfidencePermille,
        ["shaftPattern"] = Known(result.ShaftPattern) is { } pattern ? SensorNode.Detection.Verdict.Word(pattern) : null,
        ["bearing"] = Known(result.Bearing) is { } bearing ? SensorNode.Detection.Verdict.Word(bearing) : null,
    };

    private static int? Known(int value) => value == DetectorResult.NotAvailable ? null : value;
}

/// <param name="Count">Consecutive windows of the recording, each judged by itself.</param>
/// <param name="Verdicts">How often each verdict was given; only the bearing is judged in a window.</param>
internal sealed record DetectWindows(int Count, IReadOnlyDictionary<string, int> Verdicts);

/// <summary>What the verdict rests on.</summary>
/// <param name="Samples">Samples of the recording.</param>
/// <param name="NanoGPerCount">Weight of a count; null = the unit is not known.</param>
/// <param name="CaptureSamples">Samples of the capture that stands for the recording: its first ten windows.</param>
/// <param name="WindowsAveraged">Bearing windows of that capture whose envelope spectra were averaged.</param>
/// <param name="Running">Whether the machine runs; null = cannot be told.</param>
internal sealed record DetectFacts(
    int Samples,
    int SampleRateMilliHertz,
    int? NanoGPerCount,
    int CaptureSamples,
    int WindowsAveraged,
    int CoveragePermille,
    int SaturatedPermille,
    int ClippedPermille,
    int? AliasingPermille,
    bool Overrun,
    bool? Running,
    int ShaftSpeedMilliHertz,
    int BpfoMilliOrders,
    int BpfiMilliOrders,
    int BsfMilliOrders,
    int FtfMilliOrders);
