using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Bench.Evaluation;

/// <summary>
/// The same recordings judged by a node that has learned the sound machine first: the third witness beside combs and blows. For a set that has
/// a healthy recording with a known unit the firmware's baseline learns its windows, and every recording of the set is held against it.
/// </summary>
/// <remarks>
/// There are only a few healthy windows per set, so windows that overlap by half are learned, and the warm-up is as many captures as there
/// are; everything else is as on a node. A healthy window is held against a baseline learned from those that have no sample of it. Figures of their own: they are not those of a node that
/// meets a machine for the first time.
/// </remarks>
public static class BaselineWitness
{
    /// <summary>Figures by set; sets without a healthy recording, without a unit or without a defect are not there.</summary>
    public static IReadOnlyDictionary<string, BaselineFigures> Of(IReadOnlyList<RecordingOutcome> outcomes)
    {
        var sets = new SortedDictionary<string, BaselineFigures>(StringComparer.Ordinal);
        foreach (var set in outcomes.GroupBy(outcome => outcome.Item.Dataset))
        {
            RecordingOutcome[] healthy = [.. set.Where(outcome => outcome.IsHealthy && outcome.Item.UnitIsG && outcome.Windows.Count > 1)];
            if (healthy.Length > 0 && set.Any(outcome => !outcome.IsHealthy))
            {
                sets[set.Key] = BaselineFigures.Of([.. set.Where(outcome => outcome.Item.UnitIsG).Select(outcome => Judge(outcome, healthy))]);
            }
        }

        return sets;
    }

    private static JudgedRecording Judge(RecordingOutcome outcome, RecordingOutcome[] healthy)
    {
        Baseline? all = outcome.IsHealthy ? null : Learn(healthy, null);
        int[] windows = [.. outcome.Windows.Select(window => Judge(window, outcome.Settings, all ?? Learn(healthy, window)))];
        int whole = outcome.WholeVerdict;
        if (whole is Verdict.Normal or Verdict.Refused)
        {
            // A healthy recording is its own baseline: only its windows can be held against others.
            whole = all is not null ? Judge(outcome.Whole, outcome.Settings, all) : windows.FirstOrDefault(SetFigures.IsAlarm, whole);
        }

        return new JudgedRecording(outcome.Item.Dataset, outcome.Truth, windows, whole);
    }

    private static Baseline Learn(RecordingOutcome[] healthy, DetectorResult? but)
    {
        var baseline = new Baseline();
        foreach (RecordingOutcome outcome in healthy)
        {
            DetectorSettings settings = outcome.Item.Settings();
            int gone = but is null ? -2 : outcome.Windows.ToList().IndexOf(but);
            DetectorResult[] windows =
            [
                .. outcome.Windows.Where(window => window != but),
                .. outcome.Between.Where((_, index) => gone < 0 || (index != gone && index != gone - 1)),
            ];
            settings.BaselineWarmUpCaptures = windows.Length;
            foreach (DetectorResult window in windows)
            {
                baseline.Judge(window, settings);
                baseline.Learn(settings);
            }
        }

        return baseline;
    }

    private static int Judge(DetectorResult result, DetectorSettings settings, Baseline baseline)
    {
        baseline.Judge(result, settings);
        int bearing = JudgedRecording.Called(BearingWitness.Judge(result, settings, baseline));
        if (bearing is not (Verdict.Normal or Verdict.Refused) || settings.BaselineLimitMilliSigma <= 0)
        {
            return bearing;
        }

        for (int feature = 0; feature < BaselineFeature.LevelCount; feature++)
        {
            if (baseline.ExcessMilliSigma(feature) >= settings.BaselineLimitMilliSigma)
            {
                return Verdict.High;
            }
        }

        return bearing;
    }
}

/// <summary>Figures with a learned baseline.</summary>
/// <param name="WindowBalancedAccuracy">As in <see cref="SetFigures"/>: the right element named.</param>
/// <param name="WindowBalancedDetection">Share of windows rightly called sound or defective, averaged over sound and defective; "high" finds a defect without naming it.</param>
/// <param name="RecordingAccuracy">As in <see cref="SetFigures"/>.</param>
/// <param name="FaultyRecordings">Recordings of defective bearings.</param>
/// <param name="FaultyRecordingsFound">How many of them were called anything but normal.</param>
/// <param name="HealthyWindows">Windows of sound machines.</param>
/// <param name="HealthyWindowsAlarming">How many of them were called anything but normal.</param>
/// <param name="Confusion">Windows by what they are, then by what they were called.</param>
public sealed record BaselineFigures(
    double? WindowBalancedAccuracy,
    double? WindowBalancedDetection,
    double RecordingAccuracy,
    int FaultyRecordings,
    int FaultyRecordingsFound,
    int HealthyWindows,
    int HealthyWindowsAlarming,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Confusion)
{
    /// <summary>Figures of one set.</summary>
    public static BaselineFigures Of(IReadOnlyCollection<JudgedRecording> recordings)
    {
        SetFigures plain = SetFigures.Of(recordings);
        var found = recordings.SelectMany(recording => recording.Windows.Select(verdict =>
            (recording.Truth == Verdict.Normal ? 0 : 1, SetFigures.IsAlarm(verdict) ? 1 : 0))).ToArray();
        return new BaselineFigures(
            plain.WindowBalancedAccuracy,
            SetFigures.Balanced(found) is { } balanced ? Math.Round(balanced, 4) : null,
            plain.RecordingAccuracy,
            plain.FaultyRecordings,
            recordings.Count(recording => recording.Truth != Verdict.Normal && SetFigures.IsAlarm(recording.Whole)),
            plain.HealthyWindows,
            plain.HealthyWindowsAlarming,
            plain.Confusion);
    }
}
