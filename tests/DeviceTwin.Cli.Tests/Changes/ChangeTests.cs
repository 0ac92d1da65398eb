using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.Analytics.Reports;
using DeviceTwin.Cli;
using DeviceTwin.Cli.Changes;
using DeviceTwin.Tests.Cli.Detection;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DeviceTwin.Tests.Cli.Changes;

/// <summary><c>dtwin change</c> against a hub that says what the test wants.</summary>
[NonParallelizable]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ChangeTests : IDisposable
{
    private const string Rollouts = "/api/v1/rollouts";
    private const string Draft = """{"id":"c1","title":"Lower limit","state":"draft","configurationId":"limits","devices":0,"replay":null,"evidence":null}""";
    private const string Replaying = """{"id":"c1","state":"draft","replay":{"captures":40,"capturesDone":12,"failure":null},"evidence":null}""";
    private const string Replayed = """{"id":"c1","state":"replayed","replay":null,"evidence":"abc"}""";
    private const string Canary = """
        {"id":"c1","title":"Lower [limit]","state":"canary","configurationId":"limits","baseVersion":3,"author":"rest/ada","createdAt":"2026-11-22T10:00:00Z","stageSince":"2026-11-22T12:00:00Z",
        "devices":12,"replay":null,"asksPerson":true,"approvals":[{"by":"rest/grace","why":"tried","at":"2026-11-22T11:00:00Z"}],"groups":[{"group":"canary","size":4,"admitted":4,"applied":3},
        {"group":"wave 1","size":8,"admitted":0,"applied":0}],"gates":{"gates":[{"gate":"alarmRate","outcome":"waiting","words":"too few windows"},{"gate":"safeMode","outcome":"passed","words":"none"}]}}
        """;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dtwin-change-");
    private readonly FakeHub hub = new();
    private readonly TextReader standardInput = Console.In;

    public void Dispose()
    {
        Console.SetIn(standardInput);
        hub.Dispose();
        folder.Delete(recursive: true);
    }

    [Test]
    public void A_draft_is_a_file_and_over_it_the_options()
    {
        hub.Answer("POST", Rollouts, Draft, 201);
        File.WriteAllText(InFolder("change.json"), """{"configurationId":"limits","title":"t","settings":{"a.b":1},"plan":{"shadowSeconds":0}}""");
        var run = Run("plan", InFolder("change.json"), "--title", "Lower limit", "--set", "a.c=2.5", "--set", "a.d=on", "--set", "a.e=null", "--as", "ada");
        Assert.That((run.Code, run.Output), Is.EqualTo((0, "c1 is draft." + Environment.NewLine)), run.Talk);
        var asked = hub.Questions.Single();
        Assert.That(asked.Author, Is.EqualTo("ada"));
        Assert.That(JsonNode.DeepEquals(
            JsonNode.Parse(asked.Body),
            JsonNode.Parse("""{"configurationId":"limits","title":"Lower limit","settings":{"a.b":1,"a.c":2.5,"a.d":"on","a.e":null},"plan":{"shadowSeconds":0}}""")), asked.Body);

        File.WriteAllText(InFolder("plan.json"), """{"control":200}""");
        run = Run("plan", "--configuration", "limits", "--id", "c1", "--title", "t", "--set", "a.b=1", "--plan", InFolder("plan.json"), "--json");
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(run.Output), JsonNode.Parse(Draft)), run.Output);
        Assert.That(JsonNode.DeepEquals(
            JsonNode.Parse(hub.Questions[1].Body), JsonNode.Parse("""{"configurationId":"limits","id":"c1","title":"t","settings":{"a.b":1},"plan":{"control":200}}""")), hub.Questions[1].Body);
        Assert.That(hub.Questions[1].Author, Is.EqualTo("dtwin"));
    }

    [TestCase("plan")]
    [TestCase("plan", "--configuration", "limits", "--title", "t")]
    [TestCase("plan", "--configuration", "limits", "--title", "t", "--set", "a.b")]
    [TestCase("plan", "--configuration", "limits", "--title", "t", "--set", "=1")]
    [TestCase("replay")]
    [TestCase("replay", "c1", "--recordings", "x", "--new", "y")]
    [TestCase("replay", "c1", "--new", "y")]
    [TestCase("replay", "--recordings", "x")]
    [TestCase("replay", "--recordings", "x", "--new", "y", "--from", "2026-11-01T00:00:00Z")]
    [TestCase("abort", "c1")]
    [TestCase("pass", "c1")]
    [TestCase("approve", "c1", "--as", "Ada L")]
    public void What_makes_no_sense_asks_no_hub(params string[] arguments)
    {
        var run = Run(arguments);
        Assert.That((run.Code, hub.Questions.Count), Is.EqualTo((ExitCode.Usage.Number, 0)), run.Talk);
    }

    [TestCase(null, "cannot be read")]
    [TestCase("{", "is not JSON")]
    [TestCase("[]", "holds no JSON object")]
    [TestCase("""{"title":"a","title":"b"}""", "is not JSON")]
    public void A_file_that_is_no_draft_is_named(string? content, string said)
    {
        if (content is not null)
        {
            File.WriteAllText(InFolder("change.json"), content);
        }

        var run = Run("plan", InFolder("change.json"));
        Assert.That((run.Code, hub.Questions.Count), Is.EqualTo((ExitCode.FileUnusable.Number, 0)));
        Assert.That(run.Talk, Does.Contain("change.json").And.Contain(said).And.Contain("[25 fileUnusable]"));
    }

    [Test]
    public void Steps_say_where_they_led()
    {
        foreach (var step in new[] { "approve", "start", "pass", "abort" })
        {
            hub.Answer("POST", $"{Rollouts}/c%201/{step}", """{"id":"c 1","state":"wave 2"}""");
            Assert.That(Run([step, "c 1", "--reason", "why not", .. step == "abort" ? ["--yes"] : Array.Empty<string>()]).Output, Is.EqualTo("c 1 is wave 2." + Environment.NewLine));
            Assert.That((hub.Questions[^1].Path, hub.Questions[^1].Body), Is.EqualTo(($"{Rollouts}/c%201/{step}", """{"reason":"why not"}""")));
        }

        Run("approve", "c 1");
        Assert.That(hub.Questions[^1].Body, Is.EqualTo("{}"));
        hub.Answer("POST", $"{Rollouts}/c1/approve", """{"Message":"ErrorCode:ApprovalRefused;ada wrote it. Ask somebody else."}""", 403);
        var run = Run("approve", "c1");
        Assert.That((run.Code, run.Talk), Is.EqualTo((ExitCode.HubRefused.Number, "dtwin: The hub answered 403 ApprovalRefused: ada wrote it. Ask somebody else. "
            + "The message says why and what to change. [12 hubRefused]" + Environment.NewLine)));
    }

    [TestCase("yes", 0)]
    [TestCase("Y", 0)]
    [TestCase("no", 4)]
    [TestCase("", 4)]
    public void Abort_asks_before_it_does_anything(string answer, int code)
    {
        hub.Answer("GET", $"{Rollouts}/c1", Canary).Answer("POST", $"{Rollouts}/c1/abort", """{"id":"c1","state":"aborted"}""");
        Console.SetIn(new StringReader(answer));
        var run = Run("abort", "c1", "--reason", "the press stands");
        Assert.That(run.Code, Is.EqualTo(code));
        Assert.That(run.Talk, Does.Contain("Abort c1 (Lower [limit]), which is canary on 12 devices, and restore what stood before? Type yes to go on: "));
        Assert.That(hub.Questions.Any(asked => asked.Method == "POST"), Is.EqualTo(code == 0));
    }

    [Test]
    public void A_replay_is_begun_and_waited_for_and_saved()
    {
        hub.Answer("POST", $"{Rollouts}/c1/replay", Replaying, 202)
            .Events($"{Rollouts}/c1/events", ("change", Replaying), ("change", Replaying.Replace("12", "13")), ("change", Replaying.Replace("12", "40")), ("change", Replayed))
            .Answer("GET", $"{Rollouts}/c1/replay?format=text", "Replay of 40 captures\n", type: "text/plain")
            .Answer("GET", $"{Rollouts}/c1/replay?format=html", "<!doctype html>", type: "text/html")
            .Answer("GET", $"{Rollouts}/c1/replay", """{"differences":2}""");
        var run = Run("replay", "c1", "--from", "2026-11-01T00:00:00Z", "--html", InFolder("replay.html"));
        Assert.That((run.Code, run.Output), Is.EqualTo((0, "Replay of 40 captures\n")), run.Talk);
        Assert.That(run.Talk.ReplaceLineEndings("\n"), Is.EqualTo("replayed 12 of 40 captures\nreplayed 40 of 40 captures\n"));
        Assert.That(hub.Questions[0].Body, Is.EqualTo("""{"from":"2026-11-01T00:00:00Z"}"""));
        Assert.That(File.ReadAllText(InFolder("replay.html")), Is.EqualTo("<!doctype html>"));
        Assert.That((int)JsonNode.Parse(Run("replay", "c1", "--json").Output)!["differences"]!, Is.EqualTo(2));
    }

    [Test]
    public void A_replay_that_does_not_come_to_its_end_says_why()
    {
        hub.Answer("POST", $"{Rollouts}/c1/replay", Replaying, 202);
        (string Name, string Data, ExitCode Code, string Said)[] ends =
        [
            ("change", Replaying.Replace("\"failure\":null", "\"failure\":\"disk full\""), ExitCode.ReplayNotFinished, "disk full"),
            ("change", Draft, ExitCode.ReplayNotFinished, "edited or aborted"),
            ("deleted", """{"id":"c1"}""", ExitCode.ReplayNotFinished, "was deleted"),
            ("change", Replaying, ExitCode.HubNotReachable, "ended the stream"),
        ];
        foreach (var (name, data, code, said) in ends)
        {
            hub.Events($"{Rollouts}/c1/events", (name, data));
            var run = Run("replay", "c1");
            Assert.That((run.Code, run.Output), Is.EqualTo((code.Number, "")), said);
            Assert.That(run.Talk, Does.Contain(said));
        }

        var asked = hub.Questions.Count;
        Assert.That(Run("replay", "c1", "--html", InFolder("none/replay.html")).Code, Is.EqualTo(ExitCode.FileUnusable.Number));
        Assert.That(hub.Questions, Has.Count.EqualTo(asked), "asked before the long work");
    }

    [Test]
    public void Who_follows_a_change_is_told_what_is_new_until_it_has_ended()
    {
        hub.Events($"{Rollouts}/c1/events", ("change", Canary), ("change", Canary), ("change", """{"id":"c1","state":"done"}"""), ("change", Draft));
        var run = Run("status", "c1", "--follow");
        Assert.That((run.Code, run.Output.ReplaceLineEndings("\n")), Is.EqualTo((0, "c1 canary: canary 3 of 4 applied; waiting alarmRate; passed safeMode; a person is asked\nc1 done\n")), run.Talk);
        Assert.That(Run("status", "c1", "--follow", "--json").Output.Trim().Split('\n').Select(line => (string)JsonNode.Parse(line)!["state"]!), Is.EqualTo(new[] { "canary", "canary", "done" }));
        hub.Events($"{Rollouts}/c1/events", ("change", """{"id":"c1","state":"rolledBack"}"""));
        run = Run("status", "c1", "--follow");
        Assert.That((run.Code, run.Talk), Is.EqualTo((ExitCode.ChangeTakenBack.Number,
            "dtwin: The change \"c1\" is rolledBack. `dtwin change report c1` says why and what was restored. [44 changeTakenBack]" + Environment.NewLine)));
        hub.Events($"{Rollouts}/c1/events", ("deleted", """{"id":"c1"}"""));
        Assert.That(Run("status", "c1", "--follow").Code, Is.EqualTo(ExitCode.ChangeTakenBack.Number));
        Assert.That(Run("status", "c2", "--follow").Code, Is.EqualTo(ExitCode.HubRefused.Number));
    }

    [Test]
    public void The_report_is_its_sentences_and_a_page()
    {
        hub.Answer("GET", $"{Rollouts}/c1/report", """{"state":"rolledBack","sentences":["Two alarms.","All restored."]}""")
            .Answer("GET", $"{Rollouts}/c1/report?format=html", "<!doctype html>ä", type: "text/html; charset=utf-8");
        var run = Run("report", "c1", "--html", InFolder("report.html"));
        Assert.That((run.Code, run.Output.ReplaceLineEndings("\n")), Is.EqualTo((0, "Two alarms.\nAll restored.\n")), run.Talk);
        Assert.That(File.ReadAllText(InFolder("report.html")), Is.EqualTo("<!doctype html>ä"));
        Assert.That((string)JsonNode.Parse(Run("report", "c1", "--json").Output)!["state"]!, Is.EqualTo("rolledBack"));
    }

    [Test]
    public void List_and_status_are_the_hubs_answers_with_json()
    {
        hub.Answer("GET", $"{Rollouts}?state=wave%202", $$"""{"changes":[{{Draft}}]}""").Answer("GET", $"{Rollouts}/c1", Canary);
        Assert.That((string)JsonNode.Parse(Run("list", "--state", "wave 2", "--json").Output)!["changes"]![0]!["id"]!, Is.EqualTo("c1"));
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(Run("status", "c1", "--json").Output), JsonNode.Parse(Canary)));
    }

    [Test]
    public void People_see_groups_gates_and_what_to_do_next()
    {
        var shown = Shown(ChangeView.Status(JsonNode.Parse(Canary)!.AsObject()));
        Assert.That(shown, Does.Contain("c1  canary  Lower [limit]").And.Contain("approved by rest/grace").And.Contain("wave 1").And.Contain("too few windows"));
        Assert.That(shown, Does.Contain("Next: the gates cannot decide: dtwin change pass c1 --reason WHY"));
        Assert.That(Shown(ChangeView.Status(JsonNode.Parse(Replaying)!.AsObject())), Does.Contain("replay: 12 of 40 captures").And.Not.Contain("Next:"));
        Assert.That(Shown(ChangeView.Status(JsonNode.Parse(Draft)!.AsObject())), Does.Contain("Next: dtwin change replay c1"));
        Assert.That(Shown(ChangeView.Status(JsonNode.Parse(Replayed)!.AsObject())), Does.Contain("Next: dtwin change approve c1"));
        Assert.That(Shown(ChangeView.List([JsonNode.Parse(Draft), JsonNode.Parse(Canary)])), Does.Contain("Lower limit").And.Contain("Lower [limit]").And.Contain("rest/ada"));
    }

    [Test]
    public void Recordings_are_replayed_without_a_hub()
    {
        using var recordings = new MadeUpRecordings();
        recordings.Add("outer.i16", "outer", 3.585, 1).Add("sound.i16", "normal", 0, 2);
        File.WriteAllText(InFolder("old.json"), """{"detection":{"bearingScoreLimitMilli":2000}}""");
        File.WriteAllText(InFolder("new.json"), """{"detection":{"bearingScoreLimitMilli":60000}}""");
        string[] question = ["replay", "--recordings", recordings.Folder, "--old", InFolder("old.json"), "--new", InFolder("new.json"), "--html", InFolder("replay.html")];
        var run = Tool.Run(["change", .. question]);
        Assert.That(run.Code, Is.Zero, run.Talk);
        Assert.That(run.Output, Does.StartWith("Replay of ").And.Contain("change: detection.bearingScoreLimitMilli 2000 -> 60000, 2 nodes, judged"));
        Assert.That(run.Talk, Does.Match("replayed [0-9]+ of [0-9]+ captures"));
        Assert.That(File.ReadAllText(InFolder("replay.html")), Does.StartWith("<!"));
        var report = ReplayReport.Parse(Encoding.UTF8.GetBytes(Tool.Run(["change", .. question, "--json", "--select", "outer*"]).Output));
        Assert.That(report.Machines, Has.Count.EqualTo(1), "printed so that its hash still fits");

        File.WriteAllText(InFolder("new.json"), """{"detection":{"bearingScoreLimitMilli":-1}}""");
        run = Tool.Run(["change", .. question]);
        Assert.That((run.Code, run.Talk.Contains("new.json")), Is.EqualTo((ExitCode.SettingsUnusable.Number, true)), run.Talk);
        run = Tool.Run("change", "replay", "--recordings", InFolder("none"), "--old", InFolder("old.json"));
        Assert.That(run.Code, Is.EqualTo(ExitCode.RecordingsUnusable.Number), run.Talk);
    }

    private static string Shown(IRenderable view)
    {
        var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = 240;
        console.Write(view);
        return text.ToString();
    }

    private (int Code, string Output, string Talk) Run(params string[] arguments) => Tool.Run(["change", .. arguments, "--hub", hub.Address]);

    private string InFolder(string name) => Path.Combine(folder.FullName, name);
}
