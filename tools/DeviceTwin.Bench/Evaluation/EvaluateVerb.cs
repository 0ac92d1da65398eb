using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.Bench.Evaluation;

/// <summary><c>evaluate</c>: how right the detector is on recordings, with its one default setting.</summary>
public static class EvaluateVerb
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <param name="options">What follows the verb: <c>--index INDEX</c>, <c>--forest FILE</c>, <c>--json</c>.</param>
    public static int Run(string[] options, TextWriter output, TextWriter error)
    {
        string? index = null;
        string? forest = null;
        bool json = false;
        for (int i = 0; i < options.Length; i++)
        {
            switch (options[i])
            {
                case "--json":
                    json = true;
                    break;
                case "--index" when i + 1 < options.Length:
                    index = options[++i];
                    break;
                case "--forest" when i + 1 < options.Length:
                    forest = options[++i];
                    break;
                default:
                    throw new UsageException($"evaluate does not take '{options[i]}'");
            }
        }

        if (index is null)
        {
            throw new UsageException("evaluate needs --index INDEX");
        }

        Evaluation evaluation = Evaluation.Run(index, forest is null ? "" : ReadForest(forest));
        if (evaluation.Trends.Missing is [var first, ..] missing)
        {
            error.WriteLine($"note: {missing.Count} trends of the index are not there and in no figure, the first is '{first}' ({RecordingException.FileMissing})");
        }

        if (evaluation.IsEmpty)
        {
            error.WriteLine($"note: '{index}' has neither a waveform nor a trend that can be evaluated: there are no figures ({RecordingException.NothingSelected})");
        }

        if (json)
        {
            output.WriteLine(evaluation.ToJson().ToJsonString(Indented));
        }
        else
        {
            evaluation.WriteTable(output);
        }

        return Verbs.Done;
    }

    private static string ReadForest(string path)
    {
        if (!File.Exists(path))
        {
            throw new UsageException($"there is no file '{path}'");
        }

        string text = File.ReadAllText(path).Trim();
        return Forest.Parse(text).Reason is { } reason ? throw new UsageException($"'{path}' is no forest: {reason}") : text;
    }
}
