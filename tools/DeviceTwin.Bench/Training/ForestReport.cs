using System.Globalization;
using DeviceTwin.Bench.Evaluation;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Bench.Training;

/// <summary>A trained forest, and what it changes.</summary>
public sealed class ForestReport
{
    private ForestReport(IReadOnlyList<RecordingOutcome> outcomes, ForestTrainer trainer)
    {
        var rows = TrainingRow.Of(outcomes);
        Rows = rows.Count;
        Text = trainer.TrainText(rows);
        Without = JudgedRecording.BySet(outcomes.Select(JudgedRecording.AsMeasured));
        var forest = Forest.Parse(Text);
        With = JudgedRecording.BySet(outcomes.Select(outcome => Judge(outcome, forest)));
        var others = outcomes.Select(outcome => outcome.Bearing).Distinct().AsParallel().ToDictionary(
            bearing => bearing, bearing => trainer.TrainText([.. rows.Where(row => row.Bearing != bearing)]));
        LeftOut = JudgedRecording.BySet(outcomes.Select(outcome =>
            Judge(outcome, Forest.Parse(others[outcome.Bearing]))));
        Objections = [.. Objects(With, "seen"), .. Objects(LeftOut, "left out")];
    }

    /// <summary>Windows it was trained on.</summary>
    public int Rows { get; }

    /// <summary>The forest in its wire form; "" where there was nothing to learn from.</summary>
    public string Text { get; }

    /// <summary>Figures of the rule alone.</summary>
    public IReadOnlyDictionary<string, SetFigures> Without { get; }

    /// <summary>Figures with the forest, on the bearings it was trained on.</summary>
    public IReadOnlyDictionary<string, SetFigures> With { get; }

    /// <summary>Figures with a forest that never saw the bearing it is asked about.</summary>
    public IReadOnlyDictionary<string, SetFigures> LeftOut { get; }

    /// <summary>Why the forest must not be used; empty where it may.</summary>
    public IReadOnlyList<string> Objections { get; }

    public static ForestReport Of(IReadOnlyList<RecordingOutcome> outcomes, ForestTrainer trainer) => new(outcomes, trainer);

    /// <summary>What the figures are, for people.</summary>
    public void WriteTable(TextWriter output)
    {
        output.WriteLine("set            windows balanced: rule  forest  forest, bearing left out   recordings right: rule  forest  left out");
        foreach ((string name, SetFigures rule) in Without)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name,-14} {rule.WindowBalancedAccuracy,22:F3}  {With[name].WindowBalancedAccuracy,6:F3}  {LeftOut[name].WindowBalancedAccuracy,24:F3}  {rule.RecordingAccuracy,23:F3}  {With[name].RecordingAccuracy,6:F3}  {LeftOut[name].RecordingAccuracy,8:F3}"));
        }
    }

    /// <summary>As measured, with the forest's word for each defective bearing.</summary>
    public static JudgedRecording Judge(RecordingOutcome outcome, Forest forest)
    {
        var measured = JudgedRecording.AsMeasured(outcome);
        return measured with
        {
            Windows = [.. outcome.Windows.Select(window => JudgedRecording.Called(forest.Choose(window, window.Bearing)))],
            Whole = measured.Whole == outcome.Whole.Bearing ? forest.Choose(outcome.Whole, outcome.Whole.Bearing) : measured.Whole,
        };
    }

    private IEnumerable<string> Objects(IReadOnlyDictionary<string, SetFigures> figures, string how)
    {
        foreach ((string name, SetFigures rule) in Without)
        {
            if (figures[name].WindowBalancedAccuracy < rule.WindowBalancedAccuracy)
            {
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"it lowers the window balanced accuracy of {name} ({how}) from {rule.WindowBalancedAccuracy:F4} to {figures[name].WindowBalancedAccuracy:F4}");
            }

            if (figures[name].RecordingAccuracy < rule.RecordingAccuracy)
            {
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"it lowers the recording accuracy of {name} ({how}) from {rule.RecordingAccuracy:F4} to {figures[name].RecordingAccuracy:F4}");
            }

            if (figures[name].FalseAlarms > rule.FalseAlarms || figures[name].HealthyWindowsAlarming > rule.HealthyWindowsAlarming)
            {
                yield return $"it raises false alarms in {name} ({how})";
            }
        }
    }
}
