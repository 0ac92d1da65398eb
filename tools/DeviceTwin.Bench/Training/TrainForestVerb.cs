using System.Globalization;
using DeviceTwin.Bench.Evaluation;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.Bench.Training;

/// <summary><c>train-forest</c>: a forest for the desired property <c>detection.forest</c>, or the reason why there had better be none.</summary>
public static class TrainForestVerb
{
    /// <param name="options">What follows the verb: <c>--index INDEX</c>, <c>--seed S</c>, <c>--out FILE</c>.</param>
    public static int Run(string[] options, TextWriter output, TextWriter error)
    {
        string? index = null;
        string? file = null;
        int seed = 1;
        for (int i = 0; i < options.Length; i++)
        {
            switch (options[i])
            {
                case "--index" when i + 1 < options.Length:
                    index = options[++i];
                    break;
                case "--out" when i + 1 < options.Length:
                    file = options[++i];
                    break;
                case "--seed" when i + 1 < options.Length && int.TryParse(options[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out seed):
                    i++;
                    break;
                default:
                    throw new UsageException($"train-forest does not take '{options[i]}'");
            }
        }

        if (index is null)
        {
            throw new UsageException("train-forest needs --index INDEX");
        }

        var outcomes = RecordingOutcome.Measure(RecordingIndex.Read(index), "");
        return Write(ForestReport.Of([.. outcomes.Where(outcome => outcome.Truth >= 0)], new ForestTrainer(seed)), file, output, error);
    }

    private static int Write(ForestReport report, string? file, TextWriter output, TextWriter error)
    {
        if (report.Text.Length == 0)
        {
            error.WriteLine("error: the rule calls no window of a defective bearing defective: there is nothing to learn from (nothingSelected) Name an index with more defective bearings.");
            return Verbs.Failed;
        }

        report.WriteTable(output);
        if (Forest.Parse(report.Text).Reason is { } malformed)
        {
            error.WriteLine($"error: no node would take the forest: {malformed} (forestMalformed) Report it with the index and the seed.");
            return Verbs.Failed;
        }

        foreach (string objection in report.Objections)
        {
            error.WriteLine($"error: not written: {objection} (forestWorse) Try another --seed, or stay without a forest.");
        }

        if (report.Objections.Count > 0)
        {
            return Verbs.Failed;
        }

        output.WriteLine($"{report.Text.Length} characters, trained on {report.Rows} windows");
        if (file is null)
        {
            output.WriteLine(report.Text);
        }
        else
        {
            File.WriteAllText(file, report.Text + Environment.NewLine);
            output.WriteLine($"wrote {file}");
        }

        return Verbs.Done;
    }
}
