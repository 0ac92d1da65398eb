using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Evidence;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Alarms;
using DeviceTwin.Storage.Waveforms;

namespace DeviceTwin.Hub.Alarms;

/// <summary>Puts the evidence of an alarm together from what is there. Pure.</summary>
internal static class EvidenceBuilder
{
    /// <summary>The next version of the evidence.</summary>
    /// <param name="row">The alarm.</param>
    /// <param name="parts">What is kept of it, with the settings where they were found.</param>
    /// <param name="reported">Settings as the node reports them now, for where none were found.</param>
    /// <param name="features">Features messages of the device, in any order.</param>
    /// <param name="waveforms">Complete waveforms of the device, in any order.</param>
    /// <param name="before">The version before, whose parts stay; null = this is the first.</param>
    /// <param name="beforeHash">Its hash.</param>
    /// <param name="isFinal">Nothing better is waited for: a features message that was sent before the alarm will do.</param>
    public static EvidenceDocument Build(
        AlarmRow row,
        EvidenceParts parts,
        JsonObject? reported,
        IEnumerable<TelemetryMessage> features,
        IEnumerable<StoredWaveform> waveforms,
        EvidenceDocument? before,
        string? beforeHash,
        bool isFinal,
        DateTimeOffset now)
    {
        var said = parts.Message.ToMessage().Json() ?? [];
        var problems = new List<EvidenceProblem>();
        if (parts.Message.LeftOut is { } why)
        {
            problems.Add(new EvidenceProblem("message", EvidenceProblem.Missing, $"The alarm message is left out. {why}"));
        }

        var fingerprint = Text(said, "fingerprint");
        var settingsHash = Text(said, "settingsHash");
        var messages = features.Select(EvidenceParts.PartOf).Concat(parts.Features is null ? [] : [parts.Features]).Select(part => part.ToMessage());
        var captures = Captures(row, said, [.. messages], [.. waveforms], before, isFinal, problems);
        var ofAlarm = captures.FirstOrDefault(capture => capture.Role == EvidenceCapture.OfAlarm)?.Features?.Json();
        if (ofAlarm is not null)
        {
            Compare("settings", "settingsHash", settingsHash, Text(ofAlarm, "settingsHash"), problems);
            Compare("fingerprint", "fingerprint", fingerprint, Text(ofAlarm, "fingerprint"), problems);
        }

        var settings = Settings(parts, reported, settingsHash ?? Text(ofAlarm, "settingsHash"), Whole(ofAlarm, "settingsVersion"), before, problems);
        if (fingerprint is null)
        {
            problems.Add(new EvidenceProblem("fingerprint", EvidenceProblem.Missing, "The alarm message has no fingerprint: which detector raised it is not known."));
        }

        return new EvidenceDocument(
            row.Id,
            row.NodeAlarmId,
            row.Alarm,
            row.DeviceId,
            row.Place is { } place ? new EvidencePlace(place.Site, place.Line, place.Machine, place.Point) : null,
            parts.Message.ToMessage(),
            captures,
            settings,
            fingerprint,
            problems,
            (before?.Version ?? 0) + 1,
            beforeHash,
            now);
    }

    /// <summary>Whether two versions hold the same parts.</summary>
    public static bool AreAlike(EvidenceDocument one, EvidenceDocument other) =>
        (one with { Version = 0, Previous = null, SealedAt = default }).ToBytes().AsSpan().SequenceEqual((other with { Version = 0, Previous = null, SealedAt = default }).ToBytes());

    /// <summary>Whether something of what is missing may still come.</summary>
    public static bool MayGrow(EvidenceDocument document) =>
        document.Problems.Any(problem => problem.Reason == EvidenceProblem.Missing && problem.Part is "features" or "waveform") && document.Captures.Count > 0;

    private static List<EvidenceCapture> Captures(
        AlarmRow row,
        JsonObject said,
        EvidenceMessage[] features,
        StoredWaveform[] waveforms,
        EvidenceDocument? before,
        bool isFinal,
        List<EvidenceProblem> problems)
    {
        var captures = new List<EvidenceCapture>();
        var bootId = Text(said, "bootId");
        if (Whole(said, "capture") is not { } number)
        {
            problems.Add(new EvidenceProblem("features", EvidenceProblem.Missing, "The alarm message names no capture: no measurement belongs to it."));
            problems.Add(new EvidenceProblem("waveform", EvidenceProblem.Missing, "The alarm message names no capture: no samples belong to it."));
            return captures;
        }

        var earlier = before?.Captures.FirstOrDefault(capture => capture.Role == EvidenceCapture.OfAlarm);
        var own = Features(features, bootId, number, Whole(said, "seq"), isFinal) ?? earlier?.Features;
        if (own is null)
        {
            problems.Add(new EvidenceProblem("features", EvidenceProblem.Missing, $"No features message of capture {number} came."));
        }

        // Named by the alarm, or sent as that capture's. What was there once stays in evidence, whether it is kept or not.
        var samples = waveforms.Where(waveform => row.Waveforms.Contains(waveform.Head.Sha256) || IsOf(waveform, bootId, number)).Select(Waveform)
            .Concat(earlier?.Waveforms ?? []).DistinctBy(waveform => waveform.Sha256).OrderBy(waveform => waveform.Sha256, StringComparer.Ordinal).ToArray();
        captures.Add(new EvidenceCapture(EvidenceCapture.OfAlarm, bootId, number, own, samples));
        foreach (var hash in row.Waveforms.Where(hash => samples.All(waveform => waveform.Sha256 != hash)))
        {
            problems.Add(new EvidenceProblem("waveform", EvidenceProblem.Missing, $"The alarm names waveform {hash}, which is not here."));
        }

        if (samples.Length > 1)
        {
            problems.Add(new EvidenceProblem("waveform", EvidenceProblem.Contradictory, $"{samples.Length} waveforms are said to be of capture {number}."));
        }

        if (samples.Length > 0)
        {
            return captures;
        }

        if (row.Waveforms.Count == 0)
        {
            problems.Add(new EvidenceProblem("waveform", EvidenceProblem.Missing, $"No waveform of capture {number} came."));
        }

        var behind = before?.Captures.FirstOrDefault(capture => capture.Role == EvidenceCapture.Behind)?.Number
            ?? waveforms.Where(waveform => waveform.Head.Capture.BootId == bootId && waveform.Head.Capture.Capture > number).Min(waveform => waveform.Head.Capture.Capture);
        if (behind is { } next)
        {
            var known = before?.Captures.FirstOrDefault(capture => capture.Role == EvidenceCapture.Behind);
            captures.Add(new EvidenceCapture(
                EvidenceCapture.Behind,
                bootId,
                next,
                Features(features, bootId, next, null, isFinal) ?? known?.Features,
                [
                    .. waveforms.Where(waveform => IsOf(waveform, bootId, next)).Select(Waveform).Concat(known?.Waveforms ?? [])
                        .DistinctBy(waveform => waveform.Sha256).OrderBy(waveform => waveform.Sha256, StringComparer.Ordinal),
                ]));
        }

        return captures;
    }

    /// <summary>
    /// The first features message of a capture behind the alarm's, for the node says there what it has decided; where that did not come, the last
    /// one before: its measurements are the same.
    /// </summary>
    private static EvidenceMessage? Features(EvidenceMessage[] features, string? bootId, long capture, long? alarm, bool isFinal)
    {
        var ofCapture = features.Select(message => (Message: message, Json: message.Json()))
            .Where(entry => entry.Json is not null && Text(entry.Json, "bootId") == bootId && Whole(entry.Json, "capture") == capture)
            .Select(entry => (entry.Message, Sequence: Whole(entry.Json, "seq") ?? 0)).OrderBy(entry => entry.Sequence).ToArray();
        var behind = ofCapture.FirstOrDefault(entry => alarm is null || entry.Sequence > alarm).Message;
        return behind ?? (isFinal ? ofCapture.LastOrDefault().Message : null);
    }

    private static EvidenceSettingsPart Settings(
        EvidenceParts parts, JsonObject? reported, string? hash, long? version, EvidenceDocument? before, List<EvidenceProblem> problems)
    {
        var values = parts.Values ?? before?.Settings.Values ?? (reported is null ? null : EvidenceSettings.Of(reported));
        var source = parts.Values is not null ? parts.Source : before?.Settings.Values is not null ? before.Settings.Source : values is null ? null : "reported";
        var valuesHash = EvidenceSettings.Hash(values);
        if (hash is null)
        {
            problems.Add(new EvidenceProblem("settings", EvidenceProblem.Missing, "The node did not say which settings it has: no settingsHash."));
        }
        else if (values is null)
        {
            problems.Add(new EvidenceProblem("settings", EvidenceProblem.Missing, $"The device has no twin: the values of its settings {hash} are not known."));
        }
        else if (hash != valuesHash)
        {
            problems.Add(new EvidenceProblem("settings", EvidenceProblem.Contradictory, $"The node said that its settings are {hash}; neither what it reports nor what is desired of it has this hash. The values here have {valuesHash}."));
        }

        return new EvidenceSettingsPart(version ?? before?.Settings.Version, hash, source, values?.DeepClone() as JsonObject, valuesHash);
    }

    private static void Compare(string part, string member, string? alarm, string? features, List<EvidenceProblem> problems)
    {
        if (alarm is not null && features is not null && alarm != features)
        {
            problems.Add(new EvidenceProblem(part, EvidenceProblem.Contradictory, $"The alarm message has {member} {alarm}, the features message {features}."));
        }
    }

    private static bool IsOf(StoredWaveform waveform, string? bootId, long capture) =>
        bootId is not null && waveform.Head.Capture.BootId == bootId && waveform.Head.Capture.Capture == capture;

    private static EvidenceWaveform Waveform(StoredWaveform stored) => new(
        stored.Head.Sha256,
        stored.Head.Facts.Length,
        stored.Head.Facts.Axes,
        stored.Head.Facts.RateMilliHertz,
        stored.Head.Facts.NanoGPerCount,
        stored.Head.Capture.TakenAt,
        stored.Head.Capture.CoveragePermille,
        stored.Head.Capture.SaturatedCount,
        stored.Head.Capture.Overrun);

    private static string? Text(JsonObject? parent, string name) => parent?[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static long? Whole(JsonObject? parent, string name) => parent?[name] is JsonValue value && value.TryGetValue(out long number) ? number : null;
}
