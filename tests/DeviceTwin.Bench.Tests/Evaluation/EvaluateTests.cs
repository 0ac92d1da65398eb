using System.Text.Json.Nodes;
using DeviceTwin.Bench;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Tests.Bench.Evaluation;

/// <summary><c>evaluate</c> and <c>train-forest</c> on made-up recordings: the shape of what they print, and any index they may meet.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class EvaluateTests : IDisposable
{
    private const double Outer = 3.585;
    private const double Inner = 5.415;
    private static readonly string[] Members = ["windowBalancedAccuracy", "recordingAccuracy", "healthyRecordings", "falseAlarms", "confusion"];

    private readonly MadeUpRecordings recordings = new();

    public void Dispose() => recordings.Dispose();

    [Test]
    public void The_document_has_the_members_it_should()
    {
        Two();
        JsonObject document = Evaluate();

        Assert.That((string?)document["settingsHash"], Is.EqualTo(Fingerprint.SettingsHash(new DetectorSettings())));
        Assert.That(document["trends"], Is.InstanceOf<JsonObject>());
        foreach (string part in new[] { "sets", "looBearing" })
        {
            JsonObject set = document[part]!["MADE-UP"]!.AsObject();
            Assert.That(set.Select(member => member.Key), Is.SupersetOf(Members), part);
        }

        JsonNode made = document["sets"]!["MADE-UP"]!;
        Assert.That((double?)made["windowBalancedAccuracy"], Is.EqualTo(1));
        Assert.That((double)made["recordingAccuracy"]!, Is.EqualTo(1));
        Assert.That((int)made["healthyRecordings"]!, Is.EqualTo(2));
        Assert.That((int)made["falseAlarms"]!, Is.Zero);
        Assert.That((int)made["confusion"]!["outer"]!["outer"]!, Is.EqualTo((int)made["windows"]! / 3.0).Within(2));
    }

    [Test]
    public void Two_runs_print_the_same()
    {
        Two();

        Assert.That(Run("evaluate").Output, Is.EqualTo(Run("evaluate").Output));
        Assert.That(Run("train-forest").Output, Is.EqualTo(Run("train-forest").Output));
    }

    [Test]
    public void Sets_without_a_healthy_recording_or_of_healthy_ones_alone_have_figures()
    {
        recordings.Add("a.i16", "outer", Outer, 1, "FAULTS").Add("b.i16", "normal", 0, 2, "HEALTHY");
        JsonObject sets = Evaluate()["sets"]!.AsObject();

        Assert.That(((double)sets["FAULTS"]!["windowBalancedAccuracy"]!, (int)sets["FAULTS"]!["healthyRecordings"]!), Is.EqualTo((1.0, 0)));
        Assert.That(((double)sets["HEALTHY"]!["windowBalancedAccuracy"]!, (int)sets["HEALTHY"]!["healthyRecordings"]!), Is.EqualTo((1.0, 1)));
    }

    [Test]
    public void A_fault_that_is_no_verdict_is_counted_and_in_no_figure()
    {
        recordings.Add("a.i16", "outer", Outer, 1).Add("b.i16", "gremlins", 0, 2, "OTHER");
        JsonObject document = Evaluate();

        Assert.That((int)document["unlabelled"]!, Is.EqualTo(1));
        Assert.That(document["sets"]!.AsObject().ContainsKey("OTHER"), Is.False);
    }

    [Test]
    public void A_recording_shorter_than_a_window_is_judged_as_a_whole()
    {
        recordings.Add("a.i16", "outer", Outer, 1, seconds: 0.6);
        JsonNode set = Evaluate()["sets"]!["MADE-UP"]!;

        Assert.That((int)set["windows"]!, Is.Zero);
        Assert.That(set["windowBalancedAccuracy"], Is.Null);
        Assert.That(set["recordingAccuracy"], Is.Not.Null);
    }

    [Test]
    public void An_index_without_waveforms_has_no_sets()
    {
        recordings.Add(new() { ["file"] = "t.txt", ["kind"] = "remarks" });

        var run = Run("evaluate");

        Assert.That(JsonNode.Parse(run.Output)!["sets"]!.AsObject(), Is.Empty);
        Assert.That(run.Error, Does.StartWith("note: ").And.Contain("no figures (nothingSelected)"));
    }

    [Test]
    public void A_trend_that_is_not_there_is_told_and_in_no_figure()
    {
        recordings.Add("a.i16", "outer", Outer, 1).Add(Trend("gone.csv"));
        var run = Run("evaluate");

        Assert.That(run.Error, Does.Contain("gone.csv").And.Contain("fileMissing"));
        Assert.That(JsonNode.Parse(run.Output)!["trends"]!.AsObject(), Is.Empty);
    }

    [TestCase("")]
    [TestCase("time,level\n1,2\n")]
    [TestCase("t_s,h_rms_g,v_rms_g,temp_c\n")]
    [TestCase("t_s,h_rms_g,v_rms_g,temp_c\n1,2,x,3\n")]
    public void A_trend_that_is_none_is_said_with_its_code(string content)
    {
        recordings.Add(Trend("t.csv"));
        File.WriteAllText(Path.Combine(recordings.Folder, "t.csv"), content);
        var (code, output, error) = VerbsTests.Run("evaluate", "--index", recordings.Folder);

        Assert.That((code, output), Is.EqualTo((Verbs.Failed, "")));
        Assert.That(error, Does.StartWith("error: ").And.Contain("t.csv").And.Contain("(trendMalformed) Fetch the file again"));
    }

    [Test]
    public void Windows_that_are_refused_are_counted_as_such()
    {
        recordings.Add("a.i16", "normal", 0, 1, change: item => item.Remove("shaft_rpm"));
        var (code, output, error) = VerbsTests.Run("evaluate", "--index", recordings.Folder);
        string[] lines = output.Split(Environment.NewLine);

        Assert.That(code, Is.EqualTo(Verbs.Done), error);
        Assert.That(lines[0], Does.EndWith("refused"));
        Assert.That(lines[1], Does.Match("0 of 1 .* 0 of 3 .* 3$"));
    }

    [Test]
    public void A_broken_index_and_a_missing_file_are_said_with_their_code()
    {
        var (code, _, error) = VerbsTests.Run("evaluate", "--index", Path.Combine(recordings.Folder, "nowhere"));
        Assert.That((code, error), Is.EqualTo((Verbs.Failed, error)));
        Assert.That(error, Does.Contain("indexMissing"));

        recordings.Add("a.i16", "outer", Outer, 1).Add("b.i16", "outer", Outer, 2);
        File.Delete(Path.Combine(recordings.Folder, "b.i16"));
        (code, _, error) = VerbsTests.Run("evaluate", "--index", recordings.Folder, "--json");
        Assert.That(code, Is.EqualTo(Verbs.Failed));
        Assert.That(error, Does.Contain("b.i16").And.Contain("fileMissing"));
    }

    [Test]
    public void A_forest_that_no_node_would_take_is_refused()
    {
        recordings.Add("a.i16", "outer", Outer, 1);
        string file = Path.Combine(recordings.Folder, "forest.txt");
        File.WriteAllText(file, "AAAA");
        var (code, output, error) = VerbsTests.Run("evaluate", "--index", recordings.Folder, "--forest", file);

        Assert.That((code, output), Is.EqualTo((Verbs.Misused, "")));
        Assert.That(error, Does.Contain("is no forest: "));
    }

    [Test]
    public void A_forest_that_cannot_be_written_is_said()
    {
        Two();
        var (code, _, error) = VerbsTests.Run("train-forest", "--index", recordings.Folder, "--out", Path.Combine(recordings.Folder, "none", "f.txt"));

        Assert.That(code, Is.EqualTo(Verbs.Failed));
        Assert.That(error, Does.StartWith("error: ").And.Contain("(fileUnusable) Check the path"));
    }

    [TestCase(new[] { "evaluate" }, "evaluate needs --index INDEX")]
    [TestCase(new[] { "evaluate", "--fast" }, "evaluate does not take '--fast'")]
    [TestCase(new[] { "evaluate", "--index", "x", "--forest", "nowhere" }, "there is no file 'nowhere'")]
    [TestCase(new[] { "train-forest" }, "train-forest needs --index INDEX")]
    [TestCase(new[] { "train-forest", "--seed", "-1" }, "train-forest does not take '--seed'")]
    public void A_misuse_is_named(string[] arguments, string message)
    {
        var (code, _, error) = VerbsTests.Run(arguments);

        Assert.That(code, Is.EqualTo(Verbs.Misused));
        Assert.That(error, Does.StartWith($"error: {message}{Environment.NewLine}"));
    }

    [Test]
    public void A_forest_is_written_and_changes_no_figure_for_the_worse()
    {
        Two();
        string file = Path.Combine(recordings.Folder, "forest.txt");
        var (code, output, error) = VerbsTests.Run("train-forest", "--index", recordings.Folder, "--out", file);
        Assert.That(code, Is.EqualTo(Verbs.Done), output + error);
        Assert.That(Forest.Parse(File.ReadAllText(file).Trim()).Reason, Is.Null);

        JsonNode with = JsonNode.Parse(Run("evaluate", "--forest", file).Output)!;
        Assert.That((double)with["sets"]!["MADE-UP"]!["recordingAccuracy"]!, Is.EqualTo(1));
    }

    [Test]
    public void There_is_no_forest_where_nothing_is_called_defective()
    {
        recordings.Add("a.i16", "normal", 0, 1);
        var (code, _, error) = VerbsTests.Run("train-forest", "--index", recordings.Folder);

        Assert.That((code, error.Contains("nothing to learn from")), Is.EqualTo((Verbs.Failed, true)));
    }

    private static Dictionary<string, object?> Trend(string file) => new() { ["file"] = file, ["kind"] = "run-to-failure trend", ["dataset"] = "FEMTO-PRONOSTIA" };

    private void Two()
    {
        for (int seed = 1; seed <= 2; seed++)
        {
            recordings.Add($"o{seed}.i16", "outer", Outer, seed).Add($"i{seed}.i16", "inner", Inner, 10 + seed).Add($"n{seed}.i16", "normal", 0, 20 + seed);
        }
    }

    private JsonObject Evaluate() => JsonNode.Parse(Run("evaluate").Output)!.AsObject();

    private (int Code, string Output, string Error) Run(string verb, params string[] more)
    {
        string[] json = verb == "evaluate" ? ["--json"] : [];
        var result = VerbsTests.Run([verb, "--index", recordings.Folder, .. json, .. more]);
        Assert.That(result.Code, Is.EqualTo(Verbs.Done), result.Error);
        return result;
    }
}
