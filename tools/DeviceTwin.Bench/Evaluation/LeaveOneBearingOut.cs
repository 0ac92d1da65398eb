using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.Bench.Evaluation;

/// <summary>
/// What the figures would be if the score limit had been chosen without ever seeing the bearing it is applied to: for each bearing the limit
/// is chosen anew on all others, and only then applied to this one. Features are not chosen anew, so the figures are still a little optimistic.
/// </summary>
/// <remarks>
/// The choice: among limits from 60 % to 180 % of the default one, those without an alarm on any healthy recording or window of the others;
/// of these the highest window balanced accuracy averaged over the sets; of equals the one nearest to the default. A healthy machine is a
/// bearing like any other: it, too, meets a limit that was chosen without it.
/// </remarks>
public static class LeaveOneBearingOut
{
    private const int LowestPercent = 60;
    private const int HighestPercent = 180;
    private const int StepPercent = 4;

    /// <summary>The limits that are tried, in thousandths; the default is among them.</summary>
    public static IReadOnlyList<int> Limits { get; } =
    [
        .. Enumerable.Range(0, ((HighestPercent - LowestPercent) / StepPercent) + 1)
            .Select(step => new DetectorSettings().BearingScoreLimitMilli * (LowestPercent + (step * StepPercent)) / 100),
    ];

    /// <summary>Every recording as judged with the limit that was chosen without its bearing.</summary>
    /// <param name="forest">A trained forest in its wire form; "" = none. It was not trained without the bearing left out.</param>
    public static IReadOnlyList<JudgedRecording> Run(IReadOnlyList<RecordingOutcome> outcomes, string forest)
    {
        JudgedRecording[][] judged = [.. Limits.AsParallel().AsOrdered().Select(limit => Judge(outcomes, limit, Forest.Parse(forest)))];
        var chosen = new Dictionary<string, int>();
        foreach (string bearing in outcomes.Select(outcome => outcome.Bearing).Distinct())
        {
            chosen[bearing] = Choose(judged, [.. outcomes.Select(outcome => outcome.Bearing != bearing)]);
        }

        return [.. outcomes.Select((outcome, index) => judged[chosen[outcome.Bearing]][index])];
    }

    private static int Choose(JudgedRecording[][] judged, bool[] isOther)
    {
        int usual = new DetectorSettings().BearingScoreLimitMilli;
        return Enumerable.Range(0, Limits.Count)
            .OrderBy(limit => FalseAlarms(judged[limit], isOther))
            .ThenByDescending(limit => Accuracy(judged[limit], isOther))
            .ThenBy(limit => Math.Abs(Limits[limit] - usual))
            .ThenBy(limit => limit)
            .First();
    }

    private static int FalseAlarms(JudgedRecording[] recordings, bool[] counts) => recordings
        .Where((recording, index) => counts[index] && recording.Truth == Verdict.Normal)
        .Sum(recording => recording.Windows.Append(recording.Whole).Count(SetFigures.IsAlarm));

    private static double Accuracy(JudgedRecording[] recordings, bool[] counts)
    {
        double[] sets =
        [
            .. recordings.Where((_, index) => counts[index]).GroupBy(recording => recording.Set)
                .Select(set => SetFigures.Balanced([.. set.SelectMany(recording => recording.Windows.Select(window => (recording.Truth, window)))]))
                .OfType<double>(),
        ];
        return sets.Length == 0 ? 0 : Math.Round(sets.Average(), 9);
    }

    private static JudgedRecording[] Judge(IReadOnlyList<RecordingOutcome> outcomes, int limit, Forest forest) =>
        [.. outcomes.Select(outcome => Judge(outcome, limit, forest))];

    private static JudgedRecording Judge(RecordingOutcome outcome, int limit, Forest forest)
    {
        var settings = outcome.Item.Settings();
        settings.BearingScoreLimitMilli = limit;
        int[] windows = [.. outcome.Windows.Select(window => JudgedRecording.Called(Rejudge(window, settings, forest)))];
        int bearing = Rejudge(outcome.Whole, settings, forest);
        // A level above its limit does not depend on the score limit.
        int whole = bearing > Verdict.Normal ? bearing : WithoutBearing(outcome, bearing);
        return new JudgedRecording(outcome.Item.Dataset, outcome.Truth, windows, whole);
    }

    private static int WithoutBearing(RecordingOutcome outcome, int bearing)
    {
        int measured = outcome.WholeVerdict;
        return measured == outcome.Whole.Bearing && measured > Verdict.Normal ? JudgedRecording.Called(bearing) : measured;
    }

    private static int Rejudge(DetectorResult result, DetectorSettings settings, Forest forest) =>
        forest.Choose(result, BearingJudge.Judge(result, settings));
}
