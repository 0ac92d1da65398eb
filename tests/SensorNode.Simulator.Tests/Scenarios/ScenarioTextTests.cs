using DeviceTwin.SensorNode.Simulator.Scenarios;

namespace DeviceTwin.Tests.SensorNode.Simulator.Scenarios;

/// <summary>Scenario files: what is written is read, what is not understood is said with its line and a remedy, and the page says the same.</summary>
public sealed class ScenarioTextTests
{
    [Test]
    public void What_is_read_is_what_is_written()
    {
        Scenario scenario = Scenario.Parse("""
            # all that there is
            seed 7
            nodes 3
            for 90m
            capture every 2m
            at 00:02 radio down for 20m
            at 00:02:30 node 2 power cut inside file operation 3
            at 00:03 latency 500ms for 10s
            at 00:03 clock jump -90s   # and a remark
            at 00:01 set detection.velocityLimitUmPerSecond 4500
            """);
        Assert.That((scenario.Seed, scenario.Nodes, scenario.ForMs, scenario.CaptureMs), Is.EqualTo((7, 3, 5_400_000L, 120_000L)));
        Assert.That(scenario.Steps, Is.EqualTo(new ScenarioStep[]
        {
            new(60_000, 0, ScenarioAct.Setting, Word: "detection.velocityLimitUmPerSecond", Value: "4500"),
            new(120_000, 0, ScenarioAct.RadioDown, ForMs: 1_200_000),
            new(150_000, 2, ScenarioAct.PowerCutAtFile, 3, Word: "inside"),
            new(180_000, 0, ScenarioAct.Latency, 500, 10_000),
            new(180_000, 0, ScenarioAct.ClockJump, -90_000),
        }));
    }

    [Test]
    public void Every_act_survives_its_text()
    {
        ScenarioStep[] steps =
        [
            .. ScenarioCatalogue.Acts.Select(row =>
            {
                string[] words = row.Pattern.Split(' ');
                bool lasts = words[^1] == "DURATION";
                bool counts = words.Any(word => word is "PERCENT" or "PPM" or "COUNT" or "OFFSET") || words.Count(word => word == "DURATION") == 2;
                string word = words.Contains("CUT") ? "after" : words.Contains("KIND") ? "outer" : words.Contains("PROPERTY") ? "a.b" : words.Contains("METHOD") ? "reboot" : "";
                return new ScenarioStep(61_000, 2, row.Act, counts ? 25 : 0, lasts ? 20 * 60_000 : 0, word, words.Contains("VALUE") ? "true" : "");
            }),
        ];
        var scenario = new Scenario { Steps = steps };
        Assert.That(Scenario.Parse(scenario.ToString()).Steps, Is.EqualTo(steps));
        Assert.That(ScenarioCatalogue.Acts.Select(row => row.Act), Is.EquivalentTo(Enum.GetValues<ScenarioAct>()));
    }

    [TestCase("nodes 2\nrain", "line 2: 'rain' is nothing that a scenario says; there are: at, seed, nodes, for, capture")]
    [TestCase("at 02:00", "line 1: write 'at TIME' and what happens, such as: at 02:00 radio down for 20m")]
    [TestCase("at 2:00 power cut", "line 1: '2:00' is no TIME: hours and minutes since the start, such as 02:00 or 02:00:30")]
    [TestCase("at 02:60 power cut", "line 1: '02:60' is no TIME: hours and minutes since the start, such as 02:00 or 02:00:30")]
    [TestCase("\n\nat 02:00 node x power cut", "line 3: 'node' is followed by its number, from 1")]
    [TestCase("at 02:00 node 7 power cut", "line 1: there is no node 7: the scenario has 6; 'nodes COUNT' at the top makes it more")]
    [TestCase("for 2h\nat 02:00 power cut", "line 2: it happens after the end; 'for DURATION' at the top says when that is, and is 2h")]
    [TestCase("at 02:00 radio down for 20", "line 1: '20' is no DURATION: a number with ms, s, m or h, such as 500ms or 20m; write: radio down for DURATION")]
    [TestCase("at 02:00 radio down", "line 1: 'radio down' is not complete, or too much; write: radio down for DURATION")]
    [TestCase("at 02:00 radio up for 2m", "line 1: 'up' where 'down' belongs; write: radio down for DURATION")]
    [TestCase("at 02:00 power cut soon file operation 3", "line 1: 'soon' is no CUT: before, inside or after; write: power cut CUT file operation COUNT")]
    [TestCase("at 02:00 machine tired", "line 1: 'tired' is no KIND: a kind of machine, such as outer; write: machine KIND")]
    [TestCase("at 02:00 drift 501 ppm", "line 1: '501' is no PPM: a whole number from -500 to 500; write: drift PPM ppm")]
    [TestCase("at 02:00 set a.b {", "line 1: '{' is no VALUE: a value of JSON without spaces, such as 4500, true or \"text\"; write: set PROPERTY VALUE")]
    [TestCase("at 02:00 power cut\nnodes 2", "line 2: 'nodes' belongs before the first 'at'")]
    [TestCase("nodes 101", "line 1: at most 100 nodes")]
    [TestCase("capture every 500ms", "line 1: captures are taken every so many whole seconds")]
    public void What_is_not_understood_is_said_with_its_line_and_a_remedy(string text, string message)
    {
        Assert.That(() => Scenario.Parse(text), Throws.TypeOf<ScenarioException>().With.Message.EqualTo(message));
    }

    [Test]
    public void Each_scenario_of_the_simulator_is_read_and_named_on_the_page()
    {
        Assert.That(ScenarioFiles.Names, Is.EqualTo(new[] { "clock", "day", "outage", "sensors" }));
        string page = Page();
        foreach (string name in ScenarioFiles.Names)
        {
            Scenario scenario = Scenario.Parse(ScenarioFiles.Read(name));
            Assert.That(Scenario.Parse(scenario.ToString()).ToString(), Is.EqualTo(scenario.ToString()));
            Assert.That(page, Does.Contain($"`{name}.scenario`"));
        }
    }

    [Test]
    public void The_page_has_every_line_of_the_catalogue_and_no_other()
    {
        string[] rows = [.. Page().Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal) && !line.Contains(".scenario`", StringComparison.Ordinal))];
        string[] expected =
        [
            .. ScenarioCatalogue.Head.Select(row => $"| `{row.Pattern}` | {row.Meaning} |"),
            .. ScenarioCatalogue.Acts.Select(row => $"| `{row.Pattern}` | {row.Meaning} |"),
            .. ScenarioCatalogue.Values.Select(row => $"| `{row.Word}` | {row.Hint} |"),
        ];
        Assert.That(rows, Is.EqualTo(expected));
    }

    private static string Page() => File.ReadAllText(TestFiles.InRepository("firmware/SCENARIOS.md"));
}
