using System.Text.Json;
using DeviceTwin.Dashboard.View;
using DeviceTwin.Storage;

namespace DeviceTwin.Hub.View;

/// <summary>
/// Reads features and spectrum messages. A device may send anything: what has the wrong type is treated as absent, and a message
/// that is no JSON object, or says no verdict, as none at all.
/// </summary>
internal static class TelemetryReader
{
    /// <summary>As many bins as a node sends at most; more would only burden the browser.</summary>
    private const int LargestSpectrum = 512;

    /// <summary>Words are shown: what is longer than any of ours is no word.</summary>
    private const int LongestWord = 64;
    private const int MostWords = 32;

    public static FeatureSample? Features(TelemetryMessage message)
    {
        using var document = Open(message);
        if (document is null || Word(document.RootElement, "verdict") is not { } verdict)
        {
            return null;
        }

        var root = document.RootElement;
        return new FeatureSample(
            message.EnqueuedAt,
            verdict,
            Word(root, "zone"),
            Words(root, "alarms"),
            Integer(root, "velocityUmPerSecond"),
            Integer(root, "accelerationMilliG"),
            Integer(root, "temperatureCentiCelsius"),
            Scores(root),
            Integer(root, "coveragePermille"),
            Integer(root, "saturatedPermille"),
            root.TryGetProperty("overrun", out var overrun) && overrun.ValueKind == JsonValueKind.True,
            Words(root, "refusals"),
            Integer(root, "capture"),
            Word(root, "bootId"),
            Integer(root, "settingsVersion"),
            Word(root, "settingsHash"),
            Word(root, "fingerprint"))
        {
            ZoneEdition = Word(root, "zoneEdition"),
            ZoneRefusals = Words(root, "zoneRefusals"),
            Acknowledged = Words(root, "acknowledged"),
            Causes = Words(root, "causes"),
            Measures = Measures(root),
            Trial = Object(root, "trial") is { } trial && Word(trial, "verdict") is { } would
                ? new TrialSample(would, Word(trial, "zone"), Words(trial, "alarms"), Word(trial, "settingsHash"))
                : null,
        };
    }

    public static SpectrumSample? Spectrum(TelemetryMessage message)
    {
        using var document = Open(message);
        if (document is null)
        {
            return null;
        }

        var root = document.RootElement;
        var orders = Object(root, "orders");
        return new SpectrumSample(
            message.EnqueuedAt,
            Bins(Object(root, "velocity")),
            Bins(Object(root, "envelope")),
            Integer(root, "shaftSpeedMilliHertz") ?? 0,
            orders is { } known
                ? new BearingOrders(Integer(known, "bpfo") ?? 0, Integer(known, "bpfi") ?? 0, Integer(known, "bsf") ?? 0, Integer(known, "ftf") ?? 0)
                : new BearingOrders(0, 0, 0, 0));
    }

    private static JsonDocument? Open(TelemetryMessage message)
    {
        try
        {
            var document = JsonDocument.Parse(message.Body);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static BearingScores? Scores(JsonElement root) => Object(root, "scores") is { } scores
        ? new BearingScores(Integer(scores, "outer") ?? 0, Integer(scores, "inner") ?? 0, Integer(scores, "ball") ?? 0, Integer(scores, "cage"))
        : null;

    private static CaptureMeasures Measures(JsonElement root) => new()
    {
        SlowVelocityUmPerSecond = Integer(root, "slowVelocityUmPerSecond"),
        DisplacementNanometres = Integer(root, "displacementNanometres"),
        PeakMilliG = Integer(root, "peakMilliG"),
        CrestMilli = Integer(root, "crestMilli"),
        KurtosisMilli = Integer(root, "kurtosisMilli"),
        SkewnessMilli = Integer(root, "skewnessMilli"),
        BandMicroG = Integers(root, "bandMicroG"),
        Peaks = Peaks(root),
        ShaftEstimateMilliHertz = Integer(root, "shaftEstimateMilliHertz"),
        ShaftEstimateConfidencePermille = Integer(root, "shaftEstimateConfidencePermille"),
        ShaftPattern = Word(root, "shaftPattern"),
        ShaftScoreMilli = Object(root, "scores") is { } scores ? Integer(scores, "shaft") : null,
        ImpulsivenessMilli = Integer(root, "impulsivenessMilli"),
        ConfidencePermille = Integer(root, "confidencePermille"),
        Windows = Integer(root, "windows"),
        Running = root.TryGetProperty("running", out var running) && running.ValueKind is JsonValueKind.True or JsonValueKind.False ? running.GetBoolean() : null,
        BaselineExcessMilliSigma = Integer(root, "baselineExcessMilliSigma"),
        DriftMilliSigma = Integer(root, "driftMilliSigma"),
        ClippedPermille = Integer(root, "clippedPermille"),
        AliasingPermille = Integer(root, "aliasingPermille"),
        NoiseVelocityUmPerSecond = Integer(root, "noiseVelocityUmPerSecond"),
    };

    private static SpectralPeak[] Peaks(JsonElement root)
    {
        if (Object(root, "peaks") is not { } peaks)
        {
            return [];
        }

        return [.. Integers(peaks, "milliHertz").Zip(Integers(peaks, "umPerSecond"))
            .Where(peak => peak is { First: not null, Second: not null })
            .Select(peak => new SpectralPeak(peak.First!.Value, peak.Second!.Value))];
    }

    private static int?[] Integers(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Take(MostWords).Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var number) ? number : (int?)null)]
            : [];

    private static SpectrumBins? Bins(JsonElement? section)
    {
        if (section is not { } bins || Integer(bins, "binMilliHertz") is not { } width || width <= 0
            || !bins.TryGetProperty("values", out var values) || values.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        return new SpectrumBins(
            width,
            [.. values.EnumerateArray().Take(LargestSpectrum).Select(value => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var bin) ? Math.Max(0, bin) : 0)]);
    }

    private static JsonElement? Object(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var child) && child.ValueKind == JsonValueKind.Object ? child : null;

    private static int? Integer(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var child) && child.ValueKind == JsonValueKind.Number && child.TryGetInt32(out var number) ? number : null;

    private static string? Word(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var child) ? Word(child) : null;

    private static string? Word(JsonElement element) =>
        element.ValueKind == JsonValueKind.String && element.GetString() is { Length: > 0 and <= LongestWord } word ? word : null;

    private static string[] Words(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(Word).OfType<string>().Take(MostWords)]
            : [];
}
