using System.Text.Json.Nodes;
using DeviceTwin.Cli.Commands;
using DeviceTwin.SensorNode.Detection;

namespace DeviceTwin.Tests.Cli;

/// <summary>The terminal says the node's own words.</summary>
public sealed class WordsTests
{
    [Test]
    public void A_verdict_is_the_nodes_word_in_the_colour_of_its_gravity()
    {
        var shown = Enumerable.Range(0, Verdict.Count).Select(Verdict.Word).ToDictionary(word => word, DeviceTwin.Cli.Words.Verdict);
        Assert.That(shown.Values.Select(text => text[(text.IndexOf(']') + 1)..^3]), Is.EqualTo(shown.Keys));
        Assert.That(shown.Where(word => word.Value.StartsWith("[red]")).Select(word => word.Key), Is.EqualTo(new[] { "outer", "inner", "ball", "cage" }));
        Assert.That(shown.Where(word => word.Value.StartsWith("[grey]")).Select(word => word.Key), Is.EqualTo(new[] { "notRunning", "refused" }));
        Assert.That(DeviceTwin.Cli.Words.Verdict("cavitation"), Is.EqualTo("[red]cavitation[/]"), "a word of newer firmware");
    }

    [Test]
    public void A_long_text_is_shown_by_its_beginning_and_its_length()
    {
        Assert.That(TwinTable.Short(JsonValue.Create(new string('f', 4096))), Is.EqualTo("\"" + new string('f', 31) + "… (4096)"));
        Assert.That(TwinTable.Short(JsonValue.Create(4500)), Is.EqualTo("4500"));
        Assert.That(TwinTable.Short(null), Is.EqualTo("-"));
    }
}
