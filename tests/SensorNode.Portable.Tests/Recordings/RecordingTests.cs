using DeviceTwin.SensorNode.Detection;
using DeviceTwin.SensorNode.Recordings;

namespace DeviceTwin.Tests.SensorNode.Portable.Recordings;

/// <summary>
/// Detector and monitor with their one default setting on real recordings, window after window as a node would take its captures. Orders and
/// shaft speed are given, nothing else. How many faults are named right is stated, and held, by the tests of <c>evaluate</c>.
/// </summary>
public sealed class RecordingTests
{
    private List<Outcome> _outcomes = null!;

    [OneTimeSetUp]
    public void Analyze() =>
        _outcomes = RecordingIndex.Read(TestFiles.RequireRecordings()).AsParallel().AsOrdered().Select(Run).ToList();

    [Test]
    public void No_healthy_machine_is_called_defective_in_any_capture()
    {
        Outcome[] healthy = [.. _outcomes.Where(outcome => outcome.Item.Fault == "normal")];

        Assert.That(healthy, Is.Not.Empty);
        Assert.That(healthy.Where(outcome => outcome.Captures.Any(bearing => bearing > Verdict.Normal)), Is.Empty);
    }

    [Test]
    public void The_monitor_raises_nothing_on_a_healthy_machine() =>
        Assert.That(_outcomes.Where(outcome => outcome.Item.Fault == "normal" && outcome.Alarms != 0), Is.Empty);

    [Test]
    public void What_two_captures_in_a_row_call_defective_the_monitor_alarms()
    {
        Outcome[] seen = [.. _outcomes.Where(outcome => outcome.Captures.Zip(outcome.Captures.Skip(1)).Any(pair => pair.First > Verdict.Normal && pair.First == pair.Second))];

        Assert.That(seen.Select(outcome => outcome.Item.Fault).Distinct(), Is.SupersetOf(new[] { "outer", "inner" }));
        Assert.That(seen.Where(outcome => outcome.Alarms == 0), Is.Empty);
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
        var judge = new RecordingJudge();
        var monitor = new DeviceTwin.SensorNode.Detection.Monitor();
        var result = new DetectorResult();
        DetectorSettings settings = item.Settings();
        // A window is shorter than a velocity capture, and some gains are not known: the bearing alone is asked for.
        settings.VelocityLimitUmPerSecond = 0;
        Waveform waveform = item.Load();
        var captures = new List<int>();
        int alarms = 0;
        for (int i = 0; i < RecordingJudge.WindowCount(waveform); i++)
        {
            judge.AnalyzeWindow(waveform, i, settings, result);
            // A rolling element that only a level speaks of takes more captures.
            bool isWeak = result.Bearing == Verdict.Ball && BearingJudge.RestsOnLevel(result, settings);
            captures.Add(isWeak ? Verdict.Normal : result.Bearing);
            monitor.Step(result, 2500, i * 60000L, settings);
            alarms |= monitor.Alarms;
        }

        return new Outcome(item, captures, alarms);
    }

    private sealed record Outcome(RecordingItem Item, List<int> Captures, int Alarms)
    {
        public override string ToString() => $"{Item.File}: {string.Join(" ", Captures.Select(Verdict.Word))}, alarms {Alarms:x}";
    }
}
