using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.Cli.Detection;

/// <summary>One recording to be judged, and what is known of its machine.</summary>
/// <param name="File">As the index or the command line names it.</param>
/// <param name="Path">Where it is.</param>
/// <param name="GPerCount">Weight of a count in g as it was stated; null = not known.</param>
internal sealed record DetectTarget(
    string File, string Path, string? Dataset, string? Fault, double? GPerCount, DetectorSettings Settings, Func<Waveform> Load)
{
    /// <summary>Whether any bearing frequency is asked for.</summary>
    public bool AsksForBearing =>
        (Settings.BpfoMilliOrders | Settings.BpfiMilliOrders | Settings.BsfMilliOrders | Settings.FtfMilliOrders) != 0;

    /// <summary>Reads and judges.</summary>
    /// <exception cref="RecordingException">The file cannot be read.</exception>
    public (DetectReport Report, Waveform Waveform) Judge(RecordingJudge judge)
    {
        var waveform = Load();
        return (DetectReport.Of(File, Dataset, Fault, waveform, judge.Judge(waveform, Settings)), waveform);
    }

    /// <summary>The recordings of an index that fit a pattern.</summary>
    public static IReadOnlyList<DetectTarget> OfIndex(string index, string? pattern, SettingsFile settings)
    {
        var items = RecordingIndex.Read(index);
        var fitting = items.Where(item => pattern is null || RecordingIndex.Fits(pattern, item.File)).Select(item => OfItem(item, settings)).ToArray();
        return fitting.Length > 0 ? fitting : throw new RecordingException(
            RecordingException.NothingSelected,
            pattern is null ? "The index has no waveform." : $"None of the {items.Count} waveforms of the index fits '{pattern}'.");
    }

    private static DetectTarget OfItem(RecordingItem item, SettingsFile file)
    {
        var settings = item.Settings();
        file.Apply(settings);
        return new DetectTarget(
            item.File, System.IO.Path.Combine(item.Folder, item.File), item.Dataset, item.Fault, item.UnitIsG ? item.Scale : null, settings, item.Load);
    }
}
