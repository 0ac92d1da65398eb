using DeviceTwin.Analytics.Replays;
using DeviceTwin.Analytics.Reports;
using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Recordings;
using DeviceTwin.SensorNode.Signal;

namespace DeviceTwin.Tests.Analytics.Replays;

/// <summary>The replay as a whole: exact, complete, the same however it is carried out.</summary>
public sealed class ReplayTests
{
    [Test]
    public async Task Features_and_verdict_are_the_detectors_own()
    {
        var scene = new Scene();
        var captures = Enumerable.Range(0, 3).Select(index => scene.Capture(index * 60, 3000, index) with { SaturatedCount = index }).ToArray();
        var proposed = Scene.Settings(("detection.band1LowHertz", 100), ("detection.band1LimitMilliG", 100));
        var report = await Replay.RunAsync(new ReplayRequest([Scene.Series("m", captures, proposed: proposed)]), scene);

        var series = report.Machines.Single().Series.Single();
        Assert.That(series.Differences, Has.Count.EqualTo(3));
        foreach (var (difference, index) in series.Differences.Select((difference, index) => (difference, index)))
        {
            Assert.That(difference.Capture, Is.EqualTo(captures[index]));
            foreach (var (said, settings) in new[] { (difference.Old, Scene.Settings()), (difference.New, proposed) })
            {
                var result = Direct(index, index, settings);
                Assert.That(said.Features, Is.EqualTo(CaptureFeatures.Of(result)));
                Assert.That(said.Features!["band1MicroG"], Is.GreaterThan(0));
                Assert.That(said.Verdict, Is.EqualTo(Verdict.Word(RecordingJudgement.VerdictOf(result, settings.ToDetector()))));
                Assert.That(said.SettingsHash, Is.EqualTo(Fingerprint.SettingsHash(settings.ToDetector())));
                Assert.That(said.Fingerprint, Is.EqualTo(Fingerprint.Of(said.SettingsHash, Scene.Window)));
            }
        }

        Assert.That(series.Differences[0].Old.Features, Is.Not.EqualTo(series.Differences[0].New.Features), "other band edges measure something else");
    }

    [Test]
    public async Task Settings_that_measure_the_same_share_the_measurement()
    {
        var scene = new Scene();
        var request = new ReplayRequest([Scene.Series("m", [scene.Capture(0, 3000)])]);
        var difference = (await Replay.RunAsync(request, scene)).Machines.Single().Series.Single().Differences.Single();

        Assert.That(difference.New.Features, Is.Null);
        Assert.That(difference.Old.Alarms, Is.Empty);
        Assert.That(difference.New.Alarms, Is.EqualTo(new[] { "high" }));
        Assert.That(difference.New.Causes, Is.EqualTo(new[] { "band1" }));
    }

    [Test]
    public async Task One_axis_of_several_is_judged()
    {
        var scene = new Scene();
        var one = scene.Capture(0, 3000);
        var content = new byte[one.Length * 3];
        var bytes = new byte[one.Length];
        await scene.ReadAsync(one, bytes, default);
        for (var frame = 0; frame < Scene.Samples; frame++)
        {
            bytes.AsSpan(frame * 2, 2).CopyTo(content.AsSpan((frame * 6) + 4));
        }

        var third = scene.Store(0, content) with { AxisCount = 3, Axis = 2 };
        var alone = await Replay.RunAsync(new ReplayRequest([Scene.Series("m", [one])]), scene);
        var among = await Replay.RunAsync(new ReplayRequest([Scene.Series("m", [third])]), scene);

        Assert.That(Differences(among).Single().Old.Features, Is.EqualTo(Differences(alone).Single().Old.Features));
        Assert.That(among.Captures.SignalMilliseconds, Is.EqualTo(alone.Captures.SignalMilliseconds));
    }

    [Test]
    public async Task Nothing_is_left_out_silently()
    {
        var scene = new Scene();
        var captures = Enumerable.Range(0, 8).Select(index => scene.Capture(index * 60, 3000, index)).ToArray();
        scene.Answer(captures[0], WaveformRead.Missing);
        scene.Answer(captures[1], WaveformRead.Damaged);
        scene.Damage(captures[2]);
        scene.Answer(captures[3], WaveformRead.Refused("notReplicated"));
        captures[4] = captures[4] with { Length = captures[4].Length - 1 };
        captures[5] = captures[5] with { Length = SeriesReplay.LongestContent + 2 };
        captures[6] = captures[6] with { Length = 0 };
        captures[7] = captures[7] with { IsArrivalTime = true, RateMilliHertz = 0 };
        var report = await Replay.RunAsync(new ReplayRequest([Scene.Series("m", captures)]), scene);

        Assert.That(report.Captures, Is.EqualTo(report.Captures with { Total = 8, Replayed = 1, Missing = 1, Damaged = 2, ArrivalTimes = 1 }));
        Assert.That(report.Captures.Refused, Is.EqualTo(new WordCount[] { new("framesNotWhole", 2), new("notReplicated", 1), new("tooLong", 1) }));
        Assert.That(report.Old.Refusals.Select(refusal => refusal.Word), Does.Contain("scaleUnknown"), "what the detector refuses is another matter");
        Assert.That(report.Captures.SignalMilliseconds, Is.Zero);
    }

    [Test]
    public async Task A_capture_stands_for_the_time_to_the_next_one_interval_at_most()
    {
        var scene = new Scene();
        var finding = new ReplayFinding("m", "", ReplayFinding.NoFault, Scene.Start.AddSeconds(100), null);
        var series = Scene.Series("m", new[] { 0.0, 59.5, 130, 3600 }.Select((second, index) => scene.Capture(second, 100, index)));
        var report = await Replay.RunAsync(new ReplayRequest([series], [finding]), scene);

        Assert.That(report.Captures.CoveredMilliseconds, Is.EqualTo(59_500 + 60_000 + 60_000 + 60_000));
        Assert.That(report.Captures.NoFaultMilliseconds, Is.EqualTo(120_000));
        Assert.That(report.Captures.From, Is.EqualTo(Scene.Start));
        Assert.That(report.Captures.To, Is.EqualTo(Scene.Start.AddSeconds(3600)));
        Assert.That(report.Captures.Until, Is.EqualTo(Scene.Start.AddSeconds(3660)));
    }

    [Test]
    public async Task Findings_become_shares_and_leads()
    {
        var scene = new Scene();
        ReplayFinding[] findings =
        [
            new("bad", "", "high", Scene.Start.AddSeconds(120), Scene.Start.AddSeconds(400)),
            new("good", "", ReplayFinding.NoFault, null, null),
            new("unseen", "", "outer", Scene.Start.AddDays(9), null),
        ];
        var bad = Scene.Series("bad", [.. Enumerable.Range(0, 5).Select(index => scene.Capture(index * 60, index == 0 ? 100 : 3000, index))]);
        var good = Scene.Series("good", [scene.Capture(0, 1000, 7), scene.Capture(60, 3000, 8)]);
        var unseen = Scene.Series("unseen", [scene.Capture(0, 100, 9)]);
        var report = await Replay.RunAsync(new ReplayRequest([bad, good, unseen], findings), scene);

        var truth = report.New.Truth!;
        Assert.That(truth.Confusion, Is.EqualTo(new ConfusionCell[] { new("high", "high", 3), new("noFault", "high", 2) }));
        Assert.That(truth.Precision.Value, Is.EqualTo(0.6m));
        Assert.That(truth.Recall.Value, Is.EqualTo(1m));
        Assert.That(truth.F1.Value, Is.EqualTo(0.75m));
        Assert.That(truth.FindingsAlarmed, Is.EqualTo(new Fraction(1, 1)), "a fault that nobody looked at does not count");
        Assert.That(truth.AlarmsConfirmed, Is.EqualTo(new Fraction(1, 2)));
        Assert.That(truth.FalseAlarms, Is.EqualTo(1));
        Assert.That(truth.FalseAlarmsPerMachineMonth, Is.EqualTo(21600m), "one in two minutes");
        Assert.That(truth.MedianLeadSeconds, Is.EqualTo(60));
        Assert.That(report.Outcomes.Select(outcome => outcome.Captures), Is.EqualTo(new[] { 3, 0 }));
        Assert.That(report.Old.Truth!.Precision, Is.EqualTo(Fraction.Unknown), "no capture was said to be at fault");
        Assert.That(report.Old.Truth.Recall.Value, Is.Zero);
        Assert.That(report.Old.Truth.F1.Value, Is.Null);
        Assert.That(report.Old.Truth.AlarmsConfirmed.Value, Is.Null);
        Assert.That(report.Old.Truth.MedianLeadSeconds, Is.Null);
    }

    [Test]
    public async Task A_fault_outweighs_that_nothing_was_found_at_the_same_time()
    {
        var scene = new Scene();
        ReplayFinding[] findings = [new("m", "", ReplayFinding.NoFault, null, null), new("m", "de", "high", Scene.Start, null)];
        var report = await Replay.RunAsync(new ReplayRequest([Scene.Series("m", [scene.Capture(0, 3000)])], findings), scene);

        Assert.That(report.New.Truth!.Confusion, Is.EqualTo(new ConfusionCell[] { new("high", "high", 1) }));
        Assert.That(report.Captures.NoFaultMilliseconds, Is.Zero);
        Assert.That(report.New.Truth.FalseAlarms, Is.Zero);
    }

    [Test]
    public async Task What_was_refused_is_in_the_matrix_alone()
    {
        var scene = new Scene();
        ReplayFinding[] findings = [new("bad", "", "outer", null, null), new("good", "", ReplayFinding.NoFault, null, null)];
        ReplaySeries[] series =
        [
            Scene.Series("bad", [scene.Capture(0, 3000) with { Overrun = true }]),
            Scene.Series("good", [scene.Capture(0, 3000, 2) with { Overrun = true }]),
        ];
        var truth = (await Replay.RunAsync(new ReplayRequest(series, findings), scene)).New.Truth!;

        Assert.That(truth.Confusion, Is.EqualTo(new ConfusionCell[] { new("noFault", "refused", 1), new("outer", "refused", 1) }));
        Assert.That((truth.Precision, truth.Recall, truth.F1), Is.EqualTo((Fraction.Unknown, Fraction.Unknown, Fraction.Unknown)));
        Assert.That(truth.FindingsAlarmed, Is.EqualTo(new Fraction(0, 1)));
    }

    [TestCase(new[] { 60 }, 60, 60)]
    [TestCase(new[] { 120, 60 }, 60, 60, Description = "of two in the middle the more cautious")]
    [TestCase(new[] { 60, 240, 120 }, 120, 60)]
    [TestCase(new[] { -60, 240, 120, 180 }, 120, -60, Description = "after the beginning of the finding")]
    public async Task Leads_have_a_median_and_a_worst(int[] leads, int median, int worst)
    {
        var scene = new Scene();
        var series = leads.Select((_, index) => Scene.Series($"m{index}", [.. Enumerable.Range(0, 6).Select(at => scene.Capture(60 + (at * 60), 3000, at))]));
        var findings = leads.Select((lead, index) => new ReplayFinding($"m{index}", "", "high", Scene.Start.AddSeconds(60 + lead), null));
        var truth = (await Replay.RunAsync(new ReplayRequest(series, findings), scene)).New.Truth!;

        Assert.That((truth.Leads, truth.MedianLeadSeconds, truth.WorstLeadSeconds), Is.EqualTo((leads.Length, median, worst)));
    }

    [Test]
    public async Task Points_are_observed_side_by_side_and_nodes_that_follow_each_other_one_after_the_other()
    {
        var scene = new Scene();
        ReplaySeries[] series =
        [
            Scene.Series("m", [scene.Capture(0, 100, 1), scene.Capture(60, 100, 2)]),
            Scene.Series("m", [scene.Capture(0, 100, 3)]) with { Point = "nde", DeviceId = "a" },
            Scene.Series("m", [scene.Capture(90, 100, 4), scene.Capture(150, 100, 5)]) with { Point = "nde", DeviceId = "b" },
        ];
        var machine = (await Replay.RunAsync(new ReplayRequest(series), scene)).Machines.Single();

        Assert.That(machine.CoveredMilliseconds, Is.EqualTo(180_000));
    }

    [Test]
    public async Task Without_findings_nothing_is_known_of_the_truth()
    {
        var scene = new Scene();
        var report = await Replay.RunAsync(new ReplayRequest([Scene.Series("m", [scene.Capture(0, 3000)])]), scene);

        Assert.That(report.New.Truth, Is.Null);
        Assert.That(report.New.Alarms, Is.EqualTo(1));
    }

    [Test]
    public async Task A_replay_of_nothing_is_a_report_of_nothing()
    {
        var report = await Replay.RunAsync(new ReplayRequest([Scene.Series("m", [])]), new Scene());

        Assert.That(report.Captures.Total, Is.Zero);
        Assert.That(report.Old.AlarmsPerMachineMonth, Is.Null);
        Assert.That(report.Captures.From, Is.Null);
        Assert.That((await Replay.RunAsync(new ReplayRequest([]), new Scene())).Machines, Is.Empty);
    }

    [Test]
    public async Task The_report_is_the_same_whatever_the_order_and_the_workers()
    {
        var scene = new Scene();
        var expected = await Replay.RunAsync(scene.Plant(), scene, new ReplayOptions { Parallelism = 1 });
        for (var order = 1; order <= 6; order++)
        {
            var request = scene.Plant(order);
            var report = await Replay.RunAsync(request, scene, new ReplayOptions { Parallelism = order });

            Assert.That(request.Hash, Is.EqualTo(expected.RequestHash));
            Assert.That(report.ResultHash, Is.EqualTo(expected.ResultHash));
        }
    }

    [Test]
    public async Task A_worker_holds_one_waveform()
    {
        var scene = new Scene();
        var series = Enumerable.Range(0, 12).Select(machine => Scene.Series(
            $"m{machine}", Enumerable.Range(0, 4).Select(index => scene.Capture(index * 60, 1000, index, 600 + (100 * index))))).ToArray();
        await Replay.RunAsync(new ReplayRequest(series), scene, new ReplayOptions { Parallelism = 3 });

        Assert.That(scene.Reads, Is.EqualTo(48));
        Assert.That(scene.Buffers.GroupBy(pair => pair.Key.Length).Sum(group => group.Count()), Is.LessThanOrEqualTo(3 * 4), "a room that grew from one capture to the next");
        Assert.That(scene.Buffers.Count(pair => pair.Key.Length == 1800), Is.LessThanOrEqualTo(3), "one as large as the largest per worker");
        Assert.That(scene.Buffers.Keys.Max(buffer => buffer.Length), Is.EqualTo(1800));
    }

    [Test]
    public async Task Progress_counts_up_to_the_whole()
    {
        var scene = new Scene();
        var told = new List<ReplayProgress>();
        var request = scene.Plant();
        await Replay.RunAsync(request, scene, new ReplayOptions { Parallelism = 1, Progress = new Listener(told.Add) });

        Assert.That(told.Select(progress => progress.CapturesDone), Is.Ordered);
        Assert.That(told[^1], Is.EqualTo(new ReplayProgress(4, 4, 12, 12)));
    }

    [TestCase("hot", true)]
    [TestCase("noFault", true)]
    [TestCase("normal", false)]
    [TestCase("refused", false)]
    [TestCase("<b>", false)]
    public void A_finding_is_a_fault_of_the_catalogue_or_none(string kind, bool isGood)
    {
        var series = Scene.Series("m", []);
        var finding = new ReplayFinding("m", "", kind, null, null);

        Assert.That(() => new ReplayRequest([series], [finding]), isGood ? Throws.Nothing : Throws.TypeOf<ReplayException>());
    }

    [Test]
    public void A_request_that_contradicts_itself_is_refused()
    {
        var capture = new Scene().Capture(0, 100);
        var series = Scene.Series("m", [capture]);

        Assert.Throws<ReplayException>(() => new ReplayRequest([series, series]));
        Assert.Throws<ReplayException>(() => new ReplayRequest([Scene.Series("m", [capture, capture with { Overrun = true }])]));
        Assert.Throws<ReplayException>(() => new ReplayRequest([Scene.Series("m", [capture with { AxisCount = 3, Axis = 3 }])]));
        Assert.Throws<ReplayException>(() => new ReplayRequest([series], rules: new ReplayRules { LeadHorizonSeconds = -1 }));
        Assert.That(new ReplayRequest([Scene.Series("m", [capture, capture])]).Captures, Is.EqualTo(1), "the same capture named twice is one");
    }

    [Test]
    public void What_is_asked_has_a_hash_of_its_own()
    {
        var scene = new Scene();
        var capture = scene.Capture(0, 100);
        string[] hashes =
        [
            new ReplayRequest([Scene.Series("m", [capture])]).Hash,
            new ReplayRequest([Scene.Series("n", [capture])]).Hash,
            new ReplayRequest([Scene.Series("m", [capture with { SaturatedCount = 1 }])]).Hash,
            new ReplayRequest([Scene.Series("m", [capture], proposed: Scene.Settings(("detection.band1LimitMilliG", 99)))]).Hash,
            new ReplayRequest([Scene.Series("m", [capture]) with { DetectorWindow = 2048 }]).Hash,
            new ReplayRequest([Scene.Series("m", [capture])], [new ReplayFinding("m", "", "outer", null, null)]).Hash,
            new ReplayRequest([Scene.Series("m", [capture])], rules: new ReplayRules { MostAlarms = 1 }).Hash,
        ];

        Assert.That(hashes, Is.Unique);
    }

    private static IEnumerable<CaptureDifference> Differences(ReplayReport report) => report.Machines.SelectMany(machine => machine.Series).SelectMany(series => series.Differences);

    private static DetectorResult Direct(int seed, int saturated, ReplaySettings settings)
    {
        var random = new Random(seed);
        var capture = new Capture(Scene.Samples) { Count = Scene.Samples, SampleRateMilliHertz = Scene.Rate, NanoGPerCount = 488_000, CoveragePermille = 1000, SaturatedCount = saturated };
        for (var i = 0; i < Scene.Samples; i++)
        {
            capture.Samples[i] = (short)(3000 * (random.NextDouble() + random.NextDouble() - 1));
        }

        var result = new DetectorResult();
        new Detector(Scene.Window).Analyze(capture, settings.ToDetector(), result);
        return result;
    }

    private sealed class Listener(Action<ReplayProgress> tell) : IProgress<ReplayProgress>
    {
        public void Report(ReplayProgress value) => tell(value);
    }
}
