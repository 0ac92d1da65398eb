using DeviceTwin.SensorNode.Benchmarks;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.Tests.SensorNode.Portable.Golden;

/// <summary>
/// Golden vectors of real recordings: per data set the first healthy and the first faulty one, their stored counts at their own rate, as they
/// are. Only hashes of results are kept.
/// </summary>
internal static class RecordingVectors
{
    /// <summary>The committed hashes by data set and file.</summary>
    public const string File = "tests/SensorNode.Portable.Tests/Golden/recordings.json";

    private const int Captures = 2;
    private const double LongestSeconds = 1.3;

    /// <summary>Names and hashes, in the order of their names.</summary>
    public static IEnumerable<(string Name, string Hash)> Compute(string folder) => Chosen(folder)
        .Select(recording => ($"{recording.Dataset} {Path.GetFileNameWithoutExtension(recording.File)}", Hash(recording)));

    /// <summary>The recordings that are hashed.</summary>
    public static IEnumerable<RecordingItem> Chosen(string folder) => RecordingIndex.Read(folder)
        .GroupBy(recording => (recording.Dataset, Healthy: recording.Fault == "normal"))
        .Select(group => group.MinBy(recording => recording.File, StringComparer.Ordinal)!)
        .OrderBy(recording => recording.Dataset, StringComparer.Ordinal).ThenBy(recording => recording.File, StringComparer.Ordinal);

    private static string Hash(RecordingItem recording)
    {
        Waveform waveform = recording.Load();
        int length = Math.Min((int)(recording.RateHertz * LongestSeconds), waveform.Samples.Length / Captures);
        var detector = new Detector(WindowLength);
        var result = new DetectorResult();
        var hash = new GoldenHash();
        DetectorSettings settings = recording.Settings();
        for (int number = 0; number < Captures; number++)
        {
            var capture = waveform.ToCapture(number * length, length);
            capture.Sequence = number + 1;
            detector.Analyze(capture, settings, result);
            hash.Add(result);
        }

        return hash.Text();
    }

    /// <summary>Samples of a bearing window.</summary>
    private const int WindowLength = 8192;
}
