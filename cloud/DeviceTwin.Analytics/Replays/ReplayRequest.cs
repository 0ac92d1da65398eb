using DeviceTwin.Analytics.Reports;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Analytics.Replays;

/// <summary>
/// A question to the past: these captures of these machines, by the settings that hold and by those proposed. In whatever order its parts are
/// given, the same question has the same <see cref="Hash"/> and, answered from the same contents, the same report.
/// </summary>
public sealed class ReplayRequest
{
    private const int MostAxes = 16;
    private const int LongestHorizonSeconds = 3650 * 86400;

    /// <param name="series">One per device and measuring point.</param>
    /// <param name="findings">What maintenance found on these machines; others are left out.</param>
    /// <param name="rules">Null = as <see cref="ReplayRules"/> has them.</param>
    /// <exception cref="ReplayException"><see cref="ReplayException.RequestUnusable"/>.</exception>
    public ReplayRequest(IEnumerable<ReplaySeries> series, IEnumerable<ReplayFinding>? findings = null, ReplayRules? rules = null)
    {
        Rules = rules ?? new ReplayRules();
        Series = [.. series.Select(one => one with { Captures = Ordered(one.Captures) })
            .OrderBy(one => one.Machine, StringComparer.Ordinal).ThenBy(one => one.Point, StringComparer.Ordinal)
            .ThenBy(one => one.DeviceId, StringComparer.Ordinal)];
        var machines = Series.Select(one => one.Machine).ToHashSet(StringComparer.Ordinal);
        Findings = [.. (findings ?? []).Where(finding => machines.Contains(finding.Machine)).Distinct()
            .OrderBy(finding => finding.Machine, StringComparer.Ordinal).ThenBy(finding => finding.Point, StringComparer.Ordinal)
            .ThenBy(finding => finding.From ?? DateTimeOffset.MinValue).ThenBy(finding => finding.To ?? DateTimeOffset.MaxValue)
            .ThenBy(finding => finding.Kind, StringComparer.Ordinal)];
        Check();
        Hash = CanonicalJson.HashOf(Stated());
    }

    /// <summary>By machine, point and device; the captures of each by time, one that is named twice once.</summary>
    public IReadOnlyList<ReplaySeries> Series { get; }

    /// <summary>By machine, point and time.</summary>
    public IReadOnlyList<ReplayFinding> Findings { get; }

    /// <summary>How the answer is computed from what was judged.</summary>
    public ReplayRules Rules { get; }

    /// <summary>SHA-256 over everything that is asked and the build of the detector that answers, 64 hexadecimal digits.</summary>
    public string Hash { get; }

    /// <summary>Captures of all series.</summary>
    public long Captures => Series.Sum(series => (long)series.Captures.Count);

    /// <summary>By time; of those that begin at the same moment by hash.</summary>
    private static IReadOnlyList<StoredCapture> Ordered(IReadOnlyList<StoredCapture> captures) =>
        [.. captures.Select(capture => capture with { TakenAt = Whole(capture.TakenAt) })
            .OrderBy(capture => capture.TakenAt).ThenBy(capture => capture.Sha256, StringComparer.Ordinal).ThenBy(capture => capture.Axis)
            .Distinct()];

    private static bool IsSame(StoredCapture first, StoredCapture second) =>
        first.TakenAt == second.TakenAt && first.Sha256 == second.Sha256 && first.Axis == second.Axis;

    private static DateTimeOffset Whole(DateTimeOffset at) => DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds());

    private static ReplayException Wrong(string message) => new(ReplayException.RequestUnusable, message);

    private void Check()
    {
        foreach (var (first, second) in Series.Zip(Series.Skip(1)))
        {
            if (first.Machine == second.Machine && first.Point == second.Point && first.DeviceId == second.DeviceId)
            {
                throw Wrong($"Two series of device '{first.DeviceId}' at point '{first.Point}' of machine '{first.Machine}'.");
            }
        }

        foreach (var series in Series)
        {
            if (series.Captures.Zip(series.Captures.Skip(1)).FirstOrDefault(pair => IsSame(pair.First, pair.Second)).Second is { } twice)
            {
                throw Wrong($"Device '{series.DeviceId}' has capture '{twice.Sha256}' of one moment with different facts.");
            }
        }

        foreach (var finding in Findings.Where(finding => finding.IsFault && !SaidWords.Faults.Contains(finding.Kind)))
        {
            throw Wrong($"'{finding.Kind}' is no kind of finding: {ReplayFinding.NoFault}, {string.Join(", ", SaidWords.Faults)}.");
        }

        if (Series.SelectMany(series => series.Captures).FirstOrDefault(capture => capture.AxisCount is < 1 or > MostAxes
            || capture.Axis < 0 || capture.Axis >= capture.AxisCount || capture.Length < 0 || capture.Sha256.Length == 0) is { } odd)
        {
            throw Wrong($"Capture '{odd.Sha256}' has {odd.Length} bytes and axis {odd.Axis} of {odd.AxisCount}.");
        }

        if (Rules.LeadHorizonSeconds is < 0 or > LongestHorizonSeconds || Rules.MostDifferences < 0 || Rules.MostAlarms < 0)
        {
            throw Wrong("A rule of the replay is out of its range.");
        }
    }

    private object Stated() => new
    {
        Format = ReplayReport.CurrentFormat,
        Build = Fingerprint.BuildId,
        Rules,
        Findings,
        Series = Series.Select(series => new
        {
            series.Machine,
            series.Point,
            series.DeviceId,
            series.DetectorWindow,
            series.NoiseNanoGPerRootHertz,
            Old = series.Old.Stated(),
            New = series.New.Stated(),
            series.Captures,
        }),
    };
}
