using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.Bench.Evaluation;

/// <summary>What the detector measured on one recording: each window by itself, and the whole as one capture.</summary>
public sealed class RecordingOutcome
{
    private RecordingOutcome(RecordingItem item, DetectorSettings settings, DetectorResult[] windows, DetectorResult[] between, DetectorResult whole)
    {
        Between = between;
        Item = item;
        Settings = settings;
        Windows = windows;
        Whole = whole;
        Truth = Array.FindIndex(Enumerable.Range(0, Verdict.Count).ToArray(), verdict => Verdict.Word(verdict) == item.Fault);
        Bearing = item.PhysicalId.Length > 0 ? item.PhysicalId : string.Join('|', item.Dataset, item.Fault, item.FaultSize, item.FaultPosition);
    }

    /// <summary>The index's entry.</summary>
    public RecordingItem Item { get; }

    /// <summary>The settings it was measured with: the default ones, and the machine's speed and orders.</summary>
    public DetectorSettings Settings { get; }

    /// <summary>One result per window.</summary>
    public IReadOnlyList<DetectorResult> Windows { get; }

    /// <summary>Of a healthy recording the windows halfway between: number i overlaps windows i and i + 1.</summary>
    public IReadOnlyList<DetectorResult> Between { get; }

    /// <summary>The result of the recording as one capture.</summary>
    public DetectorResult Whole { get; }

    /// <summary>The verdict that would be right, or -1 where the index names a fault that is no verdict.</summary>
    public int Truth { get; }

    /// <summary>
    /// The one bearing it comes from: what the index calls its physical id (then the same bearing recorded at two rates is one), else data set,
    /// fault, size and position.
    /// </summary>
    public string Bearing { get; }

    /// <summary>Whether the machine was sound.</summary>
    public bool IsHealthy => Truth == Verdict.Normal;

    /// <summary>The recording's verdict as measured.</summary>
    public int WholeVerdict => RecordingJudgement.VerdictOf(Whole, Settings);

    /// <summary>Measures recordings, in parallel; the order of the result is that of <paramref name="items"/>.</summary>
    /// <param name="forest">A trained forest in its wire form; "" = none.</param>
    public static IReadOnlyList<RecordingOutcome> Measure(IReadOnlyList<RecordingItem> items, string forest)
    {
        var outcomes = new RecordingOutcome[items.Count];
        try
        {
            Parallel.For(0, items.Count, () => new RecordingJudge(), (index, _, judge) =>
            {
                outcomes[index] = Measure(items[index], forest, judge);
                return judge;
            }, _ => { });
        }
        catch (AggregateException failures) when (failures.InnerExceptions.OfType<RecordingException>().FirstOrDefault() is { } failure)
        {
            throw failure;
        }

        return outcomes;
    }

    private static RecordingOutcome Measure(RecordingItem item, string forest, RecordingJudge judge)
    {
        Waveform waveform = item.Load();
        DetectorSettings settings = item.Settings();
        settings.Forest = forest;
        var windows = new DetectorResult[RecordingJudge.WindowCount(waveform)];
        for (int i = 0; i < windows.Length; i++)
        {
            windows[i] = new DetectorResult();
            judge.AnalyzeWindow(waveform, i, settings, windows[i]);
        }

        var between = new DetectorResult[item.Fault == Verdict.Word(Verdict.Normal) ? Math.Max(0, windows.Length - 1) : 0];
        for (int i = 0; i < between.Length; i++)
        {
            between[i] = new DetectorResult();
            judge.AnalyzeHalf(waveform, (2 * i) + 1, settings, between[i]);
        }

        var whole = new DetectorResult();
        judge.AnalyzeWhole(waveform, settings, whole);
        return new RecordingOutcome(item, settings, windows, between, whole);
    }
}
