using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using DeviceTwin.Analytics.Replays;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Analytics.Reports;

/// <summary>
/// The answer of a replay: immutable, and the same bytes for the same question and contents, whoever computed it, in what order, with how many
/// workers and interruptions.
/// </summary>
/// <param name="Format">Version of this form.</param>
/// <param name="Build">Build of the detector that answered.</param>
/// <param name="RequestHash">SHA-256 of what was asked.</param>
/// <param name="Findings">What the alarms were held against; others refer to them by their place here.</param>
/// <param name="Captures">What became of all captures.</param>
/// <param name="Changes">What the proposed settings change.</param>
/// <param name="Old">The settings that hold, over all machines.</param>
/// <param name="New">The settings proposed, over all machines.</param>
/// <param name="Differences">Captures at which verdict or alarms differ.</param>
/// <param name="Outcomes">For each finding of a fault, when alarms spoke of it.</param>
public sealed record ReplayReport(
    string Format,
    string Build,
    string RequestHash,
    ReplayRules Rules,
    IReadOnlyList<ReplayFinding> Findings,
    CaptureCounts Captures,
    IReadOnlyList<ChangeSummary> Changes,
    SideSummary Old,
    SideSummary New,
    long Differences,
    IReadOnlyList<FindingOutcome> Outcomes,
    IReadOnlyList<MachineReport> Machines)
{
    /// <summary>The form that this code writes.</summary>
    public const string CurrentFormat = "replay-1";

    /// <summary>SHA-256 of <see cref="ToCanonicalJson"/>, 64 hexadecimal digits.</summary>
    [JsonIgnore]
    public string ResultHash => CanonicalJson.HashOf(ToCanonicalJson());

    /// <summary>The report in its one spelling: what <see cref="ResultHash"/> is computed over.</summary>
    public byte[] ToCanonicalJson() => CanonicalJson.BytesOf(this);

    /// <summary>The report and its hash as one document: <c>{"report":…,"resultHash":"…"}</c>.</summary>
    public byte[] ToJson()
    {
        var report = ToCanonicalJson();
        return [.. "{\"report\":"u8, .. report, .. Encoding.ASCII.GetBytes($",\"resultHash\":\"{CanonicalJson.HashOf(report)}\"}}")];
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="ReplayException"><see cref="ReplayException.ReportDamaged"/>: it is none, or not the one that its hash names.</exception>
    public static ReplayReport Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var report = document.RootElement.GetProperty("report");
            if (CanonicalJson.HashOf(CanonicalJson.BytesOf(report)) != document.RootElement.GetProperty("resultHash").GetString())
            {
                throw new ReplayException(ReplayException.ReportDamaged, "The report is not the one that its hash names.");
            }

            return report.Deserialize<ReplayReport>(CanonicalJson.Options)!;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ReplayException(ReplayException.ReportDamaged, $"This is no report of a replay: {error.Message}", error);
        }
    }

    /// <summary>Puts the series together.</summary>
    /// <param name="series">In the order of the request.</param>
    internal static ReplayReport Of(ReplayRequest request, IReadOnlyList<SeriesReport> series)
    {
        var machines = series.GroupBy(one => one.Machine).Select(group => MachineReport.Of(group.Key, [.. group])).ToArray();
        var outcomes = request.Findings.Select((finding, index) => (finding, index)).Where(pair => pair.finding.IsFault)
            .Select(pair => FindingOutcome.Of(pair.index, pair.finding, series)).ToArray();
        return new ReplayReport(
            CurrentFormat,
            Fingerprint.BuildId,
            request.Hash,
            request.Rules,
            request.Findings,
            Sum(series, machines),
            ChangeSummary.Of(series),
            SideSummary.Of(machines, outcomes, request.Findings.Count > 0, side => side.Old, machine => machine.Old, outcome => outcome.Old),
            SideSummary.Of(machines, outcomes, request.Findings.Count > 0, side => side.New, machine => machine.New, outcome => outcome.New),
            series.Sum(one => one.DifferenceCount),
            outcomes,
            machines);
    }

    private static CaptureCounts Sum(IReadOnlyList<SeriesReport> series, IReadOnlyList<MachineReport> machines) => new(
        series.Sum(one => one.Captures.Total),
        series.Sum(one => one.Captures.Replayed),
        series.Sum(one => one.Captures.Missing),
        series.Sum(one => one.Captures.Damaged),
        WordCount.Sum(series.Select(one => one.Captures.Refused)),
        series.Sum(one => one.Captures.ArrivalTimes),
        series.Min(one => one.Captures.From),
        series.Max(one => one.Captures.To),
        series.Max(one => one.Captures.Until),
        machines.Sum(machine => machine.CoveredMilliseconds),
        machines.Sum(machine => machine.NoFaultMilliseconds),
        series.Sum(one => one.Captures.SignalMilliseconds));
}
