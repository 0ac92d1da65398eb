using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.Bench.Evaluation;

/// <summary>All figures of one index.</summary>
public sealed class Evaluation
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    private Evaluation(string index, IReadOnlyList<RecordingOutcome> outcomes)
    {
        Outcomes = [.. outcomes.Where(outcome => outcome.Truth >= 0)];
        Unlabelled = outcomes.Count - Outcomes.Count;
        Sets = JudgedRecording.BySet(Outcomes.Select(JudgedRecording.AsMeasured));
        LooBearing = JudgedRecording.BySet(LeaveOneBearingOut.Run(Outcomes));
    }

    /// <summary>What was measured, in the order of the index.</summary>
    public IReadOnlyList<RecordingOutcome> Outcomes { get; }

    /// <summary>Waveforms whose fault is no verdict: measured, but in no figure.</summary>
    public int Unlabelled { get; }

    /// <summary>Figures by set, with the one default setting.</summary>
    public IReadOnlyDictionary<string, SetFigures> Sets { get; }

    /// <summary>Figures by set, each bearing judged with the limit that was chosen without it.</summary>
    public IReadOnlyDictionary<string, SetFigures> LooBearing { get; }

    /// <param name="index">A folder with an index.json, or the index itself.</param>
    /// <param name="forest">A trained forest in its wire form; "" = none.</param>
    /// <exception cref="RecordingException">The index or a file of it cannot be read.</exception>
    public static Evaluation Run(string index, string forest) =>
        new(index, RecordingOutcome.Measure(RecordingIndex.Read(index), forest));

    /// <summary>The document that <c>--json</c> prints.</summary>
    public JsonObject ToJson() => new()
    {
        ["sets"] = JsonSerializer.SerializeToNode(Sets, Web),
        ["looBearing"] = JsonSerializer.SerializeToNode(LooBearing, Web),
        ["trends"] = new JsonObject(),
        ["unlabelled"] = Unlabelled,
        ["settingsHash"] = Fingerprint.SettingsHash(new DetectorSettings()),
        ["fingerprint"] = Fingerprint.Of(new DetectorSettings()),
    };

    /// <summary>The same for people.</summary>
    public void WriteTable(TextWriter output)
    {
        output.WriteLine("set            windows  balanced  (loo)   recordings right  (loo)   faulty right  healthy alarming  windows alarming");
        foreach ((string name, SetFigures set) in Sets)
        {
            SetFigures loo = LooBearing[name];
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name,-14} {set.Windows,7}  {set.WindowBalancedAccuracy,8:F3}  {loo.WindowBalancedAccuracy,6:F3}  {set.RecordingAccuracy,16:F3}  {loo.RecordingAccuracy,6:F3}  {set.FaultyRecordingsRight,5} of {set.FaultyRecordings,-3}  {set.FalseAlarms,7} of {set.HealthyRecordings,-5}  {set.HealthyWindowsAlarming,6} of {set.HealthyWindows}"));
        }

        foreach ((string name, SetFigures set) in Sets)
        {
            foreach ((string truth, IReadOnlyDictionary<string, int> called) in set.RecordingConfusion)
            {
                output.WriteLine($"{name,-14} {truth,-7} -> {string.Join(", ", called.Select(pair => $"{pair.Key} {pair.Value}"))}");
            }
        }

        output.WriteLine($"settings {Fingerprint.SettingsHash(new DetectorSettings())}, detector {Fingerprint.BuildId}");
    }
}
