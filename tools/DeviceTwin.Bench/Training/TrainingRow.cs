using DeviceTwin.Bench.Evaluation;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Bench.Training;

/// <summary>One window of a defective bearing that the rule called defective: what a forest is asked about.</summary>
/// <param name="Bearing">The one bearing it comes from.</param>
/// <param name="Features">See <see cref="ForestFeatures"/>.</param>
/// <param name="Family">The element that is defective.</param>
/// <param name="Weight">Weight in training: every bearing counts the same, however long it was recorded.</param>
public sealed record TrainingRow(string Bearing, int[] Features, int Family, double Weight)
{
    /// <summary>The rows of what was measured.</summary>
    public static IReadOnlyList<TrainingRow> Of(IReadOnlyList<RecordingOutcome> outcomes)
    {
        var rows = new List<TrainingRow>();
        foreach (var outcome in outcomes.Where(outcome => outcome.Truth is >= Verdict.Outer and <= Verdict.Cage))
        {
            foreach (var window in outcome.Windows.Where(window => window.Bearing > Verdict.Normal))
            {
                int[] features = new int[ForestFeatures.Count];
                ForestFeatures.Fill(window, features);
                rows.Add(new TrainingRow(outcome.Bearing, features, outcome.Truth, 1));
            }
        }

        var sizes = rows.GroupBy(row => row.Bearing).ToDictionary(bearing => bearing.Key, bearing => bearing.Count());
        return [.. rows.Select(row => row with { Weight = 1.0 / sizes[row.Bearing] })];
    }
}
