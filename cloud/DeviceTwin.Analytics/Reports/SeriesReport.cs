using DeviceTwin.Analytics.Replays;

namespace DeviceTwin.Analytics.Reports;

/// <summary>What the two settings said of one node at one measuring point.</summary>
/// <param name="Changes">What the proposed settings change there.</param>
/// <param name="Findings">Findings that speak of this point and have captures of it in their time.</param>
/// <param name="DifferenceCount">Captures at which verdict or alarms differ.</param>
/// <param name="Differences">The first of them, as many as the rules keep.</param>
public sealed record SeriesReport(
    string Machine,
    string Point,
    string DeviceId,
    CaptureCounts Captures,
    IReadOnlyList<SettingChange> Changes,
    IReadOnlyList<FindingCaptures> Findings,
    SideReport Old,
    SideReport New,
    long DifferenceCount,
    IReadOnlyList<CaptureDifference> Differences);

/// <summary>What became of the captures: nothing is left out silently.</summary>
/// <param name="Total">Asked for.</param>
/// <param name="Replayed">Read, whole, and judged.</param>
/// <param name="Missing">No content.</param>
/// <param name="Damaged">Another content than the hash says.</param>
/// <param name="Refused">Not given or not usable, by reason.</param>
/// <param name="ArrivalTimes">Replayed at the time they arrived: the node did not know the time.</param>
/// <param name="From">Beginning of the first capture that was replayed; null = none was.</param>
/// <param name="To">Beginning of the last one.</param>
/// <param name="Until">When the time is over that the last one stands for: nothing is known behind it.</param>
/// <param name="CoveredMilliseconds">Observed time: each capture stands for the time to the next, one capture interval at most.</param>
/// <param name="NoFaultMilliseconds">Of it, the time in which findings say that nothing was wrong.</param>
/// <param name="SignalMilliseconds">Duration of all samples that were judged.</param>
public sealed record CaptureCounts(
    long Total,
    long Replayed,
    long Missing,
    long Damaged,
    IReadOnlyList<WordCount> Refused,
    long ArrivalTimes,
    DateTimeOffset? From,
    DateTimeOffset? To,
    DateTimeOffset? Until,
    long CoveredMilliseconds,
    long NoFaultMilliseconds,
    long SignalMilliseconds);

/// <summary>Captures of one point in the time of a finding.</summary>
/// <param name="Finding">Its place in the report's list.</param>
/// <param name="Captures">Replayed ones.</param>
public sealed record FindingCaptures(int Finding, long Captures);

/// <summary>What one set of settings said of one series.</summary>
/// <param name="SettingsHash">Names the settings.</param>
/// <param name="Fingerprint">Names detector, settings and window: equal ones give equal verdicts on equal captures.</param>
/// <param name="Alarms">How often an alarm was raised.</param>
/// <param name="AlarmsByKind">The same by verdict.</param>
/// <param name="AlarmList">The first of them, as many as the rules keep.</param>
/// <param name="AlarmedMilliseconds">Time during which at least one alarm was active.</param>
/// <param name="Verdicts">Verdicts of the captures by themselves.</param>
/// <param name="Refusals">Captures of which something that was asked was refused, by reason.</param>
/// <param name="Confusion">Captures in the time of a finding: what was found, and what was said.</param>
/// <param name="ByTruth">Alarms by what findings say of them: a word of <see cref="AlarmTruth"/>.</param>
/// <param name="FirstAlarms">The first alarm for each finding of a fault that has one.</param>
public sealed record SideReport(
    string SettingsHash,
    string Fingerprint,
    long Alarms,
    IReadOnlyList<WordCount> AlarmsByKind,
    IReadOnlyList<AlarmSpan> AlarmList,
    long AlarmedMilliseconds,
    IReadOnlyList<WordCount> Verdicts,
    IReadOnlyList<WordCount> Refusals,
    IReadOnlyList<ConfusionCell> Confusion,
    IReadOnlyList<WordCount> ByTruth,
    IReadOnlyList<FirstAlarm> FirstAlarms,
    MessageCounts Messages);

/// <summary>An alarm that was, or would have been, raised.</summary>
/// <param name="Kind">A verdict.</param>
/// <param name="Causes">What stood behind the active alarms when it was raised.</param>
/// <param name="ClearedAt">Null = still active when the last capture's time was over.</param>
/// <param name="Sha256">The last capture before it.</param>
/// <param name="AfterMilliseconds">How long after that capture a delay ran out; 0 = at the capture. What the machine did in between nobody stored.</param>
/// <param name="Truth">A word of <see cref="AlarmTruth"/>.</param>
public sealed record AlarmSpan(
    string Kind,
    IReadOnlyList<string> Causes,
    DateTimeOffset RaisedAt,
    DateTimeOffset? ClearedAt,
    string Sha256,
    long AfterMilliseconds,
    string Truth);

/// <summary>What findings say of an alarm.</summary>
public static class AlarmTruth
{
    /// <summary>It was active in the time of a finding of a fault, or in the time before it in which it may announce itself.</summary>
    public const string Confirmed = "confirmed";

    /// <summary>It was raised in the time of a finding that nothing was wrong, and no fault confirms it.</summary>
    public const string False = "false";

    /// <summary>No finding speaks of it.</summary>
    public const string Unconfirmed = "unconfirmed";
}

/// <summary>Captures at which one thing was found and one said.</summary>
/// <param name="Found">The kind of the finding.</param>
/// <param name="Said">The gravest active alarm, else <c>refused</c>, <c>notRunning</c> or <c>normal</c>.</param>
public sealed record ConfusionCell(string Found, string Said, long Captures);

/// <summary>The first alarm that speaks of a finding.</summary>
/// <param name="Finding">Its place in the report's list.</param>
/// <param name="Kind">The alarm's verdict.</param>
public sealed record FirstAlarm(int Finding, DateTimeOffset At, string Kind);

/// <summary>Messages that these captures would have made.</summary>
/// <param name="Features">Of verdict and features.</param>
/// <param name="Spectra">Of spectra.</param>
/// <param name="Alarms">Of alarms that were raised or ended.</param>
public sealed record MessageCounts(long Features, long Spectra, long Alarms);

/// <summary>A capture at which the settings differ, with all that is needed to compute it anew.</summary>
/// <param name="Capture">Waveform hash and the facts of the capture.</param>
public sealed record CaptureDifference(StoredCapture Capture, CaptureSaid Old, CaptureSaid New);

/// <summary>What one set of settings said of a capture.</summary>
/// <param name="Verdict">Of the capture by itself.</param>
/// <param name="ConfidencePermille">How sure the detector is of a bearing's part; 0 where it named none.</param>
/// <param name="Alarms">Active after it.</param>
/// <param name="Causes">Behind them.</param>
/// <param name="Refusals">Why something that was asked was not judged.</param>
/// <param name="Features">
/// The detector's integers in the unit of their name; what was not asked for or refused is left out. Null under the proposed settings where
/// both measure the same: then they are those of the old ones.
/// </param>
public sealed record CaptureSaid(
    string Verdict,
    int ConfidencePermille,
    IReadOnlyList<string> Alarms,
    IReadOnlyList<string> Causes,
    IReadOnlyList<string> Refusals,
    string SettingsHash,
    string Fingerprint,
    IReadOnlyDictionary<string, int>? Features);
