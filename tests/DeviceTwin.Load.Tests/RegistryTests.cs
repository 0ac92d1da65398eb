using System.Text.Json.Nodes;
using DeviceTwin.Load;

namespace DeviceTwin.Tests.Load;

/// <summary>A small registry against a real hub: that both answer the same, and what is printed, not how fast anything is.</summary>
[Platform("Linux")]
public sealed class RegistryTests
{
    [Test]
    public async Task Each_measure_says_how_the_hub_and_plain_SQL_did()
    {
        var page = Path.GetTempFileName();
        File.WriteAllText(page, "before\n<!-- begin registry -->\nold\n<!-- end registry -->\nafter\n");
        var output = new StringWriter();
        try
        {
            // Enough devices for several pages, several bulk requests, and rows in every answer.
            await RegistryVerb.Run(RegistryOptions.Parse(["--devices", "1500", "--json", "--page", page]), output, TextWriter.Null, CancellationToken.None);
            var printed = JsonNode.Parse(output.ToString())!.AsArray();
            Assert.That(printed.Select(row => (double)row!["ratio"]!), Has.Exactly(8).Items.And.All.GreaterThan(0));
            Assert.That(File.ReadAllText(page), Does.StartWith("before\n<!-- begin registry -->\n| 1,500 devices | hub | plain SQL |").And.EndWith("<!-- end registry -->\nafter\n").And.Not.Contain("old"));
        }
        finally
        {
            File.Delete(page);
        }
    }

    [TestCase("--devices 99", "--devices takes a number of devices from 100 to 1000000")]
    [TestCase("--devices", "--devices takes a number of devices")]
    [TestCase("--quick", "registry does not know --quick")]
    public void Options_that_are_not_understood_are_refused(string line, string sentence) =>
        Assert.That(() => RegistryOptions.Parse(line.Split(' ')), Throws.InstanceOf<UsageException>().With.Message.StartsWith(sentence));
}
