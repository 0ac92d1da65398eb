using System.Text;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Recordings;
using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Tests.SensorNode.Portable.Detection;

/// <summary>
/// The bearing verdict with its one default setting on real recordings at their own rates: window by window (8192 samples at the bearing's rate,
/// 0.64 to 0.82 s, overlapping by half) and of a recording as one capture of ten windows. The figures are floors; what falls short is said
/// in the README of the Detection room.
/// </summary>
public sealed class BearingRecordingTests
{
    private const int Window = 8192;
    private const int WindowsOfARecording = 10;

    private static readonly Dictionary<string, (double Windows, int Named)> Floors = new()
    {
        ["CWRU-12k-DE"] = (0.92, 28),
        ["CWRU-48k-DE"] = (0.88, 6),
        ["HIT-SQ"] = (1, 9),
        ["HIT-SB"] = (1, 9),
        ["MFPT"] = (1, 8),
    };

    private List<Outcome> _outcomes = null!;

    [OneTimeSetUp]
    public void Analyze()
    {
        _outcomes = RecordingIndex.Read(TestFiles.RequireRecordings()).AsParallel().AsOrdered().Select(Run).ToList();
        TestContext.Out.WriteLine(Table());
    }

    [Test]
    public void No_window_and_no_recording_of_a_healthy_machine_raises_an_alarm()
    {
        Outcome[] healthy = [.. _outcomes.Where(outcome => outcome.IsHealthy)];

        Assert.That(healthy.Sum(outcome => outcome.Windows.Length), Is.GreaterThanOrEqualTo(78));
        Assert.That(healthy.Where(outcome => outcome.Windows.Append(outcome.Whole).Any(result => result.Bearing > Verdict.Normal)), Is.Empty);
    }

    [Test]
    public void Healthy_machines_keep_their_distance_from_every_limit()
    {
        DetectorResult[] results = [.. _outcomes.Where(outcome => outcome.IsHealthy).SelectMany(outcome => outcome.Windows.Append(outcome.Whole))];
        int comb = results.Max(result => Math.Max(result.OuterScoreMilli, Math.Max(result.InnerScoreMilli, result.BallScoreMilli)));

        Assert.Multiple(() =>
        {
            Assert.That(comb, Is.LessThan(1550), "of 2000");
            Assert.That(results.Max(result => result.ImpulsivenessMilli), Is.LessThan(920), "of 1000");
            Assert.That(results.Max(result => result.HighRatioMilli), Is.LessThan(1800), "of 8000");
            Assert.That(results.Max(result => result.CageScoreMilli), Is.LessThan(1600), "of 2500");
        });
    }

    [Test]
    public void Windows_are_named_as_well_as_stated()
    {
        Assert.Multiple(() =>
        {
            foreach (IGrouping<string, Outcome> set in Sets())
            {
                Assert.That(Balanced(set), Is.GreaterThanOrEqualTo(Floors[set.Key].Windows), set.Key);
            }
        });
    }

    [Test]
    public void Recordings_are_named_as_often_as_stated()
    {
        Assert.Multiple(() =>
        {
            foreach (IGrouping<string, Outcome> set in Sets())
            {
                Assert.That(Named(set), Is.GreaterThanOrEqualTo(Floors[set.Key].Named), set.Key);
            }
        });
    }

    [Test]
    public void The_confidence_in_a_right_verdict_is_higher_than_in_a_wrong_one()
    {
        ILookup<bool, int> confidence = _outcomes.SelectMany(outcome => outcome.Windows.Where(result => result.Bearing > Verdict.Normal)
            .Select(result => (outcome.IsRight(result), result.ConfidencePermille))).ToLookup(pair => pair.Item1, pair => pair.ConfidencePermille);

        Assert.That(confidence[true].Average(), Is.GreaterThan(confidence[false].Average() + 50));
    }

    [Test]
    public void A_baseline_learned_from_the_machines_own_healthy_recording_finds_every_defect()
    {
        foreach (string name in new[] { "CWRU-12k-DE", "CWRU-48k-DE" })
        {
            Outcome healthy = _outcomes.Single(outcome => outcome.Recording.Dataset == name && outcome.IsHealthy);
            var baseline = new Baseline();
            DetectorSettings settings = healthy.Recording.Settings();
            settings.BaselineWarmUpCaptures = healthy.Windows.Length - 1;
            foreach (DetectorResult result in healthy.Windows)
            {
                baseline.Judge(result, settings);
                Assert.That(BearingJudge.Judge(result, settings, baseline), Is.EqualTo(Verdict.Normal));
                baseline.Learn(settings);
            }

            foreach (Outcome outcome in _outcomes.Where(outcome => outcome.Recording.Dataset == name && !outcome.IsHealthy))
            {
                DetectorSettings own = outcome.Recording.Settings();
                own.BaselineWarmUpCaptures = settings.BaselineWarmUpCaptures;
                foreach (DetectorResult result in outcome.Windows)
                {
                    baseline.Judge(result, own);
                    int verdict = BearingJudge.Judge(result, own, baseline);

                    Assert.That(verdict, Is.GreaterThan(Verdict.Normal), outcome.Recording.File);
                    Assert.That(
                        outcome.Recording.Fault != "ball" || verdict == Verdict.Ball, Is.True, outcome.Recording.File);
                }
            }
        }
    }

    private IEnumerable<IGrouping<string, Outcome>> Sets() =>
        _outcomes.GroupBy(outcome => outcome.Recording.Dataset).Where(set => Floors.ContainsKey(set.Key));

    /// <summary>Mean over the classes present, "normal" among them, of the share of windows named right.</summary>
    private static double Balanced(IEnumerable<Outcome> set) => set.GroupBy(outcome => outcome.Recording.Fault)
        .Average(fault => fault.Sum(outcome => outcome.Windows.Count(outcome.IsRight)) / (double)fault.Sum(outcome => outcome.Windows.Length));

    private static int Named(IEnumerable<Outcome> set) => set.Count(outcome => !outcome.IsHealthy && outcome.IsRight(outcome.Whole));

    private static Outcome Run(RecordingItem recording)
    {
        var analyzer = new BearingAnalyzer(new Workspace(Window));
        int rate = recording.RateMilliHertz;
        int window = Window << WindowDecimator.Halvings(rate);
        short[] counts = recording.Load().Samples;
        var windows = new List<DetectorResult>();
        for (int start = 0; start + window <= counts.Length; start += window / 2)
        {
            windows.Add(Analyze(analyzer, recording, rate, counts.AsSpan(start, window)));
        }

        return new Outcome(
            recording, [.. windows], Analyze(analyzer, recording, rate, counts.AsSpan(0, Math.Min(counts.Length, window * WindowsOfARecording))));
    }

    private static DetectorResult Analyze(BearingAnalyzer analyzer, RecordingItem recording, int rate, ReadOnlySpan<short> counts)
    {
        var capture = new Capture(counts.Length)
        {
            Count = counts.Length,
            SampleRateMilliHertz = rate,
            NanoGPerCount = recording.NanoGPerCount,
        };
        counts.CopyTo(capture.Samples);
        long sum = 0;
        foreach (short count in counts)
        {
            sum += count;
        }

        var result = new DetectorResult();
        result.Clear();
        DetectorSettings settings = recording.Settings();
        Assert.That(analyzer.RefusalsOf(settings, rate, counts.Length), Is.Zero, recording.File);
        result.Refusals = analyzer.Analyze(capture, counts.Length, (int)(sum / counts.Length), settings, result);
        return result;
    }

    private string Table()
    {
        var text = new StringBuilder();
        foreach (IGrouping<string, Outcome> set in _outcomes.GroupBy(outcome => outcome.Recording.Dataset))
        {
            text.AppendLine($"{set.Key,-12} windows {Balanced(set):F3}, recordings named {Named(set)} of {set.Count(outcome => !outcome.IsHealthy)}");
            foreach (IGrouping<string, Outcome> fault in set.GroupBy(outcome => outcome.Recording.Fault))
            {
                IEnumerable<string> said = fault.SelectMany(outcome => outcome.Windows).GroupBy(result => result.Bearing)
                    .Select(group => $"{(group.Key < 0 ? "refused" : Verdict.Word(group.Key))} {group.Count()}");
                text.AppendLine($"    {fault.Key,-7} -> {string.Join(", ", said)}");
            }
        }

        return text.ToString();
    }

    private sealed record Outcome(RecordingItem Recording, DetectorResult[] Windows, DetectorResult Whole)
    {
        public bool IsHealthy => Recording.Fault == "normal";

        public bool IsRight(DetectorResult result) => result.Bearing >= 0 && Verdict.Word(result.Bearing) == Recording.Fault;

        public override string ToString() => $"{Recording.File}: {string.Join(' ', Windows.Append(Whole).Select(result => result.Bearing))}";
    }
}
