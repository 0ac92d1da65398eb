#nullable enable

using System;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.SensorNode.Recordings;

/// <summary>
/// The node's own detector on recordings: window by window, and the whole recording as one capture. One instance serves one thread.
/// </summary>
public sealed class RecordingJudge
{
    /// <summary>Samples of a bearing window at the analysis rate: 0.49 to 0.82 s.</summary>
    public const int WindowLength = 8192;

    /// <summary>The capture that stands for a recording holds so many windows at most.</summary>
    public const int MostWindows = 10;

    private readonly Detector _detector = new Detector(WindowLength);

    /// <summary>Samples of a window at the recording's own rate: <see cref="WindowLength"/> times the power of two that leads to the analysis rate.</summary>
    public static int WindowSamples(int rateMilliHertz) => WindowLength << WindowDecimator.Halvings(rateMilliHertz);

    /// <summary>Consecutive windows, not overlapping; 0 where the recording is shorter than one.</summary>
    public static int WindowCount(Waveform waveform) => waveform.Samples.Length / WindowSamples(waveform.RateMilliHertz);

    /// <summary>Analyses one window by itself.</summary>
    /// <param name="index">0 to <see cref="WindowCount"/> - 1.</param>
    public void AnalyzeWindow(Waveform waveform, int index, DetectorSettings settings, DetectorResult result)
    {
        int samples = WindowSamples(waveform.RateMilliHertz);
        Analyze(waveform, index * samples, samples, settings, result);
    }

    /// <summary>Analyses one of the windows that overlap by half: number 2 i is window i.</summary>
    /// <param name="half">0 to 2 <see cref="WindowCount"/> - 2.</param>
    public void AnalyzeHalf(Waveform waveform, int half, DetectorSettings settings, DetectorResult result)
    {
        int samples = WindowSamples(waveform.RateMilliHertz);
        Analyze(waveform, half * (samples / 2), samples, settings, result);
    }

    /// <summary>Analyses the whole recording as one capture: its first <see cref="MostWindows"/> windows, or all of one shorter than a window.</summary>
    /// <returns>Samples of that capture.</returns>
    public int AnalyzeWhole(Waveform waveform, DetectorSettings settings, DetectorResult result)
    {
        int samples = Math.Min(waveform.Samples.Length, MostWindows * WindowSamples(waveform.RateMilliHertz));
        Analyze(waveform, 0, samples, settings, result);
        return samples;
    }

    /// <summary>Judges windows and whole.</summary>
    public RecordingJudgement Judge(Waveform waveform, DetectorSettings settings)
    {
        var result = new DetectorResult();
        int[] windows = new int[Verdict.Count];
        int count = WindowCount(waveform);
        for (int i = 0; i < count; i++)
        {
            AnalyzeWindow(waveform, i, settings, result);
            windows[result.Bearing == DetectorResult.NotAvailable ? Verdict.Refused : result.Bearing]++;
        }

        int samples = AnalyzeWhole(waveform, settings, result);
        return new RecordingJudgement(settings, result, samples, count, windows);
    }

    private void Analyze(Waveform waveform, int from, int count, DetectorSettings settings, DetectorResult result) =>
        _detector.Analyze(waveform.ToCapture(from, count), settings, result);
}
