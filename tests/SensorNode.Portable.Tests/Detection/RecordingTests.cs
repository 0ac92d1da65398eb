using System.Text;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Tests.SensorNode.Portable.Detection;

/// <summary>
/// The detector with its one default setting on real recordings, as the sensor would have delivered them (26 667 Hz, 488 micro-g per count).
/// Orders and shaft speed are given, nothing else. What it cannot tell is written down here too.
/// </summary>
public sealed class RecordingTests
{
    private const int MostCaptures = 3;

    /// <summary>Faults named right, at least. The rest score no higher than some healthy machine does, and are called normal or by another name.</summary>
    private static readonly Dictionary<string, int> NamedRight = new()
    {
        ["CWRU-12k-DE"] = 28,
        ["CWRU-48k-DE"] = 6,
        ["HIT-SQ"] = 9,
        ["HIT-SB"] = 9,
        ["MFPT"] = 8,
    };

    private List<Outcome> _outcomes = null!;

    [OneTimeSetUp]
    public void Analyze()
    {
        string folder = TestFiles.RequireRecordings();
        _outcomes = Recording.ReadIndex(folder).AsParallel().AsOrdered().Select(Run).ToList();
        TestContext.Out.WriteLine(ConfusionTable());
    }

    [Test]
    public void No_healthy_machine_is_called_defective_in_any_capture()
    {
        Outcome[] healthy = Healthy();

        Assert.That(healthy, Is.Not.Empty);
        Assert.That(healthy.Where(outcome => outcome.Captures.Any(verdict => verdict != (CanBeTested(outcome) ? "normal" : "refused"))), Is.Empty);
    }

    [Test]
    public void A_healthy_machine_settles_at_normal()
    {
        // IMS snapshots are shorter than a velocity capture and are refused for that.
        Assert.That(
            Healthy().Where(outcome => outcome.Settled != (outcome.Recording.Dataset == "IMS-raw" || !CanBeTested(outcome) ? "refused" : "normal")),
            Is.Empty);
    }

    [Test]
    public void Every_recording_settles_within_three_captures()
    {
        Assert.That(_outcomes.Where(outcome => outcome.Verdicts.Distinct().Count() > 1), Is.Empty);
    }

    [Test]
    public void Faults_are_named_as_often_as_stated()
    {
        Dictionary<string, int> right = _outcomes.Where(outcome => outcome.Recording.Fault != "normal").GroupBy(outcome => outcome.Recording.Dataset)
            .ToDictionary(set => set.Key, set => set.Count(outcome => outcome.Settled == outcome.Recording.Fault));

        Assert.Multiple(() =>
        {
            foreach ((string set, int atLeast) in NamedRight.Where(pair => right.ContainsKey(pair.Key)))
            {
                Assert.That(right[set], Is.GreaterThanOrEqualTo(atLeast), set);
            }
        });
    }

    /// <summary>All frequencies of the fan end's 6203 lie within 0.054 orders of shaft orders: a window of 18 revolutions cannot tell them apart.</summary>
    private static bool CanBeTested(Outcome outcome) => !outcome.Recording.Dataset.EndsWith("FE", StringComparison.Ordinal);

    private Outcome[] Healthy() => _outcomes.Where(outcome => outcome.Recording.Fault == "normal").ToArray();

    private static Outcome Run(Recording recording)
    {
        var detector = new Detector(CapturePlan.MaximumSamples);
        var alarms = new AlarmLogic();
        var result = new DetectorResult();
        DetectorSettings settings = recording.Settings();
        var captures = new List<string>();
        var verdicts = new List<string>();
        List<DeviceTwin.SensorNode.Signal.Capture> blocks = recording.Captures(MostCaptures);
        for (int i = 0; i < MostCaptures; i++)
        {
            // A short recording is played again, as the simulator does.
            detector.Analyze(blocks[i % blocks.Count], settings, result);
            captures.Add(result.Bearing < 0 ? "refused" : Verdict.Word(result.Bearing));
            verdicts.Add(Verdict.Word(alarms.Step(result, 2500, i * 60000L, settings)));
        }

        return new Outcome(recording, captures, verdicts);
    }

    private string ConfusionTable()
    {
        var text = new StringBuilder();
        foreach (IGrouping<string, Outcome> set in _outcomes.GroupBy(outcome => outcome.Recording.Dataset).OrderBy(set => set.Key))
        {
            foreach (IGrouping<string, Outcome> fault in set.GroupBy(outcome => outcome.Recording.Fault).OrderBy(fault => fault.Key))
            {
                IEnumerable<string> verdicts = fault.GroupBy(outcome => outcome.Settled).OrderBy(verdict => verdict.Key)
                    .Select(verdict => $"{verdict.Key} {verdict.Count()}");
                text.AppendLine($"{set.Key,-12} {fault.Key,-7} -> {string.Join(", ", verdicts)}");
            }
        }

        return text.ToString();
    }

    private sealed record Outcome(Recording Recording, List<string> Captures, List<string> Verdicts)
    {
        public string Settled => Verdicts[^1];

        public override string ToString() => $"{Recording.File}: {string.Join(" ", Captures)} => {string.Join(" ", Verdicts)}";
    }
}
