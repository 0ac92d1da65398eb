#nullable enable

using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Recordings;
using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Evidence;

/// <summary>
/// Computes anew, with the node's own detector, what the evidence of an alarm says of its captures, and says what is equal, what differs, and
/// what one capture alone cannot show.
/// </summary>
public static class EvidenceCheck
{
    /// <summary>Everything that can be computed from the alarm's capture is what the node said.</summary>
    public const string Equal = "equal";

    /// <summary>Something is not what the node said, or samples or settings are not those of the evidence.</summary>
    public const string Differs = "differs";

    /// <summary>The alarm's capture cannot be computed anew; the reason says why.</summary>
    public const string Incomplete = "incomplete";

    private const float NoiseVelocity = 4.910870e-4f;
    private const int OfOtherThings = Refusal.NothingAsked | Refusal.NotRunning | Refusal.TemperatureUnknown | Refusal.BaselineWarmingUp;

    /// <summary>Members of a features message that are not computed from its capture, and why not.</summary>
    public static readonly IReadOnlyDictionary<string, string> NotComputed = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["verdict"] = EarlierCaptures,
        ["alarms"] = EarlierCaptures,
        ["acknowledged"] = EarlierCaptures,
        ["causes"] = EarlierCaptures,
        ["baselineExcessMilliSigma"] = "baseline",
        ["driftMilliSigma"] = "baseline",
        ["temperatureCentiCelsius"] = "measuredElsewhere",
        ["noiseVelocityUmPerSecond"] = "told",
        ["trial"] = "otherSettings",
        ["bootId"] = "told",
        ["seq"] = "told",
        ["t"] = "told",
        ["capture"] = "told",
        ["captureReason"] = "told",
        ["settingsVersion"] = "told",
    };

    /// <summary>What each reason of <see cref="NotComputed"/> means, in a sentence.</summary>
    public static readonly IReadOnlyDictionary<string, string> Reasons = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [EarlierCaptures] = "rests on captures before this one, trip delays, temperature and baseline",
        ["baseline"] = "rests on what the node learned before",
        ["measuredElsewhere"] = "is measured by another sensor",
        ["told"] = "is told by the node and taken as it is",
        ["otherSettings"] = "rests on the settings on trial and captures before",
        ["unknown"] = "is not known to this build",
    };

    private const string EarlierCaptures = "earlierCaptures";

    /// <summary>Computes anew.</summary>
    /// <param name="waveform">The samples of this hash as 16 bit little-endian; null where they are not here. Their hash is compared.</param>
    public static EvidenceResult Run(EvidenceDocument document, Func<string, byte[]?> waveform)
    {
        var captures = new List<CaptureResult>();
        foreach (EvidenceCapture capture in document.Captures)
        {
            captures.Add(Judge(document, capture, waveform));
        }

        CaptureResult? alarm = captures.FirstOrDefault(capture => capture.Role == EvidenceCapture.OfAlarm);
        string hash = EvidenceDocument.HashOf(document.ToBytes());
        if (captures.FirstOrDefault(capture => capture.Result == Differs) is { } differing)
        {
            return new EvidenceResult(Differs, differing.Reason, hash, document, captures);
        }

        if (document.Settings.Values is not null && EvidenceSettings.Hash(document.Settings.Values) != document.Settings.ValuesHash)
        {
            return new EvidenceResult(Differs, EvidenceReason.SettingsHash, hash, document, captures);
        }

        return alarm is null
            ? new EvidenceResult(Incomplete, EvidenceReason.CaptureUnknown, hash, document, captures)
            : new EvidenceResult(alarm.Result, alarm.Reason, hash, document, captures);
    }

    private static CaptureResult Judge(EvidenceDocument document, EvidenceCapture capture, Func<string, byte[]?> find)
    {
        if (capture.Features?.Json() is not { } said)
        {
            return CaptureResult.Without(capture, EvidenceReason.FeaturesMissing);
        }

        string fingerprint = Text(said, "fingerprint") ?? "";
        if (fingerprint.Split('-') is not { Length: >= 2 } parts)
        {
            return CaptureResult.Without(capture, EvidenceReason.FingerprintMissing);
        }

        if (parts[0] != Fingerprint.BuildId)
        {
            return CaptureResult.Without(capture, EvidenceReason.OtherDetector);
        }

        if (EvidenceSettings.Read(document.Settings.Values) is not { } settings)
        {
            return CaptureResult.Without(capture, EvidenceReason.SettingsMissing);
        }

        if (Fingerprint.SettingsHash(settings) != Text(said, "settingsHash"))
        {
            return CaptureResult.Without(capture, EvidenceReason.SettingsOfAnotherTime);
        }

        if (capture.Waveforms.Count != 1)
        {
            return CaptureResult.Without(capture, capture.Waveforms.Count == 0 ? EvidenceReason.WaveformMissing : EvidenceReason.WaveformAmbiguous);
        }

        EvidenceWaveform waveform = capture.Waveforms[0];
        if (waveform.Axes.Contains(',') || waveform.SaturatedCount is null || waveform.CoveragePermille is null)
        {
            return CaptureResult.Without(capture, waveform.Axes.Contains(',') ? EvidenceReason.AxisUnknown : EvidenceReason.FactsMissing);
        }

        byte[]? samples = find(waveform.Sha256);
        if (samples is null)
        {
            return CaptureResult.Without(capture, EvidenceReason.WaveformNotHere);
        }

        if (EvidenceDocument.HashOf(samples) != waveform.Sha256)
        {
            return new CaptureResult(capture.Role, capture.Number, Differs, EvidenceReason.WaveformDiffers, Array.Empty<string>(), Array.Empty<EvidenceDifference>(), Array.Empty<EvidenceSkipped>());
        }

        int window = parts.Length > 2 && int.TryParse(parts[2], out int length) ? length : Detector.LongestWindow;
        var result = new DetectorResult();
        new Detector(window).Analyze(Capture(capture, waveform, samples, said), settings, result);
        return Compare(capture, said, Computed(result, settings, window), result, settings);
    }

    private static Capture Capture(EvidenceCapture of, EvidenceWaveform waveform, byte[] samples, JsonObject said)
    {
        short[] counts = WaveformFile.Counts(samples);
        var capture = new Capture(counts.Length)
        {
            Count = counts.Length,
            SampleRateMilliHertz = waveform.RateMilliHertz,
            NanoGPerCount = waveform.NanoGPerCount,
            SaturatedCount = waveform.SaturatedCount ?? 0,
            CoveragePermille = waveform.CoveragePermille ?? 0,
            Overrun = waveform.Overrun,
            Sequence = (int)of.Number,

            // The sensor's noise is a fact of the board that no message tells; what it adds to the velocity is told.
            NoiseNanoGPerRootHertz = said["noiseVelocityUmPerSecond"] is JsonValue noise && noise.TryGetValue(out int velocity)
                ? (int)Math.Round(velocity / (double)NoiseVelocity)
                : 0,
        };
        Array.Copy(counts, capture.Samples, counts.Length);
        return capture;
    }

    private static CaptureResult Compare(EvidenceCapture capture, JsonObject said, JsonObject computed, DetectorResult result, DetectorSettings settings)
    {
        var equal = new List<string>();
        var differs = new List<EvidenceDifference>();
        var skipped = new List<EvidenceSkipped>();
        bool isZoneOfEarlier = !IsSurelyRunning(result, settings);
        foreach (string member in said.Select(pair => pair.Key).Union(computed.Select(pair => pair.Key)).OrderBy(name => name, StringComparer.Ordinal))
        {
            JsonNode? was = member == "refusals" ? Refusals(said["refusals"]) : said[member];
            if (NotComputed.TryGetValue(member, out string? why))
            {
                skipped.Add(new EvidenceSkipped(member, why));
            }
            else if (isZoneOfEarlier && member.StartsWith("zone", StringComparison.Ordinal))
            {
                skipped.Add(new EvidenceSkipped(member, EarlierCaptures));
            }
            else if (!computed.ContainsKey(member))
            {
                skipped.Add(new EvidenceSkipped(member, "unknown"));
            }
            else if (JsonNode.DeepEquals(was, computed[member]))
            {
                equal.Add(member);
            }
            else
            {
                differs.Add(new EvidenceDifference(member, was?.DeepClone(), computed[member]?.DeepClone()));
            }
        }

        return new CaptureResult(
            capture.Role, capture.Number, differs.Count == 0 ? Equal : Differs, differs.Count == 0 ? null : EvidenceReason.MembersDiffer, equal, differs, skipped);
    }

    /// <summary>Whether the running gate is open whatever came before. The zone of a machine that stands still is that of an earlier capture.</summary>
    private static bool IsSurelyRunning(DetectorResult result, DetectorSettings settings)
    {
        int refusals = result.Refusals | result.ZoneRefusals;
        long limit = settings.RunningLimitMilliG;
        return limit <= 0 || (refusals & Refusal.UnitUnknown) != 0
            || ((refusals & (Refusal.NoSignal | Refusal.ScaleUnknown)) == 0 && result.AccelerationMilliG * 4L >= limit * 5);
    }

    /// <summary>Of what the node said those refusals that are the capture's.</summary>
    private static JsonArray Refusals(JsonNode? said)
    {
        var words = new HashSet<string>(StringComparer.Ordinal);
        if (said is JsonArray list)
        {
            foreach (JsonNode? item in list)
            {
                if (item is JsonValue value && value.TryGetValue(out string? word))
                {
                    words.Add(word!);
                }
            }
        }

        return Words(~OfOtherThings, words.Contains);
    }

    private static JsonArray Words(int flags, Func<string, bool>? isTaken = null)
    {
        var words = new JsonArray();
        for (int reason = 0; reason < Refusal.Count; reason++)
        {
            if ((flags & (1 << (reason & 31))) != 0 && (isTaken is null || isTaken(Refusal.Word(reason))))
            {
                words.Add(Refusal.Word(reason));
            }
        }

        return words;
    }

    /// <summary>What of a features message follows from a capture and settings, as the node writes it.</summary>
    private static JsonObject Computed(DetectorResult result, DetectorSettings settings, int window)
    {
        string hash = Fingerprint.SettingsHash(settings);
        var computed = new JsonObject
        {
            ["zone"] = result.Zone is >= 0 and <= 3 ? "ABCD"[result.Zone].ToString() : Verdict.Word(Verdict.Refused),
            ["zoneRefusals"] = Words(result.ZoneRefusals),
            ["velocityUmPerSecond"] = Known(result.VelocityUmPerSecond),
            ["slowVelocityUmPerSecond"] = Known(result.SlowVelocityUmPerSecond),
            ["displacementNanometres"] = Known(result.DisplacementNanometres),
            ["accelerationMilliG"] = Known(result.AccelerationMilliG),
            ["peakMilliG"] = Known(result.PeakMilliG),
            ["crestMilli"] = Known(result.CrestMilli),
            ["kurtosisMilli"] = Known(result.KurtosisMilli),
            ["skewnessMilli"] = result.SkewnessMilli == DetectorResult.SkewnessUnknown ? null : result.SkewnessMilli,
            ["bandMicroG"] = new JsonArray(result.BandMicroG.Select(Known).ToArray()),
            ["peaks"] = new JsonObject
            {
                ["milliHertz"] = Numbers(result.PeakMilliHertz, result.PeakCount),
                ["umPerSecond"] = Numbers(result.PeakUmPerSecond, result.PeakCount),
            },
            ["shaftEstimateMilliHertz"] = Known(result.ShaftEstimateMilliHertz),
            ["shaftEstimateConfidencePermille"] = result.ShaftEstimateConfidencePermille,
            ["shaftPattern"] = result.ShaftPattern == DetectorResult.NotAvailable ? null : Verdict.Word(result.ShaftPattern),
            ["scores"] = Scores(result),
            ["impulsivenessMilli"] = Known(result.ImpulsivenessMilli),
            ["confidencePermille"] = result.ConfidencePermille,
            ["windows"] = result.Windows,
            ["running"] = result.Running == DetectorResult.NotAvailable ? null : result.Running != 0,
            ["coveragePermille"] = result.CoveragePermille,
            ["saturatedPermille"] = result.SaturatedPermille,
            ["clippedPermille"] = result.ClippedPermille,
            ["aliasingPermille"] = result.AliasingPermille,
            ["overrun"] = result.Overrun,
            ["refusals"] = Words(result.Refusals & ~OfOtherThings),
            ["settingsHash"] = hash,
            ["fingerprint"] = Fingerprint.Of(hash, window),
        };
        if (result.Zone != DetectorResult.NotAvailable)
        {
            computed["zoneEdition"] = DetectorResult.ZoneEdition;
        }

        return computed;
    }

    private static JsonNode? Scores(DetectorResult result) =>
        result.OuterScoreMilli < 0 && result.InnerScoreMilli < 0 && result.BallScoreMilli < 0 && result.CageScoreMilli < 0
            ? null
            : new JsonObject
            {
                ["outer"] = Known(result.OuterScoreMilli),
                ["inner"] = Known(result.InnerScoreMilli),
                ["ball"] = Known(result.BallScoreMilli),
                ["cage"] = Known(result.CageScoreMilli),
                ["shaft"] = Known(result.ShaftScoreMilli),
            };

    private static JsonArray Numbers(int[] values, int count) => new(values.Take(count).Select(value => (JsonNode)value).ToArray());

    private static JsonNode? Known(int value) => value == DetectorResult.NotAvailable ? null : value;

    private static string? Text(JsonObject parent, string name) => parent[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
