using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Recordings;
using DeviceTwin.SensorNode.Signal;
using Monitor = DeviceTwin.SensorNode.Detection.Monitor;

namespace DeviceTwin.Tests.SensorNode.Portable.Recordings;

/// <summary>
/// Detector, baseline and monitor with their one default setting on real recordings at their own rates: captures of a window (8192 samples at
/// the bearing's rate, 0.64 to 0.82 s) that overlap by half, and the recording as one capture of ten. Orders and shaft speed are given, nothing
/// else. How many faults are named right is stated, and held, by the tests of <c>evaluate</c>.
/// </summary>
public sealed class RecordingTests
{
    private const int WindowsOfARecording = 10;

    private List<Outcome> _outcomes = null!;

    [OneTimeSetUp]
    public void Analyze() =>
        _outcomes = RecordingIndex.Read(TestFiles.RequireRecordings()).AsParallel().AsOrdered().Select(Run).ToList();

    [Test]
    public void Every_recording_is_judged_as_a_whole() =>
        Assert.That(_outcomes.Where(outcome => outcome.Whole.BearingRefused), Is.Empty, "some bearings need more than one window beside their shaft's orders");

    [Test]
    public void No_healthy_machine_is_called_defective_in_any_capture()
    {
        Outcome[] healthy = [.. _outcomes.Where(outcome => outcome.IsHealthy)];

        Assert.That(healthy.Sum(outcome => outcome.Captures.Length), Is.GreaterThanOrEqualTo(78));
        Assert.That(healthy.Where(outcome => outcome.Captures.Append(outcome.Whole).Any(result => result.Bearing > Verdict.Normal)), Is.Empty);
    }

    [Test]
    public void Healthy_machines_keep_their_distance_from_every_limit()
    {
        DetectorResult[] results = [.. _outcomes.Where(outcome => outcome.IsHealthy).SelectMany(outcome => outcome.Captures.Append(outcome.Whole))];
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
    public void The_monitor_raises_nothing_on_a_healthy_machine() =>
        Assert.That(_outcomes.Where(outcome => outcome.IsHealthy && outcome.Alarms() != 0), Is.Empty);

    [Test]
    public void What_two_captures_in_a_row_call_defective_the_monitor_alarms()
    {
        Outcome[] seen = [.. _outcomes.Where(outcome => outcome.InARow.Zip(outcome.InARow.Skip(1)).Any(pair => outcome.IsNamed(pair.First) && pair.First.Bearing == pair.Second.Bearing && outcome.IsNamed(pair.Second)))];

        Assert.That(seen.Select(outcome => outcome.Item.Fault).Distinct(), Is.SupersetOf(new[] { "outer", "inner" }));
        Assert.That(seen.Where(outcome => outcome.Alarms() == 0), Is.Empty);
    }

    [Test]
    public void The_confidence_in_a_right_verdict_is_higher_than_in_a_wrong_one()
    {
        ILookup<bool, int> confidence = _outcomes.SelectMany(outcome => outcome.Captures.Where(result => result.Bearing > Verdict.Normal)
            .Select(result => (outcome.IsRight(result), result.ConfidencePermille))).ToLookup(pair => pair.Item1, pair => pair.ConfidencePermille);

        Assert.That(confidence[true].Average(), Is.GreaterThan(confidence[false].Average() + 50));
    }

    [TestCase("CWRU-12k-DE")]
    [TestCase("CWRU-48k-DE")]
    public void A_baseline_learned_from_the_machines_own_healthy_recording_finds_every_defect(string dataset)
    {
        Outcome[] machine = [.. _outcomes.Where(outcome => outcome.Item.Dataset == dataset)];
        Outcome healthy = machine.Single(outcome => outcome.IsHealthy);
        var baseline = new Baseline();
        DetectorSettings settings = healthy.Item.Settings();
        settings.BaselineWarmUpCaptures = healthy.Captures.Length - 1;
        foreach (DetectorResult result in healthy.Captures)
        {
            baseline.Judge(result, settings);
            Assert.That(BearingJudge.Judge(result, settings, baseline), Is.EqualTo(Verdict.Normal));
            baseline.Learn(settings);
        }

        foreach (Outcome outcome in machine.Where(outcome => !outcome.IsHealthy))
        {
            DetectorSettings own = outcome.Item.Settings();
            own.BaselineWarmUpCaptures = settings.BaselineWarmUpCaptures;
            foreach (DetectorResult result in outcome.Captures)
            {
                baseline.Judge(result, own);
                int verdict = BearingJudge.Judge(result, own, baseline);

                Assert.That(verdict, Is.GreaterThan(Verdict.Normal), outcome.Item.File);
                Assert.That(outcome.Item.Fault != "ball" || verdict == Verdict.Ball, Is.True, outcome.Item.File);
            }
        }
    }

    [Test]
    public void A_judgement_counts_every_window_once()
    {
        var item = RecordingIndex.Read(TestFiles.RequireRecordings())[0];
        Waveform waveform = item.Load();
        RecordingJudgement judgement = new RecordingJudge().Judge(waveform, item.Settings());

        Assert.That(judgement.WindowCount, Is.EqualTo(RecordingJudge.WindowCount(waveform)));
        Assert.That(judgement.WindowVerdicts.Sum(), Is.EqualTo(judgement.WindowCount));
        Assert.That(judgement.Samples, Is.LessThanOrEqualTo(RecordingJudge.MostWindows * RecordingJudge.WindowSamples(waveform.RateMilliHertz)));
    }

    private static Outcome Run(RecordingItem item)
    {
        var detector = new Detector(Detector.LongestWindow);
        Waveform waveform = item.Load();
        int window = RecordingJudge.WindowSamples(item.RateMilliHertz);
        var captures = new List<DetectorResult>();
        for (int start = 0; start + window <= waveform.Samples.Length; start += window / 2)
        {
            captures.Add(Analyze(detector, item, waveform.Samples.AsSpan(start, window)));
        }

        int whole = Math.Min(waveform.Samples.Length, window * WindowsOfARecording);
        return new Outcome(item, [.. captures], Analyze(detector, item, waveform.Samples.AsSpan(0, whole)));
    }

    private static DetectorResult Analyze(Detector detector, RecordingItem item, ReadOnlySpan<short> counts)
    {
        var capture = new Capture(counts.Length)
        {
            Count = counts.Length,
            SampleRateMilliHertz = item.RateMilliHertz,
            NanoGPerCount = item.NanoGPerCount,
        };
        counts.CopyTo(capture.Samples);
        var result = new DetectorResult();
        detector.Analyze(capture, Outcome.SettingsOf(item), result);
        return result;
    }

    /// <summary>What was said of a recording: of each capture, the overlapping ones too, and of all of it.</summary>
    private sealed record Outcome(RecordingItem Item, DetectorResult[] Captures, DetectorResult Whole)
    {
        public bool IsHealthy => Item.Fault == "normal";

        /// <summary>The captures that do not overlap, as a node would take them one after the other.</summary>
        public IEnumerable<DetectorResult> InARow => Captures.Where((_, index) => index % 2 == 0);

        /// <summary>A window is shorter than a velocity capture, and some gains are not known: the bearing alone is asked for.</summary>
        public static DetectorSettings SettingsOf(RecordingItem item)
        {
            DetectorSettings settings = item.Settings();
            settings.VelocityLimitUmPerSecond = 0;
            return settings;
        }

        public bool IsRight(DetectorResult result) => result.Bearing >= 0 && Verdict.Word(result.Bearing) == Item.Fault;

        /// <summary>Whether a defect is named by more than a level: a rolling element that only a level speaks of takes more captures.</summary>
        public bool IsNamed(DetectorResult result) =>
            result.Bearing > Verdict.Normal && !(result.Bearing == Verdict.Ball && BearingJudge.RestsOnLevel(result, SettingsOf(Item)));

        /// <summary>All alarms that a monitor raises on the captures, one a minute.</summary>
        public int Alarms()
        {
            var monitor = new Monitor();
            DetectorSettings settings = SettingsOf(Item);
            int alarms = 0;
            long minute = 0;
            foreach (DetectorResult result in InARow)
            {
                monitor.Step(result, 2500, minute++ * 60000, settings);
                alarms |= monitor.Alarms;
            }

            return alarms;
        }

        public override string ToString() => $"{Item.File}: {string.Join(' ', Captures.Append(Whole).Select(result => result.Bearing))}, alarms {Alarms():x}";
    }
}
