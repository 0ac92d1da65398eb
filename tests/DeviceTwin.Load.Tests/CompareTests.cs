using System.Text.Json.Nodes;
using DeviceTwin.Load;
using DeviceTwin.Load.Measures;

namespace DeviceTwin.Tests.Load;

/// <summary>A comparison with a handful of connections against the real servers: what it prints, not how fast anything is.</summary>
[Platform("Linux")]
public sealed class CompareTests
{
    private static readonly Plan Tiny = new(
        1,
        100,
        100,
        TimeSpan.FromMilliseconds(50),
        TimeSpan.FromMilliseconds(200),
        new Profile("pipelined", 3, 20),
        new Profile("lockstep", 5, 1),
        90,
        TimeSpan.FromMilliseconds(50),
        20,
        new Profile("reports", 3, 4));

    [TestCase("pipelined", 4)]
    [TestCase("lockstep", 4)]
    [TestCase("idle", 1)]
    [TestCase("fanout", 2)]
    [TestCase("reported", 2)]
    public async Task Each_measure_says_how_the_hub_and_its_peer_did(string measure, int rows)
    {
        if (measure != "reported" && !(File.Exists("/usr/sbin/mosquitto") && File.Exists("/usr/sbin/nats-server")))
        {
            Assert.Ignore("mosquitto and nats-server are not installed here.");
        }

        var output = new StringWriter();

        await CompareVerb.Run(CompareOptions.Parse(["--only", measure, "--json"]), Tiny, output, TextWriter.Null, CancellationToken.None);

        var printed = JsonNode.Parse(output.ToString())!.AsArray();
        Assert.That(printed, Has.Count.EqualTo(rows));
        foreach (var row in printed)
        {
            Assert.Multiple(() =>
            {
                Assert.That((string?)row!["measure"], Is.Not.Empty);
                Assert.That((string?)row["peerName"], Is.Not.Empty);
                Assert.That((double)row["peer"]!, Is.GreaterThan(0));
                Assert.That(row.AsObject().ContainsKey("ratio") && row.AsObject().ContainsKey("target") && row.AsObject().ContainsKey("met"));
            });
        }
    }
}
