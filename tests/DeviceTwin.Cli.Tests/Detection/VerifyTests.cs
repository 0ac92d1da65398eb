using System.Text.Json.Nodes;
using DeviceTwin.Cli;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Tests.Cli.Detection;

/// <summary>Evidence: what <c>dtwin detect</c> writes and <c>dtwin verify</c> computes anew.</summary>
[NonParallelizable]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class VerifyTests : IDisposable
{
    private readonly MadeUpRecordings recordings = new();

    public void Dispose() => recordings.Dispose();

    [Test]
    public void A_verdict_computed_anew_is_equal()
    {
        var evidence = Detect();
        var run = Tool.Run("verify", evidence);

        Assert.That(run.Code, Is.Zero, run.Talk);
        Assert.That(run.Output, Does.StartWith("equal:").And.Contain("outer"));
    }

    [Test]
    public void Evidence_holds_all_that_the_verdict_rests_on()
    {
        var evidence = JsonNode.Parse(File.ReadAllText(Detect()))!;

        Assert.That((string?)evidence["waveform"]!["sha256"], Has.Length.EqualTo(64));
        Assert.That((int)evidence["settings"]!["bpfoMilliOrders"]!, Is.EqualTo(3585));
        Assert.That(evidence["settings"]!.AsObject(), Has.Count.EqualTo(typeof(DetectorSettings).GetFields().Length));
        Assert.That((string?)evidence["report"]!["verdict"], Is.EqualTo("outer"));
        Assert.That((string?)evidence["report"]!["fingerprint"], Does.StartWith(Fingerprint.BuildId));
    }

    [Test]
    public void An_altered_verdict_is_named()
    {
        var run = Verify(node =>
        {
            node["report"]!["verdict"] = "normal";
            node["report"]!["scores"]!["outerMilli"] = 1;
        });

        Assert.That(run.Code, Is.EqualTo(ExitCode.VerdictDiffers.Number), run.Talk);
        Assert.That(run.Output, Does.Contain("verdict: \"normal\" in the evidence, \"outer\" computed").And.Contain("scores.outerMilli: 1 in the evidence"));
    }

    [Test]
    public void Altered_settings_change_the_hash()
    {
        var run = Verify(node => node["settings"]!["bearingScoreLimitMilli"] = 2345);

        Assert.That(run.Code, Is.EqualTo(ExitCode.VerdictDiffers.Number), run.Talk);
        Assert.That(run.Output, Does.Contain("settingsHash:"));
    }

    [Test]
    public void Another_build_of_the_detector_is_named()
    {
        var run = Verify(node => node["report"]!["fingerprint"] = "00000000-" + (string?)node["report"]!["settingsHash"], "--json");

        Assert.That(run.Code, Is.EqualTo(ExitCode.OtherDetector.Number));
        Assert.That(run.Talk, Does.Contain("00000000").And.Contain(Fingerprint.BuildId));
        var report = JsonNode.Parse(run.Output)!;
        Assert.That(((string?)report["evidenceBuild"], (string?)report["build"]), Is.EqualTo(("00000000", Fingerprint.BuildId)));
        Assert.That((string?)report["differences"]![0]!["path"], Is.EqualTo("fingerprint"));
    }

    [Test]
    public void Other_samples_are_noticed_and_moved_ones_can_be_named()
    {
        var evidence = Detect();
        var path = Path.Combine(recordings.Folder, "a.i16");
        var moved = Path.Combine(recordings.Folder, "moved.i16");
        File.Move(path, moved);
        var gone = Tool.Run("verify", evidence);
        Assert.That((gone.Code, gone.Talk.Contains("(fileMissing) Say with --waveform")), Is.EqualTo((ExitCode.RecordingsUnusable.Number, true)), gone.Talk);
        Assert.That(Tool.Run("verify", evidence, "--waveform", moved).Code, Is.Zero);

        var samples = File.ReadAllBytes(moved);
        samples[0] ^= 1;
        File.WriteAllBytes(path, samples);
        var run = Tool.Run("verify", evidence);
        Assert.That(run.Code, Is.EqualTo(ExitCode.WaveformDiffers.Number), run.Talk);
    }

    [Test]
    public void A_single_text_file_of_fractions_can_be_verified_too()
    {
        var file = Path.Combine(recordings.Folder, "g.csv");
        File.WriteAllLines(file, MadeUpRecordings.Bearing(3.585, 30000, 1).Select(count => (count * 0.000123).ToString("F6", System.Globalization.CultureInfo.InvariantCulture)));
        var folder = Path.Combine(recordings.Folder, "evidence");
        Assert.That(Tool.Run("detect", file, "--json", "--rate", "12000", "--scale", "1", "--rpm", "1797", "--bearing", "6205", "--evidence", folder).Code, Is.Zero);
        var run = Tool.Run("verify", Directory.GetFiles(folder).Single());

        Assert.That(run.Code, Is.Zero, run.Talk);
        Assert.That(run.Output, Does.Contain("outer"));
    }

    [TestCase("{")]
    [TestCase("{}")]
    [TestCase("null")]
    [TestCase("""{"schemaVersion":1,"waveform":null,"settings":{},"report":{}}""")]
    public void What_is_no_evidence_is_said(string content)
    {
        var path = Path.Combine(recordings.Folder, "x.json");
        File.WriteAllText(path, content);

        Assert.That(Tool.Run("verify", path).Code, Is.EqualTo(ExitCode.EvidenceUnusable.Number));
    }

    [Test]
    public void Evidence_of_a_later_schema_or_without_a_setting_is_said()
    {
        Assert.That(Verify(node => node["schemaVersion"] = 2).Code, Is.EqualTo(ExitCode.EvidenceUnusable.Number));
        var run = Verify(node => node["settings"]!.AsObject().Remove("bpfoMilliOrders"));
        Assert.That((run.Code, run.Talk.Contains("lacks the setting 'bpfoMilliOrders'")), Is.EqualTo((ExitCode.EvidenceUnusable.Number, true)));
        run = Verify(node => node["report"]!.AsObject().Remove("fingerprint"));
        Assert.That((run.Code, run.Talk.Contains("lacks the fingerprint")), Is.EqualTo((ExitCode.EvidenceUnusable.Number, true)));
        Assert.That(Verify(node => node["settings"]!["bpfoMilliOrders"] = "many").Code, Is.EqualTo(ExitCode.EvidenceUnusable.Number));
        Assert.That(Tool.Run("verify", Path.Combine(recordings.Folder, "none.json")).Code, Is.EqualTo(ExitCode.EvidenceUnusable.Number));
    }

    [Test]
    public void Evidence_that_cannot_be_written_is_said()
    {
        recordings.Add("a.i16", "outer", 3.585, 1);
        var run = Tool.Run("detect", recordings.Folder, "--json", "--evidence", Path.Combine(recordings.Folder, "a.i16"));

        Assert.That(run.Code, Is.EqualTo(ExitCode.EvidenceUnusable.Number), run.Talk);
    }

    private string Detect()
    {
        var folder = Path.Combine(recordings.Folder, "evidence");
        recordings.Add("a.i16", "outer", 3.585, 1);
        var run = Tool.Run("detect", recordings.Folder, "--json", "--evidence", folder);
        Assert.That(run.Code, Is.Zero, run.Talk);
        return Directory.GetFiles(folder).Single();
    }

    private (int Code, string Output, string Talk) Verify(Action<JsonNode> alter, params string[] options)
    {
        var path = Detect();
        var node = JsonNode.Parse(File.ReadAllText(path))!;
        alter(node);
        File.WriteAllText(path, node.ToJsonString());
        return Tool.Run(["verify", path, .. options]);
    }
}
