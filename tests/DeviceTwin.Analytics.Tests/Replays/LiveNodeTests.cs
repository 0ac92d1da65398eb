using System.Text.Json.Nodes;
using DeviceTwin.Analytics.Replays;
using DeviceTwin.Analytics.Reports;
using DeviceTwin.SensorNode.Simulator.Machines;

namespace DeviceTwin.Tests.Analytics.Replays;

/// <summary>Where every capture is stored, a replay says what the node said when it took them.</summary>
public sealed class LiveNodeTests
{
    // A trip delay between one capture interval and two: the bearing's alarm is raised between captures. The baseline learns five captures.
    private static readonly ReplaySettings Settings = ReplaySettings.Of(new Dictionary<string, int>
    {
        ["machine.shaftSpeedMilliHertz"] = 29_500,
        ["machine.bpfoMilliOrders"] = 3585,
        ["machine.bpfiMilliOrders"] = 5415,
        ["machine.bsfMilliOrders"] = 2357,
        ["machine.ftfMilliOrders"] = 398,
        ["detection.bearingTripDelaySeconds"] = 90,
        ["detection.baselineWarmUpCaptures"] = 5,
    });

    [Test]
    public async Task A_replay_of_all_captures_is_what_the_node_said()
    {
        var scene = new Scene();
        var node = new LiveNode(scene, Settings).Take(7);
        node.Machine.Become(MachineKind.OuterRace);
        node.Take(7);
        node.Machine.Become(MachineKind.Healthy);
        node.Take(5);

        // A velocity limit that every capture is above, and no bearing asked for: each is a difference, and the evidence of both sides is kept.
        var proposed = ReplaySettings.Parse("{\"detection\":{\"velocityLimitUmPerSecond\":1}}");
        var series = new ReplaySeries("m", "de", "node", [.. node.Captures.Values], Settings, proposed)
        {
            NoiseNanoGPerRootHertz = LiveNode.NoiseNanoGPerRootHertz,
        };
        var replayed = (await Replay.RunAsync(new ReplayRequest([series]), scene)).Machines.Single().Series.Single();

        Assert.That(replayed.Differences, Has.Count.EqualTo(19));
        foreach (var (capture, difference) in node.Captures.Keys.Zip(replayed.Differences))
        {
            var told = node.Told.First(message => message.Kind == "features" && (int)message.Body["capture"]! == capture).Body;
            Assert.That(difference.Old.Alarms, Is.EqualTo(Words(told["alarms"])), $"capture {capture}");
            Assert.That(difference.Old.Causes, Is.EqualTo(Words(told["causes"])), $"capture {capture}");
            Assert.That(difference.Old.Fingerprint, Is.EqualTo((string?)told["fingerprint"]));
            foreach (var (name, value) in Features(told))
            {
                Assert.That(difference.Old.Features!.TryGetValue(name, out var feature) ? feature : (int?)null, Is.EqualTo(value), $"{name} of capture {capture}");
            }
        }

        var live = node.Told.Where(message => message.Kind == "alarm" && (string?)message.Body["state"] == "raised")
            .Select(message => ((string?)message.Body["alarm"], (int)message.Body["capture"]!)).ToArray();
        var numbers = node.Captures.ToDictionary(pair => pair.Value.Sha256, pair => pair.Key);
        Assert.That(replayed.Old.AlarmList.Select(alarm => (alarm.Kind, numbers[alarm.Sha256])), Is.EqualTo(live));
        Assert.That(live.Select(alarm => alarm.Item1), Does.Contain("outer").And.Contain("high"), "the bearing, and a level against the baseline");
        Assert.That(replayed.Old.AlarmList.Single(alarm => alarm.Kind == "outer").AfterMilliseconds, Is.GreaterThan(0), "its delay ran out between captures");
        Assert.That(replayed.Old.Messages, Is.EqualTo(new MessageCounts(
            Count(node, "features"), Count(node, "spectrum"), Count(node, "alarm"))));
    }

    private static long Count(LiveNode node, string kind) => node.Told.LongCount(message => message.Kind == kind);

    private static string[] Words(JsonNode? list) => [.. list!.AsArray().Select(word => (string)word!)];

    private static IEnumerable<(string Name, int? Value)> Features(JsonObject told)
    {
        foreach (var name in new[] { "velocityUmPerSecond", "accelerationMilliG", "peakMilliG", "crestMilli", "kurtosisMilli", "impulsivenessMilli", "displacementNanometres", "windows", "noiseVelocityUmPerSecond" })
        {
            yield return (name, (int?)told[name]);
        }

        foreach (var part in new[] { "outer", "inner", "ball", "cage", "shaft" })
        {
            yield return ($"{part}ScoreMilli", (int?)told["scores"]![part]);
        }
    }
}
