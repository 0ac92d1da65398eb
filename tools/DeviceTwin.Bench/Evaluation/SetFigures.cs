using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Bench.Evaluation;

/// <summary>How right a set of verdicts is.</summary>
/// <param name="WindowBalancedAccuracy">Share of windows named right, averaged over the faults present, "normal" included; null without windows.</param>
/// <param name="RecordingAccuracy">Share of whole recordings named right, healthy ones included.</param>
/// <param name="HealthyRecordings">Recordings of sound machines.</param>
/// <param name="FalseAlarms">How many of them were given a verdict that raises an alarm (a refusal does not).</param>
/// <param name="Confusion">Windows by what they are, then by what they were called.</param>
/// <param name="RecordingConfusion">The same of whole recordings.</param>
/// <param name="FaultyRecordings">Recordings of defective bearings.</param>
/// <param name="FaultyRecordingsRight">How many of them were named right.</param>
/// <param name="Windows">Windows judged.</param>
/// <param name="HealthyWindows">Windows of sound machines.</param>
/// <param name="HealthyWindowsAlarming">How many of them were given a verdict that raises an alarm.</param>
public sealed record SetFigures(
    double? WindowBalancedAccuracy,
    double RecordingAccuracy,
    int HealthyRecordings,
    int FalseAlarms,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Confusion,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> RecordingConfusion,
    int FaultyRecordings,
    int FaultyRecordingsRight,
    int Windows,
    int HealthyWindows,
    int HealthyWindowsAlarming)
{
    private const int Digits = 4;

    /// <summary>Figures of recordings whose fault is a verdict; the others must have been left out.</summary>
    public static SetFigures Of(IReadOnlyCollection<JudgedRecording> recordings)
    {
        var windows = recordings.SelectMany(recording => recording.Windows.Select(verdict => (recording.Truth, Verdict: verdict))).ToArray();
        var wholes = recordings.Select(recording => (recording.Truth, Verdict: recording.Whole)).ToArray();
        var healthy = wholes.Where(pair => pair.Truth == Verdict.Normal).ToArray();
        var healthyWindows = windows.Where(pair => pair.Truth == Verdict.Normal).ToArray();
        return new SetFigures(
            Balanced(windows) is { } balanced ? Math.Round(balanced, Digits) : null,
            Math.Round((double)wholes.Count(IsRight) / wholes.Length, Digits),
            healthy.Length,
            healthy.Count(pair => IsAlarm(pair.Verdict)),
            Table(windows),
            Table(wholes),
            wholes.Length - healthy.Length,
            wholes.Count(pair => pair.Truth != Verdict.Normal && IsRight(pair)),
            windows.Length,
            healthyWindows.Length,
            healthyWindows.Count(pair => IsAlarm(pair.Verdict)));
    }

    /// <summary>Whether a verdict says that something is wrong with the machine.</summary>
    public static bool IsAlarm(int verdict) => verdict is not (Verdict.Normal or Verdict.Refused or Verdict.NotRunning);

    /// <summary>Share of right answers averaged over the truths present; null without any.</summary>
    public static double? Balanced(IReadOnlyCollection<(int Truth, int Verdict)> answers) =>
        answers.Count == 0 ? null : answers.GroupBy(answer => answer.Truth).Average(truth => (double)truth.Count(IsRight) / truth.Count());

    private static bool IsRight((int Truth, int Verdict) answer) => answer.Truth == answer.Verdict;

    private static SortedDictionary<string, IReadOnlyDictionary<string, int>> Table(IEnumerable<(int Truth, int Verdict)> answers)
    {
        var table = new SortedDictionary<string, IReadOnlyDictionary<string, int>>(StringComparer.Ordinal);
        foreach (var truth in answers.GroupBy(answer => Verdict.Word(answer.Truth)))
        {
            table[truth.Key] = new SortedDictionary<string, int>(
                truth.GroupBy(answer => Verdict.Word(answer.Verdict)).ToDictionary(group => group.Key, group => group.Count()), StringComparer.Ordinal);
        }

        return table;
    }
}

/// <summary>A recording with a verdict for each of its windows and one for the whole.</summary>
public sealed record JudgedRecording(string Set, int Truth, IReadOnlyList<int> Windows, int Whole)
{
    /// <summary>With the verdicts as they were measured.</summary>
    public static JudgedRecording AsMeasured(RecordingOutcome outcome) => new(
        outcome.Item.Dataset, outcome.Truth, [.. outcome.Windows.Select(window => Called(window.Bearing))], outcome.WholeVerdict);

    /// <summary>A bearing that could not be judged is refused.</summary>
    public static int Called(int bearing) => bearing == DetectorResult.NotAvailable ? Verdict.Refused : bearing;

    /// <summary>Figures by set, in the order of the sets' names.</summary>
    public static IReadOnlyDictionary<string, SetFigures> BySet(IEnumerable<JudgedRecording> recordings) => new SortedDictionary<string, SetFigures>(
        recordings.GroupBy(recording => recording.Set).ToDictionary(set => set.Key, set => SetFigures.Of([.. set])), StringComparer.Ordinal);
}
