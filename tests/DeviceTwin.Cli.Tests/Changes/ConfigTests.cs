using System.Text.Json.Nodes;
using DeviceTwin.Cli;
using DeviceTwin.Cli.Changes;
using DeviceTwin.Tests.Cli.Detection;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DeviceTwin.Tests.Cli.Changes;

/// <summary><c>dtwin config</c> against a hub that says what the test wants.</summary>
[NonParallelizable]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ConfigTests : IDisposable
{
    private const string Version = "?api-version=2021-04-12";
    private const string Limits = """
        {"id":"limits","targetCondition":"tags.line = '[3]'","priority":7,"version":4,"etag":"AAAA","content":{"deviceContent":{"properties.desired.detection.velocityLimitUmPerSecond":4500}},
        "systemMetrics":{"results":{"targetedCount":12,"appliedCount":11,"reportedSuccessfulCount":10,"reportedFailedCount":1}}}
        """;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dtwin-config-");
    private readonly FakeHub hub = new();

    public void Dispose()
    {
        hub.Dispose();
        folder.Delete(recursive: true);
    }

    [Test]
    public void List_show_and_winners_are_the_hubs_answers_with_json()
    {
        hub.Answer("GET", $"/configurations{Version}", $"[{Limits}]").Answer("GET", $"/configurations/limits{Version}", Limits)
            .Answer("GET", "/api/v1/devices/pump%201/winners", """[{"path":"a.b"}]""");
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(Run("list", "--json").Output)![0], JsonNode.Parse(Limits)));
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(Run("show", "limits", "--json").Output), JsonNode.Parse(Limits)));
        Assert.That((string)JsonNode.Parse(Run("winners", "pump 1", "--json").Output)![0]!["path"]!, Is.EqualTo("a.b"));
    }

    [Test]
    public void Put_creates_or_replaces_what_was_read()
    {
        File.WriteAllText(InFolder("limits.json"), Limits);
        hub.Answer("PUT", $"/configurations/limits{Version}", """{"id":"limits","version":5}""").Answer("PUT", $"/configurations/other{Version}", """{"id":"other","version":1}""");
        var run = Run("put", InFolder("limits.json"));
        Assert.That((run.Code, run.Output), Is.EqualTo((0, "limits is version 5." + Environment.NewLine)), run.Talk);
        Assert.That(hub.Questions[^1].IfMatch, Is.EqualTo("\"AAAA\""));
        Assert.That((int)JsonNode.Parse(Run("put", InFolder("limits.json"), "--id", "other", "--etag", "*", "--json").Output)!["version"]!, Is.EqualTo(1));
        Assert.That((hub.Questions[^1].IfMatch, (string?)JsonNode.Parse(hub.Questions[^1].Body)!["id"]), Is.EqualTo(("*", "other")));

        File.WriteAllText(InFolder("limits.json"), """{"priority":1}""");
        Run("put", InFolder("limits.json"), "--id", "other");
        Assert.That(hub.Questions[^1].IfMatch, Is.Null);
        run = Run("put", InFolder("limits.json"));
        Assert.That((run.Code, run.Talk.Contains("say --id ID")), Is.EqualTo((ExitCode.FileUnusable.Number, true)), run.Talk);
    }

    [Test]
    public void Delete_says_what_is_gone()
    {
        hub.Answer("DELETE", $"/configurations/limits{Version}", "", 204);
        Assert.That(Run("delete", "limits", "--etag", "AAAA").Output, Is.EqualTo("limits is deleted." + Environment.NewLine));
        Assert.That(hub.Questions[^1].IfMatch, Is.EqualTo("\"AAAA\""));
        Assert.That(JsonNode.Parse(Run("delete", "limits", "--json").Output)!.AsObject(), Is.Empty);
        Assert.That(Run("delete", "nothing").Code, Is.EqualTo(ExitCode.HubRefused.Number));
    }

    [Test]
    public void People_see_targets_settings_and_who_wins_and_why()
    {
        var limits = JsonNode.Parse(Limits)!.AsObject();
        Assert.That(Shown(ConfigView.Show(limits)), Does.Contain("tags.line = '[3]'").And.Contain("velocityLimitUmPerSecond").And.Contain("4500").And.Contain("11"));
        var winners = JsonNode.Parse("""
            [{"path":"a.b","desired":5,"stands":true,"winner":{"source":"override","value":5,"owner":"ada","reason":"trial","expiresAt":"2026-12-01T00:00:00Z"},
            "lost":[{"source":"limits","value":7,"priority":3,"version":2,"staged":true,"why":"override"}]}]
            """)!.AsArray();
        Assert.That(
            Shown(ConfigView.Winners(winners)),
            Does.Contain("override (ada, until 2026-12-01T00:00:00Z: trial)").And.Contain("limits (priority 3, version 2, staged) = 7, by override").And.Contain("yes"));
    }

    private static string Shown(IRenderable view)
    {
        var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = 240;
        console.Write(view);
        return text.ToString();
    }

    private (int Code, string Output, string Talk) Run(params string[] arguments) => Tool.Run(["config", .. arguments, "--hub", hub.Address]);

    private string InFolder(string name) => Path.Combine(folder.FullName, name);
}
