using System.Text.Json.Nodes;
using DeviceTwin.Bench.Evaluation;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Tests.Bench.Evaluation;

/// <summary>
/// What the detector with its one default setting reaches on real recordings, in one run: these figures are held. Sets that an index does not
/// have are passed over.
/// </summary>
public sealed class RealRecordingsTests
{
    /// <summary>Per window balanced over faults and normal, and share of whole recordings named right: at least. Beside them with each bearing left out.</summary>
    private static readonly Dictionary<string, (double Windows, double LeftOut, double Recordings)> AtLeast = new()
    {
        ["CWRU-12k-DE"] = (0.92, 0.91, 0.87),
        ["CWRU-48k-DE"] = (0.88, 0.88, 0.77),
        ["HIT-SQ"] = (1, 1, 1),
        ["HIT-SB"] = (1, 1, 1),
        ["MFPT"] = (1, 1, 1),
        ["IMS-raw"] = (1, 1, 1),
    };

    private DeviceTwin.Bench.Evaluation.Evaluation evaluation = null!;
    private JsonObject document = null!;

    [OneTimeSetUp]
    public void Evaluate()
    {
        evaluation = DeviceTwin.Bench.Evaluation.Evaluation.Run(TestFiles.RequireRecordings(), "");
        document = evaluation.ToJson();
        using var table = new StringWriter();
        evaluation.WriteTable(table);
        TestContext.Out.WriteLine(table);
    }

    [Test]
    public void No_healthy_recording_and_no_window_of_one_alarms()
    {
        Assert.That(evaluation.Sets.Sum(set => set.Value.HealthyRecordings), Is.Positive);
        Assert.That(evaluation.Sets.Where(set => set.Value.FalseAlarms + set.Value.HealthyWindowsAlarming > 0).Select(set => set.Key), Is.Empty);
        Assert.That(evaluation.LooBearing.Where(set => set.Value.FalseAlarms > 0).Select(set => set.Key), Is.Empty);
        Assert.That(evaluation.WithBaseline.Where(set => set.Value.HealthyWindowsAlarming > 0).Select(set => set.Key), Is.Empty);
    }

    [Test]
    public void Every_set_is_named_right_as_often_as_stated() => Assert.Multiple(() =>
    {
        foreach ((string name, var least) in AtLeast.Where(set => evaluation.Sets.ContainsKey(set.Key)))
        {
            Assert.That(evaluation.Sets[name].WindowBalancedAccuracy, Is.GreaterThanOrEqualTo(least.Windows), name);
            Assert.That(evaluation.LooBearing[name].WindowBalancedAccuracy, Is.GreaterThanOrEqualTo(least.LeftOut), $"{name}, bearing left out");
            Assert.That(evaluation.Sets[name].RecordingAccuracy, Is.GreaterThanOrEqualTo(least.Recordings), name);
        }
    });

    [Test]
    public void A_node_that_has_learned_the_sound_machine_finds_what_is_defective()
    {
        Assert.That(evaluation.WithBaseline.Where(set => set.Value.WindowBalancedDetection < 0.97).Select(set => set.Key), Is.Empty);
        Assert.That(evaluation.WithBaseline.Where(set => set.Value.FaultyRecordingsFound < set.Value.FaultyRecordings).Select(set => set.Key), Is.Empty);
    }

    [Test]
    public void The_document_holds_what_the_figures_are()
    {
        foreach ((string name, SetFigures set) in evaluation.Sets)
        {
            JsonNode written = document["sets"]![name]!;
            Assert.That((double?)written["windowBalancedAccuracy"], Is.EqualTo(set.WindowBalancedAccuracy));
            Assert.That((int)written["falseAlarms"]!, Is.EqualTo(set.FalseAlarms));
        }

        foreach ((string run, var trend) in evaluation.Trends.Trends)
        {
            Assert.That((bool)document["trends"]![run]!["alarm"]!, Is.EqualTo(trend.Alarm));
            Assert.That((double?)document["trends"]![run]!["leadHours"], Is.EqualTo(trend.LeadHours));
            Assert.That((int)document["trends"]![run]!["falseAlarmsFirstHalf"]!, Is.EqualTo(trend.FalseAlarmsFirstHalf));
        }

        Assert.That((string?)document["settingsHash"], Is.EqualTo(Fingerprint.SettingsHash(new DetectorSettings())));
    }
}
