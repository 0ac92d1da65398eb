using DeviceTwin.Analytics.Replays;
using DeviceTwin.Analytics.Reports;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Recordings;
using DeviceTwin.SensorNode.Twin;

namespace DeviceTwin.Analytics.Recordings;

/// <summary>
/// A folder of recordings with an index.json as a plant: each waveform is a machine with one node, whose captures are consecutive pieces as long
/// as the node's own plan under the settings that hold, one capture interval apart. The index's <c>fault</c> is what maintenance found.
/// </summary>
public sealed class RecordingFolder : IWaveformSource
{
    private const string Normal = "normal";

    private readonly Dictionary<string, (string Path, long Offset)> _places = new(StringComparer.Ordinal);

    private RecordingFolder(IReadOnlyList<RecordingItem> items, RecordingPlan plan)
    {
        var series = new List<ReplaySeries>();
        var findings = new List<ReplayFinding>();
        foreach (var item in items)
        {
            var one = Series(item, plan);
            series.Add(one);
            var kind = item.Fault == Normal ? ReplayFinding.NoFault : item.Fault;
            if (kind == ReplayFinding.NoFault || SaidWords.Faults.Contains(kind))
            {
                findings.Add(new ReplayFinding(one.Machine, "", kind, plan.Start, null));
            }
        }

        Request = new ReplayRequest(series, findings);
    }

    /// <summary>The question to be asked of these recordings.</summary>
    public ReplayRequest Request { get; }

    /// <summary>Samples behind the last whole capture of a recording, which no capture holds.</summary>
    public long SamplesLeftOver { get; private set; }

    /// <summary>Reads an index and every sample once, for the hashes.</summary>
    /// <param name="folderOrIndex">A folder with an index.json, or the index itself.</param>
    /// <exception cref="RecordingException">Index or files cannot be used, or nothing fits.</exception>
    /// <exception cref="ReplayException"><see cref="ReplayException.SettingsUnusable"/>.</exception>
    public static RecordingFolder Read(string folderOrIndex, RecordingPlan plan)
    {
        var items = RecordingIndex.Read(folderOrIndex).Where(item => plan.Select is null || RecordingIndex.Fits(plan.Select, item.File)).ToArray();
        return items.Length > 0 ? new RecordingFolder(items, plan) : throw new RecordingException(
            RecordingException.NothingSelected, plan.Select is null ? "The index has no waveform." : $"No waveform of the index fits '{plan.Select}'.");
    }

    /// <inheritdoc/>
    public async ValueTask<WaveformRead> ReadAsync(StoredCapture capture, Memory<byte> content, CancellationToken cancellation)
    {
        if (!_places.TryGetValue(capture.Sha256, out var place))
        {
            return WaveformRead.Missing;
        }

        try
        {
            using var file = File.OpenHandle(place.Path);
            var at = 0;
            while (at < content.Length && await RandomAccess.ReadAsync(file, content[at..], place.Offset + at, cancellation) is > 0 and var read)
            {
                at += read;
            }

            return at == content.Length ? WaveformRead.Done : WaveformRead.Damaged;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return WaveformRead.Missing;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return WaveformRead.Refused("fileUnusable");
        }
    }

    private ReplaySeries Series(RecordingItem item, RecordingPlan plan)
    {
        var known = ReplaySettings.Of(new Dictionary<string, int>
        {
            ["machine.shaftSpeedMilliHertz"] = item.ShaftSpeedMilliHertz,
            ["machine.bpfoMilliOrders"] = item.Orders.BpfoMilli,
            ["machine.bpfiMilliOrders"] = item.Orders.BpfiMilli,
            ["machine.bsfMilliOrders"] = item.Orders.BsfMilli,
            ["machine.ftfMilliOrders"] = item.Orders.FtfMilli,
        });
        var settings = known.With(plan.Old);
        var waveform = item.Load();

        // As the node plans: a sixty-fourth more than the settings need.
        var samples = CapturePlan.SamplesFor(settings.ToDetector(), waveform.RateMilliHertz);
        samples = Math.Min(samples + (samples >> 6), Math.Min(plan.CaptureCapacity, waveform.Samples.Length));
        var captures = new List<StoredCapture>();
        var interval = TimeSpan.FromSeconds(settings.Number(TwinModel.SamplingCaptureIntervalSeconds));
        for (var from = 0; samples > 0 && from + samples <= waveform.Samples.Length; from += samples)
        {
            var piece = new Waveform(waveform.Samples[from..(from + samples)], waveform.RateMilliHertz, waveform.NanoGPerCount);
            var sha256 = piece.Hash();
            _places[sha256] = (Path.Combine(item.Folder, item.File), from * 2L);
            captures.Add(new StoredCapture(sha256, plan.Start + (interval * captures.Count), samples * 2, waveform.RateMilliHertz, waveform.NanoGPerCount));
        }

        SamplesLeftOver += waveform.Samples.Length - (captures.Count * (long)samples);
        return new ReplaySeries(Path.GetFileNameWithoutExtension(item.File), "", item.File, captures, settings, known.With(plan.New));
    }
}
