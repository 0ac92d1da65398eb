using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Bench.Evaluation;

/// <summary>
/// What the figures would be if the thresholds had been chosen without ever seeing the bearing they are applied to: for each bearing they are
/// chosen anew on all others, and only then applied to this one. Features and rules are not chosen anew, so the figures are still optimistic.
/// </summary>
/// <remarks>
/// The choice: among <see cref="Thresholds.All"/>, those under which no healthy recording or window of the others would alarm even if all it
/// showed were <see cref="Margin"/> times as strong; of these the highest window balanced accuracy averaged over the sets; of equals the one
/// nearest to the thresholds in force. A healthy machine is a bearing like any other: it, too, meets thresholds chosen without it.
/// </remarks>
public sealed class LeaveOneBearingOut
{
    /// <summary>What a healthy machine may grow by without an alarm.</summary>
    public const double Margin = 1.05;

    private LeaveOneBearingOut(IReadOnlyList<JudgedRecording> judged, IReadOnlyDictionary<string, Thresholds> chosen)
    {
        Judged = judged;
        Chosen = chosen;
    }

    /// <summary>Every recording as judged with the thresholds that were chosen without its bearing.</summary>
    public IReadOnlyList<JudgedRecording> Judged { get; }

    /// <summary>What was chosen, by the bearing left out.</summary>
    public IReadOnlyDictionary<string, Thresholds> Chosen { get; }

    /// <summary>Leaves each bearing out in turn.</summary>
    /// <param name="outcomes">What was measured.</param>
    /// <param name="forest">A trained forest in its wire form; "" = none. It was not trained without the bearing left out.</param>
    public static LeaveOneBearingOut Run(IReadOnlyList<RecordingOutcome> outcomes, string forest)
    {
        Tried[] tried = [.. Thresholds.All.AsParallel().AsOrdered().Select(thresholds => new Tried(thresholds, outcomes, Forest.Parse(forest)))];
        var chosen = outcomes.Select(outcome => outcome.Bearing).Distinct().AsParallel().ToDictionary(
            bearing => bearing, bearing => Choose(tried, [.. outcomes.Select(outcome => outcome.Bearing != bearing)]));
        return new LeaveOneBearingOut(
            [.. outcomes.Select((outcome, index) => chosen[outcome.Bearing].Judged[index])],
            new SortedDictionary<string, Thresholds>(chosen.ToDictionary(bearing => bearing.Key, bearing => bearing.Value.Thresholds), StringComparer.Ordinal));
    }

    private static Tried Choose(Tried[] tried, bool[] isOther) => tried
        .Select(one => (One: one, Alarms: one.Alarms(isOther), Accuracy: one.Accuracy(isOther)))
        .OrderBy(one => one.Alarms).ThenByDescending(one => one.Accuracy).ThenBy(one => one.One.Thresholds.Distance)
        .First().One;

    /// <summary>All recordings under one choice of thresholds.</summary>
    private sealed class Tried
    {
        private readonly int[] _alarms;

        public Tried(Thresholds thresholds, IReadOnlyList<RecordingOutcome> outcomes, Forest forest)
        {
            Thresholds = thresholds;
            var scratch = new DetectorResult();
            Judged = [.. outcomes.Select(outcome => Judge(outcome, forest, scratch))];
            _alarms = [.. outcomes.Select(outcome => outcome.IsHealthy ? AlarmsWithMargin(outcome, scratch) : 0)];
        }

        public Thresholds Thresholds { get; }

        public JudgedRecording[] Judged { get; }

        public int Alarms(bool[] counts) => _alarms.Where((_, index) => counts[index]).Sum();

        public double Accuracy(bool[] counts)
        {
            double[] sets =
            [
                .. Judged.Where((_, index) => counts[index]).GroupBy(recording => recording.Set)
                    .Select(set => SetFigures.Balanced([.. set.SelectMany(recording => recording.Windows.Select(window => (recording.Truth, window)))]))
                    .OfType<double>(),
            ];
            return sets.Length == 0 ? 0 : Math.Round(sets.Average(), 9);
        }

        private int AlarmsWithMargin(RecordingOutcome outcome, DetectorResult scratch)
        {
            DetectorSettings settings = outcome.Item.Settings();
            return outcome.Windows.Append(outcome.Whole).Count(result => Thresholds.Judge(result, settings, Margin, scratch) > Verdict.Normal);
        }

        private JudgedRecording Judge(RecordingOutcome outcome, Forest forest, DetectorResult scratch)
        {
            DetectorSettings settings = outcome.Item.Settings();
            int[] windows = [.. outcome.Windows.Select(window => JudgedRecording.Called(Bearing(window)))];
            int bearing = Bearing(outcome.Whole);
            // A level above its limit does not depend on these thresholds.
            int measured = outcome.WholeVerdict;
            bool isLevel = SetFigures.IsAlarm(measured) && measured != outcome.Whole.Bearing;
            int whole = bearing > Verdict.Normal ? bearing : isLevel || measured == Verdict.Refused ? measured : JudgedRecording.Called(bearing);
            return new JudgedRecording(outcome.Item.Dataset, outcome.Truth, windows, whole);

            int Bearing(DetectorResult result) => forest.Choose(result, Thresholds.Judge(result, settings, 1, scratch));
        }
    }
}
