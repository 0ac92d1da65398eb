using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceTwin.Bench.Evaluation.Trends;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.Bench.Evaluation;

/// <summary>All figures of one index.</summary>
public sealed class Evaluation
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    private Evaluation(IReadOnlyList<RecordingOutcome> outcomes, TrendReport trends, string forest)
    {
        Trends = trends;
        Outcomes = [.. outcomes.Where(outcome => outcome.Truth >= 0)];
        Unlabelled = outcomes.Count - Outcomes.Count;
        Sets = JudgedRecording.BySet(Outcomes.Select(JudgedRecording.AsMeasured));
        var leftOut = LeaveOneBearingOut.Run(Outcomes, forest);
        LooBearing = JudgedRecording.BySet(leftOut.Judged);
        LooThresholds = leftOut.Chosen;
        WithBaseline = BaselineWitness.Of(Outcomes);
    }

    /// <summary>What was measured, in the order of the index.</summary>
    public IReadOnlyList<RecordingOutcome> Outcomes { get; }

    /// <summary>Waveforms whose fault is no verdict: measured, but in no figure.</summary>
    public int Unlabelled { get; }

    /// <summary>Nothing of the index could be evaluated.</summary>
    public bool IsEmpty => Outcomes.Count + Unlabelled + Trends.Trends.Count + Trends.MachineTemperature.Count + Trends.Pump.Count == 0;

    /// <summary>Figures by set, with the one default setting.</summary>
    public IReadOnlyDictionary<string, SetFigures> Sets { get; }

    /// <summary>Figures by set, each bearing judged with the limit that was chosen without it.</summary>
    public IReadOnlyDictionary<string, SetFigures> LooBearing { get; }

    /// <summary>The thresholds that were chosen, by the bearing left out.</summary>
    public IReadOnlyDictionary<string, Thresholds> LooThresholds { get; }

    /// <summary>Figures by set of a node that has learned the sound machine.</summary>
    public IReadOnlyDictionary<string, BaselineFigures> WithBaseline { get; }

    /// <summary>The monitor on recorded trends.</summary>
    public TrendReport Trends { get; }

    /// <param name="index">A folder with an index.json, or the index itself.</param>
    /// <param name="forest">A trained forest in its wire form; "" = none.</param>
    /// <exception cref="RecordingException">The index or a file of it cannot be read.</exception>
    public static Evaluation Run(string index, string forest)
    {
        // The index is looked at first: what is wrong with it is said before anything is computed.
        var items = RecordingIndex.Read(index);
        Task<TrendReport> trends = Task.Run(() => TrendEvaluation.Run(File.Exists(index) ? index : Path.Combine(index, RecordingIndex.FileName)));
        return new Evaluation(RecordingOutcome.Measure(items, forest), trends.GetAwaiter().GetResult(), forest);
    }

    /// <summary>The document that <c>--json</c> prints.</summary>
    public JsonObject ToJson() => new()
    {
        ["sets"] = JsonSerializer.SerializeToNode(Sets, Web),
        ["looBearing"] = JsonSerializer.SerializeToNode(LooBearing, Web),
        ["looThresholds"] = JsonSerializer.SerializeToNode(LooThresholds, Web),
        ["withBaseline"] = JsonSerializer.SerializeToNode(WithBaseline, Web),
        ["trends"] = JsonSerializer.SerializeToNode(Trends.Trends, Web),
        ["machineTemperature"] = JsonSerializer.SerializeToNode(Trends.MachineTemperature, Web),
        ["pump"] = JsonSerializer.SerializeToNode(Trends.Pump, Web),
        ["unlabelled"] = Unlabelled,
        ["settingsHash"] = SettingsHash,
        ["fingerprint"] = Fingerprint.Of(SettingsHash, Detector.LongestWindow),
    };

    /// <summary>Hash of the one default settings set.</summary>
    private static string SettingsHash => Fingerprint.SettingsHash(new DetectorSettings());

    /// <summary>Windows that the detector refuses to judge: neither right nor an alarm.</summary>
    private static int RefusedOf(SetFigures set) =>
        set.Confusion.Values.Sum(called => called.GetValueOrDefault(Verdict.Word(Verdict.Refused)));

    /// <summary>The same for people.</summary>
    public void WriteTable(TextWriter output)
    {
        if (Unlabelled > 0)
        {
            output.WriteLine($"in no figure, because the fault is no verdict: {Unlabelled}");
        }

        if (Sets.Count > 0)
        {
            output.WriteLine("set            windows  balanced  (loo)   recordings right  (loo)   faulty right  healthy alarming  windows alarming  refused");
        }

        foreach ((string name, SetFigures set) in Sets)
        {
            SetFigures loo = LooBearing[name];
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name,-14} {set.Windows,7}  {set.WindowBalancedAccuracy,8:F3}  {loo.WindowBalancedAccuracy,6:F3}  {set.RecordingAccuracy,16:F3}  {loo.RecordingAccuracy,6:F3}  {set.FaultyRecordingsRight,5} of {set.FaultyRecordings,-3}  {set.FalseAlarms,7} of {set.HealthyRecordings,-5}  {set.HealthyWindowsAlarming,6} of {set.HealthyWindows,-6} {RefusedOf(set),8}"));
        }

        foreach ((string name, SetFigures set) in Sets)
        {
            foreach ((string truth, IReadOnlyDictionary<string, int> called) in set.RecordingConfusion)
            {
                output.WriteLine($"{name,-14} {truth,-7} -> {string.Join(", ", called.Select(pair => $"{pair.Key} {pair.Value}"))}");
            }
        }

        foreach ((string name, BaselineFigures set) in WithBaseline)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name,-14} with a baseline: windows named {set.WindowBalancedAccuracy:F3}, sound or defective {set.WindowBalancedDetection:F3}, recordings right {set.RecordingAccuracy:F3}, defective found {set.FaultyRecordingsFound} of {set.FaultyRecordings}, sound windows alarming {set.HealthyWindowsAlarming} of {set.HealthyWindows}"));
        }

        foreach ((string run, RunTrend trend) in Trends.Trends)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{run,-24} alarm {(trend.Alarm ? "yes" : "no"),-4} lead {trend.LeadHours,7:F2} h of {trend.Hours,7:F2} h  first half {trend.FalseAlarmsFirstHalf} ({trend.Cause})  rival: {(trend.Rival.Alarm ? "yes" : "no"),-4} {trend.Rival.LeadHours,7:F2} h  first half {trend.Rival.FalseAlarmsFirstHalf}"));
        }

        foreach ((string name, TemperatureTrend trend) in Trends.MachineTemperature)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name}: {trend.WindowsHit} of {trend.Windows} windows hit, {trend.FalseAlarmDays} days of {trend.Days:F0} with a false alarm"));
        }

        foreach ((string name, PumpTrend trend) in Trends.Pump)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name,-24} AUC {trend.Auc:F3}, T² {trend.TSquaredAuc:F3}, smoothed T² {trend.SmoothTSquaredAuc:F3} ({trend.Files} files)"));
        }

        output.WriteLine($"settings {SettingsHash}, detector {Fingerprint.BuildId}");
    }
}
