using System.Text.Json.Nodes;
using DeviceTwin.Cli;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Tests.Cli.Detection;

/// <summary><c>dtwin detect</c>: one JSON line per recording, of a shape that scripts rely on; and what it says where it cannot.</summary>
[NonParallelizable]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class DetectTests : IDisposable
{
    private const double Outer = 3.585;
    private static readonly string[] Binding = ["file", "verdict", "confidence", "windows", "features", "scores", "settingsHash", "fingerprint"];
    private readonly MadeUpRecordings recordings = new();

    public void Dispose() => recordings.Dispose();

    [Test]
    public void One_line_per_recording_in_the_order_of_the_index()
    {
        recordings.Add("wave-2.i16", "outer", Outer, 1).Add("wave-1.i16", "normal", 0, 2).Add(new() { ["kind"] = "remarks" });
        var lines = Lines("detect", recordings.Folder, "--json");

        Assert.That(lines.Select(line => (string?)line["file"]), Is.EqualTo(new[] { "wave-2.i16", "wave-1.i16" }));
        Assert.That(lines.Select(line => (string?)line["verdict"]), Is.EqualTo(new[] { "outer", "normal" }));
        Assert.That(lines.Select(line => (string?)line["fault"]), Is.EqualTo(new[] { "outer", "normal" }));
    }

    [Test]
    public void A_line_has_the_members_it_should()
    {
        recordings.Add("a.i16", "outer", Outer, 1);
        var line = Lines("detect", recordings.Index, "--json").Single();

        Assert.That(line.Select(member => member.Key), Is.SupersetOf(Binding));
        Assert.That(line.Select(member => member.Key), Is.SupersetOf(new[] { "zone", "zoneRefusals", "refusals", "facts" }));
        Assert.That((double)line["confidence"]!, Is.InRange(0, 1));
        Assert.That((int)line["windows"]!["count"]!, Is.EqualTo(3));
        Assert.That(line["windows"]!["verdicts"]!.AsObject().Sum(verdict => (int)verdict.Value!), Is.EqualTo(3));
        Assert.That((int)line["scores"]!["outerMilli"]!, Is.GreaterThan((int)line["scores"]!["innerMilli"]!));
        Assert.That((int)line["features"]!["velocityUmPerSecond"]!, Is.Positive);
        Assert.That((int)line["facts"]!["sampleRateMilliHertz"]!, Is.EqualTo(12000000));
        Assert.That((string?)line["fingerprint"], Is.EqualTo($"{Fingerprint.BuildId}-{line["settingsHash"]}"));
    }

    [Test]
    public void Without_json_there_is_a_table()
    {
        recordings.Add("a.i16", "outer", Outer, 1);
        var run = Tool.Run("detect", recordings.Folder);

        Assert.That(run.Code, Is.Zero, run.Talk);
        Assert.That(run.Output, Does.Not.StartWith("{"));
    }

    [Test]
    public void Two_runs_print_the_same()
    {
        recordings.Add("a.i16", "outer", Outer, 1).Add("b.i16", "normal", 0, 2);

        Assert.That(Tool.Run("detect", recordings.Folder, "--json").Output, Is.EqualTo(Tool.Run("detect", recordings.Folder, "--json").Output));
    }

    [Test]
    public void A_pattern_selects()
    {
        recordings.Add("a.i16", "outer", Outer, 1).Add("b.i16", "normal", 0, 2);

        Assert.That(Lines("detect", recordings.Folder, "--json", "--select", "b*").Select(line => (string?)line["file"]), Is.EqualTo(new[] { "b.i16" }));
        Fails(ExitCode.RecordingsUnusable, "nothingSelected", "detect", recordings.Folder, "--select", "c*");
    }

    [TestCase("--orders", "3.585,5.415,2.357,0.398")]
    [TestCase("--bearing", "6205")]
    public void A_single_file_is_told_what_an_index_would_say(string option, string value)
    {
        var path = recordings.Write("alone.i16", MadeUpRecordings.Bearing(Outer, 30000, 1));
        var line = Lines("detect", path, "--json", "--rate", "12000", "--rpm", "1797", option, value).Single();

        Assert.That((string?)line["verdict"], Is.EqualTo("outer"));
        Assert.That((int)line["facts"]!["shaftSpeedMilliHertz"]!, Is.EqualTo(29950));
    }

    [Test]
    public void Where_no_orders_are_known_it_says_that_no_bearing_is_judged()
    {
        var path = recordings.Write("alone.i16", MadeUpRecordings.Bearing(Outer, 30000, 1));
        var run = Tool.Run("detect", path, "--json", "--rate", "12000", "--scale", "0.0001");

        Assert.That(run.Code, Is.Zero, run.Talk);
        Assert.That(run.Talk, Does.Contain("alone.i16").And.Contain("no bearing is judged").And.Contain("(ordersUnknown)"));
        recordings.Add("a.i16", "outer", Outer, 1);
        Assert.That(Tool.Run("detect", recordings.Folder, "--json").Talk, Is.Empty);
    }

    [Test]
    public void Of_an_unknown_unit_levels_are_refused_and_the_bearing_is_judged()
    {
        var path = recordings.Write("alone.i16", MadeUpRecordings.Bearing(Outer, 30000, 1));
        var line = Lines("detect", path, "--json", "--rate", "12000", "--rpm", "1797", "--bearing", "6205", "--scale", "unknown").Single();

        Assert.That((string?)line["verdict"], Is.EqualTo("outer"));
        Assert.That(line["features"]!["accelerationMilliG"], Is.Null);
        Assert.That(line["facts"]!["nanoGPerCount"], Is.Null);
    }

    [Test]
    public void Settings_of_a_file_are_used_and_hashed()
    {
        recordings.Add("a.i16", "outer", Outer, 1);
        var settings = Path.Combine(recordings.Folder, "settings.json");
        File.WriteAllText(settings, """{"detection":{"bearingScoreLimitMilli":60000},"sampling":{"captureIntervalSeconds":10},"$version":3}""");
        var usual = Lines("detect", recordings.Folder, "--json").Single();
        var strict = Lines("detect", recordings.Folder, "--json", "--settings", settings).Single();

        Assert.That((string?)strict["settingsHash"], Is.Not.EqualTo((string?)usual["settingsHash"]));
        Assert.That((string?)strict["verdict"], Is.Not.EqualTo("outer"));
    }

    [TestCase("{", "not JSON")]
    [TestCase("[]", "object of components")]
    [TestCase("""{"motor":{}}""", "unknownProperty: the model has no motor")]
    [TestCase("""{"detection":3}""", "wrongType: detection takes an object")]
    [TestCase("""{"detection":{"sensitivity":3}}""", "unknownProperty: the model has no detection.sensitivity")]
    [TestCase("""{"detection":{"bearingScoreLimitMilli":-1}}""", "belowMinimum: detection.bearingScoreLimitMilli takes")]
    [TestCase("""{"detection":{"bearingScoreLimitMilli":99999999}}""", "aboveMaximum: detection.bearingScoreLimitMilli takes")]
    [TestCase("""{"detection":{"bearingScoreLimitMilli":2.5}}""", "wrongType: detection.bearingScoreLimitMilli takes")]
    [TestCase("""{"detection":{"bearingScoreLimitMilli":"2500"}}""", "wrongType: detection.bearingScoreLimitMilli takes")]
    [TestCase("""{"detection":{"envelopeBandLowHertz":6000,"envelopeBandHighHertz":5000}}""", "notAllowed: detection.envelopeBandLowHertz must be below")]
    [TestCase("""{"detection":{"forest":"AAAA"}}""", "malformed: detection.forest")]
    [TestCase("""{"machine":{"isoSupport":"rigid"}}""", "wrongType: machine.isoSupport takes 0, 1 or 2 (0 notDeclared, 1 rigid, 2 flexible)")]
    [TestCase("""{"detection":{"forest":3}}""", "wrongType: detection.forest")]
    [TestCase("""{"detection":{"bearingScoreLimitMilli":2500,"bearingScoreLimitMilli":2600}}""", "not JSON")]
    public void Settings_that_the_twin_would_reject_are_rejected_with_its_words(string content, string words)
    {
        recordings.Add("a.i16", "outer", Outer, 1);
        var settings = Path.Combine(recordings.Folder, "settings.json");
        File.WriteAllText(settings, content);

        Fails(ExitCode.SettingsUnusable, words, "detect", recordings.Folder, "--settings", settings);
    }

    [Test]
    public void A_file_that_cannot_be_read_does_not_stop_the_others()
    {
        recordings.Add("a.i16", "outer", Outer, 1).Add("b.i16", "normal", 0, 2);
        File.WriteAllBytes(Path.Combine(recordings.Folder, "a.i16"), [1, 2, 3]);
        var run = Tool.Run("detect", recordings.Folder, "--json");

        Assert.That(run.Code, Is.EqualTo(ExitCode.RecordingsUnusable.Number));
        Assert.That((string?)JsonNode.Parse(run.Output)!["file"], Is.EqualTo("b.i16"));
        Assert.That(run.Talk, Does.Contain("a.i16").And.Contain("fileLength"));
    }

    [Test]
    public void Broken_input_is_said_with_its_code()
    {
        var odd = Path.Combine(recordings.Folder, "odd.i16");
        File.WriteAllBytes(odd, [1, 2, 3]);
        File.WriteAllText(recordings.Index, "{");

        Fails(ExitCode.RecordingsUnusable, "indexMalformed", "detect", recordings.Folder);
        Fails(ExitCode.RecordingsUnusable, "indexMissing", "detect", Path.Combine(recordings.Folder, "none.json"));
        Fails(ExitCode.RecordingsUnusable, "oddLength", "detect", odd, "--rate", "12000");
        Fails(ExitCode.RecordingsUnusable, "(rateUnknown) State it with --rate HZ.", "detect", odd);
        Fails(ExitCode.RecordingsUnusable, "fileMissing", "detect", odd + "x", "--rate", "12000");
    }

    [TestCase("--rate 0", "--rate takes a number")]
    [TestCase("--rate fast", "--rate takes a number")]
    [TestCase("--scale -1", "--scale takes the weight of a count")]
    [TestCase("--orders 1,2,3", "--orders takes four orders")]
    [TestCase("--orders 1,2,3,x", "--orders takes four orders")]
    [TestCase("--bearing 6999", "The catalogue has no '6999'")]
    [TestCase("--bearing 6205 --orders 1,2,3,0.4", "give one of them")]
    [TestCase("--select *", "among the recordings of an index")]
    public void A_misuse_is_named(string options, string words) => Fails(ExitCode.Usage, words, ["detect", "a.i16", .. options.Split(' ')]);

    [Test]
    public void What_an_index_says_cannot_be_stated_again() =>
        Fails(ExitCode.Usage, "--rpm is for a single FILE", "detect", recordings.Folder, "--rpm", "1500");

    private static JsonObject[] Lines(params string[] arguments)
    {
        var run = Tool.Run(arguments);
        Assert.That(run.Code, Is.Zero, run.Talk);
        return [.. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject())];
    }

    private static void Fails(ExitCode code, string words, params string[] arguments)
    {
        var run = Tool.Run(arguments);
        Assert.That(run.Code, Is.EqualTo(code.Number), run.Talk);
        Assert.That(run.Talk, Does.Contain(words).And.Contain($"[{code.Number} {code.Word}]"));
        Assert.That(run.Output, Is.Empty);
    }
}
